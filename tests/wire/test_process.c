/* SPDX-License-Identifier: MIT */
/*
 * The server as a process: reloading, draining, starting again, and that nothing
 * is acknowledged before it is on disk (D-01).
 */
#include "tests/lib/check.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/admin.pb-c.h"
#include "tests/lib/file.h"
#include "tests/lib/tls_raw.h"
#include "tests/lib/wire.h"

static struct fixture *server;

static int
set_up(void **state)
{
	(void)state;
	server = fixture_new(NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

static void
assert_region(const char *wanted)
{
	struct wire *w = wire_open_greeted(server);

	assert_string_equal(((const Emage__HelloReply *)w->reply)->region, wanted);
	wire_free(&w);
}

/* ------------------------------------------------------------------- reloading */

static void
test_reload(void **state)
{
	struct wire *before;
	size_t at;

	(void)state;
	fixture_start(server);
	before = wire_open_greeted(server);
	assert_region("Grand Est");
	fixture_set(server, "region", "name = Lorraine");
	at = fixture_log_size(server);
	fixture_signal(server, SIGHUP);
	at = fixture_wait_log(server, at, "reload.done");
	assert_region("Lorraine");
	wire_expect_alive(before);

	/* a fault anywhere, and everything stays as it was */
	fixture_set(server, "region", "name = Alsace");
	fixture_set(server, "limits", "frame_s = eleven");
	fixture_signal(server, SIGHUP);
	at = fixture_wait_log(server, at, "reload.refused");
	assert_region("Lorraine");
	fixture_set(server, "limits", "frame_s = 11");
	fixture_signal(server, SIGHUP);
	fixture_wait_log(server, at, "reload.done");
	assert_region("Alsace");
	wire_expect_alive(before);
	wire_free(&before);
	assert_int_equal(fixture_stop(server), 0);
}

/* The serial number of the certificate that it shows. */
static char *
shown_certificate(void)
{
	struct tls_raw t;
	X509 *x;
	BIGNUM *serial;
	char *text;

	assert_true(tls_raw_open(&t, server, NULL));
	x = SSL_get1_peer_certificate(t.ssl);
	serial = ASN1_INTEGER_to_BN(X509_get_serialNumber(x), NULL);
	text = BN_bn2hex(serial);
	BN_free(serial);
	X509_free(x);
	tls_raw_close(&t);
	return text;
}

static void
test_reload_of_the_certificate(void **state)
{
	const char *init[] = {"emagectl", "init", "-d", server->storage, NULL};
	char *path = mem_printf("%s/tls/server.pem", server->storage);
	char *key_path = mem_printf("%s/tls/server.key", server->storage);
	char *first, *second, *third;
	size_t at;

	(void)state;
	fixture_start(server);
	first = shown_certificate();
	/* removed and made anew with the key and the authority that are there */
	assert_int_equal(unlink(path), 0);
	fixture_must_run(server, init, NULL);
	at = fixture_log_size(server);
	fixture_signal(server, SIGHUP);
	at = fixture_wait_log(server, at, "reload.done");
	second = shown_certificate();
	assert_string_not_equal(first, second);
	/* one that is none changes nothing */
	assert_int_equal(unlink(key_path), 0);
	file_write("no key\n", "%s", key_path);
	fixture_signal(server, SIGHUP);
	fixture_wait_log(server, at, "reload.refused");
	third = shown_certificate();
	assert_string_equal(second, third);
	OPENSSL_free(first);
	OPENSSL_free(second);
	OPENSSL_free(third);
	free(path);
	free(key_path);
	assert_int_equal(fixture_stop(server), 0);
}

/* -------------------------------------------------------------------- draining */

static void
test_drain(void **state)
{
	Emage__AuthPasswordRequest rq = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	struct wire *idle, *busy;
	struct buf body;
	int status;
	size_t at;

	(void)state;
	fixture_start(server);
	idle = wire_open_greeted(server);
	busy = wire_open_greeted(server);
	rq.identifier = (char *)"C4F-7HK9-M2X";
	rq.password = (char *)"un mot de passe quelconque";
	buf_init(&body, 4096);
	/* a ping in front: when it is answered, the other is under way */
	wire_send_frame(busy, 0, 2, 0, 999, NULL, 0);
	assert_int_equal(frame_append(&body, 10, 0, 1000, &rq.base), 0);
	wire_send(busy, buf_bytes(&body), body.len);
	buf_release(&body);
	assert_int_equal(wire_next_frame(busy).id, 999);
	at = fixture_log_size(server);
	fixture_signal(server, SIGTERM);
	/* what was under way is finished, then all is closed */
	wire_expect_error(busy, 1000, EM_E_AUTH);
	wire_expect_closed(busy);
	wire_expect_closed(idle);
	status = fixture_wait_end(server);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	fixture_wait_log(server, at, "stopped");
	wire_free(&idle);
	wire_free(&busy);
}

static void
test_two_servers_in_one_folder(void **state)
{
	const char *argv[] = {"emaged", "-c", server->config, NULL};

	(void)state;
	fixture_start(server);
	assert_int_not_equal(fixture_run(server, argv, NULL), 0);
	assert_region("Grand Est");
	assert_int_equal(fixture_stop(server), 0);
}

/* The socket that a crash left behind is no obstacle. */
static void
test_start_after_a_crash(void **state)
{
	(void)state;
	fixture_start(server);
	fixture_kill(server);
	fixture_start(server);
	assert_true(fixture_add_establishment(server, "679900019", "CHU FICTIF") > 0);
	fixture_kill(server);
	fixture_start(server);
	/* it was acknowledged, so it is there */
	assert_int_equal(fixture_add_establishment(server, "679900019", "CHU FICTIF"), 1);
	assert_int_equal(fixture_stop(server), 0);
}

/* ------------------------------------------------------------ service manager */

/* The next message of the server to the service manager begins like this. */
static void
expect_notice(int fd, const char *wanted)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char text[256];
	ssize_t n;

	assert_int_equal(poll(&p, 1, FIXTURE_DEADLINE_MS), 1);
	n = recv(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	if (strncmp(text, wanted, strlen(wanted)) != 0)
		fail_msg("%s instead of %s", text, wanted);
}

static void
test_service_manager_is_told(void **state)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/notify", server->folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	server->notify = sa.sun_path;
	fixture_start(server);
	expect_notice(fd, "READY=1");
	fixture_signal(server, SIGHUP);
	expect_notice(fd, "RELOADING=1");
	expect_notice(fd, "READY=1");
	assert_int_equal(fixture_stop(server), 0);
	expect_notice(fd, "STOPPING=1");
	server->notify = NULL;
	close(fd);
}

/* ------------------------------------------------------------------- durability */

struct trace {
	char **lines;
	size_t n;
};

static struct trace
trace_read(const char *path)
{
	struct trace t = {0};
	char line[4096];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		t.lines = mem_grow(t.lines, t.n + 1, sizeof(*t.lines));
		t.lines[t.n++] = mem_strdup(line);
	}
	fclose(f);
	return t;
}

static void
trace_free(struct trace *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->lines[i]);
	free(t->lines);
}

/* First line from `at` on that holds both texts; fails when there is none. */
static size_t
trace_find(const struct trace *t, size_t at, const char *a, const char *b)
{
	for (; at < t->n; at++)
		if (strstr(t->lines[at], a) && strstr(t->lines[at], b))
			return at;
	fail_msg("the trace never has %s with %s", a, b);
	return 0;
}

/*
 * A write by an operator over the local socket, whose bytes can be read in the
 * trace: request in, rows written, fdatasync returned, and only then the reply.
 */
static void
test_durable_before_it_is_said(void **state)
{
	char *path = mem_printf("%s/trace", server->folder);
	const char *const strace[] = {"/usr/bin/strace", "-f", "-s", "256", "-e",
	    "trace=read,recvfrom,write,sendto,writev,sendmsg,pwrite64,fdatasync,fsync", "-o", path,
	    NULL};
	const char *const allowed[] = {"/usr/bin/strace", "-o", path, "/bin/true", NULL};
	struct trace t;
	size_t request, reply, written = 0, synced = 0;

	(void)state;
	if (fixture_run(server, allowed, NULL) != 0) {
		print_message("this machine forbids tracing\n");
		free(path);
		skip();
	}
	server->wrapper = strace;
	setenv("EMAGE_TEST_TRACEABLE", "1", 1);
	fixture_start(server);
	fixture_add_establishment(server, "679900019", "HOPITAL DURABLE");
	assert_int_equal(fixture_stop(server), 0);
	server->wrapper = NULL;
	unsetenv("EMAGE_TEST_TRACEABLE");
	t = trace_read(path);
	request = trace_find(&t, 0, "re", "HOPITAL DURABLE");
	assert_true(strstr(t.lines[request], "read") || strstr(t.lines[request], "recv"));
	/* the reply: method 102 (0x66, 'f'), flags 1, the id of the request */
	reply = trace_find(&t, request + 1, "\\0f\\0\\1\\0\\0", "\"");
	assert_true(strstr(t.lines[reply], "write") || strstr(t.lines[reply], "send"));
	/* a row was written, then the last write was made durable, then it was said */
	for (size_t i = request; i < reply; i++) {
		if (strstr(t.lines[i], "pwrite64"))
			written = i;
		if (strstr(t.lines[i], "sync") && strstr(t.lines[i], "= 0"))
			synced = i;
	}
	assert_true(written > 0);
	assert_true(synced > written);
	trace_free(&t);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_reload, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_reload_of_the_certificate, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_drain, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_two_servers_in_one_folder, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_start_after_a_crash, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_service_manager_is_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_durable_before_it_is_said, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
