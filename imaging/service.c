/* SPDX-License-Identifier: MIT */
/*
 * The socketpair: requests with two descriptors in, replies out.
 */
#include "imaging/service.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/wirecheck.h"
#include "imaging/decode.h"
#include "imaging/limits.h"

#define SERVICE_FDS	  2u
#define SERVICE_ARENA_MAX ((size_t)64 << 20)
#define SERVICE_IN_MAX	  (FRAME_HEADER_LEN + FRAME_BODY_MAX)

struct service {
	int socket;
	struct buf in, out, frames;
	struct arena *arena;
	int fds[SERVICE_FDS]; /* came with the request; -1 = none */
	unsigned n_fds;
};

static void
service_close_fds(struct service *s)
{
	while (s->n_fds > 0)
		close(s->fds[--s->n_fds]);
}

/* Takes the descriptors out of a received message; more than two is an error. */
static int
service_take_fds(struct service *s, struct msghdr *msg)
{
	struct cmsghdr *c;
	size_t n;
	int rc = 0, fd;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (s->n_fds < SERVICE_FDS) {
				s->fds[s->n_fds++] = fd;
			} else {
				close(fd);
				rc = -EM_E_PROTOCOL;
			}
		}
	}
	return (msg->msg_flags & MSG_CTRUNC) != 0 ? -EM_E_PROTOCOL : rc;
}

/* More bytes from the socket. -EM_E_CLOSED at its end. */
static int
service_receive(struct service *s)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * 4)];
		struct cmsghdr align;
	} control;
	struct iovec iov = {.iov_len = SERVICE_IN_MAX - s->in.len};
	struct msghdr msg = {
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes),
	};
	ssize_t n;

	iov.iov_base = buf_reserve(&s->in, iov.iov_len);
	if (iov.iov_base == NULL || iov.iov_len == 0)
		return -EM_E_PROTOCOL;
	do
		n = recvmsg(s->socket, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return s->in.len == 0 ? -EM_E_CLOSED : -EM_E_PROTOCOL;
	if (n < 0)
		return -EM_E_IO;
	buf_commit(&s->in, (size_t)n);
	return service_take_fds(s, &msg);
}

static int
service_send(struct service *s, const struct buf *b)
{
	const uint8_t *p = b->len > 0 ? buf_bytes(b) : NULL;
	size_t left = b->len;
	ssize_t n;

	while (left > 0) {
		n = send(s->socket, p, left, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EM_E_IO;
		p += n;
		left -= (size_t)n;
	}
	return 0;
}

/* A file may take LIMIT_CPU_S of processor time; past it the process dies of
 * SIGPROF, which costs that file. */
static void
service_limit_cpu(int seconds)
{
	struct itimerval t = {.it_value = {.tv_sec = seconds}};

	setitimer(ITIMER_PROF, &t, NULL);
}

static void
service_refuse(struct arena *a, Emage__ImagingDecodeReply *r, const char *reason)
{
	emage__imaging_decode_reply__init(r);
	r->reason = arena_strdup(a, reason);
}

static void
service_decode(struct service *s, const Emage__ImagingDecodeRequest *req, const struct frame *f,
    Emage__ImagingDecodeReply *r)
{
	struct decode_output out = {.fd = s->fds[1], .dry = req->metadata_only};
	struct stat st;
	void *bytes;

	if (fstat(s->fds[0], &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0) {
		service_refuse(s->arena, r, "empty, or no file");
		return;
	}
	if ((uint64_t)st.st_size > LIMIT_FILE_BYTES) {
		service_refuse(s->arena, r, "file too large");
		return;
	}
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, s->fds[0], 0);
	if (bytes == MAP_FAILED) {
		service_refuse(s->arena, r, "cannot be read");
		return;
	}
	service_limit_cpu(LIMIT_CPU_S);
	decode_file(bytes, (size_t)st.st_size, &out, s->arena, f->method, f->id, r, &s->frames);
	service_limit_cpu(0);
	munmap(bytes, (size_t)st.st_size);
}

static int
service_reply(struct service *s, const struct frame *f, const Emage__ImagingDecodeReply *r)
{
	uint16_t more = r->n_frames > 0 ? FRAME_MORE : 0;
	int rc;

	rc = frame_append(&s->out, f->method, FRAME_REPLY | more, f->id, &r->base);
	if (rc < 0)
		return rc;
	rc = service_send(s, &s->out);
	if (rc == 0)
		rc = service_send(s, &s->frames);
	return rc;
}

static int
service_request(struct service *s, const struct frame *f)
{
	Emage__ImagingDecodeReply reply;
	Emage__ImagingDecodeRequest *req;
	const char *field;
	int rc;

	if (f->method != SERVICE_METHOD_DECODE || f->flags != 0 || s->n_fds != SERVICE_FDS)
		return -EM_E_PROTOCOL;
	rc = wirecheck(&emage__imaging_decode_request__descriptor, f->body, f->body_len, &field);
	if (rc < 0)
		return rc;
	req = emage__imaging_decode_request__unpack(NULL, f->body_len, f->body);
	if (req == NULL)
		return -EM_E_PROTOCOL;
	service_decode(s, req, f, &reply);
	emage__imaging_decode_request__free_unpacked(req, NULL);
	rc = service_reply(s, f, &reply);
	buf_release(&s->out);
	buf_release(&s->frames);
	arena_reset(s->arena);
	/* the largest file would stay in memory otherwise */
	malloc_trim((size_t)16 << 20);
	return rc;
}

/* Serves the requests that are whole in the buffer. */
static int
service_requests(struct service *s)
{
	struct frame f;
	int rc;

	while ((rc = frame_peek(&s->in, FRAME_BODY_MAX, &f)) == 0) {
		rc = service_request(s, &f);
		if (rc < 0)
			return rc;
		service_close_fds(s);
		buf_consume(&s->in, FRAME_HEADER_LEN + f.body_len);
	}
	return rc == -EM_E_AGAIN ? 0 : rc;
}

int
service_run(int socket_fd)
{
	struct service s = {.socket = socket_fd, .arena = arena_new(SERVICE_ARENA_MAX)};
	int rc;

	buf_init(&s.in, SERVICE_IN_MAX);
	buf_init(&s.out, SERVICE_IN_MAX);
	buf_init(&s.frames, DECODE_FRAMES_MAX);
	do {
		rc = service_receive(&s);
		if (rc == 0)
			rc = service_requests(&s);
	} while (rc == 0);
	service_close_fds(&s);
	buf_release(&s.in);
	buf_release(&s.out);
	buf_release(&s.frames);
	arena_free(&s.arena);
	if (rc != -EM_E_CLOSED)
		log_error("imaging.socket", "error=%s", err_name(rc));
	return rc == -EM_E_CLOSED ? 0 : rc;
}
