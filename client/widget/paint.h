/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_PAINT_H
#define EMAGE_CLIENT_WIDGET_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text into cells of the screen, and the only place that calls ncurses to draw
 * it: clipped to the width given, never a control character, never a character
 * whose width the terminal may see differently. Strings are UTF-8 and have
 * been through text_sanitise() when they came from a server.
 */

struct area {
	int y, x, h, w;
};

/* What a text is, not how it looks; client/theme.c says how. */
enum style {
	STYLE_PLAIN,
	STYLE_BAR,     /* brand bar */
	STYLE_TITLE,   /* heading of a part of a screen */
	STYLE_LABEL,   /* name of a field, column headers */
	STYLE_FIELD,   /* what can be filled in */
	STYLE_FOCUS,   /* the focused thing: reverse */
	STYLE_CURRENT, /* current step, current section */
	STYLE_DIM,     /* what does not work now */
	STYLE_INFO,    /* message row */
	STYLE_WARN,
	STYLE_ERROR,
	STYLE_KEY,   /* key in the hints */
	STYLE_FOUND, /* found by a search */
	STYLE_LIGHT, /* black on white whatever the theme: QR codes */
	STYLE_DARK,  /* white on black likewise */
	N_STYLES,
};

/* Draws at most w columns; returns the columns used. Cuts with an ellipsis
 * when the text is longer. */
int paint_text(int y, int x, int w, enum style style, const char *s);
/* The same, then blanks up to w. */
void paint_cell(int y, int x, int w, enum style style, const char *s);
/* Right-aligned in w columns. */
void paint_right(int y, int x, int w, enum style style, const char *s);
/* First n bytes of s, no ellipsis. */
int paint_bytes(int y, int x, int w, enum style style, const char *s, size_t n);
void paint_fill(int y, int x, int w, enum style style);
/* A horizontal rule, a box. */
void paint_rule(int y, int x, int w);
void paint_box(const struct area *a);
void paint_blank(const struct area *a);
/* The edges of something to touch, around a row that is tall enough for them;
 * else nothing. */
void paint_frame(int y, int x, int w, enum style style);

/* Where the cursor shall stand when the drawing is over: the focused item. */
void paint_cursor(int y, int x);
/* The last paint_cursor() since paint_begin(); false when there was none. */
bool paint_cursor_wanted(int *y_r, int *x_r);
/* A text goes on above or below what is shown of it; row 22 says so. */
void paint_more(bool above, bool below);
void paint_more_wanted(bool *above_r, bool *below_r);
/* On a slow line the rows that are read first are painted first: h of them. */
void paint_read_first(int y, int h);
bool paint_is_first(int y); /* a row of the terminal */
void paint_begin(void);
/* What the terminal shows in this row is not known any more: it is sent whole. */
void paint_row_anew(int y);
bool paint_take_anew(int y); /* once, for each that was named */
/* The line is slow: no rules, and frames of the characters that cost a byte each. */
void paint_start_slow(void);

/* Whether the terminal's character set can show this code point. */
bool paint_can_show(uint32_t cp);

#endif
