/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_JLS_H
#define EMAGE_IMAGING_JLS_H

#include "imaging/image.h"

/*
 * Decodes a JPEG-LS codestream into buffer, which holds two bytes for each
 * sample of the image; raw_r then describes it. By CharLS itself: DCMTK's copy
 * of it has the same symbols and cannot live in one process with it.
 */
int jls_decode(const uint8_t *v, size_t len, const struct image *im, uint8_t *buffer,
    struct image_raw *raw_r, struct refusal *why);

#endif
