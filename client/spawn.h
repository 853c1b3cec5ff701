/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SPAWN_H
#define EMAGE_CLIENT_SPAWN_H

#include <poll.h>
#include <stdbool.h>

#include "common/buf.h"

/*
 * A helper program of ours beside the client's loop: fed through a pipe, its
 * output read, never waited for. It has three pipes, a session of its own (no
 * terminal) and almost no environment; nothing else is open in it.
 */
struct spawn;

struct spawn_result {
	int status;	 /* exit status; -1 = it did not end by itself, or said too much */
	const char *out; /* standard output */
	const char *err; /* first line of standard error, fit to be shown */
};

/* name: found as program_find() says. args: what follows it, ended by NULL.
 * Takes the input and wipes it. NULL when it cannot be started. */
struct spawn *spawn_new(const char *name, const char *const args[], struct buf *take_input);
/* One that has all its input is left to end by itself, another one is killed. */
void spawn_free(struct spawn **s);

#define SPAWN_FDS 4
/* What to poll for; unused ones are -1. */
void spawn_wants(const struct spawn *s, struct pollfd p_r[SPAWN_FDS]);
/* After poll(): true once it has ended and spawn_result() may be asked. */
bool spawn_step(struct spawn *s, const struct pollfd p[SPAWN_FDS]);
/* Lives as long as s. */
struct spawn_result spawn_result(struct spawn *s);

#endif
