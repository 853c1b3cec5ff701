/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_RLE_H
#define EMAGE_IMAGING_RLE_H

#include "imaging/image.h"

/*
 * Decodes an RLE frame (PS3.5 annex G) into buffer, by pixel, which holds two
 * bytes for each sample of the image; raw_r then describes it. Not by DCMTK,
 * whose decoder believes the offsets in the frame's header and reads wherever
 * they point: memory of an earlier file could become a picture.
 */
int rle_decode(const uint8_t *v, size_t len, const struct image *im, uint8_t *buffer,
    struct image_raw *raw_r, struct refusal *why);

#endif
