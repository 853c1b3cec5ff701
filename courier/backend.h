/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_BACKEND_H
#define EMAGE_COURIER_BACKEND_H

#include <stdbool.h>

#include "common/err.h"
#include "courier/mail.h"
#include "proto/internal.pb-c.h"

/*
 * How messages leave. A back end is a row of the table in backend.c: it is opened
 * once, before the process gives up what it does not need. Several may be in use:
 * each channel has a list of them, and a message goes to the next one when one
 * cannot take it now.
 */
enum delivery {
	DELIVERY_SENT,
	DELIVERY_LATER,		 /* not by this back end, not now */
	DELIVERY_RECEIVER_LATER, /* likewise, but others' messages may go */
	DELIVERY_NEVER,		 /* trying again would not help */
	DELIVERY_EXPIRED,	 /* it came too late */
	DELIVERY_PENDING,	 /* under way: job_done() will tell */
};

struct job; /* courier/job.h */
struct transfers;

struct backend {
	const char *name;
	/* setup and transfers outlive the back end. 0, or -EM_E_* with the cause
	 * in *reason_r (a constant, for the operator). */
	int (*open)(const Emage__CourierSetupRequest *setup, struct transfers *transfers,
	    void **state_r, const char **reason_r);
	/* Never blocks for a network. reason_r: a constant, never about a person. */
	enum delivery (*deliver)(
	    void *state, struct job *job, const struct mail *m, const char **reason_r);
	void (*close)(void *state);
	/* The folder that it writes to, or NULL. */
	const char *(*folder)(const Emage__CourierSetupRequest *setup);
	bool network; /* whether it needs sockets */
};

/* NULL when there is none of that name. */
const struct backend *backend_by_name(const char *name);

#endif
