/* SPDX-License-Identifier: MIT */
/*
 * Table: layout of columns, drawing, the selected row.
 */
#include "client/widget/table.h"

#include <stdio.h>
#include <string.h>

#include "client/tr.h"
#include "client/widget/rows.h"
#include "client/widget/wrap.h"
#include "common/text.h"

#define TABLE_GAP 1

static int
table_least_of(const struct table *t, size_t i)
{
	const struct table_column *c = &t->columns[i];

	return t->is_tall && c->tall > 0 ? c->tall : c->least;
}

/* Sum of the least widths of what is not dropped. */
static int
table_least(const struct table *t)
{
	int sum = 1; /* ">" */

	for (size_t i = 0; i < t->n_columns; i++)
		if (t->width[i] > 0)
			sum += table_least_of(t, i) + TABLE_GAP;
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

/* Columns grow to what they would like, those that are eager, or those that are
 * not; returns what is left. */
static int
table_grow(struct table *t, int left, bool eager)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		int more = t->columns[i].ideal - t->width[i];

		if (t->width[i] == 0 || t->columns[i].eager != eager)
			continue;
		more = more < left ? more : left;
		more = more > 0 ? more : 0;
		t->width[i] += more;
		left -= more;
	}
	return left;
}

static void
table_layout(struct table *t, int w, bool tall)
{
	int left;
	int x = 1;

	t->is_tall = tall;
	for (size_t i = 0; i < t->n_columns; i++)
		t->width[i] = 1;
	while (table_least(t) > w && table_drop(t))
		continue;
	left = w - table_least(t);
	for (size_t i = 0; i < t->n_columns; i++)
		t->width[i] = t->width[i] > 0 ? table_least_of(t, i) : 0;
	left = table_grow(t, left, true);
	left = table_grow(t, left, false);
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

/* Whether one line a row loses a column or the end of a text. */
static bool
table_is_cut(const struct table *t)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		int room = t->width[i];

		if (room == 0 || (int)text_width(_(t->columns[i].title)) > room)
			return true;
		for (size_t row = 0; row < t->n_rows; row++)
			if ((int)text_width(t->cell(t->arg, row, i, 2 * room)) > room)
				return true;
	}
	return false;
}

static void
table_choose_layout(struct table *t, const struct area *a)
{
	table_layout(t, a->w, false);
	if (t->may_be_tall && t->n_rows > 0 && a->h >= 2 + 2 * (int)t->n_rows && table_is_cut(t))
		table_layout(t, a->w, true);
}

/* ------------------------------------------------------------------ drawing */

static bool
table_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Whether the second line begins inside a word. */
static bool
table_splits_word(const char *text, const struct wrap *lines)
{
	size_t at = lines->n > 1 ? lines->lines[1].offset : 0;

	return at > 0 && table_is_letter(text[at - 1]) && table_is_letter(text[at]);
}

/* A text in two lines; a word that is too long for one is parted with a hyphen,
 * the end of what is longer is cut. */
static void
table_draw_two(int y, int x, int w, enum style style, const char *text)
{
	struct wrap lines;
	bool parted;

	wrap_text(text, strlen(text), (size_t)w, &lines);
	parted = w > 2 && table_splits_word(text, &lines);
	if (parted) {
		wrap_release(&lines);
		wrap_text(text, strlen(text), (size_t)w - 1, &lines);
	}
	if (lines.n > 0) {
		int used =
		    paint_bytes(y, x, w, style, text + lines.lines[0].offset, lines.lines[0].len);

		if (parted)
			paint_text(y, x + used, 1, style, "-");
	}
	if (lines.n > 1)
		paint_text(y + 1, x, w, style, text + lines.lines[1].offset);
	wrap_release(&lines);
}

static void
table_draw_title(const struct table *t, size_t i, int y, int x, enum style style)
{
	const char *title = _(t->columns[i].title);
	const char *arrow = t->ascending ? "▲" : "▼";
	bool sorted = t->columns[i].sorts && i == t->sorted_by;
	int room = t->width[i];
	char both[128];

	if (t->is_tall) {
		snprintf(
		    both, sizeof(both), "%s%s%s", title, sorted ? " " : "", sorted ? arrow : "");
		table_draw_two(y, x, room, style, both);
	} else if (sorted && room > 2) {
		x += paint_text(y, x, room - 2, style, title);
		paint_text(y, x, 1, style, " ");
		paint_text(y, x + 1, 1, style, arrow);
	} else {
		paint_text(y, x, room, style, title);
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
		table_draw_title(t, i, y, at, here ? STYLE_FOCUS : STYLE_LABEL);
		if (here) {
			paint_text(y, at - 1, 1, STYLE_TITLE, ">");
			paint_cursor(y, at);
		}
	}
}

static void
table_draw_row(const struct table *t, size_t row, int y, int x, bool focused)
{
	rows_want(y, t->is_tall ? 1 : ROWS_RECORD);
	for (size_t i = 0; i < t->n_columns; i++) {
		enum style style = focused && i == 0 ? STYLE_FOCUS : STYLE_PLAIN;
		int w = t->width[i];

		if (w == 0)
			continue;
		if (t->is_tall)
			table_draw_two(y, x + t->x[i], w, style, t->cell(t->arg, row, i, 2 * w));
		else
			paint_text(y, x + t->x[i], w, style, t->cell(t->arg, row, i, w));
	}
	if (!focused)
		return;
	paint_text(y, x, 1, STYLE_TITLE, ">");
	paint_cursor(y, x + t->x[0]);
}

static int
table_row_height(const struct table *t)
{
	return t->is_tall ? 2 : 1;
}

size_t
table_rows_shown(const struct table *t)
{
	int rows = t->place.h / table_row_height(t);

	return rows > 0 ? (size_t)rows : 1;
}

/* The part of the rows that is shown has the selected one in it. */
static void
table_scroll(struct table *t, size_t rows)
{
	if (t->selected >= t->n_rows)
		t->selected = t->n_rows > 0 ? t->n_rows - 1 : 0;
	if (t->selected < t->top)
		t->top = t->selected;
	if (rows > 0 && t->selected >= t->top + rows)
		t->top = t->selected - rows + 1;
	if (t->top > 0 && t->top + rows > t->n_rows)
		t->top = t->n_rows > rows ? t->n_rows - rows : 0;
}

void
table_draw(struct table *t, const struct area *a, enum table_focus focus)
{
	int height;
	size_t rows;

	table_choose_layout(t, a);
	height = table_row_height(t);
	rows = a->h > height ? (size_t)((a->h - height) / height) : 0;
	t->header_y = a->y;
	t->place = (struct area){
	    .y = a->y + height,
	    .x = a->x,
	    .h = (int)rows * height,
	    .w = a->w,
	};
	table_scroll(t, rows);
	table_draw_titles(t, a->y, a->x, focus == TABLE_ON_HEADER);
	if (focus == TABLE_ON_ROWS) /* also when there is none */
		paint_cursor(a->y + height, a->x + t->x[0]);
	for (size_t i = 0; i < rows && t->top + i < t->n_rows; i++)
		table_draw_row(t, t->top + i, t->place.y + (int)i * height, a->x,
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
	size_t row = t->top + (size_t)((y - t->place.y) / table_row_height(t));

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
