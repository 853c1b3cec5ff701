/* SPDX-License-Identifier: MIT */
/*
 * The courier's side of the socketpair.
 */
#include "courier/serve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/frame.h"
#include "common/log.h"
#include "common/wirecheck.h"
#include "courier/office.h"
#include "proto/internal.pb-c.h"

#define METHOD_SEND  1u
#define METHOD_SETUP 2u
#define FRAME_MAX    (FRAME_HEADER_LEN + FRAME_BODY_MAX)
#define CHUNK_BYTES  16384u
/* With transfers under way libcurl is looked after at least this often. */
#define SERVE_STEP_MS 1000

struct serve {
	int fd;
	struct buf in;
	enum confine_mode mode;
	struct office office;
	bool is_set_up;
	unsigned n_jobs;
	int fault; /* of a reply that could not be sent */
};

static int
serve_send(int fd, const struct buf *out)
{
	const uint8_t *bytes = buf_bytes(out);
	size_t done = 0;

	while (done < out->len) {
		ssize_t n = send(fd, bytes + done, out->len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EM_E_IO;
		done += (size_t)n;
	}
	return 0;
}

static int
serve_reply(struct serve *s, uint16_t method, uint32_t id, const ProtobufCMessage *reply)
{
	struct buf out;
	int rc;

	buf_init(&out, FRAME_MAX);
	rc = frame_append(&out, method, FRAME_REPLY, id, reply);
	if (rc == 0)
		rc = serve_send(s->fd, &out);
	buf_release(&out);
	return rc;
}

/* ----------------------------------------------------------------- messages */

static void
serve_tell(
    struct serve *s, uint32_t frame_id, uint64_t outbox_id, enum delivery d, const char *reason)
{
	Emage__CourierSendReply reply = EMAGE__COURIER_SEND_REPLY__INIT;
	int rc;

	reply.outbox_id = outbox_id;
	reply.sent = d == DELIVERY_SENT;
	reply.permanent = d == DELIVERY_NEVER || d == DELIVERY_EXPIRED;
	reply.expired = d == DELIVERY_EXPIRED;
	reply.receiver = d == DELIVERY_RECEIVER_LATER;
	if (d != DELIVERY_SENT && reason != NULL)
		reply.reason = (char *)(uintptr_t)reason;
	rc = serve_reply(s, METHOD_SEND, frame_id, &reply.base);
	if (s->fault == 0)
		s->fault = rc;
}

static void
serve_ended(struct job *job, enum delivery d)
{
	struct serve *s = job->end_arg;

	s->n_jobs--;
	serve_tell(s, job->frame_id, job->rq->outbox_id, d, job->reason);
}

static int
serve_message(struct serve *s, const struct frame *f, int checked)
{
	Emage__CourierSendRequest *rq =
	    emage__courier_send_request__unpack(NULL, f->body_len, f->body);
	const struct routes *routes;

	if (rq == NULL)
		return -EM_E_PROTOCOL;
	if (checked != 0) {
		/* costs this message, not the process and those behind it */
		serve_tell(s, f->id, rq->outbox_id, DELIVERY_NEVER, "malformed value");
		emage__courier_send_request__free_unpacked(rq, NULL);
		return s->fault;
	}
	routes = strcmp(rq->channel, "mobile") == 0 ? &s->office.mobile : &s->office.email;
	s->n_jobs++;
	job_start(rq, f->id, routes, serve_ended, s);
	return s->fault;
}

/* ------------------------------------------------------------------- set-up */

static int
serve_setup(struct serve *s, const struct frame *f)
{
	Emage__CourierSetupReply reply = EMAGE__COURIER_SETUP_REPLY__INIT;
	Emage__CourierSetupRequest *rq =
	    emage__courier_setup_request__unpack(NULL, f->body_len, f->body);
	const char *reason = "";
	int rc, sent;

	if (rq == NULL)
		return -EM_E_PROTOCOL;
	rc = office_open(&s->office, rq, s->mode, &reason);
	s->is_set_up = rc == 0;
	reply.ok = s->is_set_up;
	reply.reason = (char *)(uintptr_t)reason;
	sent = serve_reply(s, METHOD_SETUP, f->id, &reply.base);
	return rc != 0 ? rc : sent;
}

/* The set-up is the first frame and the only one of its kind. */
static int
serve_frame(struct serve *s, const struct frame *f)
{
	const char *field;
	int rc;

	if (f->flags != 0 || f->method != (s->is_set_up ? METHOD_SEND : METHOD_SETUP))
		return -EM_E_PROTOCOL;
	rc = wirecheck(s->is_set_up ? &emage__courier_send_request__descriptor
				    : &emage__courier_setup_request__descriptor,
	    f->body, f->body_len, &field);
	if (rc == -EM_E_PROTOCOL)
		return rc;
	if (s->is_set_up)
		return serve_message(s, f, rc);
	return rc == 0 ? serve_setup(s, f) : -EM_E_PROTOCOL;
}

/* --------------------------------------------------------------------- loop */

/* More bytes: 1, 0 at the end, or -EM_E_IO. */
static int
serve_receive(struct serve *s)
{
	uint8_t *room = buf_reserve(&s->in, CHUNK_BYTES);
	ssize_t n;

	if (room == NULL)
		return -EM_E_PROTOCOL;
	do {
		n = recv(s->fd, room, CHUNK_BYTES, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -EM_E_IO;
	buf_commit(&s->in, (size_t)n);
	return n > 0;
}

/* Until the server has said something, if that is wanted, or a transfer is over. */
static bool
serve_wait(struct serve *s, bool wants_more)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};

	if (s->office.transfers != NULL)
		return transfers_wait(s->office.transfers, wants_more ? s->fd : -1, SERVE_STEP_MS);
	return poll(&p, 1, -1) > 0;
}

/* 1 to go on, 0 at the end, or -EM_E_*. */
static int
serve_step(struct serve *s)
{
	bool full = s->n_jobs >= SERVE_JOBS_MAX;
	struct frame f;
	int rc = full ? -EM_E_AGAIN : frame_peek(&s->in, FRAME_BODY_MAX, &f);

	if (rc == 0) {
		rc = serve_frame(s, &f);
		buf_consume(&s->in, FRAME_HEADER_LEN + f.body_len);
		return rc < 0 ? rc : 1;
	}
	if (rc != -EM_E_AGAIN)
		return rc;
	if (!serve_wait(s, !full))
		return s->fault < 0 ? s->fault : 1;
	rc = serve_receive(s);
	if (rc == 0 && s->in.len > 0)
		return -EM_E_PROTOCOL;
	return rc;
}

int
serve_run(int fd, enum confine_mode mode)
{
	struct serve s = {.fd = fd, .mode = mode};
	int rc;

	buf_init(&s.in, FRAME_MAX + CHUNK_BYTES);
	do {
		rc = serve_step(&s);
	} while (rc > 0);
	office_close(&s.office);
	buf_release(&s.in);
	return rc;
}
