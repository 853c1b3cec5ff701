/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_COURIER_WINDOW_H
#define EMAGE_SERVER_COURIER_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "db/store.h"

/*
 * Messages under way with the courier process: a bounded number, of which each
 * channel has a share, so that a relay which is silent holds no short message up, and
 * notices a smaller one, so that a code finds room whatever waits. One thread.
 */
#define COURIER_WINDOW	       32u
#define COURIER_WINDOW_CHANNEL 16u
#define COURIER_WINDOW_NOTICES 12u

struct courier_flight {
	uint64_t outbox_id; /* 0 = free */
	enum outbox_kind kind;
	int channel;
	uint32_t frame_id, n_tries;
	int64_t due_at_ms, expires_at_ms;
	int64_t answer_by_ms; /* of clock_boot_ms() */
};
struct courier_window {
	struct courier_flight flight[COURIER_WINDOW];
};

unsigned courier_window_n(const struct courier_window *w);
/* How many more of this kind may begin, and how many are under way. */
unsigned courier_window_room(const struct courier_window *w, enum outbox_kind kind, int channel);
unsigned courier_window_of(const struct courier_window *w, enum outbox_kind kind, int channel);
bool courier_window_has(const struct courier_window *w, uint64_t outbox_id);
/* There must be room. */
void courier_window_add(struct courier_window *w, const struct courier_flight *f);
/* What this frame carried, which is over; false: there is none. */
bool courier_window_take(struct courier_window *w, uint32_t frame_id, struct courier_flight *f_r);
/* Any one of them; false: none is left. */
bool courier_window_take_any(struct courier_window *w, struct courier_flight *f_r);
/* The moment (of clock_boot_ms()) by which the next answer must be there; INT64_MAX
 * when none is waited for. */
int64_t courier_window_answer_by_ms(const struct courier_window *w);

#endif
