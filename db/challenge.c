/* SPDX-License-Identifier: MIT */
/*
 * Access codes awaited. What must happen once is one conditional UPDATE whose
 * count of rows decides; nothing here reads first and writes later.
 */
#include "db/conn.h"

static const struct db_field challenge_fields[] = {
    DB_COL(struct store_challenge, challenge_id),
    DB_COL(struct store_challenge, account_id),
    DB_COL(struct store_challenge, created_at_ms),
    DB_COL(struct store_challenge, sent_at_ms),
    DB_COL(struct store_challenge, expires_at_ms),
    DB_COL(struct store_challenge, channel),
    DB_COL(struct store_challenge, tries_left),
    DB_COL(struct store_challenge, n_sends),
    DB_COL(struct store_challenge, temp_password),
    DB_COL(struct store_challenge, code_hash),
    DB_COL(struct store_challenge, binding),
    DB_COL(struct store_challenge, outbox_id),
};

/* In place of the hash of a code that is no more. */
static const uint8_t challenge_no_code[32];

int
store_challenge_end_all(struct store_conn *db, uint64_t account_id)
{
	return db_exec(db, Q_challenge_end_all,
	    BINDS(db_blob(challenge_no_code, 32), db_u64(account_id)), NULL);
}

int
store_challenge_add(struct store_conn *db, const struct store_challenge *c, uint64_t *id_r)
{
	int rc = store_challenge_end_all(db, c->account_id);

	if (rc)
		return rc;
	return db_id(db, Q_challenge_insert,
	    BINDS(db_u64(c->account_id), db_i64(c->created_at_ms), db_i64(c->sent_at_ms),
		db_i64(c->expires_at_ms), db_i64(c->channel), db_i64(c->tries_left),
		db_i64(c->n_sends), db_i64(c->temp_password), db_blob(c->code_hash, 32),
		db_blob(c->binding, 32), db_u64(c->outbox_id)),
	    id_r);
}

int
store_challenge_get(struct store_conn *db, uint64_t challenge_id, struct store_challenge *r)
{
	return db_one(db, NULL, Q_challenge_get, BINDS(db_u64(challenge_id)),
	    DB_FIELDS(struct store_challenge, challenge_fields), r);
}

int
store_challenge_take_try(struct store_conn *db, uint64_t challenge_id, uint32_t *left_r)
{
	struct store_challenge c;
	int64_t left;
	int rc = db_scalar(db, Q_challenge_take_try, BINDS(db_u64(challenge_id)), &left);

	if (!rc)
		*left_r = (uint32_t)left;
	if (rc != -EM_E_NOT_FOUND)
		return rc;
	rc = store_challenge_get(db, challenge_id, &c);
	return rc ? rc : -EM_E_CODE_DEAD;
}

int
store_challenge_use(struct store_conn *db, uint64_t challenge_id, int64_t now_ms)
{
	return db_exec_one(db, Q_challenge_use,
	    BINDS(db_i64(now_ms), db_blob(challenge_no_code, 32), db_u64(challenge_id)));
}

int
store_challenge_renew(struct store_conn *db, const struct store_challenge *c)
{
	return db_exec_one(db, Q_challenge_renew,
	    BINDS(db_blob(c->code_hash, 32), db_i64(c->sent_at_ms), db_i64(c->expires_at_ms),
		db_i64(c->channel), db_i64(c->n_sends), db_u64(c->outbox_id),
		db_u64(c->challenge_id), db_u64(c->account_id)));
}

int
store_challenge_purge(struct store_conn *db, int64_t before_ms)
{
	return db_exec(db, Q_challenge_purge, BINDS(db_i64(before_ms)), NULL);
}
