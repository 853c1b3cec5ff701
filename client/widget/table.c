/* SPDX-License-Identifier: MIT */
/*
 * Table: drawing, the selected row.
 */
#include "client/widget/table_inside.h"

#include <string.h>

#include "client/tr.h"
#include "client/widget/cell.h"
#include "client/widget/rows.h"

static void
table_draw_title(const struct table *t, size_t i, int y, int x, enum style style)
{
	int room = t->width[i];
	char text[128];

	table_title(t, i, text, sizeof(text));
	if (t->titles == 1 && table_sorts_by(t, i) && room > 2) { /* the arrow is never cut */
		x += paint_text(y, x, room - 2, style, _(t->columns[i].title));
		paint_text(y, x, 2, style, text + strlen(text) - strlen(" ▲"));
	} else {
		cell_draw(y, x, room, style, text, t->titles);
	}
}

static void
table_draw_titles(const struct table *t, int y, int x, bool focused)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		bool here = focused && i == t->header;
		int at = x + t->x[i];

		if (t->width[i] == 0)
			continue;
		/* the blanks between titles as well: one colour in the row */
		for (int line = 0; line < t->titles; line++)
			paint_fill(y + line, at, t->width[i] + TABLE_GAP, STYLE_LABEL);
		table_draw_title(t, i, y, at, here ? STYLE_FOCUS : STYLE_LABEL);
		if (here) {
			paint_text(y, at - 1, 1, STYLE_TITLE, ">");
			paint_cursor(y, at);
		}
	}
}

/* Returns its height; what has no room in `max` is not drawn. */
static int
table_draw_row(const struct table *t, size_t row, int y, int max, bool focused)
{
	int x = t->place.x;
	struct table_row r;

	table_measure(t, row, &r);
	rows_want(y, r.height > 1 ? 1 : ROWS_RECORD);
	for (size_t i = 0; i < t->n_columns; i++) {
		enum style style = focused && i == 0 ? STYLE_FOCUS : STYLE_PLAIN;

		if (t->width[i] > 0)
			cell_draw(y, x + t->x[i], t->width[i], style, table_cell(t, row, i),
			    r.lines < max ? r.lines : max);
	}
	if (r.below_y > 0 && r.below_y < max)
		cell_draw(y + r.below_y, x + TABLE_BELOW_INDENT, r.below_w, STYLE_PLAIN, r.below,
		    (r.height < max ? r.height : max) - r.below_y);
	if (focused) {
		paint_text(y, x, 1, STYLE_TITLE, ">");
		paint_cursor(y, x + t->x[0]);
	}
	return r.height;
}

size_t
table_rows_shown(const struct table *t)
{
	return t->shown > 0 ? t->shown : 1;
}

/* Rows from `top` on that fit whole. */
static size_t
table_fit(const struct table *t, size_t top)
{
	int left = t->place.h;
	size_t n = 0;

	while (top + n < t->n_rows && (left -= table_height(t, top + n)) >= 0)
		n++;
	return n;
}

/* The part of the rows that is shown has the selected one in it, and no room
 * stays empty below while there are rows above. */
static void
table_scroll(struct table *t)
{
	if (t->selected >= t->n_rows)
		t->selected = t->n_rows > 0 ? t->n_rows - 1 : 0;
	if (t->selected < t->top)
		t->top = t->selected;
	while (t->top < t->selected && t->top + table_fit(t, t->top) <= t->selected)
		t->top++;
	while (t->top > 0 && t->top - 1 + table_fit(t, t->top - 1) >= t->n_rows)
		t->top--;
}

void
table_draw(struct table *t, const struct area *a, enum table_focus focus)
{
	int y;

	table_choose_layout(t, a);
	t->header_y = a->y;
	t->place = (struct area){
	    .y = a->y + t->titles,
	    .x = a->x,
	    .h = a->h > t->titles ? a->h - t->titles : 0,
	    .w = a->w,
	};
	table_scroll(t);
	paint_read_first(a->y, a->h);
	table_draw_titles(t, a->y, a->x, focus == TABLE_ON_HEADER);
	if (focus == TABLE_ON_ROWS) /* also when there is none */
		paint_cursor(t->place.y, a->x + t->x[0]);
	t->shown = table_fit(t, t->top);
	if (t->shown == 0 && t->n_rows > 0 && t->place.h > 0)
		t->shown = 1; /* as much of it as there is room for */
	y = t->place.y;
	for (size_t i = t->top; i < t->top + t->shown; i++)
		y += table_draw_row(t, i, y, t->place.y + t->place.h - y,
		    focus == TABLE_ON_ROWS && i == t->selected);
}

bool
table_turn(struct table *t, int direction)
{
	size_t first = t->top;

	if (direction > 0 ? t->top + table_rows_shown(t) >= t->n_rows : t->top == 0)
		return false;
	if (direction > 0)
		t->top += table_rows_shown(t);
	else
		t->top--;
	while (direction < 0 && t->top > 0 && t->top - 1 + table_fit(t, t->top - 1) >= first)
		t->top--;
	table_select(t, t->top);
	return true;
}

bool
table_move(struct table *t, int step)
{
	if ((step < 0 && t->selected == 0) || (step > 0 && t->selected + 1 >= t->n_rows))
		return false;
	t->selected = step < 0 ? t->selected - 1 : t->selected + 1;
	return true;
}

bool
table_move_header(struct table *t, int step)
{
	size_t i = t->header;

	while (step < 0 ? i > 0 : i + 1 < t->n_columns) {
		i = step < 0 ? i - 1 : i + 1;
		if (t->columns[i].sorts && t->width[i] > 0) {
			t->header = i;
			return true;
		}
	}
	return false;
}

void
table_select(struct table *t, size_t row)
{
	t->selected = row < t->n_rows ? row : 0;
}

bool
table_click_row(struct table *t, int y)
{
	size_t row = t->top;
	int below = t->place.y;

	if (y < t->place.y || y >= t->place.y + t->place.h)
		return false;
	for (; row < t->top + t->shown; row++) {
		below += table_height(t, row);
		if (y < below) {
			t->selected = row;
			return true;
		}
	}
	return false;
}

bool
table_click_header(struct table *t, int x)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		int from = t->place.x + t->x[i];

		if (t->width[i] == 0 || !t->columns[i].sorts || x < from || x >= from + t->width[i])
			continue;
		t->header = i;
		return true;
	}
	return false;
}
