/* SPDX-License-Identifier: MIT */
/*
 * Sixel encoder. A band of six rows is turned into one row of bit patterns for
 * each colour that occurs in it; each of them is written with run lengths.
 */
#include "client/picture/sixel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/picture/palette.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

struct picture_sixel {
	uint8_t *index; /* palette number of each dot */
	size_t n_index;
	uint8_t *bits; /* patterns: width for each colour, zero between bands */
	size_t n_bits;
	struct picture_palette palette;
	/* colours of the band: where each begins and ends */
	bool used[256];
	unsigned from[256], to[256];
};

struct picture_sixel *
picture_sixel_new(void)
{
	return mem_new(sizeof(struct picture_sixel));
}

void
picture_sixel_free(struct picture_sixel **s)
{
	if (*s == NULL)
		return;
	if ((*s)->index != NULL)
		secret_wipe((*s)->index, (*s)->n_index);
	free((*s)->index);
	free((*s)->bits);
	free(*s);
	*s = NULL;
}

static void
sixel_size(struct picture_sixel *s, size_t n_index, size_t n_bits)
{
	if (n_index > s->n_index) {
		s->index = mem_grow(s->index, n_index, 1);
		s->n_index = n_index;
	}
	if (n_bits > s->n_bits) {
		free(s->bits);
		s->bits = mem_new(n_bits);
		s->n_bits = n_bits;
	}
}

static char *
sixel_put_number(char *p, unsigned n)
{
	char digits[10];
	unsigned len = 0;

	do
		digits[len++] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	while (len > 0)
		*p++ = digits[--len];
	return p;
}

/* n times the pattern; a run of more than three is shorter counted. */
static char *
sixel_put_run(char *p, unsigned n, uint8_t pattern)
{
	char c = (char)('?' + pattern);

	if (n > 3) {
		*p++ = '!';
		p = sixel_put_number(p, n);
		*p++ = c;
		return p;
	}
	while (n-- > 0)
		*p++ = c;
	return p;
}

static void
sixel_mark(struct picture_sixel *s, unsigned width, unsigned color, unsigned x, unsigned bits)
{
	if (!s->used[color]) {
		s->used[color] = true;
		s->from[color] = x;
	}
	s->to[color] = x;
	s->bits[(size_t)color * width + x] |= (uint8_t)bits;
}

/* Rows y .. y+n-1, n <= 6, into patterns. */
static void
sixel_collect(struct picture_sixel *s, unsigned width, unsigned y, unsigned n)
{
	const uint8_t *row = s->index + (size_t)y * width;

	for (unsigned x = 0; x < width; x++) {
		for (unsigned i = 0; i < n;) {
			uint8_t color = row[(size_t)i * width + x];
			unsigned bits = 1u << i;
			while (++i < n && row[(size_t)i * width + x] == color)
				bits |= 1u << i;
			sixel_mark(s, width, color, x, bits);
		}
	}
}

/* One colour of the band; its patterns are zeroed again. */
static char *
sixel_put_color(struct picture_sixel *s, char *p, unsigned width, unsigned color)
{
	uint8_t *bits = s->bits + (size_t)color * width;
	unsigned x = s->from[color], end = s->to[color] + 1;

	*p++ = '#';
	p = sixel_put_number(p, color);
	p = sixel_put_run(p, x, 0);
	while (x < end) {
		unsigned run = 1;
		while (x + run < end && bits[x + run] == bits[x])
			run++;
		p = sixel_put_run(p, run, bits[x]);
		x += run;
	}
	memset(bits + s->from[color], 0, end - s->from[color]);
	*p++ = '$';
	return p;
}

/* A column has at most six patterns, each with a gap of "!nnnnn?" before it;
 * then "#nnn", the first gap and "$" of each colour. */
static size_t
sixel_band_bytes_max(unsigned width)
{
	return (size_t)width * 6 * 10 + 256 * 16;
}

static int
sixel_put_band(struct picture_sixel *s, unsigned width, unsigned y, unsigned n, struct buf *out)
{
	char *start = (char *)buf_reserve(out, sixel_band_bytes_max(width)), *p = start;

	if (start == NULL)
		return -EM_E_TOO_LARGE;
	memset(s->used, 0, sizeof(s->used));
	sixel_collect(s, width, y, n);
	for (unsigned color = 0; color < s->palette.n; color++)
		if (s->used[color])
			p = sixel_put_color(s, p, width, color);
	p[-1] = '-'; /* instead of the last '$' */
	buf_commit(out, (size_t)(p - start));
	return 0;
}

/* Introducer, size, and the palette in per cent. P2 = 1: dots that are not
 * drawn stay; all are, so the last picture goes without a flicker. */
static int
sixel_put_head(const struct picture_palette *pal, const struct picture_canvas *c, struct buf *out)
{
	char *start = (char *)buf_reserve(out, 64 + 32 * 256), *p = start;

	if (start == NULL)
		return -EM_E_TOO_LARGE;
	p += snprintf(p, 64, "\033P0;1q\"1;1;%u;%u", c->width, c->height);
	for (unsigned i = 0; i < pal->n; i++)
		p += snprintf(p, 32, "#%u;2;%u;%u;%u", i, (pal->rgb[i][0] * 100u + 127) / 255,
		    (pal->rgb[i][1] * 100u + 127) / 255, (pal->rgb[i][2] * 100u + 127) / 255);
	buf_commit(out, (size_t)(p - start));
	return 0;
}

int
picture_sixel_write(struct picture_sixel *s, const struct picture_canvas *c, bool quick,
    unsigned registers, struct buf *out)
{
	bool is_few = registers > 0 && registers < 80;
	int err;

	sixel_size(s, (size_t)c->width * c->height, (size_t)c->width * 256);
	if (c->is_rgb && !is_few)
		picture_palette_color(
		    c, registers > 0 && registers < 256 ? registers : 256, &s->palette, s->index);
	else if (quick || is_few)
		picture_palette_grey(c, 16, true, &s->palette, s->index);
	else
		picture_palette_grey(c, 64, false, &s->palette, s->index);

	err = sixel_put_head(&s->palette, c, out);
	for (unsigned y = 0; err == 0 && y < c->height; y += 6)
		err = sixel_put_band(s, c->width, y, c->height - y < 6 ? c->height - y : 6, out);
	return err != 0 ? err : buf_append(out, "\033\\", 2);
}
