/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_CORE_H
#define EMAGE_DB_STORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mem.h"

/* Part of db/store.h, which says what holds for all: opening, reading, writing. */

struct store;
struct store_conn; /* reading connection, or the writer's inside a job */

struct store_options {
	const char *path;    /* database file */
	int64_t cache_bytes; /* page cache of each connection */
	unsigned queue_max;  /* jobs waiting for the writer */
	unsigned batch_max;  /* jobs in one commit */
};

/* Opens, migrates, starts the writer. die()s never: -EM_E_IO; -EM_E_CONFIG when
 * the schema is newer than this program, the file somebody else's, or the file
 * system not a local one; -EM_E_BUSY when another process has it open. */
int store_open(const struct store_options *o, struct store **store_r);
/* Runs what is queued, stops the writer, checkpoints, closes, nulls. Readers
 * are freed before. */
void store_close(struct store **s);

int store_reader_new(struct store *s, struct store_conn **conn_r);
void store_reader_free(struct store_conn **c);
/* One read transaction; begin is lazy and repeatable, end is repeatable. */
int store_reader_begin(struct store_conn *c);
void store_reader_end(struct store_conn *c);

struct store_job {
	/* On the writer thread, inside a savepoint. Non-zero rolls back. An
	 * error of the database cannot be looked away from: the job has then
	 * failed, whatever run() returns. */
	int (*run)(struct store_conn *db, void *arg);
	/* On the writer thread, after the commit is durable, with run()'s
	 * result; or -EM_E_UNCERTAIN when the commit itself failed or a write
	 * did, -EM_E_UNAVAILABLE when nothing was done (disk full, locked by
	 * somebody, or given up after an earlier failure). */
	void (*done)(void *arg, int rc);
	void *arg;
	/* One of very many: lets all others go first, and runs without a savepoint
	 * of its own. When it fails after it has changed something, what was run
	 * before it in its transaction is undone as well and told
	 * -EM_E_UNAVAILABLE. */
	bool bulk;
	struct store_job *next; /* the store's while queued */
};
/* Never blocks. -EM_E_BUSY when the queue is full, -EM_E_UNAVAILABLE after a
 * write error (fail-stop: the process must be restarted). The job belongs to
 * the caller and must live until done(). */
int store_submit(struct store *s, struct store_job *job);
/* Runs one job and waits for it. Not from an io thread, nor from inside a job. */
int store_run(struct store *s, int (*run)(struct store_conn *db, void *arg), void *arg);
/* Called once, from the writer thread, when a write or fsync has failed; at
 * once when that has happened already. */
void store_on_fatal(struct store *s, void (*fatal)(void *arg), void *arg);

struct store_stats {
	uint64_t commits, jobs, failed_jobs;
	unsigned queued;
};
void store_stats_get(struct store *s, struct store_stats *st_r);

#endif
