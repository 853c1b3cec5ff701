/* SPDX-License-Identifier: MIT */
/*
 * What the courier may still do once its back end is open: its folders, a list of
 * system calls, and no core file. The list names what is allowed; anything else
 * ends the process.
 */
#include "courier/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"

/* The sanitizers read files and make calls of their own: their builds go
 * without both. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

static const int allowed[] = {
    /* frames on the socketpair, log on standard error */
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* a folder that is open already */
    SCMP_SYS(openat),
    SCMP_SYS(close),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(unlinkat),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstat),
    SCMP_SYS(lseek),
    SCMP_SYS(getdents64),
    SCMP_SYS(fcntl),
    /* memory, time, chance, the end */
    SCMP_SYS(brk),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(mprotect),
    SCMP_SYS(mlock),
    SCMP_SYS(munlock),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(futex),
    SCMP_SYS(getpid),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* Sockets; a name is looked up in a thread of libcurl's, by what the C library
 * loads and reads for it. */
static const int network_calls[] = {
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(bind),
    SCMP_SYS(connect),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(ioctl),
    SCMP_SYS(pipe2),
    SCMP_SYS(eventfd2),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(gettid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(pread64),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(access),
    SCMP_SYS(stat),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(prlimit64),
};

static int
sandbox_allow(scmp_filter_ctx filter, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
		/* a call that this machine does not have */
		if (rc == -EDOM)
			rc = 0;
	}
	return rc;
}

/* Threads, never processes: the flags of clone3() cannot be seen, and the C library
 * goes back to clone() when there is none. */
static int
sandbox_allow_network(scmp_filter_ctx filter)
{
	int rc = sandbox_allow(filter, network_calls, ARRAY_LEN(network_calls));

	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return rc;
}

static int
sandbox_filter(bool network)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc;

	if (filter == NULL)
		return -ENOMEM;
	rc = sandbox_allow(filter, allowed, ARRAY_LEN(allowed));
	if (rc == 0 && network)
		rc = sandbox_allow_network(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

/* --------------------------------------------------------------- Landlock */

#define FILES_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* Moving a file from tmp to new refers to another folder. */
#define FILES_WRITE                                                                                \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                          \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER)
#define FILES_ALL                                                                                  \
	(FILES_READ | FILES_WRITE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR |   \
	    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |                           \
	    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                          \
	    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
/* The first that lets a file be moved between folders at all. */
#define LANDLOCK_ABI_MIN 2

static int
sandbox_beneath(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = access};
	int rc = 0;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0 ||
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		rc = -errno;
	if (rule.parent_fd >= 0)
		(void)close(rule.parent_fd);
	return rc;
}

/* The clock of a test stands in a file, which is replaced to move it; only such a build
 * looks there. */
static int
sandbox_test_clock(int ruleset)
{
#ifdef EMAGE_TESTING
	const char *clock = getenv("EMAGE_TEST_CLOCK");

	if (clock != NULL && clock[0] == '@') {
		char *folder = mem_strdup(clock + 1);
		int rc = sandbox_beneath(ruleset, dirname(folder), LANDLOCK_ACCESS_FS_READ_FILE);

		free(folder);
		return rc;
	}
#endif
	(void)ruleset;
	return 0;
}

/* What is read to find a host and to trust it; what is not there is left out. */
static int
sandbox_network_files(int ruleset, const char *ca)
{
	static const char *const folders[] = {"/etc", "/lib", "/lib64", "/usr/lib", "/usr/share",
	    "/usr/local/share/ca-certificates", "/run/systemd/resolve", "/run/resolvconf"};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(folders); i++) {
		rc = sandbox_beneath(ruleset, folders[i], FILES_READ);
		rc = rc == -ENOENT ? 0 : rc;
	}
	if (rc == 0 && ca[0] != '\0')
		rc = sandbox_beneath(ruleset, ca, LANDLOCK_ACCESS_FS_READ_FILE);
	return rc;
}

static int
sandbox_files(const struct sandbox_needs *needs)
{
	struct landlock_ruleset_attr all = {.handled_access_fs = FILES_ALL};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset, rc = 0;

	if (abi < LANDLOCK_ABI_MIN) {
		log_info("courier.landlock", "available=no");
		return 0;
	}
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all.handled_access_fs), 0);
	if (ruleset < 0)
		return -errno;
	for (size_t i = 0; rc == 0 && i < needs->n_folders; i++)
		rc = sandbox_beneath(ruleset, needs->folders[i], FILES_READ | FILES_WRITE);
	if (rc == 0 && needs->network)
		rc = sandbox_network_files(ruleset, needs->ca);
	if (rc == 0)
		rc = sandbox_test_clock(ruleset);
	if (rc == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		rc = -errno;
	(void)close(ruleset);
	return rc;
}

/* ------------------------------------------------------------------ whole */

bool
sandbox_filters(void)
{
	return !SANITIZED;
}

int
sandbox_enter(const struct sandbox_needs *needs)
{
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
	int rc = 0;

	if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		rc = -errno;
	if (rc == 0 && sandbox_filters())
		rc = sandbox_files(needs);
	if (rc == 0 && sandbox_filters())
		rc = sandbox_filter(needs->network);
	if (rc == 0)
		return 0;
	log_error("courier.sandbox", "cause=%s", strerrorname_np(-rc));
	return -EM_E_CONFIG;
}
