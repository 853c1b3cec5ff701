/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_CLIENT_H
#define EMAGE_TESTS_UNIT_TEST_CLIENT_H

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "client/keys.h"
#include "client/theme.h"
#include "client/widget/paint.h"
#include "common/err.h"
#include "common/text.h"

#include <curses.h>

/* A screen of cells without a terminal: ncurses draws into nothing, tests read
 * its model. One at a time. */
struct test_cells {
	SCREEN *screen;
	FILE *in, *out;
};

static inline void
test_cells_open(struct test_cells *c, int rows, int columns)
{
	char text[16];

	if (!setlocale(LC_ALL, "C.UTF-8"))
		abort();
	snprintf(text, sizeof(text), "%d", rows);
	setenv("LINES", text, 1);
	snprintf(text, sizeof(text), "%d", columns);
	setenv("COLUMNS", text, 1);
	c->in = fopen("/dev/null", "r");
	c->out = fopen("/dev/null", "w");
	c->screen = newterm("linux", c->out, c->in);
	if (!c->screen)
		abort();
	set_term(c->screen);
	theme_start(THEME_MONO);
	erase();
	paint_begin();
}

static inline void
test_cells_close(struct test_cells *c)
{
	endwin();
	delscreen(c->screen);
	fclose(c->in);
	fclose(c->out);
}

static inline void
test_cells_clear(void)
{
	erase();
	paint_begin();
}

/* A row as UTF-8 without the blanks at its end; valid until the next call. */
static inline const char *
test_row(int y)
{
	static char out[2048];
	wchar_t wide[512];
	size_t len = 0;
	int n = mvinnwstr(y, 0, wide, 510);

	for (int i = 0; i < n; i++)
		len += text_encode((uint32_t)wide[i], out + len);
	while (len > 0 && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
	return out;
}

static inline bool
test_is_reverse(int y, int x)
{
	return (mvinch(y, x) & A_REVERSE) != 0;
}

static inline struct event
test_key(uint32_t key)
{
	return (struct event){.type = EVENT_KEY, .key = key};
}

#endif
