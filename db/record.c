/* SPDX-License-Identifier: MIT */
/* Records that professionals have open. */
#include "db/conn.h"

static const struct db_field record_fields[] = {
    DB_COL(struct store_record, session_id),
    DB_COL(struct store_record, account_id),
    DB_COL(struct store_record, professional_id),
    DB_COL(struct store_record, patient_id),
    DB_COL(struct store_record, access_number),
    DB_COL(struct store_record, motive),
    DB_COL(struct store_record, motive_label),
    DB_COL(struct store_record, motive_detail),
    DB_COL(struct store_record, result),
    DB_COL(struct store_record, told),
    DB_COL(struct store_record, opened_at_ms),
    DB_COL(struct store_record, until_ms),
};
static const struct db_field look_fields[] = {
    DB_COL(struct store_record, patient_id),
    DB_COL(struct store_record, opened_at_ms),
    DB_COL(struct store_record, until_ms),
};
static const struct db_field person_fields[] = {
    DB_COL(struct store_person, civility),
    DB_COL(struct store_person, given_name),
    DB_COL(struct store_person, used_name),
    DB_COL(struct store_person, birth_name),
    DB_COL(struct store_person, birth_date),
    DB_COL(struct store_person, sex),
    DB_COL(struct store_person, consents),
};

int
store_record_put(struct store_conn *db, const struct store_record *r)
{
	bool was;
	int rc = store_record_end(db, r->session_id, &was);

	if (rc)
		return rc;
	return db_exec(db, Q_record_insert,
	    BINDS(db_u64(r->session_id), db_u64(r->account_id), db_u64(r->professional_id),
		db_u64(r->patient_id), db_u64(r->access_number), db_text(r->motive),
		db_text(r->motive_label), db_text(r->motive_detail), db_i64(r->result),
		db_i64(r->opened_at_ms), db_i64(r->until_ms)),
	    NULL);
}

int
store_record_get(
    struct store_conn *db, struct arena *a, uint64_t session_id, struct store_record *r)
{
	return db_one(db, a, Q_record_get, BINDS(db_u64(session_id)),
	    DB_FIELDS(struct store_record, record_fields), r);
}

int
store_record_look(struct store_conn *db, uint64_t session_id, struct store_record *r)
{
	return db_one(db, NULL, Q_record_look, BINDS(db_u64(session_id)),
	    DB_FIELDS(struct store_record, look_fields), r);
}

int
store_record_set_told(struct store_conn *db, uint64_t session_id)
{
	return db_exec_one(db, Q_record_told, BINDS(db_u64(session_id)));
}

int
store_record_end(struct store_conn *db, uint64_t session_id, bool *was_r)
{
	uint64_t n = 0;
	int rc = db_exec(db, Q_record_end, BINDS(db_u64(session_id)), &n);

	*was_r = n > 0;
	return rc;
}

struct holder {
	uint64_t account_id;
};

int
store_record_holders(struct store_conn *db, uint64_t patient_id, uint64_t *account_ids_r,
    unsigned max, unsigned *n_r)
{
	static const struct db_field fields[] = {DB_COL(struct holder, account_id)};

	_Static_assert(sizeof(struct holder) == sizeof(*account_ids_r), "rows are ids");
	return db_some(db, NULL, Q_record_holders, BINDS(db_u64(patient_id)),
	    DB_FIELDS(struct holder, fields), account_ids_r, max, n_r);
}

int
store_record_purge(struct store_conn *db, int64_t now_ms)
{
	return db_exec(db, Q_record_purge, BINDS(db_i64(now_ms)), NULL);
}

int
store_record_person(
    struct store_conn *db, struct arena *a, uint64_t patient_id, struct store_person *r)
{
	return db_one(db, a, Q_record_person, BINDS(db_u64(patient_id)),
	    DB_FIELDS(struct store_person, person_fields), r);
}
