/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_IMAGE_H
#define EMAGE_IMAGING_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "imaging/dicom.h"
#include "imaging/refusal.h"
#include "imaging/syntax.h"

/* Photometric Interpretation (0028,0004). */
enum image_colour {
	IMAGE_MONOCHROME1,
	IMAGE_MONOCHROME2,
	IMAGE_PALETTE,
	IMAGE_RGB,
	IMAGE_YBR_FULL,
	IMAGE_YBR_FULL_422,
	IMAGE_YBR_PARTIAL_422,
	IMAGE_YBR_J2K, /* ICT, RCT: the codestream's own transform */
	N_IMAGE_COLOURS,
};

/* The image pixel module. */
struct image {
	uint32_t rows, columns, n_frames;
	unsigned samples; /* a pixel */
	unsigned bits_allocated, bits_stored, high_bit;
	bool is_signed;
	bool planar; /* all of a colour, then the next */
	enum image_colour colour;
};

/* The pixels of one frame as its file has them, words in machine order. */
struct image_raw {
	const uint8_t *bytes;
	size_t len;
	size_t first_bit; /* bits_allocated 1: frames do not begin at a byte */
	unsigned samples, bits_allocated, bits_stored, high_bit;
	bool is_signed, planar;
	enum image_colour colour;
};

/* Reads and checks the module against what can be shown and the limits. */
int image_read(const struct dicom_item *ds, const struct syntax *syntax, struct image *im_r,
    struct refusal *why);
/* -1 when unknown. */
int image_colour_by_name(const char *name, size_t len);

size_t image_n_pixels(const struct image *im);
/* Bytes of a frame that is not compressed (bits_allocated 1: rounded up). */
size_t image_frame_bytes(const struct image *im);

#endif
