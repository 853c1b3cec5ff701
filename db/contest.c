/* SPDX-License-Identifier: MIT */
/* Questions of patients about accesses, and their answers: both only added. */
#include "db/conn.h"

static const struct db_field contest_fields[] = {
    DB_COL(struct store_contest, contest_id),
    DB_COL(struct store_contest, patient_id),
    DB_COL(struct store_contest, number),
    DB_COL(struct store_contest, at_ms),
    DB_COL(struct store_contest, question),
    DB_COL(struct store_contest, answered_at_ms),
    DB_COL(struct store_contest, author),
    DB_COL(struct store_contest, answer),
};

#define CONTEST_MAX_BYTES 65536

int
store_contest_of(struct store_conn *db, struct arena *a, uint64_t patient_id, uint64_t number,
    struct store_contest *r)
{
	return db_one(db, a, Q_contest_newest, BINDS(db_u64(patient_id), db_u64(number)),
	    DB_FIELDS(struct store_contest, contest_fields), r);
}

int
store_contest_add(struct store_conn *db, uint64_t patient_id, uint64_t number, const char *question,
    int64_t now_ms, uint64_t *contest_id_r)
{
	struct arena *a = arena_new(CONTEST_MAX_BYTES);
	struct store_access access;
	struct store_contest c = {.contest_id = 0};
	int rc = store_access_get(db, a, patient_id, number, &access);

	if (!rc) {
		rc = store_contest_of(db, a, patient_id, number, &c);
		if (rc == -EM_E_NOT_FOUND)
			rc = 0;
		else if (!rc && c.answered_at_ms == 0)
			rc = -EM_E_EXISTS;
	}
	arena_free(&a);
	if (rc)
		return rc;
	return db_id(db, Q_contest_insert,
	    BINDS(db_u64(patient_id), db_u64(number), db_i64(now_ms), db_text(question)),
	    contest_id_r);
}

int
store_contests_open(struct store_conn *db, struct arena *a, uint64_t after, struct store_contest *r,
    unsigned max, unsigned *n_r)
{
	return db_some(db, a, Q_contests_open, BINDS(db_u64(after), db_i64(max)),
	    DB_FIELDS(struct store_contest, contest_fields), r, max, n_r);
}

int
store_contest_answer(struct store_conn *db, struct arena *a, uint64_t contest_id,
    const char *author, const char *answer, int64_t now_ms, struct store_contest *r)
{
	int rc = db_one(db, a, Q_contest_get, BINDS(db_u64(contest_id)),
	    DB_FIELDS(struct store_contest, contest_fields), r);

	if (!rc && r->answered_at_ms != 0)
		rc = -EM_E_EXISTS;
	if (rc)
		return rc;
	return db_exec(db, Q_contest_answer_insert,
	    BINDS(db_u64(contest_id), db_i64(now_ms), db_text(author), db_text(answer)), NULL);
}

/* ---------------------------------------------------------------- whom to ask */

struct contest_text {
	const char *text;
};
static const struct db_field text_fields[] = {DB_COL(struct contest_text, text)};

static int
contest_text(struct store_conn *db, struct arena *a, enum db_query q, uint64_t establishment_id,
    const char **text_r)
{
	struct contest_text t = {.text = ""};
	int rc = db_one(db, a, q, BINDS(db_u64(establishment_id)),
	    DB_FIELDS(struct contest_text, text_fields), &t);

	*text_r = t.text;
	return rc;
}

int
store_establishment_name(
    struct store_conn *db, struct arena *a, uint64_t establishment_id, const char **name_r)
{
	return contest_text(db, a, Q_establishment_name, establishment_id, name_r);
}

int
store_establishment_contact(
    struct store_conn *db, struct arena *a, uint64_t establishment_id, const char **contact_r)
{
	return contest_text(db, a, Q_establishment_contact, establishment_id, contact_r);
}

int
store_establishment_set_contact(
    struct store_conn *db, uint64_t establishment_id, const char *contact)
{
	return db_exec_one(
	    db, Q_establishment_set_contact, BINDS(db_text(contact), db_u64(establishment_id)));
}
