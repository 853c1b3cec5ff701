/* SPDX-License-Identifier: MIT */
/*
 * A helper program beside the loop.
 */
#include "client/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/mem.h"
#include "common/program.h"
#include "common/secret.h"
#include "common/text.h"

#define SPAWN_ARGS    8u
#define SPAWN_ENV     8u
#define SPAWN_OUT_MAX (64u << 10)
#define SPAWN_ERR_MAX 1024u
#define SPAWN_CHUNK   4096u

enum { SPAWN_PID, SPAWN_IN, SPAWN_OUT, SPAWN_ERR };

struct spawn {
	pid_t pid;
	int fd[SPAWN_FDS]; /* -1 = closed */
	struct buf in, out, err;
	int status; /* as of waitpid(2) */
	bool cut;   /* its output was longer than there is room for */
	char *err_line;
};

/* What it is to know of us: where a person's fonts are. */
static const char *const spawn_env_kept[] = {
    "HOME",
#ifdef EMAGE_TESTING
    "EMAGE_LP",
    "EMAGE_LP_LIMIT_MS",
    "ASAN_OPTIONS",
#endif
};

static void
spawn_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ------------------------------------------------------------------ starting */

static void
spawn_env(char *env_r[SPAWN_ENV])
{
	size_t n = 0;

	env_r[n++] = mem_strdup("PATH=/usr/bin:/bin");
	env_r[n++] = mem_strdup("LC_ALL=C.UTF-8");
	for (size_t i = 0; i < ARRAY_LEN(spawn_env_kept); i++) {
		const char *value = getenv(spawn_env_kept[i]);

		if (value)
			env_r[n++] = mem_printf("%s=%s", spawn_env_kept[i], value);
	}
	env_r[n] = NULL;
}

static bool
spawn_pipes(int pipes[3][2])
{
	for (int i = 0; i < 3; i++) {
		int ours = i == 0 ? 1 : 0;

		if (pipe2(pipes[i], O_CLOEXEC) < 0 ||
		    fcntl(pipes[i][ours], F_SETFL, O_NONBLOCK) < 0)
			return false;
	}
	return true;
}

static pid_t
spawn_start(const char *name, const char *const args[], int pipes[3][2])
{
	const char *argv[SPAWN_ARGS] = {name};
	char *env[SPAWN_ENV];
	char path[PATH_MAX];
	pid_t pid;

	if (!program_find(EMAGE_LIBEXECDIR, name, X_OK, path))
		return -1;
	for (size_t i = 0; args[i] && i + 2 < SPAWN_ARGS; i++)
		argv[i + 1] = args[i];
	spawn_env(env);
	pid = program_start(&(struct program_start){.path = path,
	    .argv = (char *const *)(uintptr_t)argv,
	    .env = env,
	    .fds = (int[]){pipes[0][0], pipes[1][1], pipes[2][1]},
	    .n_fds = 3,
	    .apart = true});
	for (size_t i = 0; env[i]; i++)
		free(env[i]);
	return pid;
}

struct spawn *
spawn_new(const char *name, const char *const args[], struct buf *take_input)
{
	struct spawn *s = mem_new(sizeof(*s));
	int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};

	s->in = *take_input;
	buf_init(take_input, take_input->max);
	buf_init(&s->out, SPAWN_OUT_MAX);
	buf_init(&s->err, SPAWN_ERR_MAX);
	s->pid = spawn_pipes(pipes) ? spawn_start(name, args, pipes) : -1;
	s->fd[SPAWN_PID] = s->pid > 0 ? pidfd_open(s->pid, 0) : -1;
	s->fd[SPAWN_IN] = pipes[0][1];
	s->fd[SPAWN_OUT] = pipes[1][0];
	s->fd[SPAWN_ERR] = pipes[2][0];
	spawn_close(&pipes[0][0]);
	spawn_close(&pipes[1][1]);
	spawn_close(&pipes[2][1]);
	if (s->fd[SPAWN_PID] < 0)
		spawn_free(&s);
	return s;
}

void
spawn_free(struct spawn **sp)
{
	struct spawn *s = *sp;

	*sp = NULL;
	if (!s)
		return;
	/* without the whole of it nothing would come but an error */
	if (s->pid > 0 && s->fd[SPAWN_IN] >= 0 && kill(s->pid, SIGKILL) == 0)
		waitpid(s->pid, NULL, 0);
	for (size_t i = 0; i < SPAWN_FDS; i++)
		spawn_close(&s->fd[i]);
	buf_release(&s->in);
	buf_release(&s->out);
	buf_release(&s->err);
	free(s->err_line);
	free(s);
}

/* ------------------------------------------------------------------- running */

void
spawn_wants(const struct spawn *s, struct pollfd p_r[SPAWN_FDS])
{
	for (size_t i = 0; i < SPAWN_FDS; i++)
		p_r[i] =
		    (struct pollfd){.fd = s->fd[i], .events = i == SPAWN_IN ? POLLOUT : POLLIN};
}

static void
spawn_write(struct spawn *s)
{
	ssize_t n = write(s->fd[SPAWN_IN], buf_bytes(&s->in), s->in.len);

	if (n > 0)
		buf_consume(&s->in, (size_t)n);
	/* one that reads no more says why at its end */
	if (s->in.len == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		spawn_close(&s->fd[SPAWN_IN]);
}

/* What is too long is read and dropped: a program that is not read would hang.
 * False when there was some. */
static bool
spawn_read(int *fd, struct buf *into)
{
	char chunk[SPAWN_CHUNK];
	ssize_t n = read(*fd, chunk, sizeof(chunk));
	size_t room = into->max - into->len, got = n > 0 ? (size_t)n : 0;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		spawn_close(fd);
	(void)buf_append(into, chunk, got < room ? got : room);
	secret_wipe(chunk, sizeof(chunk));
	return got <= room;
}

static bool
spawn_reap(struct spawn *s)
{
	if (waitpid(s->pid, &s->status, WNOHANG) != s->pid)
		return false;
	s->pid = 0;
	s->cut = s->cut || buf_append(&s->out, "", 1) < 0;
	return true;
}

bool
spawn_step(struct spawn *s, const struct pollfd p[SPAWN_FDS])
{
	if (p[SPAWN_IN].revents)
		spawn_write(s);
	if (p[SPAWN_OUT].revents && !spawn_read(&s->fd[SPAWN_OUT], &s->out))
		s->cut = true;
	if (p[SPAWN_ERR].revents)
		(void)spawn_read(&s->fd[SPAWN_ERR], &s->err);
	/* first all that it has said */
	if (!p[SPAWN_PID].revents || p[SPAWN_OUT].revents || p[SPAWN_ERR].revents)
		return false;
	return spawn_reap(s);
}

struct spawn_result
spawn_result(struct spawn *s)
{
	size_t len = 0;
	const char *err = s->err.len > 0 ? (const char *)buf_bytes(&s->err) : "";

	while (len < s->err.len && err[len] != '\n')
		len++;
	free(s->err_line);
	s->err_line = mem_new(3 * len + 1);
	text_sanitise(err, len, false, s->err_line);
	return (struct spawn_result){
	    .status = WIFEXITED(s->status) && !s->cut ? WEXITSTATUS(s->status) : -1,
	    .out = s->cut ? "" : (const char *)buf_bytes(&s->out),
	    .err = s->err_line};
}
