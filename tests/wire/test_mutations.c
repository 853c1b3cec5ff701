/* SPDX-License-Identifier: MIT */
/*
 * Thousands of messages that are nearly right, and connections that break off at
 * every byte: the server stays whole, and an operation has been done or has not
 * (F-16, F-26).
 */
#include "tests/lib/check.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/admin.pb-c.h"
#include "tests/lib/wire.h"

#define ROUNDS 120 /* connections of each kind */
#define BATCH  25  /* frames a connection */

static struct fixture *server;
static struct fixture_patient camille;
static uint32_t dice = 20261124;

static int
set_up(void **state)
{
	static const char *const sets[] = {
	    "limits.source_signins=100000", "limits.session_requests=1000000", NULL};

	(void)state;
	server = fixture_new(sets);
	fixture_start(server);
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	wire_first_sign_in(server, &camille);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* ------------------------------------------------------------- nearly right messages */

static uint32_t
draw(uint32_t below)
{
	dice = dice * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(dice >> 8) * below >> 24);
}

static void
put_varint(struct buf *b, uint64_t v)
{
	do {
		uint8_t byte = (uint8_t)(v & 0x7f);

		v >>= 7;
		byte |= (uint8_t)(v ? 0x80 : 0);
		buf_append(b, &byte, 1);
	} while (v);
}

static void
put_bytes(struct buf *b, const ProtobufCFieldDescriptor *f)
{
	static const char *const texts[] = {"", "a", "fr", "12345678", "C4F-7HK9-M2X", "679900019",
	    "\xc3\xa9t\xc3\xa9", "\xff\xfe", "a\x1b[2Jb", "../../etc/passwd",
	    "'; DROP TABLE account; --", "%s%n"};
	char longer[300];
	const char *text = texts[draw(ARRAY_LEN(texts))];
	size_t len = strlen(text);

	put_varint(b, f->id << 3 | 2);
	if (draw(8) == 0) {
		len = draw(sizeof(longer));
		memset(longer, 'x', sizeof(longer));
		text = longer;
	}
	put_varint(b, len);
	if (len > 0)
		buf_append(b, text, len);
}

/* A body that has each field with some value, most of the time. */
static void
put_message(struct buf *b, const ProtobufCMessageDescriptor *desc)
{
	for (unsigned i = 0; i < desc->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &desc->fields[i];

		if (draw(4) == 0)
			continue;
		if (f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_BYTES) {
			put_bytes(b, f);
		} else if (f->type != PROTOBUF_C_TYPE_MESSAGE) {
			put_varint(b, f->id << 3);
			put_varint(b, draw(3) == 0 ? (uint64_t)-1 : draw(70));
		}
	}
}

static void
spoil(uint8_t *bytes, size_t len)
{
	for (uint32_t n = draw(4); n > 0; n--)
		bytes[draw((uint32_t)len)] ^= (uint8_t)(1u << draw(8));
}

/* One frame, whole or spoiled in its body or in its header. */
static void
put_frame(struct buf *all, uint32_t id)
{
	const struct method *m = method_at(draw(N_METHODS));
	struct buf body;
	struct frame f = {.method = m->number, .id = id};
	uint8_t header[FRAME_HEADER_LEN];

	buf_init(&body, 65536);
	put_message(&body, m->request);
	f.body_len = (uint32_t)body.len;
	frame_put_header(header, &f);
	if (draw(2) == 0 && body.len > 0)
		spoil(buf_bytes(&body), body.len);
	if (draw(40) == 0)
		spoil(header + 4, sizeof(header) - 4);
	if (draw(300) == 0) /* seldom: what is wrong in the length has to be waited for */
		spoil(header, 4);
	buf_append(all, header, sizeof(header));
	if (body.len > 0)
		buf_append(all, buf_bytes(&body), body.len);
	buf_release(&body);
}

/* Sends a batch and reads until the server has said all it wants, or has closed.
 * Every reply must be a frame. */
static void
run_batch(struct wire *w)
{
	struct frame f;
	uint32_t last = 9999;
	bool done = false;

	for (uint32_t i = 0; i < BATCH; i++)
		put_frame(net_out(w->net), 1000 + i);
	/* a ping behind them all; a spoiled length may have swallowed it */
	f = (struct frame){.method = 2, .id = last};
	{
		uint8_t header[FRAME_HEADER_LEN];

		frame_put_header(header, &f);
		buf_append(net_out(w->net), header, sizeof(header));
	}
	while (net_state(w->net) == NET_UP && !done) {
		struct pollfd p = {.fd = -1};
		int timeout_ms, rc;

		net_wants(w->net, &p.fd, &p.events, &timeout_ms);
		/* a server that waits for the rest of a frame says nothing */
		if (poll(&p, 1, timeout_ms >= 0 ? timeout_ms : 200) == 0 && timeout_ms < 0)
			break;
		net_step(w->net);
		while ((rc = frame_peek(net_in(w->net), FRAME_BODY_MAX, &f)) == 0) {
			assert_true(f.flags & FRAME_REPLY);
			done = f.id == last;
			buf_consume(net_in(w->net), FRAME_HEADER_LEN + f.body_len);
		}
		assert_int_equal(rc, -EM_E_AGAIN);
	}
}

static void
test_before_sign_in(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct wire *w = wire_open_greeted(server);

		run_batch(w);
		wire_free(&w);
	}
}

static void
test_operator(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct wire *w = wire_open_local(server);

		run_batch(w);
		wire_free(&w);
	}
}

static void
test_open_session(void **state)
{
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	struct wire *w = NULL;
	uint8_t token[32];

	(void)state;
	for (int i = 0; i < ROUNDS / 2; i++) {
		if (w)
			wire_free(&w);
		w = wire_open_greeted(server);
		rq.token = (ProtobufCBinaryData){.data = token, .len = sizeof(token)};
		if (i == 0 || wire_call(w, METHOD_session_resume, &rq) != 0) {
			/* logged out by one of the messages */
			fixture_advance(server, 24 * 3600 * 1000);
			wire_free(&w);
			w = wire_open_greeted(server);
			wire_sign_in(w, &camille);
			memcpy(token, w->token, sizeof(token));
		} else {
			memcpy(token, ((const Emage__SessionResumeReply *)w->reply)->token.data,
			    sizeof(token));
		}
		run_batch(w);
	}
	wire_free(&w);
}

/* ------------------------------------------------------------ broken off at every byte */

static int64_t
n_establishments(void)
{
	return fixture_sql_number(server, "SELECT count(*) FROM establishment");
}

static void
test_cut_at_every_byte(void **state)
{
	Emage__AdminEstablishmentAddRequest rq = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;
	char finess[16];
	struct buf out;
	size_t len = 0;
	int64_t before, whole = 0;

	(void)state;
	/* most of what the tests before sent was looked at */
	assert_true(fixture_counter(server, "requests") > 2 * ROUNDS * BATCH / 2);
	assert_int_equal(fixture_counter(server, "helper_restarts"), 0);
	assert_int_equal(fixture_stop(server), 0);
	before = n_establishments();
	fixture_start(server);
	rq.name = (char *)"HOPITAL COUPE";
	rq.finess = finess;
	for (size_t cut = 0; cut <= len; cut++) {
		struct wire *w = wire_open_local(server);

		snprintf(finess, sizeof(finess), "67%07zu", cut);
		buf_init(&out, 4096);
		assert_int_equal(frame_append(&out, 102, 0, 1000, &rq.base), 0);
		len = out.len;
		if (cut > 0)
			wire_send(w, buf_bytes(&out), cut);
		buf_release(&out);
		/* all of it: then wait until it has been done */
		if (cut == len) {
			assert_int_equal(wire_next_frame(w).flags, FRAME_REPLY);
			whole++;
		}
		wire_free(&w);
	}
	/* an operation of which a byte is missing was not done, the whole one was */
	assert_int_equal(fixture_stop(server), 0);
	assert_int_equal(n_establishments(), before + whole);
	fixture_start(server);
}

/* A sign-in that is cut off costs nothing but what was said whole. */
static void
test_sign_in_cut_at_every_byte(void **state)
{
	static const uint8_t hello[] = "\0\0\0\x08\0\x01\0\0\0\0\0\x01\x08\x01\x10\x01\x1a\x02"
				       "fr";
	Emage__AuthPasswordRequest rq = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	struct buf out;
	struct wire *w;

	(void)state;
	fixture_advance(server, 24 * 3600 * 1000);
	rq.identifier = camille.identifier;
	rq.password = (char *)"faux";
	buf_init(&out, 4096);
	buf_append(&out, hello, sizeof(hello) - 1);
	assert_int_equal(frame_append(&out, 10, 0, 2, &rq.base), 0);
	for (size_t cut = 1; cut < out.len; cut++) {
		w = wire_open(server);
		wire_send(w, buf_bytes(&out), cut);
		wire_free(&w);
	}
	buf_release(&out);
	/* no failure was counted: the right one opens at once */
	w = wire_open_greeted(server);
	wire_sign_in(w, &camille);
	wire_free(&w);
}

static void
test_server_still_whole(void **state)
{
	(void)state;
	assert_int_equal(fixture_stop(server), 0);
	assert_int_equal(
	    fixture_sql_number(server, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
	    1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_before_sign_in),
	    cmocka_unit_test(test_operator),
	    cmocka_unit_test(test_open_session),
	    cmocka_unit_test(test_cut_at_every_byte),
	    cmocka_unit_test(test_sign_in_cut_at_every_byte),
	    cmocka_unit_test(test_server_still_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
