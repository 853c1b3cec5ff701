/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_BENCH_COMMITTER_H
#define EMAGE_BENCH_COMMITTER_H

#include <stdint.h>

#include <sqlite3.h>

/*
 * Group commit and nothing else: one thread writes all the rows that are
 * waiting, in one transaction, synchronous=FULL, then hands them back. The row
 * is the one that an opened report puts on record.
 */
struct committer;

struct commit_row {
	struct commit_row *next; /* the committer's, until it is handed back */
	int64_t patient_id, exam_id;
	void *conn; /* the caller's */
	uint32_t id;
};

/* done: on the committer's thread, with the rows of one commit. */
struct committer *committer_new(
    const char *path, void (*done)(void *arg, struct commit_row *rows), void *arg);
/* Any thread. */
void committer_submit(struct committer *c, struct commit_row *row);

/* A writing connection, as the committer's, and one row through it. */
sqlite3 *committer_open(const char *path);
sqlite3_stmt *committer_prepare(sqlite3 *db);
void committer_put(sqlite3 *db, sqlite3_stmt *s, int64_t seq, const struct commit_row *row);

#endif
