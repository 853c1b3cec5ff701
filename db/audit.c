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

#include <string.h>

#include "db/hashed.h"

#define AUDIT_ROW_MAX_BYTES 65536

struct audit_row {
	uint64_t seq;
	struct store_audit e;
	uint8_t hash[32];
};

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

struct audit_check {
	struct arena *arena;
	struct audit_row row;
	uint64_t n;
	uint8_t before[32];
};

/* 1 stops at a wrong row. */
static int
audit_check_row(void *arg)
{
	struct audit_check *c = arg;
	uint8_t hash[32];

	if (c->row.seq != c->n + 1)
		return 1;
	audit_hash(c->before, c->row.seq, &c->row.e, hash);
	if (sodium_memcmp(hash, c->row.hash, sizeof(hash)) != 0)
		return 1;
	memcpy(c->before, hash, sizeof(hash));
	c->n++;
	arena_reset(c->arena);
	return 0;
}

int
store_audit_verify(struct store_conn *db, uint64_t *n_r, uint64_t *bad_seq_r)
{
	struct audit_check c = {.arena = arena_new(AUDIT_ROW_MAX_BYTES)};
	int rc = db_each(db, c.arena, Q_audit_all, NO_BINDS,
	    DB_FIELDS(struct audit_row, audit_fields), &c.row, audit_check_row, &c);

	arena_free(&c.arena);
	if (rc < 0)
		return rc;
	*n_r = c.n;
	*bad_seq_r = rc ? c.n + 1 : 0;
	return 0;
}
