/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_ROWS_H
#define EMAGE_CLIENT_WIDGET_ROWS_H

#include <stdbool.h>

#include "client/widget/paint.h"

/*
 * Fingers need room: on a kiosk a row of a screen with something to touch in it
 * becomes several rows of the terminal. Screens know nothing of it: they draw row
 * by row as ever, in a room that is lower by what the tall rows take. Here is
 * known which rows of the terminal stand for each of theirs; paint.c asks when
 * it draws, the app when a press comes.
 */
#define ROWS_BUTTON 3
#define ROWS_RECORD 2 /* of a list */

typedef void rows_drawer(void *arg, const struct area *room);

/* Once before each repaint: whether there are fingers. Without, a row is a row. */
void rows_begin(bool touch);
/* Calls draw once to paint, and before that as often as it takes to find the
 * highest room in which everything fits with its tall rows: then nothing that
 * it paints is seen. Where not even the lowest does, rows are less tall. */
void rows_draw(const struct area *room, rows_drawer *draw, void *arg);

/* While drawing: this row should be so high. */
void rows_want(int y, int height);
/* The cursor has its place: a room too low for that is none. */
void rows_see_cursor(void);
/* First row of the terminal, how many, and which of them has the text. */
int rows_top(int y);
int rows_height(int y);
int rows_text(int y);
/* Nothing that is painted now is to be seen. */
bool rows_are_measured(void);
/* Whether fingers are what moves here. */
bool rows_are_touched(void);

/* The row of the screen drawn last that a row of the terminal belongs to. */
int rows_at(int y);

#endif
