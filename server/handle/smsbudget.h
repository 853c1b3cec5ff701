/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_SMSBUDGET_H
#define EMAGE_SERVER_HANDLE_SMSBUDGET_H

#include "db/store.h"
#include "server/server.h"

/* The region's budget of short messages: counted in the transaction that puts
 * one into the outbox, so that a restart forgets nothing. On the writer only. */

/* One more short message. 0: it may go now, and is counted; -EM_E_SMS_BUDGET: the hour
 * or the day is spent, and *next_ms_r is when the next one begins. What is reached is
 * told in the log. */
int smsbudget_take(
    struct server *server, struct store_conn *db, int64_t now_ms, int64_t *next_ms_r);

#endif
