/* SPDX-License-Identifier: MIT */
/* Messages under way, and how many of which may be. */
#include "server/courier_window.h"

#include <stddef.h>

unsigned
courier_window_n(const struct courier_window *w)
{
	unsigned n = 0;

	for (size_t i = 0; i < COURIER_WINDOW; i++)
		n += w->flight[i].outbox_id != 0;
	return n;
}

unsigned
courier_window_of(const struct courier_window *w, enum outbox_kind kind, int channel)
{
	unsigned n = 0;

	for (size_t i = 0; i < COURIER_WINDOW; i++) {
		const struct courier_flight *f = &w->flight[i];

		n += f->outbox_id != 0 && f->kind == kind && f->channel == channel;
	}
	return n;
}

unsigned
courier_window_room(const struct courier_window *w, enum outbox_kind kind, int channel)
{
	unsigned n_notices = courier_window_of(w, OUTBOX_NOTICE, channel);
	unsigned n = n_notices + courier_window_of(w, OUTBOX_CODE, channel);
	unsigned room = COURIER_WINDOW_CHANNEL - n;

	if (kind == OUTBOX_NOTICE && COURIER_WINDOW_NOTICES - n_notices < room)
		room = COURIER_WINDOW_NOTICES - n_notices;
	return room;
}

bool
courier_window_has(const struct courier_window *w, uint64_t outbox_id)
{
	for (size_t i = 0; i < COURIER_WINDOW; i++)
		if (w->flight[i].outbox_id == outbox_id)
			return true;
	return false;
}

void
courier_window_add(struct courier_window *w, const struct courier_flight *f)
{
	size_t i = 0;

	while (w->flight[i].outbox_id)
		i++;
	w->flight[i] = *f;
}

bool
courier_window_take(struct courier_window *w, uint32_t frame_id, struct courier_flight *f_r)
{
	for (size_t i = 0; i < COURIER_WINDOW; i++) {
		if (!w->flight[i].outbox_id || w->flight[i].frame_id != frame_id)
			continue;
		*f_r = w->flight[i];
		w->flight[i].outbox_id = 0;
		return true;
	}
	return false;
}

bool
courier_window_take_any(struct courier_window *w, struct courier_flight *f_r)
{
	for (size_t i = 0; i < COURIER_WINDOW; i++)
		if (w->flight[i].outbox_id)
			return courier_window_take(w, w->flight[i].frame_id, f_r);
	return false;
}

int64_t
courier_window_answer_by_ms(const struct courier_window *w)
{
	int64_t by_ms = INT64_MAX;

	for (size_t i = 0; i < COURIER_WINDOW; i++)
		if (w->flight[i].outbox_id && w->flight[i].answer_by_ms < by_ms)
			by_ms = w->flight[i].answer_by_ms;
	return by_ms;
}
