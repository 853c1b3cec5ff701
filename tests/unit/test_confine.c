/* SPDX-License-Identifier: MIT */
/*
 * What the confined client cannot do, each in a process of its own, since it is
 * for good; and what the server's filter makes of calls on this machine and on others.
 */
#include "tests/lib/check.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/confine.h"
#include "common/confine.h"
#include "common/mem.h"
#include "server/confine.h"

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
	if (CONFINE_SANITIZED)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		print_message("%zu\n", i);
		assert_int_equal(outcome(tries[i].act, false), tries[i].alone);
		assert_int_equal(outcome(tries[i].act, true), tries[i].spawning);
	}
}

/* ------------------------------------------------------------ the server's filter */

#define PROGRAM_MAX 4096

struct program {
	struct sock_filter op[PROGRAM_MAX];
	size_t n;
};

/* The server's rules as the kernel gets them. */
static void
program_make(enum confine_mode mode, uint32_t machine, struct program *p_r)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	scmp_filter_ctx filter;
	ssize_t n;

	assert_true(fd >= 0);
	assert_int_equal(confine_filter(mode, SCMP_ACT_ERRNO(ENOSYS), machine, &filter), 0);
	assert_int_equal(confine_serve_rules(filter, mode), 0);
	assert_int_equal(seccomp_export_bpf(filter, fd), 0);
	n = pread(fd, p_r->op, sizeof(p_r->op), 0);
	assert_in_range(n, sizeof(p_r->op[0]), sizeof(p_r->op) - 1);
	p_r->n = (size_t)n / sizeof(p_r->op[0]);
	seccomp_release(filter);
	close(fd);
}

static bool
program_jumps(const struct sock_filter *op, uint32_t a)
{
	switch (BPF_OP(op->code)) {
	case BPF_JEQ:
		return a == op->k;
	case BPF_JGT:
		return a > op->k;
	case BPF_JGE:
		return a >= op->k;
	case BPF_JSET:
		return (a & op->k) != 0;
	default:
		fail_msg("jump %x", op->code);
		return false;
	}
}

/* What the kernel would do with a call: it goes forward only, so it comes to an end. */
static uint32_t
program_run(const struct program *p, const struct seccomp_data *call)
{
	uint32_t a = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct sock_filter *op = &p->op[i];

		if (BPF_CLASS(op->code) == BPF_RET)
			return op->k;
		if (BPF_CLASS(op->code) == BPF_LD)
			memcpy(&a, (const char *)call + op->k, sizeof(a));
		else if (op->code == (BPF_ALU | BPF_AND | BPF_K))
			a &= op->k;
		else if (op->code == (BPF_JMP | BPF_JA))
			i += op->k;
		else if (BPF_CLASS(op->code) == BPF_JMP)
			i += program_jumps(op, a) ? op->jt : op->jf;
		else
			fail_msg("code %x", op->code);
	}
	fail_msg("no end");
	return 0;
}

#define REFUSED (SECCOMP_RET_ERRNO | ENOSYS)
#define ENDED	SECCOMP_RET_KILL_PROCESS
#define ALLOWED SECCOMP_RET_ALLOW

/* Sanitizers' builds allow more. */
static const struct {
	const char *call;
	uint64_t args[3];
	uint32_t action;
	bool sanitizers_do;
} verdicts[] = {
    {"read", {0}, ALLOWED, false},
    {"accept4", {0}, ALLOWED, false},
    {"fdatasync", {0}, ALLOWED, false},
    {"openat", {0}, ALLOWED, false},
    {"newfstatat", {0}, ALLOWED, false},
    {"rseq", {0}, ALLOWED, false},
    {"getrandom", {0}, ALLOWED, false},
    {"exit_group", {0}, ALLOWED, false},
    {"mmap", {0, 4096, PROT_READ | PROT_WRITE}, ALLOWED, false},
    {"mmap", {0, 4096, PROT_READ | PROT_EXEC}, REFUSED, false},
    {"mmap", {0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC}, ENDED, false},
    {"mprotect", {0, 4096, PROT_READ}, ALLOWED, false},
    {"mprotect", {0, 4096, PROT_READ | PROT_EXEC}, ENDED, false},
    {"clone", {CLONE_VM | CLONE_THREAD}, ALLOWED, false},
    {"clone", {SIGCHLD}, ENDED, true},
    {"clone3", {0}, REFUSED, false},
    {"kill", {1, SIGKILL}, ALLOWED, false},
    {"kill", {1, SIGTERM}, REFUSED, true},
    {"prctl", {PR_SET_NAME}, ALLOWED, false},
    {"prctl", {PR_SET_DUMPABLE}, REFUSED, true},
    {"prlimit64", {0, 0, 0}, ALLOWED, false},
    {"prlimit64", {0, 0, 4096}, REFUSED, true},
    {"ioctl", {0, FIONREAD}, ALLOWED, false},
    {"ioctl", {0, TIOCSTI}, ENDED, true},
    {"ioctl", {0, 0x12345}, REFUSED, true},
    {"socket", {AF_INET}, ENDED, false},
    {"socket", {AF_PACKET}, ENDED, false},
    {"socket", {AF_UNIX}, REFUSED, false},
    {"connect", {0}, ENDED, false},
    {"bind", {0}, ENDED, false},
    {"execve", {0}, ENDED, true},
    {"execveat", {0}, ENDED, false},
    {"ptrace", {0}, ENDED, true},
    {"process_vm_readv", {0}, ENDED, false},
    {"bpf", {0}, ENDED, false},
    {"io_uring_setup", {0}, ENDED, false},
    {"mount", {0}, ENDED, false},
    {"setuid", {0}, ENDED, false},
    {"memfd_create", {0}, ENDED, false},
    {"futex_waitv", {0}, REFUSED, false},
    {"sched_get_priority_max", {0}, REFUSED, false},
    {"seccomp", {0}, REFUSED, false},
};

static void
expect_verdicts(uint32_t machine)
{
	struct program *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	program_make(CONFINE_STRICT, machine, p);
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		struct seccomp_data call = {.arch = machine};

		if (CONFINE_SANITIZED && verdicts[i].sanitizers_do)
			continue;
		call.nr = seccomp_syscall_resolve_name_arch(machine, verdicts[i].call);
		assert_true(call.nr >= 0);
		memcpy(call.args, verdicts[i].args, sizeof(verdicts[i].args));
		if (program_run(p, &call) != verdicts[i].action)
			fail_msg("%s %llx: %x", verdicts[i].call, (unsigned long long)call.args[0],
			    program_run(p, &call));
	}
	free(p);
}

/* The same names have other numbers, and some are not there: arm64 has no open(). */
static void
test_verdicts_on_both_machines(void **state)
{
	(void)state;
	expect_verdicts(SCMP_ARCH_X86_64);
	expect_verdicts(SCMP_ARCH_AARCH64);
}

/* 32-bit calls of the same kernel would pass for others by their number. */
static void
test_calls_of_another_machine_end_it(void **state)
{
	struct program *p = calloc(1, sizeof(*p));

	(void)state;
	assert_non_null(p);
	program_make(CONFINE_STRICT, SCMP_ARCH_X86_64, p);
	assert_int_equal(program_run(p, &(struct seccomp_data){.arch = SCMP_ARCH_X86}), ENDED);
	free(p);
}

/* Numbers that this build has no name for are a newer kernel's. */
static void
test_calls_of_tomorrow_are_not_there(void **state)
{
	static const uint32_t machines[] = {SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64};
	struct program *p = calloc(1, sizeof(*p));

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
		program_make(CONFINE_STRICT, machines[i], p);
		for (int nr = 500; nr < 700; nr++)
			assert_int_equal(
			    program_run(p, &(struct seccomp_data){.arch = machines[i], .nr = nr}),
			    REFUSED);
	}
	free(p);
}

/* Nothing fails then, and nothing is missed in the log. */
static void
test_looking_first_refuses_nothing(void **state)
{
	struct program *p = calloc(1, sizeof(*p));

	(void)state;
	assert_non_null(p);
	program_make(CONFINE_LOG, SCMP_ARCH_X86_64, p);
	for (int nr = 0; nr < 600; nr++) {
		uint32_t action =
		    program_run(p, &(struct seccomp_data){.arch = SCMP_ARCH_X86_64, .nr = nr});

		assert_true(action == ALLOWED || action == SECCOMP_RET_LOG);
	}
	free(p);
}

static void
test_words_of_the_setting(void **state)
{
	enum confine_mode mode = CONFINE_OFF;

	(void)state;
	assert_true(confine_mode_parse("strict", &mode));
	assert_int_equal(mode, CONFINE_STRICT);
	assert_true(confine_mode_parse("off", &mode));
	assert_string_equal(confine_mode_word(mode), "off");
	assert_false(confine_mode_parse("", &mode));
	assert_false(confine_mode_parse("Log", &mode));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_refused),
	    cmocka_unit_test(test_verdicts_on_both_machines),
	    cmocka_unit_test(test_calls_of_another_machine_end_it),
	    cmocka_unit_test(test_calls_of_tomorrow_are_not_there),
	    cmocka_unit_test(test_looking_first_refuses_nothing),
	    cmocka_unit_test(test_words_of_the_setting),
	};

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
