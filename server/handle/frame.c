/* SPDX-License-Identifier: MIT */
/*
 * Frames of a series: one reply that describes a frame, then its codestream in
 * chunks read from the media folder as the peer takes them.
 */
#include "server/handle.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/log.h"
#include "proto/exam.pb-c.h"
#include "server/handle/media.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/server.h"

#define FRAME_COUNT_MAX 64u

struct frame_state {
	struct store_frame *frames;
	unsigned n;
	uint32_t first;
	unsigned at;	/* frame being sent */
	bool described; /* its info has left */
	uint32_t sent;	/* bytes of it that have left */
	int fd;		/* its file, or -1 */
	bool told;	/* the opening went on record: a notice may wait */
	uint64_t instance_id;
};

int
check_frame_get(struct request *rq)
{
	const Emage__FrameGetRequest *m = rq->msg;

	if (m->series_id == 0)
		return request_invalid(rq, "series_id");
	if (m->count == 0 || m->count > FRAME_COUNT_MAX)
		return request_invalid(rq, "count");
	return 0;
}

static void
frame_cleanup(struct request *rq)
{
	struct frame_state *st = rq->state;

	if (st->fd >= 0)
		(void)close(st->fd);
	st->fd = -1;
	if (st->told)
		notice_wake(rq);
}

int
handle_frame_get_read(struct request *rq, struct store_conn *db)
{
	const Emage__FrameGetRequest *m = rq->msg;
	struct frame_state *st = arena_alloc(rq->arena, sizeof(*st));
	const struct store_eyes eyes = opened_eyes(rq);
	uint32_t total = 0;
	int rc;

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	st->fd = -1;
	st->first = m->first;
	rq->state = st;
	rq->cleanup = frame_cleanup;
	rc = store_frames_get(
	    db, rq->arena, &eyes, m->series_id, m->first, m->count, &st->frames, &st->n, &total);
	if (rc < 0)
		return rc;
	if (st->n == 0)
		return request_invalid(rq, "first");
	rq->recorded = opened_is_recorded(rq, st->frames[0].exam_id);
	return 0;
}

int
handle_frame_get_write(struct request *rq, struct store_conn *db)
{
	struct frame_state *st = rq->state;

	st->told = true;
	return opened_record(rq, db, st->frames[0].exam_id, "images");
}

/* protobuf-c's allocator over an arena, which frees everything at once. */
static void *
frame_alloc(void *arena, size_t n_bytes)
{
	return arena_alloc(arena, n_bytes);
}

static void
frame_free(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

/* Opens the file of the frame at st->at, and asks for its bytes ahead. */
static int
frame_open(const struct server *server, struct frame_state *st)
{
	const struct store_frame *f = &st->frames[st->at];

	if (st->fd < 0 || st->instance_id != f->instance_id) {
		if (st->fd >= 0)
			(void)close(st->fd);
		st->fd = media_open(server->media_fd, f->instance_id, MEDIA_FRAMES);
		st->instance_id = f->instance_id;
	}
	if (st->fd < 0)
		return -EM_E_INTERNAL;
	(void)posix_fadvise(st->fd, (off_t)f->offset, (off_t)f->n_bytes, POSIX_FADV_WILLNEED);
	return 0;
}

static int
frame_describe(struct request *rq, struct frame_state *st, Emage__FrameGetReply *reply)
{
	ProtobufCAllocator allocator = {
	    .alloc = frame_alloc, .free = frame_free, .allocator_data = rq->arena};
	const struct store_frame *f = &st->frames[st->at];
	int rc = frame_open(rq->server, st);

	if (rc < 0)
		return rc;
	reply->info = emage__frame_info__unpack(&allocator, f->info_len, f->info);
	if (reply->info == NULL) {
		log_error("frame.info", "cause=unreadable");
		return -EM_E_INTERNAL;
	}
	reply->info->total_bytes = f->n_bytes;
	st->described = true;
	return 0;
}

static int
frame_chunk(struct request *rq, struct frame_state *st, Emage__FrameGetReply *reply)
{
	const struct store_frame *f = &st->frames[st->at];
	uint32_t left = f->n_bytes - st->sent;
	size_t n = left > FRAME_DATA_MAX ? FRAME_DATA_MAX : left, got = 0;
	uint8_t *data = arena_alloc(rq->arena, n);

	if (data == NULL)
		return -EM_E_NO_MEMORY;
	while (got < n) {
		ssize_t r = pread(st->fd, data + got, n - got, (off_t)(f->offset + st->sent + got));

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			log_error(
			    "frame.read", "cause=%s", r < 0 ? strerrorname_np(errno) : "short");
			return -EM_E_INTERNAL;
		}
		got += (size_t)r;
	}
	reply->data.data = data;
	reply->data.len = n;
	st->sent += (uint32_t)n;
	return 0;
}

int
handle_frame_get_next(struct request *rq)
{
	struct frame_state *st = rq->state;
	Emage__FrameGetReply *reply = rq->reply;
	int rc;

	reply->index = st->first + st->at;
	rc = st->described ? frame_chunk(rq, st, reply) : frame_describe(rq, st, reply);
	if (rc < 0)
		return rc;
	if (st->sent == st->frames[st->at].n_bytes) {
		server_count(rq->server, frames_sent);
		st->at++;
		st->sent = 0;
		st->described = false;
	}
	rq->more = st->at < st->n;
	return 0;
}

int
check_frame_cancel(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_frame_cancel_local(struct request *rq)
{
	const Emage__FrameCancelRequest *m = rq->msg;

	/* one that has just ended needs no cancelling: not an error */
	(void)request_cancel_stream(rq, m->request_id);
	return 0;
}
