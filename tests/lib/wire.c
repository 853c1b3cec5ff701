/* SPDX-License-Identifier: MIT */
/*
 * A test's connection.
 */
#include "tests/lib/check.h"

#include "tests/lib/wire.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"

static struct wire *
wire_new(struct fixture *f, const struct net_target *target)
{
	struct wire *w = mem_new(sizeof(*w));
	int rc;

	w->f = f;
	w->net = net_new(target);
	w->rpc = rpc_new(w->net);
	rc = rpc_wait_up(w->rpc, FIXTURE_DEADLINE_MS);
	if (rc != 0)
		fail_msg("connection: %s (%s)", err_text(rc), net_error_text(w->net));
	return w;
}

struct wire *
wire_open(struct fixture *f)
{
	const struct net_target target = {
	    .host = "127.0.0.1",
	    .port = f->port,
	    .ca_path = f->ca,
	};

	return wire_new(f, &target);
}

struct wire *
wire_open_greeted(struct fixture *f)
{
	struct wire *w = wire_open(f);

	assert_int_equal(wire_hello(w, EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL), 0);
	return w;
}

struct wire *
wire_open_local(struct fixture *f)
{
	const struct net_target target = {.unix_path = f->socket};
	struct wire *w = wire_new(f, &target);

	assert_int_equal(wire_hello(w, EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT), 0);
	return w;
}

static void
wire_drop_result(struct wire *w)
{
	if (w->error)
		emage__error__free_unpacked(w->error, NULL);
	if (w->reply)
		protobuf_c_message_free_unpacked(w->reply, NULL);
	w->error = NULL;
	w->reply = NULL;
}

void
wire_free(struct wire **wp)
{
	struct wire *w = *wp;

	*wp = NULL;
	wire_drop_result(w);
	rpc_free(&w->rpc);
	net_close(w->net);
	net_free(&w->net);
	free(w);
}

/* -------------------------------------------------------------------- requests */

int
wire_call(struct wire *w, enum method_index m, const void *request)
{
	wire_drop_result(w);
	return rpc_call_wait(w->rpc, m, request, FIXTURE_DEADLINE_MS, &w->reply, &w->error);
}

int
wire_call_empty(struct wire *w, enum method_index m)
{
	const ProtobufCMessageDescriptor *desc = method_at(m)->request;
	ProtobufCMessage *request = mem_new(desc->sizeof_message);
	int rc;

	protobuf_c_message_init(desc, request);
	rc = wire_call(w, m, request);
	free(request);
	return rc;
}

int
wire_hello(struct wire *w, Emage__ClientKind kind)
{
	Emage__HelloRequest rq = EMAGE__HELLO_REQUEST__INIT;

	rq.protocol = 1;
	rq.kind = kind;
	rq.language = (char *)"fr";
	return wire_call(w, METHOD_hello, &rq);
}

int
wire_password(struct wire *w, const char *identifier, const char *password)
{
	Emage__AuthPasswordRequest rq = EMAGE__AUTH_PASSWORD_REQUEST__INIT;

	rq.identifier = (char *)identifier;
	rq.password = (char *)password;
	return wire_call(w, METHOD_auth_password, &rq);
}

int
wire_code(struct wire *w, const char *code)
{
	Emage__AuthCodeRequest rq = EMAGE__AUTH_CODE_REQUEST__INIT;
	const Emage__AuthCodeReply *reply;
	int rc;

	rq.code = (char *)code;
	rc = wire_call(w, METHOD_auth_code, &rq);
	reply = (const Emage__AuthCodeReply *)w->reply;
	if (rc == 0 && reply->token.len == sizeof(w->token))
		memcpy(w->token, reply->token.data, sizeof(w->token));
	return rc;
}

void
wire_sign_in(struct wire *w, const struct fixture_patient *p)
{
	struct mailbox *m = fixture_mailbox(w->f);
	char code[16];

	assert_int_equal(wire_password(w, p->identifier, p->password), 0);
	fixture_next_code(m, code);
	assert_int_equal(wire_code(w, code), 0);
	assert_false(((const Emage__AuthCodeReply *)w->reply)->must_change_password);
	mailbox_free(&m);
}

void
wire_first_sign_in(struct fixture *f, const struct fixture_patient *p)
{
	Emage__AuthNewPasswordRequest rq = EMAGE__AUTH_NEW_PASSWORD_REQUEST__INIT;
	struct wire *w = wire_open_greeted(f);
	struct mailbox *m = fixture_mailbox(f);
	char code[16];

	assert_int_equal(wire_password(w, p->identifier, p->temporary), 0);
	fixture_next_code(m, code);
	assert_int_equal(wire_code(w, code), 0);
	assert_true(((const Emage__AuthCodeReply *)w->reply)->must_change_password);
	rq.password = (char *)p->password;
	assert_int_equal(wire_call(w, METHOD_auth_new_password, &rq), 0);
	mailbox_free(&m);
	wire_free(&w);
}

/* ----------------------------------------------------------------------- bytes */

static void
wire_step(struct wire *w)
{
	struct pollfd p = {.fd = -1};
	int timeout_ms, rc;

	net_wants(w->net, &p.fd, &p.events, &timeout_ms);
	rc = poll(&p, 1, timeout_ms >= 0 ? timeout_ms : FIXTURE_DEADLINE_MS);
	if (rc == 0 && timeout_ms < 0)
		fail_msg("the server says nothing");
	net_step(w->net);
}

void
wire_send(struct wire *w, const void *bytes, size_t len)
{
	if (len > 0)
		assert_int_equal(buf_append(net_out(w->net), bytes, len), 0);
	while (net_state(w->net) == NET_UP && net_out(w->net)->len > 0)
		wire_step(w);
}

void
wire_send_frame(struct wire *w, uint32_t body_len, uint16_t method, uint16_t flags, uint32_t id,
    const void *body, size_t len)
{
	const struct frame f = {.body_len = body_len, .method = method, .flags = flags, .id = id};
	uint8_t header[FRAME_HEADER_LEN];

	frame_put_header(header, &f);
	assert_int_equal(buf_append(net_out(w->net), header, sizeof(header)), 0);
	wire_send(w, body, len);
}

struct frame
wire_next_frame(struct wire *w)
{
	static uint8_t body[FRAME_BODY_MAX];
	struct frame f;
	int rc;

	while ((rc = frame_peek(net_in(w->net), FRAME_BODY_MAX, &f)) == -EM_E_AGAIN) {
		if (net_state(w->net) != NET_UP)
			fail_msg("closed instead of a reply: %s", net_error_text(w->net));
		wire_step(w);
	}
	assert_int_equal(rc, 0);
	memcpy(body, f.body, f.body_len);
	f.body = body;
	buf_consume(net_in(w->net), FRAME_HEADER_LEN + f.body_len);
	return f;
}

void
wire_expect_error(struct wire *w, uint32_t id, int err)
{
	struct frame f = wire_next_frame(w);
	Emage__Error *e;

	assert_int_equal(f.flags, FRAME_REPLY | FRAME_ERROR);
	assert_int_equal(f.id, id);
	e = emage__error__unpack(NULL, f.body_len, f.body);
	assert_non_null(e);
	assert_string_equal(err_name((int)e->code), err_name(err));
	emage__error__free_unpacked(e, NULL);
}

void
wire_expect_closed(struct wire *w)
{
	while (net_state(w->net) == NET_UP) {
		if (net_in(w->net)->len > 0)
			fail_msg("%zu bytes instead of an end", net_in(w->net)->len);
		wire_step(w);
	}
	assert_int_equal(net_error(w->net), -EM_E_CLOSED);
	assert_int_equal(net_in(w->net)->len, 0);
}

void
wire_expect_alive(struct wire *w)
{
	assert_int_equal(wire_call_empty(w, METHOD_ping), 0);
}
