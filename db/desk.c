/* SPDX-License-Identifier: MIT */
/*
 * What the reception desk writes down: consents, the accounts that they open,
 * codes handed over in person.
 */
#include "db/consent.h"

static const struct db_field number_fields[] = {
    DB_COL(struct store_number, authority),
    DB_COL(struct store_number, ipp),
};
static const struct db_field entry_fields[] = {
    DB_COL(struct store_consent_entry, given),
    DB_COL(struct store_consent_entry, at_ms),
    DB_COL(struct store_consent_entry, operator_name),
    DB_COL(struct store_consent_entry, establishment),
    DB_COL(struct store_consent_entry, text_version),
    DB_COL(struct store_consent_entry, channel),
};
static const struct db_field code_fields[] = {
    DB_COL(struct store_desk_code, expires_at_ms),
    DB_COL(struct store_desk_code, by.account_id),
    DB_COL(struct store_desk_code, by.establishment_id),
};
static const struct db_field house_fields[] = {
    DB_COL(struct store_house, finess),
    DB_COL(struct store_house, name),
};

/* In place of the hash of a code that is no more. */
static const uint8_t desk_no_code[32];

static const char *
desk_text(const char *s)
{
	return s ? s : "";
}

int
store_patient_numbers(struct store_conn *db, struct arena *a, uint64_t patient_id,
    struct store_number **rows_r, unsigned *n_r)
{
	return db_all(db, a, Q_patient_numbers, BINDS(db_u64(patient_id)),
	    DB_FIELDS(struct store_number, number_fields), (void **)rows_r, n_r);
}

int
store_consent_ledger(struct store_conn *db, struct arena *a, uint64_t patient_id,
    struct store_consent_entry **rows_r, unsigned *n_r)
{
	return db_all(db, a, Q_consent_ledger, BINDS(db_u64(patient_id)),
	    DB_FIELDS(struct store_consent_entry, entry_fields), (void **)rows_r, n_r);
}

int
store_establishment_get(
    struct store_conn *db, struct arena *a, uint64_t establishment_id, struct store_house *r)
{
	return db_one(db, a, Q_establishment_get, BINDS(db_u64(establishment_id)),
	    DB_FIELDS(struct store_house, house_fields), r);
}

/* ---------------------------------------------------- consent and account */

/* The patient's own number again is no fault. */
static int
desk_add_number(struct store_conn *db, const struct store_patient_new *p, uint64_t patient_id)
{
	uint64_t added = 0, owner = 0;
	int rc;

	if (!p->ipp || !*p->ipp)
		return 0;
	rc = db_exec(db, Q_patient_number_insert,
	    BINDS(db_text(p->ipp_authority), db_text(p->ipp), db_u64(patient_id)), &added);
	if (rc || added == 1)
		return rc;
	rc = store_patient_by_ipp(db, p->ipp_authority, p->ipp, &owner);
	return rc ? rc : owner == patient_id ? 0 : -EM_E_EXISTS;
}

/* Before the account: the database refuses an active one without it. */
static int
desk_add_consent(struct store_conn *db, const struct store_patient_new *p, uint64_t patient_id)
{
	return consent_add(db, &(const struct consent_row){.patient_id = patient_id,
				   .given = true,
				   .at_ms = p->now_ms,
				   .operator_name = desk_text(p->operator_name),
				   .establishment_id = p->establishment_id,
				   .text_version = desk_text(p->text_version),
				   .text_hash = desk_text(p->text_hash),
				   .channel = desk_text(p->channel),
				   .operator_account = p->operator_account});
}

int
store_account_open(struct store_conn *db, const struct store_patient_new *p, uint64_t patient_id,
    uint64_t *account_id_r)
{
	uint64_t there = 0;
	int rc = store_account_of_patient(db, patient_id, &there);

	if (rc != -EM_E_NOT_FOUND)
		return rc ? rc : -EM_E_EXISTS;
	rc = desk_add_number(db, p, patient_id);
	if (!rc)
		rc = desk_add_consent(db, p, patient_id);
	if (rc)
		return rc;
	rc = db_id(db, Q_account_insert,
	    BINDS(db_u64(patient_id), db_text(p->identifier), db_text(p->email), db_text(p->mobile),
		db_text(p->language), db_text(p->temp_hash), db_i64(p->temp_expires_at_ms),
		db_i64(p->now_ms), db_u64(p->operator_account), db_u64(p->establishment_id)),
	    account_id_r);
	return rc == -EM_E_NOT_FOUND ? -EM_E_EXISTS : rc;
}

static int
desk_forget(struct store_conn *db, uint64_t account_id)
{
	int rc = store_totp_remove(db, account_id);

	if (rc == -EM_E_NOT_FOUND)
		rc = 0;
	if (!rc)
		rc = db_exec(db, Q_contact_forget,
		    BINDS(db_blob(desk_no_code, 32), db_u64(account_id)), NULL);
	return rc ? rc : store_desk_code_drop(db, account_id);
}

int
store_account_reopen(struct store_conn *db, const struct store_patient_new *p, uint64_t patient_id,
    uint64_t account_id)
{
	int rc = desk_add_number(db, p, patient_id);

	if (!rc)
		rc = desk_add_consent(db, p, patient_id);
	if (rc)
		return rc;
	rc = db_exec_one(db, Q_account_reopen,
	    BINDS(db_text(p->email), db_text(p->mobile), db_text(p->language),
		db_text(p->temp_hash), db_i64(p->temp_expires_at_ms), db_u64(p->operator_account),
		db_u64(p->establishment_id), db_u64(account_id)));
	if (rc)
		return rc == -EM_E_NOT_FOUND ? -EM_E_EXISTS : rc;
	return desk_forget(db, account_id);
}

/* ---------------------------------------------------------------- suspended */

int
store_account_suspend(struct store_conn *db, uint64_t account_id, int64_t now_ms)
{
	int rc = db_exec_one(db, Q_account_suspend, BINDS(db_i64(now_ms), db_u64(account_id)));

	return rc ? rc : store_desk_code_drop(db, account_id);
}

int
store_account_resume(struct store_conn *db, uint64_t account_id)
{
	int rc = db_exec_one(db, Q_account_resume, BINDS(db_u64(account_id)));

	if (rc)
		return rc;
	rc = store_totp_remove(db, account_id);
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

/* ------------------------------------------------------- codes in person */

int
store_desk_code_put(struct store_conn *db, uint64_t account_id, const struct store_desk_code *c)
{
	return db_exec(db, Q_desk_code_put,
	    BINDS(db_u64(account_id), db_blob(c->hash, 32), db_i64(c->expires_at_ms),
		db_u64(c->by.account_id), db_u64(c->by.establishment_id)),
	    NULL);
}

int
store_desk_code_by(struct store_conn *db, uint64_t account_id, const uint8_t code_hash[32],
    int64_t now_ms, struct store_desk_hand *r)
{
	struct store_desk_code c = {.expires_at_ms = 0};
	int rc =
	    db_one(db, NULL, Q_desk_code_get, BINDS(db_u64(account_id), db_blob(code_hash, 32)),
		DB_FIELDS(struct store_desk_code, code_fields), &c);

	*r = c.by;
	return rc ? rc : c.expires_at_ms <= now_ms ? -EM_E_NOT_FOUND : 0;
}

int
store_desk_code_use(
    struct store_conn *db, uint64_t account_id, const uint8_t code_hash[32], int64_t now_ms)
{
	struct store_desk_hand by;
	int rc = store_desk_code_by(db, account_id, code_hash, now_ms, &by);

	return rc ? rc
		  : db_exec_one(
			db, Q_desk_code_use, BINDS(db_u64(account_id), db_blob(code_hash, 32)));
}

int
store_desk_code_drop(struct store_conn *db, uint64_t account_id)
{
	return db_exec(db, Q_desk_code_drop, BINDS(db_u64(account_id)), NULL);
}

int
store_desk_code_purge(struct store_conn *db, int64_t now_ms)
{
	return db_exec(db, Q_desk_code_purge, BINDS(db_i64(now_ms)), NULL);
}
