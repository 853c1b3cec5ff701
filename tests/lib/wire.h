/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_WIRE_H
#define EMAGE_TESTS_LIB_WIRE_H

#include "client/rpc.h"
#include "common/frame.h"
#include "proto/session.pb-c.h"
#include "tests/lib/server_fixture.h"

/*
 * One connection of a test to the fixture's server: requests that are whole, and
 * bytes that are not. Wants CMocka's headers before it (tests/lib/check.h).
 */
struct wire {
	struct net *net;
	struct rpc *rpc;
	struct fixture *f;
	Emage__Error *error;	 /* of the last wire_call(), NULL = none */
	ProtobufCMessage *reply; /* likewise */
	uint8_t token[32];
};

/* Over TLS, nothing said yet. */
struct wire *wire_open(struct fixture *f);
/* Over the local socket, greeted: an operator. */
struct wire *wire_open_local(struct fixture *f);
/* Over TLS, greeted as a terminal. */
struct wire *wire_open_greeted(struct fixture *f);
void wire_free(struct wire **w);

/* 0 or -EM_E_*; reply and error stay in w until the next call. */
int wire_call(struct wire *w, enum method_index m, const void *request);
/* With a message that has no field set. */
int wire_call_empty(struct wire *w, enum method_index m);
int wire_hello(struct wire *w, Emage__ClientKind kind);
int wire_password(struct wire *w, const char *identifier, const char *password);
int wire_code(struct wire *w, const char *code);
/* All steps with the person's own password, from a greeted connection to an
 * open session. */
void wire_sign_in(struct wire *w, const struct fixture_patient *p);
/* Replaces the temporary password by p->password, on a connection of its own. */
void wire_first_sign_in(struct fixture *f, const struct fixture_patient *p);

/* Bytes as they are. */
void wire_send(struct wire *w, const void *bytes, size_t len);
void wire_send_frame(struct wire *w, uint32_t body_len, uint16_t method, uint16_t flags,
    uint32_t id, const void *body, size_t len);
/* The next frame; its body is valid until the next call. Fails the test when the
 * connection ends instead. */
struct frame wire_next_frame(struct wire *w);
/* The next frame must be an error with this code for this request. */
void wire_expect_error(struct wire *w, uint32_t id, int err);
/* Waits until the server has closed; fails if another frame comes. */
void wire_expect_closed(struct wire *w);
/* Whether the connection is still up after all that has been sent was answered:
 * a ping goes there and back. */
void wire_expect_alive(struct wire *w);

#endif
