/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_DECODE_H
#define EMAGE_IMAGING_DECODE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/mem.h"
#include "imaging/limits.h"
#include "proto/internal.pb-c.h"

/* Frames of a file, packed for the socket as they are found. */
#define DECODE_FRAMES_MAX ((size_t)96 << 20)

/* Where codestreams and report text go. */
struct decode_output {
	int fd;
	bool dry;	 /* nothing is written */
	uint64_t offset; /* bytes so far */
};

/*
 * One file from its bytes to a reply. Never fails: what is wrong with the file
 * is in the reply. `frames` gets an emage.ImagingFrame frame for each frame of
 * an image, with method and id of the request, `more` on all but the last.
 */
void decode_file(const uint8_t *bytes, size_t len, struct decode_output *out, struct arena *a,
    uint16_t method, uint32_t id, Emage__ImagingDecodeReply *r, struct buf *frames);

#endif
