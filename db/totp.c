/* SPDX-License-Identifier: MIT */
/* Authenticator apps and their recovery codes: each code is used once. */
#include "db/conn.h"

static const struct db_field totp_fields[] = {
    DB_COL(struct store_totp, account_id),
    DB_COL(struct store_totp, in_force),
    DB_COL(struct store_totp, since_ms),
    DB_COL(struct store_totp, last_step),
    DB_COL_BYTES(struct store_totp, secret, secret_len),
};

int
store_totp_get(struct store_conn *db, struct arena *a, uint64_t account_id, struct store_totp *r)
{
	return db_one(db, a, Q_totp_get, BINDS(db_u64(account_id)),
	    DB_FIELDS(struct store_totp, totp_fields), r);
}

int
store_totp_offer(struct store_conn *db, const struct store_totp *t)
{
	uint64_t n = 0;
	int rc = db_exec(db, Q_totp_offer,
	    BINDS(db_u64(t->account_id), db_i64(t->since_ms), db_blob(t->secret, t->secret_len)),
	    &n);

	return rc ? rc : n == 1 ? 0 : -EM_E_EXISTS;
}

int
store_totp_begin(struct store_conn *db, uint64_t account_id, int64_t step, int64_t now_ms)
{
	return db_exec_one(
	    db, Q_totp_begin, BINDS(db_i64(step), db_i64(now_ms), db_u64(account_id)));
}

int
store_totp_use(struct store_conn *db, uint64_t account_id, int64_t step)
{
	return db_exec_one(db, Q_totp_use, BINDS(db_i64(step), db_u64(account_id)));
}

int
store_totp_remove(struct store_conn *db, uint64_t account_id)
{
	int rc = db_exec(db, Q_recovery_code_remove, BINDS(db_u64(account_id)), NULL);

	return rc ? rc : db_exec_one(db, Q_totp_remove, BINDS(db_u64(account_id)));
}

int
store_recovery_code_add(struct store_conn *db, uint64_t account_id, const uint8_t code_hash[32])
{
	return db_exec_one(
	    db, Q_recovery_code_insert, BINDS(db_u64(account_id), db_blob(code_hash, 32)));
}

int
store_recovery_code_use(
    struct store_conn *db, uint64_t account_id, const uint8_t code_hash[32], int64_t now_ms)
{
	return db_exec_one(db, Q_recovery_code_use,
	    BINDS(db_i64(now_ms), db_u64(account_id), db_blob(code_hash, 32)));
}

int
store_recovery_codes_left(struct store_conn *db, uint64_t account_id, uint32_t *n_r)
{
	int64_t n = 0;
	int rc = db_scalar(db, Q_recovery_codes_left, BINDS(db_u64(account_id)), &n);

	*n_r = (uint32_t)n;
	return rc;
}
