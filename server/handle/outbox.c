/* SPDX-License-Identifier: MIT */
/*
 * Messages that wait to leave: seen, hurried, given up. What they say stays sealed,
 * and where they go is masked.
 */
#include "server/handle.h"

#include "proto/outbox.pb-c.h"
#include "server/handle/contact.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"

#define ROWS_MAX 100u

int
check_outbox_list(struct request *rq)
{
	(void)rq;
	return 0;
}

static int
outbox_fill(struct request *rq, const struct store_message *m, Emage__OutboxRow *row)
{
	emage__outbox_row__init(row);
	row->outbox_id = m->outbox_id;
	row->is_code = m->kind == OUTBOX_CODE;
	row->channel = (Emage__Channel)m->channel;
	row->masked = contact_mask(rq->arena, m->channel, m->address);
	row->created_at_ms = m->created_at_ms;
	row->due_at_ms = m->due_at_ms;
	row->expires_at_ms = m->expires_at_ms;
	row->n_tries = m->n_tries;
	return row->masked == NULL ? -EM_E_NO_MEMORY : 0;
}

int
handle_outbox_list_read(struct request *rq, struct store_conn *db)
{
	const Emage__OutboxListRequest *m = rq->msg;
	Emage__OutboxListReply *reply = rq->reply;
	struct store_message *found = arena_alloc(rq->arena, (ROWS_MAX + 1) * sizeof(*found));
	Emage__OutboxRow *rows = arena_alloc(rq->arena, ROWS_MAX * sizeof(*rows));
	unsigned n = 0;
	int rc;

	reply->rows = arena_alloc(rq->arena, ROWS_MAX * sizeof(*reply->rows));
	if (found == NULL || rows == NULL || reply->rows == NULL)
		return -EM_E_NO_MEMORY;
	rc = store_outbox_waiting(db, rq->arena, m->after, found, ROWS_MAX + 1, &n);
	if (rc == 0)
		rc = store_outbox_count(db, &reply->n_waiting);
	reply->more = n > ROWS_MAX;
	for (unsigned i = 0; rc == 0 && i < n && i < ROWS_MAX; i++) {
		rc = outbox_fill(rq, &found[i], &rows[i]);
		reply->rows[reply->n_rows++] = &rows[i];
	}
	return rc;
}

int
check_outbox_retry(struct request *rq)
{
	(void)rq;
	return 0;
}

static int
outbox_audit(struct request *rq, struct store_conn *db, const char *event, uint64_t outbox_id)
{
	const char *detail =
	    outbox_id == 0 ? "all"
			   : arena_printf(rq->arena, "message %llu", (unsigned long long)outbox_id);

	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(rq, db, &(struct store_audit){.event = event, .detail = detail});
}

int
handle_outbox_retry_write(struct request *rq, struct store_conn *db)
{
	const Emage__OutboxRetryRequest *m = rq->msg;
	Emage__OutboxRetryReply *reply = rq->reply;
	int rc = store_outbox_retry(db, m->outbox_id, rq->now_ms, &reply->n);

	if (rc == 0 && reply->n == 0 && m->outbox_id != 0)
		return -EM_E_NOT_FOUND;
	rq->cleanup = notice_wake;
	return rc < 0 ? rc : outbox_audit(rq, db, "outbox.retried", m->outbox_id);
}

int
check_outbox_drop(struct request *rq)
{
	const Emage__OutboxDropRequest *m = rq->msg;

	return m->outbox_id == 0 ? request_invalid(rq, "outbox_id") : 0;
}

int
handle_outbox_drop_write(struct request *rq, struct store_conn *db)
{
	const Emage__OutboxDropRequest *m = rq->msg;
	int rc = store_outbox_mark(db, m->outbox_id, OUTBOX_DROPPED, 0, rq->now_ms);

	return rc < 0 ? rc : outbox_audit(rq, db, "outbox.dropped", m->outbox_id);
}
