/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SIXEL_H
#define EMAGE_CLIENT_SIXEL_H

#include "client/picture/picture.h"
#include "common/buf.h"

/*
 * Canvas -> sixels: DEC's graphics of palette colours, six rows of dots a band.
 */
struct picture_sixel; /* work space, kept between pictures */

struct picture_sixel *picture_sixel_new(void);
void picture_sixel_free(struct picture_sixel **s);

/*
 * Appends one picture, to be drawn at the cursor. Greys: 64 levels, or with
 * `quick` 16 and a dither pattern, a third of the bytes, for pictures that move.
 * Colours: a palette made for the picture. registers: palette entries that the
 * terminal has, 0 = not known. 0 or -EM_E_TOO_LARGE.
 */
int picture_sixel_write(struct picture_sixel *s, const struct picture_canvas *c, bool quick,
    unsigned registers, struct buf *out);

#endif
