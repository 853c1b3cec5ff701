/* SPDX-License-Identifier: MIT */
/* Who is behind the accounts that are no patients', and all open sessions. */
#include "db/conn.h"

#include <stdlib.h>

static const struct db_field staff_fields[] = {
    DB_COL(struct store_staff, account_id),
    DB_COL(struct store_staff, role),
    DB_COL(struct store_staff, family_name),
    DB_COL(struct store_staff, given_name),
    DB_COL(struct store_staff, establishment_id),
    DB_COL(struct store_staff, establishment),
    DB_COL(struct store_staff, professional_id),
    DB_COL(struct store_staff, rpps),
};
static const struct db_field row_fields[] = {
    DB_COL(struct store_staff_row, who.account_id),
    DB_COL(struct store_staff_row, who.role),
    DB_COL(struct store_staff_row, who.family_name),
    DB_COL(struct store_staff_row, who.given_name),
    DB_COL(struct store_staff_row, who.establishment_id),
    DB_COL(struct store_staff_row, who.establishment),
    DB_COL(struct store_staff_row, who.professional_id),
    DB_COL(struct store_staff_row, who.rpps),
    DB_COL(struct store_staff_row, identifier),
    DB_COL(struct store_staff_row, email),
    DB_COL(struct store_staff_row, mobile),
    DB_COL(struct store_staff_row, state),
    DB_COL(struct store_staff_row, created_at_ms),
    DB_COL(struct store_staff_row, last_session_at_ms),
};

int
store_staff_get(struct store_conn *db, struct arena *a, uint64_t account_id, struct store_staff *r)
{
	return db_one(db, a, Q_staff_get, BINDS(db_u64(account_id)),
	    DB_FIELDS(struct store_staff, staff_fields), r);
}

int
store_staff_row(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_staff_row *r)
{
	return db_one(db, a, Q_staff_row, BINDS(db_u64(account_id)),
	    DB_FIELDS(struct store_staff_row, row_fields), r);
}

/* ------------------------------------------------------------------- adding */

static int
staff_insert(struct store_conn *db, const struct store_staff_new *s, uint64_t account_id)
{
	char *family = db_fold(s->family_name), *given = db_fold(s->given_name);
	int rc = db_exec(db, Q_staff_insert,
	    BINDS(db_u64(account_id), db_text(s->family_name), db_text(s->given_name),
		db_text(family), db_text(given), db_u64(s->establishment_id)),
	    NULL);

	free(family);
	free(given);
	return rc;
}

int
store_staff_add(struct store_conn *db, const struct store_staff_new *s, uint64_t *account_id_r)
{
	int rc = db_id(db, Q_staff_account_insert,
	    BINDS(db_i64(s->role), db_text(s->identifier), db_text(s->email), db_text(s->mobile),
		db_text(s->language), db_i64(s->now_ms)),
	    account_id_r);

	if (rc)
		return rc == -EM_E_NOT_FOUND ? -EM_E_EXISTS : rc;
	rc = staff_insert(db, s, *account_id_r);
	if (!rc && s->professional_id)
		rc = store_staff_set_professional(db, *account_id_r, s->professional_id);
	return rc;
}

/* ------------------------------------------------------------------ listing */

/* The ranges of folded text that a name's and an identifier's beginning mean. */
struct staff_range {
	char *lo, *hi, *id_lo, *id_hi;
};

static struct staff_range
staff_range(const struct store_staff_query *q)
{
	struct staff_range r;

	db_fold_range(q->name, &r.lo, &r.hi);
	db_fold_range(q->identifier, &r.id_lo, &r.id_hi);
	return r;
}

static void
staff_range_free(struct staff_range *r)
{
	free(r->lo);
	free(r->hi);
	free(r->id_lo);
	free(r->id_hi);
}

int
store_staff_page(struct store_conn *db, struct arena *a, const struct store_staff_query *q,
    struct store_staff_row **rows_r, unsigned *n_r)
{
	struct staff_range r = staff_range(q);
	void *rows = NULL;
	int rc = db_all(db, a, Q_staff_page,
	    BINDS(db_i64(q->role), db_text(r.lo), db_text(r.hi), db_text(r.id_lo), db_text(r.id_hi),
		db_i64(q->limit), db_i64(q->offset)),
	    DB_FIELDS(struct store_staff_row, row_fields), &rows, n_r);

	staff_range_free(&r);
	*rows_r = rows;
	return rc;
}

int
store_staff_count(struct store_conn *db, const struct store_staff_query *q, uint32_t *n_r)
{
	struct staff_range r = staff_range(q);
	int64_t n = 0;
	int rc = db_scalar(db, Q_staff_count,
	    BINDS(
		db_i64(q->role), db_text(r.lo), db_text(r.hi), db_text(r.id_lo), db_text(r.id_hi)),
	    &n);

	staff_range_free(&r);
	*n_r = (uint32_t)n;
	return rc;
}

/* ----------------------------------------------------------------- changing */

int
store_staff_set_role(struct store_conn *db, uint64_t account_id, int role)
{
	return db_exec_one(db, Q_staff_set_role, BINDS(db_i64(role), db_u64(account_id)));
}

int
store_staff_set_establishment(struct store_conn *db, uint64_t account_id, uint64_t establishment_id)
{
	return db_exec_one(
	    db, Q_staff_set_establishment, BINDS(db_u64(establishment_id), db_u64(account_id)));
}

int
store_staff_set_state(struct store_conn *db, uint64_t account_id, enum account_state state)
{
	return db_exec_one(db, Q_staff_set_state, BINDS(db_i64(state), db_u64(account_id)));
}

int
store_staff_set_professional(struct store_conn *db, uint64_t account_id, uint64_t professional_id)
{
	uint64_t n = 0;
	int rc = db_exec(db, Q_staff_leave_professional,
	    BINDS(db_u64(account_id), db_u64(professional_id)), NULL);

	if (rc || !professional_id)
		return rc;
	rc = db_exec(
	    db, Q_staff_take_professional, BINDS(db_u64(account_id), db_u64(professional_id)), &n);
	return rc ? rc : n == 1 ? 0 : -EM_E_EXISTS;
}

int
store_staff_end_all(struct store_conn *db, uint64_t account_id)
{
	int rc = db_exec(db, Q_staff_end_records, BINDS(db_u64(account_id)), NULL);

	if (!rc)
		rc = store_challenge_end_all(db, account_id);
	return rc ? rc : store_session_end_all(db, account_id, 0);
}

int
store_staff_other_admins(struct store_conn *db, uint64_t account_id, uint32_t *n_r)
{
	int64_t n = 0;
	int rc = db_scalar(db, Q_staff_other_admins, BINDS(db_u64(account_id)), &n);

	*n_r = (uint32_t)n;
	return rc;
}

int
store_staff_signed_in(struct store_conn *db, uint64_t account_id, int64_t now_ms)
{
	return db_exec(db, Q_staff_signed_in, BINDS(db_i64(now_ms), db_u64(account_id)), NULL);
}

/* ------------------------------------------------------------- all sessions */

static const struct db_field session_fields[] = {
    DB_COL(struct store_session_row, session_id),
    DB_COL(struct store_session_row, account_id),
    DB_COL(struct store_session_row, role),
    DB_COL(struct store_session_row, kind),
    DB_COL(struct store_session_row, family_name),
    DB_COL(struct store_session_row, given_name),
    DB_COL(struct store_session_row, opened_at_ms),
    DB_COL(struct store_session_row, active_at_ms),
};

int
store_sessions_page(struct store_conn *db, struct arena *a, int64_t now_ms, uint32_t offset,
    uint32_t limit, struct store_session_row **rows_r, unsigned *n_r)
{
	void *rows = NULL;
	int rc =
	    db_all(db, a, Q_sessions_page, BINDS(db_i64(now_ms), db_i64(limit), db_i64(offset)),
		DB_FIELDS(struct store_session_row, session_fields), &rows, n_r);

	*rows_r = rows;
	return rc;
}

int
store_sessions_count(struct store_conn *db, int64_t now_ms, uint32_t *n_r)
{
	int64_t n = 0;
	int rc = db_scalar(db, Q_sessions_count, BINDS(db_i64(now_ms)), &n);

	*n_r = (uint32_t)n;
	return rc;
}
