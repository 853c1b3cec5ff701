/* SPDX-License-Identifier: MIT */
/* Accounts and the patients behind them. */
#include "db/conn.h"

static const struct db_field account_fields[] = {
    DB_COL(struct store_account, account_id),
    DB_COL(struct store_account, patient_id),
    DB_COL(struct store_account, role),
    DB_COL(struct store_account, state),
    DB_COL(struct store_account, identifier),
    DB_COL(struct store_account, civility),
    DB_COL(struct store_account, given_name),
    DB_COL(struct store_account, used_name),
    DB_COL(struct store_account, birth_name),
    DB_COL(struct store_account, email),
    DB_COL(struct store_account, mobile),
    DB_COL(struct store_account, language),
    DB_COL(struct store_account, password_hash),
    DB_COL(struct store_account, temp_hash),
    DB_COL(struct store_account, temp_expires_at_ms),
    DB_COL(struct store_account, temp_channel),
    DB_COL(struct store_account, temp_by.account_id),
    DB_COL(struct store_account, temp_by.establishment_id),
    DB_COL(struct store_account, totp),
};

int
store_account_by_identifier(
    struct store_conn *db, struct arena *a, const char *identifier, struct store_account *r)
{
	return db_one(db, a, Q_account_by_identifier, BINDS(db_text(identifier)),
	    DB_FIELDS(struct store_account, account_fields), r);
}

int
store_account_by_id(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_account *r)
{
	return db_one(db, a, Q_account_by_id, BINDS(db_u64(account_id)),
	    DB_FIELDS(struct store_account, account_fields), r);
}

int
store_account_set_password(struct store_conn *db, uint64_t account_id, const char *hash)
{
	return db_exec_one(db, Q_account_set_password, BINDS(db_text(hash), db_u64(account_id)));
}

int
store_account_rehash(
    struct store_conn *db, uint64_t account_id, const char *old_hash, const char *new_hash)
{
	return db_exec_one(
	    db, Q_account_rehash, BINDS(db_text(new_hash), db_u64(account_id), db_text(old_hash)));
}

int
store_patient_add(struct store_conn *db, const struct store_patient_new *p, uint64_t *patient_id_r,
    uint64_t *account_id_r)
{
	uint64_t patient_id;
	int rc;

	rc = db_id(db, Q_patient_insert,
	    BINDS(db_text(p->civility), db_text(p->given_name), db_text(p->used_name),
		db_text(p->birth_name), db_text(p->sex), db_i64(p->birth_date), db_i64(p->now_ms)),
	    &patient_id);
	if (rc)
		return rc == -EM_E_NOT_FOUND ? -EM_E_INTERNAL : rc;
	rc = store_patient_names_put(db, &(struct store_patient_names){.patient_id = patient_id,
					     .given_name = p->given_name,
					     .used_name = p->used_name,
					     .birth_name = p->birth_name,
					     .birth_date = p->birth_date});
	if (!rc)
		rc = store_account_open(db, p, patient_id, account_id_r);
	if (!rc)
		*patient_id_r = patient_id;
	return rc;
}

int
store_patient_by_ipp(
    struct store_conn *db, const char *authority, const char *ipp, uint64_t *patient_id_r)
{
	return db_id(
	    db, Q_patient_by_number, BINDS(db_text(authority), db_text(ipp)), patient_id_r);
}
