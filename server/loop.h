/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_LOOP_H
#define EMAGE_SERVER_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include "common/mem.h"
#include "server/core.h"
#include "server/deadline.h"
#include "server/timers.h"

/*
 * One io thread: its connections, its reading connection to the store, its
 * arenas. Everything in it belongs to that thread; the rest of the process
 * talks to it by messages.
 *
 * A turn: wait for events, run them, let each connection that something
 * happened to finish (read on, send what has gathered), end the read
 * transaction.
 */
struct conn;
struct loop;

struct loop_msg {
	struct loop_msg *next;
	/* On the loop's thread. Owns the message. */
	void (*deliver)(struct loop *l, struct loop_msg *m);
};

struct loop_slot {
	struct conn *conn;
	uint32_t generation; /* moves each time the slot is used */
	uint32_t next_free;
};

#define LOOP_SCRATCH_LEN 65536u
#define LOOP_ARENAS_KEPT 32u

struct loop {
	struct core *core;
	unsigned index;
	struct event_base *base;
	struct event *wake_ev, *tick_ev;
	int wake_fd;
	pthread_mutex_t lock; /* guards mail */
	struct loop_msg *mail_first, *mail_last;

	struct loop_slot *slots;
	uint32_t n_slots, free_slot; /* free_slot: index + 1 */
	unsigned n_conns;
	unsigned n_tasks; /* requests that wait for another thread */
	struct timers timers;
	struct conn *turn_first, *turn_last; /* to be finished this turn */
	struct conn *dead;		     /* to be freed at its end */

	struct store_conn *db;
	bool db_begun;
	struct arena *arenas[LOOP_ARENAS_KEPT];
	unsigned n_arenas;
	size_t arena_max;
	uint8_t *scratch;
	SSL_CTX *tls;

	int64_t now_ms, boot_ms; /* of this turn, 0 = not read yet */
	int64_t tick_at_ms;	 /* when tick_ev comes, 0 = not set */
	struct deadline_limits limits;
	size_t output_max;
	bool draining, stopped;
	atomic_int_fast64_t alive_at_ms; /* answer to the watchdog */
};

/* tls may be NULL (no TLS connections then); takes a reference of its own.
 * 0 or -EM_E_IO. */
int loop_new(struct core *core, unsigned index, SSL_CTX *tls, struct loop **loop_r);
/* The thread has ended, or never begun. */
void loop_free(struct loop **l);
/* Thread body: turns until drained or stopped. */
void loop_run(struct loop *l);
/* One turn; waits for something to happen unless `poll`. */
void loop_turn(struct loop *l, bool poll);

/* Any thread. The message belongs to the loop then. */
void loop_post(struct loop *l, struct loop_msg *m);
/* Any thread: takes what is under way to its end, accepts no new request. */
void loop_drain(struct loop *l);
/* Any thread: closes every connection now. */
void loop_stop(struct loop *l);
/* Any thread: settings in force have changed, and the certificate if tls. */
void loop_reload(struct loop *l, SSL_CTX *tls);
/* Any thread: asks for a sign of life, see alive_at_ms. */
void loop_ask_alive(struct loop *l);
/* Any thread: closes the connection, if it is still there. */
void loop_close_conn(struct loop *l, uint64_t conn_id, const char *why);

/* The loop's own thread only from here on. */
int64_t loop_now(struct loop *l);  /* wall clock */
int64_t loop_boot(struct loop *l); /* boot clock */
/* The read-only connection inside the turn's transaction; NULL when reading
 * does not work (logged). */
struct store_conn *loop_db(struct loop *l);
struct arena *loop_arena_take(struct loop *l);
void loop_arena_give(struct loop *l, struct arena *a);
uint64_t loop_slot_take(struct loop *l, struct conn *c);
void loop_slot_give(struct loop *l, uint64_t conn_id);
struct conn *loop_find(const struct loop *l, uint64_t conn_id);
/* Which loop has a connection. */
static inline unsigned
loop_index_of(uint64_t conn_id)
{
	return (unsigned)(conn_id >> 56);
}

#endif
