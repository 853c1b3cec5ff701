/* SPDX-License-Identifier: MIT */
/*
 * The test's own TLS server.
 */
#include "tests/lib/tls_peer.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/tls.h"
#include "tools/lib/certificate.h"

struct tls_peer {
	char folder[64];
	char ca[96], cert[96], key[96], port[8];
	enum tls_peer_fault fault;
	int listen_fd;
	SSL_CTX *ctx;
	pthread_t thread;
	tls_peer_talk *talk;
	void *arg;
	bool heard; /* a byte of the client, behind the handshake */
};

static void
tls_peer_must(bool ok, const char *what)
{
	if (!ok)
		die("tls_peer: %s", what);
}

static void
tls_peer_write_pem(const char *path, EVP_PKEY *key, X509 *x)
{
	FILE *f = fopen(path, "we");

	tls_peer_must(f != NULL, path);
	tls_peer_must((key ? PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL)
			   : PEM_write_X509(f, x)) == 1,
	    path);
	tls_peer_must(fclose(f) == 0, path);
}

/* Changes what the fault says and signs again. */
static void
tls_peer_spoil(const struct tls_peer *p, X509 *x, EVP_PKEY *ca_key)
{
	int at;

	switch (p->fault) {
	case TLS_PEER_EXPIRED:
		X509_gmtime_adj(X509_getm_notBefore(x), -7200);
		X509_gmtime_adj(X509_getm_notAfter(x), -3600);
		break;
	case TLS_PEER_NOT_YET:
		X509_gmtime_adj(X509_getm_notBefore(x), 3600);
		break;
	case TLS_PEER_NO_NAME:
		at = X509_get_ext_by_NID(x, NID_subject_alt_name, -1);
		X509_EXTENSION_free(X509_delete_ext(x, at));
		break;
	default:
		return;
	}
	tls_peer_must(X509_sign(x, ca_key, EVP_sha256()) > 0, "sign");
}

static void
tls_peer_certificates(struct tls_peer *p)
{
	static const char *const names[] = {"localhost", "127.0.0.1"};
	static const char *const others[] = {"server.example"};
	bool other_name = p->fault == TLS_PEER_OTHER_NAME;
	EVP_PKEY *ca_key = certificate_key(), *key = certificate_key();
	EVP_PKEY *stranger = certificate_key();
	X509 *ca = certificate_authority(ca_key, "test authority");
	X509 *other = certificate_authority(stranger, "test authority");
	X509 *x;

	if (p->fault == TLS_PEER_SELF_SIGNED)
		x = certificate_authority(key, "127.0.0.1");
	else if (p->fault == TLS_PEER_OTHER_AUTHORITY)
		x = certificate_server(key, names, 2, other, stranger);
	else
		x = certificate_server(
		    key, other_name ? others : names, other_name ? 1 : 2, ca, ca_key);
	tls_peer_must(x != NULL, "certificate");
	tls_peer_spoil(p, x, ca_key);
	tls_peer_write_pem(p->ca, NULL, ca);
	tls_peer_write_pem(p->cert, NULL, x);
	tls_peer_write_pem(p->key, key, NULL);
	X509_free(x);
	X509_free(other);
	X509_free(ca);
	EVP_PKEY_free(stranger);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
}

static void
tls_peer_context(struct tls_peer *p)
{
	tls_peer_must(tls_server_ctx(p->cert, p->key, &p->ctx) == 0, "context");
	if (p->fault == TLS_PEER_NO_ALPN) {
		SSL_CTX_set_alpn_select_cb(p->ctx, NULL, NULL);
	} else if (p->fault == TLS_PEER_TLS_1_2) {
		SSL_CTX_set_min_proto_version(p->ctx, TLS1_2_VERSION);
		SSL_CTX_set_max_proto_version(p->ctx, TLS1_2_VERSION);
	}
}

static void
tls_peer_listen(struct tls_peer *p)
{
	struct sockaddr_in sa = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sa);

	p->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	tls_peer_must(p->listen_fd >= 0 &&
			  bind(p->listen_fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 &&
			  listen(p->listen_fd, 1) == 0 &&
			  getsockname(p->listen_fd, (struct sockaddr *)&sa, &len) == 0,
	    "listen");
	snprintf(p->port, sizeof(p->port), "%u", ntohs(sa.sin_port));
}

static void *
tls_peer_thread(void *arg)
{
	struct tls_peer *p = arg;
	int fd = accept4(p->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	SSL *ssl;
	char byte;

	if (fd < 0)
		return NULL; /* stopped before anybody came */
	ssl = SSL_new(p->ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		if (p->talk)
			p->talk(ssl, p->arg);
		/* until the client goes */
		while (SSL_read(ssl, &byte, 1) == 1)
			p->heard = true;
	}
	SSL_free(ssl);
	close(fd);
	return NULL;
}

struct tls_peer *
tls_peer_start(enum tls_peer_fault fault, tls_peer_talk *talk, void *arg)
{
	struct tls_peer *p = mem_new(sizeof(*p));

	p->fault = fault;
	p->talk = talk;
	p->arg = arg;
	snprintf(p->folder, sizeof(p->folder), "/tmp/emage-peer-XXXXXX");
	tls_peer_must(mkdtemp(p->folder) != NULL, "folder");
	snprintf(p->ca, sizeof(p->ca), "%s/ca.pem", p->folder);
	snprintf(p->cert, sizeof(p->cert), "%s/cert.pem", p->folder);
	snprintf(p->key, sizeof(p->key), "%s/key.pem", p->folder);
	tls_peer_certificates(p);
	tls_peer_context(p);
	tls_peer_listen(p);
	tls_peer_must(pthread_create(&p->thread, NULL, tls_peer_thread, p) == 0, "thread");
	return p;
}

const char *
tls_peer_port(const struct tls_peer *p)
{
	return p->port;
}

const char *
tls_peer_ca(const struct tls_peer *p)
{
	return p->ca;
}

bool
tls_peer_stop(struct tls_peer **pp)
{
	struct tls_peer *p = *pp;
	bool heard;

	*pp = NULL;
	shutdown(p->listen_fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->listen_fd);
	SSL_CTX_free(p->ctx);
	unlink(p->ca);
	unlink(p->cert);
	unlink(p->key);
	rmdir(p->folder);
	heard = p->heard;
	free(p);
	return heard;
}

static bool
tls_peer_read(SSL *ssl, uint8_t *bytes, size_t len)
{
	while (len > 0) {
		int n = SSL_read(ssl, bytes, (int)len);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

bool
tls_peer_read_frame(SSL *ssl, struct frame *f_r)
{
	static _Thread_local uint8_t bytes[FRAME_HEADER_LEN + FRAME_BODY_MAX];
	struct buf in = {.data = bytes, .len = FRAME_HEADER_LEN, .max = sizeof(bytes)};

	if (!tls_peer_read(ssl, bytes, FRAME_HEADER_LEN))
		return false;
	frame_peek(&in, FRAME_BODY_MAX, f_r);
	return tls_peer_read(ssl, bytes + FRAME_HEADER_LEN, f_r->body_len);
}

void
tls_peer_write_frame(
    SSL *ssl, uint16_t method, uint16_t flags, uint32_t id, const ProtobufCMessage *msg)
{
	struct buf out;

	buf_init(&out, FRAME_HEADER_LEN + FRAME_BODY_MAX);
	tls_peer_must(frame_append(&out, method, flags, id, msg) == 0, "frame");
	SSL_write(ssl, buf_bytes(&out), (int)out.len);
	buf_release(&out);
}
