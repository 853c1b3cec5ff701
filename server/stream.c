/* SPDX-License-Identifier: MIT */
/*
 * Requests with many replies: as fast as the peer takes them, and no longer
 * than its session lives.
 */
#include "common/err.h"
#include "common/log.h"
#include "proto/common.pb-c.h"
#include "server/handle.h"
#include "server/session.h"
#include "server/task.h"

/* How stale the look at the session may be while a stream runs. */
#define SESSION_LOOK_MS 500

static void
stream_take(struct conn *c, struct task *t)
{
	struct task **at = &c->streams, *before = NULL;

	for (; *at != t; at = &(*at)->next)
		before = *at;
	*at = t->next;
	if (c->streams_last == t)
		c->streams_last = before;
}

/* A turn for the next one. */
static void
stream_rotate(struct conn *c)
{
	struct task *t = c->streams;

	if (t == c->streams_last)
		return;
	c->streams = t->next;
	t->next = NULL;
	c->streams_last->next = t;
	c->streams_last = t;
}

/* One reply. `own` is what lives as long as the stream, rq->arena meanwhile
 * another that is emptied after this reply. Whether it took its time: then the
 * loop's other connections come first. */
static bool
stream_step(struct conn *c, struct task *t)
{
	struct arena *own = t->rq.arena;
	struct arena *brief = loop_arena_take(c->loop);
	int rc = -EM_E_NO_MEMORY;
	bool slow;

	t->rq.arena = brief;
	t->rq.more = t->rq.slow = false;
	if (task_init_reply(&t->rq))
		rc = t->stages->next(&t->rq);
	t->rq.arena = own;
	slow = t->rq.slow;
	if (!rc && !t->rq.refuse && t->rq.more) {
		conn_send(c, t->rq.method->number, FRAME_REPLY | FRAME_MORE, t->rq.id, t->rq.reply);
		if (c->state != CONN_DEAD)
			stream_rotate(c);
	} else {
		stream_take(c, t);
		task_finish(t, c, rc);
	}
	loop_arena_give(c->loop, brief);
	return slow;
}

/* Ends the streams with the session, and when nobody can tell whether it still
 * lives. */
static void
stream_look_at_session(struct conn *c)
{
	int rc = session_check(c);

	if (!rc && c->role == EMAGE__ROLE__ROLE_PROFESSIONAL && c->patient_id)
		rc = session_check_record(c);
	if (rc == -EM_E_UNAVAILABLE)
		stream_end_all(c, rc);
}

void
stream_pump(struct conn *c)
{
	if (c->session_id && loop_boot(c->loop) - c->checked_boot_ms > SESSION_LOOK_MS)
		stream_look_at_session(c);
	while (conn_wants_stream(c) && !stream_step(c, c->streams))
		;
}

void
stream_end_all(struct conn *c, int err)
{
	struct task *t;

	while ((t = c->streams)) {
		stream_take(c, t);
		t->rq.change = (struct change){0};
		if (err) {
			t->epoch = c->epoch;
			task_finish(t, c, err < 0 ? err : -err);
		} else {
			task_finish(t, NULL, 0);
		}
	}
}

void
stream_opens(struct conn *c, struct task *t)
{
	t->next = c->openings;
	c->openings = t;
}

void
stream_opened(struct conn *c, struct task *t)
{
	struct task **at = &c->openings;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->next = NULL;
}

/* Cancelled before it began: answered now, and not once more when it is back. */
static bool
stream_cancel_opening(struct conn *c, uint32_t id)
{
	struct task *t;

	for (t = c->openings; t; t = t->next)
		if (t->rq.id == id && !t->cancelled)
			break;
	if (!t)
		return false;
	t->cancelled = true;
	dispatch_refuse(c, t->rq.method->number, id, EM_E_CANCELLED, NULL, 0);
	return true;
}

bool
request_cancel_stream(struct request *rq, uint32_t id)
{
	struct task *self = (struct task *)rq;
	struct conn *c = loop_find(self->loop, rq->caller.conn_id);
	struct task *t;

	if (!c)
		return false;
	for (t = c->streams; t; t = t->next)
		if (t->rq.id == id)
			break;
	if (!t)
		return stream_cancel_opening(c, id);
	stream_take(c, t);
	task_finish(t, c, -EM_E_CANCELLED);
	return true;
}
