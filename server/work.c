/* SPDX-License-Identifier: MIT */
/*
 * Worker threads behind a bounded queue that is fair between sources.
 */
#include "server/work.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"

#define N_LANES	  64u
#define WORK_NICE 5

/* Jobs of the sources whose key falls here, oldest first. */
struct work_lane {
	struct work_job *first, *last;
	unsigned n;
};

struct work_pool {
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t more;
	struct work_lane lanes[N_LANES];
	unsigned turn; /* lane to look at next */
	unsigned n_queued, queue_max;
	bool stopping;
	unsigned n_threads;
	pthread_t threads[];
};

static struct work_job *
work_lane_take(struct work_lane *lane)
{
	struct work_job *job = lane->first;

	lane->first = job->next;
	if (!lane->first)
		lane->last = NULL;
	lane->n--;
	job->next = NULL;
	return job;
}

static void
work_lane_put(struct work_lane *lane, struct work_job *job)
{
	job->next = NULL;
	if (lane->last)
		lane->last->next = job;
	else
		lane->first = job;
	lane->last = job;
	lane->n++;
}

static struct work_job *
work_lane_take_newest(struct work_lane *lane)
{
	struct work_job *job = lane->last, *before = lane->first;

	if (job == before)
		return work_lane_take(lane);
	while (before->next != job)
		before = before->next;
	before->next = NULL;
	lane->last = before;
	lane->n--;
	return job;
}

/* The next job, one of each lane in turn; something is queued. */
static struct work_job *
work_take(struct work_pool *p)
{
	while (!p->lanes[p->turn].n)
		p->turn = (p->turn + 1) % N_LANES;
	struct work_job *job = work_lane_take(&p->lanes[p->turn]);

	p->turn = (p->turn + 1) % N_LANES;
	p->n_queued--;
	return job;
}

static void *
work_thread(void *arg)
{
	struct work_pool *p = arg;

	/* a storm of passwords must not keep the io threads from their turn */
	setpriority(PRIO_PROCESS, (id_t)gettid(), WORK_NICE);
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->n_queued && !p->stopping)
			pthread_cond_wait(&p->more, &p->lock);
		if (!p->n_queued)
			break;
		struct work_job *job = work_take(p);

		pthread_mutex_unlock(&p->lock);
		job->run(job->arg);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct work_pool *
work_pool_new(const char *name, unsigned n_threads, unsigned queue_max)
{
	struct work_pool *p = mem_new(sizeof(*p) + n_threads * sizeof(pthread_t));

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->queue_max = queue_max;
	for (; p->n_threads < n_threads; p->n_threads++) {
		if (pthread_create(&p->threads[p->n_threads], NULL, work_thread, p) != 0)
			die("cannot start a %s thread", name);
		pthread_setname_np(p->threads[p->n_threads], name);
	}
	return p;
}

/* Makes room in a full queue at the expense of whoever waits with most. */
static struct work_job *
work_make_room(struct work_pool *p, const struct work_lane *newcomer)
{
	struct work_lane *most = &p->lanes[0];

	for (unsigned i = 1; i < N_LANES; i++)
		if (p->lanes[i].n > most->n)
			most = &p->lanes[i];
	if (most->n <= newcomer->n + 1)
		return NULL;
	p->n_queued--;
	return work_lane_take_newest(most);
}

int
work_submit(struct work_pool *p, struct work_job *job)
{
	struct work_lane *lane = &p->lanes[job->key % N_LANES];
	struct work_job *gives_way = NULL;
	int rc = 0;

	pthread_mutex_lock(&p->lock);
	if (p->n_queued >= p->queue_max) {
		gives_way = work_make_room(p, lane);
		if (!gives_way) {
			rc = -EM_E_BUSY;
			goto out;
		}
	}
	work_lane_put(lane, job);
	p->n_queued++;
	pthread_cond_signal(&p->more);
out:
	pthread_mutex_unlock(&p->lock);
	if (gives_way)
		gives_way->dropped(gives_way->arg);
	return rc;
}

unsigned
work_queued(struct work_pool *p)
{
	unsigned n;

	pthread_mutex_lock(&p->lock);
	n = p->n_queued;
	pthread_mutex_unlock(&p->lock);
	return n;
}

void
work_pool_free(struct work_pool **pool)
{
	struct work_pool *p = *pool;

	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	free(p);
	*pool = NULL;
}
