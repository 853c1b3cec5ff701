/* SPDX-License-Identifier: MIT */
/*
 * A text that goes on by a line: the terminal moves what stays itself, between two
 * margins. Never row 0, so that nothing gets into a terminal's scrollback.
 */
#include "client/thrift_scroll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCROLL_ROWS_MIN 3 /* fewer are as short written anew */

static bool
scroll_row_same(const struct thrift_cell *a, const struct thrift_cell *b, int columns)
{
	for (int x = 0; x < columns; x++)
		if (!thrift_cell_same(&a[x], &b[x]))
			return false;
	return true;
}

/* Rows from y on that are wanted n above where they are. */
static int
scroll_run(const struct thrift_cell *shown, const struct thrift_cell *want, int y, int n, int rows,
    int columns)
{
	int run = 0;

	while (
	    y + run < rows && y + run + n >= 1 && y + run + n < rows &&
	    scroll_row_same(&shown[(y + run + n) * columns], &want[(y + run) * columns], columns))
		run++;
	return run;
}

struct thrift_scroll
thrift_scroll_find(
    const struct thrift_cell *shown, const struct thrift_cell *want, int rows, int columns)
{
	struct thrift_scroll best = {.n = 0};
	int longest = SCROLL_ROWS_MIN - 1;

	for (int n = -rows / 2; n <= rows / 2; n++) {
		for (int y = 1; n != 0 && y < rows; y++) {
			int run = scroll_run(shown, want, y, n, rows, columns);

			if (run <= longest)
				continue;
			longest = run;
			best.n = n;
			best.top = n > 0 ? y : y + n;
			best.bottom = n > 0 ? y + run - 1 + n : y + run - 1;
		}
	}
	return best;
}

void
pen_scroll(struct pen *p, const struct thrift_scroll *s)
{
	char text[32];

	pen_plain(p);
	pen_put(p, text,
	    (size_t)snprintf(text, sizeof(text), "\033[%d;%dr", s->top + 1, s->bottom + 1));
	p->y = p->x = 0; /* setting margins does that */
	pen_move(p, s->n > 0 ? s->bottom : s->top, 0);
	for (int i = 0; i < abs(s->n); i++)
		pen_put(p, s->n > 0 ? "\n" : "\033M", s->n > 0 ? 1 : 2);
	pen_put(p, "\033[r", 3);
	p->y = p->x = 0;
}

void
thrift_scroll_apply(const struct thrift_scroll *s, struct thrift_cell *shown, int columns)
{
	static const struct thrift_cell blank = {.bytes = " ", .len = 1, .width = 1};
	int n = abs(s->n), kept = s->bottom - s->top + 1 - n;
	int from = s->n > 0 ? s->top + n : s->top;
	int bare = s->n > 0 ? s->bottom - n + 1 : s->top;

	memmove(&shown[(s->n > 0 ? s->top : s->top + n) * columns], &shown[from * columns],
	    (size_t)(kept * columns) * sizeof(*shown));
	for (int i = 0; i < n * columns; i++)
		shown[bare * columns + i] = blank;
}
