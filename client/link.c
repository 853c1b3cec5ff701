/* SPDX-License-Identifier: MIT */
/*
 * State machine over net and rpc. Nothing here waits.
 */
#include "client/link.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"

#define LINK_PROTOCOL	 1
#define LINK_GREETING_MS 10000
#define LINK_WAIT_MIN_MS 500
#define LINK_WAIT_MAX_MS 15000

struct link {
	struct session *session;
	Emage__ClientKind kind;
	struct link_hooks hooks;
	void *arg;
	char language[3];
	struct net *net;
	struct rpc *rpc;
	enum link_state state;
	int err;
	bool needed;
	bool was_ready; /* since the last loss */
	bool greeted;	/* hello has been sent on this connection */
	int64_t wait_ms, retry_at_ms;
};

static void link_lost(struct link *l, int err);

struct link *
link_new(struct session *session, Emage__ClientKind kind, const struct link_hooks *hooks, void *arg)
{
	struct link *l = mem_new(sizeof(*l));

	l->session = session;
	l->kind = kind;
	l->hooks = *hooks;
	l->arg = arg;
	l->wait_ms = LINK_WAIT_MIN_MS;
	return l;
}

void
link_free(struct link **lp)
{
	struct link *l = *lp;

	if (!l)
		return;
	*lp = NULL;
	rpc_free(&l->rpc);
	net_free(&l->net);
	free(l);
}

void
link_set_language(struct link *l, const char *language)
{
	l->language[0] = language[0];
	l->language[1] = language[1];
}

static void
link_connect(struct link *l)
{
	if (!l->net)
		return;
	l->state = LINK_CONNECTING;
	l->greeted = false;
	net_connect(l->net);
}

void
link_open(struct link *l, const struct region *region, const char *language)
{
	struct net_target target = {
	    .host = region->host,
	    .port = region->port,
	    .ca_path = region->ca,
	};

	rpc_free(&l->rpc);
	net_free(&l->net);
	l->net = net_new(&target);
	l->rpc = rpc_new(l->net);
	l->was_ready = false;
	l->err = 0;
	l->wait_ms = LINK_WAIT_MIN_MS;
	link_set_language(l, language);
	link_connect(l);
}

void
link_sleep(struct link *l)
{
	if (l->net)
		net_close(l->net);
	l->state = LINK_ASLEEP;
	l->was_ready = false;
	l->err = 0;
}

void
link_wake(struct link *l)
{
	if (l->state == LINK_ASLEEP)
		link_connect(l);
}

void
link_retry(struct link *l)
{
	if (l->state == LINK_WAITING || l->state == LINK_FAILED)
		link_connect(l);
}

void
link_set_needed(struct link *l, bool needed)
{
	l->needed = needed;
	/* what was asked for just as the server closed an idle connection */
	if (needed)
		link_wake(l);
}

enum link_state
link_state(const struct link *l)
{
	return l->state;
}

int
link_error(const struct link *l)
{
	return l->err;
}

struct rpc *
link_rpc(struct link *l)
{
	return l->state == LINK_READY ? l->rpc : NULL;
}

void
link_forget(struct link *l, uint32_t id)
{
	if (l->rpc)
		rpc_forget(l->rpc, id);
}

/* ----------------------------------------------------------------- greeting */

static void
link_ready(struct link *l, bool resumed)
{
	l->state = LINK_READY;
	l->was_ready = true;
	l->err = 0;
	l->wait_ms = LINK_WAIT_MIN_MS;
	l->hooks.ready(l->arg, resumed);
}

static bool
link_is_session_error(int err)
{
	return err == -EM_E_SESSION_ENDED || err == -EM_E_SESSION_IDLE ||
	       err == -EM_E_SESSION_TAKEN || err == -EM_E_AUTH || err == -EM_E_NOT_FOUND ||
	       err == -EM_E_INVALID;
}

static void
link_resumed(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct link *l = arg;

	(void)e;
	(void)more;
	if (err == 0) {
		session_take_resume(l->session, (const Emage__SessionResumeReply *)msg);
		link_ready(l, true);
	} else if (link_is_session_error(err)) {
		l->state = LINK_READY;
		l->was_ready = true;
		l->err = 0;
		l->hooks.session_over(l->arg, err);
	} else {
		link_lost(l, err);
	}
}

static void
link_resume(struct link *l)
{
	Emage__SessionResumeRequest r = EMAGE__SESSION_RESUME_REQUEST__INIT;

	r.token.data = l->session->token.bytes;
	r.token.len = l->session->token.len;
	if (rpc_call(l->rpc, METHOD_session_resume, &r.base, LINK_GREETING_MS, link_resumed, l) ==
	    0)
		link_lost(l, -EM_E_CLOSED);
}

static void
link_greeted(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct link *l = arg;

	(void)e;
	(void)more;
	if (err < 0) {
		link_lost(l, err);
		return;
	}
	session_take_hello(l->session, (const Emage__HelloReply *)msg);
	if (session_is_open(l->session))
		link_resume(l);
	else
		link_ready(l, false);
}

static void
link_greet(struct link *l)
{
	Emage__HelloRequest r = EMAGE__HELLO_REQUEST__INIT;

	l->greeted = true;
	r.protocol = LINK_PROTOCOL;
	r.kind = l->kind;
	r.language = l->language;
	if (rpc_call(l->rpc, METHOD_hello, &r.base, LINK_GREETING_MS, link_greeted, l) == 0)
		link_lost(l, -EM_E_CLOSED);
}

/* --------------------------------------------------------------------- loss */

static void
link_lost(struct link *l, int err)
{
	bool in_use = l->needed || session_is_open(l->session) || !l->was_ready;

	if (l->state == LINK_ASLEEP || l->state == LINK_WAITING || l->state == LINK_FAILED)
		return;
	l->was_ready = false;
	l->err = err;
	if (err == -EM_E_CERTIFICATE || err == -EM_E_VERSION || err == -EM_E_CONFIG) {
		l->state = LINK_FAILED;
	} else if (in_use) {
		l->state = LINK_WAITING;
		l->retry_at_ms = clock_boot_ms() + l->wait_ms;
		l->wait_ms = l->wait_ms * 2 < LINK_WAIT_MAX_MS ? l->wait_ms * 2 : LINK_WAIT_MAX_MS;
	} else {
		l->state = LINK_ASLEEP;
	}
	net_close(l->net);
}

void
link_step(struct link *l)
{
	if (!l->net)
		return;
	rpc_step(l->rpc);
	switch (net_state(l->net)) {
	case NET_UP:
		if (l->state == LINK_CONNECTING && !l->greeted)
			link_greet(l);
		break;
	case NET_DOWN:
		link_lost(l, net_error(l->net) ? net_error(l->net) : -EM_E_CLOSED);
		break;
	default:
		break;
	}
	if (l->state == LINK_WAITING && clock_boot_ms() >= l->retry_at_ms)
		link_connect(l);
}

void
link_wants(const struct link *l, int *fd_r, short *events_r, int *timeout_ms_r)
{
	int64_t left;

	*fd_r = -1;
	*events_r = 0;
	*timeout_ms_r = -1;
	if (!l->net)
		return;
	rpc_wants(l->rpc, fd_r, events_r, timeout_ms_r);
	if (l->state != LINK_WAITING)
		return;
	left = l->retry_at_ms - clock_boot_ms();
	left = left < 0 ? 0 : left;
	if (*timeout_ms_r < 0 || left < *timeout_ms_r)
		*timeout_ms_r = (int)left;
}
