/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_STARTER_H
#define EMAGE_SERVER_STARTER_H

#include <stdint.h>
#include <sys/types.h>

#include "common/confine.h"

/*
 * A process that starts helpers, and looks users up, for the one that serves: that
 * one can then be denied both for good. It is forked before keys are read, holds
 * nothing but its end of a socket pair, starts only the helpers it knows, and ends
 * with the server. What it starts are the server's children, not its own. The
 * process has one starter; in programs that never begin one (tests) the calls below
 * do the work themselves.
 */

/* Forks it, before any thread. The helpers are told `mode`. 0 or -EM_E_IO. */
int starter_begin(enum confine_mode mode);
/* Readable once the starter has ended, which it never does by itself; -1 = none. */
int starter_alive_fd(void);
/* Lets it end, and waits for that. */
void starter_end(void);

/* Starts a helper that is killed when the server ends, with the socket `fd` as
 * descriptor 3; logs why it cannot. Its process, which is a child of ours, or -1.
 * Any thread. */
pid_t starter_run(const char *name, int fd);
/* 0, or -EM_E_NOT_FOUND, -EM_E_IO. Any thread. */
int starter_user(const char *name, uint32_t *uid_r);

#endif
