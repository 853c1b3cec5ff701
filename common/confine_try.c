/* SPDX-License-Identifier: MIT */
/*
 * What a confined process may not do, tried from within; for tests alone.
 */
#include "common/confine_try.h"

#ifdef EMAGE_TESTING

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"

/* No kernel has it, and no library names it. */
#define CALL_OF_TOMORROW 590

static char *const try_argv[] = {(char *)(uintptr_t) "/bin/true", NULL};

static long
try_execve(void)
{
	return execve(try_argv[0], try_argv, try_argv + 1);
}

static long
try_fork(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return pid;
}

static long
try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long
try_connect(void)
{
	const struct sockaddr_in nobody = {.sin_family = AF_INET};

	return connect(STDERR_FILENO, (const struct sockaddr *)&nobody, sizeof(nobody));
}

static long
try_open(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static long
try_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long
try_setuid(void)
{
	return syscall(SYS_setuid, 12345);
}

static long
try_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : 0;
}

/* Of no use to anybody, on no list. */
static long
try_unlisted(void)
{
	return syscall(SYS_sched_get_priority_max, 0);
}

static long
try_tomorrow(void)
{
	return syscall(CALL_OF_TOMORROW);
}

static const struct {
	const char *what;
	long (*act)(void);
} tries[] = {
    {"execve", try_execve},
    {"fork", try_fork},
    {"socket", try_socket},
    {"connect", try_connect},
    {"open", try_open},
    {"ptrace", try_ptrace},
    {"setuid", try_setuid},
    {"code", try_code},
    {"unlisted", try_unlisted},
    {"tomorrow", try_tomorrow},
};

void
confine_try(void)
{
	const char *wish = getenv("EMAGE_TEST_TRY");
	const char *name = program_invocation_short_name;
	size_t len = strlen(name);

	if (wish == NULL || strncmp(wish, name, len) != 0 || wish[len] != ' ')
		return;
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		if (strcmp(tries[i].what, wish + len + 1) != 0)
			continue;
		errno = 0;
		if (tries[i].act() >= 0)
			errno = 0;
		log_error("confine.try", "what=%s errno=%s", tries[i].what,
		    errno == 0 ? "0" : strerrorname_np(errno));
	}
}

#endif
