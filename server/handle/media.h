/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_MEDIA_H
#define EMAGE_SERVER_HANDLE_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "db/store.h"

/*
 * The folder of images: <2 hex>/<16 hex>.jls holds the codestreams of an
 * instance, .dcm its original. Names are made from internal ids alone and
 * opened beneath the folder (P-07). Functions return 0 or -EM_E_*, the cause
 * logged without an id.
 */
enum media_kind { MEDIA_FRAMES, MEDIA_ORIGINAL };

/* A new file in the folder that has no name yet, readable and writable; it is
 * gone when closed unless media_keep() has named it. Descriptor or -EM_E_*. */
int media_temp(int media_fd);

/* A number for a new instance: grows with time, and is unlikely to be taken. */
uint64_t media_new_id(int64_t now_ms);

/*
 * Makes both files durable under the names of `id` (frames_fd -1: none). They
 * are marked as unfinished until media_settle(). -EM_E_EXISTS when the id is
 * taken, and nothing is left behind on any error.
 */
int media_keep(int media_fd, uint64_t id, int frames_fd, int original_fd);
/* The row is there: takes the mark off; or (kept false) it is not: removes the
 * files too. */
void media_settle(int media_fd, uint64_t id, bool kept);

/* For reading. Descriptor or -EM_E_NOT_FOUND, -EM_E_IO. */
int media_open(int media_fd, uint64_t id, enum media_kind kind);

/* Size of a file; -EM_E_NOT_FOUND, -EM_E_IO. */
int media_size(int media_fd, uint64_t id, enum media_kind kind, uint64_t *n_bytes_r);

/* At start, before the first import: removes what a crash left without a row. */
int media_sweep(int media_fd, struct store_conn *db);

#endif
