/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_AUTH_H
#define EMAGE_SERVER_HANDLE_AUTH_H

#include "db/store.h"
#include "proto/session.pb-c.h"
#include "server/request.h"

/* Longest password, whatever its characters. */
#define AUTH_PASSWORD_MAX_BYTES 1024u

/* What the second step was, beside the channels a code goes by (emage.Channel). */
#define AUTH_BY_TOTP	 3
#define AUTH_BY_RECOVERY 4
#define AUTH_BY_DESK	 5

/* Whether a code may go by this channel: not by the one that brought the
 * temporary password, when the person has another. */
bool auth_may_send_by(const struct store_account *who, bool temp_password, int channel);
/* Leaves out those by which none may. */
void auth_keep_contacts(
    const struct store_account *who, bool temp, Emage__MaskedContact **contacts, size_t *n);

/*
 * Both steps were right: opens the session, fills the AuthCodeReply, ends the
 * sessions that have to give way (S-05). `second` is the channel of the code or AUTH_BY_*.
 */
int auth_open_session(
    struct request *rq, struct store_conn *db, const struct store_account *who, int second);

#endif
