/* SPDX-License-Identifier: MIT */
/*
 * Codestreams -> pixels: what CharLS and libjpeg have encoded comes back bit by
 * bit, and what is broken, or says other than its description, is refused.
 */
#include "client/picture/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <charls/charls.h>
#include <jpeglib.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/check.h"

#define ROWS	37u
#define COLUMNS 53u

static Emage__FrameInfo
info_of(unsigned bits, bool is_signed, Emage__Photometric photometric)
{
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;

	info.rows = ROWS;
	info.columns = COLUMNS;
	info.bits_stored = bits;
	info.is_signed = is_signed;
	info.photometric = photometric;
	info.slope = 1;
	return info;
}

/* Encodes with CharLS; the caller frees. */
static uint8_t *
jls(const void *samples, size_t bytes, int bits, int components, charls_interleave_mode mode,
    size_t *len_r)
{
	charls_frame_info head = {.width = COLUMNS,
	    .height = ROWS,
	    .bits_per_sample = bits,
	    .component_count = components};
	charls_jpegls_encoder *e = charls_jpegls_encoder_create();
	size_t cap = bytes * 2 + 4096;
	uint8_t *out = mem_new(cap);

	assert_int_equal(charls_jpegls_encoder_set_frame_info(e, &head), 0);
	assert_int_equal(charls_jpegls_encoder_set_interleave_mode(e, mode), 0);
	assert_int_equal(charls_jpegls_encoder_set_destination_buffer(e, out, cap), 0);
	assert_int_equal(charls_jpegls_encoder_encode_from_buffer(e, samples, bytes, 0), 0);
	assert_int_equal(charls_jpegls_encoder_get_bytes_written(e, len_r), 0);
	charls_jpegls_encoder_destroy(e);
	return out;
}

/* A pattern with every bit in it, `bits` wide. */
static unsigned
sample(size_t i, unsigned bits)
{
	return (unsigned)(i * 2654435761u >> 7) & ((1u << bits) - 1);
}

/* Grey of any depth, signed and not: stored value = grey - bias. */
static void
grey_of_every_depth(void **state)
{
	static const unsigned depths[] = {1, 2, 7, 8, 9, 12, 13, 16};
	uint16_t wide[ROWS * COLUMNS];
	uint8_t narrow[ROWS * COLUMNS];

	(void)state;
	for (size_t d = 0; d < ARRAY_LEN(depths); d++) {
		for (int is_signed = 0; is_signed < 2; is_signed++) {
			unsigned bits = depths[d], coded = bits < 2 ? 2 : bits;
			Emage__FrameInfo info =
			    info_of(bits, is_signed, EMAGE__PHOTOMETRIC__PHOTOMETRIC_MONOCHROME2);
			struct picture_frame f;
			size_t len;
			uint8_t *code;

			for (size_t i = 0; i < ROWS * COLUMNS; i++) {
				wide[i] = (uint16_t)sample(i, bits);
				narrow[i] = (uint8_t)wide[i];
			}
			code = coded <= 8 ? jls(narrow, sizeof(narrow), (int)coded, 1,
						CHARLS_INTERLEAVE_MODE_NONE, &len)
					  : jls(wide, sizeof(wide), (int)coded, 1,
						CHARLS_INTERLEAVE_MODE_NONE, &len);
			assert_int_equal(picture_decode(&info, code, len, &f), 0);
			for (size_t i = 0; i < ROWS * COLUMNS; i++) {
				int value = wide[i];
				if (is_signed && value >= 1 << (bits - 1))
					value -= 1 << bits;
				assert_int_equal((int)f.grey[i] - f.bias, value);
			}
			picture_frame_release(&f);
			assert_null(f.grey);
			free(code);
		}
	}
}

/* Colour by pixel, by line, and in planes: always three bytes a pixel. */
static void
colour_of_every_interleave(void **state)
{
	uint8_t rgb[ROWS * COLUMNS * 3], planes[ROWS * COLUMNS * 3];
	size_t n = ROWS * COLUMNS;
	static const charls_interleave_mode modes[] = {CHARLS_INTERLEAVE_MODE_NONE,
	    CHARLS_INTERLEAVE_MODE_LINE, CHARLS_INTERLEAVE_MODE_SAMPLE};

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < 3; c++) {
			rgb[3 * i + c] = (uint8_t)sample(3 * i + c, 8);
			planes[c * n + i] = rgb[3 * i + c];
		}
	}
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		Emage__FrameInfo info = info_of(8, false, EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB);
		const uint8_t *from = modes[m] == CHARLS_INTERLEAVE_MODE_NONE ? planes : rgb;
		struct picture_frame f;
		size_t len;
		uint8_t *code = jls(from, sizeof(rgb), 8, 3, modes[m], &len);

		assert_int_equal(picture_decode(&info, code, len, &f), 0);
		assert_null(f.grey);
		assert_memory_equal(f.rgb, rgb, sizeof(rgb));
		picture_frame_release(&f);
		free(code);
	}
}

static uint8_t *
jpeg(int components, unsigned long *len_r)
{
	struct jpeg_compress_struct j;
	struct jpeg_error_mgr mgr;
	uint8_t *out = NULL, row[COLUMNS * 3];
	JSAMPROW rows[1] = {row};

	j.err = jpeg_std_error(&mgr);
	jpeg_create_compress(&j);
	*len_r = 0;
	jpeg_mem_dest(&j, &out, len_r);
	j.image_width = COLUMNS;
	j.image_height = ROWS;
	j.input_components = components;
	j.in_color_space = components == 3 ? JCS_RGB : JCS_GRAYSCALE;
	jpeg_set_defaults(&j);
	jpeg_set_quality(&j, 95, TRUE);
	jpeg_start_compress(&j, TRUE);
	/* slow slopes survive a lossy code */
	for (unsigned y = 0; y < ROWS; y++) {
		for (unsigned x = 0; x < COLUMNS; x++)
			for (int c = 0; c < components; c++)
				row[x * (unsigned)components + (unsigned)c] =
				    (uint8_t)(c == 0   ? x * 4
					      : c == 1 ? y * 4
						       : 100);
		jpeg_write_scanlines(&j, rows, 1);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	return out;
}

static void
jpeg_passed_through(void **state)
{
	struct picture_frame f;
	unsigned long len;
	uint8_t *code = jpeg(3, &len);
	Emage__FrameInfo info = info_of(8, false, EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB);

	(void)state;
	info.codec = EMAGE__CODEC__CODEC_JPEG;
	assert_int_equal(picture_decode(&info, code, len, &f), 0);
	for (unsigned y = 0; y < ROWS; y++) {
		for (unsigned x = 0; x < COLUMNS; x++) {
			const uint8_t *p = f.rgb + 3 * (y * COLUMNS + x);
			assert_in_range(p[0] + 16, x * 4, x * 4 + 32);
			assert_in_range(p[1] + 16, y * 4, y * 4 + 32);
			assert_in_range(p[2], 84, 116);
		}
	}
	picture_frame_release(&f);
	/* cut short, it must not pass for a whole picture */
	assert_int_equal(picture_decode(&info, code, len * 2 / 3, &f), -EM_E_INVALID);
	assert_null(f.rgb);
	/* colour where grey was announced */
	info.photometric = EMAGE__PHOTOMETRIC__PHOTOMETRIC_MONOCHROME2;
	assert_int_equal(picture_decode(&info, code, len, &f), -EM_E_INVALID);
	free(code);

	code = jpeg(1, &len);
	assert_int_equal(picture_decode(&info, code, len, &f), 0);
	for (unsigned x = 0; x < COLUMNS; x++)
		assert_in_range(f.grey[x] + 16, x * 4, x * 4 + 32);
	picture_frame_release(&f);
	free(code);
}

/* The description and the codestream must agree, whichever of them lies. */
static void
disagreement_is_refused(void **state)
{
	uint8_t grey[ROWS * COLUMNS];
	size_t len;
	uint8_t *code;
	struct picture_frame f;

	(void)state;
	for (size_t i = 0; i < sizeof(grey); i++)
		grey[i] = (uint8_t)i;
	code = jls(grey, sizeof(grey), 8, 1, CHARLS_INTERLEAVE_MODE_NONE, &len);

	Emage__FrameInfo good = info_of(8, false, EMAGE__PHOTOMETRIC__PHOTOMETRIC_MONOCHROME2);
	Emage__FrameInfo bad = good;
	bad.rows++;
	assert_int_equal(picture_decode(&bad, code, len, &f), -EM_E_INVALID);
	bad = good;
	bad.columns--;
	assert_int_equal(picture_decode(&bad, code, len, &f), -EM_E_INVALID);
	bad = good;
	bad.bits_stored = 12; /* more than the codestream has */
	assert_int_equal(picture_decode(&bad, code, len, &f), -EM_E_INVALID);
	bad = good;
	bad.bits_stored = 17;
	assert_int_equal(picture_decode(&bad, code, len, &f), -EM_E_INVALID);
	bad = good;
	bad.rows = 0;
	assert_int_equal(picture_decode(&bad, code, len, &f), -EM_E_INVALID);
	bad = good;
	bad.photometric = EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB;
	assert_int_equal(picture_decode(&bad, code, len, &f), -EM_E_INVALID);
	bad = good;
	bad.codec = EMAGE__CODEC__CODEC_JPEG;
	assert_int_equal(picture_decode(&bad, code, len, &f), -EM_E_INVALID);
	bad = good;
	bad.rows = bad.columns = PICTURE_SIDE_MAX; /* 512 MiB */
	assert_int_equal(picture_decode(&bad, code, len, &f), -EM_E_TOO_LARGE);
	bad = good;
	bad.rows = PICTURE_SIDE_MAX + 1;
	assert_int_equal(picture_decode(&bad, code, len, &f), -EM_E_TOO_LARGE);

	assert_int_equal(picture_decode(&good, code, 3, &f), -EM_E_INVALID);
	assert_int_equal(picture_decode(&good, code, len / 2, &f), -EM_E_INVALID);
	assert_int_equal(picture_decode(&good, code, len, &f), 0);
	picture_frame_release(&f);
	free(code);
}

/* Cut anywhere: refused, and soon (CharLS alone reads some of these for ever). */
static void
cut_short_is_refused(void **state)
{
	uint16_t grey[ROWS * COLUMNS];
	size_t len;
	uint8_t *code;
	struct picture_frame f;
	Emage__FrameInfo info = info_of(12, false, EMAGE__PHOTOMETRIC__PHOTOMETRIC_MONOCHROME2);

	(void)state;
	for (size_t i = 0; i < ROWS * COLUMNS; i++)
		grey[i] = (uint16_t)sample(i, 12);
	code = jls(grey, sizeof(grey), 12, 1, CHARLS_INTERLEAVE_MODE_NONE, &len);
	for (size_t cut = 4; cut < len; cut++) {
		assert_int_equal(picture_decode(&info, code, cut, &f), -EM_E_INVALID);
		assert_null(f.grey);
	}
	assert_int_equal(picture_decode(&info, code, len, &f), 0);
	picture_frame_release(&f);
	free(code);
}

/* Any damage: refused or decoded, never more. Under ASan this finds overruns. */
static void
damage_is_survived(void **state)
{
	uint16_t grey[ROWS * COLUMNS];
	size_t len, decoded = 0;
	unsigned long jpeg_len;
	uint8_t *code, *hurt;
	struct picture_frame f;
	uint32_t seed = 12345;

	(void)state;
	for (size_t i = 0; i < ROWS * COLUMNS; i++)
		grey[i] = (uint16_t)sample(i, 12);
	code = jls(grey, sizeof(grey), 12, 1, CHARLS_INTERLEAVE_MODE_NONE, &len);
	hurt = mem_new(len);
	for (int run = 0; run < 2000; run++) {
		Emage__FrameInfo info =
		    info_of(12, true, EMAGE__PHOTOMETRIC__PHOTOMETRIC_MONOCHROME1);
		memcpy(hurt, code, len);
		for (int k = 0; k < 1 + run % 8; k++) {
			seed = seed * 1664525 + 1013904223;
			/* half of the damage in the header */
			hurt[(seed >> 8) % (k & 1 ? len : 64)] = (uint8_t)seed;
		}
		memcpy(hurt + len - 2, code + len - 2, 2); /* the end is another test's */
		if (picture_decode(&info, hurt, len, &f) == 0)
			decoded++;
		picture_frame_release(&f);
	}
	free(hurt);
	free(code);

	code = jpeg(3, &jpeg_len);
	hurt = mem_new(jpeg_len);
	for (int run = 0; run < 2000; run++) {
		Emage__FrameInfo info = info_of(8, false, EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB);
		info.codec = EMAGE__CODEC__CODEC_JPEG;
		memcpy(hurt, code, jpeg_len);
		for (int k = 0; k < 1 + run % 4; k++) {
			seed = seed * 1664525 + 1013904223;
			hurt[(seed >> 8) % jpeg_len] = (uint8_t)seed;
		}
		if (picture_decode(&info, hurt, jpeg_len, &f) == 0)
			decoded++;
		picture_frame_release(&f);
	}
	free(hurt);
	free(code);
	/* some damage hits nothing that matters, most does */
	assert_in_range(decoded, 1, 3999);
}

/* Numbers that make no sense do not reach the arithmetic. */
static void
nonsense_numbers(void **state)
{
	uint8_t grey[ROWS * COLUMNS] = {0};
	size_t len;
	uint8_t *code = jls(grey, sizeof(grey), 8, 1, CHARLS_INTERLEAVE_MODE_NONE, &len);
	Emage__FrameInfo info = info_of(8, false, EMAGE__PHOTOMETRIC__PHOTOMETRIC_MONOCHROME2);
	double spacing[2] = {-1, 0.5};
	struct picture_frame f;

	(void)state;
	info.slope = 0;
	info.intercept = 1.0 / 0.0;
	info.n_pixel_spacing_mm = 2;
	info.pixel_spacing_mm = spacing;
	assert_int_equal(picture_decode(&info, code, len, &f), 0);
	assert_true(f.slope == 1 && f.intercept == 0);
	assert_true(f.spacing_row_mm == 0 && f.spacing_col_mm == 0);
	picture_frame_release(&f);
	free(code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(grey_of_every_depth),
	    cmocka_unit_test(colour_of_every_interleave),
	    cmocka_unit_test(jpeg_passed_through),
	    cmocka_unit_test(disagreement_is_refused),
	    cmocka_unit_test(cut_short_is_refused),
	    cmocka_unit_test(damage_is_survived),
	    cmocka_unit_test(nonsense_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
