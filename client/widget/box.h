/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_BOX_H
#define EMAGE_CLIENT_WIDGET_BOX_H

#include <stdbool.h>

#include "client/widget/field.h"
#include "client/widget/paint.h"

/*
 * A field of several rows: the same line of text, wrapped to a width. What is
 * typed is edited by the field; here is where it stands and how the cursor goes
 * up and down.
 */
void box_draw(struct field *f, const struct area *a, bool focused);
/* False at the first or last row. */
bool box_move(struct field *f, int columns, int step);
/* A press at a cell of what box_draw() drew. */
void box_click(struct field *f, const struct area *a, int y, int x);

#endif
