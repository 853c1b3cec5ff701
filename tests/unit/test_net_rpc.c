/* SPDX-License-Identifier: MIT */
/*
 * Requests and replies: who gets which, in what order, and what becomes of those
 * that get none.
 */
#include "tests/lib/check.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/rpc.h"
#include "common/err.h"
#include "common/frame.h"
#include "proto/exam.pb-c.h"
#include "proto/session.pb-c.h"
#include "tests/lib/file.h"
#include "tests/lib/tls_peer.h"

static char clock_path[64]; /* says by how many ms all clocks of this process are ahead */

/* What a callback was told. */
struct told {
	unsigned n;
	int err;
	bool more;
	int64_t now_ms;
	uint32_t retry_after_s;
	struct rpc *again; /* ask once more from inside the callback */
	struct told *again_told;
};

static void
note(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct told *t = arg;
	Emage__PingRequest ping = EMAGE__PING_REQUEST__INIT;

	t->n++;
	t->err = err;
	t->more = more;
	if (msg)
		t->now_ms = ((const Emage__PingReply *)msg)->now_ms;
	if (e)
		t->retry_after_s = e->retry_after_s;
	if (t->again)
		rpc_call(t->again, METHOD_ping, &ping.base, 0, note, t->again_told);
	t->again = NULL;
}

struct pair {
	struct tls_peer *peer;
	struct net *net;
	struct rpc *rpc;
};

static struct pair
pair_new(tls_peer_talk *talk)
{
	struct pair p = {.peer = tls_peer_start(TLS_PEER_GOOD, talk, NULL)};
	const struct net_target target = {
	    .host = "127.0.0.1",
	    .port = tls_peer_port(p.peer),
	    .ca_path = tls_peer_ca(p.peer),
	};

	file_write("0", "%s", clock_path);
	p.net = net_new(&target);
	p.rpc = rpc_new(p.net);
	assert_int_equal(rpc_wait_up(p.rpc, 0), 0);
	return p;
}

static void
pair_free(struct pair *p)
{
	rpc_free(&p->rpc);
	net_free(&p->net);
	tls_peer_stop(&p->peer);
}

static uint32_t
ping(struct pair *p, int timeout_ms, struct told *t)
{
	Emage__PingRequest rq = EMAGE__PING_REQUEST__INIT;

	return rpc_call(p->rpc, METHOD_ping, &rq.base, timeout_ms, note, t);
}

static void
step_once(struct pair *p)
{
	struct pollfd fd = {.fd = -1};
	int timeout_ms;

	rpc_wants(p->rpc, &fd.fd, &fd.events, &timeout_ms);
	assert_true(poll(&fd, 1, timeout_ms) >= 0);
	rpc_step(p->rpc);
}

static void
reply(SSL *ssl, uint32_t id, int64_t now_ms, unsigned flags)
{
	Emage__PingReply msg = EMAGE__PING_REPLY__INIT;

	msg.now_ms = now_ms;
	tls_peer_write_frame(
	    ssl, method_at(METHOD_ping)->number, (uint16_t)(FRAME_REPLY | flags), id, &msg.base);
}

static void
reply_error(SSL *ssl, uint32_t id, uint32_t code)
{
	Emage__Error e = EMAGE__ERROR__INIT;

	e.code = code;
	e.retry_after_s = 7;
	tls_peer_write_frame(
	    ssl, method_at(METHOD_ping)->number, FRAME_REPLY | FRAME_ERROR, id, &e.base);
}

/* --------------------------------------------------------------------- order */

static void
talk_backwards(SSL *ssl, void *arg)
{
	struct frame f;
	uint32_t ids[3];

	(void)arg;
	for (int i = 0; i < 3; i++) {
		if (!tls_peer_read_frame(ssl, &f))
			return;
		ids[i] = f.id;
	}
	for (int i = 2; i >= 0; i--)
		reply(ssl, ids[i], 100 + i, 0);
}

static void
test_replies_find_their_request(void **state)
{
	struct pair p = pair_new(talk_backwards);
	struct told t[3] = {0};

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_not_equal(ping(&p, 0, &t[i]), 0);
	assert_int_equal(rpc_pending(p.rpc), 3);
	while (rpc_pending(p.rpc) > 0)
		step_once(&p);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(t[i].n, 1);
		assert_int_equal(t[i].err, 0);
		assert_int_equal(t[i].now_ms, 100 + i);
	}
	pair_free(&p);
}

static void
talk_answer_all(SSL *ssl, void *arg)
{
	struct frame f;

	(void)arg;
	while (tls_peer_read_frame(ssl, &f))
		reply(ssl, f.id, f.id, 0);
}

static void
test_calling_from_a_callback(void **state)
{
	struct pair p = pair_new(talk_answer_all);
	struct told second = {0}, first = {.again = p.rpc, .again_told = &second};

	(void)state;
	ping(&p, 0, &first);
	while (rpc_pending(p.rpc) > 0)
		step_once(&p);
	assert_int_equal(first.n, 1);
	assert_int_equal(second.n, 1);
	assert_int_equal(second.now_ms, 2);
	pair_free(&p);
}

static void
talk_stream(SSL *ssl, void *arg)
{
	struct frame f;

	(void)arg;
	if (!tls_peer_read_frame(ssl, &f))
		return;
	reply(ssl, f.id + 77, 1, 0); /* nobody's: dropped */
	reply(ssl, f.id, 1, FRAME_MORE);
	reply(ssl, f.id, 2, FRAME_MORE);
	reply(ssl, f.id, 3, 0);
}

static void
test_more_replies(void **state)
{
	struct pair p = pair_new(talk_stream);
	struct told t = {0};

	(void)state;
	ping(&p, 0, &t);
	while (rpc_pending(p.rpc) > 0) {
		step_once(&p);
		assert_true(t.n == 0 || t.more == (t.n < 3));
	}
	assert_int_equal(t.n, 3);
	assert_int_equal(t.now_ms, 3);
	pair_free(&p);
}

/* --------------------------------------------------------------------- errors */

static void
talk_errors(SSL *ssl, void *arg)
{
	struct frame f;

	(void)arg;
	tls_peer_read_frame(ssl, &f);
	reply_error(ssl, f.id, EM_E_RATE);
	tls_peer_read_frame(ssl, &f);
	reply_error(ssl, f.id, 0); /* no such error */
	tls_peer_read_frame(ssl, &f);
	reply_error(ssl, f.id, EM_E_CERTIFICATE); /* never on the wire */
}

static void
test_errors_of_the_server(void **state)
{
	static const int wanted[] = {EM_E_RATE, EM_E_INTERNAL, EM_E_INTERNAL};
	struct pair p = pair_new(talk_errors);

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct told t = {0};

		ping(&p, 0, &t);
		while (rpc_pending(p.rpc) > 0)
			step_once(&p);
		assert_int_equal(t.n, 1);
		assert_int_equal(t.err, -wanted[i]);
		assert_int_equal(t.retry_after_s, 7);
	}
	pair_free(&p);
}

static void
talk_close(SSL *ssl, void *arg)
{
	struct frame f;

	(void)arg;
	tls_peer_read_frame(ssl, &f);
	reply(ssl, f.id, 1, 0);
	SSL_shutdown(ssl);
}

static void
test_connection_lost(void **state)
{
	struct pair p = pair_new(talk_close);
	struct told t[3] = {0};

	(void)state;
	for (int i = 0; i < 3; i++)
		ping(&p, 0, &t[i]);
	while (rpc_pending(p.rpc) > 0)
		step_once(&p);
	assert_int_equal(t[0].err, 0);
	assert_int_equal(t[1].err, -EM_E_CLOSED);
	assert_int_equal(t[2].err, -EM_E_CLOSED);
	assert_int_equal(ping(&p, 0, &t[0]), 0); /* not up */
	pair_free(&p);
}

static void
talk_wrong_method(SSL *ssl, void *arg)
{
	Emage__PingReply msg = EMAGE__PING_REPLY__INIT;
	struct frame f;

	(void)arg;
	tls_peer_read_frame(ssl, &f);
	tls_peer_write_frame(ssl, method_at(METHOD_hello)->number, FRAME_REPLY, f.id, &msg.base);
}

static void
talk_no_reply_flag(SSL *ssl, void *arg)
{
	Emage__PingReply msg = EMAGE__PING_REPLY__INIT;
	struct frame f;

	(void)arg;
	tls_peer_read_frame(ssl, &f);
	tls_peer_write_frame(ssl, f.method, 0, f.id, &msg.base);
}

static void
talk_huge_header(SSL *ssl, void *arg)
{
	struct frame f;

	(void)arg;
	tls_peer_read_frame(ssl, &f);
	SSL_write(ssl, "\xff\xff\xff\xff\0\2\0\1\0\0\0\1", 12);
}

static void
talk_broken_body(SSL *ssl, void *arg)
{
	struct frame f;

	(void)arg;
	tls_peer_read_frame(ssl, &f);
	SSL_write(ssl, "\0\0\0\1\0\2\0\1\0\0\0\1\xff", 13);
}

static void
test_server_that_makes_no_sense(void **state)
{
	static tls_peer_talk *const talks[] = {
	    talk_wrong_method, talk_no_reply_flag, talk_huge_header, talk_broken_body};

	(void)state;
	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		struct pair p = pair_new(talks[i]);
		struct told t = {0};

		ping(&p, 0, &t);
		while (rpc_pending(p.rpc) > 0)
			step_once(&p);
		assert_int_equal(t.err, -EM_E_PROTOCOL);
		assert_int_equal(net_state(p.net), NET_DOWN);
		pair_free(&p);
	}
}

/* ------------------------------------------------------------------- deadlines */

static void
talk_second_only(SSL *ssl, void *arg)
{
	struct frame f;
	uint32_t first;

	(void)arg;
	tls_peer_read_frame(ssl, &f);
	first = f.id;
	tls_peer_read_frame(ssl, &f);
	reply(ssl, first, 1, 0); /* too late */
	reply(ssl, f.id, 2, 0);
}

static void
test_timeout(void **state)
{
	struct pair p = pair_new(talk_second_only);
	struct told t[2] = {0};
	int fd, timeout_ms;
	short events;

	(void)state;
	ping(&p, 5000, &t[0]);
	rpc_wants(p.rpc, &fd, &events, &timeout_ms);
	assert_true(timeout_ms <= 5000);
	file_write("6000", "%s", clock_path);
	rpc_step(p.rpc);
	assert_int_equal(t[0].n, 1);
	assert_int_equal(t[0].err, -EM_E_TIMEOUT);
	ping(&p, 5000, &t[1]);
	while (rpc_pending(p.rpc) > 0)
		step_once(&p);
	assert_int_equal(t[1].err, 0);
	assert_int_equal(t[1].now_ms, 2);
	assert_int_equal(t[0].n, 1); /* the late reply was dropped */
	pair_free(&p);
}

static void
test_forget_and_free(void **state)
{
	struct pair p = pair_new(talk_answer_all);
	struct told t[3] = {0};
	uint32_t id = ping(&p, 0, &t[0]);

	(void)state;
	rpc_forget(p.rpc, id);
	rpc_forget(p.rpc, 12345);
	assert_int_equal(rpc_pending(p.rpc), 0);
	ping(&p, 0, &t[1]);
	while (rpc_pending(p.rpc) > 0)
		step_once(&p);
	assert_int_equal(t[0].n, 0);
	assert_int_equal(t[1].n, 1);
	ping(&p, 0, &t[2]);
	rpc_free(&p.rpc);
	assert_int_equal(t[2].err, -EM_E_CANCELLED);
	pair_free(&p);
}

/* ------------------------------------------------------------------ for waiters */

static void
test_waiting_calls(void **state)
{
	struct pair p = pair_new(talk_errors);
	Emage__PingRequest rq = EMAGE__PING_REQUEST__INIT;
	Emage__AuthPasswordRequest huge = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	ProtobufCMessage *msg;
	Emage__Error *e;

	(void)state;
	assert_int_equal(rpc_call_wait(p.rpc, METHOD_ping, &rq.base, 0, &msg, &e), -EM_E_RATE);
	assert_null(msg);
	assert_non_null(e);
	assert_int_equal(e->retry_after_s, 7);
	emage__error__free_unpacked(e, NULL);

	huge.password = calloc(1, FRAME_BODY_MAX + 2);
	memset(huge.password, 'x', FRAME_BODY_MAX + 1);
	assert_int_equal(
	    rpc_call_wait(p.rpc, METHOD_auth_password, &huge.base, 0, &msg, &e), -EM_E_TOO_LARGE);
	free(huge.password);

	pair_free(&p);
	p = pair_new(talk_answer_all);
	assert_int_equal(rpc_call_wait(p.rpc, METHOD_ping, &rq.base, 0, &msg, NULL), 0);
	assert_int_equal(((Emage__PingReply *)msg)->now_ms, 1);
	protobuf_c_message_free_unpacked(msg, NULL);
	net_close(p.net);
	assert_int_equal(rpc_call_wait(p.rpc, METHOD_ping, &rq.base, 0, &msg, &e), -EM_E_CLOSED);
	assert_null(e);
	pair_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_replies_find_their_request),
	    cmocka_unit_test(test_calling_from_a_callback),
	    cmocka_unit_test(test_more_replies),
	    cmocka_unit_test(test_errors_of_the_server),
	    cmocka_unit_test(test_connection_lost),
	    cmocka_unit_test(test_server_that_makes_no_sense),
	    cmocka_unit_test(test_timeout),
	    cmocka_unit_test(test_forget_and_free),
	    cmocka_unit_test(test_waiting_calls),
	};
	char value[80];
	int rc;

	snprintf(clock_path, sizeof(clock_path), "/tmp/emage-clock-%d", (int)getpid());
	snprintf(value, sizeof(value), "@%s", clock_path);
	setenv("EMAGE_TEST_CLOCK", value, 1);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(clock_path);
	return rc;
}
