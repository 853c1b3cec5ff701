/* SPDX-License-Identifier: MIT */
/*
 * From one back end to the next.
 */
#include "courier/job.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/mem.h"
#include "common/secret.h"

static void
job_end(struct job *job, enum delivery d)
{
	job->end(job, d);
	/* the text holds a code, and malloc does not wipe */
	secret_wipe(job->rq->body, strlen(job->rq->body));
	emage__courier_send_request__free_unpacked(job->rq, NULL);
	free(job);
}

static bool
job_is_late(struct job *job)
{
	job->mail.now_ms = clock_now_ms();
	return job->rq->expires_at_ms != 0 && job->mail.now_ms >= job->rq->expires_at_ms;
}

/* From the present route on, until one has it in hand. */
static void
job_go_on(struct job *job)
{
	for (; job->at < job->routes->n; job->at++) {
		const struct route *r = &job->routes->route[job->at];
		enum delivery d;

		/* a code that nobody can use any more only confuses */
		if (job_is_late(job)) {
			job->reason = "expired";
			job_end(job, DELIVERY_EXPIRED);
			return;
		}
		d = r->backend->deliver(r->state, job, &job->mail, &job->reason);
		if (d == DELIVERY_PENDING)
			return;
		if (d != DELIVERY_LATER) {
			job_end(job, d);
			return;
		}
	}
	job_end(job, job->receiver_later ? DELIVERY_RECEIVER_LATER : DELIVERY_LATER);
}

void
job_start(Emage__CourierSendRequest *rq, uint32_t frame_id, const struct routes *routes,
    void (*end)(struct job *job, enum delivery d), void *end_arg)
{
	struct job *job = mem_new(sizeof(*job));

	*job = (struct job){
	    .rq = rq,
	    .frame_id = frame_id,
	    .routes = routes,
	    .end = end,
	    .end_arg = end_arg,
	    .mail =
		{
		    .channel = rq->channel,
		    .address = rq->address,
		    .from = rq->from,
		    .subject = rq->subject,
		    .body = rq->body,
		    .key = rq->idempotency_key,
		    .urgent = rq->expires_at_ms != 0,
		},
	};
	job->reason = mail_fault(&job->mail);
	if (job->reason != NULL)
		job_end(job, DELIVERY_NEVER);
	else
		job_go_on(job);
}

void
job_done(struct job *job, enum delivery d, const char *reason)
{
	job->reason = reason;
	job->receiver_later |= d == DELIVERY_RECEIVER_LATER;
	if (d != DELIVERY_LATER && d != DELIVERY_RECEIVER_LATER) {
		job_end(job, d);
		return;
	}
	job->at++;
	job_go_on(job);
}
