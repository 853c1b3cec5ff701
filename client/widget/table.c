/* SPDX-License-Identifier: MIT */
/*
 * Table: layout of columns, drawing, the selected row.
 */
#include "client/widget/table.h"

#include "client/tr.h"
#include "common/text.h"

#define TABLE_GAP 1

/* Sum of the least widths of what is not dropped. */
static int
table_least(const struct table *t)
{
	int sum = 1; /* ">" */

	for (size_t i = 0; i < t->n_columns; i++)
		if (t->width[i] > 0)
			sum += t->columns[i].least + TABLE_GAP;
	return sum - TABLE_GAP;
}

/* Drops the column that goes first; false when none may go. */
static bool
table_drop(struct table *t)
{
	size_t which = t->n_columns;

	for (size_t i = 0; i < t->n_columns; i++) {
		if (t->width[i] == 0 || t->columns[i].drop == 0)
			continue;
		if (which == t->n_columns || t->columns[i].drop > t->columns[which].drop)
			which = i;
	}
	if (which == t->n_columns)
		return false;
	t->width[which] = 0;
	return true;
}

static void
table_layout(struct table *t, int w)
{
	int left;
	int x = 1;

	for (size_t i = 0; i < t->n_columns; i++)
		t->width[i] = 1;
	while (table_least(t) > w && table_drop(t))
		continue;
	left = w - table_least(t);
	for (size_t i = 0; i < t->n_columns; i++) {
		int more = t->columns[i].ideal - t->columns[i].least;

		if (t->width[i] == 0)
			continue;
		more = more < left ? more : left;
		more = more > 0 ? more : 0;
		t->width[i] = t->columns[i].least + more;
		left -= more;
	}
	for (size_t i = 0; i < t->n_columns; i++) {
		if (t->width[i] > 0 && t->columns[i].stretch && left > 0) {
			t->width[i] += left;
			left = 0;
		}
	}
	for (size_t i = 0; i < t->n_columns; i++) {
		t->x[i] = x;
		if (t->width[i] > 0)
			x += t->width[i] + TABLE_GAP;
	}
}

static void
table_draw_titles(const struct table *t, int y, int x, bool focused)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		const char *title = _(t->columns[i].title);
		bool here = focused && i == t->header;
		enum style style = here ? STYLE_FOCUS : STYLE_LABEL;
		int at = x + t->x[i];
		int room = t->width[i];

		if (room == 0)
			continue;
		if (here) {
			paint_text(y, at - 1, 1, STYLE_TITLE, ">");
			paint_cursor(y, at);
		}
		if (i == t->sorted_by && t->columns[i].sorts && room > 2) {
			int used = paint_text(y, at, room - 2, style, title);

			paint_text(y, at + used, 1, style, " ");
			paint_text(y, at + used + 1, 1, style, t->ascending ? "▲" : "▼");
		} else {
			paint_text(y, at, room, style, title);
		}
	}
}

static void
table_draw_row(const struct table *t, size_t row, int y, int x, bool focused)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		enum style style = focused && i == 0 ? STYLE_FOCUS : STYLE_PLAIN;

		if (t->width[i] == 0)
			continue;
		paint_text(
		    y, x + t->x[i], t->width[i], style, t->cell(t->arg, row, i, t->width[i]));
	}
	if (row == t->selected)
		paint_text(y, x, 1, STYLE_TITLE, ">");
	if (focused)
		paint_cursor(y, x + t->x[0]);
}

void
table_draw(struct table *t, const struct area *a, enum table_focus focus)
{
	size_t rows = a->h > 1 ? (size_t)a->h - 1 : 0;

	table_layout(t, a->w);
	t->header_y = a->y;
	t->place = (struct area){.y = a->y + 1, .x = a->x, .h = (int)rows, .w = a->w};
	if (t->selected >= t->n_rows)
		t->selected = t->n_rows > 0 ? t->n_rows - 1 : 0;
	if (t->selected < t->top)
		t->top = t->selected;
	if (rows > 0 && t->selected >= t->top + rows)
		t->top = t->selected - rows + 1;
	if (t->top > 0 && t->top + rows > t->n_rows)
		t->top = t->n_rows > rows ? t->n_rows - rows : 0;
	table_draw_titles(t, a->y, a->x, focus == TABLE_ON_HEADER);
	if (focus == TABLE_ON_ROWS) /* also when there is none */
		paint_cursor(a->y + 1, a->x + t->x[0]);
	for (size_t i = 0; i < rows && t->top + i < t->n_rows; i++)
		table_draw_row(t, t->top + i, a->y + 1 + (int)i, a->x,
		    focus == TABLE_ON_ROWS && t->top + i == t->selected);
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
	size_t row = t->top + (size_t)(y - t->place.y);

	if (y < t->place.y || y >= t->place.y + t->place.h || row >= t->n_rows)
		return false;
	t->selected = row;
	return true;
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
