/* SPDX-License-Identifier: MIT */
/*
 * The courier's side of the socketpair.
 */
#include "courier/serve.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/frame.h"
#include "common/secret.h"
#include "common/wirecheck.h"
#include "proto/internal.pb-c.h"

#define METHOD_SEND 1u
#define FRAME_MAX   (FRAME_HEADER_LEN + FRAME_BODY_MAX)
#define CHUNK_BYTES 16384u

static void
serve_deliver(const struct backend *b, void *state, const Emage__CourierSendRequest *rq,
    Emage__CourierSendReply *reply)
{
	const struct mail m = {
	    .channel = rq->channel,
	    .address = rq->address,
	    .from = rq->from,
	    .subject = rq->subject,
	    .body = rq->body,
	    .key = rq->idempotency_key,
	    .now_ms = clock_now_ms(),
	};
	const char *reason = mail_fault(&m);
	enum delivery d = DELIVERY_NEVER;

	/* a code that nobody can use any more only confuses */
	if (reason == NULL && rq->expires_at_ms != 0 && m.now_ms >= rq->expires_at_ms)
		reason = "expired";
	if (reason == NULL)
		d = b->deliver(state, &m, &reason);
	reply->outbox_id = rq->outbox_id;
	reply->sent = d == DELIVERY_SENT;
	reply->permanent = d == DELIVERY_NEVER;
	if (d != DELIVERY_SENT && reason != NULL)
		reply->reason = (char *)reason;
}

/* Costs this message, not the process and those behind it. */
static void
serve_refuse(
    const Emage__CourierSendRequest *rq, Emage__CourierSendReply *reply, const char *reason)
{
	reply->outbox_id = rq->outbox_id;
	reply->permanent = true;
	reply->reason = (char *)reason;
}

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
serve_frame(int fd, const struct backend *b, void *state, const struct frame *f)
{
	Emage__CourierSendReply reply = EMAGE__COURIER_SEND_REPLY__INIT;
	Emage__CourierSendRequest *rq;
	const char *field;
	struct buf out;
	int rc = wirecheck(&emage__courier_send_request__descriptor, f->body, f->body_len, &field);

	if (f->method != METHOD_SEND || f->flags != 0 || rc == -EM_E_PROTOCOL)
		return -EM_E_PROTOCOL;
	rq = emage__courier_send_request__unpack(NULL, f->body_len, f->body);
	if (rq == NULL)
		return -EM_E_PROTOCOL;
	if (rc == 0)
		serve_deliver(b, state, rq, &reply);
	else
		serve_refuse(rq, &reply, "malformed value");
	/* the text holds a code, and malloc does not wipe */
	secret_wipe(rq->body, strlen(rq->body));
	emage__courier_send_request__free_unpacked(rq, NULL);
	buf_init(&out, FRAME_MAX);
	rc = frame_append(&out, f->method, FRAME_REPLY, f->id, &reply.base);
	if (rc == 0)
		rc = serve_send(fd, &out);
	buf_release(&out);
	return rc;
}

/* More bytes: 1, 0 at the end, or -EM_E_IO. */
static int
serve_receive(int fd, struct buf *in)
{
	uint8_t *room = buf_reserve(in, CHUNK_BYTES);
	ssize_t n;

	if (room == NULL)
		return -EM_E_PROTOCOL;
	do {
		n = recv(fd, room, CHUNK_BYTES, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -EM_E_IO;
	buf_commit(in, (size_t)n);
	return n > 0;
}

int
serve_run(int fd, const struct backend *b, void *state)
{
	struct buf in;
	struct frame f;
	int rc;

	buf_init(&in, FRAME_MAX + CHUNK_BYTES);
	for (;;) {
		rc = frame_peek(&in, FRAME_BODY_MAX, &f);
		if (rc == 0) {
			rc = serve_frame(fd, b, state, &f);
			buf_consume(&in, FRAME_HEADER_LEN + f.body_len);
		} else if (rc == -EM_E_AGAIN) {
			rc = serve_receive(fd, &in);
			if (rc == 0) {
				rc = in.len == 0 ? 0 : -EM_E_PROTOCOL;
				break;
			}
		}
		if (rc < 0)
			break;
	}
	buf_release(&in);
	return rc;
}
