/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_J2K_H
#define EMAGE_IMAGING_J2K_H

#include "imaging/image.h"

/*
 * Decodes a JPEG 2000 codestream (or a JP2 file, which some writers put there)
 * into buffer, by pixel, bytes or words as the precision wants. raw_r then
 * describes it. The buffer holds two bytes for each sample of the image.
 */
int j2k_decode(const uint8_t *v, size_t len, const struct image *im, uint8_t *buffer,
    struct image_raw *raw_r, struct refusal *why);

#endif
