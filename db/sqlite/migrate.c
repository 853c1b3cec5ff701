/* SPDX-License-Identifier: MIT */
/*
 * The schema and its versions. `user_version` is written inside the
 * transaction that makes the schema what it says; `application_id` tells our
 * files from others.
 */
#include "db/sqlite/sqlite.h"

#include <stdlib.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/text.h"

#define APPLICATION_ID 1697475943 /* "e-mg" */

const struct sqlite_migration sqlite_migrations[] = {
    {.version = 1, .name = "first", .sql =
#include "db/migrations/0001_first.sql.h"
    },
    {.version = 2, .name = "accesses", .sql =
#include "db/migrations/0002_accesses.sql.h"
    },
    {.version = 3, .name = "account", .sql =
#include "db/migrations/0003_account.sql.h"
    },
    {.version = 4, .name = "directory", .sql =
#include "db/migrations/0004_directory.sql.h"
    },
    {.version = 5, .name = "staff", .sql =
#include "db/migrations/0005_staff.sql.h"
    },
    {.version = 6, .name = "outbox", .sql =
#include "db/migrations/0006_outbox.sql.h"
    },
    {.version = 7, .name = "desk", .sql =
#include "db/migrations/0007_desk.sql.h"
    },
    {.version = 8, .name = "suspended", .sql =
#include "db/migrations/0008_suspended.sql.h"
    },
    {.version = 9, .name = "mark", .sql =
#include "db/migrations/0009_mark.sql.h"
    },
    {.version = 10, .name = "outbox kept", .sql =
#include "db/migrations/0010_outbox.sql.h"
    },
    {.version = 11, .name = "consents", .sql =
#include "db/migrations/0011_consents.sql.h"
    },
};
const unsigned sqlite_n_migrations = ARRAY_LEN(sqlite_migrations);

/* text_fold(), for migrations that fill what is searched by folds. */
static void
migrate_fold(sqlite3_context *context, int n, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	size_t len = text ? (size_t)sqlite3_value_bytes(values[0]) : 0;
	char *out = mem_new(3 * len + 1);

	(void)n;
	sqlite3_result_text64(
	    context, out, text ? text_fold(text, len, out) : 0, free, SQLITE_UTF8);
}

static int
migrate_functions(sqlite3 *db)
{
	int result = sqlite3_create_function_v2(db, "text_fold", 1,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, migrate_fold, NULL, NULL, NULL);

	return result == SQLITE_OK ? 0 : sqlite_error(db, result, "migration");
}

static int
migrate_statements(sqlite3 *db, const char *sql, void (*step)(void *arg), void *arg)
{
	while (*sql) {
		sqlite3_stmt *stmt = NULL;
		int result = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);

		if (result == SQLITE_OK && stmt) {
			if (step)
				step(arg);
			result = sqlite3_step(stmt);
			if (result == SQLITE_DONE || result == SQLITE_ROW)
				result = SQLITE_OK;
		}
		(void)sqlite3_finalize(stmt);
		if (result != SQLITE_OK)
			return sqlite_error(db, result, "migration");
	}
	return 0;
}

static int
migrate_one(sqlite3 *db, const struct sqlite_migration *m, void (*step)(void *arg), void *arg)
{
	char *mark = mem_printf(
	    "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, m->version);
	int rc = sqlite_do(db, "BEGIN IMMEDIATE");

	if (rc)
		goto out;
	rc = migrate_statements(db, m->sql, step, arg);
	if (!rc)
		rc = migrate_statements(db, mark, step, arg);
	if (!rc && step)
		step(arg);
	if (!rc)
		rc = sqlite_do(db, "COMMIT");
	if (rc && !sqlite3_get_autocommit(db))
		(void)sqlite_do(db, "ROLLBACK");
	if (rc)
		log_error("store.migration_failed", "version=%d name=%s", m->version, m->name);
	else
		log_info("store.migrated", "version=%d name=%s", m->version, m->name);
out:
	free(mark);
	return rc;
}

int
sqlite_migrate(sqlite3 *db, const struct sqlite_migration *list, unsigned n,
    void (*step)(void *arg), void *arg)
{
	int64_t id = 0, version = 0, tables = 0;
	unsigned i;
	int rc = sqlite_integer(db, "PRAGMA application_id", &id);

	if (!rc)
		rc = sqlite_integer(db, "PRAGMA user_version", &version);
	if (!rc)
		rc = sqlite_integer(db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc)
		return rc;
	if (tables > 0 ? id != APPLICATION_ID : id != 0 && id != APPLICATION_ID) {
		log_error("store.foreign_file", "application_id=%lld", (long long)id);
		return -EM_E_CONFIG;
	}
	if (version < 0 || (n && version > list[n - 1].version)) {
		log_error("store.newer", "schema=%lld program=%d", (long long)version,
		    list[n - 1].version);
		return -EM_E_CONFIG;
	}
	rc = migrate_functions(db);
	for (i = 0; i < n && !rc; i++) {
		if (list[i].version > version)
			rc = migrate_one(db, &list[i], step, arg);
	}
	return rc;
}
