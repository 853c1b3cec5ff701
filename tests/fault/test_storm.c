/* SPDX-License-Identifier: MIT */
/*
 * Connections that do everything at once: images under way, cancelled, asked for
 * again, small requests between them, readers that stop and go on, cuts, sessions
 * taken over. Whatever comes, each request is answered once, a cancelled one has
 * ended when the cancelling is answered, and the server works no more than it has
 * work for.
 *
 *	EMAGE_STORM_ROUNDS=n	length (400)
 *	EMAGE_STORM_SEED=n	another course of things
 */
#include "tests/lib/check.h"

#include <glob.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/exam.pb-c.h"
#include "tests/lib/cpu.h"
#include "tests/lib/dicom_copy.h"
#include "tests/lib/wire.h"

#define N_PERSONS      4
#define N_LOCAL	       2
#define N_CONNS	       (N_PERSONS + N_LOCAL)
#define N_FRAMES       10 /* of the ultrasound loop of octave-dicom */
#define MAX_OPEN       40 /* requests of one connection at a time: more than run at once */
#define MAX_EXAMS      2
#define DEFAULT_ROUNDS 400
/* Less than one answer of images; with less than a segment of the loopback device
 * TCP itself would only move on by its timers. */
#define WINDOW_BYTES 65536
#define N_LOOKS	     50
/* Far above what is measured, far below what a spinning thread takes. */
#define CPU_REQUEST_US 3000
#define CPU_KIB_US     200

/* One request; freed once it has been answered. */
struct ask {
	struct storm_conn *conn;
	struct ask *next;
	enum method_index method;
	uint32_t id;
	uint32_t target; /* of a cancel: whose end has to come first */
};

struct storm_conn {
	struct wire *w;
	struct fixture_patient *person; /* NULL: an operator on the local socket */
	uint64_t series[MAX_EXAMS], exams[MAX_EXAMS];
	unsigned n_exams;
	bool paused;
	bool cut;   /* by us: what was asked may stay without an answer */
	bool taken; /* its session has gone to another connection */
	struct ask *open;
	unsigned n_open;
};

struct storm {
	struct fixture *server;
	uint64_t random;
	struct fixture_patient persons[N_PERSONS];
	struct storm_conn conns[N_CONNS];
	unsigned n_asked, n_answered, n_cancelled, n_cuts, n_taken;
};

static struct storm storm;

/* xorshift64*: the same course each time. */
static unsigned
storm_random(unsigned below)
{
	storm.random ^= storm.random >> 12;
	storm.random ^= storm.random << 25;
	storm.random ^= storm.random >> 27;
	return (unsigned)(storm.random * UINT64_C(2685821657736338717) >> 33) % below;
}

/* -------------------------------------------------------------------- requests */

static struct ask *
ask_find(const struct storm_conn *c, uint32_t id)
{
	struct ask *a = c->open;

	while (a && a->id != id)
		a = a->next;
	return a;
}

static void
ask_remove(struct storm_conn *c, struct ask *a)
{
	struct ask **at = &c->open;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	c->n_open--;
	free(a);
}

static bool
ask_may_end_with(const struct ask *a, int err)
{
	const struct storm_conn *c = a->conn;

	if (err == 0 || (c->cut && err == -EM_E_CLOSED))
		return true;
	if (err == -EM_E_CANCELLED)
		return a->method == METHOD_frame_get || c->cut;
	return c->taken && (err == -EM_E_SESSION_TAKEN || err == -EM_E_SESSION_ENDED ||
			       err == -EM_E_UNKNOWN_METHOD);
}

static void
ask_done(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct ask *a = arg;

	(void)msg;
	(void)e;
	if (more)
		return;
	if (!ask_may_end_with(a, err))
		fail_msg("%s ended with %s", method_at(a->method)->name, err_name(err));
	if (err == 0 && a->target != 0 && ask_find(a->conn, a->target))
		fail_msg("cancelled, and not ended");
	storm.n_answered++;
	storm.n_cancelled += err == -EM_E_CANCELLED;
	ask_remove(a->conn, a);
}

static void
ask_send(struct storm_conn *c, enum method_index m, const void *request, uint32_t target)
{
	struct ask *a;

	if (c->n_open >= MAX_OPEN)
		return;
	a = mem_new(sizeof(*a));
	*a = (struct ask){.conn = c, .method = m, .target = target, .next = c->open};
	a->id = rpc_call(c->w->rpc, m, request, FIXTURE_DEADLINE_MS, ask_done, a);
	assert_true(a->id != 0);
	c->open = a;
	c->n_open++;
	storm.n_asked++;
}

static void
ask_ping(struct storm_conn *c)
{
	Emage__PingRequest rq = EMAGE__PING_REQUEST__INIT;

	ask_send(c, METHOD_ping, &rq, 0);
}

static void
ask_list(struct storm_conn *c)
{
	Emage__ExamListRequest rq = EMAGE__EXAM_LIST_REQUEST__INIT;

	rq.page = 1;
	rq.page_size = 10;
	ask_send(c, METHOD_exam_list, &rq, 0);
}

/* The last image is one that is on record again only after a while: a stream
 * that begins at once, or one that waits for the disk first. */
static void
ask_frames(struct storm_conn *c)
{
	Emage__FrameGetRequest rq = EMAGE__FRAME_GET_REQUEST__INIT;
	unsigned i = storm_random(c->n_exams);

	rq.series_id = c->series[i];
	rq.first = 0;
	rq.count = 1 + storm_random(N_FRAMES);
	ask_send(c, METHOD_frame_get, &rq, 0);
}

static void
ask_series(struct storm_conn *c)
{
	Emage__ExamSeriesRequest rq = EMAGE__EXAM_SERIES_REQUEST__INIT;

	rq.exam_id = c->exams[storm_random(c->n_exams)];
	ask_send(c, METHOD_exam_series, &rq, 0);
}

/* One of those under way. */
static void
ask_cancel(struct storm_conn *c)
{
	Emage__FrameCancelRequest rq = EMAGE__FRAME_CANCEL_REQUEST__INIT;
	unsigned skip = c->n_open ? storm_random(c->n_open) : 0;

	for (struct ask *a = c->open; a; a = a->next) {
		if (a->method != METHOD_frame_get)
			continue;
		rq.request_id = a->id;
		if (!skip--)
			break;
	}
	if (rq.request_id)
		ask_send(c, METHOD_frame_cancel, &rq, rq.request_id);
}

/* A person who leaves: everything is cancelled, then the list is asked for. */
static void
ask_leave(struct storm_conn *c)
{
	Emage__FrameCancelRequest rq = EMAGE__FRAME_CANCEL_REQUEST__INIT;

	for (struct ask *a = c->open, *next; a; a = next) {
		next = a->next;
		if (a->method != METHOD_frame_get)
			continue;
		rq.request_id = a->id;
		ask_send(c, METHOD_frame_cancel, &rq, a->id);
	}
	ask_list(c);
}

static void
ask_something(struct storm_conn *c)
{
	switch (c->person ? storm_random(16) : 0) {
	case 0:
	case 1:
		ask_ping(c);
		break;
	case 2:
	case 3:
		ask_list(c);
		break;
	case 4:
		ask_series(c);
		break;
	case 5:
	case 6:
	case 7:
		ask_cancel(c);
		break;
	case 8:
		ask_leave(c);
		break;
	default:
		ask_frames(c);
		break;
	}
}

/* ----------------------------------------------------------------- connections */

static int
storm_fd(const struct storm_conn *c)
{
	int fd, timeout_ms;
	short events;

	net_wants(c->w->net, &fd, &events, &timeout_ms);
	return fd;
}

static void
storm_open(struct storm_conn *c)
{
	if (!c->person) {
		c->w = wire_open_local(storm.server);
		return;
	}
	c->w = wire_open_greeted(storm.server);
	setsockopt(storm_fd(c), SOL_SOCKET, SO_RCVBUF, &(int){WINDOW_BYTES}, sizeof(int));
}

static void
storm_resume(struct storm_conn *c, const uint8_t token[32])
{
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	uint8_t bytes[32];

	memcpy(bytes, token, sizeof(bytes));
	storm_open(c);
	rq.token = (ProtobufCBinaryData){.data = bytes, .len = sizeof(bytes)};
	assert_int_equal(wire_call(c->w, METHOD_session_resume, &rq), 0);
	memcpy(c->w->token, ((const Emage__SessionResumeReply *)c->w->reply)->token.data,
	    sizeof(c->w->token));
}

/* Everything that this connection has asked is answered. */
static void
storm_settle(struct storm_conn *c)
{
	while (c->n_open) {
		struct pollfd p = {0};
		int timeout_ms;

		rpc_wants(c->w->rpc, &p.fd, &p.events, &timeout_ms);
		poll(&p, 1, timeout_ms);
		rpc_step(c->w->rpc);
	}
	c->paused = false;
}

/* In the middle of whatever it is doing; then a new one. */
static void
storm_cut(struct storm_conn *c)
{
	uint8_t token[32];

	memcpy(token, c->w->token, sizeof(token));
	c->cut = true;
	wire_free(&c->w);
	assert_int_equal(c->n_open, 0);
	c->cut = c->paused = false;
	storm.n_cuts++;
	if (c->person)
		storm_resume(c, token);
	else
		storm_open(c);
}

/* Its session goes to another connection while it has streams under way. */
static void
storm_take_over(struct storm_conn *c)
{
	struct storm_conn newer = {.person = c->person};

	storm_resume(&newer, c->w->token);
	c->taken = true;
	storm_settle(c);
	c->taken = false;
	storm.n_taken++;
	wire_free(&c->w);
	c->w = newer.w;
}

/* One turn of all that are not paused; waits only when there is nothing to do. */
static void
storm_step(int wait_ms)
{
	struct pollfd p[N_CONNS];

	for (size_t i = 0; i < N_CONNS; i++) {
		struct storm_conn *c = &storm.conns[i];
		int timeout_ms;

		p[i] = (struct pollfd){.fd = -1};
		if (c->paused)
			continue;
		rpc_wants(c->w->rpc, &p[i].fd, &p[i].events, &timeout_ms);
		if (timeout_ms >= 0 && timeout_ms < wait_ms)
			wait_ms = timeout_ms;
	}
	poll(p, N_CONNS, wait_ms);
	for (size_t i = 0; i < N_CONNS; i++)
		if (!storm.conns[i].paused)
			rpc_step(storm.conns[i].w->rpc);
}

static unsigned
storm_n_open(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < N_CONNS; i++)
		n += storm.conns[i].n_open;
	return n;
}

static void
storm_round(void)
{
	struct storm_conn *c = &storm.conns[storm_random(N_CONNS)];
	unsigned n = storm_random(12);

	switch (storm_random(64)) {
	case 0:
		storm_cut(c);
		return;
	case 1:
		if (c->person)
			storm_take_over(c);
		return;
	case 2:
	case 3:
	case 4:
	case 5:
		c->paused = !c->paused;
		return;
	}
	for (unsigned i = 0; i < n; i++)
		ask_something(c);
	/* some of it leaves at once, some together with the next */
	for (n = storm_random(3); n; n--)
		storm_step(0);
}

static void
storm_calm_down(void)
{
	for (size_t i = 0; i < N_CONNS; i++)
		storm.conns[i].paused = false;
	while (storm_n_open())
		storm_step(FIXTURE_DEADLINE_MS);
}

/* ---------------------------------------------------------------------- set-up */

static void
storm_find_series(struct storm_conn *c)
{
	Emage__ExamListRequest list = EMAGE__EXAM_LIST_REQUEST__INIT;
	Emage__ExamSeriesRequest series = EMAGE__EXAM_SERIES_REQUEST__INIT;
	const Emage__ExamListReply *reply;

	list.page = 1;
	list.page_size = MAX_EXAMS;
	assert_int_equal(wire_call(c->w, METHOD_exam_list, &list), 0);
	reply = (const Emage__ExamListReply *)c->w->reply;
	c->n_exams = (unsigned)reply->n_rows;
	assert_in_range(c->n_exams, 1, MAX_EXAMS);
	for (size_t i = 0; i < c->n_exams; i++)
		c->exams[i] = reply->rows[i]->exam_id;
	for (size_t i = 0; i < c->n_exams; i++) {
		series.exam_id = c->exams[i];
		assert_int_equal(wire_call(c->w, METHOD_exam_series, &series), 0);
		c->series[i] = ((const Emage__ExamSeriesReply *)c->w->reply)->series[0]->series_id;
	}
}

static void
storm_begin_person(size_t i, const char *ct, const char *loop)
{
	static const char *const names[N_PERSONS] = {"Ana", "Bao", "Cleo", "Dario"};
	struct storm_conn *c = &storm.conns[i];
	char *email = mem_printf("%s@example.org", names[i]);
	char *copies[] = {dicom_copy(ct, storm.server->folder, i),
	    dicom_copy(loop, storm.server->folder, i), NULL};

	c->person = &storm.persons[i];
	fixture_add_patient(storm.server, names[i], email, c->person);
	wire_first_sign_in(storm.server, c->person);
	fixture_import(storm.server, c->person, (const char *const *)copies);
	storm_open(c);
	wire_sign_in(c->w, c->person);
	storm_find_series(c);
	free(copies[0]);
	free(copies[1]);
	free(email);
}

static void
storm_begin(const char *n_threads)
{
	const char *sets[] = {n_threads, "limits.session_requests=1000000", NULL};
	const char *seed = getenv("EMAGE_STORM_SEED");
	char *ct = fixture_dicom("CT_small.dcm");
	glob_t loop;

	storm = (struct storm){.random = seed ? strtoull(seed, NULL, 10) | 1 : 20261124};
	storm.server = fixture_new(sets);
	fixture_start(storm.server);
	fixture_add_establishment(storm.server, "679900019", "CHU FICTIF");
	/* whatever the version of octave-dicom */
	assert_int_equal(
	    glob("/usr/share/octave/packages/dicom-*/imdata/US-PAL-8-10x-echo.dcm", 0, NULL, &loop),
	    0);
	for (size_t i = 0; i < N_PERSONS; i++)
		storm_begin_person(i, ct, loop.gl_pathv[0]);
	for (size_t i = N_PERSONS; i < N_CONNS; i++)
		storm_open(&storm.conns[i]);
	globfree(&loop);
	free(ct);
}

static void
storm_end(void)
{
	for (size_t i = 0; i < N_CONNS; i++)
		wire_free(&storm.conns[i].w);
	fixture_free(&storm.server);
}

/* ------------------------------------------------------------------- what it costs */

/*
 * Streams that nobody takes must not keep a thread awake: while a program is run
 * again and again that asks one small thing, the server uses less than half of what that does.
 */
static void
storm_check_rest(void)
{
	int64_t own, others, sent, before;

	for (size_t i = 0; i < N_PERSONS; i++) {
		struct storm_conn *c = &storm.conns[i];

		for (unsigned k = 0; k < MAX_OPEN; k++)
			ask_frames(c);
		rpc_step(c->w->rpc);
		c->paused = true;
	}
	/* until no more goes out than what asking costs */
	sent = fixture_counter(storm.server, "bytes_sent");
	do {
		before = sent;
		sent = fixture_counter(storm.server, "bytes_sent");
	} while (sent - before > WINDOW_BYTES);
	own = cpu_of_us(storm.server->pid);
	others = cpu_of_children_us();
	for (unsigned i = 0; i < N_LOOKS; i++)
		fixture_counter(storm.server, "bytes_sent");
	own = cpu_of_us(storm.server->pid) - own;
	others = cpu_of_children_us() - others;
	print_message("at rest: %" PRId64 " ms of processor, the asking %" PRId64 " ms\n",
	    own / 1000, others / 1000);
	assert_true(2 * own < others);
	for (size_t i = 0; i < N_PERSONS; i++)
		ask_leave(&storm.conns[i]);
	storm_calm_down();
}

static void
storm_run(const char *n_threads)
{
	const char *rounds = getenv("EMAGE_STORM_ROUNDS");
	unsigned n_rounds = rounds ? (unsigned)strtoul(rounds, NULL, 10) : DEFAULT_ROUNDS;
	int64_t cpu, sent, limit;

	storm_begin(n_threads);
	cpu = cpu_of_us(storm.server->pid);
	sent = fixture_counter(storm.server, "bytes_sent");
	for (unsigned i = 0; i < n_rounds; i++)
		storm_round();
	storm_calm_down();
	storm_check_rest();
	cpu = cpu_of_us(storm.server->pid) - cpu;
	sent = fixture_counter(storm.server, "bytes_sent") - sent;
	limit = (int64_t)(storm.n_asked + N_LOOKS) * CPU_REQUEST_US + sent / 1024 * CPU_KIB_US;
	print_message("%s: %u requests, %u cancelled, %u cuts, %u taken over, %" PRId64
		      " KiB, %" PRId64 " ms of processor\n",
	    n_threads, storm.n_asked, storm.n_cancelled, storm.n_cuts, storm.n_taken, sent / 1024,
	    cpu / 1000);
	assert_true(storm.n_cancelled > 0 && storm.n_cuts > 0 && storm.n_taken > 0);
	assert_int_equal(storm_n_open(), 0);
	assert_true(cpu < limit);
	storm_end();
}

static void
test_one_thread(void **state)
{
	(void)state;
	storm_run("threads.io=1");
}

static void
test_two_threads(void **state)
{
	(void)state;
	storm_run("threads.io=2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_thread),
	    cmocka_unit_test(test_two_threads),
	};

	return cmocka_run_group_tests_name("storm", tests, NULL, NULL);
}
