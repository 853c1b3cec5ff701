/* SPDX-License-Identifier: MIT */
/*
 * Frames byte by byte: limits, malformed ones, flags, ids, pipelining, and what
 * a message must not hold (P-01, P-04).
 */
#include "tests/lib/check.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/wire.h"

#define PING	 2u
#define HELLO	 1u
#define PASSWORD 10u

static struct fixture *server;

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* --------------------------------------------------------------------- limits */

static void
test_announced_too_large_before_sign_in(void **state)
{
	static const uint32_t lengths[] = {
	    FRAME_BODY_MAX_PRE + 1, FRAME_BODY_MAX, 0x7fffffff, 0x80000000, 0xffffffff};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct wire *w = wire_open_greeted(server);

		/* the header alone is enough: none of the body is waited for */
		wire_send_frame(w, lengths[i], PASSWORD, 0, 1000, NULL, 0);
		wire_expect_closed(w);
		wire_free(&w);
	}
}

static void
test_operator_may_send_64_kib_but_no_more(void **state)
{
	struct wire *w = wire_open_local(server);

	(void)state;
	wire_send_frame(w, FRAME_BODY_MAX + 1, 111, 0, 1000, NULL, 0);
	wire_expect_closed(w);
	wire_free(&w);
}

/* Too large for its method, not for a frame: refused, and the connection lives. */
static void
test_too_large_for_the_method(void **state)
{
	uint8_t body[FRAME_BODY_MAX_PRE] = {0};
	struct wire *w = wire_open_greeted(server);

	(void)state;
	wire_send_frame(w, 65, PING, 0, 1000, body, 65);
	wire_expect_error(w, 1000, EM_E_TOO_LARGE);
	wire_expect_alive(w);

	/* refused when announced, then gathered from nowhere */
	wire_send_frame(w, sizeof(body), PING, 0, 1001, NULL, 0);
	wire_expect_error(w, 1001, EM_E_TOO_LARGE);
	wire_send(w, body, 1000);
	wire_send(w, body, sizeof(body) - 1000);
	wire_expect_alive(w);
	wire_free(&w);
}

static void
test_empty_and_one_byte_at_a_time(void **state)
{
	static const uint8_t hello[] = "\0\0\0\x08\0\x01\0\0\0\0\x03\xe8"
				       "\x08\x01\x10\x03\x1a\x02"
				       "fr";
	struct wire *w = wire_open(server);
	struct frame f;

	(void)state;
	for (size_t i = 0; i < sizeof(hello) - 1; i++)
		wire_send(w, hello + i, 1);
	f = wire_next_frame(w);
	assert_int_equal(f.method, HELLO);
	assert_int_equal(f.flags, FRAME_REPLY);
	assert_int_equal(f.id, 1000);
	wire_send_frame(w, 0, PING, 0, 1001, NULL, 0);
	f = wire_next_frame(w);
	assert_int_equal(f.id, 1001);
	wire_free(&w);
}

/* --------------------------------------------------------------- flags and ids */

static void
test_flags_of_a_client(void **state)
{
	static const uint16_t flags[] = {
	    FRAME_REPLY, FRAME_MORE, FRAME_ERROR, 7, 8, 0x8000, 0xffff};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		struct wire *w = wire_open_greeted(server);

		wire_send_frame(w, 0, PING, flags[i], 1000, NULL, 0);
		wire_expect_closed(w);
		wire_free(&w);
	}
}

static void
test_unknown_methods(void **state)
{
	static const uint16_t numbers[] = {0, 3, 9, 255, 256, 9999, 65535};
	struct wire *w = wire_open_greeted(server);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		wire_send_frame(w, 3, numbers[i], 0, 1000 + (uint32_t)i, "abc", 3);
		wire_expect_error(w, 1000 + (uint32_t)i, EM_E_UNKNOWN_METHOD);
	}
	wire_expect_alive(w);
	wire_free(&w);
}

/* The reply to a request, byte for byte. */
static void
test_exact_error(void **state)
{
	static const uint8_t wanted[] = "\0\0\0\x02\x27\x0f\0\x05\xde\xad\xbe\xef\x08\x03";
	struct wire *w = wire_open_greeted(server);
	struct frame f;
	uint8_t header[FRAME_HEADER_LEN];

	(void)state;
	wire_send_frame(w, 0, 9999, 0, 0xdeadbeef, NULL, 0);
	f = wire_next_frame(w);
	frame_put_header(header, &f);
	assert_memory_equal(header, wanted, FRAME_HEADER_LEN);
	assert_int_equal(f.body_len, 2);
	assert_memory_equal(f.body, wanted + FRAME_HEADER_LEN, 2);
	wire_free(&w);
}

static void
test_any_id_is_given_back(void **state)
{
	static const uint32_t ids[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff};
	struct wire *w = wire_open_greeted(server);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		wire_send_frame(w, 0, PING, 0, ids[i], NULL, 0);
		assert_int_equal(wire_next_frame(w).id, ids[i]);
	}
	/* two with one id are two requests */
	wire_send_frame(w, 0, PING, 0, 7, NULL, 0);
	wire_send_frame(w, 0, PING, 0, 7, NULL, 0);
	assert_int_equal(wire_next_frame(w).id, 7);
	assert_int_equal(wire_next_frame(w).id, 7);
	wire_free(&w);
}

static void
test_pipelining_keeps_the_order(void **state)
{
	enum { N = 500 };
	struct wire *w = wire_open_greeted(server);
	const struct frame ping = {.method = PING};
	uint8_t all[N * FRAME_HEADER_LEN];

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		struct frame f = ping;

		f.id = 5000 + i;
		frame_put_header(all + i * FRAME_HEADER_LEN, &f);
	}
	wire_send(w, all, sizeof(all));
	for (uint32_t i = 0; i < N; i++) {
		struct frame f = wire_next_frame(w);

		assert_int_equal(f.id, 5000 + i);
		assert_int_equal(f.flags, FRAME_REPLY);
	}
	wire_free(&w);
}

/* The first may change what the second is allowed: greeting and ping at once. */
static void
test_greeting_and_request_in_one_write(void **state)
{
	static const uint8_t both[] = "\0\0\0\x04\0\x01\0\0\0\0\0\x01\x08\x01\x10\x03"
				      "\0\0\0\0\0\x02\0\0\0\0\0\x02";
	struct wire *w = wire_open(server);
	struct frame f;

	(void)state;
	wire_send(w, both, sizeof(both) - 1);
	for (uint32_t id = 1; id <= 2; id++) {
		f = wire_next_frame(w);
		assert_int_equal(f.id, id);
		assert_int_equal(f.flags, FRAME_REPLY);
	}
	wire_free(&w);
}

static void
test_greeting_first_once_and_right(void **state)
{
	struct wire *w = wire_open(server);
	Emage__HelloRequest rq = EMAGE__HELLO_REQUEST__INIT;

	(void)state;
	assert_int_equal(wire_call_empty(w, METHOD_ping), -EM_E_UNKNOWN_METHOD);
	assert_int_equal(wire_call_empty(w, METHOD_exam_list), -EM_E_UNKNOWN_METHOD);
	rq.kind = EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT;
	rq.language = (char *)"fr";
	rq.protocol = 2;
	assert_int_equal(wire_call(w, METHOD_hello, &rq), -EM_E_VERSION);
	rq.protocol = 1;
	rq.language = (char *)"xx"; /* as good as none: fr */
	rq.kind = EMAGE__CLIENT_KIND__CLIENT_KIND_UNSPECIFIED;
	assert_int_equal(wire_call(w, METHOD_hello, &rq), -EM_E_INVALID);
	assert_string_equal(w->error->field, "kind");
	rq.kind = EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT;
	assert_int_equal(wire_call(w, METHOD_hello, &rq), 0);
	assert_int_equal(wire_call(w, METHOD_hello, &rq), -EM_E_UNKNOWN_METHOD);
	wire_expect_alive(w);
	wire_free(&w);
}

/* ------------------------------------------------------- what a message may hold */

/* Bodies of auth.password (1: string identifier, 2: string password) and of
 * hello (1: uint32, 2: enum, 3: string), as bytes. */
static void
test_messages_not_to_be_taken(void **state)
{
#define BODY(b) b, sizeof(b) - 1
	static const struct {
		const char *what;
		uint16_t method;
		const char *body;
		size_t len;
		int err;
	} cases[] = {
	    {"NUL in a string", PASSWORD,
		BODY("\x0a\x03"
		     "a\0b"
		     "\x12\x01p"),
		EM_E_INVALID},
	    {"NUL at the end", PASSWORD,
		BODY("\x0a\x06"
		     "alice\0"
		     "\x12\x01p"),
		EM_E_INVALID},
	    {"escape", PASSWORD,
		BODY("\x0a\x02"
		     "a\x1b"
		     "\x12\x01p"),
		EM_E_INVALID},
	    {"DEL", PASSWORD,
		BODY("\x0a\x02"
		     "a\x7f"
		     "\x12\x01p"),
		EM_E_INVALID},
	    {"C1", PASSWORD, BODY("\x0a\x02\xc2\x9b\x12\x01p"), EM_E_INVALID},
	    {"carriage return", PASSWORD,
		BODY("\x0a\x02"
		     "a\r"
		     "\x12\x01p"),
		EM_E_INVALID},
	    {"lone continuation", PASSWORD,
		BODY("\x0a\x02"
		     "a\x80"
		     "\x12\x01p"),
		EM_E_INVALID},
	    {"overlong", PASSWORD, BODY("\x0a\x02\xc0\xaf\x12\x01p"), EM_E_INVALID},
	    {"overlong 3", PASSWORD, BODY("\x0a\x03\xe0\x80\xaf\x12\x01p"), EM_E_INVALID},
	    {"surrogate", PASSWORD, BODY("\x0a\x03\xed\xa0\x80\x12\x01p"), EM_E_INVALID},
	    {"above U+10FFFF", PASSWORD, BODY("\x0a\x04\xf4\x90\x80\x80\x12\x01p"), EM_E_INVALID},
	    {"cut character", PASSWORD, BODY("\x0a\x01\xc3\x12\x01p"), EM_E_INVALID},
	    {"latin-1", PASSWORD,
		BODY("\x0a\x02"
		     "\xe9"
		     "e"
		     "\x12\x01p"),
		EM_E_INVALID},
	    {"twice the same field", PASSWORD,
		BODY("\x0a\x01"
		     "a"
		     "\x0a\x01"
		     "b"
		     "\x12\x01p"),
		EM_E_INVALID},
	    {"unknown field", PASSWORD,
		BODY("\x0a\x01"
		     "a"
		     "\x12\x01p"
		     "\x18\x01"),
		EM_E_INVALID},
	    {"unknown field, largest number", PASSWORD,
		BODY("\x0a\x01"
		     "a"
		     "\x12\x01p"
		     "\xf8\xff\xff\xff\x0f\x01"),
		EM_E_INVALID},
	    {"empty identifier", PASSWORD, BODY("\x12\x01p"), EM_E_INVALID},
	    {"empty password", PASSWORD,
		BODY("\x0a\x01"
		     "a"),
		EM_E_INVALID},
	    {"nothing at all", PASSWORD, BODY(""), EM_E_INVALID},
	    {"wire type of a number for a string", PASSWORD, BODY("\x08\x01\x12\x01p"),
		EM_E_PROTOCOL},
	    {"length past the end", PASSWORD,
		BODY("\x0a\x7f"
		     "a"),
		EM_E_PROTOCOL},
	    {"length of 2^32 - 1", PASSWORD,
		BODY("\x0a\xff\xff\xff\xff\x0f"
		     "a"),
		EM_E_PROTOCOL},
	    {"length of 2^63", PASSWORD,
		BODY("\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"
		     "a"),
		EM_E_PROTOCOL},
	    {"varint without an end", PASSWORD, BODY("\x0a\xff"), EM_E_PROTOCOL},
	    {"varint of 11 bytes", PASSWORD,
		BODY("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), EM_E_PROTOCOL},
	    {"tag 0", PASSWORD,
		BODY("\x02\x01"
		     "a"),
		EM_E_PROTOCOL},
	    {"group", PASSWORD, BODY("\x0b\x0c"), EM_E_PROTOCOL},
	    {"wire type 6", PASSWORD, BODY("\x0e\x01"), EM_E_PROTOCOL},
	    {"wire type 7", PASSWORD, BODY("\x0f\x01"), EM_E_PROTOCOL},
	    {"a byte of garbage behind", PASSWORD,
		BODY("\x0a\x01"
		     "a"
		     "\x12\x01p"
		     "\x00"),
		EM_E_PROTOCOL},
	    {"something where nothing is", PING, BODY("\x08\x01"), EM_E_INVALID},
	};
#undef BODY
	struct wire *w = wire_open_greeted(server);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		Emage__Error *e;
		struct frame f;

		wire_send_frame(w, (uint32_t)cases[i].len, cases[i].method, 0, 1000 + (uint32_t)i,
		    cases[i].body, cases[i].len);
		f = wire_next_frame(w);
		if (f.flags != (FRAME_REPLY | FRAME_ERROR) || f.id != 1000 + i)
			fail_msg("%s: flags %u id %u", cases[i].what, f.flags, f.id);
		e = emage__error__unpack(NULL, f.body_len, f.body);
		assert_non_null(e);
		/* which of the two is said is a matter of where it is found */
		if ((int)e->code != EM_E_INVALID && (int)e->code != EM_E_PROTOCOL)
			fail_msg("%s: %s", cases[i].what, err_name((int)e->code));
		if (cases[i].err == EM_E_INVALID && (int)e->code != EM_E_INVALID)
			fail_msg("%s: %s", cases[i].what, err_name((int)e->code));
		emage__error__free_unpacked(e, NULL);
	}
	wire_expect_alive(w);
	wire_free(&w);
}

static void
test_enum_values(void **state)
{
	static const char *const bodies[] = {
	    "\x08\x01\x10\x04\x1a\x02"
	    "fr", /* kind 4 */
	    "\x08\x01\x10\xff\x01\x1a\x02"
	    "fr", /* kind 255 */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct wire *w = wire_open(server);

		wire_send_frame(
		    w, (uint32_t)strlen(bodies[i]), HELLO, 0, 1000, bodies[i], strlen(bodies[i]));
		wire_expect_error(w, 1000, EM_E_INVALID);
		wire_free(&w);
	}
}

/* 4 KiB of the smallest fields: what unpacking would multiply is refused. */
static void
test_amplification(void **state)
{
	uint8_t body[FRAME_BODY_MAX_PRE];
	struct wire *w = wire_open_greeted(server);

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(body); i += 2) {
		body[i] = 0x0a;
		body[i + 1] = 0;
	}
	wire_send_frame(w, sizeof(body), PASSWORD, 0, 1000, body, sizeof(body));
	wire_expect_error(w, 1000, EM_E_INVALID);
	for (size_t i = 0; i + 2 < sizeof(body); i += 2) {
		body[i] = 0x50; /* field 10, unknown */
		body[i + 1] = 1;
	}
	wire_send_frame(w, sizeof(body), PASSWORD, 0, 1001, body, sizeof(body));
	wire_expect_error(w, 1001, EM_E_INVALID);
	wire_expect_alive(w);
	wire_free(&w);
}

/* Refusals of malformed frames are counted, and none of it was an accident. */
static void
test_server_still_whole(void **state)
{
	(void)state;
	assert_true(fixture_counter(server, "frames_malformed") >= 12);
	assert_int_equal(fixture_counter(server, "helper_restarts"), 0);
	assert_int_equal(fixture_stop(server), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_announced_too_large_before_sign_in),
	    cmocka_unit_test(test_operator_may_send_64_kib_but_no_more),
	    cmocka_unit_test(test_too_large_for_the_method),
	    cmocka_unit_test(test_empty_and_one_byte_at_a_time),
	    cmocka_unit_test(test_flags_of_a_client),
	    cmocka_unit_test(test_unknown_methods),
	    cmocka_unit_test(test_exact_error),
	    cmocka_unit_test(test_any_id_is_given_back),
	    cmocka_unit_test(test_pipelining_keeps_the_order),
	    cmocka_unit_test(test_greeting_and_request_in_one_write),
	    cmocka_unit_test(test_greeting_first_once_and_right),
	    cmocka_unit_test(test_messages_not_to_be_taken),
	    cmocka_unit_test(test_enum_values),
	    cmocka_unit_test(test_amplification),
	    cmocka_unit_test(test_server_still_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
