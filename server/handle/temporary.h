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

/* Until one may be sent, 0 = now. Where it and the code that follows would both go to
 * the only address, and a desk has just put that in, the one before is given its time
 * to undo it. */
int temporary_wait_ms(const struct notice_from *from, struct store_conn *db,
    const struct store_account *who, int64_t *wait_ms_r);

#endif
