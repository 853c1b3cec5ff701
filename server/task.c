/* SPDX-License-Identifier: MIT */
/*
 * A request through its stages: io thread, worker, writer, and back.
 */
#include "server/task.h"

#include <string.h>

#include "common/err.h"
#include "common/log.h"
#include "proto/common.pb-c.h"
#include "server/handle.h"
#include "server/session.h"

/* Wait before asking again when a queue is full. */
#define BUSY_RETRY_S 2

void
request_refuse(
    struct request *rq, int err, const char *field, uint32_t retry_after_s, uint32_t tries_left)
{
	rq->refuse = err < 0 ? -err : err;
	rq->refuse_field = field;
	rq->retry_after_s = retry_after_s;
	rq->tries_left = tries_left;
}

static struct conn *
request_conn(struct request *rq)
{
	struct task *t = (struct task *)rq;

	return loop_find(t->loop, rq->caller.conn_id);
}

void *
request_attached(struct request *rq)
{
	struct conn *c = request_conn(rq);

	return c ? c->attached : NULL;
}

void
request_attach(struct request *rq, void *data, void (*release)(void *data))
{
	struct conn *c = request_conn(rq);

	if (!c) {
		if (data)
			release(data);
		return;
	}
	c->attached = data;
	c->attached_release = release;
}

bool
task_init_reply(struct request *rq)
{
	const ProtobufCMessageDescriptor *desc = rq->method->reply;
	ProtobufCMessage *reply = arena_alloc(rq->arena, desc->sizeof_message);

	if (reply)
		protobuf_c_message_init(desc, reply);
	rq->reply = reply;
	return reply != NULL;
}

/* ----------------------------------------------------------------- end */

static void
task_end(struct task *t)
{
	struct loop *l = t->loop;
	struct arena *arena;

	if (t->rq.cleanup)
		t->rq.cleanup(&t->rq);
	arena = t->arena;
	if (t->rq.method->cost == COST_media)
		arena_free(&arena);
	else
		loop_arena_give(l, arena);
}

static void
task_leave_conn(struct task *t, struct conn *c)
{
	if (!t->counted)
		return;
	t->counted = false;
	c->n_tasks--;
	if (t->alone) {
		c->alone = false;
		/* the peer could not finish a frame that nobody read */
		if (c->frame_at_ms)
			c->frame_at_ms = loop_boot(c->loop);
	}
}

static void
task_send_error(struct task *t, struct conn *c, int err)
{
	Emage__Error e = EMAGE__ERROR__INIT;

	e.code = task_wire_error(err);
	if (e.code == EM_E_INTERNAL || e.code == EM_E_UNAVAILABLE)
		log_warn("request.failed", "method=%s error=%s", t->rq.method->name, err_name(err));
	if (t->rq.refuse_field)
		e.field = (char *)(uintptr_t)t->rq.refuse_field;
	e.retry_after_s = t->rq.retry_after_s;
	e.tries_left = t->rq.tries_left;
	server_count(t->rq.server, requests_refused);
	conn_send(c, t->rq.method->number, FRAME_REPLY | FRAME_ERROR, t->rq.id, &e.base);
}

/*
 * What was asked in a session that has ended since is not answered with data,
 * nor does it change what the connection has become.
 */
static void
task_reply(struct task *t, struct conn *c, int rc)
{
	if (t->cancelled) {
		/* what went on record is true all the same */
		if (!rc && !t->rq.refuse && t->epoch == c->epoch)
			session_change(c, &t->rq.change);
		return;
	}
	if (t->epoch != c->epoch) {
		t->rq.refuse_field = NULL;
		task_send_error(t, c, c->final_err ? c->final_err : EM_E_SESSION_ENDED);
		return;
	}
	if (!rc)
		session_change(c, &t->rq.change);
	if (!rc && t->rq.refuse)
		rc = t->rq.refuse;
	if (rc)
		task_send_error(t, c, rc);
	else
		conn_send(c, t->rq.method->number, FRAME_REPLY, t->rq.id, t->rq.reply);
	if (t->rq.change.close)
		conn_finish(c);
}

void
task_finish(struct task *t, struct conn *c, int rc)
{
	t->rq.result = rc;
	if (rc == -EM_E_BUSY && !t->rq.retry_after_s)
		t->rq.retry_after_s = BUSY_RETRY_S;
	if (c) {
		task_leave_conn(t, c);
		task_reply(t, c, rc);
		conn_on_turn(c);
	}
	task_end(t);
}

/* --------------------------------------------------- to other threads */

static void
task_begin_stream(struct task *t, struct conn *c)
{
	/* what the write has put on record */
	session_change(c, &t->rq.change);
	t->rq.change = (struct change){0};
	t->next = NULL;
	if (c->streams)
		c->streams_last->next = t;
	else
		c->streams = t;
	c->streams_last = t;
	conn_on_turn(c);
}

static void
task_on_mail(struct loop *l, struct loop_msg *m)
{
	struct task *t = (struct task *)((char *)m - offsetof(struct task, msg));
	struct conn *c = loop_find(l, t->rq.caller.conn_id);

	l->n_tasks--;
	t->away = false;
	if (c && t->stages->next)
		stream_opened(c, t);
	if (c && c->epoch == t->epoch && t->stages->next && !t->rc && !t->rq.refuse &&
	    !t->cancelled)
		task_begin_stream(t, c);
	else
		task_finish(t, c, t->rc);
}

/* Any thread: back to the io thread with what became of it. */
static void
task_post(struct task *t, int rc)
{
	t->rc = rc;
	t->msg.deliver = task_on_mail;
	loop_post(t->loop, &t->msg);
}

static int
task_on_writer(struct store_conn *db, void *arg)
{
	struct task *t = arg;

	return t->stages->write(&t->rq, db);
}

static void
task_on_written(void *arg, int rc)
{
	task_post(arg, rc);
}

/* Any thread. */
static int
task_submit_write(struct task *t)
{
	const struct method *m = t->rq.method;

	t->store = (struct store_job){
	    .run = task_on_writer,
	    .done = task_on_written,
	    .arg = t,
	    .bulk = m->rate == RATE_bulk && m->cost == COST_write,
	};
	return store_submit(t->rq.server->store, &t->store);
}

static void
task_on_worker(void *arg)
{
	struct task *t = arg;
	int rc = t->stages->work(&t->rq);

	if (!rc && !t->rq.refuse)
		rc = task_submit_write(t);
	else if (!rc)
		rc = -t->rq.refuse;
	if (rc)
		task_post(t, rc);
}

static void
task_on_dropped(void *arg)
{
	task_post(arg, -EM_E_BUSY);
}

static uint64_t
task_key(const struct task *t)
{
	uint64_t high, low;

	memcpy(&high, t->rq.caller.source.prefix, sizeof(high));
	memcpy(&low, t->rq.caller.source.prefix + sizeof(high), sizeof(low));
	/* spread: neighbouring addresses get lanes of their own */
	return ((high ^ low) * UINT64_C(0x9e3779b97f4a7c15)) >> 32;
}

static int
task_submit_work(struct task *t)
{
	struct core *core = t->loop->core;

	t->work = (struct work_job){
	    .run = task_on_worker,
	    .dropped = task_on_dropped,
	    .arg = t,
	    .key = task_key(t),
	};
	return work_submit(t->rq.method->cost == COST_hash ? core->hash : core->media, &t->work);
}

/* ---------------------------------------------------------------- start */

/* Whether others wait until this one is answered: it may change what the
 * connection is. */
static bool
task_runs_alone(const struct method *m)
{
	const unsigned which = method_index(m);

	return m->rate == RATE_auth || m->phases & ~(unsigned)PH_O || which == METHOD_record_open ||
	       which == METHOD_record_close;
}

static void
task_join_conn(struct task *t, struct conn *c)
{
	t->counted = true;
	t->alone = task_runs_alone(t->rq.method);
	c->n_tasks++;
	if (t->alone)
		c->alone = true;
}

static void
task_send_away(struct task *t, struct conn *c, int (*submit)(struct task *t))
{
	struct loop *l = t->loop;
	int rc;

	task_join_conn(t, c);
	t->away = true;
	l->n_tasks++;
	if (t->stages->next)
		stream_opens(c, t);
	rc = submit(t);
	if (!rc)
		return; /* it may be finished by now, elsewhere */
	l->n_tasks--;
	t->away = false;
	if (t->stages->next)
		stream_opened(c, t);
	task_finish(t, c, rc);
}

static int
task_read(struct task *t)
{
	struct store_conn *db = loop_db(t->loop);

	return db ? t->stages->read(&t->rq, db) : -EM_E_UNAVAILABLE;
}

void
task_start(struct task *t, struct conn *c)
{
	int rc = 0;

	switch (t->rq.method->cost) {
	case COST_local:
		task_finish(t, c, t->stages->local(&t->rq));
		return;
	case COST_write:
		task_send_away(t, c, task_submit_write);
		return;
	case COST_read:
		task_finish(t, c, task_read(t));
		return;
	case COST_hash:
	case COST_media:
	case COST_stream:
	case COST_record:
	case COST_archive:
		rc = task_read(t);
		break;
	}
	if (rc || t->rq.refuse)
		task_finish(t, c, rc);
	else if (t->stages->work)
		task_send_away(t, c, task_submit_work);
	else if (t->stages->write && !t->rq.recorded)
		task_send_away(t, c, task_submit_write);
	else {
		task_join_conn(t, c);
		task_begin_stream(t, c);
	}
}
