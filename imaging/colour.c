/* SPDX-License-Identifier: MIT */
/*
 * Colour spaces of PS3.3 C.7.6.3.1.2 to RGB.
 */
#include "imaging/colour.h"

#include <string.h>

/* Coefficients are 16.16 fixed point. */
struct colour_matrix {
	int32_t y_offset, y, r_cr, g_cb, g_cr, b_cb;
};

static const struct colour_matrix FULL = {0, 65536, 91881, -22554, -46802, 116130};
static const struct colour_matrix PARTIAL = {16, 76309, 104597, -25675, -53279, 132201};

static uint8_t
colour_clamp(int32_t v)
{
	v = (v + 32768) >> 16;
	return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static void
colour_ybr(const struct colour_matrix *m, const uint8_t ybr[3], uint8_t rgb_r[3])
{
	int32_t y = (ybr[0] - m->y_offset) * m->y;
	int32_t cb = ybr[1] - 128, cr = ybr[2] - 128;

	rgb_r[0] = colour_clamp(y + m->r_cr * cr);
	rgb_r[1] = colour_clamp(y + m->g_cb * cb + m->g_cr * cr);
	rgb_r[2] = colour_clamp(y + m->b_cb * cb);
}

/* Not compressed 4:2:2: Y Y Cb Cr for two pixels. */
static void
colour_422(const struct image_raw *raw, const struct colour_matrix *m, size_t n, uint8_t *rgb_r)
{
	const uint8_t *p = raw->bytes;

	for (size_t i = 0; i + 1 < n; i += 2, p += 4) {
		colour_ybr(m, (const uint8_t[3]){p[0], p[2], p[3]}, rgb_r + 3 * i);
		colour_ybr(m, (const uint8_t[3]){p[1], p[2], p[3]}, rgb_r + 3 * i + 3);
	}
}

/* Three 8-bit samples of every pixel, side by side. */
static void
colour_samples(const struct image_raw *raw, size_t n, uint8_t *out)
{
	size_t step = raw->planar ? 1 : 3, plane = raw->planar ? n : 1, at;
	unsigned down = raw->high_bit + 1 - raw->bits_stored;
	unsigned mask = (1u << raw->bits_stored) - 1, v;
	uint16_t word;

	if (raw->bits_allocated == 8 && raw->bits_stored == 8 && !raw->planar) {
		memcpy(out, raw->bytes, 3 * n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < 3; c++) {
			at = i * step + c * plane;
			v = raw->bytes[at];
			if (raw->bits_allocated == 16) {
				memcpy(&word, raw->bytes + 2 * at, sizeof(word));
				v = word;
			}
			v = v >> down & mask;
			out[3 * i + c] =
			    (uint8_t)(raw->bits_stored > 8 ? v >> (raw->bits_stored - 8)
							   : v << (8 - raw->bits_stored));
		}
	}
}

void
colour_to_rgb(const struct image_raw *raw, size_t n, uint8_t *rgb_r)
{
	const struct colour_matrix *m = raw->colour == IMAGE_YBR_PARTIAL_422 ? &PARTIAL : &FULL;
	bool half = raw->colour == IMAGE_YBR_FULL_422 || raw->colour == IMAGE_YBR_PARTIAL_422;

	if (half && raw->len < 3 * n) {
		colour_422(raw, m, n, rgb_r);
		return;
	}
	colour_samples(raw, n, rgb_r);
	if (raw->colour != IMAGE_YBR_FULL && !half)
		return;
	for (size_t i = 0; i < n; i++)
		colour_ybr(m, rgb_r + 3 * i, rgb_r + 3 * i);
}
