/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_CODESTREAM_H
#define EMAGE_IMAGING_CODESTREAM_H

#include "imaging/dicom.h"
#include "imaging/image.h"

/* Which fragments each frame of compressed pixels is made of. */
struct codestream {
	const struct dicom_file *file;
	uint32_t n_frames;
	uint32_t n_fragments;
	uint32_t *first; /* of each frame; one more at the end */
	uint8_t *joined; /* a frame that is in several fragments */
	size_t joined_cap;
};

int codestream_open(struct codestream *cs, const struct dicom_file *file, const struct image *im,
    const struct syntax *syntax, struct refusal *why);
void codestream_close(struct codestream *cs);
/* The bytes of a frame, valid until the next call. */
int codestream_frame(
    struct codestream *cs, uint32_t frame, const uint8_t **v_r, size_t *len_r, struct refusal *why);

#endif
