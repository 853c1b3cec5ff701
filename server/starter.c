/* SPDX-License-Identifier: MIT */
/*
 * Starting helpers on behalf of a process that may not.
 */
#include "server/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/program.h"

/* Where the starter has its own descriptors. */
#define STARTER_SOCKET 3
#define STARTER_ALIVE  4
#define STARTER_FDS    5
#define NAME_MAX_BYTES 64

enum starter_wish { WISH_RUN, WISH_USER };

struct starter_request {
	enum starter_wish wish;
	char name[NAME_MAX_BYTES];
};

struct starter_reply {
	int64_t value; /* process or user, -1 = there is none */
	int error;     /* errno */
};

static const char *const starter_helpers[] = {"emage-courier", "emage-imaging"};

static struct {
	pthread_mutex_t lock; /* one question and its answer */
	enum confine_mode mode;
	pid_t pid; /* 0 = none was begun */
	int fd, alive_fd;
} starter = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .alive_fd = -1};

/* ---------------------------------------------------------- the work itself */

/* Its output goes where our errors go. */
static struct starter_reply
starter_do_run(const char *name, int fd, bool sibling)
{
	const char *argv[] = {name, confine_mode_word(starter.mode), NULL};
	struct starter_reply reply = {.value = -1, .error = ENOENT};
	char path[PATH_MAX];
	int null_fd;

	if (!program_find(EMAGE_LIBEXECDIR, name, X_OK, path))
		return reply;
	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null_fd >= 0)
		reply.value = program_start(&(struct program_start){.path = path,
		    .argv = (char *const *)(uintptr_t)argv,
		    .fds = (int[]){null_fd, STDERR_FILENO, STDERR_FILENO, fd},
		    .n_fds = 4,
		    .dies_along = true,
		    .deaf = true,
		    .sibling = sibling});
	reply.error = errno;
	if (null_fd >= 0)
		(void)close(null_fd);
	return reply;
}

static struct starter_reply
starter_do_user(const char *name)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	return (struct starter_reply){.value = pw ? (int64_t)pw->pw_uid : -1, .error = errno};
}

/* -------------------------------------------------------- in the other process */

static bool
starter_knows(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(starter_helpers); i++)
		if (strcmp(starter_helpers[i], name) == 0)
			return true;
	return false;
}

static struct starter_reply
starter_answer(struct starter_request *rq, int fd)
{
	rq->name[sizeof(rq->name) - 1] = '\0';
	if (rq->wish == WISH_USER)
		return starter_do_user(rq->name);
	if (rq->wish != WISH_RUN || fd < 0 || !starter_knows(rq->name))
		return (struct starter_reply){.value = -1, .error = EINVAL};
	return starter_do_run(rq->name, fd, true);
}

/* A request, with a descriptor or -1; false at the end. */
static bool
starter_receive(struct starter_request *rq_r, int *fd_r)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {.iov_base = rq_r, .iov_len = sizeof(*rq_r)};
	struct msghdr msg = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof(control)};
	const struct cmsghdr *cm;
	ssize_t n;

	do
		n = recvmsg(STARTER_SOCKET, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*rq_r))
		return false;
	cm = CMSG_FIRSTHDR(&msg);
	*fd_r = -1;
	if (cm && cm->cmsg_level == SOL_SOCKET && cm->cmsg_type == SCM_RIGHTS)
		memcpy(fd_r, CMSG_DATA(cm), sizeof(*fd_r));
	return true;
}

/* Nothing that was open stays so, but for errors. */
static bool
starter_descriptors(int socket_fd, int alive_fd)
{
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	/* out of the way first */
	int from[] = {null_fd, STDERR_FILENO, STDERR_FILENO,
	    fcntl(socket_fd, F_DUPFD_CLOEXEC, STARTER_FDS),
	    fcntl(alive_fd, F_DUPFD_CLOEXEC, STARTER_FDS)};

	for (int to = 0; to < STARTER_FDS; to++)
		if (from[to] < 0 || (from[to] != to && dup2(from[to], to) < 0))
			return false;
	return fcntl(STARTER_SOCKET, F_SETFD, FD_CLOEXEC) == 0 &&
	       fcntl(STARTER_ALIVE, F_SETFD, FD_CLOEXEC) == 0 &&
	       close_range(STARTER_FDS, ~0u, 0) == 0;
}

static void __attribute__((noreturn)) starter_serve(pid_t parent, int socket_fd, int alive_fd)
{
	static const int deaf[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};
	struct starter_request rq;
	int fd;

	(void)prctl(PR_SET_NAME, "emage-starter");
	for (size_t i = 0; i < ARRAY_LEN(deaf); i++)
		(void)signal(deaf[i], SIG_IGN);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
	    !starter_descriptors(socket_fd, alive_fd))
		_exit(1);
	while (starter_receive(&rq, &fd)) {
		const struct starter_reply reply = starter_answer(&rq, fd);

		if (fd >= 0)
			(void)close(fd);
		if (send(STARTER_SOCKET, &reply, sizeof(reply), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

/* ------------------------------------------------------------- in this process */

int
starter_begin(enum confine_mode mode)
{
	int pair[2] = {-1, -1}, alive[2] = {-1, -1};
	pid_t parent = getpid();

	starter.mode = mode;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
	    pipe2(alive, O_CLOEXEC) != 0 || (starter.pid = fork()) < 0) {
		log_error("starter.begin", "cause=%s", strerrorname_np(errno));
		for (int i = 0; i < 2; i++) {
			(void)close(pair[i]);
			(void)close(alive[i]);
		}
		starter.pid = 0;
		return -EM_E_IO;
	}
	if (starter.pid == 0)
		starter_serve(parent, pair[1], alive[1]);
	(void)close(pair[1]);
	(void)close(alive[1]);
	starter.fd = pair[0];
	starter.alive_fd = alive[0];
	return 0;
}

int
starter_alive_fd(void)
{
	return starter.alive_fd;
}

void
starter_end(void)
{
	if (starter.pid == 0)
		return;
	(void)close(starter.fd);
	(void)close(starter.alive_fd);
	while (waitpid(starter.pid, NULL, 0) < 0 && errno == EINTR)
		;
	starter.fd = starter.alive_fd = -1;
	starter.pid = 0;
}

static bool
starter_send(const struct starter_request *rq, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)rq, .iov_len = sizeof(*rq)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cm;
	ssize_t n;

	if (fd >= 0) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		cm = CMSG_FIRSTHDR(&msg);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(cm), &fd, sizeof(fd));
	}
	do
		n = sendmsg(starter.fd, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*rq);
}

static struct starter_reply
starter_ask(enum starter_wish wish, const char *name, int fd)
{
	struct starter_request rq = {.wish = wish};
	struct starter_reply reply = {.value = -1, .error = EPIPE};
	ssize_t n = -1;

	if (strlen(name) >= sizeof(rq.name))
		return (struct starter_reply){.value = -1, .error = 0};
	memcpy(rq.name, name, strlen(name));
	pthread_mutex_lock(&starter.lock);
	if (starter_send(&rq, fd)) {
		do
			n = recv(starter.fd, &reply, sizeof(reply), 0);
		while (n < 0 && errno == EINTR);
	}
	pthread_mutex_unlock(&starter.lock);
	if (n != (ssize_t)sizeof(reply))
		return (struct starter_reply){.value = -1, .error = EPIPE};
	return reply;
}

pid_t
starter_run(const char *name, int fd)
{
	struct starter_reply reply =
	    starter.pid == 0 ? starter_do_run(name, fd, false) : starter_ask(WISH_RUN, name, fd);

	if (reply.value < 0)
		log_error("helper.start", "name=%s cause=%s", name, strerrorname_np(reply.error));
	return (pid_t)reply.value;
}

int
starter_user(const char *name, uint32_t *uid_r)
{
	struct starter_reply reply =
	    starter.pid == 0 ? starter_do_user(name) : starter_ask(WISH_USER, name, -1);

	if (reply.value < 0)
		return reply.error == 0 || reply.error == ENOENT ? -EM_E_NOT_FOUND : -EM_E_IO;
	*uid_r = (uint32_t)reply.value;
	return 0;
}
