/* SPDX-License-Identifier: MIT */
/*
 * Frames, byte buffers, the capped arena, and the strict reading of packed
 * messages (P-01, P-02, P-04).
 */
#include "common/frame.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/method.h"
#include "common/wirecheck.h"
#include "proto/exam.pb-c.h"
#include "proto/session.pb-c.h"
#include "tests/lib/check.h"

static void
header_goes_round(void **state)
{
	Emage__PingReply msg = EMAGE__PING_REPLY__INIT;
	static const uint8_t head[] = {0, 0, 0, 2, 0, 2, 0, 1, 0xde, 0xad, 0xbe, 0xef};
	struct frame f;
	struct buf b;

	(void)state;
	buf_init(&b, 1024);
	msg.now_ms = 7;
	assert_int_equal(frame_append(&b, 2, FRAME_REPLY, 0xdeadbeef, &msg.base), 0);
	assert_memory_equal(buf_bytes(&b), head, sizeof(head));
	assert_int_equal(frame_peek(&b, 4096, &f), 0);
	assert_int_equal(f.method, 2);
	assert_int_equal(f.flags, FRAME_REPLY);
	assert_int_equal(f.id, 0xdeadbeef);
	assert_int_equal(f.body_len, 2);
	buf_release(&b);
}

static void
peek_wants_whole_frames(void **state)
{
	static const uint8_t bytes[] = {0, 0, 0, 3, 0, 1, 0, 0, 0, 0, 0, 1, 'a', 'b', 'c'};
	struct frame f;
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		assert_int_equal(frame_peek(&b, 4096, &f), -EM_E_AGAIN);
		buf_append(&b, &bytes[i], 1);
	}
	assert_int_equal(frame_peek(&b, 4096, &f), 0);
	/* the announced length decides, before any of the body has come */
	b.len = FRAME_HEADER_LEN;
	assert_int_equal(frame_peek(&b, 2, &f), -EM_E_TOO_LARGE);
	buf_bytes(&b)[7] = 8;
	assert_int_equal(frame_peek(&b, 4096, &f), -EM_E_PROTOCOL);
	buf_release(&b);
}

static void
buffer_keeps_order_and_limit(void **state)
{
	uint8_t in = 0, out = 0;
	struct buf b;

	(void)state;
	buf_init(&b, 3000);
	for (int round = 0; round < 2000; round++) {
		size_t n = (size_t)(round * 7 % 1400);

		for (size_t i = 0; i < n; i++, in++) {
			if (buf_append(&b, &in, 1) != 0)
				break;
		}
		n = (size_t)(round * 5 % 1500);
		for (size_t i = 0; i < n && b.len > 0; i++, out++) {
			assert_int_equal(*buf_bytes(&b), out);
			buf_consume(&b, 1);
		}
		assert_true(b.len <= 3000 && b.cap <= 3000);
	}
	assert_null(buf_reserve(&b, 3001));
	buf_release(&b);
	assert_null(b.data);
}

static void
arena_has_a_limit(void **state)
{
	struct arena *a = arena_new(100000);
	size_t got = 0;
	char *p;

	(void)state;
	while ((p = arena_alloc(a, 1000)) != NULL) {
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < 1000; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, 1000);
		got += 1000;
	}
	assert_true(got >= 98000 && got <= 100000);
	assert_true(arena_exhausted(a));
	assert_null(arena_alloc(a, SIZE_MAX));
	arena_reset(a);
	assert_false(arena_exhausted(a));
	p = arena_alloc(a, 5000);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(p[i], 0);
	assert_string_equal(arena_printf(a, "%d-%s", 7, "x"), "7-x");
	arena_free(&a);
	assert_null(a);
}

struct bytes {
	const char *what;
	const char *bytes;
	size_t len;
	int rc;
	const char *field;
};
#define BYTES(s) s, sizeof(s) - 1

static void
strict_reading(void **state)
{
	static const struct bytes cases[] = {
	    {"empty", BYTES(""), 0, ""},
	    {"both fields",
		BYTES("\x0a\x02"
		      "ab\x12\x01"
		      "c"),
		0, "password"},
	    {"NUL",
		BYTES("\x0a\x03"
		      "a\0b"),
		-EM_E_INVALID, "identifier"},
	    {"escape", BYTES("\x0a\x02\x1b["), -EM_E_INVALID, "identifier"},
	    {"C1", BYTES("\x0a\x02\xc2\x9b"), -EM_E_INVALID, "identifier"},
	    {"bad UTF-8", BYTES("\x0a\x01\xff"), -EM_E_INVALID, "identifier"},
	    {"cut UTF-8", BYTES("\x0a\x01\xc3\xa9"), -EM_E_INVALID, "identifier"},
	    {"twice",
		BYTES("\x0a\x01"
		      "a\x0a\x01"
		      "b"),
		-EM_E_INVALID, "identifier"},
	    {"unknown field",
		BYTES("\x1a\x01"
		      "a"),
		-EM_E_INVALID, ""},
	    {"field 0",
		BYTES("\x02\x01"
		      "a"),
		-EM_E_INVALID, ""},
	    {"wrong type", BYTES("\x08\x01"), -EM_E_PROTOCOL, "identifier"},
	    {"cut length",
		BYTES("\x0a\x05"
		      "ab"),
		-EM_E_PROTOCOL, "identifier"},
	    {"huge length", BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), -EM_E_PROTOCOL,
		"identifier"},
	    {"endless varint", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
		-EM_E_PROTOCOL, ""},
	    {"group", BYTES("\x0b\x0c"), -EM_E_PROTOCOL, "identifier"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *field = "?";
		int rc = wirecheck(&emage__auth_password_request__descriptor,
		    (const uint8_t *)cases[i].bytes, cases[i].len, &field);

		if (rc != cases[i].rc)
			fail_msg(
			    "%s: %s, not %s", cases[i].what, err_name(rc), err_name(cases[i].rc));
		assert_string_equal(field, cases[i].field);
	}
}

static void
strict_numbers(void **state)
{
	static const struct bytes cases[] = {
	    {"enum", BYTES("\x20\x02"), 0, "sort"},
	    {"unknown enum", BYTES("\x20\x03"), -EM_E_INVALID, "sort"},
	    {"bool 1", BYTES("\x28\x01"), 0, "ascending"},
	    {"bool 2", BYTES("\x28\x02"), -EM_E_INVALID, "ascending"},
	    {"uint32", BYTES("\x30\xff\xff\xff\xff\x0f"), 0, "page"},
	    {"over uint32", BYTES("\x30\x80\x80\x80\x80\x10"), -EM_E_INVALID, "page"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *field = "?";
		int rc = wirecheck(&emage__exam_list_request__descriptor,
		    (const uint8_t *)cases[i].bytes, cases[i].len, &field);

		if (rc != cases[i].rc)
			fail_msg(
			    "%s: %s, not %s", cases[i].what, err_name(rc), err_name(cases[i].rc));
		assert_string_equal(field, cases[i].field);
	}
}

/* What we pack ourselves is always accepted, nested and packed fields too. */
static void
own_messages_pass(void **state)
{
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	Emage__FrameGetReply reply = EMAGE__FRAME_GET_REPLY__INIT;
	Emage__Window w = EMAGE__WINDOW__INIT, *windows[] = {&w, &w};
	double spacing[] = {0.5, 0.5};
	uint8_t packed[256];
	const char *field;
	size_t len;

	(void)state;
	w.explanation = (char *)"OS";
	w.width = 2000;
	info.min = -1024;
	info.windows = windows;
	info.n_windows = 2;
	info.pixel_spacing_mm = spacing;
	info.n_pixel_spacing_mm = 2;
	reply.info = &info;
	len = emage__frame_get_reply__pack(&reply, packed);
	assert_true(len <= sizeof(packed));
	assert_int_equal(wirecheck(&emage__frame_get_reply__descriptor, packed, len, &field), 0);
	/* every cut of it is either a message or refused, never read past */
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = malloc(cut == 0 ? 1 : cut);

		memcpy(exact, packed, cut);
		(void)wirecheck(&emage__frame_get_reply__descriptor, exact, cut, &field);
		free(exact);
	}
}

/* P-03: no message may contain itself, however indirectly. */
static bool
is_acyclic(const ProtobufCMessageDescriptor *d, unsigned depth)
{
	if (depth > 8)
		return false;
	for (unsigned i = 0; i < d->n_fields; i++) {
		if (d->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
		    !is_acyclic(d->fields[i].descriptor, depth + 1))
			return false;
	}
	return true;
}

static void
table_is_sound(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_METHODS; i++) {
		const struct method *m = method_at(i);

		assert_true(is_acyclic(m->request, 0) && is_acyclic(m->reply, 0));
		assert_ptr_equal(method_by_number(m->number), m);
		assert_ptr_equal(method_by_name(m->name), m);
		assert_int_equal(method_index(m), i);
		assert_true(m->phases != 0 && m->roles != 0);
		assert_true(m->cap_bytes <= FRAME_BODY_MAX);
		/* before sign-in nothing large is ever read */
		if ((m->phases & (PH_N | PH_A | PH_C | PH_T)) != 0)
			assert_true(m->cap_bytes <= FRAME_BODY_MAX_PRE);
	}
	assert_null(method_by_number(0));
	assert_null(method_by_number(255));
	assert_null(method_by_number(65535));
	assert_null(method_by_name("exam_lists"));
	assert_ptr_equal(method_by_name("exam.list"), method_at(METHOD_exam_list));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(header_goes_round),
	    cmocka_unit_test(peek_wants_whole_frames),
	    cmocka_unit_test(buffer_keeps_order_and_limit),
	    cmocka_unit_test(arena_has_a_limit),
	    cmocka_unit_test(strict_reading),
	    cmocka_unit_test(strict_numbers),
	    cmocka_unit_test(own_messages_pass),
	    cmocka_unit_test(table_is_sound),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
