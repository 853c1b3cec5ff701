/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_NOTICE_H
#define EMAGE_SERVER_HANDLE_NOTICE_H

#include "db/store.h"
#include "server/handle/texts.h"
#include "server/request.h"
#include "server/server.h"

/*
 * Messages that leave the house, put into the outbox in the transaction of what
 * they tell. They go to confirmed addresses, name nobody and nothing, and
 * wait sealed. On the writer only.
 */

/* What every sending needs; `arena` as long as the call. */
struct notice_from {
	struct server *server;
	struct arena *arena;
	int64_t now_ms;
};
struct notice_from notice_from(struct request *rq);

struct notice_to {
	uint64_t account_id;
	int channel; /* emage.Channel */
	const char *address, *language;
	int64_t expires_at_ms; /* 0 = a notice, sent whenever it can be */
};
/* One message: `pair` of texts.h, by the way of `to`. */
int notice_post(const struct notice_from *from, struct store_conn *db, const struct notice_to *to,
    enum text_id pair, struct text_values *v);

/* A notice to every confirmed address of the person but that of channel
 * `except` (0 = none). */
int notice_tell(const struct notice_from *from, struct store_conn *db,
    const struct store_account *who, enum text_id pair, int except);

/* The notices that a person can switch off; nothing when that is so, when the
 * account is not active or the patient has none. */
int notice_new_report(const struct notice_from *from, struct store_conn *db, uint64_t patient_id);
/* The same when it is a report of this exam that may just have become visible; at
 * most one an hour, however many arrive together. */
int notice_report_of(const struct notice_from *from, struct store_conn *db, uint64_t exam_id);
int notice_exam_opened(const struct notice_from *from, struct store_conn *db, uint64_t patient_id);

/* For rq->cleanup, after the commit: the courier looks into the outbox. */
void notice_wake(struct request *rq);

#endif
