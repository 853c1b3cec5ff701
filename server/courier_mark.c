/* SPDX-License-Identifier: MIT */
/* What became of messages, and when they are tried again. */
#include "server/courier_mark.h"

#include <sodium.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "server/courier_link.h"

#define BACKOFF_FIRST_MS 2000
/* A code is of use only soon. */
#define BACKOFF_CODE_MAX_MS   30000
#define BACKOFF_NOTICE_MAX_MS 600000

int64_t
courier_backoff_ms(bool is_code, uint32_t n_tries, uint32_t chance)
{
	const int64_t max_ms = is_code ? BACKOFF_CODE_MAX_MS : BACKOFF_NOTICE_MAX_MS;
	int64_t wait_ms = BACKOFF_FIRST_MS;

	for (; n_tries > 1 && wait_ms < max_ms; n_tries--)
		wait_ms *= 2;
	if (wait_ms > max_ms)
		wait_ms = max_ms;
	return wait_ms - wait_ms / 4 + (int64_t)((uint64_t)chance * (uint64_t)(wait_ms / 2) >> 32);
}

static int64_t
courier_next_try_ms(const struct courier_flight *f)
{
	int64_t at_ms = clock_now_ms() + courier_backoff_ms(f->kind == OUTBOX_CODE, f->n_tries + 1,
					     randombytes_random());

	/* what expires before is given up when it does */
	return f->expires_at_ms && f->expires_at_ms < at_ms ? f->expires_at_ms : at_ms;
}

void
courier_marks_add(struct courier_marks *m, struct server *server, const struct courier_flight *f,
    enum courier_outcome outcome)
{
	struct courier_mark *mark = &m->mark[m->n++];

	*mark = (struct courier_mark){
	    .outbox_id = f->outbox_id,
	    .n_tries = f->n_tries + (outcome != OUTCOME_EXPIRED),
	    .due_at_ms = f->due_at_ms,
	};
	if (outcome == OUTCOME_SENT) {
		mark->state = OUTBOX_SENT;
		server_count(server, messages_sent);
	} else if (outcome == OUTCOME_NEVER) {
		mark->state = OUTBOX_DROPPED;
		server_count(server, messages_failed);
	} else if (outcome == OUTCOME_EXPIRED) {
		mark->state = OUTBOX_DROPPED;
		server_count(server, messages_expired);
	} else {
		mark->state = OUTBOX_WAITING;
		mark->due_at_ms = courier_next_try_ms(f);
		mark->hold = outcome == OUTCOME_RECEIVER_LATER;
		server_count(server, messages_deferred);
	}
}

bool
courier_marks_full(const struct courier_marks *m)
{
	return m->n == ARRAY_LEN(m->mark);
}

static int
courier_mark_run_one(struct store_conn *db, const struct courier_mark *m)
{
	int rc = store_outbox_mark(db, m->outbox_id, m->state, m->n_tries, m->due_at_ms);

	return rc == 0 && m->hold ? store_outbox_hold(db, m->outbox_id, m->due_at_ms) : rc;
}

static int
courier_mark_run(struct store_conn *db, void *arg)
{
	const struct courier_marks *m = arg;
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < m->n; i++) {
		rc = courier_mark_run_one(db, &m->mark[i]);
		/* an operator has given it up meanwhile */
		if (rc == -EM_E_NOT_FOUND)
			rc = 0;
	}
	return rc;
}

int
courier_marks_write(struct courier_marks *m, struct store *store)
{
	int rc = m->n > 0 ? store_run(store, courier_mark_run, m) : 0;

	m->n = 0;
	return rc;
}
