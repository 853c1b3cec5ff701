/* SPDX-License-Identifier: MIT */
/*
 * The least that a durable row can cost.
 */
#include "tests/bench/committer.h"

#include <pthread.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"

struct committer {
	pthread_t thread;
	pthread_mutex_t lock; /* guards first, last */
	pthread_cond_t work;
	struct commit_row *first, *last;
	sqlite3 *db;
	sqlite3_stmt *insert;
	int64_t seq;
	void (*done)(void *arg, struct commit_row *rows);
	void *arg;
};

static void
committer_do(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("bench: %s: %s", sql, sqlite3_errmsg(db));
}

sqlite3 *
committer_open(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		die("bench: %s: %s", path, sqlite3_errmsg(db));
	committer_do(db, "PRAGMA journal_mode = WAL");
	committer_do(db, "PRAGMA synchronous = FULL");
	return db;
}

sqlite3_stmt *
committer_prepare(sqlite3 *db)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(db,
		"INSERT INTO audit (seq, at_ms, event, actor_account, actor, patient_id, exam_id,"
		" terminal, result, detail, hash) VALUES (?1, ?2, 'exam.opened', ?3, '', ?3, ?4, "
		"'terminal',"
		" 'ok', 'report', ?5)",
		-1, &s, NULL) != SQLITE_OK)
		die("bench: %s", sqlite3_errmsg(db));
	return s;
}

void
committer_put(sqlite3 *db, sqlite3_stmt *s, int64_t seq, const struct commit_row *row)
{
	static const uint8_t hash[32];

	sqlite3_bind_int64(s, 1, seq);
	sqlite3_bind_int64(s, 2, clock_now_ms());
	sqlite3_bind_int64(s, 3, row->patient_id);
	sqlite3_bind_int64(s, 4, row->exam_id);
	sqlite3_bind_blob(s, 5, hash, sizeof(hash), SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_DONE)
		die("bench: %s", sqlite3_errmsg(db));
	sqlite3_reset(s);
}

static struct commit_row *
committer_take(struct committer *c)
{
	struct commit_row *rows;

	pthread_mutex_lock(&c->lock);
	while (c->first == NULL)
		pthread_cond_wait(&c->work, &c->lock);
	rows = c->first;
	c->first = c->last = NULL;
	pthread_mutex_unlock(&c->lock);
	return rows;
}

static void *
committer_run(void *arg)
{
	struct committer *c = arg;
	struct commit_row *rows, *row;

	for (;;) {
		rows = committer_take(c);
		committer_do(c->db, "BEGIN IMMEDIATE");
		for (row = rows; row != NULL; row = row->next)
			committer_put(c->db, c->insert, ++c->seq, row);
		committer_do(c->db, "COMMIT");
		c->done(c->arg, rows);
	}
	return NULL;
}

struct committer *
committer_new(const char *path, void (*done)(void *arg, struct commit_row *rows), void *arg)
{
	struct committer *c = mem_new(sizeof(*c));
	sqlite3_stmt *last;

	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work, NULL);
	c->done = done;
	c->arg = arg;
	c->db = committer_open(path);
	c->insert = committer_prepare(c->db);
	if (sqlite3_prepare_v2(c->db, "SELECT COALESCE(MAX(seq), 0) FROM audit", -1, &last, NULL) !=
		SQLITE_OK ||
	    sqlite3_step(last) != SQLITE_ROW)
		die("bench: %s", sqlite3_errmsg(c->db));
	c->seq = sqlite3_column_int64(last, 0);
	sqlite3_finalize(last);
	if (pthread_create(&c->thread, NULL, committer_run, c) != 0)
		die("bench: no thread");
	return c;
}

void
committer_submit(struct committer *c, struct commit_row *row)
{
	row->next = NULL;
	pthread_mutex_lock(&c->lock);
	if (c->last != NULL)
		c->last->next = row;
	else
		c->first = row;
	c->last = row;
	pthread_cond_signal(&c->work);
	pthread_mutex_unlock(&c->lock);
}
