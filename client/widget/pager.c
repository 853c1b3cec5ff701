/* SPDX-License-Identifier: MIT */
/*
 * Wrapped, searchable text.
 */
#include "client/widget/pager.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"

void
pager_init(struct pager *p)
{
	*p = (struct pager){.text = ""};
}

static void
pager_drop_fold(struct pager *p)
{
	free(p->folded);
	free(p->origin);
	p->folded = NULL;
	p->origin = NULL;
	p->folded_len = 0;
}

void
pager_release(struct pager *p)
{
	wrap_release(&p->wrap);
	pager_drop_fold(p);
	free(p->sought);
	*p = (struct pager){.text = ""};
}

void
pager_set(struct pager *p, const char *text, size_t len)
{
	p->text = text;
	p->len = len;
	p->width = 0;
	p->top_offset = 0;
	p->found_len = 0;
	pager_drop_fold(p);
}

/* ---------------------------------------------------------------- scrolling */

static void
pager_wrap(struct pager *p, int width)
{
	if (p->width == width)
		return;
	wrap_release(&p->wrap);
	wrap_list(p->text, p->len, (size_t)width, (size_t)p->hang, &p->wrap);
	p->width = width;
}

/* The line that an offset stands in. */
static size_t
pager_line_of(const struct pager *p, size_t offset)
{
	size_t low = 0;
	size_t high = p->wrap.n;

	while (low + 1 < high) {
		size_t middle = (low + high) / 2;

		if (p->wrap.lines[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void
pager_go(struct pager *p, size_t line)
{
	size_t rows = p->rows > 0 ? (size_t)p->rows : 1;
	size_t last = p->wrap.n > rows ? p->wrap.n - rows : 0;

	line = line < last ? line : last;
	p->top_offset = p->wrap.n > 0 ? p->wrap.lines[line].offset : 0;
}

void
pager_scroll(struct pager *p, int lines)
{
	size_t line = pager_line_of(p, p->top_offset);

	if (lines < 0 && line < (size_t)-lines)
		line = 0;
	else
		line += (size_t)lines;
	pager_go(p, line);
}

void
pager_page(struct pager *p, int direction)
{
	/* one line stays, so that the eye finds its place */
	pager_scroll(p, direction * (p->rows > 1 ? p->rows - 1 : 1));
}

void
pager_home(struct pager *p)
{
	pager_go(p, 0);
}

void
pager_end(struct pager *p)
{
	pager_go(p, p->wrap.n);
}

void
pager_where(const struct pager *p, size_t *first_r, size_t *last_r, size_t *n_r)
{
	size_t line = pager_line_of(p, p->top_offset);
	size_t last = line + (size_t)p->rows;

	*n_r = p->wrap.n;
	*first_r = p->wrap.n > 0 ? line + 1 : 0;
	*last_r = last < p->wrap.n ? last : p->wrap.n;
}

void
pager_tell_more(const struct pager *p)
{
	size_t first, last, n;

	pager_where(p, &first, &last, &n);
	paint_more(first > 1, last < n);
}

/* ---------------------------------------------------------------- searching */

static void
pager_fold_byte(struct pager *p, char c, size_t from)
{
	bool blank = c == ' ';

	if (blank && (p->folded_len == 0 || p->folded[p->folded_len - 1] == ' '))
		return;
	p->folded[p->folded_len] = c;
	p->origin[p->folded_len] = (uint32_t)from;
	p->folded_len++;
}

/* text_fold() character by character, to know where each one comes from. What
 * folds to nothing is a blank, unless it is a mark on the letter before. */
static void
pager_fold(struct pager *p)
{
	if (p->folded)
		return;
	p->folded = mem_new(3 * p->len + 1);
	p->origin = mem_new_array(3 * p->len + 1, sizeof(*p->origin));
	for (size_t i = 0; i < p->len;) {
		char out[16];
		uint32_t cp = 0xfffd;
		size_t n = text_decode(p->text + i, p->len - i, &cp);
		size_t n_out;

		n = n ? n : 1;
		n_out = text_fold(p->text + i, n, out);
		for (size_t k = 0; k < n_out; k++)
			pager_fold_byte(p, out[k], i);
		if (n_out == 0 && text_cp_width(cp) != 0)
			pager_fold_byte(p, ' ', i);
		i += n;
	}
}

/* Place in the folded text of the first byte at or after a text offset. */
static size_t
pager_folded_at(const struct pager *p, size_t offset)
{
	size_t i = 0;

	while (i < p->folded_len && p->origin[i] < offset)
		i++;
	return i;
}

static bool
pager_matches(const struct pager *p, size_t at)
{
	size_t n = strlen(p->sought);

	return at + n <= p->folded_len && memcmp(p->folded + at, p->sought, n) == 0;
}

static void
pager_found(struct pager *p, size_t at)
{
	size_t end = at + strlen(p->sought);
	size_t line;

	p->found_offset = p->origin[at];
	p->found_len = (end < p->folded_len ? p->origin[end] : p->len) - p->found_offset;
	line = pager_line_of(p, p->found_offset);
	/* shown with a third of the page above it, unless it is in view */
	if (p->found_offset < p->top_offset ||
	    line >= pager_line_of(p, p->top_offset) + (size_t)p->rows) {
		size_t above = (size_t)p->rows / 3;

		pager_go(p, line > above ? line - above : 0);
	}
}

/* Searches all of the text, starting at a place of the folded one. */
static bool
pager_seek(struct pager *p, size_t start, int direction, bool *around_r)
{
	size_t n = p->folded_len;

	*around_r = false;
	for (size_t k = 0; k < n; k++) {
		size_t at = direction > 0 ? start + k : start + n - k;

		if (direction > 0 ? at >= n : at < n)
			*around_r = true;
		at %= n;
		if (pager_matches(p, at)) {
			pager_found(p, at);
			return true;
		}
	}
	return false;
}

bool
pager_search(struct pager *p, const char *words)
{
	size_t len = strlen(words);
	bool around;

	free(p->sought);
	p->sought = mem_new(3 * len + 1);
	text_fold(words, len, p->sought);
	p->found_len = 0;
	if (p->sought[0] == '\0' || p->len == 0)
		return false;
	pager_fold(p);
	return pager_seek(p, pager_folded_at(p, p->top_offset), 1, &around);
}

bool
pager_search_again(struct pager *p, int direction, bool *around_r)
{
	size_t at;

	*around_r = false;
	if (!p->sought || p->sought[0] == '\0' || p->len == 0)
		return false;
	pager_fold(p);
	if (p->folded_len == 0)
		return false;
	at = pager_folded_at(p, p->found_len > 0 ? p->found_offset : p->top_offset);
	if (p->found_len > 0)
		at =
		    (at + p->folded_len + (size_t)(direction + (int)p->folded_len)) % p->folded_len;
	return pager_seek(p, at, direction, around_r);
}

/* ------------------------------------------------------------------ drawing */

/* Part of a line that was found, drawn so. */
static void
pager_draw_found(const struct pager *p, const struct wrap_line *l, int y, int x, int w)
{
	size_t from = p->found_offset > l->offset ? p->found_offset - l->offset : 0;
	size_t to = p->found_offset + p->found_len;
	size_t before;
	char *front;

	to = to > l->offset ? to - l->offset : 0;
	to = to < l->len ? to : l->len;
	if (p->found_len == 0 || from >= to)
		return;
	front = mem_printf("%.*s", (int)from, p->text + l->offset);
	before = text_width(front);
	free(front);
	paint_bytes(y, x + (int)before, w - (int)before, STYLE_FOUND, p->text + l->offset + from,
	    to - from);
	if (p->found_offset >= l->offset)
		paint_cursor(y, x + (int)before);
}

void
pager_draw(struct pager *p, const struct area *a)
{
	size_t line;

	if (a->w <= 0)
		return;
	pager_wrap(p, a->w);
	p->rows = a->h;
	pager_go(p, pager_line_of(p, p->top_offset));
	line = pager_line_of(p, p->top_offset);
	paint_cursor(a->y, a->x);
	for (int i = 0; i < a->h && line < p->wrap.n; i++, line++) {
		const struct wrap_line *l = &p->wrap.lines[line];

		int in = (int)l->indent;

		paint_bytes(
		    a->y + i, a->x + in, a->w - in, STYLE_PLAIN, p->text + l->offset, l->len);
		pager_draw_found(p, l, a->y + i, a->x + in, a->w - in);
	}
}
