/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_RELEASE_H
#define EMAGE_SERVER_RELEASE_H

#include <stdint.h>

#include "server/server.h"

/*
 * Exams that nobody has released become visible some days after they came in
 * (imaging.release_days). Each is told to its patient as if somebody had done it.
 */

/* As jobs of the writer, a few exams each, so that others get their turn. */
void release_later(struct server *s, int64_t now_ms);
/* Inside such a job: the first few. *n_r of them; RELEASE_STEP = there may be more. */
int release_step(struct server *s, struct store_conn *db, int64_t now_ms, unsigned *n_r);
#define RELEASE_STEP 32u

#endif
