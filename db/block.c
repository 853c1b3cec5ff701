/* SPDX-License-Identifier: MIT */
/* Whom a patient shuts out. */
#include "db/conn.h"

static const struct db_field block_fields[] = {
    DB_COL(struct store_professional, professional_id),
    DB_COL(struct store_professional, rpps),
    DB_COL(struct store_professional, family_name),
    DB_COL(struct store_professional, given_name),
    DB_COL(struct store_professional, profession),
    DB_COL(struct store_professional, specialty),
    DB_COL(struct store_professional, blocked_at_ms),
};

static const enum db_query block_page_queries[][2] = {
    [BLOCK_BY_NAME] = {Q_block_page_name_asc, Q_block_page_name_desc},
    [BLOCK_BY_DATE] = {Q_block_page_date_asc, Q_block_page_date_desc},
    [BLOCK_BY_PROFESSION] = {Q_block_page_profession_asc, Q_block_page_profession_desc},
};

int
store_block_get(
    struct store_conn *db, uint64_t patient_id, uint64_t professional_id, int64_t *blocked_at_ms_r)
{
	int rc = db_scalar(
	    db, Q_block_get, BINDS(db_u64(patient_id), db_u64(professional_id)), blocked_at_ms_r);

	if (rc != -EM_E_NOT_FOUND)
		return rc;
	*blocked_at_ms_r = 0;
	return 0;
}

int
store_block_add(struct store_conn *db, uint64_t patient_id, uint64_t professional_id,
    int64_t now_ms, uint32_t max, int64_t *blocked_at_ms_r, bool *was_r)
{
	struct arena *a;
	struct store_professional who;
	uint32_t n = 0;
	int rc = store_block_get(db, patient_id, professional_id, blocked_at_ms_r);

	*was_r = *blocked_at_ms_r != 0;
	if (rc || *was_r)
		return rc;
	a = arena_new(8192);
	rc = store_professional_get(db, a, professional_id, &who);
	arena_free(&a);
	if (!rc)
		rc = store_block_count(db, patient_id, &n);
	if (!rc && n >= max)
		rc = -EM_E_TOO_LARGE;
	if (rc)
		return rc;
	*blocked_at_ms_r = now_ms;
	return db_exec_one(
	    db, Q_block_insert, BINDS(db_u64(patient_id), db_u64(professional_id), db_i64(now_ms)));
}

int
store_block_remove(
    struct store_conn *db, uint64_t patient_id, uint64_t professional_id, bool *was_r)
{
	uint64_t n = 0;
	int rc =
	    db_exec(db, Q_block_delete, BINDS(db_u64(patient_id), db_u64(professional_id)), &n);

	*was_r = n > 0;
	return rc;
}

int
store_block_count(struct store_conn *db, uint64_t patient_id, uint32_t *n_r)
{
	int64_t n = 0;
	int rc = db_scalar(db, Q_block_count, BINDS(db_u64(patient_id)), &n);

	if (!rc)
		*n_r = (uint32_t)n;
	return rc;
}

int
store_block_page(struct store_conn *db, struct arena *a, uint64_t patient_id, enum block_sort sort,
    bool descending, uint32_t offset, uint32_t limit, struct store_professional **rows_r,
    unsigned *n_r)
{
	void *rows = NULL;
	int rc;

	*rows_r = NULL;
	*n_r = 0;
	if ((unsigned)sort >= ARRAY_LEN(block_page_queries))
		return -EM_E_INVALID;
	rc = db_all(db, a, block_page_queries[sort][descending],
	    BINDS(db_u64(patient_id), db_i64(limit), db_i64(offset)),
	    DB_FIELDS(struct store_professional, block_fields), &rows, n_r);
	*rows_r = rows;
	return rc;
}
