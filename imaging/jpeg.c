/* SPDX-License-Identifier: MIT */
/*
 * JPEG codestreams: their head, and whether one may be passed on as it is.
 */
#include "imaging/jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

static unsigned
jpeg_u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static bool
jpeg_is_sof(unsigned marker)
{
	return marker == 0xf7 || (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
				     marker != 0xc8 && marker != 0xcc);
}

/* The rule of libjpeg: JFIF is YCbCr, Adobe says which, else component names. */
static bool
jpeg_says_rgb(const uint8_t *sof, bool jfif, int adobe)
{
	if (jfif)
		return false;
	if (adobe >= 0)
		return adobe == 0;
	return sof[6] == 'R' && sof[9] == 'G' && sof[12] == 'B';
}

bool
jpeg_read_head(const uint8_t *v, size_t len, struct jpeg_head *h_r)
{
	size_t pos = 2, n;
	bool jfif = false;
	int adobe = -1;
	unsigned marker;

	*h_r = (struct jpeg_head){0};
	if (len < 4 || v[0] != 0xff || v[1] != 0xd8)
		return false;
	while (pos + 4 <= len && v[pos] == 0xff) {
		marker = v[pos + 1];
		if (marker == 0xff) {
			pos++;
			continue;
		}
		n = jpeg_u16(v + pos + 2);
		if (n < 2 || pos + 2 + n > len || marker == 0xda)
			return false;
		if (marker == 0xe0 && n >= 7 && memcmp(v + pos + 4, "JFIF", 4) == 0)
			jfif = true;
		if (marker == 0xee && n >= 14 && memcmp(v + pos + 4, "Adobe", 5) == 0)
			adobe = v[pos + 2 + 13];
		if (jpeg_is_sof(marker) && n >= 8) {
			h_r->sof = marker;
			h_r->precision = v[pos + 4];
			h_r->rows = jpeg_u16(v + pos + 5);
			h_r->columns = jpeg_u16(v + pos + 7);
			h_r->components = v[pos + 9];
			if (h_r->components == 3 && n >= 17) {
				h_r->says_rgb = jpeg_says_rgb(v + pos + 4, jfif, adobe);
				/* sampling factors of the first and second component */
				h_r->surely_ycc = jfif || v[pos + 11] != v[pos + 14];
			}
			break;
		}
		pos += 2 + n;
	}
	/* padding behind it, of either kind */
	while (len > 2 && (v[len - 1] == 0 || v[len - 1] == 0xff))
		len--;
	h_r->ends = v[len - 2] == 0xff && v[len - 1] == 0xd9;
	return h_r->sof != 0;
}

int
jpeg_check_head(const struct jpeg_head *h, const struct image *im, struct refusal *why)
{
	if (h->rows != im->rows || h->columns != im->columns)
		return refuse(
		    why, "PixelData (7FE0,0010)", "the codestream's size is not Rows by Columns");
	if (h->components != im->samples)
		return refuse(
		    why, "SamplesPerPixel (0028,0002)", "does not fit the codestream's components");
	if (h->precision > im->bits_allocated)
		return refuse(
		    why, "BitsAllocated (0028,0100)", "less than the codestream's precision");
	if (!h->ends)
		return refuse(why, "PixelData (7FE0,0010)", "the codestream is cut off");
	return 0;
}

struct jpeg_trap {
	struct jpeg_error_mgr mgr;
	jmp_buf back;
};

static void
jpeg_on_error(j_common_ptr cinfo)
{
	struct jpeg_trap *trap = (struct jpeg_trap *)cinfo->err;

	longjmp(trap->back, 1);
}

static void
jpeg_on_message(j_common_ptr cinfo, int level)
{
	if (level < 0)
		cinfo->err->num_warnings++;
}

static bool
jpeg_read_all(struct jpeg_decompress_struct *d, JSAMPROW row)
{
	JSAMPROW rows[1] = {row};

	jpeg_start_decompress(d);
	while (d->output_scanline < d->output_height)
		jpeg_read_scanlines(d, rows, 1);
	jpeg_finish_decompress(d);
	return d->err->num_warnings == 0;
}

bool
jpeg_is_sound(const uint8_t *v, size_t len)
{
	struct jpeg_decompress_struct d = {0};
	struct jpeg_trap trap = {0};
	JSAMPROW volatile row = NULL;
	volatile bool ok = false;

	d.err = jpeg_std_error(&trap.mgr);
	trap.mgr.error_exit = jpeg_on_error;
	trap.mgr.emit_message = jpeg_on_message;
	if (setjmp(trap.back) == 0) {
		jpeg_create_decompress(&d);
		jpeg_mem_src(&d, v, (unsigned long)len);
		jpeg_read_header(&d, TRUE);
		row = malloc((size_t)d.image_width * 3);
		d.out_color_space = JCS_RGB;
		ok = row != NULL && jpeg_read_all(&d, row);
	}
	jpeg_destroy_decompress(&d);
	free(row);
	return ok;
}
