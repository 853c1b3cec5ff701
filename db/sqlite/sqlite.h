/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_SQLITE_SQLITE_H
#define EMAGE_DB_SQLITE_SQLITE_H

#include <sqlite3.h>

#include "db/driver.h"

/* The log is moved into the file each time it has grown by so many pages (16 MB): a
 * page that was written often in between is moved once. */
#define SQLITE_CHECKPOINT_PAGES 4000
/* How long to wait for somebody's lock before saying that it is not possible
 * now: a client is told within 5 seconds. */
#define SQLITE_LOCK_WAIT_MS 2000

/* Inside db/sqlite/ (and its tests). */
struct sqlite_conn {
	struct db_conn base;
	sqlite3 *db;
	sqlite3_stmt *stmt[N_QUERIES];
	sqlite3_stmt *txn[N_DB_TXN];
	sqlite3_stmt *data_version;
	bool open[N_QUERIES];
	bool writer;
	int lock_fd;	      /* writer: nobody else has the database */
	int64_t seen_version; /* writer: moves only when somebody else commits */
	int log_pages;	      /* writer: length of the write-ahead log */
	int checkpoint_at;    /* writer: ... from which it is moved into the file */
};

int sqlite_open(const struct store_options *o, bool writer, struct db_conn **c_r);
void sqlite_close(struct db_conn *c, bool clean);

/* copy.c */
int sqlite_copy_begin(struct db_conn *c, const char *path, struct db_copy **copy_r);
int sqlite_copy_step(struct db_copy *c, unsigned n_pages, uint64_t *done_r, uint64_t *total_r);
void sqlite_copy_end(struct db_copy **copy);

/* -EM_E_* of an SQLite result; logs it with where it happened. */
int sqlite_error(sqlite3 *db, int result, const char *where);
/* One statement without rows. */
int sqlite_do(sqlite3 *db, const char *sql);
int sqlite_integer(sqlite3 *db, const char *sql, int64_t *v_r);

/* ------------------------------------------------------------- migrations */

struct sqlite_migration {
	int version; /* 1, 2, 3 ... without holes */
	const char *name;
	const char *sql;
};
extern const struct sqlite_migration sqlite_migrations[];
extern const unsigned sqlite_n_migrations;

/*
 * Brings the schema to the newest version of the list, one transaction per
 * migration, so that a process killed at any moment leaves the old version or
 * the new one. `step`, for tests, is called before each statement.
 * -EM_E_CONFIG when the file is newer than the list or is somebody else's.
 */
int sqlite_migrate(sqlite3 *db, const struct sqlite_migration *list, unsigned n,
    void (*step)(void *arg), void *arg);

#endif
