/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_TEMPORARY_H
#define EMAGE_SERVER_HANDLE_TEMPORARY_H

#include "server/handle/notice.h"

/*
 * A temporary password in place of the one before, on its way to its person: by
 * e-mail, else to the mobile, the other address being told. Only ever one way, so
 * that the access code can go by the other. `hash` is pwhash_make() of
 * `temporary`. *channel_r: emage.Channel. 0; -EM_E_NO_CHANNEL when the person has no
 * address.
 */
int temporary_send(const struct notice_from *from, struct store_conn *db,
    const struct store_account *who, const char *temporary, const char *hash, int *channel_r);

#endif
