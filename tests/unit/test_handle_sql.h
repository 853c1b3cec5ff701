/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_SQL_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_SQL_H

#include "tests/unit/test_handle.h"

#include <sqlite3.h>

/* What no method of this server does, by hand in the closed database. */
static inline void
place_sql(struct place *p, const char *sql)
{
	char path[96];
	sqlite3 *db;

	place_close_store(p);
	(void)snprintf(path, sizeof(path), "%s/emage.db", p->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	place_open_store(p);
}

/* First column of the first row, as a number. */
static inline int64_t
place_number(struct place *p, const char *sql)
{
	char path[96];
	sqlite3 *db;
	sqlite3_stmt *stmt;
	int64_t n;

	(void)snprintf(path, sizeof(path), "%s/emage.db", p->dir);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return n;
}

#endif
