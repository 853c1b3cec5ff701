/* SPDX-License-Identifier: MIT */
/*
 * Codestream -> pixels: JPEG-LS by CharLS, baseline JPEG by libjpeg. Both see
 * bytes that came over the network, so every size is compared before it is used.
 */
#include "client/picture/decode.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <charls/charls.h>
#include <jpeglib.h>
#include <jerror.h>

#include "common/err.h"
#include "common/secret.h"

size_t
picture_frame_bytes(const struct picture_frame *f)
{
	return (size_t)f->rows * f->columns * (f->rgb != NULL ? 3 : 2);
}

void
picture_frame_release(struct picture_frame *f)
{
	void *pixels = f->rgb != NULL ? (void *)f->rgb : (void *)f->grey;

	if (pixels != NULL)
		secret_wipe(pixels, picture_frame_bytes(f));
	free(pixels);
	*f = (struct picture_frame){0};
}

static double
decode_spacing(const Emage__FrameInfo *info, size_t i)
{
	double mm = info->n_pixel_spacing_mm == 2 ? info->pixel_spacing_mm[i] : 0;

	return isfinite(mm) && mm > 1e-6 && mm < 1e4 ? mm : 0;
}

/* Everything of the frame but its pixels. */
static int
decode_describe(const Emage__FrameInfo *info, struct picture_frame *f)
{
	bool is_rgb = info->photometric == EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB;

	if (info->rows == 0 || info->columns == 0 || info->bits_stored == 0 ||
	    info->bits_stored > 16 || (is_rgb && info->bits_stored != 8))
		return -EM_E_INVALID;
	if (info->rows > PICTURE_SIDE_MAX || info->columns > PICTURE_SIDE_MAX ||
	    (uint64_t)info->rows * info->columns > PICTURE_PIXELS_MAX)
		return -EM_E_TOO_LARGE;

	f->rows = info->rows;
	f->columns = info->columns;
	f->bias = info->is_signed && !is_rgb ? 32768 : 0;
	f->slope = isfinite(info->slope) && info->slope != 0 ? info->slope : 1;
	f->intercept = isfinite(info->intercept) ? info->intercept : 0;
	f->min = info->min;
	f->max = info->max;
	f->monochrome1 = info->photometric == EMAGE__PHOTOMETRIC__PHOTOMETRIC_MONOCHROME1;
	f->spacing_row_mm = decode_spacing(info, 0);
	f->spacing_col_mm = decode_spacing(info, 1);
	if (f->spacing_row_mm <= 0 || f->spacing_col_mm <= 0)
		f->spacing_row_mm = f->spacing_col_mm = 0;
	return 0;
}

static int
decode_allocate(struct picture_frame *f, bool is_rgb)
{
	size_t n = (size_t)f->rows * f->columns;

	if (is_rgb)
		f->rgb = malloc(n * 3);
	else
		f->grey = malloc(n * 2);
	return f->rgb != NULL || f->grey != NULL ? 0 : -EM_E_NO_MEMORY;
}

/* 8-bit samples at the front of the buffer become 16-bit ones in place. */
static void
decode_widen(uint16_t *grey, size_t n)
{
	const uint8_t *bytes = (const uint8_t *)grey;

	for (size_t i = n; i-- > 0;)
		grey[i] = bytes[i];
}

/* Two's complement in `bits` bits -> value + bias. */
static void
decode_bias(uint16_t *grey, size_t n, unsigned bits, bool is_signed)
{
	unsigned mask = (1u << bits) - 1, sign = 1u << (bits - 1);

	if (!is_signed) {
		for (size_t i = 0; i < n; i++)
			grey[i] = (uint16_t)(grey[i] & mask);
		return;
	}
	for (size_t i = 0; i < n; i++)
		grey[i] = (uint16_t)(((grey[i] & mask) ^ sign) + 32768 - sign);
}

/* Three planes -> three samples a pixel. */
static int
decode_interleave(uint8_t *rgb, size_t n)
{
	uint8_t *planes = malloc(n * 3);

	if (planes == NULL)
		return -EM_E_NO_MEMORY;
	memcpy(planes, rgb, n * 3);
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < 3; c++)
			rgb[3 * i + c] = planes[c * n + i];
	secret_wipe(planes, n * 3);
	free(planes);
	return 0;
}

/* The codestream's header must agree with the frame's. */
static bool
decode_jls_agrees(const Emage__FrameInfo *info, const charls_frame_info *head, int n_components)
{
	int bits = (int)info->bits_stored;

	return head->width == info->columns && head->height == info->rows &&
	       head->component_count == n_components && head->bits_per_sample >= bits &&
	       head->bits_per_sample <= (n_components == 3 ? 8 : 16);
}

static int
decode_jls_pixels(charls_jpegls_decoder *d, const Emage__FrameInfo *info,
    const charls_frame_info *head, struct picture_frame *f)
{
	bool is_rgb = head->component_count == 3;
	bool is_narrow = head->bits_per_sample <= 8;
	size_t n = (size_t)f->rows * f->columns, want = n * (is_rgb ? 3 : is_narrow ? 1 : 2), has;
	charls_interleave_mode mode;
	int err;

	if (charls_jpegls_decoder_get_destination_size(d, 0, &has) != 0 || has != want ||
	    charls_jpegls_decoder_get_interleave_mode(d, &mode) != 0)
		return -EM_E_INVALID;
	err = decode_allocate(f, is_rgb);
	if (err != 0)
		return err;
	if (charls_jpegls_decoder_decode_to_buffer(
		d, is_rgb ? (void *)f->rgb : (void *)f->grey, want, 0) != 0)
		return -EM_E_INVALID;
	if (is_rgb)
		return mode == CHARLS_INTERLEAVE_MODE_NONE ? decode_interleave(f->rgb, n) : 0;
	if (is_narrow)
		decode_widen(f->grey, n);
	decode_bias(f->grey, n, info->bits_stored, f->bias != 0);
	return 0;
}

/*
 * CharLS 2.4 reads for ever when the data end without a marker in the middle of
 * a long code word: its check of the bits that are left misses a negative
 * count. At a marker it stops, so the end-of-image marker must be there.
 */
static bool
decode_jls_ends(const uint8_t *bytes, size_t len)
{
	return bytes[len - 2] == 0xff && bytes[len - 1] == 0xd9;
}

static int
decode_jls(const Emage__FrameInfo *info, const uint8_t *bytes, size_t len, struct picture_frame *f)
{
	bool is_rgb = info->photometric == EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB;
	charls_jpegls_decoder *d = charls_jpegls_decoder_create();
	charls_frame_info head;
	int err = -EM_E_INVALID;

	if (d == NULL)
		return -EM_E_NO_MEMORY;
	if (decode_jls_ends(bytes, len) &&
	    charls_jpegls_decoder_set_source_buffer(d, bytes, len) == 0 &&
	    charls_jpegls_decoder_read_header(d) == 0 &&
	    charls_jpegls_decoder_get_frame_info(d, &head) == 0 &&
	    decode_jls_agrees(info, &head, is_rgb ? 3 : 1))
		err = decode_jls_pixels(d, info, &head, f);
	charls_jpegls_decoder_destroy(d);
	return err;
}

/* libjpeg reports by calling these; `escape` ends the decoding. */
struct decode_jpeg {
	struct jpeg_error_mgr mgr; /* first: libjpeg hands back a pointer to it */
	jmp_buf escape;
};

static void
decode_jpeg_error(j_common_ptr info)
{
	longjmp(((struct decode_jpeg *)info->err)->escape, 1);
}

/* A damaged picture must not pass for a good one: warnings end it too, except
 * padding before a marker, which some modalities write. */
static void
decode_jpeg_message(j_common_ptr info, int level)
{
	if (level < 0 && info->err->msg_code != JWRN_EXTRANEOUS_DATA)
		decode_jpeg_error(info);
}

/* Runs with `escape` set; everything that must survive is in its arguments. */
static int
decode_jpeg_pixels(
    struct jpeg_decompress_struct *j, const Emage__FrameInfo *info, struct picture_frame *f)
{
	bool is_rgb = info->photometric == EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB;
	int err;

	jpeg_read_header(j, TRUE);
	if (j->image_width != info->columns || j->image_height != info->rows ||
	    j->num_components != (is_rgb ? 3 : 1) || j->data_precision != 8 ||
	    info->bits_stored != 8 || info->is_signed || j->progressive_mode)
		return -EM_E_INVALID;
	err = decode_allocate(f, is_rgb);
	if (err != 0)
		return err;
	j->out_color_space = is_rgb ? JCS_RGB : JCS_GRAYSCALE;
	jpeg_start_decompress(j);
	while (j->output_scanline < j->output_height) {
		size_t at = (size_t)j->output_scanline * f->columns * (is_rgb ? 3 : 1);
		JSAMPROW row = (is_rgb ? f->rgb : (uint8_t *)f->grey) + at;
		jpeg_read_scanlines(j, &row, 1);
	}
	if (!is_rgb)
		decode_widen(f->grey, (size_t)f->rows * f->columns);
	jpeg_finish_decompress(j);
	return 0;
}

static int
decode_jpeg(const Emage__FrameInfo *info, const uint8_t *bytes, size_t len, struct picture_frame *f)
{
	struct jpeg_decompress_struct j;
	struct decode_jpeg report;
	volatile int err = -EM_E_INVALID;

	j.err = jpeg_std_error(&report.mgr);
	report.mgr.error_exit = decode_jpeg_error;
	report.mgr.emit_message = decode_jpeg_message;
	if (setjmp(report.escape) == 0) {
		jpeg_create_decompress(&j);
		jpeg_mem_src(&j, bytes, (unsigned long)len);
		err = decode_jpeg_pixels(&j, info, f);
	} else {
		err = -EM_E_INVALID;
	}
	jpeg_destroy_decompress(&j);
	return err;
}

int
picture_decode(
    const Emage__FrameInfo *info, const uint8_t *bytes, size_t len, struct picture_frame *f_r)
{
	int err;

	*f_r = (struct picture_frame){0};
	err = decode_describe(info, f_r);
	if (err == 0 && len < 4)
		err = -EM_E_INVALID;
	if (err == 0)
		err = info->codec == EMAGE__CODEC__CODEC_JPEG ? decode_jpeg(info, bytes, len, f_r)
							      : decode_jls(info, bytes, len, f_r);
	if (err != 0)
		picture_frame_release(f_r);
	return err;
}
