/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_IMAGING_CHILD_H
#define EMAGE_TESTS_IMAGING_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "proto/internal.pb-c.h"

/* The real emage-imaging as a child, spoken to as emaged does. */
struct imaging_child {
	pid_t pid;
	int socket;
	struct buf in;
	uint32_t id;
};

/* What came back for one file. */
struct imaging_result {
	Emage__ImagingDecodeReply *reply;
	Emage__ImagingFrame **frames;
	uint32_t n_frames;
	uint8_t *out; /* the output file */
	size_t out_len;
};

/* $EMAGE_BUILD/emage-imaging; false when it cannot be started. */
bool imaging_child_start(struct imaging_child *c);
/* Closes the socket and waits; the wait status. */
int imaging_child_stop(struct imaging_child *c);
/* Waits for a child that has died by itself; the wait status. */
int imaging_child_died(struct imaging_child *c);

/* Sends bytes as a file. 0 with *r filled, or -EM_E_* when no whole answer came. */
int imaging_child_decode(
    struct imaging_child *c, const void *bytes, size_t len, bool dry, struct imaging_result *r);
int imaging_child_decode_path(
    struct imaging_child *c, const char *path, bool dry, struct imaging_result *r);
void imaging_result_free(struct imaging_result *r);

/* Samples of a frame: stored values of a grey one, or RGB by pixel. NULL when
 * the codestream is not what its FrameInfo says. Free it. */
int32_t *imaging_result_samples(const struct imaging_result *r, uint32_t frame, size_t *n_r);

/* A whole file; NULL when it cannot be read. Free it. */
uint8_t *imaging_read_file(const char *path, size_t *len_r);

#endif
