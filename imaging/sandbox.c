/* SPDX-License-Identifier: MIT */
/*
 * What the process gives up before it sees a file from outside.
 */
#include "imaging/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "imaging/limits.h"

int
sandbox_begin(int socket_fd)
{
	pid_t parent = getppid();

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -EM_E_INTERNAL;
	/* the leak checker looks at the process from outside */
	if (!CONFINE_SANITIZED && prctl(PR_SET_DUMPABLE, 0) < 0)
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
	struct confine_files files;
	int rc = confine_files_new(CONFINE_FILES_ALL, true, &files);

	if (rc == -ENOSYS || rc == -EOPNOTSUPP) {
		log_info("imaging.landlock", "available=no");
		return 0;
	}
	return confine_files_enter(&files, rc);
}

static const int calls_allowed[] = {
#include "imaging/calls.def"
};
static const int calls_denied[] = {
#include "imaging/denied.def"
};

static int
sandbox_rules(scmp_filter_ctx filter, enum confine_mode mode)
{
	int rc =
	    confine_rules(filter, mode, SCMP_ACT_ALLOW, calls_allowed, ARRAY_LEN(calls_allowed));

	if (rc == 0)
		rc = confine_rules(
		    filter, mode, SCMP_ACT_ERRNO(EACCES), calls_denied, ARRAY_LEN(calls_denied));
	/* fstat() is this call with AT_EMPTY_PATH, stat() without; with the flag and a
	 * path one learns that it exists, no more */
	if (rc == 0)
		rc = confine_rule_if(filter, mode, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat),
		    SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
	if (rc == 0)
		rc = confine_rule_if(filter, mode, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat),
		    SCMP_A3(SCMP_CMP_NE, AT_EMPTY_PATH, 0));
	if (rc == 0)
		rc = confine_rules_common(filter, mode);
	return rc == 0 ? confine_rules_absent(filter, mode) : rc;
}

static int
sandbox_seccomp(enum confine_mode mode)
{
	scmp_filter_ctx filter;
	int rc;

	if (mode == CONFINE_OFF)
		return 0;
	rc = confine_filter(mode, SCMP_ACT_KILL_PROCESS, SCMP_ARCH_NATIVE, &filter);
	if (rc != 0)
		return rc;
	rc = sandbox_rules(filter, mode);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

int
sandbox_close(enum confine_mode mode)
{
	int rc;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -EM_E_INTERNAL;
	/* the sanitizers need all that is taken away here */
	if (CONFINE_SANITIZED)
		return 0;
	rc = sandbox_limits();
	if (rc == 0 && (sandbox_landlock() != 0 || sandbox_seccomp(mode) != 0))
		rc = -EM_E_INTERNAL;
	return rc;
}
