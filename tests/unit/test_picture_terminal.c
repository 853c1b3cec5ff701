/* SPDX-License-Identifier: MIT */
/*
 * What is written to terminals, read back by something that did not write it:
 * half blocks by libvterm, sixels by an interpreter of their grammar here, PNG
 * by zlib.
 */
#include "client/picture/cells.h"
#include "client/picture/pane.h"
#include "client/picture/png.h"
#include "client/picture/sixel.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <vterm.h>
#include <zlib.h>

#include "common/mem.h"
#include "tests/lib/check.h"

#define MAX (16u << 20)

static struct picture_canvas
canvas(unsigned width, unsigned height, bool is_rgb)
{
	struct picture_canvas c = {0};

	picture_canvas_size(&c, width, height, is_rgb);
	memset(c.pixels, 0, c.cap_bytes);
	return c;
}

/* ------------------------------------------------------------- half blocks */

static void
vterm_cell(VTerm *t, int row, int col, uint32_t *ch_r, VTermColor *fg_r, VTermColor *bg_r)
{
	VTermScreenCell cell;

	assert_int_equal(
	    vterm_screen_get_cell(vterm_obtain_screen(t), (VTermPos){row, col}, &cell), 1);
	*ch_r = cell.chars[0];
	*fg_r = cell.fg;
	*bg_r = cell.bg;
}

static VTerm *
terminal(int rows, int columns)
{
	VTerm *t = vterm_new(rows, columns);

	vterm_set_utf8(t, 1);
	vterm_screen_reset(vterm_obtain_screen(t), 1);
	return t;
}

/* Which of a cell's four dots a glyph gives the foreground: bits as they are
 * drawn, from Unicode's names. */
static unsigned
quadrants(uint32_t ch)
{
	static const struct {
		uint32_t ch;
		unsigned mask; /* 1 upper left, 2 upper right, 4 lower left, 8 lower right */
	} glyphs[] = {{' ', 0}, {0x2580, 3}, {0x258c, 5}, {0x2596, 4}, {0x2598, 1}, {0x259b, 7},
	    {0x259d, 2}, {0x259e, 6}};

	for (size_t i = 0; i < ARRAY_LEN(glyphs); i++)
		if (glyphs[i].ch == ch)
			return glyphs[i].mask;
	fail_msg("glyph %04x", ch);
	return 0;
}

/* Cells of two colours in every pattern that there is: each dot arrives as it
 * was, at the place on the screen where it belongs. */
static void
quadrants_24_bit(void **state)
{
	struct picture_canvas c = canvas(32, 6, true);
	struct picture_cell cells[48];
	VTerm *t = terminal(10, 30);
	struct buf out;

	(void)state;
	for (unsigned cell = 0; cell < 48; cell++) {
		uint8_t colors[2][3] = {
		    {(uint8_t)cell, 200, (uint8_t)(cell * 3)}, {90, (uint8_t)(5 * cell), 255}};
		for (unsigned i = 0; i < 4; i++) {
			unsigned x = cell % 16 * 2 + (i & 1), y = cell / 16 * 2 + i / 2;
			memcpy(c.pixels + 3 * (y * 32 + x), colors[cell >> i & 1], 3);
		}
	}
	buf_init(&out, MAX);
	picture_cells(&c, PICTURE_CELLS_TRUE, cells, 3, 16);
	assert_int_equal(
	    picture_cells_write(cells, NULL, PICTURE_CELLS_TRUE, 3, 16, 2, 5, &out), 0);
	vterm_input_write(t, (const char *)buf_bytes(&out), out.len);
	for (unsigned y = 0; y < 6; y++) {
		for (unsigned x = 0; x < 32; x++) {
			VTermColor fg, bg, *is;
			uint32_t ch;
			vterm_cell(t, 2 + (int)y / 2, 5 + (int)x / 2, &ch, &fg, &bg);
			is = quadrants(ch) >> ((y & 1) * 2 + (x & 1)) & 1 ? &fg : &bg;
			assert_true(VTERM_COLOR_IS_RGB(is));
			assert_memory_equal(((uint8_t[]){is->rgb.red, is->rgb.green, is->rgb.blue}),
			    c.pixels + 3 * (y * 32 + x), 3);
		}
	}
	buf_release(&out);
	vterm_free(t);
	picture_canvas_release(&c);
}

/* Four different dots: the pattern whose two means are nearest to them, found here
 * by trying each. */
static void
nearest_pattern(void **state)
{
	struct picture_canvas c = canvas(2, 2, false);
	struct picture_cell cell;
	uint32_t seed = 99;

	(void)state;
	for (int run = 0; run < 3000; run++) {
		double least = 1e9, got = 0;
		for (int i = 0; i < 4; i++) {
			seed = seed * 1664525 + 1013904223;
			c.pixels[i] = (uint8_t)(seed >> 21);
		}
		picture_cells(&c, PICTURE_CELLS_TRUE, &cell, 1, 1);
		for (unsigned mask = 1; mask < 15; mask++) {
			double mean[2] = {0}, n[2] = {0}, error = 0;
			for (unsigned i = 0; i < 4; i++) {
				mean[mask >> i & 1] += c.pixels[i];
				n[mask >> i & 1]++;
			}
			for (unsigned i = 0; i < 4; i++) {
				double d = c.pixels[i] - mean[mask >> i & 1] / n[mask >> i & 1];
				error += d * d;
			}
			least = error < least ? error : least;
			if (mask == quadrants(cell.ch))
				got = error;
		}
		assert_true(cell.ch == ' ' || got <= least + 1e-6);
	}
	picture_canvas_release(&c);
}

/* 256 colours: greys take the nearest of 16, 232..255 (8, 18 .. 238) and 231, and
 * no glyph but those that every font has. */
static void
half_blocks_256(void **state)
{
	struct picture_canvas c = canvas(512, 2, false);
	struct picture_cell cells[256];

	(void)state;
	for (unsigned x = 0; x < 512; x++)
		c.pixels[x] = c.pixels[512 + x] = (uint8_t)(x / 2);
	picture_cells(&c, PICTURE_CELLS_256, cells, 1, 256);
	for (int x = 0; x < 256; x++) {
		int n = (int)cells[x].bg, grey = n == 16 ? 0 : n == 231 ? 255 : 8 + 10 * (n - 232);
		assert_true(n == 16 || n == 231 || (n >= 232 && n <= 255));
		assert_in_range(abs(grey - x), 0, 8);
	}
	assert_int_equal(cells[0].bg, 16);
	assert_int_equal(cells[255].bg, 231);
	for (unsigned i = 0; i < c.cap_bytes; i++)
		c.pixels[i] = (uint8_t)(i * i * 7);
	picture_cells(&c, PICTURE_CELLS_256, cells, 1, 256);
	for (int x = 0; x < 256; x++)
		assert_true(cells[x].ch == ' ' || cells[x].ch == 0x2580 || cells[x].ch == 0x258c);
	picture_canvas_release(&c);

	/* pure colours take the corners of the cube */
	c = canvas(2, 2, true);
	memcpy(c.pixels, (uint8_t[]){255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255}, 12);
	picture_cells(&c, PICTURE_CELLS_256, cells, 1, 1);
	assert_int_equal(cells[0].fg, 196);
	assert_int_equal(cells[0].bg, 21);
	picture_canvas_release(&c);
}

static void
half_blocks_16(void **state)
{
	struct picture_canvas c = canvas(4, 8, false);
	struct picture_cell cells[16];
	VTerm *t = terminal(8, 8);
	struct buf out;
	unsigned n_white = 0;

	(void)state;
	/* half way between two of the four greys (85 and 170): half of the dots each */
	memset(c.pixels, 127, 32);
	picture_cells(&c, PICTURE_CELLS_16, cells, 4, 4);
	for (int i = 0; i < 16; i++) {
		assert_true(cells[i].fg == 8 || cells[i].fg == 7);
		assert_true(cells[i].bg == 8 || cells[i].bg == 7);
		n_white += (cells[i].fg == 7 ? 1u : 0u) + (cells[i].bg == 7 ? 1u : 0u);
	}
	assert_int_equal(n_white, 16);
	buf_init(&out, MAX);
	assert_int_equal(picture_cells_write(cells, NULL, PICTURE_CELLS_16, 4, 4, 0, 0, &out), 0);
	vterm_input_write(t, (const char *)buf_bytes(&out), out.len);
	for (int i = 0; i < 16; i++) {
		VTermColor fg, bg;
		uint32_t ch;
		vterm_cell(t, i / 4, i % 4, &ch, &fg, &bg);
		assert_true(VTERM_COLOR_IS_INDEXED(&bg));
		assert_int_equal(bg.indexed.idx, cells[i].bg);
		if (ch != ' ')
			assert_int_equal(fg.indexed.idx, cells[i].fg);
	}
	buf_release(&out);
	vterm_free(t);
	picture_canvas_release(&c);
}

static void
letters_and_shades(void **state)
{
	struct picture_canvas c = canvas(10, 1, false);
	struct picture_cell cells[10];
	static const char want[] = " .:-=+*#%@";

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		c.pixels[i] = (uint8_t)((i * 255 + 4) / 9);
	picture_cells(&c, PICTURE_PLAIN, cells, 1, 10);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(cells[i].ch, want[i]);
	picture_cells(&c, PICTURE_SHADE, cells, 1, 10);
	assert_int_equal(cells[0].ch, ' ');
	assert_int_equal(cells[9].ch, 0x2588);
	for (unsigned i = 0; i < 10; i++)
		assert_true(cells[i].ch == ' ' || cells[i].ch == 0x2591 || cells[i].ch == 0x2592 ||
			    cells[i].ch == 0x2588);
	picture_canvas_release(&c);
}

/* The same picture again is no byte; one dot changed is one cell. */
static void
only_differences(void **state)
{
	struct picture_pane_place place = {.way = PICTURE_CELLS_256,
	    .top = 3,
	    .left = 3,
	    .rows = 20,
	    .columns = 40,
	    .cell_width = 8,
	    .cell_height = 16};
	struct picture_pane *p = picture_pane_new();
	struct picture_canvas c = canvas(80, 40, false);
	struct buf out;
	size_t whole, frame;

	(void)state;
	for (unsigned i = 0; i < 3200; i++)
		c.pixels[i] = (uint8_t)(i * 7);
	buf_init(&out, MAX);
	picture_pane_put(p, &place);
	assert_int_equal(picture_pane_draw(p, &c, false, &out), 0);
	whole = out.len;
	buf_release(&out);
	assert_int_equal(picture_pane_draw(p, &c, false, &out), 0);
	frame = out.len; /* begin and end only */
	assert_in_range(frame, 0, 24);
	assert_true(whole > 20 * 40);
	buf_release(&out);
	c.pixels[5] = (uint8_t)(c.pixels[5] ^ 0x80);
	assert_int_equal(picture_pane_draw(p, &c, false, &out), 0);
	assert_in_range(out.len - frame, 1, 60);
	buf_release(&out);
	/* elsewhere on the screen, or after somebody cleared it: everything */
	picture_pane_lost(p);
	assert_int_equal(picture_pane_draw(p, &c, false, &out), 0);
	assert_true(out.len > whole / 2);
	buf_release(&out);
	picture_pane_free(&p);
	picture_canvas_release(&c);
}

/* After erasing no cell of the picture is left, its neighbours are untouched. */
static void
erased_without_a_trace(void **state)
{
	struct picture_pane_place place = {.way = PICTURE_CELLS_TRUE,
	    .top = 2,
	    .left = 4,
	    .rows = 5,
	    .columns = 10,
	    .cell_width = 8,
	    .cell_height = 16,
	    .ground = -1};
	struct picture_pane *p = picture_pane_new();
	struct picture_canvas c = canvas(20, 10, false);
	VTerm *t = terminal(12, 24);
	VTermPos before, after;
	struct buf out;

	(void)state;
	memset(c.pixels, 200, 200);
	for (int row = 0; row < 12; row++)
		vterm_input_write(t, "\033[m........................", 27);
	vterm_input_write(t, "\033[3;5H          \033[4;5H          \033[5;5H          ", 48);
	vterm_input_write(t, "\033[6;5H          \033[7;5H          \033[10;11H", 40);
	vterm_state_get_cursorpos(vterm_obtain_state(t), &before);
	buf_init(&out, MAX);
	picture_pane_put(p, &place);
	assert_false(picture_pane_shows(p));
	assert_int_equal(picture_pane_erase(p, &out), 0);
	assert_int_equal(out.len, 0);
	assert_int_equal(picture_pane_draw(p, &c, false, &out), 0);
	assert_true(picture_pane_shows(p));
	vterm_input_write(t, (const char *)buf_bytes(&out), out.len);
	buf_release(&out);
	assert_int_equal(picture_pane_erase(p, &out), 0);
	vterm_input_write(t, (const char *)buf_bytes(&out), out.len);
	for (int row = 0; row < 12; row++) {
		for (int col = 0; col < 24; col++) {
			bool inside = row >= 2 && row < 7 && col >= 4 && col < 14;
			VTermColor fg, bg;
			uint32_t ch;
			vterm_cell(t, row, col, &ch, &fg, &bg);
			assert_true(VTERM_COLOR_IS_DEFAULT_BG(&bg));
			assert_true(inside ? ch == 0 || ch == ' ' : ch == '.');
		}
	}
	/* the cursor is where the focus is */
	vterm_state_get_cursorpos(vterm_obtain_state(t), &after);
	assert_int_equal(after.row, before.row);
	assert_int_equal(after.col, before.col);
	buf_release(&out);
	buf_release(&out);

	/* on a screen whose blanks are white, they are white again */
	place.ground = 7;
	picture_pane_put(p, &place);
	assert_int_equal(picture_pane_draw(p, &c, false, &out), 0);
	assert_int_equal(picture_pane_erase(p, &out), 0);
	vterm_input_write(t, (const char *)buf_bytes(&out), out.len);
	for (int col = 4; col < 14; col++) {
		VTermColor fg, bg;
		uint32_t ch;
		vterm_cell(t, 4, col, &ch, &fg, &bg);
		assert_true(VTERM_COLOR_IS_INDEXED(&bg) && bg.indexed.idx == 7);
	}
	buf_release(&out);
	vterm_free(t);
	picture_pane_free(&p);
	picture_canvas_release(&c);
}

/* ------------------------------------------------------------------ sixels */

struct sixels {
	unsigned width, height;
	uint8_t palette[256][3]; /* per cent */
	bool has_color[256];
	int16_t *dots; /* palette number, -1 = not drawn */
	unsigned n_colors_used;
};

static unsigned
number(const char **s)
{
	unsigned n = 0;

	assert_true(isdigit((unsigned char)**s));
	while (isdigit((unsigned char)**s))
		n = n * 10 + (unsigned)(*(*s)++ - '0');
	return n;
}

/* DEC's grammar, as strict as it can be: every dot at most once. */
static void
read_sixels(const char *s, size_t len, struct sixels *x)
{
	const char *end = s + len;
	unsigned col = 0, band = 0, color = 0;

	memset(x, 0, sizeof(*x));
	assert_true(len > 10 && memcmp(s, "\033P0;1q\"", 7) == 0);
	assert_memory_equal(end - 2, "\033\\", 2);
	end -= 2;
	s += 7;
	assert_int_equal(number(&s), 1);
	s++;
	assert_int_equal(number(&s), 1);
	s++;
	x->width = number(&s);
	s++;
	x->height = number(&s);
	x->dots = mem_new_array((size_t)x->width * x->height, sizeof(*x->dots));
	memset(x->dots, 0xff, (size_t)x->width * x->height * sizeof(*x->dots));
	while (s < end) {
		unsigned run = 1;
		char c = *s++;
		if (c == '#') {
			color = number(&s);
			assert_true(color < 256);
			if (*s == ';') {
				s++;
				assert_int_equal(number(&s), 2);
				for (int i = 0; i < 3; i++) {
					s++;
					x->palette[color][i] = (uint8_t)number(&s);
					assert_in_range(x->palette[color][i], 0, 100);
				}
				x->has_color[color] = true;
			}
			continue;
		}
		if (c == '$' || c == '-') {
			col = 0;
			band += c == '-';
			continue;
		}
		if (c == '!') {
			run = number(&s);
			c = *s++;
		}
		assert_in_range(c, '?', '~');
		assert_true(x->has_color[color]);
		for (; run > 0; run--, col++) {
			for (unsigned bit = 0; bit < 6; bit++) {
				unsigned y = band * 6 + bit;
				if (!((c - '?') >> bit & 1))
					continue;
				assert_true(col < x->width && y < x->height);
				assert_int_equal(x->dots[y * x->width + col], -1);
				x->dots[y * x->width + col] = (int16_t)color;
			}
		}
	}
	for (unsigned i = 0; i < x->width * x->height; i++)
		assert_true(x->dots[i] >= 0);
}

static int
sixel_level(const struct sixels *x, unsigned col, unsigned row, int channel)
{
	return x->palette[x->dots[row * x->width + col]][channel] * 255 / 100;
}

/* 64 greys: no dot is off by more than half a step of the greys (2) and of the
 * palette's per cents (2). A height that is no multiple of six is kept. */
static void
sixel_greys(void **state)
{
	struct picture_canvas c = canvas(131, 47, false);
	struct picture_sixel *s = picture_sixel_new();
	struct sixels x;
	struct buf out;

	(void)state;
	for (unsigned i = 0; i < 131 * 47; i++)
		c.pixels[i] = (uint8_t)(i * i / 97);
	buf_init(&out, MAX);
	assert_int_equal(picture_sixel_write(s, &c, false, 0, &out), 0);
	read_sixels((const char *)buf_bytes(&out), out.len, &x);
	assert_int_equal(x.width, 131);
	assert_int_equal(x.height, 47);
	for (unsigned i = 0; i < 131 * 47; i++)
		assert_in_range(abs(sixel_level(&x, i % 131, i / 131, 0) - c.pixels[i]), 0, 5);
	free(x.dots);
	buf_release(&out);

	/* the same encoder again, narrower, 16 greys: on average the same grey */
	picture_canvas_size(&c, 64, 60, false);
	memset(c.pixels, 77, 64 * 60);
	assert_int_equal(picture_sixel_write(s, &c, true, 0, &out), 0);
	read_sixels((const char *)buf_bytes(&out), out.len, &x);
	int sum = 0;
	for (unsigned i = 0; i < 64 * 60; i++)
		sum += sixel_level(&x, i % 64, i / 64, 0);
	assert_in_range(sum / (64 * 60), 74, 80);
	free(x.dots);
	buf_release(&out);
	picture_sixel_free(&s);
	picture_canvas_release(&c);
}

/* Colours: the picture has 64 greys and six strong colours; all are found. */
static void
sixel_colours(void **state)
{
	static const uint8_t strong[6][3] = {
	    {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}, {0, 255, 255}, {255, 0, 255}};
	struct picture_canvas c = canvas(128, 60, true);
	struct picture_sixel *s = picture_sixel_new();
	struct sixels x;
	struct buf out;

	(void)state;
	for (unsigned y = 0; y < 60; y++)
		for (unsigned i = 0; i < 128; i++) {
			uint8_t *p = c.pixels + 3 * (y * 128 + i);
			if (i < 64)
				memset(p, (int)(i * 4), 3);
			else
				memcpy(p, strong[y / 10], 3);
		}
	buf_init(&out, MAX);
	assert_int_equal(picture_sixel_write(s, &c, false, 256, &out), 0);
	read_sixels((const char *)buf_bytes(&out), out.len, &x);
	for (unsigned y = 0; y < 60; y++)
		for (unsigned i = 0; i < 128; i++)
			for (int ch = 0; ch < 3; ch++)
				assert_in_range(abs(sixel_level(&x, i, y, ch) -
						    c.pixels[3 * (y * 128 + i) + (unsigned)ch]),
				    0, 8);
	free(x.dots);
	buf_release(&out);

	/* a terminal of 16 registers gets greys */
	assert_int_equal(picture_sixel_write(s, &c, false, 16, &out), 0);
	read_sixels((const char *)buf_bytes(&out), out.len, &x);
	for (int i = 16; i < 256; i++)
		assert_false(x.has_color[i]);
	free(x.dots);
	buf_release(&out);
	picture_sixel_free(&s);
	picture_canvas_release(&c);
}

/* What does not fit is refused, not cut. */
static void
sixel_limit(void **state)
{
	struct picture_canvas c = canvas(100, 100, false);
	struct picture_sixel *s = picture_sixel_new();
	struct buf out;

	(void)state;
	buf_init(&out, 4000);
	assert_true(picture_sixel_write(s, &c, false, 0, &out) < 0);
	buf_release(&out);
	picture_sixel_free(&s);
	picture_canvas_release(&c);
}

/* -------------------------------------------------------- PNG, kitty, iTerm2 */

static uint32_t
u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reads IHDR, IDAT (filter 1 only) and IEND, all checksums compared. */
static void
read_png(const uint8_t *p, size_t len, const struct picture_canvas *want)
{
	unsigned pixel = want->is_rgb ? 3 : 1;
	uLongf n = (uLongf)((want->width * pixel + 1) * want->height);
	size_t row = want->width * pixel + 1;
	uint8_t *rows = mem_new(n);
	const uint8_t *end = p + len;
	int seen = 0;

	assert_memory_equal(p, "\x89PNG\r\n\x1a\n", 8);
	for (p += 8; p < end; p += u32(p) + 12) {
		uint32_t body = u32(p);
		assert_int_equal(u32(p + 8 + body), crc32(0, p + 4, body + 4));
		if (memcmp(p + 4, "IHDR", 4) == 0) {
			assert_int_equal(u32(p + 8), want->width);
			assert_int_equal(u32(p + 12), want->height);
			assert_int_equal(p[16], 8);
			assert_int_equal(p[17], want->is_rgb ? 2 : 0);
			seen |= 1;
		} else if (memcmp(p + 4, "IDAT", 4) == 0) {
			assert_int_equal(uncompress(rows, &n, p + 8, body), Z_OK);
			assert_int_equal(n, row * want->height);
			seen |= 2;
		} else {
			assert_memory_equal(p + 4, "IEND", 4);
			seen |= 4;
		}
	}
	assert_int_equal(seen, 7);
	for (unsigned y = 0; y < want->height; y++) {
		assert_int_equal(rows[y * row], 1);
		for (unsigned i = 0; i < row - 1; i++) {
			uint8_t left = i >= pixel ? want->pixels[y * (row - 1) + i - pixel] : 0;
			assert_int_equal((uint8_t)(rows[y * row + 1 + i] + left),
			    want->pixels[y * (row - 1) + i]);
		}
	}
	free(rows);
}

static void
png_both_kinds(void **state)
{
	(void)state;
	for (int is_rgb = 0; is_rgb < 2; is_rgb++) {
		struct picture_canvas c = canvas(57, 31, is_rgb);
		struct buf out;

		for (unsigned i = 0; i < c.cap_bytes; i++)
			c.pixels[i] = (uint8_t)(i * i / 31);
		buf_init(&out, MAX);
		assert_int_equal(picture_png_write(&c, &out), 0);
		read_png(buf_bytes(&out), out.len, &c);
		buf_release(&out);
		picture_canvas_release(&c);
	}
}

/* Chunks of at most 4096 in base64; together they are the PNG. */
static void
kitty_chunks(void **state)
{
	struct picture_pane_place place = {.way = PICTURE_KITTY,
	    .top = 2,
	    .left = 1,
	    .rows = 10,
	    .columns = 20,
	    .cell_width = 9,
	    .cell_height = 18};
	struct picture_pane *p = picture_pane_new();
	struct picture_room room = picture_place_room(&place);
	struct picture_canvas c = canvas(room.width, room.height, false);
	uint8_t *png = mem_new(MAX);
	size_t n_png = 0, n_chunks = 0;
	struct buf out;
	char *s, *end;

	(void)state;
	assert_int_equal(room.width, 180);
	assert_int_equal(room.height, 180);
	for (unsigned i = 0; i < c.cap_bytes; i++)
		c.pixels[i] = (uint8_t)(i * i * 2654435761u >> 13);
	buf_init(&out, MAX);
	picture_pane_put(p, &place);
	assert_int_equal(picture_pane_draw(p, &c, false, &out), 0);
	assert_int_equal(buf_append(&out, "", 1), 0);
	s = strstr((char *)buf_bytes(&out), "\033[3;2H") + 6;
	assert_memory_equal(s, "\033_Ga=T,f=100,i=7,p=1,q=2,C=1,c=20,r=10,m=1;",
	    strlen("\033_Ga=T,f=100,i=7,p=1,q=2,C=1,c=20,r=10,m=1;"));
	while (s[0] == '\033' && s[1] == '_') {
		char *body = strchr(s, ';') + 1;
		bool more = body[-2] == '1';
		int pad;
		end = strstr(body, "\033\\");
		assert_true(end - body <= 4096 && (end - body) % 4 == 0);
		pad = (end[-1] == '=') + (end[-2] == '=');
		n_png += (size_t)(EVP_DecodeBlock(
				      png + n_png, (unsigned char *)body, (int)(end - body)) -
				  pad);
		n_chunks++;
		s = end + 2;
		assert_int_equal(more, s[1] == '_');
	}
	assert_true(n_chunks > 3);
	read_png(png, n_png, &c);
	buf_release(&out);
	/* taken off the screen and out of the terminal's memory */
	assert_int_equal(picture_pane_erase(p, &out), 0);
	assert_int_equal(buf_append(&out, "", 1), 0);
	assert_non_null(strstr((char *)buf_bytes(&out), "\033_Ga=d,d=I,i=7,q=2;\033\\"));
	buf_release(&out);
	free(png);
	picture_pane_free(&p);
	picture_canvas_release(&c);
}

static void
iterm2_image(void **state)
{
	struct picture_canvas c = canvas(40, 30, true);
	struct buf png, out;
	uint8_t *back = mem_new(MAX);
	char *s, *end;
	int n;

	(void)state;
	for (unsigned i = 0; i < c.cap_bytes; i++)
		c.pixels[i] = (uint8_t)i;
	buf_init(&png, MAX);
	buf_init(&out, MAX);
	assert_int_equal(picture_png_write(&c, &png), 0);
	assert_int_equal(picture_iterm2_write(&png, 5, 7, &out), 0);
	assert_int_equal(buf_append(&out, "", 1), 0);
	s = (char *)buf_bytes(&out);
	assert_memory_equal(s, "\033]1337;File=inline=1;", 21);
	assert_non_null(strstr(s, ";width=7;height=5;"));
	s = strchr(s, ':') + 1;
	end = strchr(s, '\a');
	n = EVP_DecodeBlock(back, (unsigned char *)s, (int)(end - s));
	n -= (end[-1] == '=') + (end[-2] == '=');
	assert_int_equal(n, png.len);
	assert_memory_equal(back, buf_bytes(&png), png.len);
	free(back);
	buf_release(&png);
	buf_release(&out);
	picture_canvas_release(&c);
}

/* Sixels stay within whole bands and within what the terminal has said. */
static void
rooms(void **state)
{
	struct picture_pane_place p = {.way = PICTURE_SIXEL,
	    .rows = 20,
	    .columns = 200,
	    .cell_width = 10,
	    .cell_height = 20,
	    .max_width = 1000,
	    .max_height = 1000};
	struct picture_room room = picture_place_room(&p);

	(void)state;
	assert_int_equal(room.width, 1000);
	assert_int_equal(room.height, 396); /* 400 is no multiple of six */
	p.way = PICTURE_CELLS_256;
	room = picture_place_room(&p);
	assert_int_equal(room.width, 400);
	assert_int_equal(room.height, 40);
	assert_true(room.dot_width == 5 && room.dot_height == 10);
	p.way = PICTURE_CELLS_16;
	room = picture_place_room(&p);
	assert_int_equal(room.width, 200);
	assert_true(room.dot_width == 10 && room.dot_height == 10);
	p.way = PICTURE_PLAIN;
	room = picture_place_room(&p);
	assert_int_equal(room.height, 20);
	assert_true(room.dot_height == 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quadrants_24_bit),
	    cmocka_unit_test(nearest_pattern),
	    cmocka_unit_test(half_blocks_256),
	    cmocka_unit_test(half_blocks_16),
	    cmocka_unit_test(letters_and_shades),
	    cmocka_unit_test(only_differences),
	    cmocka_unit_test(erased_without_a_trace),
	    cmocka_unit_test(sixel_greys),
	    cmocka_unit_test(sixel_colours),
	    cmocka_unit_test(sixel_limit),
	    cmocka_unit_test(png_both_kinds),
	    cmocka_unit_test(kitty_chunks),
	    cmocka_unit_test(iterm2_image),
	    cmocka_unit_test(rooms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
