/* SPDX-License-Identifier: MIT */
/*
 * The reference that emaged is measured against: a server that answers one
 * hard-wired request, the first page of one's exams, with as little as that
 * takes. TLS read, unpack, session check, SQLite, pack, TLS write, by the same
 * libraries on the same database. No limits, no deadlines, no other method but
 * one for writes: a report, sent once the row that says so is durable.
 *
 *	reference DIRECTORY THREADS (writes: with one thread only)
 *
 * Prints its port, then serves until it is killed. Greeting and resumption are
 * answered so that the same load generator can speak to both servers; they
 * write nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/tls.h"
#include "proto/common.pb-c.h"
#include "proto/exam.pb-c.h"
#include "proto/session.pb-c.h"
#include "server/handle/keyed.h"
#include "server/server.h"
#include "tests/bench/committer.h"
#include "tests/bench/data.h"

#define PAGE_SIZE  10
#define MAX_EVENTS 256
#define IN_MAX	   8192
#define ARENA_MAX  65536

enum reference_method { M_HELLO = 1, M_RESUME = 14, M_EXAM_LIST = 20, M_REPORT = 22 };

enum reference_query { RQ_SESSION, RQ_TOKEN, RQ_COUNT, RQ_PAGE, RQ_REPORT, RQ_BEGIN, RQ_END, N_RQ };

static const char *const reference_sql[N_RQ] = {
    [RQ_SESSION] = "SELECT patient_id, generation, active_at_ms + idle_limit_ms, ends_at_ms"
		   " FROM session WHERE session_id = ?1",
    [RQ_TOKEN] = "SELECT session_id, generation FROM session WHERE token_hash = ?1",
    [RQ_COUNT] = "SELECT count(*) FROM exam WHERE patient_id = ?1 AND released_at_ms > 0",
    [RQ_PAGE] = "SELECT x.exam_id, x.taken_at_ms, x.establishment_id, e.name, x.modality,"
		" x.description, x.has_report, x.n_images FROM exam x"
		" LEFT JOIN establishment e ON e.establishment_id = x.establishment_id"
		" WHERE x.patient_id = ?1 AND x.released_at_ms > 0"
		" ORDER BY x.taken_at_ms DESC, x.exam_id DESC LIMIT 10",
    [RQ_REPORT] =
	"SELECT r.title, r.author, r.text, r.signed_at_ms, r.is_final FROM report r"
	" JOIN exam x ON x.exam_id = r.exam_id WHERE r.exam_id = ?1"
	" AND x.patient_id = ?2 AND x.released_at_ms > 0 ORDER BY r.report_id DESC LIMIT 1",
    [RQ_BEGIN] = "BEGIN",
    [RQ_END] = "COMMIT",
};

struct reference_conn {
	int fd;
	SSL *ssl;
	bool open; /* handshake done */
	uint64_t session_id;
	uint32_t generation;
	struct buf in, out;
};

struct reference {
	pthread_t thread;
	int epoll, listener;
	SSL_CTX *tls;
	struct secret pepper;
	sqlite3 *db;
	sqlite3_stmt *stmt[N_RQ];
	bool reading; /* inside this turn's read transaction */
	struct arena *arena;
	ProtobufCAllocator allocator;
	int64_t now_ms;
	struct committer *committer;
	int durable_fd;	      /* rows have come back */
	pthread_mutex_t lock; /* guards durable */
	struct commit_row *durable;
};

static void *
reference_alloc(void *arg, size_t n)
{
	return arena_alloc(arg, n);
}

static void
reference_release(void *arg, void *p)
{
	(void)arg;
	(void)p;
}

/* ------------------------------------------------------------------ answers */

static sqlite3_stmt *
reference_bind(struct reference *r, enum reference_query q, int64_t id)
{
	if (!r->reading)
		sqlite3_step(r->stmt[RQ_BEGIN]), sqlite3_reset(r->stmt[RQ_BEGIN]);
	r->reading = true;
	sqlite3_bind_int64(r->stmt[q], 1, id);
	return r->stmt[q];
}

static void
reference_end_read(struct reference *r)
{
	if (!r->reading)
		return;
	sqlite3_step(r->stmt[RQ_END]);
	sqlite3_reset(r->stmt[RQ_END]);
	r->reading = false;
}

/* The patient of a live session, 0 = none. */
static int64_t
reference_session(struct reference *r, const struct reference_conn *c)
{
	sqlite3_stmt *s = reference_bind(r, RQ_SESSION, (int64_t)c->session_id);
	int64_t patient = 0;

	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_int64(s, 1) == c->generation &&
	    sqlite3_column_int64(s, 2) > r->now_ms && sqlite3_column_int64(s, 3) > r->now_ms)
		patient = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return patient;
}

static void
reference_fill_row(Emage__ExamRow *row, sqlite3_stmt *s)
{
	emage__exam_row__init(row);
	row->exam_id = (uint64_t)sqlite3_column_int64(s, 0);
	row->taken_at_ms = sqlite3_column_int64(s, 1);
	row->establishment_id = (uint64_t)sqlite3_column_int64(s, 2);
	row->establishment = (char *)(uintptr_t)sqlite3_column_text(s, 3);
	row->modality = (char *)(uintptr_t)sqlite3_column_text(s, 4);
	row->description = (char *)(uintptr_t)sqlite3_column_text(s, 5);
	row->has_report = sqlite3_column_int(s, 6);
	row->n_images = (uint32_t)sqlite3_column_int(s, 7);
}

/* The texts live only until the next step, so they are copied. */
static void
reference_keep_texts(struct reference *r, Emage__ExamRow *row)
{
	row->establishment = arena_strdup(r->arena, row->establishment ? row->establishment : "");
	row->modality = arena_strdup(r->arena, row->modality);
	row->description = arena_strdup(r->arena, row->description);
}

static void
reference_page(struct reference *r, struct reference_conn *c, const struct frame *f)
{
	Emage__ExamListReply reply = EMAGE__EXAM_LIST_REPLY__INIT;
	Emage__ExamRow rows[PAGE_SIZE], *row[PAGE_SIZE];
	Emage__ExamListRequest *request =
	    emage__exam_list_request__unpack(&r->allocator, f->body_len, f->body);
	int64_t patient = reference_session(r, c);
	sqlite3_stmt *s;

	if (request == NULL || request->page_size != PAGE_SIZE || patient == 0)
		die("reference: unexpected request");
	s = reference_bind(r, RQ_COUNT, patient);
	if (sqlite3_step(s) == SQLITE_ROW)
		reply.total = (uint32_t)sqlite3_column_int(s, 0);
	sqlite3_reset(s);
	s = reference_bind(r, RQ_PAGE, patient);
	while (reply.n_rows < PAGE_SIZE && sqlite3_step(s) == SQLITE_ROW) {
		row[reply.n_rows] = &rows[reply.n_rows];
		reference_fill_row(&rows[reply.n_rows], s);
		reference_keep_texts(r, &rows[reply.n_rows++]);
	}
	sqlite3_reset(s);
	reply.rows = row;
	reply.page = 1;
	reply.page_size = PAGE_SIZE;
	reply.n_pages = (reply.total + PAGE_SIZE - 1) / PAGE_SIZE;
	frame_append(&c->out, M_EXAM_LIST, FRAME_REPLY, f->id, &reply.base);
	arena_reset(r->arena);
}

/* Reads the report now and keeps its row until it is durable. */
static void
reference_report(struct reference *r, struct reference_conn *c, const struct frame *f)
{
	Emage__ExamReportRequest *request =
	    emage__exam_report_request__unpack(&r->allocator, f->body_len, f->body);
	struct commit_row *row = mem_new(sizeof(*row));

	row->patient_id = reference_session(r, c);
	if (request == NULL || row->patient_id == 0 || r->committer == NULL)
		die("reference: unexpected request");
	row->exam_id = (int64_t)request->exam_id;
	row->conn = c;
	row->id = f->id;
	committer_submit(r->committer, row);
	arena_reset(r->arena);
}

static void
reference_send_report(struct reference *r, const struct commit_row *row)
{
	Emage__ExamReportReply reply = EMAGE__EXAM_REPORT_REPLY__INIT;
	sqlite3_stmt *s = reference_bind(r, RQ_REPORT, row->exam_id);
	struct reference_conn *c = row->conn;

	sqlite3_bind_int64(s, 2, row->patient_id);
	if (sqlite3_step(s) != SQLITE_ROW)
		die("reference: no such report");
	reply.title = (char *)(uintptr_t)sqlite3_column_text(s, 0);
	reply.author = (char *)(uintptr_t)sqlite3_column_text(s, 1);
	reply.text = (char *)(uintptr_t)sqlite3_column_text(s, 2);
	reply.total_bytes = (uint32_t)sqlite3_column_bytes(s, 2);
	reply.signed_at_ms = sqlite3_column_int64(s, 3);
	reply.is_final = sqlite3_column_int(s, 4);
	frame_append(&c->out, M_REPORT, FRAME_REPLY, row->id, &reply.base);
	sqlite3_reset(s);
}

static void
reference_on_commit(void *arg, struct commit_row *rows)
{
	struct reference *r = arg;
	struct commit_row *last = rows;
	uint64_t one = 1;

	while (last->next != NULL)
		last = last->next;
	pthread_mutex_lock(&r->lock);
	last->next = r->durable;
	r->durable = rows;
	pthread_mutex_unlock(&r->lock);
	if (write(r->durable_fd, &one, sizeof(one)) != sizeof(one))
		die("reference: eventfd");
}

static void
reference_resume(struct reference *r, struct reference_conn *c, const struct frame *f)
{
	Emage__SessionResumeReply reply = EMAGE__SESSION_RESUME_REPLY__INIT;
	Emage__SessionResumeRequest *request =
	    emage__session_resume_request__unpack(&r->allocator, f->body_len, f->body);
	sqlite3_stmt *s = reference_bind(r, RQ_TOKEN, 0);
	uint8_t hash[32];

	if (request == NULL || request->token.len != TOKEN_LEN)
		die("reference: unexpected token");
	keyed_token(&r->pepper, request->token.data, hash);
	sqlite3_bind_blob(s, 1, hash, sizeof(hash), SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_ROW)
		die("reference: no such session");
	c->session_id = (uint64_t)sqlite3_column_int64(s, 0);
	c->generation = (uint32_t)sqlite3_column_int64(s, 1);
	sqlite3_reset(s);
	frame_append(&c->out, M_RESUME, FRAME_REPLY, f->id, &reply.base);
	arena_reset(r->arena);
}

static void
reference_frame(struct reference *r, struct reference_conn *c, const struct frame *f)
{
	Emage__HelloReply hello = EMAGE__HELLO_REPLY__INIT;

	switch (f->method) {
	case M_EXAM_LIST:
		reference_page(r, c, f);
		break;
	case M_REPORT:
		reference_report(r, c, f);
		break;
	case M_RESUME:
		reference_resume(r, c, f);
		break;
	case M_HELLO:
		hello.protocol = 1;
		frame_append(&c->out, M_HELLO, FRAME_REPLY, f->id, &hello.base);
		break;
	default:
		die("reference: method %u", f->method);
	}
}

/* -------------------------------------------------------------- connections */

static void
reference_close(struct reference_conn *c)
{
	SSL_shutdown(c->ssl);
	SSL_free(c->ssl);
	close(c->fd);
	buf_release(&c->in);
	buf_release(&c->out);
	free(c);
}

static void
reference_accept(struct reference *r)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	struct reference_conn *c;
	int fd, one = 1;

	while ((fd = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		c = mem_new(sizeof(*c));
		c->fd = fd;
		c->ssl = SSL_new(r->tls);
		buf_init(&c->in, IN_MAX);
		buf_init(&c->out, 1u << 20);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		SSL_set_fd(c->ssl, fd);
		SSL_set_accept_state(c->ssl);
		ev.data.ptr = c;
		epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &ev);
	}
}

/* Reads all there is; false when the peer has gone. */
static bool
reference_read(struct reference *r, struct reference_conn *c)
{
	struct frame f;
	uint8_t *room;
	int n;

	for (;;) {
		room = buf_reserve(&c->in, 2048);
		if (room == NULL)
			return false;
		n = SSL_read(c->ssl, room, 2048);
		if (n <= 0)
			return SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_READ;
		buf_commit(&c->in, (size_t)n);
		while (frame_peek(&c->in, FRAME_BODY_MAX_PRE, &f) == 0) {
			reference_frame(r, c, &f);
			buf_consume(&c->in, FRAME_HEADER_LEN + f.body_len);
		}
	}
}

/* The replies of a turn fit the socket's buffer: the load generator reads. */
static bool
reference_write(struct reference_conn *c)
{
	int n;

	while (c->out.len > 0) {
		n = SSL_write(c->ssl, buf_bytes(&c->out), (int)c->out.len);
		if (n <= 0)
			return false;
		buf_consume(&c->out, (size_t)n);
	}
	return true;
}

static void
reference_ready(struct reference *r, struct reference_conn *c)
{
	int n;

	if (!c->open) {
		n = SSL_do_handshake(c->ssl);
		if (n != 1) {
			if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ)
				reference_close(c);
			return;
		}
		c->open = true;
	}
	if (!reference_read(r, c) || !reference_write(c))
		reference_close(c);
}

static void
reference_durable(struct reference *r)
{
	struct commit_row *row, *next;
	uint64_t n;

	if (read(r->durable_fd, &n, sizeof(n)) != sizeof(n))
		return;
	pthread_mutex_lock(&r->lock);
	row = r->durable;
	r->durable = NULL;
	pthread_mutex_unlock(&r->lock);
	for (; row != NULL; row = next) {
		next = row->next;
		reference_send_report(r, row);
		if (!reference_write(row->conn))
			reference_close(row->conn);
		free(row);
	}
}

static void *
reference_run(void *arg)
{
	struct reference *r = arg;
	struct epoll_event events[MAX_EVENTS];
	int n, i;

	for (;;) {
		n = epoll_wait(r->epoll, events, MAX_EVENTS, -1);
		r->now_ms = clock_now_ms();
		for (i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				reference_accept(r);
			else if (events[i].data.ptr == r)
				reference_durable(r);
			else
				reference_ready(r, events[i].data.ptr);
		}
		reference_end_read(r);
	}
	return NULL;
}

/* ------------------------------------------------------------------- set-up */

static void
reference_open(struct reference *r, const char *directory, bool alone)
{
	char *path = mem_printf("%s/" SERVER_DATABASE, directory);
	int i;

	if (sqlite3_open_v2(path, &r->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		die("%s: %s", path, sqlite3_errmsg(r->db));
	if (alone)
		r->committer = committer_new(path, reference_on_commit, r);
	free(path);
	path = mem_printf("PRAGMA cache_size = -%d; PRAGMA mmap_size = 0;", BENCH_CACHE_MIB * 1024);
	sqlite3_exec(r->db, path, NULL, NULL, NULL);
	free(path);
	for (i = 0; i < N_RQ; i++)
		if (sqlite3_prepare_v3(r->db, reference_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
			&r->stmt[i], NULL) != SQLITE_OK)
			die("reference: %s", sqlite3_errmsg(r->db));
	r->arena = arena_new(ARENA_MAX);
	r->allocator = (ProtobufCAllocator){
	    .alloc = reference_alloc,
	    .free = reference_release,
	    .allocator_data = r->arena,
	};
}

static int
reference_listen(struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
	socklen_t len = sizeof(*at);

	*at = (struct sockaddr_in){
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)at, len) != 0 || listen(fd, 1024) != 0 ||
	    getsockname(fd, (struct sockaddr *)at, &len) != 0)
		die("reference: listen: %s", strerror(errno));
	return fd;
}

int
main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLEXCLUSIVE};
	struct sockaddr_in at;
	struct reference *all;
	struct secret pepper;
	SSL_CTX *tls;
	char *cert, *key, *secret;
	int listener, i, n;

	if (argc != 3 || (n = atoi(argv[2])) < 1)
		die("usage: reference DIRECTORY THREADS");
	signal(SIGPIPE, SIG_IGN);
	secret_setup();
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	cert = mem_printf("%s/" BENCH_CERT, argv[1]);
	key = mem_printf("%s/" BENCH_KEY, argv[1]);
	secret = mem_printf("%s/" SERVER_PEPPER, argv[1]);
	if (tls_server_ctx(cert, key, &tls) != 0 || secret_load(secret, 32, &pepper) != 0)
		die("reference: no certificate or pepper in %s", argv[1]);
	listener = reference_listen(&at);
	all = mem_new_array((size_t)n, sizeof(*all));
	for (i = 0; i < n; i++) {
		all[i].epoll = epoll_create1(EPOLL_CLOEXEC);
		all[i].listener = listener;
		all[i].tls = tls;
		all[i].pepper = pepper;
		reference_open(&all[i], argv[1], n == 1);
		pthread_mutex_init(&all[i].lock, NULL);
		all[i].durable_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		epoll_ctl(all[i].epoll, EPOLL_CTL_ADD, listener, &ev);
		epoll_ctl(all[i].epoll, EPOLL_CTL_ADD, all[i].durable_fd,
		    &(struct epoll_event){.events = EPOLLIN, .data.ptr = &all[i]});
		if (i > 0)
			pthread_create(&all[i].thread, NULL, reference_run, &all[i]);
	}
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	reference_run(&all[0]);
	return 0;
}
