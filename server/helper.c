/* SPDX-License-Identifier: MIT */
/*
 * Starting helper processes and talking to them.
 */
#include "server/helper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "server/starter.h"

#define HELPER_IN_MAX (2 * (FRAME_HEADER_LEN + FRAME_BODY_MAX))
#define HELPER_CHUNK  16384u
/* Deadlines count the time that the machine was suspended, poll() does not. */
#ifdef EMAGE_TESTING
#define WAIT_SLICE_MS 20
#else
#define WAIT_SLICE_MS 1000
#endif

int
helper_start(struct helper *h, const char *name)
{
	int pair[2];

	*h = (struct helper){.name = name, .fd = -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		log_error("helper.start", "name=%s cause=%s", name, strerrorname_np(errno));
		return -EM_E_IO;
	}
	/* what ends us reaches the whole group: it ends when we are done with it */
	h->pid = starter_run(name, pair[1]);
	close(pair[1]);
	if (h->pid < 0) {
		close(pair[0]);
		h->pid = 0;
		return -EM_E_IO;
	}
	h->fd = pair[0];
	buf_init(&h->in, HELPER_IN_MAX);
	return 0;
}

/* What it died of, unless that was us. Which call it was only the kernel's log knows. */
static void
helper_tell_end(const struct helper *h, int status)
{
	if (WIFEXITED(status))
		log_warn("helper.ended", "name=%s pid=%d status=%d", h->name, (int)h->pid,
		    WEXITSTATUS(status));
	else if (WTERMSIG(status) == SIGSYS)
		log_error("helper.confined", "name=%s pid=%d signal=SYS remedy=\"%s\"", h->name,
		    (int)h->pid, "journalctl -k -g type=1326; CONFINEMENT in emaged(8)");
	else if (WTERMSIG(status) != SIGKILL)
		log_warn("helper.ended", "name=%s pid=%d signal=%s", h->name, (int)h->pid,
		    sigabbrev_np(WTERMSIG(status)));
}

void
helper_end(struct helper *h)
{
	int status = 0;

	if (h->pid <= 0)
		return;
	kill(h->pid, SIGKILL);
	while (waitpid(h->pid, &status, 0) < 0)
		if (errno != EINTR)
			break;
	close(h->fd);
	helper_tell_end(h, status);
	buf_release(&h->in);
	*h = (struct helper){.fd = -1};
}

static int
helper_wait(const struct helper *h, short what, int64_t deadline_ms)
{
	struct pollfd p = {.fd = h->fd, .events = what};
	int64_t left_ms = deadline_ms - clock_boot_ms();

	if (left_ms <= 0)
		return -EM_E_TIMEOUT;
	if (left_ms > WAIT_SLICE_MS)
		left_ms = WAIT_SLICE_MS;
	if (poll(&p, 1, (int)left_ms) < 0 && errno != EINTR)
		return -EM_E_IO;
	return 0;
}

static void
helper_put_fds(struct msghdr *msg, void *control, const int *fds, unsigned n_fds)
{
	struct cmsghdr *cm;

	if (!n_fds)
		return;
	msg->msg_control = control;
	msg->msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
	cm = CMSG_FIRSTHDR(msg);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
	memcpy(CMSG_DATA(cm), fds, n_fds * sizeof(int));
}

int
helper_send(
    struct helper *h, const struct buf *frame, const int *fds, unsigned n_fds, int64_t deadline_ms)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {0};
	size_t done = 0;

	while (done < frame->len) {
		struct iovec iov = {
		    .iov_base = buf_bytes(frame) + done, .iov_len = frame->len - done};
		struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
		ssize_t n;

		if (done == 0)
			helper_put_fds(&msg, control, fds, n_fds);
		n = sendmsg(h->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			done += (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			int rc = helper_wait(h, POLLOUT, deadline_ms);

			if (rc)
				return rc;
		} else if (n == 0 || errno != EINTR) {
			return -EM_E_IO;
		}
	}
	return 0;
}

int
helper_receive(struct helper *h, int64_t deadline_ms, struct frame *f_r)
{
	for (;;) {
		uint8_t *room;
		ssize_t n;
		int rc = frame_peek(&h->in, FRAME_BODY_MAX, f_r);

		if (rc == 0) {
			/* the bytes stay where they are until more are asked for */
			h->in.start += FRAME_HEADER_LEN + f_r->body_len;
			h->in.len -= FRAME_HEADER_LEN + f_r->body_len;
			return 0;
		}
		if (rc != -EM_E_AGAIN)
			return -EM_E_IO;
		rc = helper_wait(h, POLLIN, deadline_ms);
		if (rc)
			return rc;
		room = buf_reserve(&h->in, HELPER_CHUNK);
		if (!room)
			return -EM_E_IO;
		n = recv(h->fd, room, HELPER_CHUNK, MSG_DONTWAIT);
		if (n > 0)
			buf_commit(&h->in, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return -EM_E_IO;
	}
}

bool
helper_has_frame(const struct helper *h)
{
	struct frame f;

	return h->pid > 0 && frame_peek(&h->in, FRAME_BODY_MAX, &f) != -EM_E_AGAIN;
}
