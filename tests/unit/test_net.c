/* SPDX-License-Identifier: MIT */
/*
 * The client's connection: reaching a server, whom it trusts, bytes both ways,
 * and how it says that it failed.
 */
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/net.h"
#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/file.h"
#include "tests/lib/tls_peer.h"

static char clock_path[64]; /* says by how many ms all clocks of this process are ahead */

static void
step_once(struct net *n)
{
	struct pollfd p = {.fd = -1};
	int timeout_ms;

	net_wants(n, &p.fd, &p.events, &timeout_ms);
	assert_true(poll(&p, 1, timeout_ms) >= 0);
	net_step(n);
}

static void
run_until(struct net *n, enum net_state wanted)
{
	while (net_state(n) != wanted) {
		if (net_state(n) == NET_DOWN)
			fail_msg("down: %s", net_error_text(n));
		step_once(n);
	}
}

static void
run_until_down(struct net *n)
{
	while (net_state(n) != NET_DOWN) {
		assert_int_not_equal(net_state(n), NET_UP);
		step_once(n);
	}
}

static struct net *
net_to(const struct tls_peer *p, const char *host)
{
	const struct net_target target = {
	    .host = host,
	    .port = tls_peer_port(p),
	    .ca_path = tls_peer_ca(p),
	};
	struct net *n = net_new(&target);

	net_connect(n);
	return n;
}

/* -------------------------------------------------------------------- bytes */

static void
talk_echo(SSL *ssl, void *arg)
{
	uint8_t bytes[5000];
	int n;

	(void)arg;
	while ((n = SSL_read(ssl, bytes, sizeof(bytes))) > 0)
		if (SSL_write(ssl, bytes, n) <= 0)
			return;
}

/* More than both buffers and every socket buffer hold: nothing is lost, nothing
 * stands still. */
static void
check_echo(struct net *n)
{
	enum { TOTAL = 6 * 1024 * 1024 };
	size_t sent = 0, got = 0;

	while (got < TOTAL) {
		struct buf *in = net_in(n);
		uint8_t chunk[10007];

		while (sent < TOTAL) {
			for (size_t i = 0; i < sizeof(chunk); i++)
				chunk[i] = (uint8_t)((sent + i) * 31 >> 3);
			if (buf_append(net_out(n), chunk, sizeof(chunk)) != 0)
				break;
			sent += sizeof(chunk);
		}
		step_once(n);
		assert_int_equal(net_state(n), NET_UP);
		for (size_t i = 0; i < in->len; i++)
			assert_int_equal(buf_bytes(in)[i], (uint8_t)((got + i) * 31 >> 3));
		got += in->len;
		buf_consume(in, in->len);
	}
}

static void
test_tls_echo(void **state)
{
	struct tls_peer *p = tls_peer_start(TLS_PEER_GOOD, talk_echo, NULL);
	struct net *n = net_to(p, "127.0.0.1");

	(void)state;
	run_until(n, NET_UP);
	check_echo(n);
	net_close(n);
	assert_int_equal(net_state(n), NET_IDLE);
	net_free(&n);
	assert_null(n);
	tls_peer_stop(&p);
}

/* The name may have an IPv6 address that nobody listens on: the next is tried. */
static void
test_name_is_looked_up(void **state)
{
	struct addrinfo *found = NULL;
	struct tls_peer *p;
	struct net *n;

	(void)state;
	/* a bare root has neither /etc/hosts nor a resolver */
	if (getaddrinfo("localhost", NULL, NULL, &found) != 0) {
		print_message("this machine cannot look up localhost\n");
		skip();
	}
	freeaddrinfo(found);
	p = tls_peer_start(TLS_PEER_GOOD, NULL, NULL);
	n = net_to(p, "localhost");
	assert_int_equal(net_state(n), NET_RESOLVING);
	run_until(n, NET_UP);
	net_free(&n);
	tls_peer_stop(&p);
}

static void
test_local_socket(void **state)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	const struct net_target target = {.unix_path = sa.sun_path};
	struct net *n;
	char bytes[4];
	int listen_fd = socket(AF_UNIX, SOCK_STREAM, 0), fd;

	(void)state;
	snprintf(sa.sun_path, sizeof(sa.sun_path), "/tmp/emage-net-%d.sock", (int)getpid());
	unlink(sa.sun_path);
	assert_int_equal(bind(listen_fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(listen_fd, 1), 0);
	n = net_new(&target);
	net_connect(n);
	assert_int_equal(net_state(n), NET_UP);
	fd = accept(listen_fd, NULL, NULL);
	buf_append(net_out(n), "ping", 4);
	step_once(n);
	assert_int_equal(read(fd, bytes, 4), 4);
	assert_int_equal(write(fd, "pong!", 5), 5);
	while (net_in(n)->len < 5)
		step_once(n);
	close(fd);
	while (net_state(n) == NET_UP)
		step_once(n);
	assert_int_equal(net_error(n), -EM_E_CLOSED);
	/* what came before the end is still there */
	assert_memory_equal(buf_bytes(net_in(n)), "pong!", 5);
	net_free(&n);
	close(listen_fd);
	unlink(sa.sun_path);
}

/* -------------------------------------------------------------------- trust */

static void
check_refusal(enum tls_peer_fault fault, int err, const char *text)
{
	struct tls_peer *p = tls_peer_start(fault, NULL, NULL);
	struct net *n = net_to(p, "127.0.0.1");

	run_until_down(n);
	assert_int_equal(net_error(n), -err);
	if (text)
		assert_string_equal(net_error_text(n), text);
	net_free(&n);
	/* not one byte was said behind the handshake (N-04) */
	assert_false(tls_peer_stop(&p));
}

static void
test_rogue_servers(void **state)
{
	(void)state;
	check_refusal(TLS_PEER_EXPIRED, EM_E_CERTIFICATE, "certificate has expired");
	check_refusal(TLS_PEER_NOT_YET, EM_E_CERTIFICATE, "certificate is not yet valid");
	check_refusal(TLS_PEER_OTHER_NAME, EM_E_CERTIFICATE, "IP address mismatch");
	check_refusal(TLS_PEER_NO_NAME, EM_E_CERTIFICATE, "IP address mismatch");
	check_refusal(TLS_PEER_OTHER_AUTHORITY, EM_E_CERTIFICATE, NULL);
	check_refusal(TLS_PEER_SELF_SIGNED, EM_E_CERTIFICATE, NULL);
	check_refusal(TLS_PEER_NO_ALPN, EM_E_TLS, "the server does not speak emage/1");
	check_refusal(TLS_PEER_TLS_1_2, EM_E_TLS, NULL);
}

static void
test_no_authority(void **state)
{
	const struct net_target target = {
	    .host = "127.0.0.1", .port = "1", .ca_path = "/nonexistent/ca.pem"};
	struct net *n = net_new(&target);

	(void)state;
	net_connect(n);
	assert_int_equal(net_state(n), NET_DOWN);
	assert_int_equal(net_error(n), -EM_E_CERTIFICATE);
	net_free(&n);
}

/* ------------------------------------------------------------------ failures */

static int
listen_tcp(char port_r[8])
{
	struct sockaddr_in sa = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	snprintf(port_r, 8, "%u", ntohs(sa.sin_port));
	return fd;
}

static void
test_refused_and_unknown(void **state)
{
	char port[8];
	struct net_target target = {.host = "127.0.0.1", .port = port};
	struct net *n;

	(void)state;
	close(listen_tcp(port)); /* a port that nobody has any more */
	n = net_new(&target);
	net_connect(n);
	run_until_down(n);
	assert_int_equal(net_error(n), -EM_E_REFUSED);
	net_free(&n);

	target.host = "nosuch.invalid";
	n = net_new(&target);
	net_connect(n);
	run_until_down(n);
	assert_int_equal(net_error(n), -EM_E_RESOLVE);
	net_free(&n);

	target = (struct net_target){.unix_path = "/nonexistent/socket"};
	n = net_new(&target);
	net_connect(n);
	assert_int_equal(net_error(n), -EM_E_REFUSED);
	net_free(&n);
}

/* A lookup still under way does not hold its connection. */
static void
test_dropped_while_resolving(void **state)
{
	const struct net_target target = {.host = "nosuch.invalid", .port = "1"};
	struct net *n = net_new(&target);

	(void)state;
	net_connect(n);
	net_connect(n);
	net_free(&n);
	assert_null(n);
}

static void
test_silent_server(void **state)
{
	char port[8];
	int fd = listen_tcp(port), timeout_ms;
	const struct net_target target = {.host = "127.0.0.1", .port = port};
	struct net *n = net_new(&target);
	short events;
	int net_fd;

	(void)state;
	net_connect(n);
	run_until(n, NET_HANDSHAKE);
	net_step(n);
	net_wants(n, &net_fd, &events, &timeout_ms);
	assert_true(timeout_ms > 0 && events == POLLIN);
	file_write("60000", "%s", clock_path);
	net_wants(n, &net_fd, &events, &timeout_ms);
	assert_int_equal(timeout_ms, 0);
	net_step(n);
	assert_int_equal(net_state(n), NET_DOWN);
	assert_int_equal(net_error(n), -EM_E_TIMEOUT);
	net_free(&n);
	close(fd);
}

static void
test_server_that_hangs_up(void **state)
{
	char port[8];
	int fd = listen_tcp(port), accepted;
	const struct net_target target = {.host = "127.0.0.1", .port = port};
	struct net *n = net_new(&target);

	(void)state;
	net_connect(n);
	run_until(n, NET_HANDSHAKE);
	accepted = accept(fd, NULL, NULL);
	close(accepted);
	run_until_down(n);
	assert_int_equal(net_error(n), -EM_E_CLOSED);
	net_free(&n);
	close(fd);
}

static void
talk_goodbye(SSL *ssl, void *arg)
{
	char byte;

	(void)arg;
	SSL_read(ssl, &byte, 1);
	SSL_shutdown(ssl);
	shutdown(SSL_get_fd(ssl), SHUT_RDWR);
}

static void
test_connects_again_after_a_loss(void **state)
{
	struct tls_peer *p = tls_peer_start(TLS_PEER_GOOD, talk_goodbye, NULL), *q;
	struct net *n = net_to(p, "127.0.0.1");

	(void)state;
	run_until(n, NET_UP);
	buf_append(net_out(n), "lost", 4);
	while (net_state(n) == NET_UP)
		step_once(n);
	assert_int_equal(net_error(n), -EM_E_CLOSED);
	assert_int_equal(net_out(n)->len, 0);
	tls_peer_stop(&p);
	net_connect(n);
	run_until_down(n); /* nobody listens any more */
	assert_int_equal(net_error(n), -EM_E_REFUSED);
	net_free(&n);

	q = tls_peer_start(TLS_PEER_GOOD, talk_echo, NULL);
	n = net_to(q, "127.0.0.1");
	run_until(n, NET_UP);
	assert_int_equal(net_error(n), 0);
	assert_string_equal(net_error_text(n), "");
	net_free(&n);
	tls_peer_stop(&q);
}

static int
set_up(void **state)
{
	(void)state;
	file_write("0", "%s", clock_path);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_tls_echo, set_up),
	    cmocka_unit_test_setup(test_name_is_looked_up, set_up),
	    cmocka_unit_test_setup(test_local_socket, set_up),
	    cmocka_unit_test_setup(test_rogue_servers, set_up),
	    cmocka_unit_test_setup(test_no_authority, set_up),
	    cmocka_unit_test_setup(test_refused_and_unknown, set_up),
	    cmocka_unit_test_setup(test_dropped_while_resolving, set_up),
	    cmocka_unit_test_setup(test_silent_server, set_up),
	    cmocka_unit_test_setup(test_server_that_hangs_up, set_up),
	    cmocka_unit_test_setup(test_connects_again_after_a_loss, set_up),
	};
	char value[80];
	int rc;

	snprintf(clock_path, sizeof(clock_path), "/tmp/emage-clock-%d", (int)getpid());
	snprintf(value, sizeof(value), "@%s", clock_path);
	setenv("EMAGE_TEST_CLOCK", value, 1);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(clock_path);
	return rc;
}
