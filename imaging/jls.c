/* SPDX-License-Identifier: MIT */
/*
 * JPEG-LS as files have it.
 */
#include "imaging/jls.h"

#include <charls/charls.h>

static const char PIXEL_DATA[] = "PixelData (7FE0,0010)";

static int
jls_check(const charls_frame_info *info, size_t need, const struct image *im, struct refusal *why)
{
	if (info->width != im->columns || info->height != im->rows)
		return refuse(why, PIXEL_DATA, "the codestream's size is not Rows by Columns");
	if (info->component_count != (int32_t)im->samples)
		return refuse(
		    why, "SamplesPerPixel (0028,0002)", "does not fit the codestream's components");
	if (info->bits_per_sample < 2 || info->bits_per_sample > 16 ||
	    need > image_n_pixels(im) * im->samples * 2)
		return refuse(why, PIXEL_DATA, "the codestream's precision is not read");
	return 0;
}

/* Some writers code the whole container, others only the bits that are used. */
static void
jls_describe(const charls_frame_info *info, charls_interleave_mode mode, size_t len,
    const struct image *im, const uint8_t *buffer, struct image_raw *raw_r)
{
	unsigned precision = (unsigned)info->bits_per_sample;

	*raw_r = (struct image_raw){
	    .bytes = buffer,
	    .len = len,
	    .samples = im->samples,
	    .bits_allocated = precision > 8 ? 16 : 8,
	    .bits_stored = im->bits_stored,
	    .high_bit = im->high_bit,
	    .is_signed = im->is_signed,
	    .planar = im->samples > 1 && mode == CHARLS_INTERLEAVE_MODE_NONE,
	    .colour = im->colour,
	};
	if (im->high_bit >= precision) {
		raw_r->bits_stored = precision;
		raw_r->high_bit = precision - 1;
	}
}

int
jls_decode(const uint8_t *v, size_t len, const struct image *im, uint8_t *buffer,
    struct image_raw *raw_r, struct refusal *why)
{
	charls_jpegls_decoder *d = charls_jpegls_decoder_create();
	charls_interleave_mode mode = CHARLS_INTERLEAVE_MODE_NONE;
	charls_frame_info info;
	size_t need = 0;
	int rc = 0;

	if (d == NULL)
		return refuse(why, "", "not enough memory");
	if (charls_jpegls_decoder_set_source_buffer(d, v, len) != 0 ||
	    charls_jpegls_decoder_read_header(d) != 0 ||
	    charls_jpegls_decoder_get_frame_info(d, &info) != 0 ||
	    charls_jpegls_decoder_get_interleave_mode(d, &mode) != 0 ||
	    charls_jpegls_decoder_get_destination_size(d, 0, &need) != 0)
		rc = refuse(why, PIXEL_DATA, "no JPEG-LS codestream");
	if (rc == 0)
		rc = jls_check(&info, need, im, why);
	if (rc == 0 && charls_jpegls_decoder_decode_to_buffer(d, buffer, need, 0) != 0)
		rc = refuse(why, PIXEL_DATA, "the codestream is damaged or cut off");
	if (rc == 0)
		jls_describe(&info, mode, need, im, buffer, raw_r);
	charls_jpegls_decoder_destroy(d);
	return rc;
}
