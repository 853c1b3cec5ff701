/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_JPEG_H
#define EMAGE_IMAGING_JPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "imaging/image.h"

/* The head of a JPEG or JPEG-LS codestream. */
struct jpeg_head {
	unsigned sof; /* marker: 0xc0 baseline, 0xc1 extended, 0xc3 lossless, 0xf7 JPEG-LS ... */
	unsigned precision, rows, columns, components;
	bool ends;	 /* an end of image stands at the end */
	bool says_rgb;	 /* what libjpeg would take its three components for */
	bool surely_ycc; /* JFIF, or colour at half resolution: whatever the dataset says */
};

bool jpeg_read_head(const uint8_t *v, size_t len, struct jpeg_head *h_r);
/* Whether the head belongs to the image. */
int jpeg_check_head(const struct jpeg_head *h, const struct image *im, struct refusal *why);
/* Decodes a baseline colour codestream to see that it can be, warnings included. */
bool jpeg_is_sound(const uint8_t *v, size_t len);

#endif
