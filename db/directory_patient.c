/* SPDX-License-Identifier: MIT */
/* Patients by their national and local numbers, before they have an account. */
#include "db/conn.h"

static const struct db_field ins_fields[] = {
    DB_COL(struct store_ins, oid),
    DB_COL(struct store_ins, matricule),
    DB_COL(struct store_ins, key),
    DB_COL(struct store_ins, status),
};
static const struct db_field traits_fields[] = {
    DB_COL(struct store_traits, civility),
    DB_COL(struct store_traits, given_name),
    DB_COL(struct store_traits, used_name),
    DB_COL(struct store_traits, birth_name),
    DB_COL(struct store_traits, sex),
    DB_COL(struct store_traits, birth_date),
    DB_COL(struct store_traits, insee_place),
    DB_COL(struct store_traits, email),
    DB_COL(struct store_traits, mobile),
    DB_COL(struct store_traits, has_account),
};

int
store_patient_by_ins(
    struct store_conn *db, const char *oid, const char *matricule, uint64_t *patient_id_r)
{
	return db_id(db, Q_patient_by_ins, BINDS(db_text(oid), db_text(matricule)), patient_id_r);
}

int
store_patient_ins(struct store_conn *db, struct arena *a, uint64_t patient_id, struct store_ins *r,
    unsigned max, unsigned *n_r)
{
	return db_some(db, a, Q_patient_ins_of, BINDS(db_u64(patient_id), db_i64(max)),
	    DB_FIELDS(struct store_ins, ins_fields), r, max, n_r);
}

int
store_patient_ins_put(struct store_conn *db, uint64_t patient_id, const struct store_ins *ins)
{
	uint64_t n = 0;
	int rc = db_exec(db, Q_patient_ins_put,
	    BINDS(db_text(ins->oid), db_text(ins->matricule), db_text(ins->key),
		db_text(ins->status), db_u64(patient_id)),
	    &n);

	return rc ? rc : n == 1 ? 0 : -EM_E_EXISTS;
}

int
store_patient_number_put(
    struct store_conn *db, uint64_t patient_id, const char *authority, const char *ipp)
{
	uint64_t n = 0, whose = 0;
	int rc = db_exec(db, Q_patient_number_insert,
	    BINDS(db_text(authority), db_text(ipp), db_u64(patient_id)), &n);

	if (rc || n == 1)
		return rc;
	rc = store_patient_by_ipp(db, authority, ipp, &whose);
	return rc ? rc : whose == patient_id ? 0 : -EM_E_EXISTS;
}

int
store_patient_traits(
    struct store_conn *db, struct arena *a, uint64_t patient_id, struct store_traits *r)
{
	return db_one(db, a, Q_patient_traits_get, BINDS(db_u64(patient_id)),
	    DB_FIELDS(struct store_traits, traits_fields), r);
}

static int
directory_contact(struct store_conn *db, uint64_t patient_id, const struct store_traits *t)
{
	if (t->has_account || (!*t->email && !*t->mobile))
		return 0;
	return db_exec(db, Q_patient_contact_put,
	    BINDS(db_u64(patient_id), db_text(t->email), db_text(t->mobile)), NULL);
}

int
store_patient_known_add(
    struct store_conn *db, const struct store_traits *t, int64_t now_ms, uint64_t *patient_id_r)
{
	int rc = db_id(db, Q_patient_insert,
	    BINDS(db_text(t->civility), db_text(t->given_name), db_text(t->used_name),
		db_text(t->birth_name), db_text(t->sex), db_i64(t->birth_date), db_i64(now_ms)),
	    patient_id_r);

	if (rc)
		return rc == -EM_E_NOT_FOUND ? -EM_E_INTERNAL : rc;
	return store_patient_traits_set(db, *patient_id_r, t);
}

int
store_patient_traits_set(struct store_conn *db, uint64_t patient_id, const struct store_traits *t)
{
	int rc = db_exec_one(db, Q_patient_traits_set,
	    BINDS(db_text(t->civility), db_text(t->given_name), db_text(t->used_name),
		db_text(t->birth_name), db_text(t->sex), db_i64(t->birth_date),
		db_text(t->insee_place), db_u64(patient_id)));

	if (!rc)
		rc = store_patient_names_put(
		    db, &(struct store_patient_names){.patient_id = patient_id,
			    .given_name = t->given_name,
			    .used_name = t->used_name,
			    .birth_name = t->birth_name,
			    .birth_date = t->birth_date});
	return rc ? rc : directory_contact(db, patient_id, t);
}

int
store_patient_contact_forget(struct store_conn *db, uint64_t patient_id)
{
	return db_exec(db, Q_patient_contact_forget, BINDS(db_u64(patient_id)), NULL);
}
