/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_IMAGING_POOL_H
#define EMAGE_SERVER_IMAGING_POOL_H

#include <stdbool.h>

#include "common/mem.h"
#include "proto/internal.pb-c.h"

/* The imaging processes: started before use, restarted when one dies.
 *
 * One is started as `emage-imaging` with the frames of internal.proto on
 * descriptor 3. A request has method 1; its first byte comes with the two
 * descriptors (SCM_RIGHTS, in_fd then out_fd). The replies carry the request's
 * id and FRAME_REPLY: an ImagingDecodeReply, then n_frames times an
 * ImagingFrame, all but the last with FRAME_MORE. */
struct imaging_pool;

/*
 * Sends a file to an imaging process and waits for what it finds. Blocks up
 * to the limit for one file (60 s); worker threads only. in_fd: the file,
 * readable from 0; out_fd: empty, gets the frames' codestreams (or report
 * text). Frames in *frames_r, allocated by the arena, as is the reply. A
 * process that dies or is late costs this file: -EM_E_INVALID with
 * reply->reason set; -EM_E_UNAVAILABLE when none can be started.
 */
int imaging_decode(struct imaging_pool *p, struct arena *a, int in_fd, int out_fd,
    bool metadata_only, Emage__ImagingDecodeReply **reply_r, Emage__ImagingFrame ***frames_r);

/* Number of imaging processes running. Any thread; NULL has none. */
unsigned imaging_up(const struct imaging_pool *p);

/* Starts n processes; those that cannot be started are tried again when
 * wanted. Call before any other thread exists. */
struct imaging_pool *imaging_pool_new(unsigned n);
/* Kills the processes: files being decoded fail, later ones too. */
void imaging_pool_stop(struct imaging_pool *p);
/* Nobody uses it any more. Nulls. */
void imaging_pool_free(struct imaging_pool **p);

#endif
