/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_THRIFT_H
#define EMAGE_CLIENT_THRIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

/*
 * From one picture of the screen to the next in as few bytes as there are, for
 * slow lines: ncurses places the cursor absolutely where a newline would do, leaves
 * attributes by longer sequences than needed, and overwrites with blanks what one
 * sequence erases. For terminals that speak ANSI (ECMA-48), without colour.
 *
 * Knows no curses: whoever draws fills in the cells that are wanted, all of them.
 */
struct thrift;

enum thrift_look {
	THRIFT_BOLD = 1,
	THRIFT_UNDERLINE = 2,
	THRIFT_REVERSE = 4,
};

#define THRIFT_CELL_BYTES 13

struct thrift_cell {
	char bytes[THRIFT_CELL_BYTES]; /* as sent; unused ones 0 */
	uint8_t len;		       /* 0: the second half of a wide character */
	uint8_t width;
	uint8_t look;
};

/* The terminal is thought to show anything. */
struct thrift *thrift_new(int rows, int columns);
void thrift_free(struct thrift **t); /* wipes */
/* What it shows is not known any more: the next paint erases it first. Wipes. */
void thrift_forget(struct thrift *t, int rows, int columns);
/* The same of one row. */
void thrift_forget_row(struct thrift *t, int y);

/* A cell of the picture that is wanted. */
struct thrift_cell *thrift_cell(struct thrift *t, int y, int x);
/* Rows that are read first are painted first, and the cursor goes where it shall
 * stand before the others follow. Until the next paint. */
void thrift_read_first(struct thrift *t, int y);
/* Appends to out what makes the terminal show the picture, with the cursor there;
 * 0 or -EM_E_TOO_LARGE. may_erase: nothing has been put past this painter that
 * erasing the rows below would take away. */
int thrift_paint(struct thrift *t, int y, int x, bool may_erase, struct buf *out);

#endif
