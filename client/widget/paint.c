/* SPDX-License-Identifier: MIT */
/*
 * The way from a string to cells. Where the terminal's character set lacks a
 * character, its nearest relative of the same width stands in for it.
 */
#include "client/widget/paint.h"

#include <limits.h>
#include <string.h>
#include <wchar.h>

#include <curses.h>

#include "client/theme.h"
#include "client/widget/rows.h"
#include "common/mem.h"
#include "common/text.h"

#define PAINT_MAX	512 /* characters of one call: more than a row has */
#define PAINT_ROWS_MAX	512
#define PAINT_RULE_SLOW 4 /* columns: a sign between two words, not a border */

/* One terminal, one cursor. */
static struct {
	int y, x;
	bool wanted;
	bool above, below;
	bool slow;
	bool first[PAINT_ROWS_MAX], anew[PAINT_ROWS_MAX]; /* rows of the terminal */
} paint_state;

enum paint_line { PAINT_ACROSS, PAINT_DOWN, PAINT_UL, PAINT_UR, PAINT_LL, PAINT_LR };

struct paint_relative {
	uint32_t cp;
	char c;
};

static const struct paint_relative paint_relatives[] = {
    {0x00a0, ' '},
    {0x00ab, '"'},
    {0x00b0, 'o'},
    {0x00b7, '-'},
    {0x00bb, '"'},
    {0x0152, 'O'},
    {0x0153, 'o'},
    {0x2010, '-'},
    {0x2011, '-'},
    {0x2013, '-'},
    {0x2014, '-'},
    {0x2018, '\''},
    {0x2019, '\''},
    {0x201c, '"'},
    {0x201d, '"'},
    {0x2022, '*'},
    {0x2026, '.'},
    {0x202f, ' '},
    {0x20ac, 'E'},
    {0x2190, '<'},
    {0x2191, '^'},
    {0x2192, '>'},
    {0x2193, 'v'},
    {0x2212, '-'},
    {0x2264, '<'},
    {0x2265, '>'},
    {0x2500, '-'},
    {0x25b2, '^'},
    {0x25bc, 'v'},
};

bool
paint_can_show(uint32_t cp)
{
	char bytes[MB_LEN_MAX];
	mbstate_t st = {0};

	return wcrtomb(bytes, (wchar_t)cp, &st) != (size_t)-1 &&
	       wcwidth((wchar_t)cp) == text_cp_width(cp);
}

/* What is drawn for a code point; 0 = nothing. */
static wchar_t
paint_shape(uint32_t cp)
{
	int width = text_cp_width(cp);

	if (width < 0 || !text_cp_is_safe(cp))
		return L'?';
	if (paint_can_show(cp))
		return (wchar_t)cp;
	for (size_t i = 0; i < ARRAY_LEN(paint_relatives); i++)
		if (paint_relatives[i].cp == cp)
			return (wchar_t)paint_relatives[i].c;
	return width == 0 ? 0 : L'?';
}

/* Decodes n bytes; what is drawn takes as many columns as text_width() says,
 * but for a wide character that the terminal lacks. */
static int
paint_decode(const char *s, size_t n, wchar_t out_r[PAINT_MAX + 1])
{
	int len = 0;

	while (n > 0 && len < PAINT_MAX) {
		uint32_t cp = 0xfffd;
		size_t used = text_decode(s, n, &cp);
		wchar_t wc = paint_shape(cp);

		if (wc != 0)
			out_r[len++] = wc;
		if (text_cp_width(cp) == 2 && wc == L'?' && len < PAINT_MAX)
			out_r[len++] = L' ';
		used = used ? used : 1;
		s += used;
		n -= used;
	}
	out_r[len] = 0;
	return len;
}

int
paint_bytes(int y, int x, int w, enum style style, const char *s, size_t n)
{
	wchar_t wide[PAINT_MAX + 1];
	size_t width = 0;
	char piece[PAINT_MAX * 4 + 1];
	int len;

	y = rows_text(y);
	if (y < 0 || y >= LINES || x < 0 || x >= COLS || w <= 0)
		return 0;
	if (w > COLS - x)
		w = COLS - x;
	n = n < sizeof(piece) - 1 ? n : sizeof(piece) - 1;
	memcpy(piece, s, n);
	piece[n] = '\0';
	n = text_fit(piece, (size_t)w, &width);
	if (rows_are_measured())
		return (int)width;
	len = paint_decode(piece, n, wide);
	attr_set(theme_attr(style), theme_pair(style), NULL);
	mvaddnwstr(y, x, wide, len);
	attr_set(A_NORMAL, 0, NULL);
	return (int)width;
}

int
paint_text(int y, int x, int w, enum style style, const char *s)
{
	size_t len = strlen(s);
	size_t n;
	size_t width;
	int used;

	if (w <= 0)
		return 0;
	if (text_width(s) <= (size_t)w)
		return paint_bytes(y, x, w, style, s, len);
	n = text_fit(s, (size_t)w - 1, &width);
	used = paint_bytes(y, x, (int)width, style, s, n);
	return used + paint_bytes(y, x + used, 1, style, "…", strlen("…"));
}

/* A row of the terminal. */
static void
paint_fill_row(int y, int x, int w, enum style style)
{
	if (rows_are_measured() || y < 0 || y >= LINES || x < 0 || x >= COLS)
		return;
	if (w > COLS - x)
		w = COLS - x;
	attr_set(theme_attr(style), theme_pair(style), NULL);
	for (int i = 0; i < w; i++)
		mvaddch(y, x + i, ' ');
	attr_set(A_NORMAL, 0, NULL);
}

void
paint_fill(int y, int x, int w, enum style style)
{
	paint_fill_row(rows_text(y), x, w, style);
}

void
paint_cell(int y, int x, int w, enum style style, const char *s)
{
	int used = paint_text(y, x, w, style, s);

	paint_fill(y, x + used, w - used, style);
}

void
paint_right(int y, int x, int w, enum style style, const char *s)
{
	int width = (int)text_width(s);
	int blank = w > width ? w - width : 0;

	paint_fill(y, x, blank, style);
	paint_text(y, x + blank, w - blank, style, s);
}

/* ACS_ and not WACS_: those are Unicode in any UTF-8 locale, three bytes a cell,
 * where a VT takes one. On a slow line not even the set is switched. */
static chtype
paint_line(enum paint_line line)
{
	if (paint_state.slow)
		return (chtype) "-|++++"[line];
	switch (line) {
	case PAINT_ACROSS:
		return ACS_HLINE;
	case PAINT_DOWN:
		return ACS_VLINE;
	case PAINT_UL:
		return ACS_ULCORNER;
	case PAINT_UR:
		return ACS_URCORNER;
	case PAINT_LL:
		return ACS_LLCORNER;
	case PAINT_LR:
		return ACS_LRCORNER;
	}
	return ' ';
}

void
paint_rule(int y, int x, int w)
{
	y = rows_text(y);
	if (rows_are_measured() || (paint_state.slow && w > PAINT_RULE_SLOW))
		return;
	attr_set(theme_attr(STYLE_PLAIN), theme_pair(STYLE_PLAIN), NULL);
	mvhline(y, x, paint_line(PAINT_ACROSS), w);
	attr_set(A_NORMAL, 0, NULL);
}

void
paint_blank(const struct area *a)
{
	for (int y = a->y; y < a->y + a->h; y++) {
		int top = rows_top(y);

		for (int i = 0; i < rows_height(y); i++)
			paint_fill_row(top + i, a->x, a->w, STYLE_PLAIN);
	}
}

/* Rows and columns of the terminal, the corners among them. */
static void
paint_lines(int top, int bottom, int left, int right, enum style style)
{
	attr_set(theme_attr(style), theme_pair(style), NULL);
	mvhline(top, left, paint_line(PAINT_ACROSS), right - left);
	mvhline(bottom, left, paint_line(PAINT_ACROSS), right - left);
	mvvline(top, left, paint_line(PAINT_DOWN), bottom - top);
	mvvline(top, right, paint_line(PAINT_DOWN), bottom - top);
	mvaddch(top, left, paint_line(PAINT_UL));
	mvaddch(top, right, paint_line(PAINT_UR));
	mvaddch(bottom, left, paint_line(PAINT_LL));
	mvaddch(bottom, right, paint_line(PAINT_LR));
	attr_set(A_NORMAL, 0, NULL);
}

void
paint_box(const struct area *a)
{
	int last = a->y + a->h - 1;
	int top = rows_top(a->y);
	int bottom = rows_top(last) + rows_height(last) - 1;

	if (a->h >= 2 && a->w >= 2 && !rows_are_measured())
		paint_lines(top, bottom, a->x, a->x + a->w - 1, STYLE_PLAIN);
}

void
paint_frame(int y, int x, int w, enum style style)
{
	int top = rows_top(y);

	if (rows_height(y) >= 3 && w >= 2 && x + w <= COLS && !rows_are_measured())
		paint_lines(top, top + rows_height(y) - 1, x, x + w - 1, style);
}

/* ------------------------------------------------------------------- cursor */

void
paint_begin(void)
{
	paint_state.wanted = paint_state.above = paint_state.below = false;
	memset(paint_state.first, 0, sizeof(paint_state.first));
}

void
paint_start_slow(void)
{
	paint_state.slow = true;
}

void
paint_read_first(int y, int h)
{
	int top, end;

	if (rows_are_measured()) /* a row that is asked for counts as used */
		return;
	top = rows_top(y);
	end = rows_top(y + h);
	for (int i = top < 0 ? 0 : top; i < end && i < PAINT_ROWS_MAX; i++)
		paint_state.first[i] = true;
}

bool
paint_is_first(int y)
{
	return y < PAINT_ROWS_MAX && paint_state.first[y];
}

void
paint_row_anew(int y)
{
	wredrawln(stdscr, y, 1);
	if (y < PAINT_ROWS_MAX)
		paint_state.anew[y] = true;
}

bool
paint_take_anew(int y)
{
	bool anew = y < PAINT_ROWS_MAX && paint_state.anew[y];

	if (anew)
		paint_state.anew[y] = false;
	return anew;
}

void
paint_cursor(int y, int x)
{
	y = rows_text(y);
	rows_see_cursor();
	if (rows_are_measured())
		return;
	paint_state.y = y;
	paint_state.x = x;
	paint_state.wanted = true;
}

bool
paint_cursor_wanted(int *y_r, int *x_r)
{
	*y_r = paint_state.y;
	*x_r = paint_state.x;
	return paint_state.wanted;
}

void
paint_more(bool above, bool below)
{
	paint_state.above |= above;
	paint_state.below |= below;
}

void
paint_more_wanted(bool *above_r, bool *below_r)
{
	*above_r = paint_state.above;
	*below_r = paint_state.below;
}
