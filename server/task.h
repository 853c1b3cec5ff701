/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_TASK_H
#define EMAGE_SERVER_TASK_H

#include "server/conn.h"
#include "server/stages.h"
#include "server/work.h"

/*
 * A request on its way through its stages. It lives in its own arena, knows
 * its connection by id only (which may be gone when a stage is done), and ends
 * on the io thread that began it.
 */
struct task {
	struct request rq; /* first: a handler's request is the task */
	const struct stages *stages;
	struct loop *loop;
	struct arena *arena; /* holds this */
	uint32_t epoch;	     /* of the connection when it began */
	bool counted;	     /* in conn->n_tasks */
	bool away;	     /* in loop->n_tasks: other threads may touch it */
	bool alone;
	bool cancelled; /* and answered, while it was away */
	int rc;		/* of the last stage */
	struct loop_msg msg;
	struct store_job store;
	struct work_job work;
	struct task *next; /* among the streams or the openings of a connection */
};

/* A whole frame that this connection has sent. */
void dispatch_frame(struct conn *c, const struct frame *f);
/* Answers a frame with an error; err with either sign. */
void dispatch_refuse(struct conn *c, uint16_t method, uint32_t id, int err, const char *field,
    uint32_t retry_after_s);

/* Runs the first stage; the task owns itself from here on. */
void task_start(struct task *t, struct conn *c);
/* On the io thread: reply or error, then the end. c NULL = connection gone. */
void task_finish(struct task *t, struct conn *c, int rc);

/* A stream whose first stages are done elsewhere, and one that comes back. */
void stream_opens(struct conn *c, struct task *t);
void stream_opened(struct conn *c, struct task *t);
/* Sends what the streams have while the peer takes it. */
void stream_pump(struct conn *c);
/* Ends all of them, with an error reply unless err is 0. */
void stream_end_all(struct conn *c, int err);

/* Makes rq->reply anew in rq->arena. false = no memory. */
bool task_init_reply(struct request *rq);
/* Number on the wire for an error of either sign: internal ones are hidden. */
uint32_t task_wire_error(int err);

#endif
