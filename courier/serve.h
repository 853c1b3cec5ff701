/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_SERVE_H
#define EMAGE_COURIER_SERVE_H

#include "courier/backend.h"

/*
 * Answers CourierSendRequest frames on fd, one after the other, until its end.
 * 0 at the end of file between two frames; -EM_E_PROTOCOL when the server says
 * something else than such frames, -EM_E_IO.
 */
int serve_run(int fd, const struct backend *b, void *state);

#endif
