/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_OUTBOX_H
#define EMAGE_DB_STORE_OUTBOX_H

#include "db/store_core.h"

/* Part of db/store.h: messages on their way out. */

enum outbox_kind { OUTBOX_CODE = 1, OUTBOX_NOTICE = 2 };
enum outbox_state { OUTBOX_WAITING = 0, OUTBOX_SENT = 1, OUTBOX_DROPPED = 2 };

struct store_message {
	uint64_t outbox_id;
	enum outbox_kind kind;
	enum outbox_state state;
	int channel;
	uint64_t account_id;
	const char *address;
	const char *language;
	const char *subject, *body;
	int64_t created_at_ms;
	int64_t due_at_ms;
	int64_t expires_at_ms; /* 0 = never */
	uint32_t n_tries;
	uint8_t key[16]; /* idempotency */
};
int store_outbox_add(struct store_conn *db, const struct store_message *m, uint64_t *id_r);
/* Waiting messages of one kind and channel that are due by now, longest due first. */
int store_outbox_due(struct store_conn *db, struct arena *a, enum outbox_kind kind, int channel,
    int64_t now_ms, struct store_message *r, unsigned max, unsigned *n_r);
/* What was sent or dropped loses text and address in the same step. */
int store_outbox_mark(struct store_conn *db, uint64_t outbox_id, enum outbox_state state,
    uint32_t n_tries, int64_t due_at_ms);
/* Waiting ones with numbers above `after`, by number; at most max. */
int store_outbox_waiting(struct store_conn *db, struct arena *a, uint64_t after,
    struct store_message *r, unsigned max, unsigned *n_r);
int store_outbox_count(struct store_conn *db, uint32_t *n_r);
/* Due from now on, as at the first try; 0 = all that wait. How many there were. */
int store_outbox_retry(struct store_conn *db, uint64_t outbox_id, int64_t now_ms, uint32_t *n_r);
/* When the next one becomes due that is not due now; 0 = none does. */
int store_outbox_next_due(struct store_conn *db, int64_t now_ms, int64_t *due_at_ms_r);
/* Notices that wait for the receiver of this message are not due before. */
int store_outbox_hold(struct store_conn *db, uint64_t outbox_id, int64_t due_at_ms);
/* Deletes what was sent or dropped before. */
int store_outbox_purge(struct store_conn *db, int64_t before_ms);
/* -EM_E_NOT_FOUND: there is no such message (any more). */
int store_outbox_state(struct store_conn *db, uint64_t outbox_id, enum outbox_state *state_r);

#endif
