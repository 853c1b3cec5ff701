/* SPDX-License-Identifier: MIT */
/*
 * Who looked into a patient's exams. Row n of a patient is hashed with the hash
 * of that patient's row n-1, and the audit trail, one chain over everything,
 * gets each hash: a history can then be neither changed nor cut short unseen.
 *
 * What is hashed, in this order: the struct access_row below, patient to
 * terminal.
 */
#include "db/conn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/verify.h"

#define ACCESS_ROW_MAX_BYTES 65536
/* "number=N hash=HEX" */
#define ANCHOR_MAX (32 + 2 * HASHED_LEN + 1)

static const struct db_field access_fields[] = {
    DB_COL(struct access_row, e.patient_id),
    DB_COL(struct access_row, e.number),
    DB_COL(struct access_row, e.at_ms),
    DB_COL(struct access_row, e.recorded_at_ms),
    DB_COL(struct access_row, e.rpps),
    DB_COL(struct access_row, e.family_name),
    DB_COL(struct access_row, e.given_name),
    DB_COL(struct access_row, family_fold),
    DB_COL(struct access_row, given_fold),
    DB_COL(struct access_row, e.profession),
    DB_COL(struct access_row, e.specialty),
    DB_COL(struct access_row, e.establishment_id),
    DB_COL(struct access_row, e.establishment),
    DB_COL(struct access_row, e.motive),
    DB_COL(struct access_row, e.motive_label),
    DB_COL(struct access_row, e.motive_detail),
    DB_COL(struct access_row, result),
    DB_COL(struct access_row, e.exam_id),
    DB_COL(struct access_row, e.until_ms),
    DB_COL(struct access_row, e.terminal),
    DB_COL(struct access_row, hash),
};
static const struct db_field last_fields[] = {
    DB_COL(struct access_row, e.number),
    DB_COL(struct access_row, hash),
};
static const struct db_field hash_fields[] = {DB_COL(struct access_row, hash)};
static const struct db_field page_fields[] = {
    DB_COL(struct store_access_row, number),
    DB_COL(struct store_access_row, at_ms),
    DB_COL(struct store_access_row, family_name),
    DB_COL(struct store_access_row, given_name),
    DB_COL(struct store_access_row, profession),
    DB_COL(struct store_access_row, specialty),
    DB_COL(struct store_access_row, motive),
    DB_COL(struct store_access_row, motive_label),
    DB_COL(struct store_access_row, result),
    DB_COL(struct store_access_row, contest),
};

/* ---------------------------------------------------------------- writing */

static void
access_hash(
    const uint8_t before[HASHED_LEN], const struct access_row *r, uint8_t hash_r[HASHED_LEN])
{
	const struct store_access *e = &r->e;
	const char *const names[] = {e->rpps, e->family_name, e->given_name, r->family_fold,
	    r->given_fold, e->profession, e->specialty};
	const char *const motive[] = {
	    e->establishment, e->motive, e->motive_label, e->motive_detail};
	crypto_generichash_state st;

	hashed_begin(&st, before);
	hashed_u64(&st, e->patient_id);
	hashed_u64(&st, e->number);
	hashed_u64(&st, (uint64_t)e->at_ms);
	hashed_u64(&st, (uint64_t)e->recorded_at_ms);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		hashed_text(&st, names[i]);
	hashed_u64(&st, e->establishment_id);
	for (size_t i = 0; i < ARRAY_LEN(motive); i++)
		hashed_text(&st, motive[i]);
	hashed_u64(&st, (uint64_t)r->result);
	hashed_u64(&st, e->exam_id);
	hashed_u64(&st, (uint64_t)e->until_ms);
	hashed_text(&st, e->terminal);
	hashed_end(&st, hash_r);
}

static void
access_anchor(uint64_t number, const uint8_t hash[HASHED_LEN], char out_r[ANCHOR_MAX])
{
	char hex[2 * HASHED_LEN + 1];

	(void)sodium_bin2hex(hex, sizeof(hex), hash, HASHED_LEN);
	(void)snprintf(out_r, ANCHOR_MAX, "number=%" PRIu64 " hash=%s", number, hex);
}

static int
access_insert(struct store_conn *db, const struct access_row *r)
{
	const struct store_access *e = &r->e;

	return db_exec(db, Q_access_insert,
	    BINDS(db_u64(e->patient_id), db_u64(e->number), db_i64(e->at_ms),
		db_i64(e->recorded_at_ms), db_text(e->rpps), db_text(e->family_name),
		db_text(e->given_name), db_text(r->family_fold), db_text(r->given_fold),
		db_text(e->profession), db_text(e->specialty), db_u64(e->establishment_id),
		db_text(e->establishment), db_text(e->motive), db_text(e->motive_label),
		db_text(e->motive_detail), db_i64(r->result), db_u64(e->exam_id),
		db_i64(e->until_ms), db_text(e->terminal), db_blob(r->hash, sizeof(r->hash))),
	    NULL);
}

int
store_access_append(struct store_conn *db, const struct store_access *e,
    const struct store_actor *by, uint64_t *number_r)
{
	static const char *const results[] = {"ok", "over a block", "refused"};
	struct access_row last = {.e = {.number = 0}};
	char *family, *given, anchor[ANCHOR_MAX];
	struct access_row r = {.e = *e, .result = (int)e->result};
	int rc = db_one(db, NULL, Q_access_last, BINDS(db_u64(e->patient_id)),
	    DB_FIELDS(struct access_row, last_fields), &last);

	if (rc && rc != -EM_E_NOT_FOUND)
		return rc;
	if ((unsigned)e->result >= ARRAY_LEN(results))
		return -EM_E_INVALID;
	r.e.number = last.e.number + 1;
	r.family_fold = family = db_fold(e->family_name);
	r.given_fold = given = db_fold(e->given_name);
	access_hash(last.hash, &r, r.hash);
	rc = access_insert(db, &r);
	free(family);
	free(given);
	if (rc)
		return rc;
	*number_r = r.e.number;
	access_anchor(r.e.number, r.hash, anchor);
	return store_audit_append(db, &(struct store_audit){
					  .at_ms = e->recorded_at_ms,
					  .event = "access.added",
					  .actor_account = by->account_id,
					  .actor = by->name,
					  .patient_id = e->patient_id,
					  .exam_id = e->exam_id,
					  .terminal = by->terminal,
					  .result = results[e->result],
					  .detail = anchor,
				      });
}

int
store_access_append_alike(struct store_conn *db, const struct store_access *e,
    const struct store_actor *by, bool keep, uint64_t *number_r)
{
	struct store_access any = *e;
	int undone, rc = db_id(db, Q_patient_any, NO_BINDS, &any.patient_id);

	if (rc == -EM_E_NOT_FOUND)
		return 0;
	if (!rc)
		rc = db_txn(db, DB_TRY);
	if (rc)
		return rc;
	rc = store_access_append(db, keep ? e : &any, by, number_r);
	undone = db_txn(db, !rc && keep ? DB_TRY_KEEP : DB_TRY_UNDO);
	return rc ? rc : undone;
}

int
store_access_known(struct store_conn *db, const struct store_access *e, bool *known_r)
{
	int64_t number = 0;
	int rc = db_scalar(db, Q_access_known,
	    BINDS(db_u64(e->patient_id), db_i64(e->at_ms), db_text(e->rpps),
		db_text(e->motive_label), db_u64(e->exam_id)),
	    &number);

	*known_r = rc == 0;
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

/* ---------------------------------------------------------------- reading */

int
store_access_page(struct store_conn *db, struct arena *a, const struct store_access_query *q,
    struct store_access_row **rows_r, unsigned *n_r)
{
	char *lo, *hi;
	void *rows = NULL;
	int rc;

	db_fold_range(q->name, &lo, &hi);
	rc = db_all(db, a, Q_access_page,
	    BINDS(db_u64(q->patient_id), db_i64(q->from_ms), db_i64(q->before_ms), db_text(lo),
		db_text(hi), db_i64(q->limit), db_i64(q->offset)),
	    DB_FIELDS(struct store_access_row, page_fields), &rows, n_r);
	free(lo);
	free(hi);
	*rows_r = rows;
	return rc;
}

/* All of them: their last number, since there are no holes. */
static int
access_count_all(struct store_conn *db, uint64_t patient_id, int64_t *n_r)
{
	struct access_row last = {.e = {.number = 0}};
	int rc = db_one(db, NULL, Q_access_last, BINDS(db_u64(patient_id)),
	    DB_FIELDS(struct access_row, last_fields), &last);

	*n_r = (int64_t)last.e.number;
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

int
store_access_count(struct store_conn *db, const struct store_access_query *q, uint32_t *n_r)
{
	char *lo, *hi;
	int64_t n = 0;
	int rc;

	db_fold_range(q->name, &lo, &hi);
	if (!*lo && q->from_ms == INT64_MIN && q->before_ms == INT64_MAX)
		rc = access_count_all(db, q->patient_id, &n);
	else
		rc = db_scalar(db, Q_access_count,
		    BINDS(db_u64(q->patient_id), db_i64(q->from_ms), db_i64(q->before_ms),
			db_text(lo), db_text(hi)),
		    &n);
	free(lo);
	free(hi);
	if (!rc)
		*n_r = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	return rc;
}

int
store_access_get(struct store_conn *db, struct arena *a, uint64_t patient_id, uint64_t number,
    struct store_access *r)
{
	struct access_row row;
	int rc = db_one(db, a, Q_access_get, BINDS(db_u64(patient_id), db_u64(number)),
	    DB_FIELDS(struct access_row, access_fields), &row);

	if (rc)
		return rc;
	*r = row.e;
	r->result = (enum access_result)row.result;
	return 0;
}

/* --------------------------------------------------------------- verifying */

/* 1 stops at a wrong row. */
static int
access_check_row(void *arg)
{
	struct access_check *c = arg;
	uint8_t hash[HASHED_LEN];

	if (c->row.e.patient_id != c->patient_id) {
		c->patient_id = c->row.e.patient_id;
		c->number = 0;
		memset(c->before, 0, sizeof(c->before));
	}
	c->number++;
	c->why = c->row.e.number != c->number ? "number" : "chain";
	if (c->row.e.number != c->number)
		return 1;
	access_hash(c->before, &c->row, hash);
	if (sodium_memcmp(hash, c->row.hash, sizeof(hash)) != 0)
		return 1;
	memcpy(c->before, hash, sizeof(hash));
	c->n++;
	if (c->each != NULL)
		c->each(c->arg, c->patient_id, c->number, hash);
	arena_reset(c->arena);
	return 0;
}

int
access_check_step(struct store_conn *db, struct access_check *c, unsigned max, bool *end_r)
{
	const uint64_t before = c->n;
	int rc;

	c->arena = arena_new(ACCESS_ROW_MAX_BYTES);
	rc = db_each(db, c->arena, Q_access_after,
	    BINDS(db_u64(c->patient_id), db_u64(c->number), db_i64(max)),
	    DB_FIELDS(struct access_row, access_fields), &c->row, access_check_row, c);
	arena_free(&c->arena);
	*end_r = rc != 0 || c->n - before < max;
	return rc;
}

int
access_hash_of(
    struct store_conn *db, uint64_t patient_id, uint64_t number, uint8_t hash_r[HASHED_LEN])
{
	struct access_row row;
	int rc = db_one(db, NULL, Q_access_hash, BINDS(db_u64(patient_id), db_u64(number)),
	    DB_FIELDS(struct access_row, hash_fields), &row);

	if (rc == 0)
		memcpy(hash_r, row.hash, HASHED_LEN);
	return rc;
}

bool
access_anchor_read(const char *detail, uint64_t *number_r, uint8_t hash_r[HASHED_LEN])
{
	char want[ANCHOR_MAX];
	const char *hex;
	size_t len = 0;

	if (sscanf(detail, "number=%" SCNu64, number_r) != 1)
		return false;
	hex = strstr(detail, " hash=");
	if (hex == NULL ||
	    sodium_hex2bin(hash_r, HASHED_LEN, hex + strlen(" hash="), 2 * HASHED_LEN, NULL, &len,
		NULL) != 0 ||
	    len != HASHED_LEN)
		return false;
	/* in no other form */
	access_anchor(*number_r, hash_r, want);
	return strcmp(want, detail) == 0;
}
