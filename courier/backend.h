/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_BACKEND_H
#define EMAGE_COURIER_BACKEND_H

#include <stdbool.h>

#include "common/err.h"
#include "courier/mail.h"

/*
 * How messages leave. A back end is a row of the table in backend.c: it is
 * opened once, before the process gives up what it does not need, and then
 * delivers one message at a time.
 */
enum delivery {
	DELIVERY_SENT,
	DELIVERY_LATER, /* try again */
	DELIVERY_NEVER, /* trying again would not help */
};

struct backend {
	const char *name;
	/* argument: what stood behind the name on the command line. 0, or
	 * -EM_E_* with the cause logged. */
	int (*open)(const char *argument, void **state_r);
	/* reason_r: a constant, for the operator, never about a person. */
	enum delivery (*deliver)(void *state, const struct mail *m, const char **reason_r);
	void (*close)(void *state);
	bool network; /* whether it needs sockets */
	bool folder;  /* whether its argument is a folder that it writes to */
};

/* NULL when there is none of that name. */
const struct backend *backend_by_name(const char *name);

#endif
