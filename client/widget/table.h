/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_TABLE_H
#define EMAGE_CLIENT_WIDGET_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "client/widget/paint.h"

/*
 * Rows and titled columns. Columns give way by priority when the screen is
 * narrow. The row with the focus has ">" and a reversed first column: few
 * bytes to move on a slow line, and visible without colour. No row has it while
 * the focus is elsewhere: there is one ">" on the screen.
 */
struct table_column {
	const char *title; /* msgid */
	int least, ideal;  /* columns of the terminal */
	bool stretch;	   /* takes what is left */
	int drop;	   /* 0: never dropped; higher goes first */
	bool sorts;
	int tall;    /* least width where texts go on in further lines; 0: as `least` */
	bool eager;  /* grows before the others */
	bool button; /* as wide as its longest word, never told below */
};

#define TABLE_MAX_COLUMNS 8

struct table {
	const struct table_column *columns;
	size_t n_columns;
	/* Text of a cell that has so many columns, in two lines maybe; borrowed until
	 * the next call. */
	const char *(*cell)(void *arg, size_t row, size_t column, int width);
	void *arg;
	size_t n_rows, selected, top;
	size_t sorted_by;
	bool ascending;
	size_t header; /* title with the focus */
	/* Nothing is cut: a text goes on in further lines of its column, and what the
	 * dropped columns hold stands below. */
	bool wraps;
	/* as it was drawn last */
	int lines;	   /* that a text may take in its column */
	bool is_tall;	   /* the columns have their `tall` widths */
	int titles;	   /* rows of them */
	size_t shown;	   /* rows from `top` on */
	struct area place; /* rows only */
	int header_y, w;
	int need[TABLE_MAX_COLUMNS];			    /* of buttons */
	int x[TABLE_MAX_COLUMNS], width[TABLE_MAX_COLUMNS]; /* width 0: dropped */
};

enum table_focus { TABLE_NO_FOCUS, TABLE_ON_HEADER, TABLE_ON_ROWS };

/* Titles in the first row of the area, or the first two; rows below. */
void table_draw(struct table *t, const struct area *a, enum table_focus focus);
/* False at the ends. */
bool table_move(struct table *t, int step);
bool table_move_header(struct table *t, int step);
void table_select(struct table *t, size_t row);
/* To the rows that follow those shown, or come before them; false: there are none. */
bool table_turn(struct table *t, int direction);
/* Rows that fit on the screen. */
size_t table_rows_shown(const struct table *t);
/* False when there is no row, no sorting title, at that place. */
bool table_click_row(struct table *t, int y);
bool table_click_header(struct table *t, int x);

#endif
