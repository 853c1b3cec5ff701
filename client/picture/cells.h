/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_CELLS_H
#define EMAGE_CLIENT_CELLS_H

#include "client/picture/picture.h"
#include "common/buf.h"

/*
 * Canvas -> character cells. With colours a cell shows two of them, parted where
 * that is nearest to its dots: 24-bit terminals draw all quadrants themselves;
 * with 256 colours only the half blocks that every font has (▀ ▌) are used, on 2 x 2
 * dots; with 16 a cell is two dots, one above the other. Without colours one dot
 * becomes a shade or a letter.
 */
struct picture_cell {
	uint32_t ch;	 /* code point */
	uint32_t fg, bg; /* 0xRRGGBB, or an index of 256 or 16 colours; 0 without */
};

/* Dots a cell is made of, down and across. */
static inline unsigned
picture_cell_dots_down(enum picture_way way)
{
	return way >= PICTURE_CELLS_TRUE && way <= PICTURE_CELLS_16 ? 2 : 1;
}
static inline unsigned
picture_cell_dots_across(enum picture_way way)
{
	return way == PICTURE_CELLS_TRUE || way == PICTURE_CELLS_256 ? 2 : 1;
}

/* Fills rows x columns cells, row by row, from a canvas of columns *
 * picture_cell_dots_across() by rows * picture_cell_dots_down() dots. `way` is
 * one of the cells' or letters'. */
void picture_cells(const struct picture_canvas *c, enum picture_way way,
    struct picture_cell *cells_r, unsigned rows, unsigned columns);

/*
 * Writes what differs from `before` (NULL: everything) at a place on the screen,
 * rows and columns from 0, then the terminal's default colours. For the ways
 * with colours. 0 or -EM_E_TOO_LARGE.
 */
int picture_cells_write(const struct picture_cell *cells, const struct picture_cell *before,
    enum picture_way way, unsigned rows, unsigned columns, int top, int left, struct buf *out);

#endif
