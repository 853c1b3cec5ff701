/* SPDX-License-Identifier: MIT */
/*
 * Load generator.
 */
#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/err.h"
#include "common/frame.h"
#include "common/mem.h"
#include "common/method.h"
#include "common/tls.h"
#include "proto/common.pb-c.h"
#include "proto/exam.pb-c.h"
#include "proto/session.pb-c.h"
#include "tests/bench/data.h"
#include "tests/bench/proc.h"

#define WARM_UP_MS  300
#define IN_MAX	    (1u << 17)
#define PLANNED_MAX 4096u /* requests of one connection under way; a power of 2 */
#define SAMPLES_MAX (1u << 20)
#define STUCK_MS    10000
#define MAX_EVENTS  256
#define PER_SOURCE  200u /* loopback addresses to spread connections over */

struct load_conn {
	int fd;
	SSL *ssl;
	struct buf in;
	uint32_t sent, answered; /* requests */
	int64_t *planned_ns;	 /* ring of PLANNED_MAX, by request */
	uint64_t exam[2];
	bool checked; /* one reply has been looked at closely */
};

struct load {
	struct load_target target;
	SSL_CTX *tls;
	int epoll;
	struct load_conn *conn;
	uint32_t n;
	enum load_kind kind;
	uint8_t page[64]; /* packed request for a page */
	size_t page_len;
	/* the measurement under way */
	uint32_t *free_conn; /* ring of connections without a request */
	uint32_t free_at, n_free;
	bool again; /* each reply is followed by the next request */
	int64_t from_ns;
	uint64_t n_done, n_under_way;
	uint32_t *samples_us;
	size_t n_samples;
};

/* ---------------------------------------------------------------- connecting */

static SSL_CTX *
load_tls(const struct load_target *t)
{
	SSL_CTX *ctx;

	if (tls_client_ctx(t->ca_path, &ctx) != 0)
		die("bench: %s is no certificate", t->ca_path);
	/* its core must not be the one that is full */
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	return ctx;
}

static int
load_socket(const struct load_target *t, uint32_t i, int flags)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)t->port),
	};
	struct sockaddr_in from = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + i % PER_SOURCE),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), one = 1;

	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
	    (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS))
		die("bench: connect: %s", strerror(errno));
	return fd;
}

static void
load_write(struct load_conn *c, const void *bytes, size_t len)
{
	/* a request is far smaller than the socket's buffer */
	if (SSL_write(c->ssl, bytes, (int)len) != (int)len)
		die("bench: write: %s", tls_error_text());
}

static void
load_send(struct load_conn *c, enum method_index m, const void *body, size_t len)
{
	uint8_t bytes[FRAME_HEADER_LEN + 128];
	struct frame f = {
	    .body_len = (uint32_t)len,
	    .method = method_at(m)->number,
	    .id = ++c->sent,
	};

	frame_put_header(bytes, &f);
	memcpy(bytes + FRAME_HEADER_LEN, body, len);
	load_write(c, bytes, FRAME_HEADER_LEN + len);
}

/* 1 = a whole reply, 0 = more bytes are needed. */
static bool
load_next_frame(struct load_conn *c, struct frame *f_r)
{
	int rc = frame_peek(&c->in, FRAME_BODY_MAX, f_r);
	Emage__Error *e;

	if (rc == -EM_E_AGAIN)
		return false;
	if (rc != 0)
		die("bench: malformed reply");
	if (f_r->flags & FRAME_ERROR) {
		e = emage__error__unpack(NULL, f_r->body_len, f_r->body);
		die("bench: method %u refused: %s", f_r->method,
		    e != NULL ? err_name((int)e->code) : "?");
	}
	return true;
}

/* False when nothing is there for now. */
static bool
load_fill(struct load_conn *c)
{
	uint8_t *room = buf_reserve(&c->in, 4096);
	int n = room != NULL ? SSL_read(c->ssl, room, 4096) : 0;

	if (n > 0) {
		buf_commit(&c->in, (size_t)n);
		return true;
	}
	if (room == NULL || SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ)
		die("bench: the server hung up: %s", tls_error_text());
	return false;
}

/* Set-up only: blocks. */
static void
load_call(struct load_conn *c, enum method_index m, const ProtobufCMessage *request)
{
	uint8_t body[128];
	struct frame f;

	load_send(c, m, body, protobuf_c_message_pack(request, body));
	while (!load_next_frame(c, &f))
		load_fill(c);
	buf_consume(&c->in, FRAME_HEADER_LEN + f.body_len);
	c->answered++;
}

static void
load_sign_in(struct load_conn *c, uint32_t i)
{
	Emage__HelloRequest hello = EMAGE__HELLO_REQUEST__INIT;
	Emage__SessionResumeRequest resume = EMAGE__SESSION_RESUME_REQUEST__INIT;
	uint8_t token[32];

	hello.protocol = 1;
	hello.kind = EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL;
	hello.language = (char *)(uintptr_t) "fr";
	load_call(c, METHOD_hello, &hello.base);
	data_token(i, token);
	resume.token = (ProtobufCBinaryData){.data = token, .len = sizeof(token)};
	load_call(c, METHOD_session_resume, &resume.base);
}

void
load_sign_ins(const struct load_target *t, uint32_t n, double *ms_r)
{
	SSL_CTX *tls = load_tls(t);
	struct load_conn c;
	int64_t from_ns;
	uint32_t i;

	for (i = 0; i < n; i++) {
		from_ns = proc_now_ns();
		c = (struct load_conn){.fd = load_socket(t, i, 0), .ssl = SSL_new(tls)};
		buf_init(&c.in, IN_MAX);
		SSL_set_fd(c.ssl, c.fd);
		if (SSL_connect(c.ssl) != 1)
			die("bench: handshake: %s", tls_error_text());
		load_sign_in(&c, i);
		ms_r[i] = (double)(proc_now_ns() - from_ns) / 1e6;
		SSL_shutdown(c.ssl);
		SSL_free(c.ssl);
		close(c.fd);
		buf_release(&c.in);
	}
	SSL_CTX_free(tls);
}

void
load_half_open(const struct load_target *t, uint32_t n, int *fds_r)
{
	/* a handshake record of 512 bytes, of which no more will come */
	static const uint8_t begun[] = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03};
	uint32_t i;

	for (i = 0; i < n; i++) {
		fds_r[i] = load_socket(t, i, 0);
		if (send(fds_r[i], begun, sizeof(begun), MSG_NOSIGNAL) != (ssize_t)sizeof(begun))
			die("bench: %s", strerror(errno));
	}
}

static void
load_connect(struct load *l, uint32_t i)
{
	struct load_conn *c = &l->conn[i];
	struct epoll_event ev = {.events = EPOLLIN, .data.u32 = i};
	uint64_t patient = data_session_patient(l->target.n_patients, i);
	unsigned k;

	c->fd = load_socket(&l->target, i, 0);
	c->ssl = SSL_new(l->tls);
	buf_init(&c->in, IN_MAX);
	SSL_set_fd(c->ssl, c->fd);
	if (SSL_connect(c->ssl) != 1)
		die("bench: handshake: %s", tls_error_text());
	load_sign_in(c, i);
	for (k = 0; k < 2; k++)
		c->exam[k] =
		    data_exam_id(l->target.n_patients, patient, BENCH_EXAMS_SAMPLED - 1 - k);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &ev);
}

struct load *
load_open(const struct load_target *t, uint32_t n)
{
	struct load *l = mem_new(sizeof(*l));
	Emage__ExamListRequest page = EMAGE__EXAM_LIST_REQUEST__INIT;
	uint32_t i;

	page.page = 1;
	page.page_size = 10;
	l->page_len = emage__exam_list_request__pack(&page, l->page);
	l->target = *t;
	l->tls = load_tls(t);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->conn = mem_new_array(n, sizeof(*l->conn));
	l->free_conn = mem_new_array(n, sizeof(*l->free_conn));
	l->samples_us = mem_new_array(SAMPLES_MAX, sizeof(*l->samples_us));
	for (i = 0; i < n; i++, l->n++)
		load_connect(l, i);
	return l;
}

void
load_close(struct load **lp)
{
	struct load *l = *lp;
	uint32_t i;

	*lp = NULL;
	if (l == NULL)
		return;
	for (i = 0; i < l->n; i++) {
		SSL_shutdown(l->conn[i].ssl);
		SSL_free(l->conn[i].ssl);
		close(l->conn[i].fd);
		buf_release(&l->conn[i].in);
		free(l->conn[i].planned_ns);
	}
	SSL_CTX_free(l->tls);
	close(l->epoll);
	free(l->samples_us);
	free(l->free_conn);
	free(l->conn);
	free(l);
}

/* ------------------------------------------------------------------ requests */

static void
load_request(struct load *l, struct load_conn *c, int64_t planned_ns)
{
	Emage__ExamReportRequest report = EMAGE__EXAM_REPORT_REQUEST__INIT;
	uint8_t body[64];

	if (c->sent - c->answered >= PLANNED_MAX)
		die("bench: the server does not keep up at all");
	if (c->planned_ns == NULL)
		c->planned_ns = mem_new_array(PLANNED_MAX, sizeof(*c->planned_ns));
	c->planned_ns[c->sent % PLANNED_MAX] = planned_ns;
	l->n_under_way++;
	if (l->kind == LOAD_PAGE) {
		load_send(c, METHOD_exam_list, l->page, l->page_len);
		return;
	}
	report.exam_id = c->exam[c->sent % 2];
	load_send(c, METHOD_exam_report, body, emage__exam_report_request__pack(&report, body));
}

static void
load_check(struct load *l, struct load_conn *c, const struct frame *f)
{
	Emage__ExamListReply *page;

	if (c->checked || l->kind != LOAD_PAGE)
		return;
	page = emage__exam_list_reply__unpack(NULL, f->body_len, f->body);
	if (page == NULL || page->n_rows != 10 || page->total != 30 || page->n_pages != 3 ||
	    page->rows[0]->exam_id != c->exam[0] ||
	    page->rows[0]->taken_at_ms < page->rows[9]->taken_at_ms)
		die("bench: not the page that was asked for");
	emage__exam_list_reply__free_unpacked(page, NULL);
	c->checked = true;
}

static void
load_answered(struct load *l, struct load_conn *c, const struct frame *f)
{
	int64_t now_ns = proc_now_ns();
	int64_t planned_ns = c->planned_ns[c->answered % PLANNED_MAX];
	int64_t us = (now_ns - planned_ns) / 1000;

	load_check(l, c, f);
	l->n_under_way--;
	c->answered++;
	if (planned_ns >= l->from_ns) {
		l->n_done++;
		if (l->n_samples < SAMPLES_MAX)
			l->samples_us[l->n_samples++] = (uint32_t)(us > 0 ? us : 0);
	}
	l->free_conn[(l->free_at + l->n_free++) % l->n] = (uint32_t)(c - l->conn);
	if (l->again) {
		c = &l->conn[l->free_conn[l->free_at]];
		l->free_at = (l->free_at + 1) % l->n;
		l->n_free--;
		load_request(l, c, now_ns);
	}
}

static void
load_read(struct load *l, struct load_conn *c)
{
	struct frame f;

	while (load_fill(c)) {
		while (load_next_frame(c, &f)) {
			if ((f.flags & FRAME_MORE) == 0)
				load_answered(l, c, &f);
			buf_consume(&c->in, FRAME_HEADER_LEN + f.body_len);
		}
	}
}

/* Reads replies until there are none or the time has come. */
static void
load_turn(struct load *l, int64_t until_ns)
{
	int64_t left_ns = until_ns - proc_now_ns();
	struct epoll_event events[MAX_EVENTS];
	struct timespec wait;
	int n, i;

	if (left_ns < 0)
		left_ns = 0;
	wait = (struct timespec){.tv_sec = left_ns / 1000000000, .tv_nsec = left_ns % 1000000000};
	n = epoll_pwait2(l->epoll, events, MAX_EVENTS, &wait, NULL);
	for (i = 0; i < n; i++)
		load_read(l, &l->conn[events[i].data.u32]);
}

static int
load_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
load_summary(struct load *l, int64_t ns, int64_t cpu_ns, struct load_result *r)
{
	size_t n = l->n_samples;

	if (n == 0)
		die("bench: no reply at all");
	qsort(l->samples_us, n, sizeof(*l->samples_us), load_compare);
	*r = (struct load_result){
	    .n = l->n_done,
	    .per_s = (double)l->n_done * 1e9 / (double)ns,
	    .cpu_us = (double)cpu_ns / 1e3 / (double)l->n_done,
	    .p50_us = l->samples_us[n / 2],
	    .p99_us = l->samples_us[n - 1 - n / 100],
	};
}

static void
load_begin(struct load *l, enum load_kind kind, bool again)
{
	uint32_t i;

	l->kind = kind;
	l->again = again;
	l->from_ns = INT64_MAX;
	l->n_done = 0;
	l->n_samples = 0;
	l->free_at = 0;
	l->n_free = l->n;
	for (i = 0; i < l->n; i++)
		l->free_conn[i] = i;
}

/* What is under way comes back before the next measurement begins. */
static void
load_drain(struct load *l)
{
	int64_t until_ns = proc_now_ns() + (int64_t)STUCK_MS * 1000000;

	l->again = false;
	while (l->n_under_way > 0 && proc_now_ns() < until_ns)
		load_turn(l, until_ns);
	if (l->n_under_way > 0)
		die("bench: %llu replies never came", (unsigned long long)l->n_under_way);
}

void
load_flat_out(
    struct load *l, enum load_kind kind, unsigned in_flight, int ms, struct load_result *r)
{
	int64_t start_ns = proc_now_ns(), end_ns, cpu_ns = 0;
	unsigned i;

	load_begin(l, kind, true);
	for (i = 0; i < in_flight && i < l->n; i++)
		load_request(l, &l->conn[i], start_ns);
	l->free_at = i % l->n;
	l->n_free = l->n - i;
	while (proc_now_ns() < start_ns + (int64_t)WARM_UP_MS * 1000000)
		load_turn(l, start_ns + (int64_t)WARM_UP_MS * 1000000);
	cpu_ns = proc_cpu_ns(l->target.pid);
	l->from_ns = proc_now_ns();
	end_ns = l->from_ns + (int64_t)ms * 1000000;
	while (proc_now_ns() < end_ns)
		load_turn(l, end_ns);
	end_ns = proc_now_ns();
	cpu_ns = proc_cpu_ns(l->target.pid) - cpu_ns;
	load_summary(l, end_ns - l->from_ns, cpu_ns, r);
	load_drain(l);
}

void
load_at_rate(struct load *l, enum load_kind kind, double per_s, int ms, struct load_result *r)
{
	int64_t start_ns = proc_now_ns(), cpu_ns = 0, due_ns = start_ns, end_ns;
	double step_ns = 1e9 / per_s;
	uint64_t k = 0;

	load_begin(l, kind, false);
	l->from_ns = start_ns + (int64_t)WARM_UP_MS * 1000000;
	end_ns = l->from_ns + (int64_t)ms * 1000000;
	while (due_ns < end_ns) {
		while (due_ns <= proc_now_ns() && due_ns < end_ns) {
			if (due_ns >= l->from_ns && cpu_ns == 0)
				cpu_ns = proc_cpu_ns(l->target.pid);
			load_request(l, &l->conn[k++ % l->n], due_ns);
			due_ns = start_ns + (int64_t)((double)k * step_ns);
		}
		load_turn(l, due_ns);
	}
	load_drain(l); /* late replies count: they are what p99 is about */
	cpu_ns = proc_cpu_ns(l->target.pid) - cpu_ns;
	load_summary(l, end_ns - l->from_ns, cpu_ns, r);
}

/* ---------------------------------------------------------------- handshakes */

struct load_shake {
	int fd;
	SSL *ssl;
};

static void
load_shake_begin(
    const struct load_target *t, SSL_CTX *tls, int epoll, uint32_t i, struct load_shake *h)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = h};

	h->fd = load_socket(t, i, SOCK_NONBLOCK);
	h->ssl = SSL_new(tls);
	SSL_set_fd(h->ssl, h->fd);
	SSL_set_connect_state(h->ssl);
	epoll_ctl(epoll, EPOLL_CTL_ADD, h->fd, &ev);
}

/* True when one has been done. */
static bool
load_shake_step(struct load_shake *h)
{
	int n = SSL_do_handshake(h->ssl), why;

	if (n != 1) {
		why = SSL_get_error(h->ssl, n);
		if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
			die("bench: handshake: %s", tls_error_text());
		return false;
	}
	SSL_shutdown(h->ssl);
	SSL_free(h->ssl);
	close(h->fd);
	return true;
}

void
load_handshakes(const struct load_target *t, unsigned in_flight, int ms, struct load_result *r)
{
	struct load_shake *all = mem_new_array(in_flight, sizeof(*all));
	int64_t start_ns = proc_now_ns(), end_ns = start_ns + (int64_t)ms * 1000000;
	int64_t cpu_ns = proc_cpu_ns(t->pid);
	int epoll = epoll_create1(EPOLL_CLOEXEC), n, i;
	struct epoll_event events[MAX_EVENTS];
	SSL_CTX *tls = load_tls(t);
	uint32_t begun;
	uint64_t done = 0;

	for (begun = 0; begun < in_flight; begun++)
		load_shake_begin(t, tls, epoll, begun, &all[begun]);
	while (proc_now_ns() < end_ns) {
		n = epoll_wait(epoll, events, MAX_EVENTS, 100);
		for (i = 0; i < n; i++) {
			if (!load_shake_step(events[i].data.ptr))
				continue;
			done++;
			load_shake_begin(t, tls, epoll, begun++, events[i].data.ptr);
		}
	}
	end_ns = proc_now_ns();
	cpu_ns = proc_cpu_ns(t->pid) - cpu_ns;
	for (n = 0; n < (int)in_flight; n++) {
		SSL_free(all[n].ssl);
		close(all[n].fd);
	}
	SSL_CTX_free(tls);
	close(epoll);
	free(all);
	*r = (struct load_result){
	    .n = done,
	    .per_s = (double)done * 1e9 / (double)(end_ns - start_ns),
	    .cpu_us = done == 0 ? 0 : (double)cpu_ns / 1e3 / (double)done,
	};
}
