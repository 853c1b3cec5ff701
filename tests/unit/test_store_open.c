/* SPDX-License-Identifier: MIT */
/* Opening: the schema and its versions, killed in the middle, newer than the
 * program; who else is there; files and settings. */
#include "tests/unit/test_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "db/sqlite/sqlite.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_folder, fixture_teardown)

static sqlite3 *
plain_open(struct fixture *f)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static int64_t
integer(sqlite3 *db, const char *sql)
{
	int64_t v = -1;

	assert_int_equal(sqlite_integer(db, sql, &v), 0);
	return v;
}

/* The schema as one text, to be compared. */
static char *
schema_of(sqlite3 *db)
{
	sqlite3_stmt *stmt;
	char *all = mem_strdup("");

	assert_int_equal(sqlite3_prepare_v2(db,
			     "SELECT name || COALESCE(sql, '') FROM sqlite_schema ORDER BY name",
			     -1, &stmt, NULL),
	    SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		char *more = mem_printf("%s\n%s", all, (const char *)sqlite3_column_text(stmt, 0));

		free(all);
		all = more;
	}
	sqlite3_finalize(stmt);
	return all;
}

/* --------------------------------------------------------------- migrations */

static const struct sqlite_migration steps[] = {
    {.version = 1,
	.name = "one",
	.sql = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1), (2);"
	       "CREATE TRIGGER t BEFORE DELETE ON a BEGIN SELECT RAISE(ABORT, 'no'); END;"},
    {.version = 2,
	.name = "two",
	.sql = "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = 10 * x;"
	       "CREATE TABLE b (z TEXT) STRICT; -- the end\n"},
};

struct killer {
	unsigned at, n;
};

static void
kill_at(void *arg)
{
	struct killer *k = arg;

	if (++k->n == k->at)
		_exit(9);
}

/* Returns whether the process was killed, that is: had so many statements. */
static bool
migrate_killed_at(struct fixture *f, const struct sqlite_migration *list, unsigned n, unsigned at)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct killer k = {.at = at};
		sqlite3 *db = plain_open(f);

		_exit(sqlite_migrate(db, list, n, kill_at, &k) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != 9)
		assert_int_equal(WEXITSTATUS(status), 0);
	return WEXITSTATUS(status) == 9;
}

static void
forget_database(struct fixture *f)
{
	static const char *const suffix[] = {"", "-wal", "-shm"};
	char name[128];
	size_t i;

	for (i = 0; i < ARRAY_LEN(suffix); i++) {
		snprintf(name, sizeof(name), "%s%s", f->path, suffix[i]);
		unlink(name);
	}
}

static void
test_killed_at_each_statement_is_old_or_new(void **state)
{
	static const char *const tables[] = {"", "a,t", "a,b,t"};
	struct fixture *f = *state;
	unsigned at;
	bool killed = true;

	for (at = 1; killed; at++) {
		sqlite3 *db;
		int64_t version;

		killed = migrate_killed_at(f, steps, 2, at);
		db = plain_open(f);
		version = integer(db, "PRAGMA user_version");
		assert_in_range(version, 0, 2);
		assert_int_equal(version == 2, !killed);
		{
			char *sql =
			    mem_printf("SELECT COALESCE((SELECT group_concat(name) FROM "
				       "(SELECT name FROM sqlite_schema ORDER BY name)), '')"
				       " = '%s'",
				tables[version]);

			assert_int_equal(integer(db, sql), 1);
			free(sql);
		}
		if (version == 1)
			assert_int_equal(integer(db, "SELECT count(*) FROM a"), 2);
		/* and it goes on from there */
		assert_int_equal(sqlite_migrate(db, steps, 2, NULL, NULL), 0);
		assert_int_equal(integer(db, "SELECT sum(y) FROM a"), 30);
		assert_int_equal(integer(db, "PRAGMA user_version"), 2);
		sqlite3_close(db);
		forget_database(f);
	}
	/* 3 + 3 statements, 2 marks each, and the moment before each commit */
	assert_int_equal(at - 1, 3 + 3 + 2 * 3 + 1);
	fixture_open(f);
}

/* The real schema likewise; every fourth statement, since each costs a process. */
static void
test_real_schema_killed(void **state)
{
	struct fixture *f = *state;
	char *want;
	unsigned at;
	bool killed = true;

	fixture_open(f);
	fixture_close(f);
	{
		sqlite3 *db = plain_open(f);

		want = schema_of(db);
		sqlite3_close(db);
	}
	for (at = 1; killed; at += 4) {
		sqlite3 *db;
		char *got;

		forget_database(f);
		killed = migrate_killed_at(f, sqlite_migrations, sqlite_n_migrations, at);
		db = plain_open(f);
		/* nothing, or whole versions */
		if (killed)
			assert_int_equal(integer(db, "SELECT count(*) FROM sqlite_schema") == 0,
			    integer(db, "PRAGMA user_version") == 0);
		sqlite3_close(db);
		fixture_open(f);
		fixture_close(f);
		db = plain_open(f);
		got = schema_of(db);
		assert_string_equal(got, want);
		assert_int_equal(integer(db, "SELECT count(*) FROM pragma_integrity_check"
					     " WHERE integrity_check = 'ok'"),
		    1);
		free(got);
		sqlite3_close(db);
	}
	assert_true(at > 40);
	free(want);
	fixture_open(f);
}

static void
test_failed_migration_leaves_the_old_one(void **state)
{
	static const struct sqlite_migration bad[] = {
	    {.version = 1, .name = "one", .sql = "CREATE TABLE a (x INTEGER) STRICT;"},
	    {.version = 2,
		.name = "bad",
		.sql = "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO a VALUES ('x');"},
	};
	struct fixture *f = *state;
	sqlite3 *db = plain_open(f);

	assert_int_not_equal(sqlite_migrate(db, bad, 2, NULL, NULL), 0);
	assert_int_equal(integer(db, "PRAGMA user_version"), 1);
	assert_int_equal(integer(db, "SELECT count(*) FROM sqlite_schema"), 1);
	assert_int_equal(integer(db, "SELECT count(*) FROM a"), 0);
	sqlite3_close(db);
	forget_database(f);
	fixture_open(f);
}

static void
test_newer_or_foreign_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store_options o = fixture_options(f);
	struct store *s = NULL;
	sqlite3 *db;

	fixture_open(f);
	fixture_close(f);
	db = plain_open(f);
	assert_int_equal(sqlite_do(db, "PRAGMA user_version = 999"), 0);
	sqlite3_close(db);
	assert_int_equal(store_open(&o, &s), -EM_E_CONFIG);
	db = plain_open(f);
	assert_int_equal(integer(db, "PRAGMA user_version"), 999);
	sqlite3_close(db);

	forget_database(f);
	db = plain_open(f);
	assert_int_equal(sqlite_do(db, "CREATE TABLE bookmarks (x)"), 0);
	sqlite3_close(db);
	assert_int_equal(store_open(&o, &s), -EM_E_CONFIG);
	assert_null(s);

	/* not a database at all */
	forget_database(f);
	{
		FILE *file = fopen(f->path, "we");
		int i;

		assert_non_null(file);
		for (i = 0; i < 1000; i++)
			fputs("this is no database\n", file);
		fclose(file);
	}
	assert_int_equal(store_open(&o, &s), -EM_E_IO);
	forget_database(f);
	o.path = "/nonexistent/folder/db";
	assert_int_equal(store_open(&o, &s), -EM_E_IO);
	fixture_open(f);
}

/* --------------------------------------------------------------- who is there */

static void
test_only_one_writer_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct store_options o = fixture_options(f);
	struct store *second = NULL;
	int status;
	pid_t pid;

	fixture_open(f);
	/* in this process */
	assert_int_equal(store_open(&o, &second), -EM_E_BUSY);
	/* and in another one */
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(store_open(&o, &second) == -EM_E_BUSY ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	/* the first is none the worse for it */
	fixture_patient(f, "emmartin1");
	fixture_close(f);
	fixture_open(f);
}

static void
count_fatal(void *arg)
{
	unsigned *n = arg;

	(*n)++;
}

static void
test_somebody_else_writing_stops_us(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = {.identifier = "second"};
	struct store_account a;
	unsigned n_fatal = 0;
	sqlite3 *db;

	fixture_open(f);
	store_on_fatal(f->store, count_fatal, &n_fatal);
	fixture_patient(f, "first");
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	sqlite3_wal_autocheckpoint(db, 0);
	assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL), 0);
	/* reading is no harm */
	assert_int_equal(integer(db, "SELECT count(*) FROM account"), 1);
	fixture_patient(f, "between");
	assert_int_equal(sqlite_do(db, "UPDATE account SET language = 'de'"), 0);
	sqlite3_close(db);
	assert_int_equal(store_run(f->store, fixture_run_patient, &p), -EM_E_UNAVAILABLE);
	assert_int_equal(n_fatal, 1);
	assert_int_equal(
	    store_account_by_identifier(f->reader, f->arena, "second", &a), -EM_E_NOT_FOUND);
}

/* Somebody holds the lock: told that it is not possible now, and no harm done. */
static void
test_locked_by_somebody(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = {.identifier = "second"};
	unsigned n_fatal = 0;
	sqlite3 *db;

	fixture_open(f);
	store_on_fatal(f->store, count_fatal, &n_fatal);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL), 0);
	assert_int_equal(sqlite_do(db, "BEGIN IMMEDIATE"), 0);
	assert_int_equal(store_run(f->store, fixture_run_patient, &p), -EM_E_UNAVAILABLE);
	assert_int_equal(n_fatal, 0);
	assert_int_equal(sqlite_do(db, "ROLLBACK"), 0);
	sqlite3_close(db);
	assert_int_equal(store_run(f->store, fixture_run_patient, &p), 0);
}

/* --------------------------------------------------------------------- files */

static int
mode_of(const struct fixture *f, const char *suffix)
{
	char name[128];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", f->path, suffix);
	return stat(name, &st) ? -1 : (int)(st.st_mode & 0777);
}

static void
test_files_are_private_and_closed_tidily(void **state)
{
	struct fixture *f = *state;
	mode_t mask = umask(0);

	fixture_open(f);
	fixture_patient(f, "emmartin1");
	assert_int_equal(mode_of(f, ""), 0600);
	assert_int_equal(mode_of(f, "-wal"), 0600);
	assert_int_equal(mode_of(f, "-shm"), 0600);
	assert_int_equal(mode_of(f, ".lock"), 0600);
	fixture_close(f);
	/* all in the file, no log left */
	assert_int_equal(mode_of(f, "-wal"), -1);
	/* what somebody has opened up is closed again */
	assert_int_equal(chmod(f->path, 0664), 0);
	fixture_open(f);
	assert_int_equal(mode_of(f, ""), 0600);
	umask(mask);
}

static int
run_settings(struct store_conn *db, void *arg)
{
	sqlite3 *s = ((struct sqlite_conn *)db->db)->db;
	int64_t *v = arg;

	v[0] = integer(s, "PRAGMA synchronous");
	v[1] = integer(s, "PRAGMA foreign_keys");
	v[2] = integer(s, "PRAGMA mmap_size");
	v[3] = integer(s, "PRAGMA wal_autocheckpoint");
	v[4] = integer(s, "PRAGMA cache_size");
	return 0;
}

static void
test_settings_that_durability_rests_on(void **state)
{
	struct fixture *f = *state;
	int64_t v[5];
	sqlite3 *r;

	fixture_open(f);
	assert_int_equal(store_run(f->store, run_settings, v), 0);
	assert_int_equal(v[0], 2); /* FULL */
	assert_int_equal(v[1], 1);
	assert_int_equal(v[2], 0);
	assert_int_equal(v[3], 0);
	assert_int_equal(v[4], -1024);
	r = ((struct sqlite_conn *)f->reader->db)->db;
	assert_int_equal(integer(r, "PRAGMA query_only"), 1);
	assert_int_equal(sqlite3_db_readonly(r, "main"), 1);
	assert_int_equal(integer(r, "PRAGMA wal_autocheckpoint"), 0);
	assert_int_equal(integer(r, "PRAGMA mmap_size"), 0);
	/* every table is strict */
	assert_int_equal(integer(r, "SELECT count(*) FROM pragma_table_list WHERE type = 'table'"
				    " AND name NOT LIKE 'sqlite%' AND strict = 0"),
	    0);
	assert_true(integer(r, "SELECT count(*) FROM pragma_table_list WHERE type = 'table'") > 12);
}

/* A reader cannot write, whatever it is asked. */
static void
test_reader_cannot_write(void **state)
{
	static const uint8_t key[32] = {1};
	const struct store_counter c = {.n = 1};
	struct fixture *f = *state;
	struct store_counter got;

	fixture_open(f);
	assert_int_equal(store_counter_put(f->reader, COUNTER_CODE, key, &c), -EM_E_IO);
	assert_int_equal(store_counter_get(f->reader, COUNTER_CODE, key, &got), 0);
	assert_int_equal(got.n, 0);
}

/* ----------------------------------------------------------------------- log */

static int
run_bulk(struct store_conn *db, void *arg)
{
	/* some 300 pages */
	static char text[1200000];
	const struct store_report r = {
	    .title = "", .author = "", .text = text, .text_len = sizeof(text), .is_final = true};
	struct store_instance_new in;
	unsigned *nr = arg;
	uint64_t id, id2;
	char sop[32];

	memset(text, 'x', sizeof(text));
	snprintf(sop, sizeof(sop), "2.25.9.%u", (*nr)++);
	in = fixture_instance(1, "2.25.1", sop);
	in.report = &r;
	return store_instance_add(db, &in, &id, &id2);
}

static off_t
log_bytes(const struct fixture *f)
{
	char name[128];
	struct stat st;

	snprintf(name, sizeof(name), "%s-wal", f->path);
	return stat(name, &st) ? 0 : st.st_size;
}

/* The log stays short; while a reader needs it, it grows, and the reader keeps
 * its moment; afterwards it is started anew. And our own checkpoints are never
 * taken for somebody else's writing. */
static void
test_log_is_kept_short(void **state)
{
	/* as many as fill the log until it is moved */
	const unsigned n = SQLITE_CHECKPOINT_PAGES / 300;
	const off_t length = SQLITE_CHECKPOINT_PAGES * (off_t)(4096 + 24);
	struct fixture *f = *state;
	struct store_account a;
	unsigned nr = 0, i;
	off_t held;

	fixture_open(f);
	fixture_patient(f, "emmartin1");
	for (i = 0; i < 2 * n; i++)
		assert_int_equal(store_run(f->store, run_bulk, &nr), 0);
	assert_true(log_bytes(f) < length * 6 / 5);

	assert_int_equal(store_reader_begin(f->reader), 0);
	assert_int_equal(store_account_by_identifier(f->reader, f->arena, "emmartin1", &a), 0);
	fixture_patient(f, "emautre2");
	for (i = 0; i < 7 * n / 2; i++)
		assert_int_equal(store_run(f->store, run_bulk, &nr), 0);
	held = log_bytes(f);
	/* long enough to insist on a new one */
	assert_true(held > 3 * length);
	assert_int_equal(
	    store_account_by_identifier(f->reader, f->arena, "emautre2", &a), -EM_E_NOT_FOUND);
	store_reader_end(f->reader);
	for (i = 0; i < n + 2; i++)
		assert_int_equal(store_run(f->store, run_bulk, &nr), 0);
	assert_true(log_bytes(f) < 3 * length / 2);
	assert_int_equal(store_account_by_identifier(f->reader, f->arena, "emautre2", &a), 0);
	fixture_close(f);
	assert_int_equal(log_bytes(f), 0);
	fixture_open(f);
	assert_int_equal(
	    integer(((struct sqlite_conn *)f->reader->db)->db, "SELECT count(*) FROM report"), nr);
}

/* --------------------------------------------------------------- statements */

/* Each can be prepared, numbers its parameters by first use (so that other
 * databases understand it), and reading ones change nothing. */
static void
test_every_statement(void **state)
{
	struct fixture *f = *state;
	sqlite3 *r;
	unsigned q;
	int i;

	fixture_open(f);
	r = ((struct sqlite_conn *)f->reader->db)->db;
	for (q = 0; q < N_QUERIES; q++) {
		const char *sql = db_query_sql((enum db_query)q);
		sqlite3_stmt *stmt = NULL;

		if (sqlite3_prepare_v2(r, sql, -1, &stmt, NULL) != SQLITE_OK)
			fail_msg("%s: %s", db_query_name((enum db_query)q), sqlite3_errmsg(r));
		for (i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) {
			char want[8];

			snprintf(want, sizeof(want), "$%d", i);
			assert_string_equal(sqlite3_bind_parameter_name(stmt, i), want);
		}
		assert_int_equal(sqlite3_stmt_readonly(stmt), strncmp(sql, "SELECT", 6) == 0);
		sqlite3_finalize(stmt);
	}
}

/* What a person reads together is found by key, without a sort and without
 * walking a table. */
static void
test_plans_of_what_is_read_most(void **state)
{
	static const enum db_query queries[] = {Q_exam_page_date_desc, Q_exam_page_date_asc,
	    Q_exam_count, Q_exam_get, Q_session_get, Q_session_by_token, Q_account_by_identifier,
	    Q_frame_page, Q_frame_runs, Q_frame_total, Q_series_of, Q_report_get, Q_counter_get,
	    Q_outbox_due, Q_audit_last, Q_instance_known, Q_study_known, Q_run_find, Q_frame_nth};
	struct fixture *f = *state;
	sqlite3 *r;
	size_t i;

	fixture_open(f);
	r = ((struct sqlite_conn *)f->reader->db)->db;
	for (i = 0; i < ARRAY_LEN(queries); i++) {
		char *sql = mem_printf("EXPLAIN QUERY PLAN %s", db_query_sql(queries[i]));
		const bool sorts = queries[i] == Q_report_get || queries[i] == Q_series_of;
		sqlite3_stmt *stmt = NULL;

		assert_int_equal(sqlite3_prepare_v2(r, sql, -1, &stmt, NULL), SQLITE_OK);
		while (sqlite3_step(stmt) == SQLITE_ROW) {
			const char *step = (const char *)sqlite3_column_text(stmt, 3);

			if ((strncmp(step, "SCAN", 4) == 0 && queries[i] != Q_audit_last &&
				!strstr(step, "USING INDEX")) ||
			    (strstr(step, "TEMP B-TREE") && !sorts))
				fail_msg("%s: %s", db_query_name(queries[i]), step);
		}
		sqlite3_finalize(stmt);
		free(sql);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_killed_at_each_statement_is_old_or_new),
	    TEST(test_real_schema_killed),
	    TEST(test_failed_migration_leaves_the_old_one),
	    TEST(test_newer_or_foreign_is_refused),
	    TEST(test_only_one_writer_at_a_time),
	    TEST(test_somebody_else_writing_stops_us),
	    TEST(test_locked_by_somebody),
	    TEST(test_files_are_private_and_closed_tidily),
	    TEST(test_settings_that_durability_rests_on),
	    TEST(test_reader_cannot_write),
	    TEST(test_log_is_kept_short),
	    TEST(test_every_statement),
	    TEST(test_plans_of_what_is_read_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
