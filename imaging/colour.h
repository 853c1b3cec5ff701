/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_COLOUR_H
#define EMAGE_IMAGING_COLOUR_H

#include "imaging/dicom.h"
#include "imaging/image.h"

/* A colour frame to RGB, 8 bits, by pixel: rgb_r has 3 * n bytes. */
void colour_to_rgb(const struct image_raw *raw, size_t n, uint8_t *rgb_r);

/* Palette of PALETTE COLOR, expanded to 8 bits. */
struct palette {
	uint8_t *rgb; /* owned; n triples */
	uint32_t n;
	int32_t first; /* stored value of the first */
};

int palette_read(
    const struct dicom_item *ds, bool is_signed, struct palette *p_r, struct refusal *why);
void palette_release(struct palette *p);
/* Stored values (16 bits, as grey_extract() leaves them) to RGB. */
void palette_apply(
    const struct palette *p, const uint16_t *v, size_t n, bool is_signed, uint8_t *rgb_r);

#endif
