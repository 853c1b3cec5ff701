/* SPDX-License-Identifier: MIT */
/*
 * The one loop: a line, a reply, whichever is waited for; and what may happen
 * meanwhile.
 */
#include "client/linear/talk.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/errtext.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "proto/exam.pb-c.h"

/* Warnings come early: a line has to be read, or heard, and answered. */
#define WAIT_IDLE_WARN_MS  60000
#define WAIT_TOTAL_WARN_MS 60000

struct wait_call {
	struct linear *l;
	linear_take *take;
	void *arg;
	bool is_over, more;
	int err;
};

/* ----------------------------------------------------------------------- words */

static void __attribute__((format(printf, 2, 0)))
wait_say(struct linear *l, const char *fmt, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0)
		die("%s", "out of memory");
	/* a question is open: the line begins below it, and it is asked again */
	if (l->question)
		lines_write(l->lines, "\n");
	lines_write(l->lines, text);
	lines_write(l->lines, "\n");
	if (l->question)
		lines_write(l->lines, l->question);
	secret_wipe(text, strlen(text));
	free(text);
}

void
linear_say(struct linear *l, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	wait_say(l, fmt, args);
	va_end(args);
}

void
linear_say_error(struct linear *l, int err)
{
	Emage__Error e = EMAGE__ERROR__INIT;
	char text[512];

	if (l->end != LINEAR_GO)
		return;
	e.retry_after_s = l->retry_after_s;
	e.tries_left = l->tries_left;
	errtext(err, &e, text, sizeof(text));
	linear_say(l, "%s", text);
	l->retry_after_s = l->tries_left = 0;
}

/* --------------------------------------------------------------------- session */

static bool
wait_err_ends_session(int err)
{
	return err == -EM_E_SESSION_ENDED || err == -EM_E_SESSION_IDLE ||
	       err == -EM_E_SESSION_TAKEN;
}

static void
wait_forgotten(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)arg;
	(void)err;
	(void)msg;
	(void)e;
	(void)more;
}

void
linear_send_logout(struct linear *l)
{
	Emage__SessionLogoutRequest r = EMAGE__SESSION_LOGOUT_REQUEST__INIT;
	struct rpc *rpc = link_rpc(l->link);

	if (!rpc || !session_is_open(&l->session))
		return;
	rpc_call(rpc, METHOD_session_logout, &r.base, 0, wait_forgotten, NULL);
	rpc_step(rpc);
}

void
linear_session_over(struct linear *l, int err)
{
	session_close(&l->session);
	signin_clear(&l->signin);
	link_set_needed(l->link, false);
	link_sleep(l->link);
	l->idle_warned = l->total_warned = l->lost_is_said = false;
	if (err < 0) {
		if (l->question)
			lines_write(l->lines, "\n");
		l->question = NULL;
		linear_say_error(l, err);
	}
	if (l->end == LINEAR_GO)
		l->end = LINEAR_SIGNIN;
}

static void
wait_touched(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)msg;
	(void)e;
	(void)more;
	if (wait_err_ends_session(err))
		linear_session_over(arg, err);
}

/* A line was typed: somebody is there. */
static void
wait_touch(struct linear *l)
{
	Emage__SessionTouchRequest r = EMAGE__SESSION_TOUCH_REQUEST__INIT;
	struct rpc *rpc = link_rpc(l->link);
	int64_t now_ms = clock_boot_ms();

	if (!session_is_open(&l->session) ||
	    !(l->idle_warned || session_wants_touch(&l->session, now_ms)))
		return;
	l->idle_warned = false;
	if (rpc && rpc_call(rpc, METHOD_session_touch, &r.base, 0, wait_touched, l) != 0)
		session_touched(&l->session, now_ms);
}

/* Limits are told once, a minute before: nothing counts down. */
static void
wait_limits(struct linear *l)
{
	int64_t now_ms = clock_boot_ms();
	int64_t idle_ms, total_ms;

	if (!session_is_open(&l->session))
		return;
	idle_ms = session_idle_left_ms(&l->session, now_ms);
	total_ms = session_total_left_ms(&l->session, now_ms);
	if (total_ms <= 0 || idle_ms <= 0) {
		linear_session_over(l, total_ms <= 0 ? -EM_E_SESSION_ENDED : -EM_E_SESSION_IDLE);
		return;
	}
	if (total_ms <= WAIT_TOTAL_WARN_MS && !l->total_warned) {
		l->total_warned = true;
		linear_say(
		    l, "%s", _("Durée maximale de la session : elle se termine dans une minute."));
	} else if (idle_ms <= WAIT_IDLE_WARN_MS && !l->idle_warned) {
		l->idle_warned = true;
		linear_say(l, _("Êtes-vous toujours là ? Appuyez sur Entrée (%u s)"),
		    (unsigned)((idle_ms + 999) / 1000));
	}
}

/* When the next limit is near. */
static int64_t
wait_limits_ms(const struct linear *l)
{
	int64_t now_ms = clock_boot_ms(), idle_ms, total_ms;

	if (!session_is_open(&l->session))
		return INT64_MAX;
	idle_ms = session_idle_left_ms(&l->session, now_ms);
	idle_ms -= l->idle_warned ? 0 : WAIT_IDLE_WARN_MS;
	total_ms = session_total_left_ms(&l->session, now_ms);
	total_ms -= l->total_warned ? 0 : WAIT_TOTAL_WARN_MS;
	return total_ms < idle_ms ? total_ms : idle_ms;
}

/* ------------------------------------------------------------------ connection */

/* Lost, and back: one line each. */
static void
wait_connection(struct linear *l)
{
	enum link_state state = link_state(l->link);
	char text[512];

	if (state == LINK_READY && l->lost_is_said) {
		l->lost_is_said = false;
		if (l->end == LINEAR_GO)
			linear_say(l, "%s", _("Connexion rétablie."));
	}
	if ((state != LINK_WAITING && state != LINK_FAILED) || l->lost_is_said)
		return;
	l->lost_is_said = true;
	l->n_losses++;
	errtext(link_error(l->link), NULL, text, sizeof(text));
	linear_say(l, "%s %s", text,
	    state == LINK_FAILED ? _("Entrée : réessayer.") : _("Nouvel essai automatique."));
}

/* ------------------------------------------------------------------------ loop */

static int
wait_timeout(const struct linear *l, int link_ms)
{
	int64_t left_ms = wait_limits_ms(l);

	if (left_ms == INT64_MAX)
		return link_ms;
	left_ms = left_ms < 1 ? 1 : left_ms;
	if (link_ms >= 0 && link_ms < left_ms)
		return link_ms;
	return left_ms > 3600000 ? 3600000 : (int)left_ms;
}

#define WAIT_FDS (LINES_N_FDS + 1)

/* Once round. */
static enum lines_event
wait_round(struct linear *l, bool wants_line)
{
	struct pollfd fds[WAIT_FDS + SPAWN_FDS];
	nfds_t n = WAIT_FDS;
	enum lines_event ev;
	int timeout;

	link_wants(l->link, &fds[LINES_N_FDS].fd, &fds[LINES_N_FDS].events, &timeout);
	timeout = wait_timeout(l, timeout);
	if (!lines_wants(l->lines, wants_line, fds))
		timeout = 0;
	if (l->spawn) {
		spawn_wants(l->spawn, &fds[WAIT_FDS]);
		n += SPAWN_FDS;
	}
	if (poll(fds, n, timeout) < 0)
		for (size_t i = 0; i < n; i++)
			fds[i].revents = 0;
	if (n > WAIT_FDS && spawn_step(l->spawn, &fds[WAIT_FDS]))
		l->spawn_is_over = true;
	ev = lines_step(l->lines, wants_line, fds);
	if (ev == LINES_OVER) {
		l->end = LINEAR_LEAVE;
		return ev;
	}
	link_step(l->link);
	wait_connection(l);
	wait_limits(l);
	if (ev == LINES_LINE || ev == LINES_BAD || ev == LINES_LONG)
		wait_touch(l);
	return ev;
}

enum lines_event
linear_line(struct linear *l, const char *question, bool secret)
{
	enum lines_event ev = LINES_NONE;

	if (l->end != LINEAR_GO)
		return LINES_OVER;
	lines_echo(l->lines, !secret);
	lines_write(l->lines, question);
	l->question = question;
	while (ev == LINES_NONE && l->end == LINEAR_GO) {
		ev = wait_round(l, true);
		if (ev != LINES_NONE && link_state(l->link) == LINK_FAILED)
			link_retry(l->link);
	}
	l->question = NULL;
	lines_echo(l->lines, true);
	return l->end == LINEAR_GO ? ev : LINES_OVER;
}

/* --------------------------------------------------------------------- calling */

static void
wait_done(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct wait_call *c = arg;

	c->l->retry_after_s = e ? e->retry_after_s : 0;
	c->l->tries_left = e ? e->tries_left : 0;
	snprintf(c->l->field, sizeof(c->l->field), "%s", e ? e->field : "");
	if (err == 0 && c->take)
		err = c->take(c->arg, msg, more);
	c->err = err;
	c->is_over = err != 0 || !more;
	c->more = more;
}

/* Waits until the server can be asked. Ctrl-C gives it up; in the state where
 * trying again needs a word, Enter is that word. */
static int
wait_ready(struct linear *l)
{
	link_wake(l->link);
	while (l->end == LINEAR_GO && !link_rpc(l->link)) {
		bool failed = link_state(l->link) == LINK_FAILED;
		enum lines_event ev;

		/* nobody is there to see it come back */
		if (lines_at_end(l->lines)) {
			l->end = LINEAR_LEAVE;
			break;
		}
		ev = wait_round(l, failed);
		if (ev == LINES_STOP)
			return -EM_E_CANCELLED;
		if (failed && ev == LINES_LINE) {
			l->lost_is_said = false;
			link_retry(l->link);
		}
	}
	return l->end == LINEAR_GO ? 0 : -EM_E_CANCELLED;
}

/* Methods that move the server's idle limit. */
static bool
wait_method_touches(enum method_index m)
{
	enum rate_class rate = method_at(m)->rate;

	return rate == RATE_user || rate == RATE_auth || method_at(m)->cost == COST_stream;
}

/* Nobody waits for it any more: replies may still be on their way, more of them the
 * server need not send. */
static void
wait_give_up(struct linear *l, struct rpc *rpc, uint32_t id, bool is_over)
{
	Emage__FrameCancelRequest r = EMAGE__FRAME_CANCEL_REQUEST__INIT;

	rpc_forget(rpc, id);
	r.request_id = id;
	if (!is_over && session_is_open(&l->session))
		rpc_call(rpc, METHOD_frame_cancel, &r.base, 0, wait_forgotten, NULL);
}

/* One try; -EM_E_CLOSED when the connection went meanwhile. */
static int
wait_call(struct linear *l, enum method_index m, const ProtobufCMessage *request, linear_take *take,
    void *arg)
{
	struct wait_call c = {.l = l, .take = take, .arg = arg};
	int err = wait_ready(l);
	struct rpc *rpc;
	uint32_t id;

	if (err < 0)
		return err;
	rpc = link_rpc(l->link);
	id = rpc_call(rpc, m, request, 0, wait_done, &c);
	if (id == 0)
		return -EM_E_TOO_LARGE;
	if (wait_method_touches(m))
		session_touched(&l->session, clock_boot_ms());
	while (!c.is_over && l->end == LINEAR_GO)
		if (wait_round(l, false) == LINES_STOP)
			break;
	if (c.is_over && c.err == 0)
		return 0;
	if (link_rpc(l->link) == rpc) /* else they went with the connection */
		wait_give_up(l, rpc, id, c.is_over && !c.more);
	return c.is_over ? c.err : -EM_E_CANCELLED;
}

int
linear_call(struct linear *l, enum method_index m, const ProtobufCMessage *request,
    enum linear_again again, linear_take *take, void *arg)
{
	int err;

	if (l->end != LINEAR_GO)
		return -EM_E_CANCELLED;
	do {
		err = wait_call(l, m, request, take, arg);
	} while (err == -EM_E_CLOSED && again == LINEAR_AGAIN && l->end == LINEAR_GO);
	if (wait_err_ends_session(err) && session_is_open(&l->session))
		linear_session_over(l, err);
	return l->end == LINEAR_GO ? err : -EM_E_CANCELLED;
}

/* ------------------------------------------------------------- another program */

struct spawn *
linear_spawn(struct linear *l, const char *name, const char *const args[], struct buf *take_input)
{
	struct spawn *s = NULL;

	if (l->options->staff && l->end == LINEAR_GO)
		s = spawn_new(name, args, take_input);
	buf_release(take_input);
	if (!s)
		return NULL;
	l->spawn = s;
	l->spawn_is_over = false;
	/* it ends by itself, soon: Ctrl-C does not tear a page in two */
	while (!l->spawn_is_over && l->end == LINEAR_GO)
		(void)wait_round(l, false);
	l->spawn = NULL;
	if (!l->spawn_is_over)
		spawn_free(&s);
	return s;
}
