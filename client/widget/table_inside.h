/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_TABLE_INSIDE_H
#define EMAGE_CLIENT_WIDGET_TABLE_INSIDE_H

#include "client/widget/table.h"

/*
 * Between table.c and table_layout.c: which columns there are and how wide, how
 * many lines a row takes.
 */
#define TABLE_GAP	   1
#define TABLE_BELOW_INDENT 2

struct table_row {
	int lines;   /* of the columns */
	int below_w; /* columns left for what was dropped, in the second line */
	int below_y; /* its line; 0: there is none */
	int height;
	char below[512];
};

/* Sets widths, places and heights of titles for this area. */
void table_choose_layout(struct table *t, const struct area *a);
void table_measure(const struct table *t, size_t row, struct table_row *r_r);
int table_height(const struct table *t, size_t row);
/* Text of a cell as it is drawn; borrowed until the next call. */
const char *table_cell(const struct table *t, size_t row, size_t i);
/* With the arrow of the column that sorts. */
void table_title(const struct table *t, size_t i, char *out, size_t len);
bool table_sorts_by(const struct table *t, size_t i);

#endif
