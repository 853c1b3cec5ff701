/* SPDX-License-Identifier: MIT */
/*
 * One connection, never blocking. A state machine that net_step() moves on:
 * look the name up (a thread, because the resolver blocks), try each address
 * in turn, shake hands, then carry bytes.
 */
#include "client/net.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "client/net_lookup.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/tls.h"

#define NET_IN_MAX	 (1024u * 1024u)
#define NET_OUT_MAX	 (4096u * 1024u)
#define NET_READ_BYTES	 16384u
#define NET_RESOLVE_MS	 10000
#define NET_ADDRESS_MS	 4000 /* for one address, then the next */
#define NET_HANDSHAKE_MS 8000

struct net {
	char *host, *port, *ca_path, *unix_path, *server_name;
	enum net_state state;
	int err;
	char err_text[256];
	int64_t deadline_ms;

	struct net_lookup *lookup;
	struct addrinfo *addresses, *next_address; /* freed together */
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;	  /* NULL on a local socket */
	bool read_waits;  /* nothing to read until the descriptor says so */
	bool wants_write; /* TLS has to write before it can go on */
	struct buf in, out;
};

static void net_drop(struct net *n);
static void net_fail(struct net *n, int err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ------------------------------------------------------- life of the object */

static char *
net_strdup_or_null(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

struct net *
net_new(const struct net_target *t)
{
	struct net *n = mem_new(sizeof(*n));
	struct sigaction sa;

	/* OpenSSL writes without MSG_NOSIGNAL; a peer that has gone is an error
	 * to report, not a reason to die */
	if (sigaction(SIGPIPE, NULL, &sa) == 0 && sa.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
	n->host = net_strdup_or_null(t->host);
	n->port = net_strdup_or_null(t->port);
	n->ca_path = net_strdup_or_null(t->ca_path);
	n->unix_path = net_strdup_or_null(t->unix_path);
	n->server_name = net_strdup_or_null(t->server_name ? t->server_name : t->host);
	n->fd = -1;
	buf_init(&n->in, NET_IN_MAX);
	buf_init(&n->out, NET_OUT_MAX);
	return n;
}

void
net_free(struct net **np)
{
	struct net *n = *np;

	if (!n)
		return;
	*np = NULL;
	net_drop(n);
	SSL_CTX_free(n->ctx);
	free(n->host);
	free(n->port);
	free(n->ca_path);
	free(n->unix_path);
	free(n->server_name);
	free(n);
}

/* Lets go of everything that belongs to one attempt, buffers included. */
static void
net_drop(struct net *n)
{
	if (n->lookup)
		net_lookup_release(n->lookup);
	n->lookup = NULL;
	if (n->addresses)
		freeaddrinfo(n->addresses);
	n->addresses = n->next_address = NULL;
	SSL_free(n->ssl);
	n->ssl = NULL;
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
	n->read_waits = n->wants_write = false;
	buf_release(&n->in);
	buf_release(&n->out);
}

static void
net_close_socket(struct net *n)
{
	SSL_free(n->ssl);
	n->ssl = NULL;
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

/* What has been received stays readable; what was not sent is wiped. */
static void
net_fail(struct net *n, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(n->err_text, sizeof(n->err_text), fmt, ap);
	va_end(ap);
	n->err = -err;
	n->state = NET_DOWN;
	net_close_socket(n);
	if (n->lookup)
		net_lookup_release(n->lookup);
	n->lookup = NULL;
	if (n->addresses)
		freeaddrinfo(n->addresses);
	n->addresses = n->next_address = NULL;
	buf_release(&n->out);
	ERR_clear_error();
}

/* ------------------------------------------------------------- connecting */

static void
net_enter(struct net *n, enum net_state state, int64_t limit_ms)
{
	n->state = state;
	n->deadline_ms = limit_ms ? clock_boot_ms() + limit_ms : INT64_MAX;
}

static void
net_up(struct net *n)
{
	if (n->addresses)
		freeaddrinfo(n->addresses);
	n->addresses = n->next_address = NULL;
	n->wants_write = false;
	n->read_waits = false;
	net_enter(n, NET_UP, 0);
}

static void
net_begin_handshake(struct net *n)
{
	int one = 1;

	setsockopt(n->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	ERR_clear_error();
	n->ssl = tls_client_new(n->ctx, n->server_name);
	if (!n->ssl || SSL_set_fd(n->ssl, n->fd) != 1) {
		net_fail(n, EM_E_TLS, "%s", tls_error_text());
		return;
	}
	SSL_set_mode(n->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	n->wants_write = true;
	net_enter(n, NET_HANDSHAKE, NET_HANDSHAKE_MS);
}

static int
net_errno_to_err(int e)
{
	switch (e) {
	case ETIMEDOUT:
		return EM_E_TIMEOUT;
	case ECONNRESET:
	case EPIPE:
		return EM_E_CLOSED;
	default:
		return EM_E_REFUSED;
	}
}

/* Starts with the next address that takes a socket; the last one's error is
 * what the caller gets to see. */
static void
net_try_next_address(struct net *n, int err, int sys_errno)
{
	net_close_socket(n);
	while (n->next_address) {
		const struct addrinfo *ai = n->next_address;

		n->next_address = ai->ai_next;
		n->fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (n->fd >= 0 &&
		    (connect(n->fd, ai->ai_addr, ai->ai_addrlen) == 0 || errno == EINPROGRESS)) {
			net_enter(n, NET_CONNECTING, NET_ADDRESS_MS);
			return;
		}
		sys_errno = errno;
		err = net_errno_to_err(sys_errno);
		net_close_socket(n);
	}
	net_fail(n, err, "%s", strerror(sys_errno));
}

static void
net_connect_unix(struct net *n)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	size_t len = strlen(n->unix_path);

	if (len >= sizeof(sa.sun_path)) {
		net_fail(n, EM_E_REFUSED, "path of the local socket too long");
		return;
	}
	memcpy(sa.sun_path, n->unix_path, len + 1);
	n->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* a local socket connects at once or not at all; EAGAIN is a full queue */
	if (n->fd < 0 || connect(n->fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		net_fail(n, EM_E_REFUSED, "%s: %s", n->unix_path, strerror(errno));
	else
		net_up(n);
}

void
net_connect(struct net *n)
{
	const struct addrinfo numeric = {
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};

	net_drop(n);
	n->err = 0;
	n->err_text[0] = '\0';
	if (n->unix_path) {
		net_connect_unix(n);
		return;
	}
	if (!n->host || !n->port) {
		net_fail(n, EM_E_RESOLVE, "no server named");
		return;
	}
	if (!n->ctx && tls_client_ctx(n->ca_path, &n->ctx) < 0) {
		n->ctx = NULL;
		net_fail(n, EM_E_CERTIFICATE, "%s: no certificate to trust",
		    n->ca_path ? n->ca_path : "system store");
		return;
	}
	if (getaddrinfo(n->host, n->port, &numeric, &n->addresses) == 0) {
		n->next_address = n->addresses;
		net_try_next_address(n, EM_E_REFUSED, EADDRNOTAVAIL);
		return;
	}
	n->addresses = NULL;
	n->lookup = net_lookup_new(n->host, n->port);
	if (!n->lookup)
		net_fail(n, EM_E_RESOLVE, "%s", strerror(errno));
	else
		net_enter(n, NET_RESOLVING, NET_RESOLVE_MS);
}

void
net_abort(struct net *n, int err, const char *why)
{
	if (n->state != NET_IDLE && n->state != NET_DOWN)
		net_fail(n, err < 0 ? -err : err, "%s", why);
}

void
net_close(struct net *n)
{
	/* close_notify if it fits into the socket's buffer; nobody waits for it */
	if (n->state == NET_UP && n->ssl)
		SSL_shutdown(n->ssl);
	ERR_clear_error();
	net_drop(n);
	n->state = NET_IDLE;
	n->err = 0;
	n->err_text[0] = '\0';
}

static void
net_step_resolving(struct net *n)
{
	struct pollfd p = {.fd = net_lookup_fd(n->lookup), .events = POLLIN};
	int rc;

	if (poll(&p, 1, 0) != 1)
		return;
	rc = net_lookup_take(n->lookup, &n->addresses);
	n->next_address = n->addresses;
	net_lookup_release(n->lookup);
	n->lookup = NULL;
	if (rc != 0)
		net_fail(n, EM_E_RESOLVE, "%s: %s", n->host, gai_strerror(rc));
	else
		net_try_next_address(n, EM_E_REFUSED, EADDRNOTAVAIL);
}

static void
net_step_connecting(struct net *n)
{
	struct pollfd p = {.fd = n->fd, .events = POLLOUT};
	int e = 0;
	socklen_t len = sizeof(e);

	if (poll(&p, 1, 0) != 1)
		return;
	if (getsockopt(n->fd, SOL_SOCKET, SO_ERROR, &e, &len) < 0)
		e = errno;
	if (e != 0)
		net_try_next_address(n, net_errno_to_err(e), e);
	else
		net_begin_handshake(n);
}

/* --------------------------------------------------------------------- TLS */

/* Whether rc of an SSL_ call means "later"; otherwise the connection is down. */
static bool
net_tls_later(struct net *n, int rc)
{
	long verdict;
	int sys_errno = errno;

	switch (SSL_get_error(n->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return true;
	case SSL_ERROR_WANT_WRITE:
		n->wants_write = true;
		return true;
	case SSL_ERROR_ZERO_RETURN:
		net_fail(n, EM_E_CLOSED, "closed by the server");
		return false;
	case SSL_ERROR_SYSCALL:
		net_fail(n, EM_E_CLOSED, "%s",
		    sys_errno ? strerror(sys_errno) : "cut off by the server");
		return false;
	default:
		break;
	}
	verdict = SSL_get_verify_result(n->ssl);
	if (n->state == NET_HANDSHAKE && verdict != X509_V_OK)
		net_fail(n, EM_E_CERTIFICATE, "%s", X509_verify_cert_error_string(verdict));
	else if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		net_fail(n, EM_E_CLOSED, "cut off by the server");
	else
		net_fail(n, EM_E_TLS, "%s", tls_error_text());
	return false;
}

static void
net_step_handshake(struct net *n)
{
	const unsigned char *alpn;
	unsigned alpn_len;
	int rc;

	n->wants_write = false;
	ERR_clear_error();
	errno = 0;
	rc = SSL_connect(n->ssl);
	if (rc != 1) {
		net_tls_later(n, rc);
		return;
	}
	if (SSL_get_verify_result(n->ssl) != X509_V_OK) {
		net_fail(n, EM_E_CERTIFICATE, "%s",
		    X509_verify_cert_error_string(SSL_get_verify_result(n->ssl)));
		return;
	}
	SSL_get0_alpn_selected(n->ssl, &alpn, &alpn_len);
	if (alpn_len != strlen(TLS_ALPN) || memcmp(alpn, TLS_ALPN, alpn_len) != 0) {
		net_fail(n, EM_E_TLS, "the server does not speak %s", TLS_ALPN);
		return;
	}
	net_up(n);
}

/* ------------------------------------------------------------ moving bytes */

/* > 0 bytes moved, 0 later, < 0 down (already said). */
static ssize_t
net_write_some(struct net *n, const uint8_t *bytes, size_t len)
{
	ssize_t sent;
	int rc;

	if (n->ssl) {
		ERR_clear_error();
		errno = 0;
		rc = SSL_write(n->ssl, bytes, (int)len);
		if (rc > 0)
			return rc;
		return net_tls_later(n, rc) ? 0 : -1;
	}
	do {
		sent = send(n->fd, bytes, len, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return sent;
	if (errno == EAGAIN)
		return 0;
	net_fail(n, EM_E_CLOSED, "%s", strerror(errno));
	return -1;
}

static ssize_t
net_read_some(struct net *n, uint8_t *bytes, size_t len)
{
	ssize_t got;
	int rc;

	if (n->ssl) {
		ERR_clear_error();
		errno = 0;
		rc = SSL_read(n->ssl, bytes, (int)len);
		if (rc > 0)
			return rc;
		return net_tls_later(n, rc) ? 0 : -1;
	}
	do {
		got = recv(n->fd, bytes, len, 0);
	} while (got < 0 && errno == EINTR);
	if (got > 0)
		return got;
	if (got < 0 && errno == EAGAIN)
		return 0;
	net_fail(n, EM_E_CLOSED, "%s", got < 0 ? strerror(errno) : "closed by the server");
	return -1;
}

static void
net_step_up(struct net *n)
{
	ssize_t moved = 1;
	uint8_t *room;

	n->wants_write = false;
	/* Reading first: a server that closes says why before it does, and a
	 * failed write must not lose that. */
	while ((room = buf_reserve(&n->in, NET_READ_BYTES)) != NULL) {
		moved = net_read_some(n, room, NET_READ_BYTES);
		if (moved <= 0)
			break;
		buf_commit(&n->in, (size_t)moved);
	}
	if (moved < 0)
		return;
	n->read_waits = moved == 0;
	while (n->out.len > 0) {
		size_t len = n->out.len < NET_READ_BYTES ? n->out.len : NET_READ_BYTES;

		moved = net_write_some(n, buf_bytes(&n->out), len);
		if (moved <= 0)
			return;
		buf_consume(&n->out, (size_t)moved);
	}
}

/* ----------------------------------------------------------- what one calls */

enum net_state
net_state(const struct net *n)
{
	return n->state;
}

int
net_error(const struct net *n)
{
	return n->err;
}

const char *
net_error_text(const struct net *n)
{
	return n->err_text;
}

static bool
net_has_room(const struct net *n)
{
	return n->in.max - n->in.len >= NET_READ_BYTES;
}

void
net_wants(const struct net *n, int *fd_r, short *events_r, int *timeout_ms_r)
{
	int64_t left;

	*fd_r = n->state == NET_RESOLVING ? net_lookup_fd(n->lookup) : n->fd;
	*events_r = 0;
	*timeout_ms_r = -1;
	switch (n->state) {
	case NET_IDLE:
	case NET_DOWN:
		*fd_r = -1;
		return;
	case NET_RESOLVING:
		*events_r = POLLIN;
		break;
	case NET_CONNECTING:
		*events_r = POLLOUT;
		break;
	case NET_HANDSHAKE:
		*events_r = n->wants_write ? POLLOUT : POLLIN;
		break;
	case NET_UP:
		if (net_has_room(n))
			*events_r |= POLLIN;
		if (n->out.len > 0 || n->wants_write)
			*events_r |= POLLOUT;
		/* decrypted bytes wait inside TLS where poll() does not see them */
		if (net_has_room(n) && !n->read_waits)
			*timeout_ms_r = 0;
		return;
	}
	left = n->deadline_ms - clock_boot_ms();
	*timeout_ms_r = left > 0 ? (int)left : 0;
}

void
net_step(struct net *n)
{
	enum net_state before;

	/* As far as it goes without waiting. */
	do {
		before = n->state;
		switch (before) {
		case NET_IDLE:
		case NET_DOWN:
			return;
		case NET_RESOLVING:
			net_step_resolving(n);
			break;
		case NET_CONNECTING:
			net_step_connecting(n);
			break;
		case NET_HANDSHAKE:
			net_step_handshake(n);
			break;
		case NET_UP:
			net_step_up(n);
			return;
		}
	} while (n->state != before);
	if (clock_boot_ms() < n->deadline_ms)
		return;
	if (n->state == NET_CONNECTING)
		net_try_next_address(n, EM_E_TIMEOUT, ETIMEDOUT);
	else
		net_fail(n, EM_E_TIMEOUT, "no answer in time");
}

struct buf *
net_in(struct net *n)
{
	return &n->in;
}

struct buf *
net_out(struct net *n)
{
	return &n->out;
}
