/* SPDX-License-Identifier: MIT */
/*
 * Finding and starting programs.
 */
#include "common/program.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
program_is_in(const char *folder, const char *name, int how, char path_r[PATH_MAX])
{
	int n = snprintf(path_r, PATH_MAX, "%s/%s", folder, name);

	return n > 0 && n < PATH_MAX && access(path_r, how) == 0;
}

bool
program_find(const char *installed, const char *name, int how, char path_r[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n;

#ifdef EMAGE_TESTING
	if (getenv("EMAGE_LIBEXEC"))
		return program_is_in(getenv("EMAGE_LIBEXEC"), name, how, path_r);
#endif
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		if (program_is_in(self, name, how, path_r))
			return true;
	}
	return program_is_in(installed, name, how, path_r);
}

/* What follows runs in the child, between fork and exec: async-signal-safe calls
 * only, since another thread may have held any lock. */

static void
program_signals(const struct program_start *s)
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
	if (s->deaf) {
		signal(SIGTERM, SIG_IGN);
		signal(SIGINT, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Out of the way first: one that is wanted may be where another goes. */
static bool
program_descriptors(const struct program_start *s)
{
	int away[PROGRAM_FDS_MAX];

	for (unsigned i = 0; i < s->n_fds; i++) {
		away[i] = fcntl(s->fds[i], F_DUPFD_CLOEXEC, PROGRAM_FDS_MAX);
		if (away[i] < 0)
			return false;
	}
	for (unsigned i = 0; i < s->n_fds; i++)
		if (dup2(away[i], (int)i) < 0)
			return false;
	return close_range(s->n_fds, UINT_MAX, 0) == 0;
}

static void
program_become(const struct program_start *s, pid_t parent)
{
	program_signals(s);
	if (s->apart)
		setsid();
	if (s->dies_along && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent))
		_exit(PROGRAM_NOT_RUN);
	if (program_descriptors(s))
		execve(s->path, s->argv, s->env ? s->env : environ);
	_exit(PROGRAM_NOT_RUN);
}

pid_t
program_start(const struct program_start *s)
{
	pid_t parent = s->sibling ? getppid() : getpid(), pid;

	if (s->n_fds > PROGRAM_FDS_MAX) {
		errno = EINVAL;
		return -1;
	}
	pid = s->sibling ? (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) : fork();
	if (pid == 0)
		program_become(s, parent);
	return pid;
}
