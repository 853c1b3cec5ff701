/* SPDX-License-Identifier: MIT */
/*
 * The audit trail, read and verified.
 */
#include "server/handle.h"

#include <stdatomic.h>
#include <string.h>

#include "proto/staff.pb-c.h"
#include "server/handle/fields.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/server.h"

#define LIST_MAX	100u
#define EVENT_MAX_CHARS 64u
/* Rows looked at for one request of a list, and for one reply of a verifying: some
 * milliseconds. */
#define LIST_LOOK   20000u
#define VERIFY_ROWS 2000u
#define HASH_LEN    32u

/* --------------------------------------------------------------------- list */

int
check_audit_list(struct request *rq)
{
	const Emage__AuditListRequest *m = rq->msg;

	if (m->limit == 0 || m->limit > LIST_MAX)
		return request_invalid(rq, "limit");
	if (!fields_typed(m->event, EVENT_MAX_CHARS))
		return request_invalid(rq, "event");
	return 0;
}

static int
audit_fill(struct request *rq, struct store_conn *db, const struct store_audit_row *from,
    Emage__AuditRow *row)
{
	struct store_account who;
	int rc = 0;

	row->seq = from->seq;
	row->at_ms = from->e.at_ms;
	row->event = (char *)(uintptr_t)from->e.event;
	row->actor = (char *)(uintptr_t)from->e.actor;
	row->patient_id = from->e.patient_id;
	row->exam_id = from->e.exam_id;
	row->terminal = (char *)(uintptr_t)from->e.terminal;
	row->result = (char *)(uintptr_t)from->e.result;
	row->detail = (char *)(uintptr_t)from->e.detail;
	if (from->e.actor[0] != '\0' || from->e.actor_account == 0)
		return 0;
	rc = store_account_by_id(db, rq->arena, from->e.actor_account, &who);
	/* a patient is a number here */
	if (rc == 0 && who.patient_id == 0)
		row->actor = people_display_name(rq->arena, &who);
	else
		row->actor = arena_printf(rq->arena, "%s %llu", rc == 0 ? "patient" : "account",
		    (unsigned long long)(rc == 0 ? who.patient_id : from->e.actor_account));
	if (rc == -EM_E_NOT_FOUND)
		rc = 0;
	return rc == 0 && row->actor == NULL ? -EM_E_NO_MEMORY : rc;
}

int
handle_audit_list_read(struct request *rq, struct store_conn *db)
{
	const Emage__AuditListRequest *m = rq->msg;
	const struct store_audit_query q = {
	    .before_seq = m->before_seq,
	    .event = m->event,
	    .patient_id = m->patient_id,
	    .limit = m->limit,
	    .look = LIST_LOOK,
	};
	Emage__AuditListReply *reply = rq->reply;
	struct store_audit_row *found = NULL;
	Emage__AuditRow *rows;
	unsigned n = 0;
	int rc = store_audit_page(db, rq->arena, &q, &found, &n, &reply->next_seq);

	rows = arena_alloc(rq->arena, (n + 1) * sizeof(*rows));
	reply->rows = arena_alloc(rq->arena, (n + 1) * sizeof(*reply->rows));
	if (rows == NULL || reply->rows == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		emage__audit_row__init(&rows[i]);
		reply->rows[i] = &rows[i];
		rc = audit_fill(rq, db, &found[i], &rows[i]);
	}
	reply->n_rows = rc == 0 ? n : 0;
	return rc;
}

/* --------------------------------------------------------------------- head */

int
check_audit_head(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_audit_head_read(struct request *rq, struct store_conn *db)
{
	Emage__AuditHeadReply *reply = rq->reply;

	reply->hash.data = arena_alloc(rq->arena, HASH_LEN);
	if (reply->hash.data == NULL)
		return -EM_E_NO_MEMORY;
	reply->hash.len = HASH_LEN;
	reply->at_ms = rq->now_ms;
	return store_audit_head(db, &reply->seq, reply->hash.data);
}

/* ------------------------------------------------------------------- verify */

/*
 * All of a verifying sees the store as it was at its beginning: it reads in one
 * transaction of a connection of its own. While that is open the journal cannot be
 * cut, so there is one at a time; a peer that takes no replies is closed.
 */
struct audit_verifying {
	struct store_conn *db;
	struct store_verify *v;
};

static atomic_flag audit_busy = ATOMIC_FLAG_INIT;

int
check_audit_verify(struct request *rq)
{
	const Emage__AuditVerifyRequest *m = rq->msg;

	if (m->checkpoint_hash.len != (m->checkpoint_seq == 0 ? 0 : HASH_LEN))
		return request_invalid(rq, "checkpoint_hash");
	return 0;
}

static void
audit_verify_end(struct request *rq)
{
	struct audit_verifying *st = rq->state;

	store_verify_free(&st->v);
	if (st->db != NULL) {
		store_reader_end(st->db);
		store_reader_free(&st->db);
	}
	atomic_flag_clear(&audit_busy);
}

int
handle_audit_verify_read(struct request *rq, struct store_conn *db)
{
	const Emage__AuditVerifyRequest *m = rq->msg;
	struct audit_verifying *st = arena_alloc(rq->arena, sizeof(*st));
	int rc;

	(void)db;
	if (st == NULL)
		return -EM_E_NO_MEMORY;
	if (atomic_flag_test_and_set(&audit_busy))
		return -EM_E_BUSY;
	*st = (struct audit_verifying){
	    .v = store_verify_new(m->checkpoint_seq, m->checkpoint_hash.data)};
	if (m->without_accesses)
		store_verify_without_accesses(st->v);
	rq->state = st;
	rq->cleanup = audit_verify_end;
	rc = store_reader_new(rq->server->store, &st->db);
	return rc < 0 ? rc : store_reader_begin(st->db);
}

int
handle_audit_verify_next(struct request *rq)
{
	struct audit_verifying *st = rq->state;
	Emage__AuditVerifyReply *reply = rq->reply;
	struct store_verdict verdict;
	int rc = store_verify_step(st->v, st->db, VERIFY_ROWS, &verdict);

	if (rc < 0)
		return rc;
	reply->n_rows = verdict.n_rows;
	reply->n_total = verdict.n_total;
	reply->n_accesses = verdict.n_accesses;
	reply->n_consents = verdict.n_consents;
	reply->bad_consent = verdict.bad_consent;
	reply->done = verdict.done;
	reply->sound = verdict.sound;
	reply->bad_seq = verdict.bad_seq;
	reply->bad_patient = verdict.bad_patient;
	reply->bad_number = verdict.bad_number;
	reply->why = (char *)(uintptr_t)verdict.why;
	rq->more = !verdict.done;
	rq->slow = true;
	return 0;
}
