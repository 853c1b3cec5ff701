/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_AUTH_H
#define EMAGE_SERVER_HANDLE_AUTH_H

#include "db/store.h"
#include "server/request.h"

/* Longest password, whatever its characters. */
#define AUTH_PASSWORD_MAX_BYTES 1024u

/*
 * Both steps were right: opens the session, fills the AuthCodeReply, ends the
 * sessions that have to give way (S-05). `channel` is where the code came by.
 */
int auth_open_session(
    struct request *rq, struct store_conn *db, const struct store_account *who, int channel);

#endif
