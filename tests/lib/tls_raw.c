/* SPDX-License-Identifier: MIT */
/*
 * The client without manners.
 */
#include "tests/lib/tls_raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/err.h"
#include "common/tls.h"
#include "proto/session.pb-c.h"

int
tls_raw_tcp(const struct fixture *f, const char *source)
{
	const struct timeval limit = {.tv_sec = FIXTURE_DEADLINE_MS / 1000};
	struct sockaddr_in to = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)atoi(f->port)),
	};
	struct sockaddr_in from = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (source && (inet_pton(AF_INET, source, &from.sin_addr) != 1 ||
			  bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0))
		die("bind %s: %s", source, strerror(errno));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

bool
tls_raw_is_closed(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}

static void
tls_raw_watch(
    int is_write, int version, int type, const void *bytes, size_t len, SSL *ssl, void *arg)
{
	struct tls_raw *t = arg;
	const uint8_t *header = bytes;

	(void)version;
	(void)ssl;
	if (!is_write && type == SSL3_RT_HEADER && len >= 5 && t->n_records < TLS_RAW_RECORDS_MAX)
		t->record_lens[t->n_records++] = (uint16_t)(header[3] << 8 | header[4]);
}

bool
tls_raw_open(struct tls_raw *t, const struct fixture *f, const struct tls_raw_options *o)
{
	static const struct tls_raw_options plain = {.max_version = 0};
	const char *alpn;

	o = o ? o : &plain;
	alpn = o->alpn ? o->alpn : "\x07" TLS_ALPN;
	*t = (struct tls_raw){.fd = tls_raw_tcp(f, o->source)};
	t->ctx = SSL_CTX_new(TLS_client_method());
	if (t->fd < 0 || !t->ctx || SSL_CTX_load_verify_file(t->ctx, f->ca) != 1)
		return false;
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
	if (o->max_version)
		SSL_CTX_set_max_proto_version(t->ctx, o->max_version);
	if (o->groups && SSL_CTX_set1_groups_list(t->ctx, o->groups) != 1)
		die("groups %s", o->groups);
	if (o->suites && SSL_CTX_set_ciphersuites(t->ctx, o->suites) != 1)
		die("suites %s", o->suites);
	t->ssl = SSL_new(t->ctx);
	SSL_set_msg_callback(t->ssl, tls_raw_watch);
	SSL_set_msg_callback_arg(t->ssl, t);
	if (!o->no_alpn)
		SSL_set_alpn_protos(t->ssl, (const uint8_t *)alpn, (unsigned)strlen(alpn));
	if (o->session)
		SSL_set_session(t->ssl, o->session);
	SSL_set_fd(t->ssl, t->fd);
	return SSL_connect(t->ssl) == 1;
}

void
tls_raw_close(struct tls_raw *t)
{
	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	if (t->fd >= 0)
		close(t->fd);
	*t = (struct tls_raw){.fd = -1};
}

void
tls_raw_send(struct tls_raw *t, uint16_t method, uint32_t id, const ProtobufCMessage *msg)
{
	struct buf out;

	buf_init(&out, FRAME_HEADER_LEN + FRAME_BODY_MAX);
	if (frame_append(&out, method, 0, id, msg) < 0 ||
	    SSL_write(t->ssl, buf_bytes(&out), (int)out.len) != (int)out.len)
		die("tls_raw: not sent");
	buf_release(&out);
}

static bool
tls_raw_read(struct tls_raw *t, uint8_t *bytes, size_t len)
{
	while (len > 0) {
		int n = SSL_read(t->ssl, bytes, (int)len);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

size_t
tls_raw_receive(struct tls_raw *t, uint8_t *bytes_r, size_t len)
{
	struct buf in = {.data = bytes_r, .len = FRAME_HEADER_LEN, .max = len};
	struct frame f;

	if (!tls_raw_read(t, bytes_r, FRAME_HEADER_LEN))
		return 0;
	frame_peek(&in, FRAME_BODY_MAX, &f);
	if (FRAME_HEADER_LEN + f.body_len > len ||
	    !tls_raw_read(t, bytes_r + FRAME_HEADER_LEN, f.body_len))
		return 0;
	return FRAME_HEADER_LEN + f.body_len;
}

void
tls_raw_hello(struct tls_raw *t)
{
	Emage__HelloRequest rq = EMAGE__HELLO_REQUEST__INIT;
	uint8_t bytes[1024];

	rq.protocol = 1;
	rq.kind = EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL;
	rq.language = (char *)"fr";
	tls_raw_send(t, 1, 1, &rq.base);
	if (tls_raw_receive(t, bytes, sizeof(bytes)) == 0)
		die("tls_raw: no greeting");
}
