/* SPDX-License-Identifier: MIT */
/*
 * Addresses on their way to others. What must happen once is one conditional
 * UPDATE whose count of rows decides.
 */
#include "db/conn.h"

static const struct db_field contact_fields[] = {
    DB_COL(struct store_contact_change, change_id),
    DB_COL(struct store_contact_change, account_id),
    DB_COL(struct store_contact_change, state),
    DB_COL(struct store_contact_change, session_id),
    DB_COL(struct store_contact_change, channel),
    DB_COL(struct store_contact_change, old_address),
    DB_COL(struct store_contact_change, new_address),
    DB_COL(struct store_contact_change, tries_left),
    DB_COL(struct store_contact_change, sent_at_ms),
    DB_COL(struct store_contact_change, expires_at_ms),
    DB_COL(struct store_contact_change, done_at_ms),
    DB_COL(struct store_contact_change, code_hash),
    DB_COL(struct store_contact_change, undo_hash),
    DB_COL(struct store_contact_change, by.account_id),
    DB_COL(struct store_contact_change, by.establishment_id),
};

/* In place of the hash of a code that is no more. */
static const uint8_t contact_no_code[32];

int
store_contact_drop(struct store_conn *db, uint64_t account_id)
{
	return db_exec(
	    db, Q_contact_drop, BINDS(db_blob(contact_no_code, 32), db_u64(account_id)), NULL);
}

int
store_contact_add(
    struct store_conn *db, const struct store_contact_change *c, uint64_t *change_id_r)
{
	int rc = store_contact_drop(db, c->account_id);

	if (rc)
		return rc;
	return db_id(db, Q_contact_insert,
	    BINDS(db_u64(c->account_id), db_u64(c->session_id), db_i64(c->channel),
		db_text(c->old_address), db_text(c->new_address), db_i64(c->tries_left),
		db_i64(c->sent_at_ms), db_i64(c->expires_at_ms), db_blob(c->code_hash, 32),
		db_blob(contact_no_code, 32), db_u64(c->by.account_id),
		db_u64(c->by.establishment_id)),
	    change_id_r);
}

int
store_contact_open(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_contact_change *r)
{
	return db_one(db, a, Q_contact_open, BINDS(db_u64(account_id)),
	    DB_FIELDS(struct store_contact_change, contact_fields), r);
}

int
store_contact_take_try(struct store_conn *db, uint64_t change_id, uint32_t *left_r)
{
	int64_t left = 0;
	int rc = db_scalar(db, Q_contact_take_try, BINDS(db_u64(change_id)), &left);

	*left_r = (uint32_t)left;
	return rc;
}

int
store_contact_proven(struct store_conn *db, const struct store_contact_change *c)
{
	return db_exec_one(db, Q_contact_proven,
	    BINDS(db_blob(c->code_hash, 32), db_i64(c->tries_left), db_i64(c->sent_at_ms),
		db_i64(c->expires_at_ms), db_u64(c->change_id)));
}

int
store_contact_done(
    struct store_conn *db, uint64_t change_id, const uint8_t undo_hash[32], int64_t now_ms)
{
	return db_exec_one(db, Q_contact_done,
	    BINDS(db_blob(contact_no_code, 32), db_blob(undo_hash, 32), db_i64(now_ms),
		db_u64(change_id)));
}

int
store_contact_by_undo(struct store_conn *db, struct arena *a, const uint8_t undo_hash[32],
    struct store_contact_change *r)
{
	return db_one(db, a, Q_contact_by_undo, BINDS(db_blob(undo_hash, 32)),
	    DB_FIELDS(struct store_contact_change, contact_fields), r);
}

int
store_contact_undo(struct store_conn *db, const struct store_contact_change *c)
{
	uint64_t n = 0;
	int rc = db_exec(db, Q_contact_undo,
	    BINDS(db_u64(c->account_id), db_i64(c->channel), db_u64(c->change_id)), &n);

	return rc ? rc : n > 0 ? 0 : -EM_E_NOT_FOUND;
}

int
store_contact_last_done(
    struct store_conn *db, uint64_t account_id, int channel, int64_t *done_at_ms_r)
{
	return db_scalar(
	    db, Q_contact_last_done, BINDS(db_u64(account_id), db_i64(channel)), done_at_ms_r);
}

int
store_contact_last_desk(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_contact_change *r)
{
	return db_one(db, a, Q_contact_last_desk, BINDS(db_u64(account_id)),
	    DB_FIELDS(struct store_contact_change, contact_fields), r);
}

int
store_contact_purge(struct store_conn *db, int64_t before_ms)
{
	return db_exec(db, Q_contact_purge, BINDS(db_i64(before_ms)), NULL);
}
