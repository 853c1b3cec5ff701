/* SPDX-License-Identifier: MIT */
/*
 * What the imaging process can still do once the door is closed: nothing but
 * its work. Each try is made by a child of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "imaging/sandbox.h"

/* Wait status of a child that closes the sandbox and then tries something;
 * what it returns is the exit status. */
static int
inside(int (*try)(void))
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		if (sandbox_begin(3) < 0 || sandbox_close(CONFINE_STRICT) < 0)
			_exit(99);
		_exit(try());
	}
	while (waitpid(pid, &status, 0) < 0)
		;
	return status;
}

static int
try_open(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int
try_create(void)
{
	return open("/tmp/emage-sandbox-test", O_WRONLY | O_CREAT, 0600) < 0 ? errno : 0;
}

static int
try_stat(void)
{
	struct stat st;

	return stat("/etc/passwd", &st) < 0 ? errno : 0;
}

static int
try_executable_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		       MAP_FAILED
		   ? errno
		   : 0;
}

static int
try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int
try_exec(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int
try_fork(void)
{
	return fork();
}

static int
try_kill(void)
{
	return kill(getppid(), 0);
}

static int
try_ptrace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int
try_prctl(void)
{
	return prctl(PR_SET_DUMPABLE, 1);
}

/* What decoding needs: memory, a file that is open already, the time. */
static int
try_work(void)
{
	void *p = malloc((size_t)64 << 20);
	struct stat st;

	if (p == NULL)
		return 1;
	memset(p, 1, (size_t)64 << 20);
	free(p);
	return fstat(0, &st) < 0 || time(NULL) == 0 ? 2 : 0;
}

static int
try_too_much_memory(void)
{
	return malloc((size_t)8 << 30) == NULL ? 0 : 1;
}

static void
no_path_can_be_opened(void **state)
{
	int (*const TRIES[])(void) = {try_open, try_create, try_stat};
	int status;

	(void)state;
	for (size_t i = 0; i < sizeof(TRIES) / sizeof(TRIES[0]); i++) {
		status = inside(TRIES[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EACCES);
	}
	assert_int_equal(access("/tmp/emage-sandbox-test", F_OK), -1);
}

static void
a_call_that_is_not_work_kills(void **state)
{
	int (*const TRIES[])(void) = {
	    try_socket, try_exec, try_fork, try_kill, try_ptrace, try_prctl, try_executable_memory};
	int status;

	(void)state;
	for (size_t i = 0; i < sizeof(TRIES) / sizeof(TRIES[0]); i++) {
		status = inside(TRIES[i]);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
	}
}

static void
work_goes_on(void **state)
{
	(void)state;
	assert_int_equal(inside(try_work), 0);
	assert_int_equal(inside(try_too_much_memory), 0);
}

/* In a process of its own: a "parent" that starts a sandboxed child and dies. */
static void
it_dies_with_its_parent(void **state)
{
	int pair[2], ready[2];
	char c;
	pid_t parent;

	(void)state;
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(pipe(ready), 0);
	parent = fork();
	if (parent == 0) {
		if (fork() == 0) {
			/* sandbox_begin() closes all but 0-2 and the one it is given */
			if (dup2(ready[1], 1) < 0 || sandbox_begin(pair[1]) < 0)
				_exit(1);
			if (write(1, "x", 1) != 1)
				_exit(1);
			for (;;)
				pause();
		}
		if (read(ready[0], &c, 1) != 1)
			_exit(1);
		_exit(0);
	}
	close(pair[1]);
	while (waitpid(parent, NULL, 0) < 0)
		;
	/* the end of the pipe comes when the last holder is gone */
	assert_int_equal(read(pair[0], &c, 1), 0);
	close(pair[0]);
	close(ready[0]);
	close(ready[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_path_can_be_opened),
	    cmocka_unit_test(a_call_that_is_not_work_kills),
	    cmocka_unit_test(work_goes_on),
	    cmocka_unit_test(it_dies_with_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
