/* SPDX-License-Identifier: MIT */
/*
 * The audit: row n's hash is BLAKE2b-256 over the hash of row n-1 (32 zero
 * bytes before the first) and all that row n says, so that no row can be
 * changed, left out or put in without every later hash being wrong.
 *
 * What is hashed: previous hash, then seq, at_ms, actor_account, patient_id,
 * exam_id as 8 bytes big-endian each, then event, actor, terminal, result,
 * detail, each as its length in 8 bytes big-endian and its bytes.
 */
#include "db/conn.h"

#include <stdlib.h>
#include <string.h>

#include "db/verify.h"

#define AUDIT_ROW_MAX_BYTES 65536

static const struct db_field audit_fields[] = {
    DB_COL(struct audit_row, seq),
    DB_COL(struct audit_row, e.at_ms),
    DB_COL(struct audit_row, e.event),
    DB_COL(struct audit_row, e.actor_account),
    DB_COL(struct audit_row, e.actor),
    DB_COL(struct audit_row, e.patient_id),
    DB_COL(struct audit_row, e.exam_id),
    DB_COL(struct audit_row, e.terminal),
    DB_COL(struct audit_row, e.result),
    DB_COL(struct audit_row, e.detail),
    DB_COL(struct audit_row, hash),
};
static const struct db_field audit_last_fields[] = {
    DB_COL(struct audit_row, seq),
    DB_COL(struct audit_row, hash),
};

static void
audit_hash(const uint8_t before[32], uint64_t seq, const struct store_audit *e, uint8_t hash_r[32])
{
	crypto_generichash_state st;

	hashed_begin(&st, before);
	hashed_u64(&st, seq);
	hashed_u64(&st, (uint64_t)e->at_ms);
	hashed_u64(&st, e->actor_account);
	hashed_u64(&st, e->patient_id);
	hashed_u64(&st, e->exam_id);
	hashed_text(&st, e->event);
	hashed_text(&st, e->actor);
	hashed_text(&st, e->terminal);
	hashed_text(&st, e->result);
	hashed_text(&st, e->detail);
	hashed_end(&st, hash_r);
}

int
store_audit_append(struct store_conn *db, const struct store_audit *e)
{
	struct audit_row last = {.seq = 0};
	uint8_t hash[32];
	int rc = db_one(db, NULL, Q_audit_last, NO_BINDS,
	    DB_FIELDS(struct audit_row, audit_last_fields), &last);

	if (rc && rc != -EM_E_NOT_FOUND)
		return rc;
	audit_hash(last.hash, last.seq + 1, e, hash);
	return db_exec(db, Q_audit_insert,
	    BINDS(db_u64(last.seq + 1), db_i64(e->at_ms), db_text(e->event),
		db_u64(e->actor_account), db_text(e->actor), db_u64(e->patient_id),
		db_u64(e->exam_id), db_text(e->terminal), db_text(e->result), db_text(e->detail),
		db_blob(hash, sizeof(hash))),
	    NULL);
}

/* ------------------------------------------------------------------ reading */

static const struct db_field list_fields[] = {
    DB_COL(struct store_audit_row, seq),
    DB_COL(struct store_audit_row, e.at_ms),
    DB_COL(struct store_audit_row, e.event),
    DB_COL(struct store_audit_row, e.actor_account),
    DB_COL(struct store_audit_row, e.actor),
    DB_COL(struct store_audit_row, e.patient_id),
    DB_COL(struct store_audit_row, e.exam_id),
    DB_COL(struct store_audit_row, e.terminal),
    DB_COL(struct store_audit_row, e.result),
    DB_COL(struct store_audit_row, e.detail),
};

int
store_audit_head(struct store_conn *db, uint64_t *seq_r, uint8_t hash_r[32])
{
	struct audit_row last = {.seq = 0};
	int rc = db_one(db, NULL, Q_audit_last, NO_BINDS,
	    DB_FIELDS(struct audit_row, audit_last_fields), &last);

	*seq_r = last.seq;
	memcpy(hash_r, last.hash, sizeof(last.hash));
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

int
store_audit_page(struct store_conn *db, struct arena *a, const struct store_audit_query *q,
    struct store_audit_row **rows_r, unsigned *n_r, uint64_t *next_seq_r)
{
	struct audit_row last = {.seq = 0};
	uint64_t before = q->before_seq, from;
	char *end = mem_printf("%s" DB_LAST_TEXT, q->event);
	void *rows = NULL;
	int rc = db_one(db, NULL, Q_audit_last, NO_BINDS,
	    DB_FIELDS(struct audit_row, audit_last_fields), &last);

	if (rc == -EM_E_NOT_FOUND)
		rc = 0;
	if (before == 0 || before > last.seq + 1)
		before = last.seq + 1;
	from = before > q->look ? before - q->look : 1;
	if (rc == 0)
		rc = db_all(db, a, Q_audit_page,
		    BINDS(db_u64(from), db_u64(before), db_text(q->event), db_text(end),
			db_u64(q->patient_id), db_i64(q->limit)),
		    DB_FIELDS(struct store_audit_row, list_fields), &rows, n_r);
	free(end);
	*rows_r = rows;
	if (rc == 0 && *n_r > 0 && *n_r == q->limit)
		from = (*rows_r)[*n_r - 1].seq;
	*next_seq_r = from > 1 ? from : 0;
	return rc;
}

/* ---------------------------------------------------------------- verifying */

/* 1 stops at a wrong row. */
static int
audit_check_row(void *arg)
{
	struct audit_check *c = arg;
	uint8_t hash[32];

	c->why = "number";
	if (c->row.seq != c->n + 1)
		return 1;
	audit_hash(c->before, c->row.seq, &c->row.e, hash);
	c->why = "chain";
	if (sodium_memcmp(hash, c->row.hash, sizeof(hash)) != 0)
		return 1;
	c->why = "checkpoint";
	if (c->row.seq == c->checkpoint_seq &&
	    sodium_memcmp(hash, c->checkpoint_hash, sizeof(hash)) != 0)
		return 1;
	memcpy(c->before, hash, sizeof(hash));
	c->n++;
	if (c->each != NULL)
		c->each(c->arg, &c->row.e);
	arena_reset(c->arena);
	return 0;
}

int
audit_check_step(struct store_conn *db, struct audit_check *c, unsigned max, bool *end_r)
{
	const uint64_t before = c->n;
	int rc;

	c->arena = arena_new(AUDIT_ROW_MAX_BYTES);
	rc = db_each(db, c->arena, Q_audit_after, BINDS(db_u64(c->n), db_i64(max)),
	    DB_FIELDS(struct audit_row, audit_fields), &c->row, audit_check_row, c);
	arena_free(&c->arena);
	*end_r = rc != 0 || c->n - before < max;
	/* the end that was cut off */
	if (rc == 0 && *end_r && c->n < c->checkpoint_seq) {
		c->why = "checkpoint";
		return 1;
	}
	return rc;
}
