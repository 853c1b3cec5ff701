/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_PNG_H
#define EMAGE_CLIENT_PNG_H

#include "client/picture/picture.h"
#include "common/buf.h"

/* Appends the canvas as a PNG file, 8 bits a channel, packed for speed and not
 * for size. 0, -EM_E_TOO_LARGE or -EM_E_NO_MEMORY. */
int picture_png_write(const struct picture_canvas *c, struct buf *out);

/* Appends a PNG as kitty's graphics command: image `id` at the cursor, stretched
 * over rows x columns characters, taking the place of the one before; no
 * reply. 0 or -EM_E_TOO_LARGE. */
int picture_kitty_write(
    const struct buf *png, unsigned id, unsigned rows, unsigned columns, struct buf *out);
/* Takes image `id` off the screen and out of the terminal's memory. */
int picture_kitty_delete(unsigned id, struct buf *out);

/* Appends a PNG as iTerm2's inline image (OSC 1337). 0 or -EM_E_TOO_LARGE. */
int picture_iterm2_write(const struct buf *png, unsigned rows, unsigned columns, struct buf *out);

#endif
