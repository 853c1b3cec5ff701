/* SPDX-License-Identifier: MIT */
/*
 * Pictures made of characters.
 */
#include "client/picture/cells.h"

#include <stdio.h>
#include <string.h>

#include "client/picture/dither.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

#define UPPER_HALF 0x2580u

/* Ways to part a cell's 2 x 2 dots in two. Bits: 1 upper left, 2 upper right, 4
 * lower left, 8 lower right; those of the mask have the foreground. The half
 * blocks come first: of equals the first is taken. */
static const struct cells_part {
	unsigned mask, n_inside;
	uint32_t ch;
} PARTS[] = {
    {3, 2, UPPER_HALF},
    {5, 2, 0x258c},
    {1, 1, 0x2598},
    {2, 1, 0x259d},
    {4, 1, 0x2596},
    {7, 3, 0x259b},
    {6, 2, 0x259e},
};
#define N_PARTS_SAFE 2 /* in every font that has blocks at all */

/* From black to white. */
static const uint32_t SHADES[] = {' ', 0x2591, 0x2592, 0x2588};
static const char LETTERS[] = " .:-=+*#%@";

/* The greys that the first 16 colours have on most terminals, and their
 * numbers. */
static const uint8_t GREY16[] = {0, 8, 7, 15};

struct cells_dot {
	uint8_t r, g, b;
};

static struct cells_dot
cells_dot(const struct picture_canvas *c, unsigned x, unsigned y)
{
	const uint8_t *p = c->pixels + ((size_t)y * c->width + x) * (c->is_rgb ? 3 : 1);

	if (c->is_rgb)
		return (struct cells_dot){p[0], p[1], p[2]};
	return (struct cells_dot){p[0], p[0], p[0]};
}

static unsigned
cells_luma(struct cells_dot d)
{
	return picture_luma(d.r, d.g, d.b);
}

/* Of 256: 26 greys (16, 232..255, 231), or the 6 x 6 x 6 cube. */
static uint32_t
cells_index_256(struct cells_dot d)
{
	unsigned top = d.r > d.g ? d.r : d.g, low = d.r < d.g ? d.r : d.g;

	top = d.b > top ? d.b : top;
	low = d.b < low ? d.b : low;
	if (top - low <= 12) {
		unsigned grey = cells_luma(d);
		if (grey < 4 || grey > 246)
			return grey < 4 ? 16 : 231;
		/* 8, 18 .. 238 */
		return grey < 8 ? 232 : grey > 238 ? 255 : 232 + (grey - 3) / 10;
	}
	/* levels of the cube: 0, 95, 135, 175, 215, 255 */
	unsigned r = d.r < 48 ? 0 : d.r < 115 ? 1 : (d.r - 35u) / 40;
	unsigned g = d.g < 48 ? 0 : d.g < 115 ? 1 : (d.g - 35u) / 40;
	unsigned b = d.b < 48 ? 0 : d.b < 115 ? 1 : (d.b - 35u) / 40;
	return 16 + 36 * r + 6 * g + b;
}

static uint32_t
cells_color(struct cells_dot d, enum picture_way way, unsigned x, unsigned y)
{
	if (way == PICTURE_CELLS_TRUE)
		return (uint32_t)d.r << 16 | (uint32_t)d.g << 8 | d.b;
	if (way == PICTURE_CELLS_256)
		return cells_index_256(d);
	return GREY16[picture_dither(cells_luma(d), ARRAY_LEN(GREY16), x, y)];
}

static struct picture_cell
cells_half(const struct picture_canvas *c, enum picture_way way, unsigned x, unsigned row)
{
	uint32_t upper = cells_color(cells_dot(c, x, 2 * row), way, x, 2 * row);
	uint32_t lower = cells_color(cells_dot(c, x, 2 * row + 1), way, x, 2 * row + 1);

	/* one colour: a blank needs no glyph and fewer bytes */
	if (upper == lower)
		return (struct picture_cell){.ch = ' ', .fg = lower, .bg = lower};
	return (struct picture_cell){.ch = UPPER_HALF, .fg = upper, .bg = lower};
}

/* How near two colours come to four dots: the larger, the nearer. Sums of each
 * side squared, over its dots, times 12. */
static unsigned
cells_nearness(const struct cells_dot dot[4], const struct cells_part *part)
{
	unsigned in[3] = {0}, all[3] = {0}, near = 0, n = part->n_inside;

	for (unsigned i = 0; i < 4; i++) {
		unsigned is_inside = part->mask >> i & 1;
		all[0] += dot[i].r;
		all[1] += dot[i].g;
		all[2] += dot[i].b;
		in[0] += dot[i].r * is_inside;
		in[1] += dot[i].g * is_inside;
		in[2] += dot[i].b * is_inside;
	}
	for (unsigned ch = 0; ch < 3; ch++) {
		unsigned out = all[ch] - in[ch];
		near += in[ch] * in[ch] * (12 / n) + out * out * (12 / (4 - n));
	}
	return near;
}

/* Mean of the dots of a mask. */
static struct cells_dot
cells_mean(const struct cells_dot dot[4], unsigned mask)
{
	unsigned r = 0, g = 0, b = 0, n = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (!(mask >> i & 1))
			continue;
		r += dot[i].r;
		g += dot[i].g;
		b += dot[i].b;
		n++;
	}
	return (struct cells_dot){
	    (uint8_t)((r + n / 2) / n), (uint8_t)((g + n / 2) / n), (uint8_t)((b + n / 2) / n)};
}

static struct picture_cell
cells_quarters(const struct picture_canvas *c, enum picture_way way, unsigned x, unsigned row)
{
	struct cells_dot dot[4] = {
	    cells_dot(c, 2 * x, 2 * row),
	    cells_dot(c, 2 * x + 1, 2 * row),
	    cells_dot(c, 2 * x, 2 * row + 1),
	    cells_dot(c, 2 * x + 1, 2 * row + 1),
	};
	size_t n = way == PICTURE_CELLS_TRUE ? ARRAY_LEN(PARTS) : N_PARTS_SAFE;
	const struct cells_part *best = PARTS;
	unsigned nearest = 0;
	uint32_t fg, bg;

	for (size_t i = 0; i < n; i++) {
		unsigned near = cells_nearness(dot, &PARTS[i]);
		if (near > nearest) {
			nearest = near;
			best = &PARTS[i];
		}
	}
	fg = cells_color(cells_mean(dot, best->mask), way, x, row);
	bg = cells_color(cells_mean(dot, ~best->mask & 15), way, x, row);
	/* one colour: a blank needs no glyph and fewer bytes */
	if (fg == bg)
		return (struct picture_cell){.ch = ' ', .fg = bg, .bg = bg};
	return (struct picture_cell){.ch = best->ch, .fg = fg, .bg = bg};
}

static struct picture_cell
cells_letter(const struct picture_canvas *c, enum picture_way way, unsigned x, unsigned y)
{
	unsigned grey = cells_luma(cells_dot(c, x, y));

	if (way == PICTURE_SHADE)
		return (struct picture_cell){
		    .ch = SHADES[picture_dither(grey, ARRAY_LEN(SHADES), x, y)]};
	return (struct picture_cell){
	    .ch = (uint32_t)LETTERS[(grey * (sizeof(LETTERS) - 2) + 127) / 255]};
}

void
picture_cells(const struct picture_canvas *c, enum picture_way way, struct picture_cell *cells_r,
    unsigned rows, unsigned columns)
{
	for (unsigned y = 0; y < rows; y++) {
		for (unsigned x = 0; x < columns; x++) {
			struct picture_cell *cell = &cells_r[(size_t)y * columns + x];
			if (picture_cell_dots_across(way) == 2)
				*cell = cells_quarters(c, way, x, y);
			else if (picture_cell_dots_down(way) == 2)
				*cell = cells_half(c, way, x, y);
			else
				*cell = cells_letter(c, way, x, y);
		}
	}
}

static char *
cells_put_number(char *p, unsigned n)
{
	if (n >= 100)
		*p++ = (char)('0' + n / 100);
	if (n >= 10)
		*p++ = (char)('0' + n / 10 % 10);
	*p++ = (char)('0' + n % 10);
	return p;
}

/* "38;2;r;g;b", "38;5;n", or for 16 colours "31", "91" and so on. */
static char *
cells_put_color(char *p, enum picture_way way, uint32_t color, bool is_bg)
{
	if (way == PICTURE_CELLS_16) {
		unsigned base = color < 8 ? 30 : 90 - 8;
		return cells_put_number(p, base + color + (is_bg ? 10 : 0));
	}
	memcpy(p, is_bg ? "48;" : "38;", 3);
	p += 3;
	if (way == PICTURE_CELLS_256) {
		memcpy(p, "5;", 2);
		return cells_put_number(p + 2, color);
	}
	memcpy(p, "2;", 2);
	p = cells_put_number(p + 2, color >> 16);
	*p++ = ';';
	p = cells_put_number(p, color >> 8 & 255);
	*p++ = ';';
	return cells_put_number(p, color & 255);
}

/* What the terminal's pen is set to. */
struct cells_pen {
	bool is_set;
	uint32_t fg, bg;
};

static char *
cells_put_pen(char *p, enum picture_way way, struct cells_pen *pen, const struct picture_cell *c)
{
	bool new_bg = !pen->is_set || pen->bg != c->bg;
	bool new_fg = c->ch != ' ' && (!pen->is_set || pen->fg != c->fg);

	if (!new_bg && !new_fg)
		return p;
	*p++ = '\033';
	*p++ = '[';
	if (new_fg) {
		p = cells_put_color(p, way, c->fg, false);
		pen->fg = c->fg;
	}
	if (new_fg && new_bg)
		*p++ = ';';
	if (new_bg) {
		p = cells_put_color(p, way, c->bg, true);
		pen->bg = c->bg;
	}
	*p++ = 'm';
	/* before the first glyph only the background is known */
	if (!pen->is_set && !new_fg)
		pen->fg = UINT32_MAX;
	pen->is_set = true;
	return p;
}

/* Longest that one cell can be: place, pen, glyph. */
#define CELL_BYTES_MAX 80
#define CELL_GO_MAX    28

int
picture_cells_write(const struct picture_cell *cells, const struct picture_cell *before,
    enum picture_way way, unsigned rows, unsigned columns, int top, int left, struct buf *out)
{
	struct cells_pen pen = {0};

	for (unsigned y = 0; y < rows; y++) {
		char *start = (char *)buf_reserve(out, (size_t)columns * CELL_BYTES_MAX + 8),
		     *p = start;
		bool here = false;
		if (start == NULL)
			return -EM_E_TOO_LARGE;
		for (unsigned x = 0; x < columns; x++) {
			size_t at = (size_t)y * columns + x;
			if (before != NULL &&
			    memcmp(&cells[at], &before[at], sizeof(cells[at])) == 0) {
				here = false;
				continue;
			}
			if (!here)
				p += snprintf(p, CELL_GO_MAX, "\033[%u;%uH", (unsigned)top + y + 1,
				    (unsigned)left + x + 1);
			here = true;
			p = cells_put_pen(p, way, &pen, &cells[at]);
			if (cells[at].ch < 0x80)
				*p++ = (char)cells[at].ch;
			else
				p += text_encode(cells[at].ch, p);
		}
		if (y + 1 == rows && pen.is_set) {
			memcpy(p, "\033[m", 3);
			p += 3;
		}
		buf_commit(out, (size_t)(p - start));
	}
	return 0;
}
