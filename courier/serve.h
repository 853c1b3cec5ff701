/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_SERVE_H
#define EMAGE_COURIER_SERVE_H

#include "common/confine.h"

/*
 * Answers the server's frames on fd until its end: the set-up first, then
 * messages, at most SERVE_JOBS_MAX under way. 0 at the end of file between two
 * frames; `mode`: see sandbox.h. -EM_E_PROTOCOL when the server says something else than such
 * frames, -EM_E_CONFIG when it was told that the set-up cannot be used, -EM_E_IO.
 */
#define SERVE_JOBS_MAX 32u
int serve_run(int fd, enum confine_mode mode);

#endif
