/* SPDX-License-Identifier: MIT */
/*
 * Table: which columns there are and how wide, how many lines a row takes.
 */
#include "client/widget/table_inside.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "client/tr.h"
#include "client/widget/cell.h"
#include "client/widget/rows.h"
#include "common/text.h"

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

/* -------------------------------------------------------------- rows of lines */

const char *
table_cell(const struct table *t, size_t row, size_t i)
{
	return t->cell(t->arg, row, i, t->width[i] * t->lines);
}

/* What the dropped columns hold, to stand below the others. */
static void
table_below(const struct table *t, size_t row, char *out, size_t len)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; t->lines > 1 && i < t->n_columns; i++) {
		const char *text;

		if (t->width[i] > 0 || t->columns[i].button)
			continue;
		text = t->cell(t->arg, row, i, INT_MAX);
		if (text[0] && used < len)
			used += (size_t)snprintf(
			    out + used, len - used, "%s%s", used ? " · " : "", text);
	}
}

void
table_measure(const struct table *t, size_t row, struct table_row *r)
{
	bool beside;

	*r = (struct table_row){.lines = 1, .below_w = t->w - TABLE_BELOW_INDENT};
	for (size_t i = 0; t->lines > 1 && i < t->n_columns; i++) {
		int n =
		    t->width[i] > 0 ? cell_lines(table_cell(t, row, i), t->width[i], t->lines) : 1;

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
	r->height = table_max(
	    r->lines, r->below_y + (beside ? 1 : cell_lines(r->below, r->below_w, CELL_LINES)));
}

int
table_height(const struct table *t, size_t row)
{
	struct table_row r;

	if (t->lines == 1)
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

bool
table_sorts_by(const struct table *t, size_t i)
{
	return t->columns[i].sorts && i == t->sorted_by;
}

void
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
			height = table_max(height, cell_lines(text, t->width[i], CELL_LINES));
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

void
table_choose_layout(struct table *t, const struct area *a)
{
	t->w = a->w;
	table_need(t);
	table_layout(t, a->w, false);
	t->titles = 1;
	t->lines = t->wraps ? CELL_LINES : 1;
	if (!t->wraps || (!table_drops(t) && table_titles_height(t) == 1 &&
			     table_height_of_all(t) == (int)t->n_rows))
		return;
	table_layout(t, a->w, true);
	if (table_height_of_all(t) + table_titles_height(t) > a->h)
		table_layout(t, a->w, false);
	/* a finger does not scroll: then rows that are cut are better than none */
	while (rows_are_touched() && t->lines > 1 && table_height_of_all(t) + 1 > a->h)
		t->lines--;
	if (t->lines > 1 && a->h >= TABLE_ROOM_OF_TITLES &&
	    (!rows_are_touched() || table_height_of_all(t) + table_titles_height(t) <= a->h))
		t->titles = table_titles_height(t);
}
