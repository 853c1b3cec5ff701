/* SPDX-License-Identifier: MIT */
/*
 * Rows of a screen and rows of the terminal. A lower room can only need fewer
 * tall rows, so the search goes from the highest room down, by steps that cannot
 * pass the one sought.
 */
#include "client/widget/rows.h"

#include "common/mem.h"

#define ROWS_MAX 512 /* of a room; further rows are never tall */

/* One terminal, one map. */
static struct {
	bool touch, on, measuring;
	bool lost;   /* something to touch would stand below the room */
	bool cursor; /* the thing with the focus is drawn */
	int from;    /* first row of the room, the same in both */
	int room;    /* rows of the terminal */
	int n;	     /* rows of the screen */
	int cap;     /* highest a row may become */
	int last;    /* last row in use */
	int height[ROWS_MAX];
} rows;

static bool
rows_is_mapped(int y)
{
	return rows.on && y >= rows.from && y < rows.from + rows.n && y - rows.from < ROWS_MAX;
}

/* Height of the first n rows. */
static int
rows_sum(int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
		sum += i < ROWS_MAX ? rows.height[i] : 1;
	return sum;
}

static void
rows_flat(const struct area *room, int n)
{
	rows.from = room->y;
	rows.room = room->h;
	rows.n = n;
	rows.last = room->y - 1;
	rows.lost = rows.cursor = false;
	for (int i = 0; i < ROWS_MAX; i++)
		rows.height[i] = 1;
}

void
rows_begin(bool touch)
{
	rows_flat(&(struct area){0}, 0);
	rows.touch = touch;
	rows.on = rows.measuring = false;
}

void
rows_want(int y, int height)
{
	if (!rows.on || !rows.measuring)
		return;
	if (y >= rows.from + rows.n)
		rows.lost = true;
	if (!rows_is_mapped(y))
		return;
	height = height < rows.cap ? height : rows.cap;
	if (rows.height[y - rows.from] < height)
		rows.height[y - rows.from] = height;
}

int
rows_top(int y)
{
	if (!rows.on || y < rows.from)
		return y;
	if (rows.measuring && y > rows.last)
		rows.last = y;
	if (y >= rows.from + rows.n)
		return rows.from + rows.room + y - rows.from - rows.n;
	return rows.from + rows_sum(y - rows.from);
}

int
rows_height(int y)
{
	return rows_is_mapped(y) ? rows.height[y - rows.from] : 1;
}

int
rows_text(int y)
{
	return rows_top(y) + (rows_height(y) - 1) / 2;
}

void
rows_see_cursor(void)
{
	rows.cursor = true;
}

bool
rows_are_measured(void)
{
	return rows.on && rows.measuring;
}

bool
rows_are_touched(void)
{
	return rows.touch;
}

int
rows_at(int y)
{
	int at = rows.from;

	if (y < rows.from)
		return y;
	if (y >= rows.from + rows.room)
		return y - rows.room + rows.n;
	for (int i = 0; i < rows.n; i++) {
		at += i < ROWS_MAX ? rows.height[i] : 1;
		if (y < at)
			return rows.from + i;
	}
	return rows.from + rows.n - 1;
}

/* Rows of the terminal too many, in a room of n rows; those without use at its
 * end need not be there. */
static int
rows_excess(const struct area *room, int n, rows_drawer *draw, void *arg)
{
	struct area a = {.y = room->y, .x = room->x, .h = n, .w = room->w};
	int used;

	rows_flat(room, n);
	draw(arg, &a);
	used = rows.last - rows.from + 1;
	return rows_sum(used < n ? used : n) - room->h;
}

/* Rows of the room in which everything fits; 0 = there is none. */
static int
rows_search(const struct area *room, rows_drawer *draw, void *arg)
{
	int n = room->h;
	bool cursor = false; /* in the highest room */

	while (n > 0) {
		int excess = rows_excess(room, n, draw, arg);
		int step = (excess + rows.cap - 1) / rows.cap;

		cursor = cursor || rows.cursor;
		if (rows.lost || rows.cursor != cursor)
			return 0;
		if (excess <= 0)
			return n;
		n -= step > 1 ? step : 1;
	}
	return 0;
}

void
rows_draw(const struct area *room, rows_drawer *draw, void *arg)
{
	struct area a = *room;
	int n = 0;

	if (!rows.touch) {
		draw(arg, room);
		return;
	}
	rows.on = rows.measuring = true;
	for (int cap = ROWS_BUTTON; n == 0 && cap > 1; cap--) {
		rows.cap = cap;
		n = rows_search(room, draw, arg);
	}
	/* once more: a screen that scrolls may have moved in what was tried */
	if (n > 0 && (rows_excess(room, n, draw, arg) > 0 || rows.lost || !rows.cursor))
		n = 0;
	rows.measuring = false;
	if (n == 0)
		rows_flat(room, room->h);
	a.h = rows.n;
	draw(arg, &a);
	rows.on = false;
}
