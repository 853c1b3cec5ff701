/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WINDOW_H
#define EMAGE_CLIENT_WINDOW_H

#include "client/picture/picture.h"

/*
 * Grey levels. A window (centre, width) in rescaled units says which values
 * become black, which white, and what lies between (DICOM PS3.3 C.11.2.1.2).
 */

/* Grey of each stored value + bias. Rebuilt only when something changed. */
struct picture_lut {
	bool is_made;
	bool inverted;
	int32_t bias;
	double slope, intercept, center, width;
	uint8_t grey[65536];
};

void picture_lut_make(
    struct picture_lut *lut, const struct picture_frame *f, const struct picture_view *v);

/* A window for a frame that brings none: from its 0.5th to its 99.5th
 * percentile, so that a few bright pixels do not darken all others. */
void picture_window_auto(const struct picture_frame *f, double *center_r, double *width_r);

/* Least width: below it the formula has no slope. */
#define PICTURE_WIDTH_MIN 1.0
/* Forces centre and width into what has a meaning for the frame. */
void picture_window_clamp(const struct picture_frame *f, double *center, double *width);
/* Span of the frame's rescaled values, at least 1: how coarse a step is. */
double picture_window_span(const struct picture_frame *f);

#endif
