/* SPDX-License-Identifier: MIT */
/*
 * SQLite under the store: statements are prepared once per connection, at
 * their first use, and read where they lie, without copies.
 */
#include "db/sqlite/sqlite.h"

#include "common/err.h"
#include "common/log.h"

/* From this length on the writer insists on starting the log anew. */
#define LOG_PAGES_RESTART 12000
#define RESTART_WAIT_MS	  200

static const char *const txn_sql[N_DB_TXN] = {
    [DB_BEGIN_READ] = "BEGIN",
    [DB_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [DB_COMMIT] = "COMMIT",
    [DB_ROLLBACK] = "ROLLBACK",
    [DB_SAVEPOINT] = "SAVEPOINT job",
    [DB_RELEASE] = "RELEASE job",
    [DB_ROLLBACK_TO] = "ROLLBACK TO job",
    [DB_TRY] = "SAVEPOINT try",
    [DB_TRY_KEEP] = "RELEASE try",
    [DB_TRY_UNDO] = "ROLLBACK TO try",
};

static struct sqlite_conn *
driver_conn(struct db_conn *c)
{
	return (struct sqlite_conn *)c;
}

int
sqlite_error(sqlite3 *db, int result, const char *where)
{
	int extended = db ? sqlite3_extended_errcode(db) : result;
	int rc = -EM_E_IO;

	switch (result & 0xff) {
	case SQLITE_CONSTRAINT:
		rc = extended == SQLITE_CONSTRAINT_UNIQUE ||
			     extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
			     extended == SQLITE_CONSTRAINT_ROWID
			 ? -EM_E_EXISTS
			 : -EM_E_INVALID;
		break;
	case SQLITE_FULL:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		rc = -EM_E_UNAVAILABLE;
		break;
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		rc = -EM_E_INTERNAL;
		break;
	default:
		break;
	}
	if (rc == -EM_E_EXISTS)
		log_debug("store.exists", "where=%s code=%d", where, extended);
	else
		log_error("store.failed", "where=%s code=%d os=%d why=\"%s\"", where, extended,
		    db ? sqlite3_system_errno(db) : 0, sqlite3_errstr(result));
	return rc;
}

/* ------------------------------------------------------------- statements */

static int
driver_prepare(struct sqlite_conn *c, const char *sql, const char *where, sqlite3_stmt **stmt_r)
{
	int result = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt_r, NULL);

	return result == SQLITE_OK ? 0 : sqlite_error(c->db, result, where);
}

static int
driver_bind(struct sqlite_conn *c, sqlite3_stmt *stmt, int at, const struct db_value *v)
{
	switch (v->type) {
	case DB_INT:
		return sqlite3_bind_int64(stmt, at, v->i);
	case DB_REAL:
		return sqlite3_bind_double(stmt, at, v->d);
	case DB_TEXT:
		return sqlite3_bind_text64(stmt, at, v->p, v->len, SQLITE_STATIC, SQLITE_UTF8);
	case DB_BLOB:
		/* an empty blob is not NULL */
		return sqlite3_bind_blob64(stmt, at, v->len ? v->p : "", v->len, SQLITE_STATIC);
	case DB_NULL:
		return sqlite3_bind_null(stmt, at);
	}
	(void)c;
	return SQLITE_MISUSE;
}

static int
driver_run(struct db_conn *conn, enum db_query q, const struct db_value *binds, unsigned n)
{
	struct sqlite_conn *c = driver_conn(conn);
	sqlite3_stmt *stmt;
	unsigned i;
	int rc;

	if (c->open[q]) {
		log_error("store.misused", "query=%s why=open", db_query_name(q));
		return -EM_E_INTERNAL;
	}
	if (!c->stmt[q]) {
		rc = driver_prepare(c, db_query_sql(q), db_query_name(q), &c->stmt[q]);
		if (rc)
			return rc;
	}
	stmt = c->stmt[q];
	if ((unsigned)sqlite3_bind_parameter_count(stmt) != n) {
		log_error("store.misused", "query=%s why=binds", db_query_name(q));
		return -EM_E_INTERNAL;
	}
	c->open[q] = true;
	for (i = 0; i < n; i++) {
		int result = driver_bind(c, stmt, (int)i + 1, &binds[i]);

		if (result != SQLITE_OK)
			return sqlite_error(c->db, result, db_query_name(q));
	}
	return 0;
}

static int
driver_step(struct db_conn *conn, enum db_query q)
{
	struct sqlite_conn *c = driver_conn(conn);
	int result = sqlite3_step(c->stmt[q]);

	if (result == SQLITE_ROW)
		return 1;
	return result == SQLITE_DONE ? 0 : sqlite_error(c->db, result, db_query_name(q));
}

static unsigned
driver_n_columns(struct db_conn *conn, enum db_query q)
{
	return (unsigned)sqlite3_column_count(driver_conn(conn)->stmt[q]);
}

static void
driver_column(struct db_conn *conn, enum db_query q, unsigned at, struct db_value *v_r)
{
	sqlite3_stmt *stmt = driver_conn(conn)->stmt[q];
	int i = (int)at;

	*v_r = (struct db_value){.type = DB_NULL};
	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_INTEGER:
		v_r->type = DB_INT;
		v_r->i = sqlite3_column_int64(stmt, i);
		break;
	case SQLITE_FLOAT:
		v_r->type = DB_REAL;
		v_r->d = sqlite3_column_double(stmt, i);
		break;
	case SQLITE_TEXT:
		v_r->type = DB_TEXT;
		v_r->p = sqlite3_column_text(stmt, i);
		v_r->len = (size_t)sqlite3_column_bytes(stmt, i);
		break;
	case SQLITE_BLOB:
		v_r->type = DB_BLOB;
		v_r->p = sqlite3_column_blob(stmt, i);
		v_r->len = (size_t)sqlite3_column_bytes(stmt, i);
		break;
	default:
		break;
	}
}

static uint64_t
driver_n_changed(struct db_conn *conn)
{
	return (uint64_t)sqlite3_changes64(driver_conn(conn)->db);
}

static uint64_t
driver_n_changed_ever(struct db_conn *conn)
{
	return (uint64_t)sqlite3_total_changes64(driver_conn(conn)->db);
}

static void
driver_finish(struct db_conn *conn, enum db_query q)
{
	struct sqlite_conn *c = driver_conn(conn);

	if (!c->open[q])
		return;
	/* the result repeats the error that step() reported */
	(void)sqlite3_reset(c->stmt[q]);
	(void)sqlite3_clear_bindings(c->stmt[q]);
	c->open[q] = false;
}

/* ------------------------------------------------------------ transactions */

static int
driver_txn_run(struct sqlite_conn *c, enum db_txn what)
{
	int result, rc;

	if (!c->txn[what]) {
		rc = driver_prepare(c, txn_sql[what], txn_sql[what], &c->txn[what]);
		if (rc)
			return rc;
	}
	result = sqlite3_step(c->txn[what]);
	rc = result == SQLITE_DONE ? 0 : sqlite_error(c->db, result, txn_sql[what]);
	(void)sqlite3_reset(c->txn[what]);
	return rc;
}

/*
 * Debian 12's SQLite may lose commits when two connections write or checkpoint
 * in WAL mode (mended in 3.51.3). The lock file keeps our own programs out;
 * this catches everybody else, such as a shell on the file.
 */
static int
driver_check_alone(struct sqlite_conn *c)
{
	int64_t version;
	int result = sqlite3_step(c->data_version);

	if (result != SQLITE_ROW) {
		(void)sqlite3_reset(c->data_version);
		return sqlite_error(c->db, result, "data_version");
	}
	version = sqlite3_column_int64(c->data_version, 0);
	(void)sqlite3_reset(c->data_version);
	if (c->seen_version && version != c->seen_version) {
		log_error("store.foreign_writer", "seen=%lld now=%lld", (long long)c->seen_version,
		    (long long)version);
		return -EM_E_IO;
	}
	c->seen_version = version;
	return 0;
}

static int
driver_txn(struct db_conn *conn, enum db_txn what)
{
	struct sqlite_conn *c = driver_conn(conn);
	int rc;

	/* after some errors SQLite has rolled back by itself */
	if (what == DB_ROLLBACK && sqlite3_get_autocommit(c->db))
		return 0;
	rc = driver_txn_run(c, what);
	if (!rc && (what == DB_ROLLBACK_TO || what == DB_TRY_UNDO))
		rc = driver_txn_run(c, what == DB_TRY_UNDO ? DB_TRY_KEEP : DB_RELEASE);
	if (!rc && what == DB_BEGIN_WRITE) {
		rc = driver_check_alone(c);
		if (rc)
			(void)driver_txn_run(c, DB_ROLLBACK);
	}
	return rc;
}

/*
 * A passive checkpoint moves what no reader still needs the log for. With
 * readers at all times the log never becomes free by itself: when it is long,
 * wait for those that are there (their transactions last a loop's turn) and
 * start it anew.
 */
static int
driver_maintain(struct db_conn *conn)
{
	struct sqlite_conn *c = driver_conn(conn);
	const bool restart = c->log_pages >= LOG_PAGES_RESTART;
	int result;

	if (c->log_pages < c->checkpoint_at)
		return 0;
	c->checkpoint_at = c->log_pages + SQLITE_CHECKPOINT_PAGES;
	if (!restart) {
		result =
		    sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	} else {
		sqlite3_busy_timeout(c->db, RESTART_WAIT_MS);
		result =
		    sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		sqlite3_busy_timeout(c->db, SQLITE_LOCK_WAIT_MS);
	}
	/* a reader in the way: at the next one */
	if (result == SQLITE_OK || result == SQLITE_BUSY || result == SQLITE_LOCKED)
		return 0;
	return sqlite_error(c->db, result, "checkpoint");
}

const struct db_driver db_sqlite = {
    .name = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .txn = driver_txn,
    .run = driver_run,
    .step = driver_step,
    .n_columns = driver_n_columns,
    .column = driver_column,
    .n_changed = driver_n_changed,
    .n_changed_ever = driver_n_changed_ever,
    .finish = driver_finish,
    .maintain = driver_maintain,
    .copy_begin = sqlite_copy_begin,
    .copy_step = sqlite_copy_step,
    .copy_end = sqlite_copy_end,
};
