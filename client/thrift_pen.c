/* SPDX-License-Identifier: MIT */
/*
 * The shortest sequences to a place and to a look.
 */
#include "client/thrift_pen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

#define PEN_WAY_BYTES 48
#define PEN_ROWS_MAX  8 /* more newlines than this are never shorter */

struct pen_way {
	char bytes[PEN_WAY_BYTES];
	size_t len;
};

void
pen_put(struct pen *p, const char *bytes, size_t len)
{
	if (len == 0)
		return;
	if (p->len + len > p->cap) {
		p->cap = 2 * p->cap + len;
		p->bytes = mem_grow(p->bytes, p->cap, 1);
	}
	memcpy(p->bytes + p->len, bytes, len);
	p->len += len;
}

void
pen_rewind(struct pen *p, const struct pen *before)
{
	p->len = before->len;
	p->y = before->y;
	p->x = before->x;
	p->look = before->look;
}

/* ------------------------------------------------------------------- places */

/* A parameter of 1 is left out, as the terminal adds it. */
static void
pen_way_csi(struct pen_way *w, int n, char final)
{
	int len;

	if (n == 1)
		len = snprintf(w->bytes + w->len, sizeof(w->bytes) - w->len, "\033[%c", final);
	else
		len = snprintf(w->bytes + w->len, sizeof(w->bytes) - w->len, "\033[%d%c", n, final);
	w->len += (size_t)len;
}

static void
pen_way_right(struct pen_way *w, int n)
{
	if (n > 0)
		pen_way_csi(w, n, 'C');
}

static struct pen_way
pen_absolute(int y, int x)
{
	struct pen_way w = {.len = 0};

	if (x == 0)
		pen_way_csi(&w, y + 1, 'H');
	else
		w.len = (size_t)snprintf(w.bytes, sizeof(w.bytes), "\033[%d;%dH", y + 1, x + 1);
	return w;
}

/* Within the row, from where the cursor is. */
static struct pen_way
pen_along(const struct pen *p, int x)
{
	struct pen_way w = {.len = 0};
	int left = p->x - x;

	if (left <= 0)
		pen_way_right(&w, -left);
	else if (left <= 3)
		memset(w.bytes, '\b', w.len = (size_t)left);
	else
		pen_way_csi(&w, left, 'D');
	return w;
}

/* By the beginning of a row, this one or one below. */
static struct pen_way
pen_returning(const struct pen *p, int y, int x)
{
	struct pen_way w = {.bytes = "\r", .len = 1};

	for (int i = p->y; i < y; i++)
		w.bytes[w.len++] = '\n';
	pen_way_right(&w, x);
	return w;
}

static struct pen_way
pen_way_to(const struct pen *p, int y, int x)
{
	struct pen_way best = pen_absolute(y, x), other;

	if (p->x < 0)
		return best;
	if (y >= p->y && y - p->y <= PEN_ROWS_MAX) {
		other = pen_returning(p, y, x);
		best = other.len < best.len ? other : best;
	}
	if (p->x == p->columns)
		return best; /* behind the last column terminals differ in where they are */
	if (y == p->y) {
		other = pen_along(p, x);
		best = other.len < best.len ? other : best;
	} else if (y < p->y && x == p->x) {
		other = (struct pen_way){.len = 0};
		pen_way_csi(&other, p->y - y, 'A');
		best = other.len < best.len ? other : best;
	}
	return best;
}

void
pen_move(struct pen *p, int y, int x)
{
	struct pen_way w = pen_way_to(p, y, x);

	pen_put(p, w.bytes, w.len);
	p->y = y;
	p->x = x;
}

size_t
pen_distance(const struct pen *p, int y, int x)
{
	return pen_way_to(p, y, x).len;
}

/* -------------------------------------------------------------------- looks */

/* From any look: what is on already is left as it is, if nothing must go. */
static void
pen_set_look(struct pen *p, unsigned look)
{
	static const struct {
		unsigned look;
		char digit;
	} codes[] = {
	    {THRIFT_BOLD, '1'},
	    {THRIFT_UNDERLINE, '4'},
	    {THRIFT_REVERSE, '7'},
	};
	unsigned on = p->look & ~look ? 0 : p->look;
	char text[12] = "\033[";
	size_t len = 2;

	if (look == p->look)
		return;
	if (on != p->look && look != 0) /* an empty parameter puts all off */
		text[len++] = ';';
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (!(look & ~on & codes[i].look))
			continue;
		if (len > 2 && text[len - 1] != ';')
			text[len++] = ';';
		text[len++] = codes[i].digit;
	}
	text[len++] = 'm';
	pen_put(p, text, len);
	p->look = look;
}

bool
thrift_cell_is_blank(const struct thrift_cell *c)
{
	return c->len == 1 && c->bytes[0] == ' ';
}

/* What of a look can be seen in this cell. */
static unsigned
pen_seen(const struct thrift_cell *c, unsigned look)
{
	return thrift_cell_is_blank(c) ? look & ~(unsigned)THRIFT_BOLD : look;
}

bool
thrift_cell_same(const struct thrift_cell *a, const struct thrift_cell *b)
{
	return a->len == b->len && a->width == b->width &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0 &&
	       pen_seen(a, a->look) == pen_seen(b, b->look);
}

bool
pen_suits(const struct pen *p, const struct thrift_cell *c)
{
	return pen_seen(c, p->look) == pen_seen(c, c->look);
}

void
pen_take(struct pen *p, const struct thrift_cell *c)
{
	if (!pen_suits(p, c))
		pen_set_look(p, pen_seen(c, c->look));
}

void
pen_cell(struct pen *p, const struct thrift_cell *c)
{
	pen_take(p, c);
	pen_put(p, c->bytes, c->len);
	p->x += c->width;
}

void
pen_plain(struct pen *p)
{
	pen_set_look(p, 0);
}

void
pen_erase(struct pen *p, bool screen)
{
	pen_set_look(p, 0);
	pen_put(p, screen ? "\033[J" : "\033[K", 3);
}
