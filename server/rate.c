/* SPDX-License-Identifier: MIT */
/*
 * Token buckets: how often a source may try to sign in, how often a session
 * may ask.
 */
#include "server/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/mem.h"

/* Levels are counted in 1/60000 of a token, so that a refill of one a minute
 * adds a whole number each millisecond. */
#define RATE_UNIT 60000u
#define N_SETS	  4096u
#define N_WAYS	  4u

struct rate_slot {
	uint8_t prefix[16];
	struct bucket bucket;
};

struct rate_table {
	pthread_mutex_t lock; /* guards slots */
	uint8_t key[crypto_shorthash_KEYBYTES];
	struct rate_slot slots[N_SETS][N_WAYS];
};

static void
bucket_refill(struct bucket *b, const struct rate *r, int64_t now_ms)
{
	uint64_t full = (uint64_t)r->burst * RATE_UNIT;

	if (b->at_ms == 0) {
		b->level_u = full;
	} else if (now_ms > b->at_ms) {
		uint64_t elapsed_ms = (uint64_t)(now_ms - b->at_ms);
		uint64_t missing = full > b->level_u ? full - b->level_u : 0;

		if (r->per_minute && elapsed_ms > missing / r->per_minute)
			b->level_u = full;
		else
			b->level_u += elapsed_ms * r->per_minute;
	}
	if (b->level_u > full)
		b->level_u = full;
	if (now_ms > b->at_ms || b->at_ms == 0)
		b->at_ms = now_ms ? now_ms : 1;
}

bool
bucket_take(struct bucket *b, const struct rate *r, int64_t now_ms, uint32_t *retry_after_s_r)
{
	bucket_refill(b, r, now_ms);
	if (b->level_u >= RATE_UNIT) {
		b->level_u -= RATE_UNIT;
		*retry_after_s_r = 0;
		return true;
	}
	if (r->per_minute) {
		uint64_t wait_ms = (RATE_UNIT - b->level_u) / r->per_minute;

		*retry_after_s_r = (uint32_t)(wait_ms / 1000) + 1;
	} else {
		*retry_after_s_r = 60;
	}
	return false;
}

struct rate_table *
rate_table_new(void)
{
	struct rate_table *t = mem_new(sizeof(*t));

	pthread_mutex_init(&t->lock, NULL);
	crypto_shorthash_keygen(t->key);
	return t;
}

void
rate_table_free(struct rate_table **t)
{
	if (!*t)
		return;
	pthread_mutex_destroy(&(*t)->lock);
	free(*t);
	*t = NULL;
}

/* The source's slot, or the one of its set that has been quiet longest. */
static struct rate_slot *
rate_table_slot(struct rate_table *t, const uint8_t prefix[16])
{
	uint8_t hash[crypto_shorthash_BYTES];
	struct rate_slot *set, *quiet;
	uint32_t h;

	crypto_shorthash(hash, prefix, 16, t->key);
	memcpy(&h, hash, sizeof(h));
	set = t->slots[h % N_SETS];
	quiet = &set[0];
	for (unsigned i = 0; i < N_WAYS; i++) {
		if (set[i].bucket.at_ms && !memcmp(set[i].prefix, prefix, 16))
			return &set[i];
		if (set[i].bucket.at_ms < quiet->bucket.at_ms)
			quiet = &set[i];
	}
	memcpy(quiet->prefix, prefix, 16);
	quiet->bucket = (struct bucket){0};
	return quiet;
}

bool
rate_table_take(struct rate_table *t, const uint8_t prefix[16], const struct rate *r,
    int64_t now_ms, uint32_t *retry_after_s_r)
{
	bool taken;

	pthread_mutex_lock(&t->lock);
	taken = bucket_take(&rate_table_slot(t, prefix)->bucket, r, now_ms, retry_after_s_r);
	pthread_mutex_unlock(&t->lock);
	return taken;
}
