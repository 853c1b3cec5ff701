/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_TLS_PEER_H
#define EMAGE_TESTS_LIB_TLS_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "common/frame.h"

/*
 * A TLS server inside the test, for the client's side of the protocol: certificates
 * of every kind, and a thread that speaks to one connection as the test says.
 */

enum tls_peer_fault {
	TLS_PEER_GOOD,
	TLS_PEER_EXPIRED,
	TLS_PEER_NOT_YET,
	TLS_PEER_OTHER_NAME, /* only server.example */
	TLS_PEER_NO_NAME,    /* none at all but in the subject */
	TLS_PEER_OTHER_AUTHORITY,
	TLS_PEER_SELF_SIGNED,
	TLS_PEER_NO_ALPN,
	TLS_PEER_TLS_1_2,
};

/* Runs on the server's thread, after the handshake; the socket blocks. */
typedef void tls_peer_talk(SSL *ssl, void *arg);

struct tls_peer;

/* Listens on 127.0.0.1 and takes one connection. talk may be NULL. */
struct tls_peer *tls_peer_start(enum tls_peer_fault fault, tls_peer_talk *talk, void *arg);
const char *tls_peer_port(const struct tls_peer *p);
/* File with the authority that clients are to trust. */
const char *tls_peer_ca(const struct tls_peer *p);
/* Waits until the thread has ended. True if the handshake had succeeded and the
 * client then sent at least one byte. */
bool tls_peer_stop(struct tls_peer **p);

/* For talk functions: false when the connection ended. The body is kept until
 * the next call. */
bool tls_peer_read_frame(SSL *ssl, struct frame *f_r);
void tls_peer_write_frame(
    SSL *ssl, uint16_t method, uint16_t flags, uint32_t id, const ProtobufCMessage *msg);

#endif
