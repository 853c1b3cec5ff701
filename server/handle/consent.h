/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_CONSENT_H
#define EMAGE_SERVER_HANDLE_CONSENT_H

#include "db/store.h"
#include "server/handle/texts.h"
#include "server/request.h"

/*
 * On the writer: the consent of this account's patient is withdrawn, by the patient or
 * by the desk where they stand. Sessions, sign-ins and records that are open end, the
 * patient's addresses are told with `notice`. Takes rq->state and rq->cleanup.
 */
int consent_shut(struct request *rq, struct store_conn *db, const struct store_account *who,
    const struct store_consent_by *by, enum text_id notice);

#endif
