/* SPDX-License-Identifier: MIT */
/*
 * Several rows of input. The brackets are at both ends of every row, so that
 * the box is one without colour.
 */
#include "client/widget/box.h"

#include <string.h>

#include "client/widget/wrap.h"
#include "common/text.h"

/* The row that the cursor is in. */
static size_t
box_row(const struct field *f, const struct wrap *w)
{
	size_t row = 0;

	while (row + 1 < w->n && w->lines[row + 1].offset <= f->cursor)
		row++;
	return row;
}

/* Columns between the beginning of a row and a place in it. */
static int
box_column(const struct field *f, const struct wrap *w, size_t row, size_t at)
{
	const char *s = field_text(f);
	size_t i = row < w->n ? w->lines[row].offset : 0;
	int columns = 0;

	while (i < at && i < f->len) {
		uint32_t cp;
		size_t n = text_decode(s + i, f->len - i, &cp);

		columns += text_cp_width(cp) > 0 ? text_cp_width(cp) : 0;
		i += n ? n : 1;
	}
	return columns;
}

/* The place in a row that is nearest to a column. */
static size_t
box_at(const struct field *f, const struct wrap *w, size_t row, int column)
{
	const struct wrap_line *l = &w->lines[row];
	size_t width;
	size_t n = text_fit(field_text(f) + l->offset, (size_t)column, &width);

	return l->offset + (n < l->len ? n : l->len);
}

static size_t
box_top(const struct field *f, const struct wrap *w, int rows)
{
	size_t row = box_row(f, w);

	return row >= (size_t)rows ? row - (size_t)rows + 1 : 0;
}

void
box_draw(struct field *f, const struct area *a, bool focused)
{
	enum style style = focused ? STYLE_FOCUS : STYLE_FIELD;
	int room = a->w - 2;
	struct wrap w;
	size_t top;

	if (room < 2 || a->h < 1)
		return;
	wrap_text(field_text(f), f->len, (size_t)room, &w);
	top = box_top(f, &w, a->h);
	for (int i = 0; i < a->h; i++) {
		size_t row = top + (size_t)i;
		int y = a->y + i;
		int at = a->x + 1;

		paint_text(y, a->x, 1, style, "[");
		if (row < w.n)
			at += paint_bytes(y, at, room, style, field_text(f) + w.lines[row].offset,
			    w.lines[row].len);
		while (at < a->x + 1 + room)
			at += paint_text(y, at, 1, style, "_");
		paint_text(y, at, 1, style, "]");
	}
	if (focused) {
		size_t row = box_row(f, &w);
		int column = box_column(f, &w, row, f->cursor);

		paint_cursor(a->y + (int)(row - top), a->x + 1 + (column < room ? column : room));
	}
	wrap_release(&w);
}

bool
box_move(struct field *f, int columns, int step)
{
	struct wrap w;
	size_t row;
	bool moved = false;

	wrap_text(field_text(f), f->len, (size_t)(columns > 3 ? columns - 2 : 1), &w);
	row = box_row(f, &w);
	if (w.n > 0 && (step < 0 ? row > 0 : row + 1 < w.n)) {
		int column = box_column(f, &w, row, f->cursor);

		f->cursor = box_at(f, &w, step < 0 ? row - 1 : row + 1, column);
		moved = true;
	}
	wrap_release(&w);
	return moved;
}

void
box_click(struct field *f, const struct area *a, int y, int x)
{
	struct wrap w;
	size_t row;

	wrap_text(field_text(f), f->len, (size_t)(a->w > 3 ? a->w - 2 : 1), &w);
	row = box_top(f, &w, a->h) + (size_t)(y - a->y);
	if (row >= w.n)
		f->cursor = f->len;
	else
		f->cursor = box_at(f, &w, row, x > a->x ? x - a->x - 1 : 0);
	wrap_release(&w);
}
