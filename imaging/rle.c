/* SPDX-License-Identifier: MIT */
/*
 * RLE: a header of offsets, then a PackBits segment for each byte of a pixel.
 */
#include "imaging/rle.h"

#define RLE_HEADER   64u
#define RLE_SEGMENTS 15u

static size_t
rle_u32(const uint8_t *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

/* Writes n bytes, `step` apart. False when the segment ends before. */
static bool
rle_segment(const uint8_t *v, size_t len, uint8_t *out, size_t step, size_t n)
{
	size_t pos = 0, done = 0, count;

	while (done < n) {
		if (pos + 1 >= len)
			return false;
		if (v[pos] == 128) {
			pos++;
			continue;
		}
		if (v[pos] < 128) {
			count = (size_t)v[pos++] + 1;
			if (count > len - pos)
				return false;
			for (size_t i = 0; i < count && done < n; i++, done++)
				out[done * step] = v[pos + i];
			pos += count;
			continue;
		}
		count = 257u - v[pos];
		for (size_t i = 0; i < count && done < n; i++, done++)
			out[done * step] = v[pos + 1];
		pos += 2;
	}
	return true;
}

int
rle_decode(const uint8_t *v, size_t len, const struct image *im, uint8_t *buffer,
    struct image_raw *raw_r, struct refusal *why)
{
	static const char PIXEL_DATA[] = "PixelData (7FE0,0010)";
	size_t bytes = im->bits_allocated / 8, step = im->samples * bytes, from, to, at;

	if (len < RLE_HEADER || step > RLE_SEGMENTS || rle_u32(v) != step)
		return refuse(why, PIXEL_DATA, "the RLE header does not fit the image");
	for (size_t s = 0; s < step; s++) {
		from = rle_u32(v + 4 * (s + 1));
		to = s + 1 < step ? rle_u32(v + 4 * (s + 2)) : len;
		if (from < RLE_HEADER || from > to || to > len)
			return refuse(why, PIXEL_DATA, "the RLE header is damaged");
		/* a sample's upper byte comes first, in memory its lower one */
		at = s / bytes * bytes + (bytes - 1 - s % bytes);
		if (!rle_segment(v + from, to - from, buffer + at, step, image_n_pixels(im)))
			return refuse(why, PIXEL_DATA, "the codestream is damaged or cut off");
	}
	*raw_r = (struct image_raw){
	    .bytes = buffer,
	    .len = image_n_pixels(im) * step,
	    .samples = im->samples,
	    .bits_allocated = im->bits_allocated,
	    .bits_stored = im->bits_stored,
	    .high_bit = im->high_bit,
	    .is_signed = im->is_signed,
	    .colour = im->colour,
	};
	return 0;
}
