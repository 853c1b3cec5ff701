/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_PICTURE_H
#define EMAGE_CLIENT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A medical image on a terminal. Three steps, each a pure function of its
 * input: frame (stored values) -> grey or colour pixels of the view (window,
 * zoom, pan) -> bytes or cells for the terminal at hand.
 */

/* A decoded frame: stored values, row by row. Exactly one pointer is set. */
struct picture_frame {
	uint32_t rows, columns;
	int32_t *unused_;
	int16_t *grey16;   /* signed stored values, or */
	uint16_t *greyu16; /* unsigned stored values, or */
	uint8_t *rgb;      /* 3 bytes a pixel */
	double slope, intercept;
	int32_t min, max; /* of the stored values */
	bool monochrome1;
	double spacing_row_mm, spacing_col_mm; /* 0 = unknown */
};

struct picture_view {
	double center, width; /* window, in rescaled units */
	bool invert;
	double zoom;   /* 1 = whole picture fits */
	double pan_x, pan_y; /* centre of the view, in 0..1 of the frame */
};

/* Ways to show a picture, best first. */
enum picture_way {
	PICTURE_KITTY,
	PICTURE_SIXEL,
	PICTURE_ITERM2,
	PICTURE_CELLS_TRUE, /* half blocks or quadrants, 24-bit */
	PICTURE_CELLS_256,
	PICTURE_CELLS_16,
	PICTURE_SHADE, /* ' ' ░ ▒ █: Linux console, 8 colours */
	PICTURE_PLAIN, /* ASCII ramp: vt100, --linear, pipes */
	N_PICTURE_WAYS,
};
/* "kitty", "sixel", ... as on the command line. */
const char *picture_way_name(enum picture_way way);
bool picture_way_by_name(const char *name, enum picture_way *way_r);

#endif
