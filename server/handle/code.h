/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_CODE_H
#define EMAGE_SERVER_HANDLE_CODE_H

#include <stdbool.h>

#include "db/store.h"
#include "server/request.h"

/*
 * Access codes (A-10 .. A-13): made, kept as a keyed hash in their challenge,
 * and put into the outbox in the same transaction. On the writer only.
 */

/* Whether the account's wrong codes in a row have disabled its second step. */
int code_is_locked(struct request *rq, struct store_conn *db, uint64_t account_id, bool *locked_r);

/* Whether the limits allow another code now. 0, or the request is
 * refused and *refused_r is set. */
int code_may_send(struct request *rq, struct store_conn *db, uint64_t account_id, bool *refused_r);

/*
 * Sends a code to a channel that the person has. c->challenge_id 0: a new
 * challenge, whose account and binding are set; else another code in that one.
 * Fills in what the challenge becomes, and takes rq->cleanup to wake the courier.
 */
int code_send(struct request *rq, struct store_conn *db, const struct store_account *who,
    int channel, struct store_challenge *c);

/* One more message of those that code_may_send() limits. */
int code_count_send(struct request *rq, struct store_conn *db, uint64_t account_id);

/* A right code gives back what wrong ones and sendings have used up. */
int code_forgive(struct request *rq, struct store_conn *db, uint64_t account_id);
/* A temporary password leads out of the lock, once a week: whoever reads a
 * mailbox must not be able to buy tries with it. What was sent still counts. */
int code_unlock(struct request *rq, struct store_conn *db, uint64_t account_id);
/* A wrong one counts, over challenges and restarts; *locked_r: this was the
 * last that is evaluated. */
int code_count_wrong(
    struct request *rq, struct store_conn *db, uint64_t account_id, bool *locked_r);

/* Seconds of a span for a reply, rounded up. */
uint32_t code_seconds(int64_t ms);

#endif
