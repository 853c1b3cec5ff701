/* SPDX-License-Identifier: MIT */
/*
 * What is on the terminal, beside what curses knows.
 */
#include "client/picture/pane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/picture/png.h"
#include "client/picture/sixel.h"
#include "common/err.h"
#include "common/mem.h"

/* Number of our only image in kitty's memory. */
#define PANE_KITTY_ID 7u
/* One PNG of the largest screens that there are. */
#define PANE_PNG_MAX (64u << 20)

struct picture_pane {
	struct picture_pane_place place;
	bool shows;
	struct picture_sixel *sixel;
	struct picture_cell *cells, *before; /* rows * columns each */
	size_t n_cells;
	bool before_shows; /* `before` is on the screen */
};

struct picture_pane *
picture_pane_new(void)
{
	struct picture_pane *p = mem_new(sizeof(*p));

	p->place.way = PICTURE_NONE;
	return p;
}

void
picture_pane_free(struct picture_pane **p)
{
	if (*p == NULL)
		return;
	picture_sixel_free(&(*p)->sixel);
	free((*p)->cells);
	free((*p)->before);
	free(*p);
	*p = NULL;
}

void
picture_pane_put(struct picture_pane *p, const struct picture_pane_place *place)
{
	size_t n = (size_t)place->rows * place->columns;

	if (n > p->n_cells) {
		p->cells = mem_grow(p->cells, n, sizeof(*p->cells));
		p->before = mem_grow(p->before, n, sizeof(*p->before));
		p->n_cells = n;
	}
	p->place = *place;
	p->before_shows = false;
}

static unsigned
pane_limit(unsigned n, unsigned limit)
{
	return limit > 0 && n > limit ? limit : n;
}

struct picture_room
picture_place_room(const struct picture_pane_place *place)
{
	unsigned down, across;

	if (picture_way_is_pixels(place->way)) {
		unsigned w = place->columns * place->cell_width;
		unsigned h = place->rows * place->cell_height;
		if (place->way == PICTURE_SIXEL) {
			w = pane_limit(w, place->max_width);
			h = pane_limit(h, place->max_height);
			h -= h > 6 ? h % 6 : 0; /* whole bands, none into the row below */
		}
		return (struct picture_room){
		    .width = w, .height = h, .dot_width = 1, .dot_height = 1};
	}
	down = picture_cell_dots_down(place->way);
	across = picture_cell_dots_across(place->way);
	return (struct picture_room){
	    .width = place->columns * across,
	    .height = place->rows * down,
	    .dot_width = (double)place->cell_width / across,
	    .dot_height = (double)place->cell_height / down,
	};
}

static int
pane_go(const struct picture_pane *p, struct buf *out)
{
	char s[32];
	int n = snprintf(s, sizeof(s), "\033[%d;%dH", p->place.top + 1, p->place.left + 1);

	return buf_append(out, s, (size_t)n);
}

static int
pane_draw_cells(struct picture_pane *p, const struct picture_canvas *c, struct buf *out)
{
	const struct picture_pane_place *at = &p->place;
	struct picture_cell *swap;
	int err;

	picture_cells(c, at->way, p->cells, at->rows, at->columns);
	err = picture_cells_write(p->cells, p->before_shows ? p->before : NULL, at->way, at->rows,
	    at->columns, at->top, at->left, out);
	swap = p->before;
	p->before = p->cells;
	p->cells = swap;
	p->before_shows = err == 0;
	return err;
}

static int
pane_draw_png(struct picture_pane *p, const struct picture_canvas *c, struct buf *out)
{
	const struct picture_pane_place *at = &p->place;
	struct buf png;
	int err;

	buf_init(&png, PANE_PNG_MAX);
	err = picture_png_write(c, &png);
	if (err == 0)
		err = at->way == PICTURE_KITTY
			  ? picture_kitty_write(&png, PANE_KITTY_ID, at->rows, at->columns, out)
			  : picture_iterm2_write(&png, at->rows, at->columns, out);
	buf_release(&png);
	return err;
}

static int
pane_draw_way(struct picture_pane *p, const struct picture_canvas *c, bool quick, struct buf *out)
{
	int err;

	if (!picture_way_is_pixels(p->place.way))
		return pane_draw_cells(p, c, out);
	err = pane_go(p, out);
	if (err != 0)
		return err;
	if (p->place.way != PICTURE_SIXEL)
		return pane_draw_png(p, c, out);
	if (p->sixel == NULL)
		p->sixel = picture_sixel_new();
	return picture_sixel_write(p->sixel, c, quick, p->place.registers, out);
}

/* Shown at once where the terminal can (mode 2026), and the cursor, which stands
 * on the focused item, is put back. */
#define PANE_BEGIN "\033[?2026h\0337"
#define PANE_END   "\0338\033[?2026l"

int
picture_pane_draw(
    struct picture_pane *p, const struct picture_canvas *c, bool quick, struct buf *out)
{
	int err;

	if (!picture_way_is_raw(p->place.way))
		return 0;
	p->shows = true;
	err = buf_append(out, PANE_BEGIN, sizeof(PANE_BEGIN) - 1);
	if (err == 0)
		err = pane_draw_way(p, c, quick, out);
	if (err == 0)
		err = buf_append(out, PANE_END, sizeof(PANE_END) - 1);
	return err;
}

int
picture_pane_erase(struct picture_pane *p, struct buf *out)
{
	const struct picture_pane_place *at = &p->place;
	char pen[24];
	int err, n;

	if (!p->shows)
		return 0;
	p->shows = p->before_shows = false;
	/* blanks as curses believes them to be */
	n = at->ground >= 0 ? snprintf(pen, sizeof(pen), "\0337\033[0;4%dm", at->ground & 7)
			    : snprintf(pen, sizeof(pen), "\0337\033[m");
	err = buf_append(out, pen, (size_t)n);
	if (err == 0 && at->way == PICTURE_KITTY)
		err = picture_kitty_delete(PANE_KITTY_ID, out);
	for (unsigned row = 0; err == 0 && row < at->rows; row++) {
		char s[48];
		n = snprintf(s, sizeof(s), "\033[%d;%dH\033[%uX", at->top + (int)row + 1,
		    at->left + 1, at->columns);
		err = buf_append(out, s, (size_t)n);
	}
	return err != 0 ? err : buf_append(out, "\0338", 2);
}

void
picture_pane_lost(struct picture_pane *p)
{
	p->before_shows = false;
	/* kitty keeps an image until it is told, whatever was cleared */
	p->shows = p->shows && p->place.way == PICTURE_KITTY;
}

bool
picture_pane_shows(const struct picture_pane *p)
{
	return p->shows;
}
