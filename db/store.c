/* SPDX-License-Identifier: MIT */
/* The store as a whole: its connections and its writer. */
#include "db/conn.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/log.h"
#include "db/writer.h"

struct store {
	const struct db_driver *driver;
	struct store_options options;
	char *path;
	struct store_conn *db; /* the writer's */
	struct writer *writer;
	atomic_uint n_readers;
};

static int
store_conn_new(struct store *s, bool writer, struct store_conn **conn_r)
{
	struct store_conn *c = mem_new(sizeof(*c));
	int rc = s->driver->open(&s->options, writer, &c->db);

	if (rc) {
		free(c);
		return rc;
	}
	c->driver = s->driver;
	c->store = s;
	*conn_r = c;
	return 0;
}

static void
store_conn_free(struct store_conn **c, bool clean)
{
	(*c)->driver->close((*c)->db, clean);
	free(*c);
	*c = NULL;
}

int
store_open_on(const struct db_driver *driver, const struct store_options *o, struct store **store_r)
{
	struct store *s = mem_new(sizeof(*s));
	int rc;

	s->driver = driver;
	s->path = mem_strdup(o->path);
	s->options = *o;
	s->options.path = s->path;
	rc = store_conn_new(s, true, &s->db);
	if (rc)
		goto out;
	s->writer = writer_new(s->db, o->queue_max, o->batch_max);
	if (!s->writer)
		rc = -EM_E_IO;
out:
	if (rc) {
		if (s->db)
			store_conn_free(&s->db, false);
		free(s->path);
		free(s);
	} else {
		*store_r = s;
	}
	return rc;
}

int
store_open(const struct store_options *o, struct store **store_r)
{
	return store_open_on(&db_sqlite, o, store_r);
}

void
store_close(struct store **sp)
{
	struct store *s = *sp;
	bool clean;

	if (!s)
		return;
	if (s->n_readers)
		log_error("store.readers_left", "n=%u", s->n_readers);
	clean = writer_free(&s->writer);
	store_conn_free(&s->db, clean);
	free(s->path);
	free(s);
	*sp = NULL;
}

/* ----------------------------------------------------------------- readers */

int
store_reader_new(struct store *s, struct store_conn **conn_r)
{
	int rc = store_conn_new(s, false, conn_r);

	s->n_readers += !rc;
	return rc;
}

void
store_reader_free(struct store_conn **c)
{
	if (!*c)
		return;
	store_reader_end(*c);
	(*c)->store->n_readers--;
	store_conn_free(c, false);
}

int
store_reader_begin(struct store_conn *c)
{
	c->wanted = true;
	return 0;
}

void
store_reader_end(struct store_conn *c)
{
	c->wanted = false;
	if (!c->in_txn)
		return;
	c->in_txn = false;
	c->fault = 0;
	/* nothing was written: what matters is that it is over */
	if (db_txn(c, DB_COMMIT))
		(void)db_txn(c, DB_ROLLBACK);
}

/* ----------------------------------------------------------------- writing */

int
store_submit(struct store *s, struct store_job *job)
{
	return writer_submit(s->writer, job);
}

struct store_wait {
	int (*run)(struct store_conn *db, void *arg);
	void *arg;
	pthread_mutex_t lock; /* guards done, rc */
	pthread_cond_t told;
	bool done;
	int rc;
};

static int
store_wait_run(struct store_conn *db, void *arg)
{
	struct store_wait *w = arg;

	return w->run(db, w->arg);
}

static void
store_wait_done(void *arg, int rc)
{
	struct store_wait *w = arg;

	pthread_mutex_lock(&w->lock);
	w->rc = rc;
	w->done = true;
	pthread_cond_signal(&w->told);
	pthread_mutex_unlock(&w->lock);
}

int
store_run(struct store *s, int (*run)(struct store_conn *db, void *arg), void *arg)
{
	struct store_wait w = {
	    .run = run,
	    .arg = arg,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .told = PTHREAD_COND_INITIALIZER,
	};
	struct store_job job = {.run = store_wait_run, .done = store_wait_done, .arg = &w};
	int rc = writer_is_me(s->writer) ? -EM_E_INTERNAL : store_submit(s, &job);

	if (rc)
		return rc;
	pthread_mutex_lock(&w.lock);
	while (!w.done)
		pthread_cond_wait(&w.told, &w.lock);
	pthread_mutex_unlock(&w.lock);
	pthread_cond_destroy(&w.told);
	pthread_mutex_destroy(&w.lock);
	return w.rc;
}

void
store_on_fatal(struct store *s, void (*fatal)(void *arg), void *arg)
{
	writer_on_fatal(s->writer, fatal, arg);
}

void
store_stats_get(struct store *s, struct store_stats *st_r)
{
	writer_stats(s->writer, st_r);
}
