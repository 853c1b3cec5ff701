/* SPDX-License-Identifier: MIT */
/*
 * An io thread: turns of the event loop, the mailbox, connections by id.
 */
#include "server/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/secret.h"
#include "server/conn.h"

/* Timers are looked at this often even if none is due by the monotonic clock,
 * which does not count the time that the machine was suspended. */
#ifdef EMAGE_TESTING
#define TICK_MAX_MS 50
#else
#define TICK_MAX_MS 1000
#endif
#define STALL_MS 30000

struct loop_order {
	struct loop_msg msg;
	SSL_CTX *tls;
	uint64_t conn_id;
	const char *why;
};

/* ---------------------------------------------------------------- mailbox */

void
loop_post(struct loop *l, struct loop_msg *m)
{
	uint64_t one = 1;
	bool was_empty;

	m->next = NULL;
	pthread_mutex_lock(&l->lock);
	was_empty = !l->mail_first;
	if (l->mail_last)
		l->mail_last->next = m;
	else
		l->mail_first = m;
	l->mail_last = m;
	pthread_mutex_unlock(&l->lock);
	if (was_empty && write(l->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		die("cannot wake an io thread: %s", strerror(errno));
}

static void
loop_on_mail(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	struct loop_msg *m, *next;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN && errno != EINTR)
		die("mailbox of an io thread: %s", strerror(errno));
	pthread_mutex_lock(&l->lock);
	m = l->mail_first;
	l->mail_first = l->mail_last = NULL;
	pthread_mutex_unlock(&l->lock);
	for (; m; m = next) {
		next = m->next;
		m->deliver(l, m);
	}
}

static void
loop_order(struct loop *l, void (*deliver)(struct loop *, struct loop_msg *), SSL_CTX *tls,
    uint64_t conn_id, const char *why)
{
	struct loop_order *o = mem_new(sizeof(*o));

	o->msg.deliver = deliver;
	o->tls = tls;
	o->conn_id = conn_id;
	o->why = why;
	loop_post(l, &o->msg);
}

static void
loop_on_drain(struct loop *l, struct loop_msg *m)
{
	free(m);
	l->draining = true;
	for (uint32_t i = 0; i < l->n_slots; i++)
		if (l->slots[i].conn)
			conn_finish(l->slots[i].conn);
}

static void
loop_on_stop(struct loop *l, struct loop_msg *m)
{
	free(m);
	l->draining = l->stopped = true;
	for (uint32_t i = 0; i < l->n_slots; i++)
		if (l->slots[i].conn)
			conn_close(l->slots[i].conn, "stopped");
}

static void
loop_take_settings(struct loop *l)
{
	const struct settings *st = server_settings(&l->core->server);

	l->limits = (struct deadline_limits){
	    .handshake_ms = st->limits_handshake_s * 1000,
	    .first_frame_ms = st->limits_first_frame_s * 1000,
	    .frame_ms = st->limits_frame_s * 1000,
	    .signin_ms = st->limits_signin_s * 1000,
	    /* beyond the code's own end: who comes late is told so, and may ask for another */
	    .code_ms = (st->code_lifetime_s + st->limits_signin_s) * 1000,
	    .stall_ms = STALL_MS,
	};
	l->output_max = (size_t)st->limits_output_kib * 1024;
}

static void
loop_on_reload(struct loop *l, struct loop_msg *m)
{
	struct loop_order *o = (struct loop_order *)m;

	if (o->tls) {
		SSL_CTX_free(l->tls);
		l->tls = o->tls;
	}
	loop_take_settings(l);
	free(o);
}

static void
loop_on_ask_alive(struct loop *l, struct loop_msg *m)
{
	free(m);
	atomic_store_explicit(&l->alive_at_ms, loop_boot(l), memory_order_relaxed);
}

static void
loop_on_close_conn(struct loop *l, struct loop_msg *m)
{
	struct loop_order *o = (struct loop_order *)m;
	struct conn *c = loop_find(l, o->conn_id);

	if (c)
		conn_close(c, o->why);
	free(o);
}

void
loop_drain(struct loop *l)
{
	loop_order(l, loop_on_drain, NULL, 0, NULL);
}

void
loop_stop(struct loop *l)
{
	loop_order(l, loop_on_stop, NULL, 0, NULL);
}

void
loop_reload(struct loop *l, SSL_CTX *tls)
{
	if (tls)
		SSL_CTX_up_ref(tls);
	loop_order(l, loop_on_reload, tls, 0, NULL);
}

void
loop_ask_alive(struct loop *l)
{
	loop_order(l, loop_on_ask_alive, NULL, 0, NULL);
}

void
loop_close_conn(struct loop *l, uint64_t conn_id, const char *why)
{
	loop_order(l, loop_on_close_conn, NULL, conn_id, why);
}

/* ------------------------------------------------------------ one's own things */

int64_t
loop_now(struct loop *l)
{
	if (!l->now_ms)
		l->now_ms = clock_now_ms();
	return l->now_ms;
}

int64_t
loop_boot(struct loop *l)
{
	if (!l->boot_ms)
		l->boot_ms = clock_boot_ms();
	return l->boot_ms;
}

struct store_conn *
loop_db(struct loop *l)
{
	if (l->db_begun)
		return l->db;
	if (!l->db || store_reader_begin(l->db) != 0)
		return NULL;
	l->db_begun = true;
	return l->db;
}

struct arena *
loop_arena_take(struct loop *l)
{
	return l->n_arenas ? l->arenas[--l->n_arenas] : arena_new(l->arena_max);
}

void
loop_arena_give(struct loop *l, struct arena *a)
{
	arena_reset(a);
	if (l->n_arenas < LOOP_ARENAS_KEPT)
		l->arenas[l->n_arenas++] = a;
	else
		arena_free(&a);
}

/* An id is: 8 bits loop, 32 bits generation, 24 bits slot. */
#define SLOT_BITS 24u
#define SLOT_MASK ((1u << SLOT_BITS) - 1)

uint64_t
loop_slot_take(struct loop *l, struct conn *c)
{
	uint32_t i;

	if (l->free_slot) {
		i = l->free_slot - 1;
		l->free_slot = l->slots[i].next_free;
	} else {
		if ((l->n_slots & (l->n_slots - 1)) == 0)
			l->slots = mem_grow(
			    l->slots, l->n_slots ? 2 * (size_t)l->n_slots : 1, sizeof(*l->slots));
		i = l->n_slots++;
		if (i > SLOT_MASK)
			die("more connections than ids");
		l->slots[i] = (struct loop_slot){0};
	}
	l->slots[i].conn = c;
	l->slots[i].generation++;
	l->n_conns++;
	return (uint64_t)l->index << 56 | (uint64_t)l->slots[i].generation << SLOT_BITS | i;
}

void
loop_slot_give(struct loop *l, uint64_t conn_id)
{
	uint32_t i = (uint32_t)conn_id & SLOT_MASK;

	l->slots[i].conn = NULL;
	l->slots[i].next_free = l->free_slot;
	l->free_slot = i + 1;
	l->n_conns--;
}

struct conn *
loop_find(const struct loop *l, uint64_t conn_id)
{
	uint32_t i = (uint32_t)conn_id & SLOT_MASK;

	if (i >= l->n_slots || l->slots[i].generation != (uint32_t)(conn_id >> SLOT_BITS))
		return NULL;
	return l->slots[i].conn;
}

/* ------------------------------------------------------------------ turns */

static void
loop_on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	l->tick_at_ms = 0; /* waking up was the point: loop_turn() looks at the timers */
}

/* Waking up too early is cheap, setting a timer in each turn is not. */
static void
loop_set_tick(struct loop *l)
{
	const struct timer *first = timers_first(&l->timers);
	int64_t wait_ms;

	if (!first || (l->tick_at_ms && l->tick_at_ms <= first->at_ms))
		return;
	wait_ms = first->at_ms - clock_boot_ms();
	if (wait_ms > TICK_MAX_MS)
		wait_ms = TICK_MAX_MS;
	if (wait_ms < 1)
		wait_ms = 1;
	l->tick_at_ms = clock_boot_ms() + wait_ms;
	event_add(l->tick_ev, &(struct timeval){
				  .tv_sec = wait_ms / 1000,
				  .tv_usec = (wait_ms % 1000) * 1000,
			      });
}

static void
loop_run_timers(struct loop *l)
{
	struct timer *t;

	while ((t = timers_first(&l->timers)) && t->at_ms <= loop_boot(l)) {
		struct conn *c = (struct conn *)((char *)t - offsetof(struct conn, timer));

		timers_remove(&l->timers, t);
		conn_judge_deadlines(c);
	}
}

/* Those that ask to be looked at again are looked at in the next turn. */
static void
loop_finish_conns(struct loop *l)
{
	struct conn *c = l->turn_first, *next;

	l->turn_first = l->turn_last = NULL;
	for (; c; c = next) {
		next = c->next_turn;
		c->on_turn = false;
		c->next_turn = NULL;
		if (c->state != CONN_DEAD)
			conn_turn(c);
	}
}

static void
loop_bury(struct loop *l)
{
	struct conn *c;

	while ((c = l->dead)) {
		/* it may have been put on the list before it died */
		if (c->on_turn)
			break;
		l->dead = c->next_dead;
		conn_free(c);
	}
}

void
loop_turn(struct loop *l, bool poll)
{
	/* EVLOOP_NONBLOCK alone goes on while any event is active; one whose
	 * connection cannot read now is until conn_turn() takes it out */
	int how = EVLOOP_ONCE | (poll || l->turn_first ? EVLOOP_NONBLOCK : 0);

	loop_set_tick(l);
	l->now_ms = l->boot_ms = 0;
	if (event_base_loop(l->base, how) < 0)
		die("event loop failed");
	loop_run_timers(l);
	loop_finish_conns(l);
	if (l->db_begun) {
		store_reader_end(l->db);
		l->db_begun = false;
	}
	loop_bury(l);
}

void
loop_run(struct loop *l)
{
	while (!l->draining || l->n_conns || l->n_tasks || l->turn_first)
		loop_turn(l, false);
}

/* ---------------------------------------------------------- set-up and end */

int
loop_new(struct core *core, unsigned index, SSL_CTX *tls, struct loop **loop_r)
{
	struct loop *l = mem_new(sizeof(*l));
	struct event_config *cfg = event_config_new();

	*loop_r = NULL;
	l->core = core;
	l->index = index;
	pthread_mutex_init(&l->lock, NULL);
	l->arena_max = (size_t)server_settings(&core->server)->limits_request_kib * 1024;
	l->scratch = mem_new(LOOP_SCRATCH_LEN);
	loop_take_settings(l);
	/* other threads reach the loop by its mailbox alone */
	if (!cfg || event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK) != 0 ||
	    !(l->base = event_base_new_with_config(cfg)))
		die("cannot set up an event loop");
	event_config_free(cfg);
	l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->wake_fd < 0)
		die("cannot set up a mailbox: %s", strerror(errno));
	l->wake_ev = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, loop_on_mail, l);
	l->tick_ev = evtimer_new(l->base, loop_on_tick, l);
	if (!l->wake_ev || !l->tick_ev || event_add(l->wake_ev, NULL) != 0)
		die("cannot set up an event loop");
	if (core->server.store && store_reader_new(core->server.store, &l->db) != 0) {
		loop_free(&l);
		return -EM_E_IO;
	}
	if (tls) {
		SSL_CTX_up_ref(tls);
		l->tls = tls;
	}
	*loop_r = l;
	return 0;
}

void
loop_free(struct loop **loop)
{
	struct loop *l = *loop;

	if (!l)
		return;
	/* messages that came after the last turn */
	loop_on_mail(l->wake_fd, 0, l);
	for (uint32_t i = 0; i < l->n_slots; i++)
		if (l->slots[i].conn)
			conn_close(l->slots[i].conn, "stopped");
	loop_finish_conns(l);
	loop_bury(l);
	event_free(l->wake_ev);
	event_free(l->tick_ev);
	event_base_free(l->base);
	close(l->wake_fd);
	store_reader_free(&l->db);
	SSL_CTX_free(l->tls);
	while (l->n_arenas)
		arena_free(&l->arenas[--l->n_arenas]);
	timers_release(&l->timers);
	secret_wipe(l->scratch, LOOP_SCRATCH_LEN);
	free(l->scratch);
	free(l->slots);
	pthread_mutex_destroy(&l->lock);
	free(l);
	*loop = NULL;
}
