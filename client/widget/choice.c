/* SPDX-License-Identifier: MIT */
/*
 * Drop-down list.
 */
#include "client/widget/choice.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"

#define CHOICE_FEW   6 /* fewer rows than that below: the list opens above if there is more */
#define CHOICE_FRAME 3 /* columns beside a value: edges and mark */

static void
choice_forget_typed(struct choice *c)
{
	c->typed_len = 0;
	c->typed[0] = '\0';
}

void
choice_open(struct choice *c)
{
	c->open = c->n > 0;
	c->marked = c->chosen;
	c->top = 0;
	choice_forget_typed(c);
}

/* --------------------------------------------------------------- typing ahead */

/* Whether a value begins with what is wanted, or a word of it does. */
static bool
choice_matches(const struct choice *c, size_t i, const char *want, bool inside)
{
	const char *s = c->text(c->arg, i);
	size_t len = strlen(s);
	char *have = mem_new(3 * len + 1);
	const char *at = have;
	bool found;

	text_fold(s, len, have);
	found = strncmp(have, want, strlen(want)) == 0;
	while (inside && !found && (at = strchr(at, ' '))) {
		at++;
		found = strncmp(at, want, strlen(want)) == 0;
	}
	free(have);
	return found;
}

/* The first such value from `from` on, around the end; c->n: none. */
static size_t
choice_seek(const struct choice *c, size_t from, const char *want)
{
	for (int inside = 0; inside < 2; inside++) {
		for (size_t k = 0; k < c->n; k++) {
			size_t i = (from + k) % c->n;

			if (choice_matches(c, i, want, inside == 1))
				return i;
		}
	}
	return c->n;
}

/* Goes to a value that fits what is typed; stays where there is none. */
static void
choice_find(struct choice *c, size_t from)
{
	char want[sizeof(c->typed) * 3 + 1];
	size_t i;

	text_fold(c->typed, c->typed_len, want);
	if (want[0] == '\0')
		return;
	i = choice_seek(c, from, want);
	if (i < c->n)
		c->marked = i;
}

/* One more letter; a letter that leads nowhere is not kept, but the same one
 * again goes on to the next value. */
static void
choice_type(struct choice *c, uint32_t cp)
{
	char want[sizeof(c->typed) * 3 + 1];
	size_t before = c->typed_len;
	size_t n;

	if (!text_cp_is_safe(cp) || c->typed_len + 4 >= sizeof(c->typed))
		return;
	n = text_encode(cp, c->typed + before);
	c->typed_len += n;
	c->typed[c->typed_len] = '\0';
	text_fold(c->typed, c->typed_len, want);
	if (choice_seek(c, 0, want) < c->n) {
		choice_find(c, c->marked);
		return;
	}
	if (before == n && memcmp(c->typed, c->typed + before, n) == 0) {
		c->typed_len = before;
		c->typed[before] = '\0';
		choice_find(c, (c->marked + 1) % c->n);
		return;
	}
	c->typed_len = before;
	c->typed[before] = '\0';
}

static void
choice_untype(struct choice *c)
{
	while (c->typed_len > 0) {
		c->typed_len--;
		if (((unsigned char)c->typed[c->typed_len] & 0xc0) != 0x80)
			break;
	}
	c->typed[c->typed_len] = '\0';
	choice_find(c, 0);
}

/* -------------------------------------------------------------------- events */

static enum choice_result
choice_take(struct choice *c)
{
	c->open = false;
	if (c->chosen == c->marked)
		return CHOICE_CLOSED;
	c->chosen = c->marked;
	return CHOICE_CHOSEN;
}

static enum choice_result
choice_mouse(struct choice *c, const struct event *ev)
{
	const struct area *p = &c->place;

	if (ev->mouse != MOUSE_PRESS)
		return CHOICE_USED;
	if (ev->y <= p->y || ev->y >= p->y + p->h - 1 || ev->x <= p->x || ev->x >= p->x + p->w) {
		c->open = false;
		return CHOICE_CLOSED;
	}
	c->marked = c->top + (size_t)(ev->y - p->y - 1);
	return c->marked < c->n ? choice_take(c) : CHOICE_USED;
}

/* Moves the mark by so many values, as far as there are any. */
static void
choice_move(struct choice *c, int step)
{
	size_t far = (size_t)(step < 0 ? -step : step);

	choice_forget_typed(c);
	if (step < 0)
		c->marked = c->marked > far ? c->marked - far : 0;
	else
		c->marked = c->marked + far < c->n ? c->marked + far : c->n - 1;
}

enum choice_result
choice_event(struct choice *c, const struct event *ev)
{
	int page = c->place.h > 3 ? c->place.h - 3 : 1;

	if (ev->type == EVENT_MOUSE)
		return choice_mouse(c, ev);
	if (ev->type != EVENT_KEY)
		return CHOICE_USED;
	switch (ev->key) {
	case K_UP:
	case K_BTAB:
		choice_move(c, -1);
		break;
	case K_DOWN:
	case K_TAB:
		choice_move(c, 1);
		break;
	case K_PGUP:
		choice_move(c, -page);
		break;
	case K_PGDN:
		choice_move(c, page);
		break;
	case K_HOME:
		choice_move(c, -(int)c->n);
		break;
	case K_END:
		choice_move(c, (int)c->n);
		break;
	case K_BACKSPACE:
		choice_untype(c);
		break;
	case K_ENTER:
		return choice_take(c);
	case K_ESC:
		c->open = false;
		return CHOICE_CLOSED;
	default:
		if (ev->key == ' ' && c->typed_len == 0)
			return choice_take(c);
		if (ev->key >= ' ' && ev->key < K_BASE)
			choice_type(c, ev->key);
	}
	return CHOICE_USED;
}

void
choice_draw(const struct choice *c, int y, int x, int w, bool focused)
{
	enum style style = focused ? STYLE_FOCUS : STYLE_FIELD;
	const char *value = c->n > 0 ? c->text(c->arg, c->chosen) : "";

	paint_text(y, x, 1, style, "[");
	paint_cell(y, x + 1, w - 4, style, value);
	paint_text(y, x + w - 3, 3, style, " v]");
	if (focused)
		paint_cursor(y, x + 1);
}

/* Columns of the list: its longest value is whole, if the room has so many. */
static int
choice_open_width(const struct choice *c, int w, const struct area *room)
{
	for (size_t i = 0; i < c->n; i++) {
		int need = (int)text_width(c->text(c->arg, i)) + CHOICE_FRAME;

		w = need > w ? need : w;
	}
	return w < room->w ? w : room->w;
}

void
choice_draw_open(struct choice *c, int y, int x, int w, const struct area *room)
{
	int below = room->y + room->h - (y + 1);
	int rows = (int)c->n;
	struct area *p = &c->place;

	w = choice_open_width(c, w, room);
	if (x + w > room->x + room->w)
		x = room->x + room->w - w;
	if (rows > below - 2)
		rows = below - 2;
	if (rows < (int)c->n && rows < CHOICE_FEW && y - room->y > below) { /* above */
		rows = y - room->y - 2;
		rows = rows < (int)c->n ? rows : (int)c->n;
		*p = (struct area){.y = y - rows - 2, .x = x, .h = rows + 2, .w = w};
	} else {
		*p = (struct area){.y = y + 1, .x = x, .h = rows + 2, .w = w};
	}
	if (rows < 1)
		return;
	if (c->marked < c->top)
		c->top = c->marked;
	if (c->marked >= c->top + (size_t)rows)
		c->top = c->marked - (size_t)rows + 1;
	paint_box(p);
	for (int i = 0; i < rows; i++) {
		size_t k = c->top + (size_t)i;
		bool here = k == c->marked;
		enum style style = here ? STYLE_FOCUS : STYLE_PLAIN;

		paint_text(p->y + 1 + i, p->x + 1, 1, style, here ? ">" : " ");
		paint_cell(p->y + 1 + i, p->x + 2, p->w - 3, style, c->text(c->arg, k));
		if (here)
			paint_cursor(p->y + 1 + i, p->x + 2);
	}
	if (c->typed_len > 0)
		paint_text(p->y + p->h - 1, p->x + 2, p->w - 4, STYLE_KEY, c->typed);
}
