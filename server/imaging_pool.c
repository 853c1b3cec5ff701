/* SPDX-License-Identifier: MIT */
/*
 * The imaging processes. A foreign file is read by one of them, which it may
 * crash or keep busy: that costs this file.
 */
#include "server/imaging_pool.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/log.h"
#include "common/wirecheck.h"
#include "server/helper.h"
#include "server/unpack.h"

#define FILE_MAX_MS   60000
#define FRAME_BUF_MAX 1024u
/* More frames than any real instance has; the reply says how many follow. */
#define FRAMES_MAX 65536u

struct imaging_slot {
	struct helper helper; /* pid 0: not running */
	pid_t pid;	      /* the same, while it may be killed from elsewhere */
	bool busy;
};

struct imaging_pool {
	pthread_mutex_t lock; /* guards busy, pid, n_up and stopping; a slot's
				 helper belongs to whoever made it busy */
	pthread_cond_t freed;
	unsigned n, n_up;
	bool stopping;
	struct imaging_slot slots[];
};

static int
imaging_start(struct imaging_pool *p, struct imaging_slot *s)
{
	int rc = helper_start(&s->helper, "emage-imaging");

	if (rc)
		return rc;
	pthread_mutex_lock(&p->lock);
	p->n_up++;
	s->pid = s->helper.pid;
	pthread_mutex_unlock(&p->lock);
	return 0;
}

/* The process has failed a file, or died over it. */
static void
imaging_replace(struct imaging_pool *p, struct imaging_slot *s)
{
	bool stopping;

	pthread_mutex_lock(&p->lock);
	p->n_up--;
	s->pid = 0;
	stopping = p->stopping;
	pthread_mutex_unlock(&p->lock);
	helper_end(&s->helper);
	log_warn("imaging.lost", "stopping=%d", stopping);
	if (!stopping)
		imaging_start(p, s);
}

/* An idle process has nothing to say: what can be read there is its end. It
 * must not cost the next file. */
static bool
imaging_is_gone(const struct helper *h)
{
	struct pollfd p = {.fd = h->fd, .events = POLLIN};

	return poll(&p, 1, 0) != 0;
}

/* A process for oneself; NULL once the pool stops. */
static struct imaging_slot *
imaging_take(struct imaging_pool *p)
{
	struct imaging_slot *s = NULL;

	pthread_mutex_lock(&p->lock);
	while (!p->stopping) {
		for (unsigned i = 0; i < p->n && !s; i++)
			if (!p->slots[i].busy)
				s = &p->slots[i];
		if (s) {
			s->busy = true;
			break;
		}
		pthread_cond_wait(&p->freed, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return s;
}

static void
imaging_give(struct imaging_pool *p, struct imaging_slot *s)
{
	pthread_mutex_lock(&p->lock);
	s->busy = false;
	pthread_cond_signal(&p->freed);
	pthread_mutex_unlock(&p->lock);
}

/* ---------------------------------------------------------------- a file */

/* Its replies are made from a foreign file, by a program that the file may have
 * taken over: they are read as strictly as a client's requests. */
static int
imaging_unpack(
    struct arena *a, const ProtobufCMessageDescriptor *desc, const struct frame *f, void **msg_r)
{
	const char *field = "";
	int rc = wirecheck(desc, f->body, f->body_len, &field);

	if (rc) {
		log_warn("imaging.reply", "error=%s field=%s", err_name(rc), field);
		return rc;
	}
	return unpack_in_arena(a, desc, f->body, f->body_len, msg_r);
}

static int
imaging_request(
    struct helper *h, bool metadata_only, uint32_t id, const int fds[2], int64_t deadline_ms)
{
	Emage__ImagingDecodeRequest rq = EMAGE__IMAGING_DECODE_REQUEST__INIT;
	struct buf out;
	int rc;

	rq.metadata_only = metadata_only;
	buf_init(&out, FRAME_BUF_MAX);
	rc = frame_append(&out, HELPER_METHOD, 0, id, &rq.base);
	if (!rc)
		rc = helper_send(h, &out, fds, 2, deadline_ms);
	buf_release(&out);
	return rc;
}

static int
imaging_frame(struct helper *h, uint32_t id, int64_t deadline_ms, bool last, struct frame *f_r)
{
	int rc = helper_receive(h, deadline_ms, f_r);

	if (rc)
		return rc;
	if (f_r->id != id || f_r->flags != (last ? FRAME_REPLY : FRAME_REPLY | FRAME_MORE))
		return -EM_E_PROTOCOL;
	return 0;
}

static int
imaging_frames(struct helper *h, struct arena *a, uint32_t id, int64_t deadline_ms, uint32_t n,
    Emage__ImagingFrame ***frames_r)
{
	Emage__ImagingFrame **frames;

	if (n > FRAMES_MAX)
		return -EM_E_PROTOCOL;
	frames = arena_alloc(a, (n ? n : 1) * sizeof(struct Emage__ImagingFrame *));
	if (!frames)
		return -EM_E_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++) {
		struct frame f;
		int rc = imaging_frame(h, id, deadline_ms, i + 1 == n, &f);

		if (!rc)
			rc = imaging_unpack(
			    a, &emage__imaging_frame__descriptor, &f, (void **)&frames[i]);
		if (rc)
			return rc;
		if (!frames[i]->info)
			return -EM_E_PROTOCOL;
	}
	*frames_r = frames;
	return 0;
}

static int
imaging_exchange(struct helper *h, struct arena *a, const int fds[2], bool metadata_only,
    Emage__ImagingDecodeReply **reply_r, Emage__ImagingFrame ***frames_r)
{
	int64_t deadline_ms = clock_boot_ms() + FILE_MAX_MS;
	uint32_t id = 1;
	struct frame f;
	int rc;

	rc = imaging_request(h, metadata_only, id, fds, deadline_ms);
	if (!rc)
		rc = helper_receive(h, deadline_ms, &f);
	if (rc)
		return rc;
	if (f.id != id || (f.flags & ~(unsigned)FRAME_MORE) != FRAME_REPLY)
		return -EM_E_PROTOCOL;
	rc = imaging_unpack(a, &emage__imaging_decode_reply__descriptor, &f, (void **)reply_r);
	if (rc)
		return rc;
	if (((f.flags & FRAME_MORE) != 0) != ((*reply_r)->n_frames > 0))
		return -EM_E_PROTOCOL;
	return imaging_frames(h, a, id, deadline_ms, (*reply_r)->n_frames, frames_r);
}

static const char *
imaging_reason(int rc)
{
	switch (rc) {
	case -EM_E_TIMEOUT:
		return "decoding took too long";
	case -EM_E_NO_MEMORY:
		return "too many frames";
	case -EM_E_IO:
		return "the decoder did not survive this file";
	default:
		return "the decoder's answer was not understood";
	}
}

static int
imaging_failed(struct arena *a, int rc, Emage__ImagingDecodeReply **reply_r)
{
	Emage__ImagingDecodeReply *reply = arena_alloc(a, sizeof(*reply));
	char *reason = arena_strdup(a, imaging_reason(rc));

	if (!reply || !reason)
		return -EM_E_NO_MEMORY;
	emage__imaging_decode_reply__init(reply);
	reply->reason = reason;
	*reply_r = reply;
	return -EM_E_INVALID;
}

int
imaging_decode(struct imaging_pool *p, struct arena *a, int in_fd, int out_fd, bool metadata_only,
    Emage__ImagingDecodeReply **reply_r, Emage__ImagingFrame ***frames_r)
{
	struct imaging_slot *s = p ? imaging_take(p) : NULL;
	const int fds[2] = {in_fd, out_fd};
	int rc;

	*reply_r = NULL;
	*frames_r = NULL;
	if (!s)
		return -EM_E_UNAVAILABLE;
	if (s->helper.pid && imaging_is_gone(&s->helper))
		imaging_replace(p, s);
	if (!s->helper.pid && imaging_start(p, s) != 0) {
		imaging_give(p, s);
		return -EM_E_UNAVAILABLE;
	}
	rc = imaging_exchange(&s->helper, a, fds, metadata_only, reply_r, frames_r);
	if (rc) {
		imaging_replace(p, s);
		rc = imaging_failed(a, rc, reply_r);
	}
	imaging_give(p, s);
	return rc;
}

/* ------------------------------------------------------------ begin and end */

unsigned
imaging_up(const struct imaging_pool *p)
{
	struct imaging_pool *pool = (struct imaging_pool *)(uintptr_t)p;
	unsigned n;

	if (!p)
		return 0;
	pthread_mutex_lock(&pool->lock);
	n = pool->n_up;
	pthread_mutex_unlock(&pool->lock);
	return n;
}

struct imaging_pool *
imaging_pool_new(unsigned n)
{
	struct imaging_pool *p = mem_new(sizeof(*p) + n * sizeof(p->slots[0]));

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->freed, NULL);
	p->n = n;
	for (unsigned i = 0; i < n; i++)
		imaging_start(p, &p->slots[i]);
	return p;
}

void
imaging_pool_stop(struct imaging_pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	for (unsigned i = 0; i < p->n; i++)
		if (p->slots[i].pid > 0)
			kill(p->slots[i].pid, SIGKILL);
	pthread_cond_broadcast(&p->freed);
	pthread_mutex_unlock(&p->lock);
}

void
imaging_pool_free(struct imaging_pool **pool)
{
	struct imaging_pool *p = *pool;

	if (!p)
		return;
	for (unsigned i = 0; i < p->n; i++)
		helper_end(&p->slots[i].helper);
	pthread_cond_destroy(&p->freed);
	pthread_mutex_destroy(&p->lock);
	free(p);
	*pool = NULL;
}
