/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_PICTURE_H
#define EMAGE_IMAGING_PICTURE_H

#include "imaging/codestream.h"
#include "imaging/colour.h"
#include "imaging/encode.h"
#include "imaging/frameinfo.h"
#include "imaging/grey.h"
#include "imaging/image.h"
#include "imaging/scan.h"

/* The frames of one image object, one after the other, on the same buffers. */
struct picture {
	const struct dicom_file *file;
	const struct syntax *syntax;
	struct image image;
	struct codestream codestream; /* compressed */
	const uint8_t *native;	      /* not compressed */
	size_t native_len;
	struct palette palette;
	struct grey_lut lut;
	struct encoder encoder;
	uint8_t *decoded; /* a frame's samples */
	void *packed;	  /* grey values or RGB, for the encoder */
};

int picture_open(struct picture *p, const struct dicom_file *file, const struct syntax *syntax,
    struct refusal *why);
void picture_close(struct picture *p);

/*
 * Decodes a frame and makes the codestream to keep; *v_r is valid until the
 * next call. Fills the fields of fi that depend on pixels.
 */
int picture_frame(struct picture *p, uint32_t frame, struct frameinfo *fi, const uint8_t **v_r,
    size_t *len_r, struct refusal *why);
bool picture_is_grey(const struct picture *p);

#endif
