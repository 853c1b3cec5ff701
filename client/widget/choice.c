/* SPDX-License-Identifier: MIT */
/*
 * Drop-down list.
 */
#include "client/widget/choice.h"

#include <string.h>

#include "common/text.h"

void
choice_open(struct choice *c)
{
	c->open = c->n > 0;
	c->marked = c->chosen;
	c->top = 0;
}

/* The next value after the mark that begins with this letter. */
static void
choice_find(struct choice *c, uint32_t cp)
{
	char letter[8] = {0};
	char want[sizeof(letter) * 3 + 1];

	text_encode(cp, letter);
	text_fold(letter, strlen(letter), want);
	if (want[0] == '\0')
		return;
	for (size_t k = 1; k <= c->n; k++) {
		size_t i = (c->marked + k) % c->n;
		const char *s = c->text(c->arg, i);
		char first[8] = {0};
		char have[sizeof(first) * 3 + 1];
		uint32_t front;
		size_t n = text_decode(s, strlen(s), &front);

		memcpy(first, s, n);
		text_fold(first, n, have);
		if (strcmp(have, want) == 0) {
			c->marked = i;
			return;
		}
	}
}

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

enum choice_result
choice_event(struct choice *c, const struct event *ev)
{
	if (ev->type == EVENT_MOUSE)
		return choice_mouse(c, ev);
	if (ev->type != EVENT_KEY)
		return CHOICE_USED;
	switch (ev->key) {
	case K_UP:
	case K_BTAB:
		c->marked -= c->marked > 0;
		break;
	case K_DOWN:
	case K_TAB:
		c->marked += c->marked + 1 < c->n;
		break;
	case K_HOME:
	case K_PGUP:
		c->marked = 0;
		break;
	case K_END:
	case K_PGDN:
		c->marked = c->n - 1;
		break;
	case K_ENTER:
	case ' ':
		return choice_take(c);
	case K_ESC:
		c->open = false;
		return CHOICE_CLOSED;
	default:
		if (ev->key > ' ' && ev->key < K_BASE)
			choice_find(c, ev->key);
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

void
choice_draw_open(struct choice *c, int y, int x, int w, const struct area *room)
{
	int below = room->y + room->h - (y + 1);
	int rows = (int)c->n;
	struct area *p = &c->place;

	if (rows > below - 2)
		rows = below - 2;
	if (rows < 3 && rows < (int)c->n) { /* no room below: above */
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
}
