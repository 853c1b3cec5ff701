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
 *
 *	decode.h   codestream -> struct picture_frame
 *	window.h   grey levels: DICOM window -> table of 64 Ki greys
 *	scale.h    frame, view, room -> struct picture_canvas
 *	cells.h    canvas -> character cells; sixel.h, png.h: canvas -> bytes
 *	pane.h     what is on the terminal now, and how to change or remove it
 *	probe.h    what the terminal can do
 */

/* A decoded frame. Exactly one pointer is set. */
struct picture_frame {
	uint32_t rows, columns;
	uint16_t *grey; /* stored value + bias, row by row, or */
	uint8_t *rgb;	/* 3 bytes a pixel */
	int32_t bias;	/* 32768 for signed stored values, else 0 */
	double slope, intercept;
	int32_t min, max;		       /* of the stored values */
	bool monochrome1;		       /* low values are bright */
	double spacing_row_mm, spacing_col_mm; /* 0 = unknown */
};

/* Wipes and frees the pixels. */
void picture_frame_release(struct picture_frame *f);
size_t picture_frame_bytes(const struct picture_frame *f);

/* How a person looks at a frame. */
struct picture_view {
	double center, width; /* window, in rescaled units (Hounsfield in CT) */
	bool invert;
	double zoom;	     /* 1 = the whole picture fits */
	double pan_x, pan_y; /* centre of the view, in 0..1 of the frame */
};

/* Pixels of a view: 1 byte of grey or 3 of colour each. */
struct picture_canvas {
	unsigned width, height;
	bool is_rgb;
	uint8_t *pixels;
	size_t cap_bytes;
};

/* Makes room, keeping the allocation when it is large enough. */
void picture_canvas_size(struct picture_canvas *c, unsigned width, unsigned height, bool is_rgb);
void picture_canvas_release(struct picture_canvas *c);

/* Ways to show a picture, best first. */
enum picture_way {
	PICTURE_KITTY,
	PICTURE_SIXEL,
	PICTURE_ITERM2,
	PICTURE_CELLS_TRUE, /* quadrants, 24-bit */
	PICTURE_CELLS_256,
	PICTURE_CELLS_16,
	PICTURE_SHADE, /* ' ' ░ ▒ █: Linux console, 8 colours */
	PICTURE_PLAIN, /* ASCII ramp: vt100, no UTF-8, pipes */
	PICTURE_NONE,  /* asked for: no picture at all */
	N_PICTURE_WAYS,
};
/* Ways that paint pixels the terminal's cells know nothing of. */
static inline bool
picture_way_is_pixels(enum picture_way way)
{
	return way <= PICTURE_ITERM2;
}
/* Ways that bypass curses: pixels and coloured half blocks. */
static inline bool
picture_way_is_raw(enum picture_way way)
{
	return way <= PICTURE_CELLS_16;
}
/* "kitty", "sixel", "iterm2", "half-24bit", "half-256", "half-16", "shade",
 * "plain", "none". */
const char *picture_way_name(enum picture_way way);

#endif
