/* SPDX-License-Identifier: MIT */
/*
 * Landlock and seccomp for the server.
 */
#include "server/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#include "common/log.h"
#include "common/mem.h"

/* The sanitizers make calls and write files of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* --------------------------------------------------------------- Landlock */

#define FILES_WRITE                                                                                \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                          \
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_DIR |                          \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER)
#define FILES_HANDLED                                                                              \
	(FILES_WRITE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_FIFO |               \
	    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
/* The first in which the courier may move a file from one folder to another. */
#define LANDLOCK_ABI_MIN 2

static int
confine_allow(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {
	    .allowed_access = access,
	    .parent_fd = open(path, O_PATH | O_CLOEXEC),
	};
	int rc;

	if (rule.parent_fd < 0)
		return -errno;
	rc = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	rc = rc ? -errno : 0;
	close(rule.parent_fd);
	return rc;
}

static int
confine_allow_folder_of(int ruleset, const char *file, uint64_t access)
{
	char *folder = mem_strdup(file);
	char *slash = strrchr(folder, '/');
	int rc;

	if (slash && slash != folder)
		*slash = '\0';
	rc = confine_allow(ruleset, folder, access);
	free(folder);
	return rc;
}

static int
confine_files(const struct settings *st)
{
	struct landlock_ruleset_attr all = {.handled_access_fs = FILES_HANDLED};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset, rc;

	if (abi < LANDLOCK_ABI_MIN)
		return -ENOSYS;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (ruleset < 0)
		return -errno;
	rc = confine_allow(ruleset, st->storage_directory, FILES_WRITE);
	if (!rc)
		rc = confine_allow(ruleset, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE);
	if (!rc)
		rc = confine_allow_folder_of(ruleset, st->listen_local_socket,
		    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE);
	if (!rc)
		rc = confine_allow_folder_of(ruleset, st->courier_maildir, FILES_WRITE);
	if (!rc && st->courier_gammu[0])
		rc = confine_allow(ruleset, st->courier_gammu, FILES_WRITE);
	if (!rc && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		rc = -errno;
	close(ruleset);
	return rc;
}

/* ---------------------------------------------------------------- seccomp */

/* Refused with EPERM, to us and to every child. */
static const int refused_calls[] = {
#include "common/refused.def"
};

static int
confine_refuse(scmp_filter_ctx filter)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(refused_calls); i++) {
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused_calls[i], 0);
		/* a call that this machine does not have */
		if (rc == -EDOM)
			rc = 0;
	}
	return rc;
}

/* No memory that can be written and run, whoever asks. */
static int
confine_memory(scmp_filter_ctx filter)
{
	int rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC | PROT_WRITE));

	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mprotect), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	return rc;
}

/* Sockets are local ones or TCP and UDP. */
static int
confine_sockets(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp other = {.arg = 0, .op = SCMP_CMP_GT, .datum_a = AF_INET6};

	return seccomp_rule_add_array(
	    filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, &other);
}

static int
confine_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	if (!filter)
		return -ENOMEM;
	rc = confine_refuse(filter);
	if (!rc)
		rc = confine_memory(filter);
	if (!rc)
		rc = confine_sockets(filter);
	if (!rc)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

void
confine_self(const struct settings *st)
{
	int files, calls;

	if (SANITIZED)
		return;
	files = confine_files(st);
	calls = confine_calls();
	if (files || calls)
		log_warn("confine.partial", "files=%d calls=%d", files, calls);
}
