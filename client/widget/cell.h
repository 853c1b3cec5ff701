/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_CELL_H
#define EMAGE_CLIENT_WIDGET_CELL_H

#include "client/widget/paint.h"

#define CELL_LINES 3 /* at the most */

/* Lines that the text takes in w columns, `max` at the most. */
int cell_lines(const char *text, int w, int max);
/* In `max` lines; the end of what needs more is cut, with an ellipsis. */
void cell_draw(int y, int x, int w, enum style style, const char *text, int max);

#endif
