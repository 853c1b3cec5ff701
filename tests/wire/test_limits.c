/* SPDX-License-Identifier: MIT */
/*
 * Connections that take their time, and too many of them (N-05, N-06). The
 * server's clock is put forward; nobody waits.
 */
#include "tests/lib/check.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/tls_raw.h"
#include "tests/lib/wire.h"

static struct fixture *server;
static struct fixture_patient camille;

static int
set_up(void **state)
{
	static const char *const sets[] = {"listen.trusted_sources=", "limits.per_source=3",
	    "limits.unauthenticated=16", "limits.connections=64", NULL};

	(void)state;
	server = fixture_new(sets);
	fixture_start(server);
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	wire_first_sign_in(server, &camille);
	fixture_advance(server, 120000);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

static bool
is_open(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 0;
}

/* The clock moves on in steps until the server has closed: it may not have seen
 * the connection, or its last byte, when the first step was made. */
static void
advance_until_closed(int fd, int64_t step_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int64_t past_ms = 0;
	uint8_t bytes[256];
	ssize_t n;

	do {
		assert_true(past_ms < 100 * step_ms);
		fixture_advance(server, step_ms);
		past_ms += step_ms;
	} while (poll(&p, 1, 100) == 0);
	/* a goodbye of TLS at most, then the end */
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		assert_int_equal(bytes[0], 0x17);
	assert_true(n == 0 || tls_raw_is_closed(fd));
}

static void
test_handshake(void **state)
{
	int fd = tls_raw_tcp(server, NULL);

	(void)state;
	assert_true(fd >= 0);
	/* half a ClientHello is no better than none */
	assert_int_equal(send(fd, "\x16\x03\x01\x02\x00\x01\x00", 7, MSG_NOSIGNAL), 7);
	assert_true(is_open(fd));
	advance_until_closed(fd, 6000);
	close(fd);
}

static void
test_first_frame(void **state)
{
	struct tls_raw t;

	(void)state;
	assert_true(tls_raw_open(&t, server, NULL));
	assert_true(is_open(t.fd));
	advance_until_closed(t.fd, 6000);
	tls_raw_close(&t);
}

/* What has begun has ten seconds, however it drips. */
static void
test_frame_that_drips(void **state)
{
	static const uint8_t ping_and_more[] = "\0\0\0\0\0\x02\0\0\0\0\x03\xe8"
					       "\0\0\0\x08\0";
	struct wire *w = wire_open_greeted(server);
	int64_t missed = fixture_counter(server, "deadlines_missed");

	(void)state;
	wire_send(w, ping_and_more, sizeof(ping_and_more) - 1);
	assert_int_equal(wire_next_frame(w).id, 1000); /* so the rest has been seen */
	fixture_advance(server, 4000);
	wire_send(w, "\x02", 1);
	fixture_advance(server, 4000);
	wire_send(w, "\0", 1);
	assert_int_equal(net_state(w->net), NET_UP);
	fixture_advance(server, 3000);
	wire_expect_closed(w);
	assert_int_equal(fixture_counter(server, "deadlines_missed"), missed + 1);
	wire_free(&w);
}

static void
test_frame_in_time(void **state)
{
	static const uint8_t ping_and_more[] = "\0\0\0\0\0\x02\0\0\0\0\x03\xe8"
					       "\0\0\0\0\0";
	struct wire *w = wire_open_greeted(server);

	(void)state;
	for (int i = 0; i < 3; i++) {
		wire_send(w, ping_and_more, sizeof(ping_and_more) - 1);
		assert_int_equal(wire_next_frame(w).id, 1000);
		fixture_advance(server, 8000);
		wire_send(w, "\x02\0\0\0\0\x03\xe9", 7);
		assert_int_equal(wire_next_frame(w).id, 1001);
	}
	wire_free(&w);
}

/* Greeting is not signing in: two minutes, whatever is said meanwhile. */
static void
test_sign_in(void **state)
{
	struct wire *w = wire_open_greeted(server);

	(void)state;
	for (int i = 0; i < 11; i++) {
		fixture_advance(server, 10000);
		wire_expect_alive(w);
	}
	fixture_advance(server, 11000);
	wire_expect_closed(w);
	wire_free(&w);
}

/* ------------------------------------------------------------------------ numbers */

static void
test_per_source(void **state)
{
	int fds[3], one_more, other;
	struct tls_raw t;
	struct wire *w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = tls_raw_tcp(server, "127.0.0.2");
	one_more = tls_raw_tcp(server, "127.0.0.2");
	assert_true(tls_raw_is_closed(one_more));
	close(one_more);
	/* others are not concerned */
	other = tls_raw_tcp(server, "127.0.0.3");
	w = wire_open_greeted(server);
	assert_true(is_open(other));
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		assert_true(is_open(fds[i]));
	/* one that goes makes room, as soon as the server has noticed */
	close(fds[0]);
	while (!tls_raw_open(&t, server, &(struct tls_raw_options){.source = "127.0.0.2"}))
		tls_raw_close(&t);
	tls_raw_hello(&t);
	tls_raw_close(&t);
	ERR_clear_error();
	close(other);
	close(fds[1]);
	close(fds[2]);
	wire_free(&w);
}

/* Who has signed in is not counted with those who have not. */
static void
test_signed_in_take_no_place(void **state)
{
	struct wire *signed_in = wire_open_greeted(server), *w[3];

	(void)state;
	wire_sign_in(signed_in, &camille);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		w[i] = wire_open_greeted(server);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		wire_free(&w[i]);
	wire_expect_alive(signed_in);
	wire_free(&signed_in);
}

/* When there is no more room the oldest that has not signed in gives way, and
 * everybody who comes gets in. */
static void
test_oldest_gives_way(void **state)
{
	struct wire *signed_in = wire_open_greeted(server), *late;
	int fds[40];
	unsigned n_closed = 0;

	(void)state;
	fixture_advance(server, 16 * 60000);
	wire_free(&signed_in);
	signed_in = wire_open_greeted(server);
	wire_sign_in(signed_in, &camille);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		char source[16];

		snprintf(source, sizeof(source), "127.0.1.%zu", i / 3 + 1);
		fds[i] = tls_raw_tcp(server, source);
		assert_true(fds[i] >= 0);
	}
	late = wire_open_greeted(server);
	/* those that were there first had to go, but for the last sixteen */
	for (size_t i = 0; i < ARRAY_LEN(fds) - 16; i++)
		assert_true(tls_raw_is_closed(fds[i]));
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		n_closed += !is_open(fds[i]);
	assert_true(n_closed <= ARRAY_LEN(fds) - 14);
	wire_expect_alive(late);
	assert_int_equal(wire_call_empty(signed_in, METHOD_session_whoami), 0);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	wire_free(&late);
	wire_free(&signed_in);
}

/* -------------------------------------------------------------------------- rates */

/* 30 a minute from one source that is not trusted, right or wrong or nonsense. */
static void
test_sign_ins_of_one_source(void **state)
{
	struct wire *w = wire_open_greeted(server);
	int rc, n = 0;

	(void)state;
	fixture_advance(server, 60000);
	wire_free(&w);
	w = wire_open_greeted(server);
	while ((rc = wire_call_empty(w, METHOD_auth_password)) == -EM_E_INVALID && n < 100)
		n++;
	assert_int_equal(rc, -EM_E_RATE);
	assert_int_equal(n, 30);
	assert_true(w->error->retry_after_s > 0 && w->error->retry_after_s <= 60);
	wire_free(&w);
	/* another connection from there is no way around it */
	w = wire_open_greeted(server);
	assert_int_equal(wire_call_empty(w, METHOD_auth_password), -EM_E_RATE);
	fixture_advance(server, 1000 * (int64_t)w->error->retry_after_s);
	assert_int_equal(wire_call_empty(w, METHOD_auth_password), -EM_E_INVALID);
	wire_free(&w);
}

/* 100 a second from one session, 400 at once. */
static void
test_requests_of_one_session(void **state)
{
	enum { N = 1000 };
	struct wire *w = wire_open_greeted(server);
	unsigned n_rate = 0, n_ok = 0;

	(void)state;
	fixture_advance(server, 16 * 60000);
	wire_free(&w);
	w = wire_open_greeted(server);
	wire_sign_in(w, &camille);
	for (uint32_t i = 0; i < N; i++) {
		const struct frame touch = {.method = 17, .id = 5000 + i};
		uint8_t header[FRAME_HEADER_LEN];

		frame_put_header(header, &touch);
		assert_int_equal(buf_append(net_out(w->net), header, sizeof(header)), 0);
	}
	for (uint32_t i = 0; i < N; i++) {
		struct frame f = wire_next_frame(w);

		assert_int_equal(f.id, 5000 + i);
		if (f.flags & FRAME_ERROR)
			n_rate++;
		else
			n_ok++;
	}
	assert_true(n_ok >= 400);
	assert_true(n_rate > 0);
	fixture_advance(server, 10000);
	assert_int_equal(wire_call_empty(w, METHOD_session_touch), 0);
	wire_free(&w);
}

/* More passwords than can be hashed: some are told to come again, none waits for
 * ever (F-14). */
static void
test_storm_of_passwords(void **state)
{
	enum { N = 40 };
	static const char *const sets[] = {"limits.hash_queue=1", "threads.hash=1", NULL};
	struct fixture *small = fixture_new(sets);
	struct wire *w[N];
	unsigned n_busy = 0, n_auth = 0;

	(void)state;
	fixture_start(small);
	for (int i = 0; i < N; i++)
		w[i] = wire_open_greeted(small);
	for (int i = 0; i < N; i++) {
		Emage__AuthPasswordRequest rq = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
		char identifier[16];
		struct buf out;

		/* another one each, so that no delay is in the way */
		snprintf(identifier, sizeof(identifier), "C4F-7HK9-%03d", i);
		rq.identifier = identifier;
		rq.password = (char *)"faux mot de passe";
		buf_init(&out, 4096);
		assert_int_equal(frame_append(&out, 10, 0, 1000, &rq.base), 0);
		wire_send(w[i], buf_bytes(&out), out.len);
		buf_release(&out);
	}
	for (int i = 0; i < N; i++) {
		struct frame f = wire_next_frame(w[i]);
		Emage__Error *e = emage__error__unpack(NULL, f.body_len, f.body);

		assert_non_null(e);
		n_busy += e->code == EM_E_BUSY;
		n_auth += e->code == EM_E_AUTH;
		emage__error__free_unpacked(e, NULL);
		wire_free(&w[i]);
	}
	assert_int_equal(n_busy + n_auth, N);
	assert_true(n_auth >= 1);
	assert_true(n_busy >= 1);
	fixture_free(&small);
}

/* Somebody who knows an identifier can make it fail as often as he likes: from a
 * trusted place its owner signs in all the same. */
static void
test_stranger_locks_nobody_out(void **state)
{
	static const char *const sets[] = {"listen.trusted_sources=127.0.0.1/32", NULL};
	Emage__AuthPasswordRequest rq = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	struct fixture *kiosks = fixture_new(sets);
	struct fixture_patient paul;
	struct wire *w;

	(void)state;
	fixture_start(kiosks);
	fixture_add_patient(kiosks, "Paul", "paul@example.org", &paul);
	wire_first_sign_in(kiosks, &paul);
	rq.identifier = paul.identifier;
	rq.password = (char *)"faux";
	for (int i = 0; i < 12; i++) {
		struct tls_raw t;
		uint8_t bytes[256];

		assert_true(
		    tls_raw_open(&t, kiosks, &(struct tls_raw_options){.source = "127.0.0.9"}));
		tls_raw_hello(&t);
		tls_raw_send(&t, 10, 5, &rq.base);
		assert_true(tls_raw_receive(&t, bytes, sizeof(bytes)) > FRAME_HEADER_LEN);
		assert_int_equal(bytes[7], FRAME_REPLY | FRAME_ERROR);
		tls_raw_close(&t);
		if (i < 8)
			fixture_advance(kiosks, 61000);
	}
	w = wire_open_greeted(kiosks);
	assert_int_equal(wire_password(w, paul.identifier, paul.password), 0);
	wire_free(&w);
	fixture_free(&kiosks);
}

/* No descriptor left: those who are in stay, nobody waits for ever, and when
 * some go others come. */
static void
test_no_descriptors_left(void **state)
{
	struct fixture *small = fixture_new(NULL);
	struct fixture_patient paul;
	struct wire *w, *late;
	int fds[200];

	(void)state;
	small->max_files = 96;
	fixture_start(small);
	fixture_add_patient(small, "Paul", "paul@example.org", &paul);
	wire_first_sign_in(small, &paul);
	w = wire_open_greeted(small);
	wire_sign_in(w, &paul);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = tls_raw_tcp(small, NULL);
		assert_true(fds[i] >= 0);
	}
	assert_int_equal(wire_call_empty(w, METHOD_session_whoami), 0);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	late = wire_open_greeted(small);
	wire_expect_alive(late);
	assert_int_equal(wire_call_empty(w, METHOD_session_whoami), 0);
	wire_free(&late);
	wire_free(&w);
	assert_true(fixture_counter(small, "connections_refused") > 0);
	assert_int_equal(fixture_stop(small), 0);
	fixture_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_handshake),
	    cmocka_unit_test(test_first_frame),
	    cmocka_unit_test(test_frame_that_drips),
	    cmocka_unit_test(test_frame_in_time),
	    cmocka_unit_test(test_sign_in),
	    cmocka_unit_test(test_per_source),
	    cmocka_unit_test(test_signed_in_take_no_place),
	    cmocka_unit_test(test_oldest_gives_way),
	    cmocka_unit_test(test_sign_ins_of_one_source),
	    cmocka_unit_test(test_requests_of_one_session),
	    cmocka_unit_test(test_storm_of_passwords),
	    cmocka_unit_test(test_stranger_locks_nobody_out),
	    cmocka_unit_test(test_no_descriptors_left),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
