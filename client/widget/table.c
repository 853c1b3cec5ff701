/* SPDX-License-Identifier: MIT */
/*
 * Table: layout of columns, drawing, the selected row.
 */
#include "client/widget/table.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "client/tr.h"
#include "client/widget/rows.h"
#include "client/widget/wrap.h"
#include "common/text.h"

#define TABLE_GAP	     1
#define TABLE_LINES	     3 /* of a row, at the most */
#define TABLE_BELOW_INDENT   2
#define TABLE_ROOM_OF_TITLES 8 /* rows of an area from which titles may take more than one */

static int
table_max(int a, int b)
{
	return a > b ? a : b;
}

static int
table_least_of(const struct table *t, size_t i)
{
	const struct table_column *c = &t->columns[i];

	return table_max(t->need[i], t->is_tall && c->tall > 0 ? c->tall : c->least);
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
		int more = table_max(t->columns[i].ideal, t->need[i]) - t->width[i];

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

/* ------------------------------------------------------------ texts in lines */

static bool
table_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Whether the line behind this one begins inside a word. */
static bool
table_splits_word(const char *text, const struct wrap *lines, size_t line)
{
	size_t at = line + 1 < lines->n ? lines->lines[line + 1].offset : 0;

	return at > 0 && table_is_letter(text[at - 1]) && table_is_letter(text[at]);
}

/* A word that is too long for a line leaves room for its hyphen. */
static void
table_wrap(const char *text, int w, struct wrap *lines_r)
{
	wrap_text(text, strlen(text), (size_t)w, lines_r);
	for (size_t i = 0; i < lines_r->n && w > 2; i++) {
		if (!table_splits_word(text, lines_r, i))
			continue;
		wrap_release(lines_r);
		wrap_text(text, strlen(text), (size_t)w - 1, lines_r);
		return;
	}
}

static int
table_lines_of(const char *text, int w)
{
	struct wrap lines;
	int n;

	if ((int)text_width(text) <= w)
		return 1;
	table_wrap(text, w, &lines);
	n = (int)lines.n;
	wrap_release(&lines);
	return n < TABLE_LINES ? n : TABLE_LINES;
}

/* The end of what needs more lines is cut. */
static void
table_draw_lines(int y, int x, int w, enum style style, const char *text, int max)
{
	struct wrap lines;

	if (max == 1 || (int)text_width(text) <= w) {
		paint_text(y, x, w, style, text);
		return;
	}
	table_wrap(text, w, &lines);
	for (int i = 0; i < max && i < (int)lines.n; i++) {
		const struct wrap_line *l = &lines.lines[i];
		int used;

		if (i + 1 == max) {
			paint_text(y + i, x, w, style, text + l->offset);
			break;
		}
		used = paint_bytes(y + i, x, w, style, text + l->offset, l->len);
		if (table_splits_word(text, &lines, (size_t)i))
			paint_text(y + i, x + used, 1, style, "-");
	}
	wrap_release(&lines);
}

/* -------------------------------------------------------------- rows of lines */

static const char *
table_cell(const struct table *t, size_t row, size_t i)
{
	return t->cell(t->arg, row, i, t->width[i] * (t->wrapping ? TABLE_LINES : 1));
}

/* What the dropped columns hold, to stand below the others. */
static void
table_below(const struct table *t, size_t row, char *out, size_t len)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; t->wrapping && i < t->n_columns; i++) {
		const char *text;

		if (t->width[i] > 0 || t->columns[i].button)
			continue;
		text = t->cell(t->arg, row, i, INT_MAX);
		if (text[0] && used < len)
			used += (size_t)snprintf(
			    out + used, len - used, "%s%s", used ? " · " : "", text);
	}
}

struct table_row {
	int lines;   /* of the columns */
	int below_w; /* columns left for what was dropped, in the second line */
	int below_y; /* its line; 0: there is none */
	int height;
	char below[512];
};

static void
table_measure(const struct table *t, size_t row, struct table_row *r)
{
	bool beside;

	*r = (struct table_row){.lines = 1, .below_w = t->w - TABLE_BELOW_INDENT};
	for (size_t i = 0; t->wrapping && i < t->n_columns; i++) {
		int n = t->width[i] > 0 ? table_lines_of(table_cell(t, row, i), t->width[i]) : 1;

		if (n > 1 && t->x[i] - TABLE_GAP - TABLE_BELOW_INDENT < r->below_w)
			r->below_w = t->x[i] - TABLE_GAP - TABLE_BELOW_INDENT;
		r->lines = table_max(r->lines, n);
	}
	table_below(t, row, r->below, sizeof(r->below));
	r->height = r->lines;
	if (!r->below[0])
		return;
	beside = (int)text_width(r->below) <= r->below_w;
	if (!beside)
		r->below_w = t->w - TABLE_BELOW_INDENT;
	r->below_y = beside ? 1 : r->lines;
	r->height =
	    table_max(r->lines, r->below_y + (beside ? 1 : table_lines_of(r->below, r->below_w)));
}

static int
table_height(const struct table *t, size_t row)
{
	struct table_row r;

	if (!t->wrapping)
		return 1;
	table_measure(t, row, &r);
	return r.height;
}

static int
table_height_of_all(const struct table *t)
{
	int sum = 0;

	for (size_t row = 0; row < t->n_rows; row++)
		sum += table_height(t, row);
	return sum;
}

static bool
table_sorts_by(const struct table *t, size_t i)
{
	return t->columns[i].sorts && i == t->sorted_by;
}

/* With the arrow of the column that sorts. */
static void
table_title(const struct table *t, size_t i, char *out, size_t len)
{
	snprintf(out, len, "%s%s", _(t->columns[i].title),
	    !table_sorts_by(t, i) ? ""
	    : t->ascending	  ? " ▲"
				  : " ▼");
}

/* Rows that the titles need. */
static int
table_titles_height(const struct table *t)
{
	int height = 1;
	char text[128];

	for (size_t i = 0; i < t->n_columns; i++) {
		table_title(t, i, text, sizeof(text));
		if (t->width[i] > 0)
			height = table_max(height, table_lines_of(text, t->width[i]));
	}
	return height;
}

static bool
table_drops(const struct table *t)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (t->width[i] == 0)
			return true;
	return false;
}

static int
table_longest_word(const char *text)
{
	int longest = 0;

	while (*text) {
		size_t len = strcspn(text, " ");
		char word[64];

		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		longest = table_max(longest, (int)text_width(word));
		text += len + (text[len] == ' ');
	}
	return longest;
}

/* Buttons are as wide as their longest word. */
static void
table_need(struct table *t)
{
	for (size_t i = 0; i < t->n_columns; i++)
		t->need[i] = t->columns[i].button && t->n_rows > 0
				 ? table_longest_word(t->cell(t->arg, 0, i, INT_MAX))
				 : 0;
}

static void
table_choose_layout(struct table *t, const struct area *a)
{
	t->w = a->w;
	table_need(t);
	table_layout(t, a->w, false);
	t->titles = 1;
	t->wrapping = t->wraps;
	if (!t->wraps || (!table_drops(t) && table_titles_height(t) == 1 &&
			     table_height_of_all(t) == (int)t->n_rows))
		return;
	table_layout(t, a->w, true);
	if (table_height_of_all(t) + table_titles_height(t) > a->h)
		table_layout(t, a->w, false);
	/* a finger does not scroll: then rows that are cut are better than none */
	t->wrapping = !rows_are_touched() || table_height_of_all(t) + 1 <= a->h;
	if (!t->wrapping)
		return;
	if (a->h >= TABLE_ROOM_OF_TITLES)
		t->titles = table_titles_height(t);
}

/* ------------------------------------------------------------------ drawing */

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
		table_draw_lines(y, x, room, style, text, t->titles);
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
			table_draw_lines(y, x + t->x[i], t->width[i], style, table_cell(t, row, i),
			    r.lines < max ? r.lines : max);
	}
	if (r.below_y > 0 && r.below_y < max)
		table_draw_lines(y + r.below_y, x + TABLE_BELOW_INDENT, r.below_w, STYLE_PLAIN,
		    r.below, (r.height < max ? r.height : max) - r.below_y);
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
	    .h = table_max(a->h - t->titles, 0),
	    .w = a->w,
	};
	table_scroll(t);
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
