/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_PALETTE_H
#define EMAGE_CLIENT_PALETTE_H

#include "client/picture/picture.h"

/*
 * Canvas -> numbers of palette entries.
 */
struct picture_palette {
	unsigned n;
	uint8_t rgb[256][3];
};

/* n_levels greys, evenly spread; with `dither` the steps are hidden in a
 * pattern. A canvas in colour is taken by its brightness. */
void picture_palette_grey(const struct picture_canvas *c, unsigned n_levels, bool dither,
    struct picture_palette *p_r, uint8_t *index_r);

/* 64 greys for what is grey, and up to n_max - 64 colours chosen for this
 * picture by median cut. n_max 80..256. */
void picture_palette_color(
    const struct picture_canvas *c, unsigned n_max, struct picture_palette *p_r, uint8_t *index_r);

#endif
