/* SPDX-License-Identifier: MIT */
/* What a person sets in the own account, and the consent behind it. */
#include "db/consent.h"

static const struct db_field profile_fields[] = {
    DB_COL(struct store_profile, notice_exam_opened),
    DB_COL(struct store_profile, notice_new_report),
    DB_COL(struct store_profile, password_changed_at_ms),
    DB_COL(struct store_profile, sex),
    DB_COL(struct store_profile, birth_date),
    DB_COL(struct store_profile, created_at_ms),
};

static const struct db_field consent_fields[] = {
    DB_COL(struct store_consent, given),
    DB_COL(struct store_consent, at_ms),
    DB_COL(struct store_consent, establishment),
    DB_COL(struct store_consent, by.account_id),
    DB_COL(struct store_consent, by.establishment_id),
};

int
store_profile_get(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_profile *r)
{
	return db_one(db, a, Q_profile_get, BINDS(db_u64(account_id)),
	    DB_FIELDS(struct store_profile, profile_fields), r);
}

int
store_account_set_language(struct store_conn *db, uint64_t account_id, const char *language)
{
	return db_exec_one(
	    db, Q_account_set_language, BINDS(db_text(language), db_u64(account_id)));
}

int
store_account_set_notices(
    struct store_conn *db, uint64_t account_id, bool exam_opened, bool new_report)
{
	return db_exec_one(db, Q_account_set_notices,
	    BINDS(db_i64(exam_opened), db_i64(new_report), db_u64(account_id)));
}

int
store_account_password_changed(struct store_conn *db, uint64_t account_id, int64_t now_ms)
{
	return db_exec_one(
	    db, Q_account_password_changed, BINDS(db_i64(now_ms), db_u64(account_id)));
}

int
store_account_set_temp(struct store_conn *db, uint64_t account_id, const char *hash,
    int64_t expires_at_ms, int channel)
{
	return db_exec_one(db, Q_account_set_temp,
	    BINDS(db_text(hash), db_i64(expires_at_ms), db_i64(channel), db_u64(account_id)));
}

int
store_account_temp_by(struct store_conn *db, uint64_t account_id, const struct store_desk_hand *by)
{
	return db_exec_one(db, Q_account_temp_by,
	    BINDS(db_u64(by->account_id), db_u64(by->establishment_id), db_u64(account_id)));
}

int
store_account_set_address(
    struct store_conn *db, uint64_t account_id, int channel, const char *address)
{
	return db_exec_one(db, channel == 2 ? Q_account_set_mobile : Q_account_set_email,
	    BINDS(db_text(address), db_u64(account_id)));
}

int
store_account_of_patient(struct store_conn *db, uint64_t patient_id, uint64_t *account_id_r)
{
	return db_id(db, Q_account_of_patient, BINDS(db_u64(patient_id)), account_id_r);
}

int
store_consent_get(
    struct store_conn *db, struct arena *a, uint64_t patient_id, struct store_consent *r)
{
	return db_one(db, a, Q_consent_get, BINDS(db_u64(patient_id)),
	    DB_FIELDS(struct store_consent, consent_fields), r);
}

int
store_consents(struct store_conn *db, struct arena *a, uint64_t patient_id,
    struct store_consent **rows_r, unsigned *n_r)
{
	return db_all(db, a, Q_consent_all, BINDS(db_u64(patient_id)),
	    DB_FIELDS(struct store_consent, consent_fields), (void **)rows_r, n_r);
}

int
store_consent_withdraw(struct store_conn *db, uint64_t account_id, uint64_t patient_id,
    const struct store_consent_by *by, int64_t now_ms)
{
	int rc = consent_add(db, &(const struct consent_row){.patient_id = patient_id,
				     .at_ms = now_ms,
				     .operator_name = by->operator_name,
				     .establishment_id = by->establishment_id,
				     .text_version = "",
				     .text_hash = "",
				     .channel = by->channel,
				     .operator_account = by->operator_account});

	return rc ? rc : db_exec_one(db, Q_account_withdraw, BINDS(db_u64(account_id)));
}

struct original {
	uint64_t instance_id;
};

static const struct db_field original_fields[] = {
    DB_COL(struct original, instance_id),
};

int
store_originals_of(struct store_conn *db, struct arena *a, uint64_t patient_id, uint64_t exam_id,
    uint64_t **ids_r, unsigned *n_r)
{
	void *rows = NULL;
	int rc = db_all(db, a, Q_originals_of, BINDS(db_u64(exam_id), db_u64(patient_id)),
	    DB_FIELDS(struct original, original_fields), &rows, n_r);

	_Static_assert(sizeof(struct original) == sizeof(uint64_t), "rows are ids");
	*ids_r = rows;
	return rc;
}

int
store_exam_report_visible(struct store_conn *db, uint64_t exam_id, uint64_t *patient_id_r)
{
	return db_id(db, Q_exam_report_visible, BINDS(db_u64(exam_id)), patient_id_r);
}
