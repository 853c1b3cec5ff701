/* SPDX-License-Identifier: MIT */
/*
 * Binary heap of timers: one per connection, so adding, moving and taking the
 * soonest must stay cheap with many thousands.
 */
#include "server/timers.h"

#include <stdlib.h>

#include "common/mem.h"

void
timers_release(struct timers *ts)
{
	free(ts->heap);
	*ts = (struct timers){0};
}

static void
timers_put(struct timers *ts, struct timer *t, size_t place)
{
	ts->heap[place] = t;
	t->place = place;
}

static void
timers_up(struct timers *ts, struct timer *t, size_t place)
{
	while (place > 1 && ts->heap[place / 2]->at_ms > t->at_ms) {
		timers_put(ts, ts->heap[place / 2], place);
		place /= 2;
	}
	timers_put(ts, t, place);
}

static void
timers_down(struct timers *ts, struct timer *t, size_t place)
{
	for (;;) {
		size_t child = 2 * place;

		if (child > ts->n)
			break;
		if (child < ts->n && ts->heap[child + 1]->at_ms < ts->heap[child]->at_ms)
			child++;
		if (ts->heap[child]->at_ms >= t->at_ms)
			break;
		timers_put(ts, ts->heap[child], place);
		place = child;
	}
	timers_put(ts, t, place);
}

/* To its right place from wherever it is now. */
static void
timers_settle(struct timers *ts, struct timer *t, size_t place)
{
	if (place > 1 && ts->heap[place / 2]->at_ms > t->at_ms)
		timers_up(ts, t, place);
	else
		timers_down(ts, t, place);
}

void
timers_set(struct timers *ts, struct timer *t, int64_t at_ms)
{
	t->at_ms = at_ms;
	if (!t->place) {
		if (ts->n + 1 >= ts->cap) {
			ts->cap = ts->cap ? 2 * ts->cap : 64;
			ts->heap = mem_grow(ts->heap, ts->cap, sizeof(struct timer *));
		}
		ts->n++;
		timers_up(ts, t, ts->n);
		return;
	}
	timers_settle(ts, t, t->place);
}

void
timers_remove(struct timers *ts, struct timer *t)
{
	size_t place = t->place;
	struct timer *last;

	if (!place)
		return;
	t->place = 0;
	last = ts->heap[ts->n--];
	if (last != t)
		timers_settle(ts, last, place);
}

struct timer *
timers_first(const struct timers *ts)
{
	return ts->n ? ts->heap[1] : NULL;
}
