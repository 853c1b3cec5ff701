/* SPDX-License-Identifier: MIT */
/*
 * Group commit, with the store and without it.
 */
#include "tests/bench/writes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/err.h"
#include "common/mem.h"
#include "db/store.h"
#include "tests/bench/data.h"
#include "tests/bench/proc.h"

#define ROWS_A_COMMIT 64
#define THREADS_MAX   256

static const struct store_audit writes_row = {
    .at_ms = 1790000000000,
    .event = "exam.opened",
    .actor_account = 123456,
    .actor = "",
    .patient_id = 123456,
    .exam_id = 12345678,
    .terminal = "terminal",
    .result = "ok",
    .detail = "report",
};

/* A fresh database with the project's schema. */
static struct store *
writes_open(const char *directory, char **path_r)
{
	static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
	struct store_options o = {
	    .cache_bytes = BENCH_CACHE_MIB << 20,
	    .queue_max = 1024,
	    .batch_max = ROWS_A_COMMIT,
	};
	struct store *store;
	size_t i;

	*path_r = mem_printf("%s/writes.db", directory);
	for (i = 0; i < ARRAY_LEN(endings); i++) {
		char *file = mem_printf("%s%s", *path_r, endings[i]);

		unlink(file);
		free(file);
	}
	o.path = *path_r;
	if (store_open(&o, &store) != 0)
		die("bench writes: cannot open %s", *path_r);
	return store;
}

static void
writes_do(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("bench writes: %s: %s", sql, sqlite3_errmsg(db));
}

static void
writes_put(sqlite3 *db, sqlite3_stmt *s, int64_t seq)
{
	static const uint8_t hash[32];

	sqlite3_bind_int64(s, 1, seq);
	sqlite3_bind_blob(s, 2, hash, sizeof(hash), SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_DONE)
		die("bench writes: %s", sqlite3_errmsg(db));
	sqlite3_reset(s);
}

double
writes_raw(const char *directory, int ms)
{
	char *path;
	struct store *store = writes_open(directory, &path);
	int64_t seq = 0, from, until;
	sqlite3_stmt *s;
	sqlite3 *db;
	int i;

	store_close(&store); /* it has made the schema */
	if (sqlite3_open(path, &db) != SQLITE_OK)
		die("bench writes: %s", sqlite3_errmsg(db));
	writes_do(db, "PRAGMA journal_mode = WAL");
	writes_do(db, "PRAGMA synchronous = FULL");
	if (sqlite3_prepare_v2(db,
		"INSERT INTO audit VALUES (?1, 1790000000000, 'exam.opened', 123456, '', 123456,"
		" 12345678, 'terminal', 'ok', 'report', ?2)",
		-1, &s, NULL) != SQLITE_OK)
		die("bench writes: %s", sqlite3_errmsg(db));
	from = proc_now_ns();
	until = from + (int64_t)ms * 1000000;
	while (proc_now_ns() < until) {
		writes_do(db, "BEGIN IMMEDIATE");
		for (i = 0; i < ROWS_A_COMMIT; i++)
			writes_put(db, s, ++seq);
		writes_do(db, "COMMIT");
	}
	until = proc_now_ns();
	sqlite3_finalize(s);
	sqlite3_close(db);
	free(path);
	return (double)seq * 1e9 / (double)(until - from);
}

struct writes_shared {
	struct store *store;
	atomic_bool stop;
	atomic_uint_fast64_t n;
};

static int
writes_job(struct store_conn *db, void *arg)
{
	(void)arg;
	return store_audit_append(db, &writes_row);
}

static void *
writes_thread(void *arg)
{
	struct writes_shared *sh = arg;

	while (!atomic_load(&sh->stop)) {
		if (store_run(sh->store, writes_job, NULL) != 0)
			die("bench writes: a row was refused");
		atomic_fetch_add(&sh->n, 1);
	}
	return NULL;
}

double
writes_store(const char *directory, unsigned n_threads, int ms)
{
	pthread_t thread[THREADS_MAX];
	struct writes_shared sh = {0};
	int64_t from;
	unsigned i;
	char *path;
	double n;

	sh.store = writes_open(directory, &path);
	from = proc_now_ns();
	for (i = 0; i < n_threads && i < THREADS_MAX; i++)
		pthread_create(&thread[i], NULL, writes_thread, &sh);
	usleep((unsigned)ms * 1000);
	n = (double)atomic_load(&sh.n) * 1e9 / (double)(proc_now_ns() - from);
	atomic_store(&sh.stop, true);
	while (i-- > 0)
		pthread_join(thread[i], NULL);
	store_close(&sh.store);
	free(path);
	return n;
}
