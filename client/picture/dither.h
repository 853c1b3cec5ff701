/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_DITHER_H
#define EMAGE_CLIENT_DITHER_H

#include <stdint.h>

/* 0..255 -> 0..levels-1, the error hidden in a pattern over the neighbours
 * (ordered dithering, Bayer): calm when a picture moves, unlike error diffusion. */
static inline unsigned
picture_dither(unsigned grey, unsigned levels, unsigned x, unsigned y)
{
	static const uint8_t bayer[4][4] = {
	    {0, 8, 2, 10},
	    {12, 4, 14, 6},
	    {3, 11, 1, 9},
	    {15, 7, 13, 5},
	};

	return (grey * (levels - 1) * 16 + bayer[y & 3][x & 3] * 255u + 127) / (255 * 16);
}

/* Luma of Rec. 601. */
static inline unsigned
picture_luma(unsigned r, unsigned g, unsigned b)
{
	return (r * 77 + g * 150 + b * 29 + 128) >> 8;
}

#endif
