/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_TIMERS_H
#define EMAGE_SERVER_TIMERS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A heap of moments, soonest first. An owner embeds `struct timer` and gives
 * it a moment to be looked at again; it is cheap to leave one too early in
 * place and to decide anew when it comes up.
 */
struct timer {
	int64_t at_ms;
	size_t place; /* in the heap, from 1; 0 = not in it */
};

struct timers {
	struct timer **heap; /* heap[1..n] */
	size_t n, cap;
};

void timers_release(struct timers *ts);
void timers_set(struct timers *ts, struct timer *t, int64_t at_ms); /* adds or moves */
void timers_remove(struct timers *ts, struct timer *t);		    /* or nothing */
/* Soonest, or NULL. */
struct timer *timers_first(const struct timers *ts);

#endif
