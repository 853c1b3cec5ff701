/* SPDX-License-Identifier: MIT */
/*
 * Filters of system calls and sets of files.
 */
#include "common/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/mem.h"

/* Numbers of system calls are dense below it. */
#define CALLS_MAX 600
/* Searched as a tree, not one by one. */
#define FILTER_TREE 2
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

static const char *const confine_modes[] = {
    [CONFINE_STRICT] = "strict",
    [CONFINE_LOG] = "log",
    [CONFINE_OFF] = "off",
};

bool
confine_mode_parse(const char *word, enum confine_mode *mode_r)
{
	for (size_t i = 0; i < ARRAY_LEN(confine_modes); i++) {
		if (strcmp(word, confine_modes[i]) == 0) {
			*mode_r = (enum confine_mode)i;
			return true;
		}
	}
	return false;
}

const char *
confine_mode_word(enum confine_mode mode)
{
	return confine_modes[mode];
}

/* ----------------------------------------------------------- system calls */

static const int calls_common[] = {
#include "common/calls.def"
};
static const int calls_absent[] = {
#include "common/absent.def"
};
static const int calls_threads[] = {
#include "common/calls_threads.def"
};

/* One rule; none where it is said already, or for a call that this machine does not
 * have. */
static int
confine_rule(scmp_filter_ctx filter, enum confine_mode mode, uint32_t action, int call, unsigned n,
    const struct scmp_arg_cmp *cmp)
{
	uint32_t otherwise = 0;
	int rc;

	if (mode == CONFINE_LOG && action != SCMP_ACT_ALLOW)
		action = SCMP_ACT_LOG;
	rc = seccomp_attr_get(filter, SCMP_FLTATR_ACT_DEFAULT, &otherwise);
	if (rc == 0 && action != otherwise)
		rc = seccomp_rule_add_array(filter, action, call, n, cmp);
	return rc == -EEXIST || rc == -EDOM ? 0 : rc;
}

int
confine_rules(
    scmp_filter_ctx filter, enum confine_mode mode, uint32_t action, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = confine_rule(filter, mode, action, calls[i], 0, NULL);
	return rc;
}

int
confine_rule_if(scmp_filter_ctx filter, enum confine_mode mode, uint32_t action, int call,
    struct scmp_arg_cmp cmp)
{
	return confine_rule(filter, mode, action, call, 1, &cmp);
}

/* A library that is younger than this build may try what it has no name for. */
static int
confine_rules_unknown(scmp_filter_ctx filter, enum confine_mode mode, uint32_t machine)
{
	int rc = 0;

	for (int call = 0; rc == 0 && call < CALLS_MAX; call++) {
		char *name = seccomp_syscall_resolve_num_arch(machine, call);

		if (name == NULL)
			rc = confine_rule(filter, mode, SCMP_ACT_ERRNO(ENOSYS), call, 0, NULL);
		free(name);
	}
	return rc;
}

int
confine_filter(
    enum confine_mode mode, uint32_t otherwise, uint32_t machine, scmp_filter_ctx *filter_r)
{
	scmp_filter_ctx filter = seccomp_init(mode == CONFINE_LOG ? SCMP_ACT_LOG : otherwise);
	int rc = 0;

	if (filter == NULL)
		return -ENOMEM;
	if (machine != SCMP_ARCH_NATIVE) {
		rc = seccomp_arch_remove(filter, SCMP_ARCH_NATIVE);
		if (rc == 0)
			rc = seccomp_arch_add(filter, machine);
	}
	if (rc == 0)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* what an old kernel or library cannot do, a filter does without */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, FILTER_TREE);
	if (rc == 0)
		rc = confine_rules_unknown(filter, mode, machine);
	if (rc != 0)
		seccomp_release(filter);
	else
		*filter_r = filter;
	return rc;
}

int
confine_rules_threads(scmp_filter_ctx filter, enum confine_mode mode)
{
	int rc =
	    confine_rules(filter, mode, SCMP_ACT_ALLOW, calls_threads, ARRAY_LEN(calls_threads));

	if (rc == 0)
		rc = confine_rule_if(filter, mode, SCMP_ACT_ALLOW, SCMP_SYS(clone),
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	/* a thread's name */
	if (rc == 0)
		rc = confine_rule_if(filter, mode, SCMP_ACT_ALLOW, SCMP_SYS(prctl),
		    SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
	return rc;
}

int
confine_rules_common(scmp_filter_ctx filter, enum confine_mode mode)
{
	const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int rc;

	rc = confine_rules(filter, mode, SCMP_ACT_ALLOW, calls_common, ARRAY_LEN(calls_common));
	if (rc == 0)
		rc = confine_rule_if(filter, mode, SCMP_ACT_ALLOW, SCMP_SYS(mmap), no_code);
	if (rc == 0)
		rc = confine_rule_if(filter, mode, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), no_code);
	/* a newer C library gives names to memory */
	if (rc == 0)
		rc = confine_rule_if(filter, mode, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl),
		    SCMP_A0(SCMP_CMP_EQ, PR_SET_VMA, 0));
	return rc;
}

int
confine_rules_absent(scmp_filter_ctx filter, enum confine_mode mode)
{
	return confine_rules(
	    filter, mode, SCMP_ACT_ERRNO(ENOSYS), calls_absent, ARRAY_LEN(calls_absent));
}

/* ------------------------------------------------------------------ files */

/* Rights that say something of a file itself; the others are of folders. */
#define FILES_OF_A_FILE                                                                            \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |                              \
	    LANDLOCK_ACCESS_FS_READ_FILE | CONFINE_FILES_TRUNCATE | CONFINE_FILES_IOCTL_DEV)

/* Bind and connect, of TCP. */
#define NETWORK_ALL UINT64_C(3)
#define NETWORK_ABI 4

/* The number of rights on files by version: each knows those before it. */
static const unsigned char files_known[] = {0, 13, 14, 15, 15, 16};

/* As the kernel has it since version 4; older ones take its beginning. */
struct confine_handled {
	uint64_t files, network;
};

int
confine_landlock(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

int
confine_files_new(uint64_t handled, bool no_network, struct confine_files *f_r)
{
	int abi = confine_landlock();
	size_t known =
	    (size_t)abi < ARRAY_LEN(files_known) ? (size_t)abi : ARRAY_LEN(files_known) - 1;
	struct confine_handled all = {
	    .files = handled & ((UINT64_C(1) << files_known[known]) - 1),
	    .network = no_network ? NETWORK_ALL : 0,
	};

	f_r->handled = all.files;
	f_r->fd = -1;
	if (abi < 1)
		return -ENOSYS;
	f_r->fd = (int)syscall(SYS_landlock_create_ruleset, &all,
	    abi >= NETWORK_ABI ? sizeof(all) : sizeof(all.files), 0);
	return f_r->fd < 0 ? -errno : 0;
}

int
confine_files_allow(const struct confine_files *f, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.parent_fd = open(path, O_PATH | O_CLOEXEC)};
	struct stat st;
	int rc = 0;

	if (rule.parent_fd < 0)
		return -errno;
	rule.allowed_access = access & f->handled;
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FILES_OF_A_FILE;
	if (rule.allowed_access != 0 &&
	    syscall(SYS_landlock_add_rule, f->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		rc = -errno;
	(void)close(rule.parent_fd);
	return rc;
}

int
confine_files_allow_beside(const struct confine_files *f, const char *file, uint64_t access)
{
	const char *slash = strrchr(file, '/');
	char *folder;
	int rc;

	if (slash == NULL)
		return confine_files_allow(f, ".", access);
	folder = slash == file ? mem_strdup("/") : mem_printf("%.*s", (int)(slash - file), file);
	rc = confine_files_allow(f, folder, access);
	free(folder);
	return rc;
}

int
confine_files_allow_clock(const struct confine_files *f)
{
#ifdef EMAGE_TESTING
	const char *clock = getenv("EMAGE_TEST_CLOCK");

	/* replaced by another file to move it */
	if (clock != NULL && clock[0] == '@')
		return confine_files_allow_beside(f, clock + 1, LANDLOCK_ACCESS_FS_READ_FILE);
#endif
	(void)f;
	return 0;
}

int
confine_files_enter(struct confine_files *f, int rc)
{
	if (rc == 0 && syscall(SYS_landlock_restrict_self, f->fd, 0) != 0)
		rc = -errno;
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	return rc;
}
