/* SPDX-License-Identifier: MIT */
/*
 * TLS and the local socket behind one face.
 */
#include "server/transport.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "common/err.h"
#include "common/log.h"
#include "common/tls.h"
#include "server/conn.h"

#define RECORD_HEADER_LEN      5u
#define RECORD_HANDSHAKE       22
#define RECORD_MAX	       16384u
#define HANDSHAKE_HEADER_LEN   4u
#define HANDSHAKE_CLIENT_HELLO 1
#define HELLO_MAX	       16384u

/*
 * The hello may be spread over several records. Its own length is in its first
 * four bytes.
 */
int
transport_is_hello(const uint8_t *bytes, size_t n)
{
	size_t have = 0, need = HANDSHAKE_HEADER_LEN;
	uint8_t head[HANDSHAKE_HEADER_LEN];

	while (have < need) {
		size_t len;

		if (n < RECORD_HEADER_LEN)
			return n && bytes[0] != RECORD_HANDSHAKE ? -1 : 0;
		len = (size_t)bytes[3] << 8 | bytes[4];
		if (bytes[0] != RECORD_HANDSHAKE || bytes[1] != 3 || !len || len > RECORD_MAX)
			return -1;
		if (n - RECORD_HEADER_LEN < len)
			return 0;
		for (size_t i = 0; i < len && have + i < HANDSHAKE_HEADER_LEN; i++)
			head[have + i] = bytes[RECORD_HEADER_LEN + i];
		have += len;
		if (have >= HANDSHAKE_HEADER_LEN) {
			if (head[0] != HANDSHAKE_CLIENT_HELLO)
				return -1;
			need = HANDSHAKE_HEADER_LEN +
			       ((size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]);
			if (need > HELLO_MAX)
				return -1;
		}
		bytes += RECORD_HEADER_LEN + len;
		n -= RECORD_HEADER_LEN + len;
	}
	return 1;
}

static ssize_t
transport_socket_error(void)
{
	if (errno == EAGAIN || errno == EINTR)
		return -EM_E_AGAIN;
	return errno == ECONNRESET || errno == EPIPE ? -EM_E_CLOSED : -EM_E_IO;
}

/* -------------------------------------------------------------------- TLS */

/*
 * An SSL object costs as much as a whole idle connection may: it is made once
 * there is a ClientHello for it, so that whoever holds connections open with
 * less holds a few hundred bytes.
 */
static int
tls_await_hello(struct conn *c)
{
	ssize_t n = recv(c->fd, c->loop->scratch, HELLO_MAX + 1024, MSG_PEEK | MSG_DONTWAIT);
	int is_hello;

	if (n == 0)
		return -EM_E_CLOSED;
	if (n < 0)
		return (int)transport_socket_error();
	is_hello = transport_is_hello(c->loop->scratch, (size_t)n);
	if (is_hello < 0 || (is_hello == 0 && n > (ssize_t)HELLO_MAX))
		return -EM_E_TLS;
	/* what is peeked stays readable: wait for more of it, not for this */
	c->edge = is_hello == 0;
	if (c->edge)
		return -EM_E_AGAIN;
	c->ssl = SSL_new(c->loop->tls);
	if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1) {
		log_error("conn.tls", "cause=\"%s\"", tls_error_text());
		return -EM_E_TLS;
	}
	/* passwords pass through its buffers */
	SSL_set_options(c->ssl, SSL_OP_CLEANSE_PLAINTEXT);
	SSL_set_accept_state(c->ssl);
	return 0;
}

static int
tls_result(struct conn *c, int rc)
{
	switch (SSL_get_error(c->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return -EM_E_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		c->wants_write = true;
		return -EM_E_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return -EM_E_CLOSED;
	case SSL_ERROR_SYSCALL:
		c->broken = true;
		ERR_clear_error();
		return -EM_E_CLOSED;
	default:
		c->broken = true;
		log_debug("conn.tls", "conn=%llx cause=\"%s\"", (unsigned long long)c->id,
		    tls_error_text());
		return -EM_E_TLS;
	}
}

static int
tls_open(struct conn *c)
{
	int rc;

	if (!c->ssl) {
		rc = tls_await_hello(c);
		if (rc)
			return rc;
	}
	ERR_clear_error();
	rc = SSL_do_handshake(c->ssl);
	return rc == 1 ? 0 : tls_result(c, rc);
}

static ssize_t
tls_read(struct conn *c, uint8_t *bytes_r, size_t n)
{
	int rc;

	ERR_clear_error();
	rc = SSL_read(c->ssl, bytes_r, n > INT_MAX ? INT_MAX : (int)n);
	return rc > 0 ? rc : tls_result(c, rc);
}

static ssize_t
tls_write(struct conn *c, const uint8_t *bytes, size_t n)
{
	int rc;

	ERR_clear_error();
	rc = SSL_write(c->ssl, bytes, n > INT_MAX ? INT_MAX : (int)n);
	return rc > 0 ? rc : tls_result(c, rc);
}

static bool
tls_pending(struct conn *c)
{
	return SSL_has_pending(c->ssl) == 1;
}

static bool
tls_binding(struct conn *c, uint8_t out_r[32])
{
	return tls_exporter(c->ssl, out_r);
}

static void
tls_close(struct conn *c, bool clean)
{
	if (!c->ssl)
		return;
	ERR_clear_error();
	if (clean && SSL_is_init_finished(c->ssl))
		SSL_shutdown(c->ssl);
	ERR_clear_error();
	SSL_free(c->ssl);
	c->ssl = NULL;
}

const struct transport transport_tls = {
    .name = "tls",
    .open = tls_open,
    .read = tls_read,
    .write = tls_write,
    .pending = tls_pending,
    .binding = tls_binding,
    .close = tls_close,
};

/* ----------------------------------------------------------- local socket */

static int
local_open(struct conn *c)
{
	(void)c;
	return 0;
}

static ssize_t
local_read(struct conn *c, uint8_t *bytes_r, size_t n)
{
	ssize_t got = recv(c->fd, bytes_r, n, MSG_DONTWAIT);

	if (got == 0)
		return -EM_E_CLOSED;
	return got > 0 ? got : transport_socket_error();
}

static ssize_t
local_write(struct conn *c, const uint8_t *bytes, size_t n)
{
	ssize_t put = send(c->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (put >= 0)
		return put;
	c->wants_write = errno == EAGAIN;
	return transport_socket_error();
}

static bool
local_pending(struct conn *c)
{
	(void)c;
	return false;
}

static bool
local_binding(struct conn *c, uint8_t out_r[32])
{
	(void)c;
	(void)out_r;
	return false;
}

static void
local_close(struct conn *c, bool clean)
{
	(void)c;
	(void)clean;
}

const struct transport transport_local = {
    .name = "local",
    .open = local_open,
    .read = local_read,
    .write = local_write,
    .pending = local_pending,
    .binding = local_binding,
    .close = local_close,
};
