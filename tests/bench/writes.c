/* SPDX-License-Identifier: MIT */
/*
 * Group commit, with the store and without it.
 */
#include "tests/bench/writes.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "db/store.h"
#include "tests/bench/committer.h"
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

double
writes_raw(const char *directory, int ms)
{
	const struct commit_row row = {.patient_id = 123456, .exam_id = 12345678};
	char *path;
	struct store *store = writes_open(directory, &path);
	int64_t seq = 0, from, until;
	sqlite3_stmt *s;
	sqlite3 *db;
	int i;

	store_close(&store); /* it has made the schema */
	db = committer_open(path);
	s = committer_prepare(db);
	from = proc_now_ns();
	until = from + (int64_t)ms * 1000000;
	while (proc_now_ns() < until) {
		sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		for (i = 0; i < ROWS_A_COMMIT; i++)
			committer_put(db, s, ++seq, &row);
		if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
			die("bench writes: %s", sqlite3_errmsg(db));
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
	poll(NULL, 0, ms);
	n = (double)atomic_load(&sh.n) * 1e9 / (double)(proc_now_ns() - from);
	atomic_store(&sh.stop, true);
	while (i-- > 0)
		pthread_join(thread[i], NULL);
	store_close(&sh.store);
	free(path);
	return n;
}
