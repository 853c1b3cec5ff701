/* SPDX-License-Identifier: MIT */
/*
 * Palettes: plain tables and segmented ones (PS3.3 C.7.9.2).
 */
#include <stdlib.h>

#include "common/err.h"
#include "imaging/colour.h"

/* Tags of one of the three colours. */
struct palette_tags {
	uint32_t descriptor, data, segmented;
};

static const struct palette_tags TAGS[3] = {
    {DICOM_TAG(0x0028, 0x1101), DICOM_TAG(0x0028, 0x1201), DICOM_TAG(0x0028, 0x1221)},
    {DICOM_TAG(0x0028, 0x1102), DICOM_TAG(0x0028, 0x1202), DICOM_TAG(0x0028, 0x1222)},
    {DICOM_TAG(0x0028, 0x1103), DICOM_TAG(0x0028, 0x1203), DICOM_TAG(0x0028, 0x1223)},
};

/* One colour on its way into the palette. */
struct palette_fill {
	uint8_t *out; /* every third byte */
	size_t n, at;
	unsigned down; /* 16-bit entries lose their lower byte */
	int32_t last;  /* entry before, where a linear segment begins */
};

static void
palette_put(struct palette_fill *f, int32_t v)
{
	if (f->at < f->n)
		f->out[3 * f->at++] = (uint8_t)(v >> f->down);
	f->last = v;
}

static bool
palette_linear(struct palette_fill *f, uint16_t count, int32_t to)
{
	int32_t from = f->last;

	if (count == 0 || f->at == 0)
		return false;
	for (int32_t i = 1; i <= count && f->at < f->n; i++)
		palette_put(f, from + (int32_t)(((int64_t)(to - from) * i) / count));
	f->last = to;
	return true;
}

/* One segment at s[pos]: discrete or linear. Words it took, 0 = damaged. */
static size_t
palette_segment(struct palette_fill *f, const uint16_t *s, size_t n, size_t pos)
{
	if (n - pos < 3)
		return 0;
	if (s[pos] == 0) {
		if (s[pos + 1] > n - pos - 2)
			return 0;
		for (size_t i = 0; i < s[pos + 1]; i++)
			palette_put(f, s[pos + 2 + i]);
		return 2u + s[pos + 1];
	}
	if (s[pos] == 1)
		return palette_linear(f, s[pos + 1], s[pos + 2]) ? 3 : 0;
	return 0;
}

/* An indirect segment repeats earlier ones; those may not be indirect again. */
static bool
palette_indirect(struct palette_fill *f, const uint16_t *s, size_t n, size_t pos)
{
	size_t from, took;

	if (n - pos < 4)
		return false;
	from = ((size_t)s[pos + 3] << 16 | s[pos + 2]) / 2;
	for (unsigned i = 0; i < s[pos + 1]; i++) {
		took = from < pos ? palette_segment(f, s, pos, from) : 0;
		if (took == 0)
			return false;
		from += took;
	}
	return true;
}

static bool
palette_segments(struct palette_fill *f, const uint16_t *s, size_t n)
{
	size_t pos = 0, took;

	while (f->at < f->n && pos < n) {
		if (s[pos] == 2)
			took = palette_indirect(f, s, n, pos) ? 4 : 0;
		else
			took = palette_segment(f, s, n, pos);
		if (took == 0)
			return false;
		pos += took;
	}
	return f->at == f->n;
}

static bool
palette_plain(struct palette_fill *f, const uint16_t *s, size_t n, bool is_8bit)
{
	const uint8_t *bytes = (const uint8_t *)s;
	bool packed = is_8bit && n < f->n;

	if (n < (packed ? (f->n + 1) / 2 : f->n))
		return false;
	for (size_t i = 0; i < f->n; i++)
		palette_put(f, packed ? bytes[i] : s[i]);
	return true;
}

/* Whether 16-bit entries are really 16 bits: some writers say so and give 8. */
static bool
palette_is_wide(const struct dicom_item *ds)
{
	const uint16_t *s;
	size_t n;

	for (unsigned c = 0; c < 3; c++) {
		if (!dicom_words(ds, TAGS[c].data, &s, &n))
			return true;
		for (size_t i = 0; i < n; i++)
			if (s[i] > 255)
				return true;
	}
	return false;
}

static int
palette_colour(
    const struct dicom_item *ds, unsigned c, struct palette *p, unsigned bits, struct refusal *why)
{
	struct palette_fill f = {.out = p->rgb + c, .n = p->n};
	const uint16_t *s;
	size_t n;
	bool ok = false;

	f.down = bits > 8 && palette_is_wide(ds) ? 8 : 0;
	if (dicom_words(ds, TAGS[c].data, &s, &n))
		ok = palette_plain(&f, s, n, bits <= 8);
	else if (dicom_words(ds, TAGS[c].segmented, &s, &n))
		ok = palette_segments(&f, s, n);
	return ok ? 0
		  : refuse(why, "PaletteColorLookupTableData (0028,1201)", "missing or too short");
}

int
palette_read(const struct dicom_item *ds, bool is_signed, struct palette *p_r, struct refusal *why)
{
	const uint16_t *d;
	size_t n;
	int rc = 0;

	*p_r = (struct palette){0};
	for (unsigned c = 0; c < 3 && rc == 0; c++) {
		if (!dicom_words(ds, TAGS[c].descriptor, &d, &n) || n < 3 ||
		    (c > 0 && (d[0] == 0 ? 65536u : d[0]) != p_r->n))
			return refuse(why, "PaletteColorLookupTableDescriptor (0028,1101)",
			    "missing or contradictory");
		if (c == 0) {
			p_r->n = d[0] == 0 ? 65536 : d[0];
			p_r->first = is_signed ? (int16_t)d[1] : d[1];
			p_r->rgb = calloc(p_r->n, 3);
			if (p_r->rgb == NULL)
				return refuse(why, "", "not enough memory");
		}
		rc = palette_colour(ds, c, p_r, d[2], why);
	}
	return rc;
}

void
palette_release(struct palette *p)
{
	free(p->rgb);
	*p = (struct palette){0};
}

void
palette_apply(const struct palette *p, const uint16_t *v, size_t n, bool is_signed, uint8_t *rgb_r)
{
	int32_t x, last = (int32_t)p->n - 1;

	for (size_t i = 0; i < n; i++) {
		x = (is_signed ? (int16_t)v[i] : v[i]) - p->first;
		x = x < 0 ? 0 : x > last ? last : x;
		rgb_r[3 * i] = p->rgb[3 * x];
		rgb_r[3 * i + 1] = p->rgb[3 * x + 1];
		rgb_r[3 * i + 2] = p->rgb[3 * x + 2];
	}
}
