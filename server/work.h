/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_WORK_H
#define EMAGE_SERVER_WORK_H

#include <stdint.h>

/*
 * A pool of threads with a bounded queue, for what takes longer than an io
 * thread may spend: hashing passwords, decoding images. Sources take turns:
 * one that asks a lot waits behind itself, not before the others.
 */
struct work_pool;

struct work_job {
	void (*run)(void *arg);	    /* on a thread of the pool */
	void (*dropped)(void *arg); /* instead, when it had to give way (BUSY) */
	void *arg;
	uint64_t key;	       /* whose turn: same source, same key */
	struct work_job *next; /* the pool's while queued */
};

struct work_pool *work_pool_new(const char *name, unsigned n_threads, unsigned queue_max);

/*
 * Never blocks. 0, or -EM_E_BUSY: the queue is full and nobody waits with more
 * than this source has waiting. When somebody does, the newest job of the
 * greediest is dropped for this one. The job belongs to the caller and must
 * live until run() or dropped() has begun. Any thread.
 */
int work_submit(struct work_pool *p, struct work_job *job);
unsigned work_queued(struct work_pool *p);
/* Runs what is queued, ends the threads, frees, nulls. */
void work_pool_free(struct work_pool **p);

#endif
