/* SPDX-License-Identifier: MIT */
/*
 * A connection cut after every byte of an exchange, in both directions, by a
 * proxy of our own. The server's state is that before the request or that
 * after it, and who comes back finds the session.
 */
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "db/store.h"
#include "proto/exam.pb-c.h"
#include "server/server.h"
#include "tests/lib/pty_stage.h"
#include "tests/lib/wire.h"

enum direction { UP, DOWN, N_DIRECTIONS };

/* One connection at a time. Forwards until the budget of a direction is spent,
 * then hangs up on both. */
struct proxy {
	pthread_t thread;
	int listener, client, server;
	int server_port, port;
	atomic_long budget[N_DIRECTIONS]; /* bytes; negative = any number */
	atomic_bool stop;
};

static int
proxy_socket(struct sockaddr_in *at, int port)
{
	*at = (struct sockaddr_in){
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)port),
	};
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void
proxy_no_delay(int fd)
{
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

/* False once nothing more may or can pass. */
static bool
proxy_pass(struct proxy *x, enum direction d, int from, int to)
{
	uint8_t bytes[4096];
	long left = atomic_load(&x->budget[d]);
	size_t most = left >= 0 && left < (long)sizeof(bytes) ? (size_t)left : sizeof(bytes);
	ssize_t n;

	if (most == 0)
		return false;
	n = read(from, bytes, most);
	if (n <= 0 || send(to, bytes, (size_t)n, MSG_NOSIGNAL) != n)
		return false;
	if (left >= 0)
		atomic_store(&x->budget[d], left - n);
	return left < 0 || left > n;
}

static void
proxy_connection(struct proxy *x)
{
	struct sockaddr_in at;
	struct pollfd p[2];
	bool open = true;

	x->server = proxy_socket(&at, x->server_port);
	proxy_no_delay(x->server);
	proxy_no_delay(x->client);
	open = connect(x->server, (struct sockaddr *)&at, sizeof(at)) == 0;
	while (open) {
		p[0] = (struct pollfd){.fd = x->client, .events = POLLIN};
		p[1] = (struct pollfd){.fd = x->server, .events = POLLIN};
		if (poll(p, 2, -1) <= 0)
			break;
		if (p[0].revents)
			open = proxy_pass(x, UP, x->client, x->server);
		if (open && p[1].revents)
			open = proxy_pass(x, DOWN, x->server, x->client);
	}
	close(x->client);
	close(x->server);
}

static void *
proxy_run(void *arg)
{
	struct proxy *x = arg;

	while (!atomic_load(&x->stop)) {
		x->client = accept4(x->listener, NULL, NULL, SOCK_CLOEXEC);
		if (x->client >= 0 && !atomic_load(&x->stop))
			proxy_connection(x);
		else if (x->client >= 0)
			close(x->client);
	}
	return NULL;
}

static void
proxy_start(struct proxy *x, int server_port)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	x->server_port = server_port;
	x->listener = proxy_socket(&at, 0);
	assert_int_equal(bind(x->listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(x->listener, 8), 0);
	assert_int_equal(getsockname(x->listener, (struct sockaddr *)&at, &len), 0);
	x->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&x->thread, NULL, proxy_run, x), 0);
}

static void
proxy_stop(struct proxy *x)
{
	struct sockaddr_in at;
	int fd = proxy_socket(&at, x->port);

	atomic_store(&x->stop, true);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	pthread_join(x->thread, NULL);
	close(fd);
	close(x->listener);
}

/* ------------------------------------------------------------------ the cuts */

struct cut {
	struct pty_stage *stage;
	struct proxy proxy;
	uint8_t token[32];
	uint64_t exam_id;
	unsigned n_tries, n_acknowledged;
};

/* Through the proxy, as far as an open session. */
static struct wire *
cut_open(struct cut *c)
{
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	struct fixture through = *c->stage->fixture;
	const Emage__SessionResumeReply *reply;
	struct wire *w;
	int rc;

	atomic_store(&c->proxy.budget[UP], -1);
	atomic_store(&c->proxy.budget[DOWN], -1);
	snprintf(through.port, sizeof(through.port), "%d", c->proxy.port);
	w = wire_open_greeted(&through);
	rq.token = (ProtobufCBinaryData){.data = c->token, .len = sizeof(c->token)};
	rc = wire_call(w, METHOD_session_resume, &rq);
	if (rc != 0)
		fail_msg("after cut %u the session is gone: %s", c->n_tries, err_name(rc));
	reply = (const Emage__SessionResumeReply *)w->reply;
	assert_int_equal(reply->token.len, sizeof(c->token));
	memcpy(c->token, reply->token.data, sizeof(c->token));
	return w;
}

/* Opens a report and cuts after so many bytes. True when all of the reply came. */
static bool
cut_after(struct cut *c, enum direction d, long bytes)
{
	Emage__ExamReportRequest rq = EMAGE__EXAM_REPORT_REQUEST__INIT;
	struct wire *w = cut_open(c);
	int rc;

	rq.exam_id = c->exam_id;
	atomic_store(&c->proxy.budget[d], bytes);
	c->n_tries++;
	rc = wire_call(w, METHOD_exam_report, &rq);
	c->n_acknowledged += rc == 0;
	assert_true(rc == 0 || rc == -EM_E_CLOSED || rc == -EM_E_TLS);
	wire_free(&w);
	return rc == 0;
}

static uint64_t
cut_first_exam(struct cut *c)
{
	Emage__ExamListRequest rq = EMAGE__EXAM_LIST_REQUEST__INIT;
	struct wire *w = wire_open_greeted(c->stage->fixture);
	const Emage__ExamListReply *reply;
	uint64_t exam_id;

	wire_sign_in(w, &c->stage->patient);
	memcpy(c->token, w->token, sizeof(c->token));
	rq.page = 1;
	rq.page_size = 1;
	assert_int_equal(wire_call(w, METHOD_exam_list, &rq), 0);
	reply = (const Emage__ExamListReply *)w->reply;
	assert_int_equal(reply->n_rows, 1);
	exam_id = reply->rows[0]->exam_id;
	wire_free(&w);
	return exam_id;
}

static uint64_t
cut_n_opened(struct cut *c)
{
	char *path = mem_printf("%s/" SERVER_DATABASE, c->stage->fixture->storage);
	char *sql = mem_printf("sqlite3 %s \"SELECT count(*) FROM audit WHERE event = 'exam.opened'"
			       " AND result = 'ok'\"",
	    path);
	FILE *f = popen(sql, "re");
	unsigned long long n = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%llu", &n), 1);
	pclose(f);
	free(sql);
	free(path);
	return n;
}

static void
test_cut_at_every_byte(void **state)
{
	struct cut c = {.stage = *state};
	uint64_t before, opened;
	long bytes;

	c.exam_id = cut_first_exam(&c);
	before = cut_n_opened(&c);
	proxy_start(&c.proxy, atoi(c.stage->fixture->port));
	for (bytes = 0; !cut_after(&c, UP, bytes); bytes++)
		assert_true(bytes < 4096);
	assert_true(bytes > FRAME_HEADER_LEN);
	for (bytes = 0; !cut_after(&c, DOWN, bytes); bytes++)
		assert_true(bytes < 8192);
	assert_true(bytes > 500); /* the report is longer than that */
	proxy_stop(&c.proxy);
	fixture_stop(c.stage->fixture);
	opened = cut_n_opened(&c) - before;
	/* a report that came had its row; none has two */
	assert_true(opened >= c.n_acknowledged && opened <= c.n_tries);
	print_message("%u cuts, %llu openings on record, %u replies whole\n", c.n_tries,
	    (unsigned long long)opened, c.n_acknowledged);
	fixture_start(c.stage->fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cut_at_every_byte),
	};

	return cmocka_run_group_tests_name("cut", tests, pty_stage_set_up, pty_stage_tear_down);
}
