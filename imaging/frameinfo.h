/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_FRAMEINFO_H
#define EMAGE_IMAGING_FRAMEINFO_H

#include "imaging/attr.h"
#include "imaging/limits.h"
#include "proto/exam.pb-c.h"

/*
 * Everything about a frame but its pixels: window, rescale, geometry. In an
 * enhanced object each is first looked for in the frame's functional groups,
 * then in the shared ones, then where classic objects have it.
 */
struct frameinfo {
	Emage__FrameInfo pb; /* points into what follows */
	Emage__Window windows[LIMIT_WINDOWS];
	Emage__Window *window_list[LIMIT_WINDOWS];
	double spacing[2], orientation[6], position[3];
};

/* Fills all that does not depend on the pixels. grey: windows and rescale mean
 * something. Strings live in at->a. */
void frameinfo_fill(const struct attr *at, const struct dicom_item *ds, uint32_t frame, bool grey,
    bool is_signed, struct frameinfo *fi);

#endif
