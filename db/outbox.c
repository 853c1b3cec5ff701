/* SPDX-License-Identifier: MIT */
/* Messages to be sent: written in the transaction that gives the reason. */
#include "db/conn.h"

static const struct db_field outbox_fields[] = {
    DB_COL(struct store_message, outbox_id),
    DB_COL(struct store_message, kind),
    DB_COL(struct store_message, state),
    DB_COL(struct store_message, channel),
    DB_COL(struct store_message, account_id),
    DB_COL(struct store_message, address),
    DB_COL(struct store_message, language),
    DB_COL(struct store_message, subject),
    DB_COL(struct store_message, body),
    DB_COL(struct store_message, created_at_ms),
    DB_COL(struct store_message, due_at_ms),
    DB_COL(struct store_message, expires_at_ms),
    DB_COL(struct store_message, n_tries),
    DB_COL(struct store_message, key),
};

int
store_outbox_add(struct store_conn *db, const struct store_message *m, uint64_t *id_r)
{
	int rc = db_id(db, Q_outbox_insert,
	    BINDS(db_i64(m->kind), db_i64(m->channel), db_u64(m->account_id), db_text(m->address),
		db_text(m->language), db_text(m->subject), db_text(m->body),
		db_i64(m->created_at_ms), db_i64(m->due_at_ms), db_i64(m->expires_at_ms),
		db_blob(m->key, sizeof(m->key))),
	    id_r);

	return rc == -EM_E_NOT_FOUND ? -EM_E_EXISTS : rc;
}

int
store_outbox_due(struct store_conn *db, struct arena *a, enum outbox_kind kind, int channel,
    int64_t now_ms, struct store_message *r, unsigned max, unsigned *n_r)
{
	return db_some(db, a, Q_outbox_due,
	    BINDS(db_i64(kind), db_i64(channel), db_i64(now_ms), db_i64(max)),
	    DB_FIELDS(struct store_message, outbox_fields), r, max, n_r);
}

int
store_outbox_mark(struct store_conn *db, uint64_t outbox_id, enum outbox_state state,
    uint32_t n_tries, int64_t due_at_ms)
{
	return db_exec_one(db, Q_outbox_mark,
	    BINDS(db_i64(state), db_i64(n_tries), db_i64(due_at_ms), db_u64(outbox_id)));
}

int
store_outbox_next_due(struct store_conn *db, int64_t now_ms, int64_t *due_at_ms_r)
{
	return db_scalar(db, Q_outbox_next_due, BINDS(db_i64(now_ms)), due_at_ms_r);
}

int
store_outbox_hold(struct store_conn *db, uint64_t outbox_id, int64_t due_at_ms)
{
	return db_exec(db, Q_outbox_hold, BINDS(db_i64(due_at_ms), db_u64(outbox_id)), NULL);
}

int
store_outbox_purge(struct store_conn *db, int64_t before_ms)
{
	return db_exec(db, Q_outbox_purge, BINDS(db_i64(before_ms)), NULL);
}

int
store_outbox_state(struct store_conn *db, uint64_t outbox_id, enum outbox_state *state_r)
{
	int64_t state = OUTBOX_DROPPED;
	int rc = db_scalar(db, Q_outbox_state, BINDS(db_u64(outbox_id)), &state);

	*state_r = (enum outbox_state)state;
	return rc;
}

int
store_outbox_waiting(struct store_conn *db, struct arena *a, uint64_t after,
    struct store_message *r, unsigned max, unsigned *n_r)
{
	return db_some(db, a, Q_outbox_waiting, BINDS(db_u64(after), db_i64(max)),
	    DB_FIELDS(struct store_message, outbox_fields), r, max, n_r);
}

int
store_outbox_count(struct store_conn *db, uint32_t *n_r)
{
	int64_t n = 0;
	int rc = db_scalar(db, Q_outbox_count, NO_BINDS, &n);

	*n_r = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	return rc;
}

int
store_outbox_retry(struct store_conn *db, uint64_t outbox_id, int64_t now_ms, uint32_t *n_r)
{
	uint64_t n = 0;
	int rc = db_exec(db, Q_outbox_retry, BINDS(db_i64(now_ms), db_u64(outbox_id)), &n);

	*n_r = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	return rc;
}
