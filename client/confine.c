/* SPDX-License-Identifier: MIT */
/*
 * seccomp for the client (C-05). A list of what is refused, not of what is
 * allowed: name look-up loads whatever the machine is set up with.
 */
#include "client/confine.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "common/confine.h"
#include "common/mem.h"

static const int confine_always[] = {
#include "common/refused.def"
};

static const int confine_spawning[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
};

static int
confine_refuse(scmp_filter_ctx filter, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
		/* a call that this machine does not have */
		if (rc == -EDOM)
			rc = 0;
	}
	return rc;
}

/* Only threads. The flags of clone3 are in memory, where a filter cannot look:
 * without it the C library falls back on clone. */
static int
confine_processes(scmp_filter_ctx filter)
{
	int rc = confine_refuse(filter, confine_spawning, ARRAY_LEN(confine_spawning));

	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return rc == -EDOM ? 0 : rc;
}

/* What is typed into a terminal by a program is run by whatever reads it next. */
static int
confine_terminal(scmp_filter_ctx filter)
{
	static const unsigned long requests[] = {TIOCSTI, TIOCLINUX, TIOCSETD};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(requests); i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
		    SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, requests[i]));
	return rc;
}

/* No memory that can be written and run. */
static int
confine_memory(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC | PROT_WRITE));
}

int
confine_client(const struct confine_wish *wish)
{
	scmp_filter_ctx filter;
	int rc;

	if (CONFINE_SANITIZED)
		return 0;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter)
		return -ENOMEM;
	rc = confine_refuse(filter, confine_always, ARRAY_LEN(confine_always));
	if (rc == 0 && !wish->may_spawn)
		rc = confine_processes(filter);
	if (rc == 0)
		rc = confine_terminal(filter);
	if (rc == 0)
		rc = confine_memory(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}
