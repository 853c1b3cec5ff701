/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCALE_H
#define EMAGE_CLIENT_SCALE_H

#include "client/picture/picture.h"
#include "client/picture/window.h"

/*
 * Frame -> canvas. Areas are averaged when the picture is made smaller,
 * neighbours blended when it is made larger, both on stored values: the window
 * is applied afterwards, so changing it costs one look-up a pixel.
 */

/* Room on the terminal, in dots; a dot's shape matters, not its size. */
struct picture_room {
	unsigned width, height;
	double dot_width, dot_height;
};

/* Where the frame lies on the canvas. */
struct picture_map {
	double x0, y0;	       /* frame pixel at the canvas's left, upper edge */
	double step_x, step_y; /* frame pixels a dot */
	unsigned left, right;  /* dots that show the frame: left <= x < right */
	unsigned top, bottom;
};

/* Fits the frame into the room, its true shape kept (pixel spacing), then zoom
 * and pan. */
void picture_map_make(const struct picture_frame *f, const struct picture_view *v,
    const struct picture_room *room, struct picture_map *m_r);

/* Zoom's limits: the whole picture, and about 8 dots a frame pixel. */
#define PICTURE_ZOOM_MIN 1.0
#define PICTURE_ZOOM_MAX 32.0
/* Forces zoom and pan into what shows something: no pan past an edge. */
void picture_view_clamp(
    const struct picture_frame *f, struct picture_view *v, const struct picture_room *room);

/* Remembers the last scaled values, so that the same view of the same frame
 * with another window costs no scaling. */
struct picture_renderer;

struct picture_renderer *picture_renderer_new(void);
void picture_renderer_free(struct picture_renderer **r); /* wipes */

/* `key` names the frame: equal keys are the same pixels; 0 remembers nothing.
 * map_r may be NULL. */
void picture_render(struct picture_renderer *r, const struct picture_frame *f, uint64_t key,
    const struct picture_view *v, const struct picture_room *room, struct picture_canvas *c_r,
    struct picture_map *map_r);

#endif
