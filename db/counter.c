/* SPDX-License-Identifier: MIT */
/* Counters of failures and sends: they outlive connections and restarts. */
#include "db/conn.h"

#include <string.h>

static const struct db_field counter_fields[] = {
    DB_COL(struct store_counter, n),
    DB_COL(struct store_counter, since_ms),
    DB_COL(struct store_counter, last_ms),
};

int
store_counter_get(
    struct store_conn *db, enum counter_kind kind, const uint8_t key[32], struct store_counter *r)
{
	int rc;

	memset(r, 0, sizeof(*r));
	rc = db_one(db, NULL, Q_counter_get, BINDS(db_i64(kind), db_blob(key, 32)),
	    DB_FIELDS(struct store_counter, counter_fields), r);
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

int
store_counter_put(struct store_conn *db, enum counter_kind kind, const uint8_t key[32],
    const struct store_counter *c)
{
	return db_exec(db, Q_counter_put,
	    BINDS(db_i64(kind), db_blob(key, 32), db_i64(c->n), db_i64(c->since_ms),
		db_i64(c->last_ms)),
	    NULL);
}

int
store_counter_purge(struct store_conn *db, int64_t before_ms)
{
	return db_exec(db, Q_counter_purge, BINDS(db_i64(before_ms)), NULL);
}
