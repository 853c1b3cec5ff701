/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_TLS_H
#define EMAGE_COMMON_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

/*
 * TLS 1.3 contexts as the protocol wants them (N-01, N-02, N-04): three AEAD
 * suites, X25519/P-256/P-384, ALPN "emage/1" mandatory, no tickets, no
 * resumption, no early data, released buffers, read-ahead.
 */
#define TLS_ALPN "emage/1"

/* Certificate chain and key from PEM files. 0, or -EM_E_CONFIG with the cause
 * logged. SSL_CTX_free() by the caller. */
int tls_server_ctx(const char *cert_path, const char *key_path, SSL_CTX **ctx_r);

/* ca_path: PEM file to trust and nothing else; NULL = the system's store. */
int tls_client_ctx(const char *ca_path, SSL_CTX **ctx_r);
/* A client connection for this server name (SNI and name check; an address
 * is checked as an address). NULL at exhaustion. */
SSL *tls_client_new(SSL_CTX *ctx, const char *host);

/* RFC 9266 exporter of an established connection, 32 bytes. */
bool tls_exporter(SSL *ssl, uint8_t out_r[32]);
/* Newest error of this thread as text for a log; clears the queue. */
const char *tls_error_text(void);

#endif
