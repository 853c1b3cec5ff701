/* SPDX-License-Identifier: MIT */
/*
 * Each row is painted in two ways, over what is there and after erasing it, and
 * the shorter is taken; the whole likewise, with and without erasing everything
 * below some row first. A screen is small: trying costs nothing beside its bytes.
 */
#include "client/thrift.h"

#include <stdlib.h>
#include <string.h>

#include "client/thrift_scroll.h"
#include "common/mem.h"
#include "common/secret.h"

#define THRIFT_BLANKS_MAX 3 /* a sequence that erases is as long */

struct thrift {
	int rows, columns;
	struct thrift_cell *shown, *want;
	bool *forgotten, *first; /* by row */
	int y, x;
	unsigned look;
	struct thrift_scroll scroll; /* comes first in what is tried */
};

static const struct thrift_cell thrift_blank = {.bytes = " ", .len = 1, .width = 1};

static size_t
thrift_bytes(const struct thrift *t)
{
	return (size_t)t->rows * (size_t)t->columns * sizeof(*t->shown);
}

static void
thrift_release(struct thrift *t)
{
	secret_wipe(t->shown, thrift_bytes(t));
	secret_wipe(t->want, thrift_bytes(t));
	free(t->shown);
	free(t->want);
	free(t->forgotten);
	free(t->first);
}

static void
thrift_init(struct thrift *t, int rows, int columns)
{
	size_t n = (size_t)rows * (size_t)columns;

	*t = (struct thrift){.rows = rows, .columns = columns, .x = -1};
	t->shown = mem_new_array(n, sizeof(*t->shown));
	t->want = mem_new_array(n, sizeof(*t->want));
	t->forgotten = mem_new_array((size_t)rows, sizeof(*t->forgotten));
	t->first = mem_new_array((size_t)rows, sizeof(*t->first));
	for (size_t i = 0; i < n; i++)
		t->shown[i] = t->want[i] = thrift_blank;
	for (int y = 0; y < rows; y++)
		t->forgotten[y] = true;
}

struct thrift *
thrift_new(int rows, int columns)
{
	struct thrift *t = mem_new(sizeof(*t));

	thrift_init(t, rows, columns);
	return t;
}

void
thrift_free(struct thrift **tp)
{
	struct thrift *t = *tp;

	*tp = NULL;
	if (!t)
		return;
	thrift_release(t);
	free(t);
}

void
thrift_forget(struct thrift *t, int rows, int columns)
{
	unsigned look = t->look;

	thrift_release(t);
	thrift_init(t, rows, columns);
	t->look = look;
}

void
thrift_forget_row(struct thrift *t, int y)
{
	if (y >= 0 && y < t->rows)
		t->forgotten[y] = true;
	t->x = -1;
}

struct thrift_cell *
thrift_cell(struct thrift *t, int y, int x)
{
	return &t->want[y * t->columns + x];
}

void
thrift_read_first(struct thrift *t, int y)
{
	if (y >= 0 && y < t->rows)
		t->first[y] = true;
}

/* -------------------------------------------------------------------- one row */

/* A row as it is while it is being painted: blank from `erased` on. */
struct thrift_row {
	const struct thrift_cell *shown, *want;
	int y, erased;
};

static const struct thrift_cell *
thrift_there(const struct thrift_row *r, int x)
{
	return x >= r->erased ? &thrift_blank : &r->shown[x];
}

static bool
thrift_differs(const struct thrift_row *r, int x)
{
	return !thrift_cell_same(thrift_there(r, x), &r->want[x]);
}

/* The first column from x on that differs; `columns` when there is none. */
static int
thrift_next(const struct thrift_row *r, int x, int columns)
{
	while (x < columns && !thrift_differs(r, x))
		x++;
	return x;
}

/* The last column that differs. */
static int
thrift_last(const struct thrift_row *r, int columns)
{
	int x = columns - 1;

	while (x >= 0 && !thrift_differs(r, x))
		x--;
	return x;
}

/* Whether all that is wanted from x on is the terminal's own ground. */
static bool
thrift_ends(const struct thrift_row *r, int x, int columns)
{
	while (x < columns && thrift_cell_same(&r->want[x], &thrift_blank))
		x++;
	return x == columns;
}

/* Bytes from one column to the next by writing what stands between already; SIZE_MAX:
 * that has another look. */
static size_t
thrift_between(const struct thrift_row *r, int from, int x, const struct pen *p)
{
	size_t bytes = pen_distance(p, r->y, from);

	for (int i = from; i < x; i++) {
		if (!pen_suits(p, &r->want[i]))
			return SIZE_MAX;
		bytes += r->want[i].len;
	}
	return bytes;
}

/* To a column, by a sequence or by writing what stands there already, in the look
 * from before or in that of the cell. */
static void
thrift_reach(const struct thrift_row *r, int x, struct pen *p)
{
	int from = p->y == r->y && p->x >= 0 && p->x <= x ? p->x : 0;

	if (thrift_between(r, from, x, p) > pen_distance(p, r->y, x))
		pen_take(p, &r->want[x]);
	if (thrift_between(r, from, x, p) > pen_distance(p, r->y, x)) {
		pen_move(p, r->y, x);
		return;
	}
	pen_move(p, r->y, from);
	for (int i = from; i < x; i++)
		if (r->want[i].len > 0)
			pen_cell(p, &r->want[i]);
}

static void
thrift_over(const struct thrift_row *r, struct pen *p)
{
	int last = thrift_last(r, p->columns);

	for (int x = 0; (x = thrift_next(r, x, p->columns)) < p->columns; x++) {
		if (r->want[x].len == 0)
			continue; /* its first half has been written */
		thrift_reach(r, x, p);
		if (last - x >= THRIFT_BLANKS_MAX && thrift_ends(r, x, p->columns)) {
			pen_erase(p, false);
			return;
		}
		pen_cell(p, &r->want[x]);
	}
}

static void
thrift_after_erasing(const struct thrift_row *r, int from, struct pen *p)
{
	struct thrift_row erased = *r;

	erased.erased = from;
	pen_move(p, r->y, from);
	pen_erase(p, false);
	thrift_over(&erased, p);
}

/* False: nothing to do. */
static bool
thrift_paint_row(const struct thrift *t, int y, int blank_from, struct pen *p)
{
	struct thrift_row r = {
	    .shown = &t->shown[y * t->columns],
	    .want = &t->want[y * t->columns],
	    .y = y,
	    .erased = y >= blank_from ? 0 : t->columns,
	};
	bool unknown = t->forgotten[y] && y < blank_from;
	int from = unknown ? 0 : thrift_next(&r, 0, t->columns);
	struct pen before = *p;
	size_t over;

	if (from == t->columns)
		return false;
	if (!unknown) {
		thrift_over(&r, p);
		over = p->len;
		pen_rewind(p, &before);
	}
	thrift_after_erasing(&r, from, p);
	if (unknown || p->len < over)
		return true;
	pen_rewind(p, &before);
	thrift_over(&r, p);
	return true;
}

/* ------------------------------------------------------------------- the whole */

/* Rows that are read first, or the others. */
static bool
thrift_paint_rows(const struct thrift *t, bool first, int blank_from, struct pen *p)
{
	bool any = false;

	for (int y = 0; y < t->rows; y++)
		if (t->first[y] == first)
			any |= thrift_paint_row(t, y, blank_from, p);
	return any;
}

/* Everything from row `blank_from` on is erased first; t->rows: nothing is. */
static void
thrift_try(const struct thrift *t, int y, int x, int blank_from, struct pen *p)
{
	p->len = 0;
	p->y = t->y;
	p->x = t->x;
	p->look = t->look;
	if (t->scroll.n != 0)
		pen_scroll(p, &t->scroll);
	if (blank_from < t->rows) {
		pen_move(p, blank_from, 0);
		pen_erase(p, true);
	}
	if (thrift_paint_rows(t, true, blank_from, p))
		pen_move(p, y, x);
	thrift_paint_rows(t, false, blank_from, p);
	pen_plain(p); /* as whatever is written past this painter wants it */
	pen_move(p, y, x);
}

static bool
thrift_knows_nothing(const struct thrift *t)
{
	for (int y = 0; y < t->rows; y++)
		if (!t->forgotten[y])
			return false;
	return true;
}

/* The row from which erasing first makes it shortest. */
static int
thrift_choose(const struct thrift *t, int y, int x, bool may_erase, struct pen *p)
{
	int end = may_erase ? t->rows : thrift_knows_nothing(t) ? 1 : 0;
	int best = t->rows;
	size_t least;

	thrift_try(t, y, x, best, p);
	least = p->len;
	for (int from = 0; from < end; from++) {
		thrift_try(t, y, x, from, p);
		if (p->len < least) {
			least = p->len;
			best = from;
		}
	}
	return best;
}

/* The same after letting the terminal move what only has another place; true: that
 * is shorter than `least`, and p holds it. */
static bool
thrift_try_scrolled(const struct thrift *t, int y, int x, size_t least, struct pen *p)
{
	struct thrift moved = *t;
	bool shorter = false;

	moved.scroll = thrift_scroll_find(t->shown, t->want, t->rows, t->columns);
	if (moved.scroll.n == 0)
		return false;
	moved.shown = mem_new_array(thrift_bytes(t), 1);
	memcpy(moved.shown, t->shown, thrift_bytes(t));
	thrift_scroll_apply(&moved.scroll, moved.shown, t->columns);
	thrift_try(&moved, y, x, t->rows, p);
	shorter = p->len < least;
	secret_wipe(moved.shown, thrift_bytes(t));
	free(moved.shown);
	return shorter;
}

static bool
thrift_knows_all(const struct thrift *t)
{
	for (int y = 0; y < t->rows; y++)
		if (t->forgotten[y])
			return false;
	return true;
}

int
thrift_paint(struct thrift *t, int y, int x, bool may_erase, struct buf *out)
{
	struct pen p = {.columns = t->columns};
	int from = thrift_choose(t, y, x, may_erase, &p);
	int err;

	thrift_try(t, y, x, from, &p);
	if (!may_erase || !thrift_knows_all(t) || !thrift_try_scrolled(t, y, x, p.len, &p))
		thrift_try(t, y, x, from, &p);
	err = buf_append(out, p.bytes, p.len);
	secret_wipe(p.bytes, p.cap);
	free(p.bytes);
	memcpy(t->shown, t->want, thrift_bytes(t));
	for (int i = 0; i < t->rows; i++)
		t->forgotten[i] = t->first[i] = false;
	t->y = p.y;
	t->x = p.x;
	t->look = p.look;
	return err;
}
