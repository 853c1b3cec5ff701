/* SPDX-License-Identifier: MIT */
/*
 * Stored values of grey frames.
 */
#include "imaging/grey.h"

#include <string.h>

#include "common/mem.h"

static void
grey_extract_bits(const struct image_raw *raw, struct grey *g)
{
	size_t bit;

	for (size_t i = 0; i < g->n; i++) {
		bit = raw->first_bit + i;
		g->v[i] = raw->bytes[bit / 8] >> (bit % 8) & 1;
	}
}

static void
grey_extract_bytes(const struct image_raw *raw, struct grey *g)
{
	unsigned down = raw->high_bit + 1 - raw->bits_stored;
	unsigned mask = (1u << raw->bits_stored) - 1;
	unsigned sign = raw->is_signed ? 1u << (raw->bits_stored - 1) : 0;
	unsigned v;

	for (size_t i = 0; i < g->n; i++) {
		v = (unsigned)raw->bytes[i] >> down & mask;
		g->v[i] = (uint16_t)((v ^ sign) - sign);
	}
}

static void
grey_extract_words(const struct image_raw *raw, struct grey *g)
{
	unsigned down = raw->high_bit + 1 - raw->bits_stored;
	unsigned mask = (1u << raw->bits_stored) - 1;
	unsigned sign = raw->is_signed ? 1u << (raw->bits_stored - 1) : 0;
	unsigned v;
	uint16_t word;

	for (size_t i = 0; i < g->n; i++) {
		memcpy(&word, raw->bytes + 2 * i, sizeof(word));
		v = (unsigned)word >> down & mask;
		/* carries the sign bit up through all 16 */
		g->v[i] = (uint16_t)((v ^ sign) - sign);
	}
}

void
grey_extract(const struct image_raw *raw, struct grey *g)
{
	g->is_signed = raw->is_signed;
	if (raw->bits_allocated == 1)
		grey_extract_bits(raw, g);
	else if (raw->bits_allocated == 8)
		grey_extract_bytes(raw, g);
	else
		grey_extract_words(raw, g);
}

bool
grey_lut_read(const struct dicom_item *ds, bool is_signed, struct grey_lut *lut_r)
{
	const struct dicom_item *item = dicom_item_at(ds, DICOM_TAG(0x0028, 0x3000), 0);
	const uint16_t *d;
	size_t n;

	*lut_r = (struct grey_lut){0};
	if (item == NULL || !dicom_words(item, DICOM_TAG(0x0028, 0x3002), &d, &n) || n < 3)
		return false;
	*lut_r = (struct grey_lut){
	    .n = d[0] == 0 ? 65536 : d[0],
	    .first = is_signed ? (int16_t)d[1] : d[1],
	};
	if (!dicom_words(item, DICOM_TAG(0x0028, 0x3006), &lut_r->v, &n))
		return false;
	if (n < lut_r->n) {
		lut_r->is_8bit = d[2] == 8 && n >= (lut_r->n + 1) / 2;
		if (!lut_r->is_8bit)
			lut_r->v = NULL;
	}
	return lut_r->v != NULL;
}

void
grey_apply_lut(struct grey *g, const struct grey_lut *lut)
{
	const uint8_t *bytes = (const uint8_t *)lut->v;
	int32_t x, last = (int32_t)lut->n - 1;

	for (size_t i = 0; i < g->n; i++) {
		x = (g->is_signed ? (int16_t)g->v[i] : g->v[i]) - lut->first;
		x = x < 0 ? 0 : x > last ? last : x;
		g->v[i] = lut->is_8bit ? bytes[x] : lut->v[x];
	}
	g->is_signed = false;
}

/* On values with the top bit flipped when signed, so that one loop orders both. */
static void
grey_range(struct grey *g)
{
	uint16_t flip = g->is_signed ? 0x8000 : 0;
	uint16_t lo = 0xffff, hi = 0, v;

	for (size_t i = 0; i < g->n; i++) {
		v = g->v[i] ^ flip;
		lo = v < lo ? v : lo;
		hi = v > hi ? v : hi;
	}
	g->min = (int32_t)lo - (g->is_signed ? 0x8000 : 0);
	g->max = (int32_t)hi - (g->is_signed ? 0x8000 : 0);
}

static bool
grey_fits(const struct grey *g, unsigned bits)
{
	if (g->is_signed)
		return g->min >= -(1 << (bits - 1)) && g->max < 1 << (bits - 1);
	return g->max < 1 << bits;
}

void
grey_pack(struct grey *g)
{
	/* the ones that CharLS has fast code for */
	static const unsigned PRECISIONS[] = {8, 12, 16};
	uint8_t *bytes = (uint8_t *)g->v;
	uint16_t mask;

	grey_range(g);
	for (size_t i = 0; i < ARRAY_LEN(PRECISIONS); i++) {
		g->precision = PRECISIONS[i];
		if (grey_fits(g, g->precision))
			break;
	}
	if (g->precision == 8) {
		for (size_t i = 0; i < g->n; i++)
			bytes[i] = (uint8_t)g->v[i];
		return;
	}
	if (!g->is_signed || g->precision == 16)
		return;
	mask = (uint16_t)((1u << g->precision) - 1);
	for (size_t i = 0; i < g->n; i++)
		g->v[i] &= mask;
}
