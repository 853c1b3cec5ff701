/* SPDX-License-Identifier: MIT */
/*
 * Tickets of connections before sign-in, in order of arrival and counted by
 * source.
 */
#include "server/admit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/mem.h"

#define N_CHAINS 4096u

struct admit_source {
	struct admit_source *next;
	uint8_t prefix[16];
	unsigned n;
};

struct admit_ticket {
	struct admit_ticket *older, *newer;
	struct admit_source *source; /* NULL: trusted, not counted */
	uint64_t conn_id;
	bool shed;
};

struct admit {
	pthread_mutex_t lock; /* guards all but `stressed` */
	struct admit_limits limits;
	unsigned n_connections, n_tickets;
	struct admit_ticket *oldest, *newest;
	uint8_t key[crypto_shorthash_KEYBYTES];
	struct admit_source *chains[N_CHAINS];
	atomic_bool stressed;
};

struct admit *
admit_new(const struct admit_limits *l)
{
	struct admit *a = mem_new(sizeof(*a));

	pthread_mutex_init(&a->lock, NULL);
	crypto_shorthash_keygen(a->key);
	a->limits = *l;
	return a;
}

void
admit_free(struct admit **a)
{
	if (!*a)
		return;
	pthread_mutex_destroy(&(*a)->lock);
	free(*a);
	*a = NULL;
}

void
admit_set_limits(struct admit *a, const struct admit_limits *l)
{
	pthread_mutex_lock(&a->lock);
	a->limits = *l;
	pthread_mutex_unlock(&a->lock);
}

static struct admit_source **
admit_chain(struct admit *a, const uint8_t prefix[16])
{
	uint8_t hash[crypto_shorthash_BYTES];
	uint32_t h;

	crypto_shorthash(hash, prefix, 16, a->key);
	memcpy(&h, hash, sizeof(h));
	return &a->chains[h % N_CHAINS];
}

static struct admit_source *
admit_source_get(struct admit *a, const uint8_t prefix[16])
{
	struct admit_source **chain = admit_chain(a, prefix);
	struct admit_source *s;

	for (s = *chain; s; s = s->next)
		if (!memcmp(s->prefix, prefix, 16))
			return s;
	s = mem_new(sizeof(*s));
	memcpy(s->prefix, prefix, 16);
	s->next = *chain;
	*chain = s;
	return s;
}

static void
admit_source_drop(struct admit *a, struct admit_source *s)
{
	struct admit_source **at;

	if (s->n)
		return;
	for (at = admit_chain(a, s->prefix); *at != s; at = &(*at)->next)
		;
	*at = s->next;
	free(s);
}

static void
admit_judge_stress(struct admit *a)
{
	atomic_store_explicit(
	    &a->stressed, a->n_tickets > a->limits.unauthenticated / 2, memory_order_relaxed);
}

static struct admit_ticket *
admit_ticket_add(struct admit *a, struct admit_source *s, uint64_t conn_id)
{
	struct admit_ticket *t = mem_new(sizeof(*t));

	t->source = s;
	t->conn_id = conn_id;
	if (s)
		s->n++;
	t->older = a->newest;
	if (a->newest)
		a->newest->newer = t;
	else
		a->oldest = t;
	a->newest = t;
	a->n_tickets++;
	admit_judge_stress(a);
	return t;
}

static void
admit_ticket_drop(struct admit *a, struct admit_ticket *t)
{
	if (t->older)
		t->older->newer = t->newer;
	else
		a->oldest = t->newer;
	if (t->newer)
		t->newer->older = t->older;
	else
		a->newest = t->older;
	if (t->source) {
		t->source->n--;
		admit_source_drop(a, t->source);
	}
	a->n_tickets--;
	admit_judge_stress(a);
	free(t);
}

/* Those that were told to go but have not gone yet are passed over. One that
 * has no name yet learns it with its name. */
static bool
admit_pick_oldest(struct admit *a, uint64_t *conn_id_r)
{
	struct admit_ticket *t = a->oldest;

	while (t && t->shed)
		t = t->newer;
	*conn_id_r = t ? t->conn_id : 0;
	if (t)
		t->shed = true;
	return t != NULL;
}

struct admit_ticket *
admit_enter(struct admit *a, const struct source *s, uint64_t *shed_r)
{
	struct admit_ticket *t = NULL;
	struct admit_source *from = NULL;

	*shed_r = 0;
	pthread_mutex_lock(&a->lock);
	if (!s->trusted) {
		from = admit_source_get(a, s->prefix);
		if (from->n >= a->limits.per_source)
			goto out;
	}
	if (a->n_connections >= a->limits.connections ||
	    a->n_tickets >= a->limits.unauthenticated) {
		if (!admit_pick_oldest(a, shed_r))
			goto out;
	}
	t = admit_ticket_add(a, from, 0);
	a->n_connections++;
out:
	if (from)
		admit_source_drop(a, from);
	pthread_mutex_unlock(&a->lock);
	return t;
}

bool
admit_name(struct admit *a, struct admit_ticket *t, uint64_t conn_id)
{
	bool stays;

	pthread_mutex_lock(&a->lock);
	t->conn_id = conn_id;
	stays = !t->shed;
	pthread_mutex_unlock(&a->lock);
	return stays;
}

void
admit_promote(struct admit *a, struct admit_ticket **t)
{
	if (!*t)
		return;
	pthread_mutex_lock(&a->lock);
	admit_ticket_drop(a, *t);
	pthread_mutex_unlock(&a->lock);
	*t = NULL;
}

struct admit_ticket *
admit_return(struct admit *a, const struct source *s, uint64_t conn_id)
{
	struct admit_ticket *t;

	pthread_mutex_lock(&a->lock);
	t = admit_ticket_add(a, s->trusted ? NULL : admit_source_get(a, s->prefix), conn_id);
	pthread_mutex_unlock(&a->lock);
	return t;
}

void
admit_leave(struct admit *a, struct admit_ticket **t)
{
	pthread_mutex_lock(&a->lock);
	if (*t)
		admit_ticket_drop(a, *t);
	a->n_connections--;
	pthread_mutex_unlock(&a->lock);
	*t = NULL;
}

bool
admit_shed_oldest(struct admit *a, uint64_t *conn_id_r)
{
	bool found;

	pthread_mutex_lock(&a->lock);
	found = admit_pick_oldest(a, conn_id_r);
	pthread_mutex_unlock(&a->lock);
	return found;
}

bool
admit_stressed(const struct admit *a)
{
	return atomic_load_explicit(&a->stressed, memory_order_relaxed);
}

unsigned
admit_count(struct admit *a)
{
	unsigned n;

	pthread_mutex_lock(&a->lock);
	n = a->n_connections;
	pthread_mutex_unlock(&a->lock);
	return n;
}
