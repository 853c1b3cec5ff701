/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_GREY_H
#define EMAGE_IMAGING_GREY_H

#include "imaging/dicom.h"
#include "imaging/image.h"

/* A grey frame's stored values, 16 bits each (two's complement when signed). */
struct grey {
	uint16_t *v;
	size_t n;
	bool is_signed;
	int32_t min, max;
	unsigned precision; /* of the codestream: 8, 12 or 16 */
};

/* Modality LUT (0028,3000): stored value to output, when it is no straight line. */
struct grey_lut {
	const uint16_t *v; /* NULL = none */
	size_t n;
	int32_t first; /* stored value of v[0] */
	bool is_8bit;  /* entries are packed bytes */
};

/* Takes the values out of the raw pixels; g->v has room for g->n. */
void grey_extract(const struct image_raw *raw, struct grey *g);
/* False when there is none (or it is damaged: then the values stay stored ones). */
bool grey_lut_read(const struct dicom_item *ds, bool is_signed, struct grey_lut *lut_r);
void grey_apply_lut(struct grey *g, const struct grey_lut *lut);
/* Finds min, max and the smallest precision that holds them, then packs the
 * values as the encoder wants them: bytes when precision is 8. In place. */
void grey_pack(struct grey *g);

#endif
