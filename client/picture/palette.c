/* SPDX-License-Identifier: MIT */
/*
 * Palettes for terminals that draw with numbered colours.
 */
#include "client/picture/palette.h"

#include <stdlib.h>
#include <string.h>

#include "client/picture/dither.h"
#include "common/mem.h"

/* Colours are counted with 5 bits a channel. */
#define N_BINS	 32768u
#define N_GREYS	 64u
#define GREYNESS 10u /* channels this close together are a grey */

static void
palette_set_greys(struct picture_palette *p, unsigned n)
{
	p->n = n;
	for (unsigned i = 0; i < n; i++)
		memset(p->rgb[i], (int)((i * 255 + (n - 1) / 2) / (n - 1)), 3);
}

void
picture_palette_grey(const struct picture_canvas *c, unsigned n_levels, bool dither,
    struct picture_palette *p_r, uint8_t *index_r)
{
	uint8_t level[4][4][256];

	palette_set_greys(p_r, n_levels);
	for (unsigned y = 0; y < 4; y++)
		for (unsigned x = 0; x < 4; x++)
			for (unsigned v = 0; v < 256; v++)
				level[y][x][v] =
				    (uint8_t)(dither ? picture_dither(v, n_levels, x, y)
						     : (v * (n_levels - 1) + 127) / 255);
	for (unsigned y = 0; y < c->height; y++) {
		const uint8_t *in = c->pixels + (size_t)y * c->width * (c->is_rgb ? 3 : 1);
		uint8_t *out = index_r + (size_t)y * c->width;
		if (c->is_rgb)
			for (unsigned x = 0; x < c->width; x++, in += 3)
				out[x] = level[y & 3][x & 3][picture_luma(in[0], in[1], in[2])];
		else
			for (unsigned x = 0; x < c->width; x++)
				out[x] = level[y & 3][x & 3][in[x]];
	}
}

static bool
palette_is_grey(const uint8_t *p)
{
	unsigned top = p[0] > p[1] ? p[0] : p[1], low = p[0] < p[1] ? p[0] : p[1];

	top = p[2] > top ? p[2] : top;
	low = p[2] < low ? p[2] : low;
	return top - low <= GREYNESS;
}

static unsigned
palette_bin(const uint8_t *p)
{
	return (p[0] & 0xf8u) << 7 | (p[1] & 0xf8u) << 2 | p[2] >> 3;
}

static unsigned
palette_channel(unsigned bin, unsigned channel)
{
	return bin >> (10 - 5 * channel) & 31;
}

/* A box of colours: a run of `bins`, and how many pixels are in it. */
struct palette_box {
	unsigned first, n;
	uint64_t pixels;
	unsigned channel, spread; /* where it is longest */
};

static void
palette_box_measure(struct palette_box *b, const uint16_t *bins, const uint32_t *count)
{
	unsigned low[3] = {31, 31, 31}, high[3] = {0, 0, 0};

	b->pixels = 0;
	b->spread = 0;
	b->channel = 0;
	for (unsigned i = b->first; i < b->first + b->n; i++) {
		b->pixels += count[bins[i]];
		for (unsigned ch = 0; ch < 3; ch++) {
			unsigned v = palette_channel(bins[i], ch);
			low[ch] = v < low[ch] ? v : low[ch];
			high[ch] = v > high[ch] ? v : high[ch];
		}
	}
	for (unsigned ch = 0; ch < 3; ch++) {
		if (b->n > 0 && high[ch] - low[ch] > b->spread) {
			b->spread = high[ch] - low[ch];
			b->channel = ch;
		}
	}
}

/* Sorts the box's bins by its longest channel: 32 values, so by counting. */
static void
palette_box_sort(const struct palette_box *b, uint16_t *bins, uint16_t *spare)
{
	unsigned at[33] = {0};

	for (unsigned i = b->first; i < b->first + b->n; i++)
		at[palette_channel(bins[i], b->channel) + 1]++;
	for (unsigned v = 0; v < 32; v++)
		at[v + 1] += at[v];
	for (unsigned i = b->first; i < b->first + b->n; i++)
		spare[at[palette_channel(bins[i], b->channel)]++] = bins[i];
	memcpy(bins + b->first, spare, b->n * sizeof(*bins));
}

/* Cuts a box where half of its pixels are on each side. */
static void
palette_box_cut(struct palette_box *b, struct palette_box *other_r, uint16_t *bins, uint16_t *spare,
    const uint32_t *count)
{
	uint64_t below = 0;
	unsigned cut = 1;

	palette_box_sort(b, bins, spare);
	for (cut = 1; cut < b->n; cut++) {
		below += count[bins[b->first + cut - 1]];
		if (2 * below >= b->pixels)
			break;
	}
	cut = cut < b->n ? cut : b->n - 1;
	*other_r = (struct palette_box){.first = b->first + cut, .n = b->n - cut};
	b->n = cut;
	palette_box_measure(b, bins, count);
	palette_box_measure(other_r, bins, count);
}

/* The box whose cut gains most: many pixels, far apart. */
static int
palette_box_worst(const struct palette_box *boxes, unsigned n)
{
	uint64_t most = 0;
	int worst = -1;

	for (unsigned i = 0; i < n; i++) {
		uint64_t gain = boxes[i].pixels * boxes[i].spread;
		if (boxes[i].n > 1 && gain > most) {
			most = gain;
			worst = (int)i;
		}
	}
	return worst;
}

/* Palette entry of a box: the mean of its pixels. */
static void
palette_box_color(
    const struct palette_box *b, const uint16_t *bins, const uint32_t *count, uint8_t rgb_r[3])
{
	for (unsigned ch = 0; ch < 3; ch++) {
		uint64_t sum = 0;
		for (unsigned i = b->first; i < b->first + b->n; i++)
			sum += (uint64_t)count[bins[i]] * (palette_channel(bins[i], ch) * 8 + 4);
		rgb_r[ch] = (uint8_t)(sum / b->pixels);
	}
}

/* Work space of one picture. */
struct palette_work {
	uint32_t count[N_BINS];
	uint16_t bins[N_BINS], spare[N_BINS];
	uint8_t entry[N_BINS];
	struct palette_box boxes[256];
};

/* Chooses colours for the bins counted; returns how many boxes. */
static unsigned
palette_cut(struct palette_work *w, unsigned n_max)
{
	unsigned n_boxes = 1, n_bins = 0;

	for (unsigned i = 0; i < N_BINS; i++)
		if (w->count[i] > 0)
			w->bins[n_bins++] = (uint16_t)i;
	if (n_bins == 0)
		return 0;
	w->boxes[0] = (struct palette_box){.n = n_bins};
	palette_box_measure(&w->boxes[0], w->bins, w->count);
	while (n_boxes < n_max) {
		int worst = palette_box_worst(w->boxes, n_boxes);
		if (worst < 0)
			break;
		palette_box_cut(&w->boxes[worst], &w->boxes[n_boxes], w->bins, w->spare, w->count);
		n_boxes++;
	}
	return n_boxes;
}

void
picture_palette_color(
    const struct picture_canvas *c, unsigned n_max, struct picture_palette *p_r, uint8_t *index_r)
{
	struct palette_work *w = mem_new(sizeof(*w));
	size_t n = (size_t)c->width * c->height;
	const uint8_t *in = c->pixels;
	unsigned n_boxes;

	for (size_t i = 0; i < n; i++, in += 3)
		if (!palette_is_grey(in))
			w->count[palette_bin(in)]++;
	n_boxes = palette_cut(w, n_max - N_GREYS);
	palette_set_greys(p_r, N_GREYS);
	for (unsigned b = 0; b < n_boxes; b++, p_r->n++) {
		const struct palette_box *box = &w->boxes[b];
		palette_box_color(box, w->bins, w->count, p_r->rgb[p_r->n]);
		for (unsigned i = box->first; i < box->first + box->n; i++)
			w->entry[w->bins[i]] = (uint8_t)p_r->n;
	}
	in = c->pixels;
	for (size_t i = 0; i < n; i++, in += 3)
		index_r[i] =
		    palette_is_grey(in)
			? (uint8_t)((picture_luma(in[0], in[1], in[2]) * (N_GREYS - 1) + 127) / 255)
			: w->entry[palette_bin(in)];
	free(w);
}
