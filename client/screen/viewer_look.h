/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_VIEWER_LOOK_H
#define EMAGE_CLIENT_SCREEN_VIEWER_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "client/picture/picture.h"
#include "client/picture/scale.h"
#include "proto/exam.pb-c.h"

/*
 * How a frame is looked at: which windows there are, which way is up, how long
 * a centimetre is. Pure.
 */

/* One window of those that a person can go through. */
enum look_kind {
	LOOK_DICOM,  /* index: of the frame's own windows */
	LOOK_PRESET, /* index: of the presets for CT */
	LOOK_AUTO,   /* from the frame's values */
	LOOK_MANUAL, /* set by hand */
};
struct look_window {
	enum look_kind kind;
	size_t index;
};

/* The windows of a frame in order: its own, the presets if it is CT, the
 * automatic one. Returns how many. */
size_t look_count(const Emage__FrameInfo *info, const char *modality);
struct look_window look_at(const Emage__FrameInfo *info, const char *modality, size_t i);
/* The one to begin with: the frame's own; abdomen for slices of CT; automatic for
 * all else, projections and computed images of CT among them, whose values are no
 * Hounsfield units. */
struct look_window look_first(const Emage__FrameInfo *info, const char *modality);
/* The one `step` further, round and round; from LOOK_MANUAL the first. */
struct look_window look_next(
    const Emage__FrameInfo *info, const char *modality, struct look_window now, int step);

/* Centre and width of a window, and its name in the person's language (empty for
 * MANUAL). False for a kind that has none of its own: LOOK_AUTO, LOOK_MANUAL, or a
 * frame without that window. */
bool look_values(
    const Emage__FrameInfo *info, struct look_window w, double *center_r, double *width_r);
void look_name(const Emage__FrameInfo *info, struct look_window w, char *out_r, size_t len);

/* Directions of a frame's edges in DICOM's letters: A P, R L, H F, up to two each
 * ("AR"), "" when not known. */
struct look_edges {
	char left[4], right[4], top[4], bottom[4];
};
struct look_edges look_edges(const Emage__FrameInfo *info);

/* A round length that is at most max_mm long: 1, 2 or 5 times a power of ten. 0
 * when there is none of at least 1 mm. */
double look_scale_mm(double max_mm);

#endif
