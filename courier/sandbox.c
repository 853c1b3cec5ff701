/* SPDX-License-Identifier: MIT */
/*
 * What the courier may still do once its back end is open: its folders, a list of
 * system calls, and no core file. The list names what is allowed; anything else
 * ends the process.
 */
#include "courier/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "common/confine.h"
#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"

static const int calls_always[] = {
#include "courier/calls.def"
};
static const int calls_network[] = {
#include "courier/calls_network.def"
};

/* Names are looked up in threads, with libraries that the C library loads for it. */
static int
sandbox_rules_network(scmp_filter_ctx filter, enum confine_mode mode)
{
	static const int code[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
	int rc =
	    confine_rules(filter, mode, SCMP_ACT_ALLOW, calls_network, ARRAY_LEN(calls_network));

	if (rc == 0)
		rc = confine_rules(filter, mode, SCMP_ACT_ALLOW, code, ARRAY_LEN(code));
	return rc == 0 ? confine_rules_threads(filter, mode) : rc;
}

static int
sandbox_filter(bool network, enum confine_mode mode)
{
	scmp_filter_ctx filter;
	int rc;

	if (mode == CONFINE_OFF)
		return 0;
	rc = confine_filter(mode, SCMP_ACT_KILL_PROCESS, SCMP_ARCH_NATIVE, &filter);
	if (rc != 0)
		return rc;
	rc = confine_rules(filter, mode, SCMP_ACT_ALLOW, calls_always, ARRAY_LEN(calls_always));
	if (rc == 0 && network)
		rc = sandbox_rules_network(filter, mode);
	if (rc == 0)
		rc = confine_rules_common(filter, mode);
	if (rc == 0)
		rc = confine_rules_absent(filter, mode);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

/* --------------------------------------------------------------- Landlock */

/* Moving a file from tmp to new refers to another folder. */
#define FILES_WRITE                                                                                \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                          \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER | CONFINE_FILES_TRUNCATE)

/* What is read to find a host and to trust it; what is not there is left out. */
static int
sandbox_network_files(const struct confine_files *files, const char *ca)
{
	static const char *const folders[] = {"/etc", "/lib", "/lib64", "/usr/lib", "/usr/share",
	    "/usr/local/share/ca-certificates", "/run/systemd/resolve", "/run/resolvconf"};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(folders); i++) {
		rc = confine_files_allow(files, folders[i], CONFINE_FILES_READ);
		rc = rc == -ENOENT ? 0 : rc;
	}
	if (rc == 0 && ca[0] != '\0')
		rc = confine_files_allow(files, ca, LANDLOCK_ACCESS_FS_READ_FILE);
	return rc;
}

static int
sandbox_files(const struct sandbox_needs *needs)
{
	struct confine_files files;
	int rc;

	if (confine_landlock() < CONFINE_LANDLOCK_MIN) {
		log_info("courier.landlock", "available=no");
		return 0;
	}
	rc = confine_files_new(CONFINE_FILES_ALL, !needs->network, &files);
	for (size_t i = 0; rc == 0 && i < needs->n_folders; i++)
		rc = confine_files_allow(
		    &files, needs->folders[i], CONFINE_FILES_READ | FILES_WRITE);
	if (rc == 0 && needs->network)
		rc = sandbox_network_files(&files, needs->ca);
	if (rc == 0)
		rc = confine_files_allow_clock(&files);
	return confine_files_enter(&files, rc);
}

/* ------------------------------------------------------------------ whole */

bool
sandbox_filters(void)
{
	return !CONFINE_SANITIZED;
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
		rc = sandbox_filter(needs->network, needs->mode);
	if (rc == 0)
		return 0;
	log_error("courier.sandbox", "cause=%s", strerrorname_np(-rc));
	return -EM_E_CONFIG;
}
