/* SPDX-License-Identifier: MIT */
/*
 * From a frame to a request: what the table says about the method, the rate,
 * the session, the message. Nothing is looked up anywhere else, and what the
 * table does not allow does not exist.
 */
#include <string.h>

#include <protobuf-c/protobuf-c.h>

#include "common/err.h"
#include "common/log.h"
#include "common/wirecheck.h"
#include "proto/common.pb-c.h"
#include "server/session.h"
#include "server/task.h"
#include "server/unpack.h"

/* An instance may have thousands of frames; only operators import. */
#define MEDIA_ARENA_MAX ((size_t)64 * 1024 * 1024)
/* A kiosk is many people, and a trusted network may hold many kiosks. */
#define TRUSTED_SIGNINS_FACTOR 50
#define SESSION_BURST_FACTOR   4

uint32_t
task_wire_error(int err)
{
	int code = err < 0 ? -err : err;

	switch (code) {
	case EM_E_IO:
		return EM_E_UNAVAILABLE;
	case EM_E_NO_MEMORY:
		return EM_E_TOO_LARGE;
	default:
		return code < EM_E_NO_MEMORY && code > 0 ? (uint32_t)code : EM_E_INTERNAL;
	}
}

static void
dispatch_send_error(struct conn *c, uint16_t method, uint32_t id, const Emage__Error *e)
{
	server_count(&c->loop->core->server, requests_refused);
	conn_send(c, method, FRAME_REPLY | FRAME_ERROR, id, &e->base);
}

void
dispatch_refuse(struct conn *c, uint16_t method, uint32_t id, int err, const char *field,
    uint32_t retry_after_s)
{
	Emage__Error e = EMAGE__ERROR__INIT;

	e.code = task_wire_error(err);
	if (field)
		e.field = (char *)(uintptr_t)field;
	e.retry_after_s = retry_after_s;
	dispatch_send_error(c, method, id, &e);
}

static bool
dispatch_allows(const struct conn *c, const struct method *m)
{
	if (!m || !(m->phases & c->phase))
		return false;
	return c->phase != PH_O || (c->role > 0 && m->roles & 1u << (c->role - 1));
}

/* A request of a session that has ended learns why, whichever it is. */
static int
dispatch_missing_error(const struct conn *c, const struct method *m)
{
	return c->final_err && m && m->phases == PH_O ? c->final_err : EM_E_UNKNOWN_METHOD;
}

static bool
dispatch_rate(struct conn *c, const struct method *m, uint32_t *retry_after_s_r)
{
	const struct settings *st = server_settings(&c->loop->core->server);
	int64_t now_ms = loop_boot(c->loop);
	struct rate r;

	switch (m->rate) {
	case RATE_auth:
		r.per_minute = r.burst = (uint32_t)st->limits_source_signins;
		if (c->source.trusted) {
			r.per_minute *= TRUSTED_SIGNINS_FACTOR;
			r.burst *= TRUSTED_SIGNINS_FACTOR;
		}
		return rate_table_take(
		    c->loop->core->rates, c->source.prefix, &r, now_ms, retry_after_s_r);
	case RATE_user:
		if (c->source.local)
			return true;
		r.per_minute = (uint32_t)st->limits_session_requests * 60;
		r.burst = (uint32_t)st->limits_session_requests * SESSION_BURST_FACTOR;
		return bucket_take(&c->bucket, &r, now_ms, retry_after_s_r);
	case RATE_free:
	case RATE_bulk:
		break;
	}
	return true;
}

/* What looks into one patient's exams: the own ones, or those of the record that
 * a professional has open. */
static bool
dispatch_looks_into(const struct method *m)
{
	return m->roles == (RO_P | RO_D);
}

/* Requests that need no store, and are no activity either, do without. */
static int
dispatch_session(struct conn *c, const struct method *m)
{
	int rc;

	if (!c->session_id || (m->rate == RATE_free && m->cost == COST_local))
		return 0;
	rc = session_check(c);
	if (!rc && (m->rate == RATE_user || m->rate == RATE_auth))
		session_touch(c);
	if (!rc && c->role == EMAGE__ROLE__ROLE_PROFESSIONAL && dispatch_looks_into(m))
		rc = session_check_record(c);
	return rc;
}

/* --------------------------------------------------------------- message */

static int
dispatch_unpack(struct task *t, const struct frame *f, const char **field_r)
{
	const ProtobufCMessageDescriptor *desc = t->rq.method->request;
	void *msg = NULL;
	int rc = wirecheck(desc, f->body, f->body_len, field_r);

	if (!rc)
		rc = unpack_in_arena(t->arena, desc, f->body, f->body_len, &msg);
	t->rq.msg = msg;
	return rc;
}

static void
dispatch_fill_caller(struct conn *c, const struct method *m, struct caller *caller_r)
{
	bool in_record = c->role == EMAGE__ROLE__ROLE_PROFESSIONAL;

	*caller_r = (struct caller){
	    .phase = c->phase,
	    .role = c->role,
	    .kind = c->kind,
	    .account_id = c->account_id,
	    .patient_id = in_record && !dispatch_looks_into(m) ? 0 : c->patient_id,
	    .session_id = c->session_id,
	    .session_generation = c->session_generation,
	    .challenge_id = c->challenge_id,
	    .idle_limit_ms = c->idle_limit_ms,
	    .ends_at_ms = c->ends_at_ms,
	    .opened_exam_id = c->opened_exam_id,
	    .source = c->source,
	    .conn_id = c->id,
	};
	memcpy(caller_r->language, c->language, sizeof(caller_r->language));
	if (m->rate == RATE_auth && !c->transport->binding(c, caller_r->binding))
		memset(caller_r->binding, 0, sizeof(caller_r->binding));
}

static struct task *
dispatch_new_task(struct conn *c, const struct method *m, uint32_t id)
{
	struct arena *arena =
	    m->cost == COST_media ? arena_new(MEDIA_ARENA_MAX) : loop_arena_take(c->loop);
	struct task *t = arena_alloc(arena, sizeof(*t));

	t->loop = c->loop;
	t->arena = arena;
	t->stages = &c->loop->core->stages[method_index(m)];
	t->epoch = c->epoch;
	t->rq.method = m;
	t->rq.server = &c->loop->core->server;
	t->rq.arena = arena;
	t->rq.id = id;
	t->rq.now_ms = loop_now(c->loop);
	dispatch_fill_caller(c, m, &t->rq.caller);
	return t;
}

static void
dispatch_request(struct conn *c, const struct method *m, const struct frame *f)
{
	struct task *t = dispatch_new_task(c, m, f->id);
	const char *field = NULL;
	int rc = dispatch_unpack(t, f, &field);

	if (!rc && !task_init_reply(&t->rq))
		rc = -EM_E_NO_MEMORY;
	if (!rc)
		rc = t->stages->check(&t->rq);
	else
		t->rq.refuse_field = field;
	if (rc)
		task_finish(t, c, rc);
	else
		task_start(t, c);
}

void
dispatch_frame(struct conn *c, const struct frame *f)
{
	const struct method *m = method_by_number(f->method);
	uint32_t retry_after_s = 0;
	int rc;

	if (f->flags) {
		server_count(&c->loop->core->server, frames_malformed);
		conn_close(c, "reply from a client");
		return;
	}
	server_count(&c->loop->core->server, requests);
	if (!dispatch_allows(c, m)) {
		dispatch_refuse(c, f->method, f->id, dispatch_missing_error(c, m), NULL, 0);
		return;
	}
	if (f->body_len > m->cap_bytes) {
		dispatch_refuse(c, f->method, f->id, EM_E_TOO_LARGE, NULL, 0);
		return;
	}
	if (!dispatch_rate(c, m, &retry_after_s)) {
		dispatch_refuse(c, f->method, f->id, EM_E_RATE, NULL, retry_after_s);
		return;
	}
	rc = dispatch_session(c, m);
	if (rc) {
		dispatch_refuse(c, f->method, f->id, rc, NULL, 0);
		return;
	}
	dispatch_request(c, m, f);
}
