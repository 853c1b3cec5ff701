/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_PANE_H
#define EMAGE_CLIENT_PANE_H

#include "client/picture/cells.h"
#include "client/picture/picture.h"
#include "client/picture/scale.h"
#include "common/buf.h"

/*
 * The part of the screen that shows a picture, for the ways that bypass curses.
 * Curses believes these cells to be blank and never touches them; the pane knows
 * what is really there and can take it away before something else is drawn over
 * it. Bytes are appended to a buffer; writing them is the caller's.
 */
struct picture_pane;

struct picture_pane_place {
	enum picture_way way;
	int top, left; /* screen cell, from 0 */
	unsigned rows, columns;
	unsigned cell_width, cell_height; /* pixels */
	int ground; /* colour of the screen's blanks, 0..7; -1 = the terminal's own */
	unsigned registers, max_width, max_height; /* sixel's limits; 0 = not known */
};

struct picture_pane *picture_pane_new(void);
void picture_pane_free(struct picture_pane **p);

/* Where and how from now on. Erase before, when something is shown elsewhere. */
void picture_pane_put(struct picture_pane *p, const struct picture_pane_place *place);
/* Canvas that fits the place, for picture_render(): all ways but NONE. */
struct picture_room picture_place_room(const struct picture_pane_place *place);

/* Draws a canvas of that room. quick: fewer bytes, because the picture moves.
 * Cells write only what differs from the picture before. 0, -EM_E_TOO_LARGE,
 * -EM_E_NO_MEMORY. */
int picture_pane_draw(
    struct picture_pane *p, const struct picture_canvas *c, bool quick, struct buf *out);
/* Leaves no pixel and no cell of the picture. Nothing when none is shown. */
int picture_pane_erase(struct picture_pane *p, struct buf *out);
/* The screen was cleared by someone else: nothing is shown any more. */
void picture_pane_lost(struct picture_pane *p);
bool picture_pane_shows(const struct picture_pane *p);

#endif
