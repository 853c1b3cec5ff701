/* SPDX-License-Identifier: MIT */
/*
 * A connection: bytes in until there are whole frames, bytes out once a turn.
 */
#include "server/conn.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"
#include "server/session.h"
#include "server/task.h"

/* What one connection may read in a turn, so that all get theirs. */
#define READ_BUDGET_BYTES (256u * 1024)
#define FRAME_MAX_PRE	  (FRAME_HEADER_LEN + FRAME_BODY_MAX_PRE)
/* Unfinished frame and one reading beyond it. */
#define IN_MAX (FRAME_HEADER_LEN + FRAME_BODY_MAX + LOOP_SCRATCH_LEN)

static bool
conn_is_signed_in(const struct conn *c)
{
	return c->phase == PH_O;
}

/* What may wait for the peer, as it was when the connection came; one frame
 * more has room. */
static size_t
conn_output_max(const struct conn *c)
{
	return c->out.max - (FRAME_HEADER_LEN + FRAME_BODY_MAX);
}

/* Whether another frame may be looked at: not while one runs that runs alone,
 * nor while the peer does not take its replies. */
static bool
conn_wants_frames(const struct conn *c)
{
	const unsigned n_max = c->source.local ? CONN_MAX_TASKS_LOCAL : CONN_MAX_TASKS;

	return c->state == CONN_OPEN && !c->alone && c->n_tasks < n_max &&
	       c->out.len < conn_output_max(c) / 2;
}

bool
conn_wants_stream(const struct conn *c)
{
	return (c->state == CONN_OPEN || c->state == CONN_CLOSING) && c->streams &&
	       c->out.len < conn_output_max(c) / 4;
}

/* ----------------------------------------------------------------- events */

static void
conn_on_event(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	if (c->state == CONN_DEAD)
		return;
	if (what & EV_WRITE)
		c->wants_write = false;
	if (what & EV_READ || c->state == CONN_OPENING)
		conn_readable(c);
	else
		conn_on_turn(c);
}

static void
conn_set_events(struct conn *c)
{
	bool reads = c->state == CONN_OPENING || conn_wants_frames(c);
	bool writes = c->wants_write;
	bool edge_now = c->reads && event_get_events(&c->read_ev) & EV_ET;

	if (c->fd < 0)
		return;
	if (c->reads && (!reads || edge_now != c->edge)) {
		event_del(&c->read_ev);
		c->reads = false;
	}
	if (reads && !c->reads) {
		short what = (short)(EV_READ | EV_PERSIST | (c->edge ? EV_ET : 0));

		event_assign(&c->read_ev, c->loop->base, c->fd, what, conn_on_event, c);
		event_add(&c->read_ev, NULL);
		c->reads = true;
	}
	if (writes != c->writes) {
		if (writes)
			event_add(&c->write_ev, NULL);
		else
			event_del(&c->write_ev);
		c->writes = writes;
	}
}

void
conn_on_turn(struct conn *c)
{
	struct loop *l = c->loop;

	if (c->on_turn || c->state == CONN_DEAD)
		return;
	c->on_turn = true;
	c->next_turn = NULL;
	if (l->turn_last && l->turn_first)
		l->turn_last->next_turn = c;
	else
		l->turn_first = c;
	l->turn_last = c;
}

/* --------------------------------------------------------------- bytes in */

static uint32_t
conn_max_body(const struct conn *c)
{
	return conn_is_signed_in(c) ? FRAME_BODY_MAX : FRAME_BODY_MAX_PRE;
}

static void
conn_malformed(struct conn *c)
{
	server_count(&c->loop->core->server, frames_malformed);
	conn_close(c, "malformed frame");
}

/* A header whose body is still to come: what is too large for its method is
 * refused now and not gathered. */
static void
conn_refuse_large(struct conn *c, struct buf *in, const struct frame *f)
{
	const struct method *m = method_by_number(f->method);

	if (!m || f->body_len <= m->cap_bytes)
		return;
	dispatch_refuse(c, f->method, f->id, EM_E_TOO_LARGE, NULL, 0);
	c->skip_bytes = f->body_len - (uint32_t)(in->len - FRAME_HEADER_LEN);
	buf_consume(in, in->len);
}

static void
conn_skip(struct conn *c, struct buf *in)
{
	size_t n = c->skip_bytes < in->len ? c->skip_bytes : in->len;

	buf_consume(in, n);
	c->skip_bytes -= (uint32_t)n;
}

/* Dispatches the whole frames in `in`. */
static void
conn_take_frames(struct conn *c, struct buf *in)
{
	struct frame f = {.body_len = 0};

	while (conn_wants_frames(c)) {
		int rc;

		if (c->skip_bytes)
			conn_skip(c, in);
		if (!in->len)
			break;
		rc = frame_peek(in, conn_max_body(c), &f);
		if (rc == -EM_E_AGAIN) {
			if (in->len >= FRAME_HEADER_LEN)
				conn_refuse_large(c, in, &f);
			if (!c->frame_at_ms)
				c->frame_at_ms = loop_boot(c->loop);
			break;
		}
		if (rc) {
			conn_malformed(c);
			return;
		}
		c->frame_at_ms = 0;
		dispatch_frame(c, &f);
		if (c->state == CONN_DEAD)
			return;
		buf_consume(in, FRAME_HEADER_LEN + f.body_len);
	}
	if (!in->len && !c->skip_bytes)
		c->frame_at_ms = 0;
}

/* What was read into the scratch buffer, in place; the rest is kept. */
static int
conn_take_bytes(struct conn *c, size_t n)
{
	uint8_t *scratch = c->loop->scratch;
	struct buf view = {.data = scratch, .len = n, .cap = n, .max = n};
	int rc = 0;

	if (!c->in.len) {
		conn_take_frames(c, &view);
		if (view.len && c->state != CONN_DEAD)
			rc = buf_append(&c->in, buf_bytes(&view), view.len);
	} else {
		rc = buf_append(&c->in, scratch, n);
		if (!rc)
			conn_take_frames(c, &c->in);
	}
	secret_wipe(scratch, n);
	if (!c->in.len)
		buf_release(&c->in);
	return rc;
}

static void
conn_read(struct conn *c)
{
	size_t budget = READ_BUDGET_BYTES;

	/* frames that had to wait come first; then at most a part of one is left */
	if (c->in.len)
		conn_take_frames(c, &c->in);
	if (c->state == CONN_DEAD)
		return;
	if (!c->in.len)
		buf_release(&c->in);
	c->more_input = false;
	while (conn_wants_frames(c)) {
		size_t want = conn_is_signed_in(c) ? LOOP_SCRATCH_LEN : FRAME_MAX_PRE;
		ssize_t n;

		if (!budget) {
			c->more_input = true;
			return;
		}
		n = c->transport->read(c, c->loop->scratch, want);
		if (n == -EM_E_AGAIN)
			return;
		if (n <= 0) {
			c->broken = true; /* nobody is there to say goodbye to */
			conn_close(c, n == -EM_E_CLOSED ? "peer" : "read");
			return;
		}
		budget -= (size_t)n < budget ? (size_t)n : budget;
		if (conn_take_bytes(c, (size_t)n) != 0) {
			conn_malformed(c);
			return;
		}
		if (c->state == CONN_DEAD)
			return;
		/* the descriptor tells when there is more: no need to try;
		 * of frames that have to wait it tells nothing */
		if ((size_t)n < want && conn_wants_frames(c) && !c->transport->pending(c))
			return;
	}
	/* stopped for another reason than having read all */
	c->more_input = true;
}

static void
conn_open(struct conn *c)
{
	int rc = c->transport->open(c);

	if (rc == -EM_E_AGAIN)
		return;
	if (rc) {
		if (c->ssl)
			server_count(&c->loop->core->server, handshakes_failed);
		c->broken = true;
		conn_close(c, rc == -EM_E_CLOSED ? "peer" : "handshake");
		return;
	}
	c->state = CONN_OPEN;
	c->secured_at_ms = loop_boot(c->loop);
	if (c->loop->draining)
		conn_finish(c);
}

void
conn_readable(struct conn *c)
{
	conn_on_turn(c);
	if (c->state == CONN_OPENING) {
		conn_open(c);
		/* the handshake has read what the descriptor told of */
		if (c->state == CONN_OPEN && !c->transport->pending(c))
			return;
	}
	if (c->state == CONN_OPEN)
		conn_read(c);
}

/* -------------------------------------------------------------- bytes out */

void
conn_send(struct conn *c, uint16_t method, uint16_t flags, uint32_t id, const ProtobufCMessage *msg)
{
	int rc;

	if (c->state == CONN_DEAD)
		return;
	if (c->out.len >= conn_output_max(c)) {
		conn_close(c, "takes no replies");
		return;
	}
	rc = frame_append(&c->out, method, flags, id, msg);
	if (rc) {
		log_error("conn.reply", "method=%u error=%s", method, err_name(rc));
		conn_close(c, "reply");
		return;
	}
	conn_on_turn(c);
}

static void
conn_flush(struct conn *c)
{
	size_t sent = 0;

	while (c->out.len && !c->wants_write) {
		ssize_t n = c->transport->write(c, buf_bytes(&c->out), c->out.len);

		if (n == -EM_E_AGAIN)
			break;
		if (n <= 0) {
			conn_close(c, "write");
			return;
		}
		buf_consume(&c->out, (size_t)n);
		sent += (size_t)n;
	}
	if (sent)
		atomic_fetch_add_explicit(
		    &c->loop->core->server.counters.bytes_sent, sent, memory_order_relaxed);
	if (!c->out.len) {
		buf_release(&c->out);
		c->stalled_at_ms = 0;
	} else if (sent || !c->stalled_at_ms) {
		c->stalled_at_ms = loop_boot(c->loop);
	}
}

void
conn_turn(struct conn *c)
{
	if (c->more_input && conn_wants_frames(c))
		conn_read(c);
	if (c->state == CONN_OPEN || c->state == CONN_CLOSING)
		conn_flush(c);
	if (conn_wants_stream(c)) {
		stream_pump(c);
		if (c->state != CONN_DEAD)
			conn_flush(c);
	}
	if (c->state == CONN_CLOSING && !c->out.len && !c->n_tasks)
		conn_close(c, "finished");
	if (c->state == CONN_DEAD)
		return;
	if ((c->more_input && conn_wants_frames(c)) || conn_wants_stream(c))
		conn_on_turn(c);
	conn_set_events(c);
	conn_judge_deadlines(c);
}

/* -------------------------------------------------------------- deadlines */

static void
conn_view(struct conn *c, struct deadline_view *v_r)
{
	*v_r = (struct deadline_view){
	    .secured = c->state != CONN_OPENING,
	    .busy = c->alone,
	    .stressed = c->ticket && admit_stressed(c->loop->core->admit),
	    .phase = c->phase,
	    .opened_at_ms = c->opened_at_ms,
	    .secured_at_ms = c->secured_at_ms,
	    .phase_at_ms = c->phase_at_ms,
	    .frame_at_ms = conn_wants_frames(c) ? c->frame_at_ms : 0,
	    .stalled_at_ms = c->stalled_at_ms,
	    .active_at_ms = c->session_id ? c->active_boot_ms : 0,
	    .idle_limit_ms = c->session_id ? c->idle_limit_ms : 0,
	    .ends_at_ms = c->session_id ? c->ends_boot_ms : 0,
	};
}

void
conn_judge_deadlines(struct conn *c)
{
	struct loop *l = c->loop;
	struct deadline_view v;
	enum deadline_why why;
	int64_t at_ms;

	while (c->state != CONN_DEAD) {
		conn_view(c, &v);
		at_ms = deadline_next(&v, &l->limits, &why);
		if (why == DEADLINE_NONE)
			return;
		if (at_ms > loop_boot(l)) {
			if (!c->timer.place || at_ms < c->timer.at_ms)
				timers_set(&l->timers, &c->timer, at_ms);
			return;
		}
		if (why == DEADLINE_IDLE || why == DEADLINE_TOTAL) {
			session_expire(
			    c, why == DEADLINE_IDLE ? EM_E_SESSION_IDLE : EM_E_SESSION_ENDED, true);
			continue;
		}
		server_count(&l->core->server, deadlines_missed);
		conn_close(c, deadline_name(why));
	}
}

/* -------------------------------------------------------- begin and end */

struct conn *
conn_new(struct loop *l, const struct transport *t, int fd, const struct source *s,
    struct admit_ticket *ticket, void *peer)
{
	struct conn *c = mem_new(sizeof(*c));

	c->loop = l;
	c->transport = t;
	c->fd = fd;
	c->peer = peer;
	c->source = *s;
	c->ticket = ticket;
	c->phase = PH_N;
	c->state = CONN_OPENING;
	c->opened_at_ms = c->phase_at_ms = loop_boot(l);
	buf_init(&c->in, IN_MAX);
	buf_init(&c->out, l->output_max + FRAME_HEADER_LEN + FRAME_BODY_MAX);
	c->id = loop_slot_take(l, c);
	if (fd >= 0)
		event_assign(&c->write_ev, l->base, fd, EV_WRITE | EV_PERSIST, conn_on_event, c);
	server_count(&l->core->server, connections_open);
	conn_on_turn(c);
	if (ticket && !admit_name(l->core->admit, ticket, c->id)) {
		server_count(&l->core->server, connections_refused);
		conn_close(c, "gave way");
	}
	return c;
}

void
conn_finish(struct conn *c)
{
	if (c->state == CONN_DEAD)
		return;
	if (c->state == CONN_OPENING)
		conn_close(c, "drained");
	else
		c->state = CONN_CLOSING;
	conn_on_turn(c);
}

void
conn_close(struct conn *c, const char *why)
{
	struct loop *l = c->loop;
	bool secured = c->state != CONN_OPENING;

	if (c->state == CONN_DEAD)
		return;
	log_debug("conn.closed", "conn=%llx why=\"%s\"", (unsigned long long)c->id, why);
	c->state = CONN_DEAD;
	session_leave(c);
	stream_end_all(c, 0);
	if (c->attached)
		c->attached_release(c->attached);
	c->attached = NULL;
	c->transport->close(c, secured && !c->broken && !c->out.len);
	if (c->reads)
		event_del(&c->read_ev);
	if (c->writes)
		event_del(&c->write_ev);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	timers_remove(&l->timers, &c->timer);
	admit_leave(l->core->admit, &c->ticket);
	atomic_fetch_sub_explicit(
	    &l->core->server.counters.connections_open, 1, memory_order_relaxed);
	loop_slot_give(l, c->id);
	c->next_dead = l->dead;
	l->dead = c;
}

void
conn_free(struct conn *c)
{
	buf_release(&c->in);
	buf_release(&c->out);
	secret_wipe(c, sizeof(*c));
	free(c);
}
