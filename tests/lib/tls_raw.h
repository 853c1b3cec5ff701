/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_TLS_RAW_H
#define EMAGE_TESTS_LIB_TLS_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "common/frame.h"
#include "tests/lib/server_fixture.h"

/*
 * A client that does as it likes with TLS, and sees the records as an
 * eavesdropper does. Blocking, with a receive timeout that only a broken server
 * reaches.
 */
#define TLS_RAW_RECORDS_MAX 256

struct tls_raw {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
	uint16_t record_lens[TLS_RAW_RECORDS_MAX]; /* received, encrypted */
	size_t n_records;
};

struct tls_raw_options {
	const char *source; /* local address, NULL = any */
	int max_version;    /* 0 = TLS 1.3 */
	bool no_alpn;
	const char *alpn; /* in wire form, NULL = "\x06" "emage/1" */
	const char *groups, *suites;
	SSL_SESSION *session; /* to resume */
};

/* A TCP connection alone, from a local address (NULL = any); -1 and errno. */
int tls_raw_tcp(const struct fixture *f, const char *source);
/* True when the server closed (or reset) without a byte. */
bool tls_raw_is_closed(int fd);

/* True when the handshake succeeded; close in either case. */
bool tls_raw_open(struct tls_raw *t, const struct fixture *f, const struct tls_raw_options *o);
void tls_raw_close(struct tls_raw *t);

void tls_raw_send(struct tls_raw *t, uint16_t method, uint32_t id, const ProtobufCMessage *msg);
/* One frame, header and all; returns its length, 0 when the server closed. */
size_t tls_raw_receive(struct tls_raw *t, uint8_t *bytes_r, size_t len);
/* Greets as a terminal and takes the reply. */
void tls_raw_hello(struct tls_raw *t);

#endif
