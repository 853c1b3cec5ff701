/* SPDX-License-Identifier: MIT */
/*
 * Group commit: while one commit waits for the disk, jobs queue up; the next
 * transaction takes them all. Each runs in a savepoint of its own, so that one
 * that fails leaves nothing behind and the others stay. Nobody is told of a
 * success before the commit has returned.
 *
 * What is loaded by the million queues by itself and makes way after the job that
 * is running, so that its batches may be large. It has no savepoints: SQLite
 * would copy each page that a job touches, and a directory's jobs touch many.
 *
 * After a failed write or fsync nothing more is written: what the disk holds is
 * not known any more (the kernel may have thrown the pages away and called
 * them clean), so a second try that succeeds would prove nothing. The process
 * has to be started again and recovers from the log.
 */
#include "db/writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "common/log.h"

/* How long a loading's transaction waits for more of it. */
#define LOADING_WAIT_NS 20000000

struct writer_queue {
	struct store_job *first, *last;
};

struct writer {
	struct store_conn *db; /* the thread's alone */
	pthread_t thread;
	unsigned queue_max, batch_max;

	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t work;
	struct writer_queue queue, bulk;
	unsigned n_queued; /* in both */
	bool bulk_next;	   /* the others had their turn */
	bool stopping, failed;
	void (*fatal)(void *arg);
	void *fatal_arg;
	struct store_stats stats;
};

/* One job of the batch that is being written. */
struct writer_slot {
	struct store_job *job;
	int rc;
	bool ran;
};

/* ------------------------------------------------------------------- queues */

/* Up to max jobs, or NULL. */
static struct store_job *
writer_pop(struct writer *w, struct writer_queue *q, unsigned max)
{
	struct store_job *jobs = q->first, *last = jobs;
	unsigned n = 1;

	if (!jobs)
		return NULL;
	for (; last->next && n < max; n++)
		last = last->next;
	q->first = last->next;
	if (!q->first)
		q->last = NULL;
	last->next = NULL;
	w->n_queued -= n;
	return jobs;
}

/* The loading's next job; NULL when somebody else wants to write, or when none has
 * come for a moment: a page that many jobs touch is written once for all that share
 * a transaction. */
static struct store_job *
writer_more(struct writer *w)
{
	struct store_job *job = NULL;
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOADING_WAIT_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&w->lock);
	while (w->n_queued == 0 && !w->stopping &&
	       pthread_cond_timedwait(&w->work, &w->lock, &until) == 0)
		continue;
	if (!w->queue.first)
		job = writer_pop(w, &w->bulk, 1);
	pthread_mutex_unlock(&w->lock);
	return job;
}

/* ------------------------------------------------------------------- batch */

static int
writer_run_job(struct writer *w, struct writer_slot *s)
{
	int rc = db_txn(w->db, DB_SAVEPOINT);

	if (rc)
		return rc;
	s->ran = true;
	s->rc = s->job->run(w->db, s->job->arg);
	if (s->rc > 0)
		s->rc = -EM_E_INTERNAL;
	/* a job that swallowed an error of the database has still met one */
	if (w->db->fault)
		return w->db->fault;
	return db_txn(w->db, s->rc ? DB_ROLLBACK_TO : DB_RELEASE);
}

/* One of a loading. Nothing is to be undone of a job that has refused before it
 * changed anything; otherwise the batch fails as a whole. */
static int
writer_run_bulk(struct writer *w, struct writer_slot *s)
{
	uint64_t before = w->db->driver->n_changed_ever(w->db->db);

	s->ran = true;
	s->rc = s->job->run(w->db, s->job->arg);
	if (s->rc > 0)
		s->rc = -EM_E_INTERNAL;
	if (w->db->fault)
		return w->db->fault;
	return s->rc && w->db->driver->n_changed_ever(w->db->db) != before ? -EM_E_UNAVAILABLE : 0;
}

/* A loading's first job is there; more come while nobody else wants to write. */
static int
writer_run_loading(struct writer *w, struct writer_slot *slots, unsigned *n)
{
	struct store_job *job;
	int rc = writer_run_bulk(w, &slots[0]);

	while (!rc && *n < w->batch_max && (job = writer_more(w)) != NULL) {
		slots[*n] = (struct writer_slot){.job = job};
		rc = writer_run_bulk(w, &slots[(*n)++]);
	}
	return rc;
}

/*
 * Runs and commits the batch, to which a loading adds more: *n. 0 when every slot's
 * rc is final. Otherwise nothing of it stays as far as can be known, and
 * *uncertain_r tells whether it can.
 */
static int
writer_commit(struct writer *w, struct writer_slot *slots, unsigned *n, bool *uncertain_r)
{
	unsigned i;
	int rc;

	w->db->fault = 0;
	*uncertain_r = false;
	rc = db_txn(w->db, DB_BEGIN_WRITE);
	if (rc)
		return rc;
	if (slots[0].job->bulk)
		rc = writer_run_loading(w, slots, n);
	else
		for (i = 0; i < *n && !rc; i++)
			rc = writer_run_job(w, &slots[i]);
	if (!rc) {
		rc = db_txn(w->db, DB_COMMIT);
		*uncertain_r = rc != 0;
	}
	if (rc && db_txn(w->db, DB_ROLLBACK))
		rc = -EM_E_IO;
	/* disk full or locked: the next batch may succeed. All else is for good. */
	return rc && rc != -EM_E_UNAVAILABLE ? -EM_E_IO : rc;
}

/* What a job is told when its batch did not become durable. */
static int
writer_verdict(const struct writer_slot *s, int rc, bool uncertain)
{
	if (s->ran && s->rc && s->rc != -EM_E_IO)
		return s->rc; /* it had refused by itself */
	if (uncertain || (s->ran && rc == -EM_E_IO))
		return -EM_E_UNCERTAIN;
	return -EM_E_UNAVAILABLE;
}

static void
writer_fail(struct writer *w)
{
	void (*fatal)(void *arg);
	void *arg;

	log_error("store.fail_stop", "why=\"a write failed; no more is written\"");
	pthread_mutex_lock(&w->lock);
	w->failed = true;
	fatal = w->fatal;
	arg = w->fatal_arg;
	w->fatal = NULL;
	pthread_mutex_unlock(&w->lock);
	if (fatal)
		fatal(arg);
}

static void
writer_count(struct writer *w, const struct writer_slot *slots, unsigned n, int rc)
{
	unsigned i;

	pthread_mutex_lock(&w->lock);
	w->stats.commits += rc == 0;
	w->stats.jobs += n;
	for (i = 0; i < n; i++)
		w->stats.failed_jobs += slots[i].rc != 0;
	pthread_mutex_unlock(&w->lock);
}

static void
writer_batch(struct writer *w, struct store_job *jobs, struct writer_slot *slots)
{
	struct store_job *job;
	bool uncertain;
	unsigned n = 0, i;
	int rc;

	for (job = jobs; job; job = job->next)
		slots[n++] = (struct writer_slot){.job = job};
	rc = writer_commit(w, slots, &n, &uncertain);
	for (i = 0; rc && i < n; i++)
		slots[i].rc = writer_verdict(&slots[i], rc, uncertain);
	writer_count(w, slots, n, rc);
	if (rc == -EM_E_IO)
		writer_fail(w);
	/* a job is its owner's again, and perhaps gone, once it is told */
	for (i = 0; i < n; i++)
		slots[i].job->done(slots[i].job->arg, slots[i].rc);
	if (!rc && w->db->driver->maintain(w->db->db))
		writer_fail(w);
}

static void
writer_refuse(struct writer *w, struct store_job *job)
{
	struct store_job *next;

	for (; job; job = next) {
		struct writer_slot s = {.rc = -EM_E_UNAVAILABLE};

		next = job->next;
		writer_count(w, &s, 1, s.rc);
		job->done(job->arg, s.rc);
	}
}

/* ------------------------------------------------------------------- thread */

/* Up to batch_max jobs, but of a loading one; NULL when it is time to end. */
static struct store_job *
writer_take(struct writer *w, bool *failed_r)
{
	struct store_job *jobs;
	bool bulk;

	pthread_mutex_lock(&w->lock);
	while (w->n_queued == 0 && !w->stopping)
		pthread_cond_wait(&w->work, &w->lock);
	/* in turns, when both have something */
	bulk = w->bulk.first && (w->bulk_next || !w->queue.first);
	w->bulk_next = !bulk;
	jobs = bulk ? writer_pop(w, &w->bulk, 1) : writer_pop(w, &w->queue, w->batch_max);
	*failed_r = w->failed;
	pthread_mutex_unlock(&w->lock);
	return jobs;
}

static void *
writer_main(void *arg)
{
	struct writer *w = arg;
	struct writer_slot *slots = mem_new_array(w->batch_max, sizeof(*slots));
	struct store_job *jobs;
	bool failed;

	while ((jobs = writer_take(w, &failed)) != NULL) {
		if (failed)
			writer_refuse(w, jobs);
		else
			writer_batch(w, jobs, slots);
	}
	free(slots);
	return NULL;
}

/* Signals are for the program's own threads. */
static int
writer_start(struct writer *w)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&w->thread, NULL, writer_main, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

struct writer *
writer_new(struct store_conn *db, unsigned queue_max, unsigned batch_max)
{
	struct writer *w = mem_new(sizeof(*w));
	pthread_condattr_t monotonic;

	w->db = db;
	w->queue_max = queue_max ? queue_max : 1;
	w->batch_max = batch_max ? batch_max : 1;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->work, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (writer_start(w) != 0) {
		pthread_cond_destroy(&w->work);
		pthread_mutex_destroy(&w->lock);
		free(w);
		return NULL;
	}
	return w;
}

bool
writer_free(struct writer **wp)
{
	struct writer *w = *wp;
	bool failed;

	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	failed = w->failed;
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	free(w);
	*wp = NULL;
	return !failed;
}

bool
writer_is_me(const struct writer *w)
{
	return pthread_equal(pthread_self(), w->thread);
}

int
writer_submit(struct writer *w, struct store_job *job)
{
	struct writer_queue *q = job->bulk ? &w->bulk : &w->queue;
	int rc = 0;

	job->next = NULL;
	pthread_mutex_lock(&w->lock);
	if (w->failed || w->stopping) {
		rc = -EM_E_UNAVAILABLE;
	} else if (w->n_queued >= w->queue_max) {
		rc = -EM_E_BUSY;
	} else {
		if (q->last)
			q->last->next = job;
		else
			q->first = job;
		q->last = job;
		w->n_queued++;
		pthread_cond_signal(&w->work);
	}
	pthread_mutex_unlock(&w->lock);
	return rc;
}

void
writer_on_fatal(struct writer *w, void (*fatal)(void *arg), void *arg)
{
	bool failed;

	pthread_mutex_lock(&w->lock);
	failed = w->failed;
	w->fatal = failed ? NULL : fatal;
	w->fatal_arg = arg;
	pthread_mutex_unlock(&w->lock);
	if (failed)
		fatal(arg);
}

void
writer_stats(struct writer *w, struct store_stats *st_r)
{
	pthread_mutex_lock(&w->lock);
	*st_r = w->stats;
	st_r->queued = w->n_queued;
	pthread_mutex_unlock(&w->lock);
}
