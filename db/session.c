/* SPDX-License-Identifier: MIT */
/* Sessions: a row that is gone is a session that has ended. */
#include "db/conn.h"

static const struct db_field session_fields[] = {
    DB_COL(struct store_session, session_id),
    DB_COL(struct store_session, account_id),
    DB_COL(struct store_session, patient_id),
    DB_COL(struct store_session, role),
    DB_COL(struct store_session, kind),
    DB_COL(struct store_session, opened_at_ms),
    DB_COL(struct store_session, active_at_ms),
    DB_COL(struct store_session, idle_limit_ms),
    DB_COL(struct store_session, ends_at_ms),
    DB_COL(struct store_session, generation),
    DB_COL(struct store_session, factors),
    DB_COL(struct store_session, token_hash),
};

int
store_session_add(struct store_conn *db, const struct store_session *s, uint64_t *id_r)
{
	return db_id(db, Q_session_insert,
	    BINDS(db_u64(s->account_id), db_u64(s->patient_id), db_i64(s->role), db_i64(s->kind),
		db_i64(s->opened_at_ms), db_i64(s->active_at_ms), db_i64(s->idle_limit_ms),
		db_i64(s->ends_at_ms), db_i64(s->generation), db_i64(s->factors),
		db_blob(s->token_hash, 32)),
	    id_r);
}

int
store_session_get(struct store_conn *db, uint64_t session_id, struct store_session *r)
{
	return db_one(db, NULL, Q_session_get, BINDS(db_u64(session_id)),
	    DB_FIELDS(struct store_session, session_fields), r);
}

int
store_session_by_token(struct store_conn *db, const uint8_t token_hash[32], struct store_session *r)
{
	return db_one(db, NULL, Q_session_by_token, BINDS(db_blob(token_hash, 32)),
	    DB_FIELDS(struct store_session, session_fields), r);
}

int
store_session_touch(struct store_conn *db, uint64_t session_id, int64_t active_at_ms)
{
	return db_exec_one(db, Q_session_touch, BINDS(db_i64(active_at_ms), db_u64(session_id)));
}

int
store_session_retoken(
    struct store_conn *db, uint64_t session_id, const uint8_t token_hash[32], int64_t now_ms)
{
	return db_exec_one(db, Q_session_retoken,
	    BINDS(db_blob(token_hash, 32), db_i64(now_ms), db_u64(session_id)));
}

int
store_session_end(struct store_conn *db, uint64_t session_id)
{
	return db_exec_one(db, Q_session_end, BINDS(db_u64(session_id)));
}

int
store_session_end_all(struct store_conn *db, uint64_t account_id, uint64_t except)
{
	return db_exec(db, Q_session_end_all, BINDS(db_u64(account_id), db_u64(except)), NULL);
}

int
store_session_list(struct store_conn *db, uint64_t account_id, struct store_session *r,
    unsigned max, unsigned *n_r)
{
	return db_some(db, NULL, Q_session_list, BINDS(db_u64(account_id), db_i64(max)),
	    DB_FIELDS(struct store_session, session_fields), r, max, n_r);
}

int
store_session_purge(struct store_conn *db, int64_t now_ms)
{
	return db_exec(db, Q_session_purge, BINDS(db_i64(now_ms)), NULL);
}
