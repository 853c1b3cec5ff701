/* SPDX-License-Identifier: MIT */
/*
 * What the process gives up before it sees a file from outside.
 */
#include "imaging/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "imaging/limits.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_OFF 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_OFF 1
#endif
#endif
#ifndef SANDBOX_OFF
#define SANDBOX_OFF 0
#endif

int
sandbox_begin(int socket_fd)
{
	pid_t parent = getppid();

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -EM_E_INTERNAL;
	/* the leak checker looks at the process from outside */
	if (!SANDBOX_OFF && prctl(PR_SET_DUMPABLE, 0) < 0)
		return -EM_E_INTERNAL;
	/* it may have died before the first line */
	if (getppid() != parent)
		return -EM_E_CLOSED;
	if ((socket_fd > 3 && close_range(3, (unsigned)socket_fd - 1, 0) < 0) ||
	    close_range((unsigned)socket_fd + 1, ~0u, 0) < 0)
		return -EM_E_INTERNAL;
	/* a result that grows past its limit is an error, not a death */
	signal(SIGXFSZ, SIG_IGN);
	return 0;
}

static int
sandbox_limits(void)
{
	static const struct {
		int resource;
		rlim_t max;
	} LIMITS[] = {
	    {RLIMIT_AS, LIMIT_MEMORY_BYTES},
	    {RLIMIT_FSIZE, LIMIT_DECODED_BYTES * 2},
	    {RLIMIT_CORE, 0},
	    {RLIMIT_NOFILE, 16},
	    {RLIMIT_MEMLOCK, 0},
	};
	struct rlimit l;

	for (size_t i = 0; i < ARRAY_LEN(LIMITS); i++) {
		l.rlim_cur = l.rlim_max = LIMITS[i].max;
		if (setrlimit((__rlimit_resource_t)LIMITS[i].resource, &l) < 0)
			return -EM_E_INTERNAL;
	}
	return 0;
}

/* No path may be used at all. A kernel without Landlock still has seccomp. */
static int
sandbox_landlock(void)
{
	struct landlock_ruleset_attr attr = {0};
	long abi, fd, rc;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 0) {
		log_info("imaging.landlock", "available=no");
		return 0;
	}
	/* rights 0..12 are of the first version, one more came with each of 2 and 3 */
	attr.handled_access_fs = (UINT64_C(1) << (abi >= 3 ? 15 : abi == 2 ? 14 : 13)) - 1;
	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);
	if (fd < 0)
		return -EM_E_INTERNAL;
	rc = syscall(SYS_landlock_restrict_self, (int)fd, 0);
	close((int)fd);
	return rc < 0 ? -EM_E_INTERNAL : 0;
}

static const int ALLOWED[] = {
    /* the socket, the files */
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(ftruncate),
    /* memory */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    /* time, the limit on it, random seeds */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(setitimer),
    SCMP_SYS(getrandom),
    /* the C library at its end, and in abort() */
    SCMP_SYS(futex),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(tgkill),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* Libraries look for files; being told "no" they go on without. */
static const int DENIED[] = {
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(openat2),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(statx),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(sysinfo),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(ioctl),
    SCMP_SYS(prlimit64),
};

static int
sandbox_rules(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(ALLOWED) && rc == 0; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, ALLOWED[i], 0);
	for (size_t i = 0; i < ARRAY_LEN(DENIED) && rc == 0; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), DENIED[i], 0);
	/* memory, but none that can be executed */
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code);
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);
	/* fstat() is this call with AT_EMPTY_PATH, stat() without; with the flag and a
	 * path one learns that it exists, no more */
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
		    SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 1,
		    SCMP_A3(SCMP_CMP_NE, AT_EMPTY_PATH, 0));
	return rc;
}

static int
sandbox_seccomp(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc;

	if (ctx == NULL)
		return -EM_E_INTERNAL;
	rc = sandbox_rules(ctx);
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc < 0 ? -EM_E_INTERNAL : 0;
}

int
sandbox_close(void)
{
	int rc;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -EM_E_INTERNAL;
	/* the sanitizers need all that is taken away here */
	if (SANDBOX_OFF)
		return 0;
	rc = sandbox_limits();
	if (rc == 0)
		rc = sandbox_landlock();
	if (rc == 0)
		rc = sandbox_seccomp();
	return rc;
}
