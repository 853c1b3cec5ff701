/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_CHOICE_H
#define EMAGE_CLIENT_WIDGET_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "client/keys.h"
#include "client/widget/paint.h"

/*
 * One of several values: closed "[value  v]", open a list over what is near.
 * No loop of its own: while it is open, its owner gives it every event. Typing
 * goes to the value that begins so, or has a word that does, whatever its case
 * and accents; what is typed stands in the lower border.
 */
#define CHOICE_MAX_TYPED 32

struct choice {
	/* Text of a value; borrowed until the next call. */
	const char *(*text)(void *arg, size_t i);
	void *arg;
	size_t n;
	size_t chosen;
	bool open;
	size_t marked; /* in the open list */
	size_t top;
	struct area place; /* of the open list */
	char typed[CHOICE_MAX_TYPED * 4 + 1];
	size_t typed_len;
};

enum choice_result { CHOICE_USED, CHOICE_CHOSEN, CHOICE_CLOSED };

void choice_open(struct choice *c);
enum choice_result choice_event(struct choice *c, const struct event *ev);
void choice_draw(const struct choice *c, int y, int x, int w, bool focused);
/* The open list, below (or above) row y, inside `room`. */
void choice_draw_open(struct choice *c, int y, int x, int w, const struct area *room);

#endif
