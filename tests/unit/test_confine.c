/* SPDX-License-Identifier: MIT */
/*
 * What the confined client cannot do, each in a process of its own, since it is
 * for good.
 */
#include "tests/lib/check.h"

#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/confine.h"
#include "common/mem.h"

enum {
	CONFINED_DONE = 0, /* it was possible */
	CONFINED_REFUSED,  /* with EPERM */
	CONFINED_FAILED,   /* otherwise */
	CONFINED_NOT,	   /* the kernel has no filter */
};

static char *const argv_true[] = {(char *)(uintptr_t) "/bin/true", NULL};
static char *const env_none[] = {NULL};

static int
refused(long rc)
{
	return rc >= 0 ? CONFINED_DONE : errno == EPERM ? CONFINED_REFUSED : CONFINED_FAILED;
}

static int
try_exec(void)
{
	return refused(execve(argv_true[0], argv_true, env_none));
}

static int
try_execveat(void)
{
	return refused(syscall(SYS_execveat, -100, argv_true[0], argv_true, env_none, 0));
}

/* A child that came to be in spite of it goes at once. */
static int
born(long pid)
{
	if (pid == 0)
		_exit(0);
	return refused(pid);
}

static int
try_fork(void)
{
	return born(fork());
}

static int
try_clone(void)
{
	return born(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int
try_spawn(void)
{
	pid_t pid;
	int status;
	int rc = posix_spawn(&pid, argv_true[0], NULL, NULL, argv_true, env_none);

	if (rc == 0)
		waitpid(pid, &status, 0);
	errno = rc;
	return refused(rc == 0 ? 0 : -1);
}

static int
try_ptrace(void)
{
	return refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int
try_type(void)
{
	return refused(ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

static int
try_code(void)
{
	void *p = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return refused(p == MAP_FAILED ? -1 : 0);
}

static void *
idle_thread(void *arg)
{
	return arg;
}

static int
try_thread(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, idle_thread, NULL) == 0 && pthread_join(t, NULL) == 0
		   ? CONFINED_DONE
		   : CONFINED_FAILED;
}

static const struct {
	int (*act)(void);
	int alone, spawning; /* outcome without and with may_spawn */
} tries[] = {
    {try_exec, CONFINED_REFUSED, CONFINED_DONE},
    {try_execveat, CONFINED_REFUSED, CONFINED_DONE},
    {try_fork, CONFINED_REFUSED, CONFINED_DONE},
    {try_clone, CONFINED_REFUSED, CONFINED_DONE},
    {try_spawn, CONFINED_REFUSED, CONFINED_DONE},
    {try_ptrace, CONFINED_REFUSED, CONFINED_REFUSED},
    {try_type, CONFINED_REFUSED, CONFINED_REFUSED},
    {try_code, CONFINED_REFUSED, CONFINED_REFUSED},
    {try_thread, CONFINED_DONE, CONFINED_DONE},
};

static int
outcome(int (*act)(void), bool may_spawn)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (confine_client(&(struct confine_wish){.may_spawn = may_spawn}) != 0)
			_exit(CONFINED_NOT);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_what_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		print_message("%zu\n", i);
		assert_int_equal(outcome(tries[i].act, false), tries[i].alone);
		assert_int_equal(outcome(tries[i].act, true), tries[i].spawning);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_is_refused)};

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
