/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COURIER_JOB_H
#define EMAGE_COURIER_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "courier/backend.h"

/*
 * A message under way through the back ends of its channel, in order: the first
 * that takes it ends it; one that says NEVER ends it too; when all have said LATER
 * it goes back to the server, which keeps it.
 */
#define JOB_ROUTES_MAX 4u

struct route {
	const struct backend *backend;
	void *state; /* of the back end; shared when it is in both lists */
};
struct routes {
	struct route route[JOB_ROUTES_MAX];
	size_t n;
};

struct job {
	Emage__CourierSendRequest *rq; /* owned */
	uint32_t frame_id;
	struct mail mail; /* borrows from rq */
	const struct routes *routes;
	size_t at;	     /* the route under way */
	bool receiver_later; /* what one of them said */
	const char *reason;
	/* once, when it is decided; the job is freed behind it */
	void (*end)(struct job *job, enum delivery d);
	void *end_arg;
};

/* Takes rq. It may have ended when this returns. */
void job_start(Emage__CourierSendRequest *rq, uint32_t frame_id, const struct routes *routes,
    void (*end)(struct job *job, enum delivery d), void *end_arg);
/* A back end that answered PENDING tells what became of it. */
void job_done(struct job *job, enum delivery d, const char *reason);

#endif
