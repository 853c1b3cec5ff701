/* SPDX-License-Identifier: MIT */
/*
 * Landlock and seccomp for the server: once for it and all that it starts, once more
 * for the process that serves.
 */
#include "server/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/log.h"
#include "common/mem.h"
#include "server/settings.h"

enum confine_mode
confine_mode(const struct settings *st)
{
	enum confine_mode mode = CONFINE_STRICT;

	/* its words were checked when it was read */
	(void)confine_mode_parse(st->confine_calls, &mode);
	return mode;
}

/* ------------------------------------------------------ with all that is started */

#define FILES_HANDLED (CONFINE_FILES_WRITE | CONFINE_FILES_NEVER)

static int
confine_files(const struct settings *st)
{
	struct confine_files files;
	int rc;

	if (confine_landlock() < CONFINE_LANDLOCK_MIN)
		return -ENOSYS;
	rc = confine_files_new(FILES_HANDLED, false, &files);
	if (!rc)
		rc = confine_files_allow(&files, st->storage_directory, CONFINE_FILES_WRITE);
	if (!rc)
		rc = confine_files_allow(&files, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE);
	if (!rc)
		rc = confine_files_allow_beside(&files, st->listen_local_socket,
		    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE);
	if (!rc)
		rc = confine_files_allow_beside(&files, st->courier_maildir, CONFINE_FILES_WRITE);
	if (!rc && st->courier_gammu[0])
		rc = confine_files_allow(&files, st->courier_gammu, CONFINE_FILES_WRITE);
	return confine_files_enter(&files, rc);
}

static const int calls_refused[] = {
#include "common/refused.def"
};

/* Refused with EPERM, to us and to every child. */
static int
confine_refuse(scmp_filter_ctx filter)
{
	/* sockets are local ones or TCP and UDP */
	const struct scmp_arg_cmp other = {.arg = 0, .op = SCMP_CMP_GT, .datum_a = AF_INET6};
	/* no memory that can be written and run, whoever asks */
	const struct scmp_arg_cmp both =
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC | PROT_WRITE);
	const struct scmp_arg_cmp turned = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC);
	const uint32_t eperm = SCMP_ACT_ERRNO(EPERM), eafnosupport = SCMP_ACT_ERRNO(EAFNOSUPPORT);
	int rc =
	    confine_rules(filter, CONFINE_STRICT, eperm, calls_refused, ARRAY_LEN(calls_refused));

	if (!rc)
		rc = confine_rule_if(filter, CONFINE_STRICT, eperm, SCMP_SYS(mmap), both);
	if (!rc)
		rc = confine_rule_if(filter, CONFINE_STRICT, eperm, SCMP_SYS(mprotect), turned);
	if (!rc)
		rc = confine_rule_if(filter, CONFINE_STRICT, eafnosupport, SCMP_SYS(socket), other);
	return rc;
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
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

void
confine_self(const struct settings *st)
{
	int files, calls;

	if (CONFINE_SANITIZED)
		return;
	files = confine_files(st);
	calls = confine_calls();
	if (files || calls)
		log_warn("confine.partial", "files=%d calls=%d", files, calls);
}

/* -------------------------------------------------------- the process that serves */

static const int calls_allowed[] = {
#include "server/calls.def"
};
static const int calls_killed[] = {
#include "server/killed.def"
};
static const int calls_sanitizers[] = {
#include "server/calls_san.def"
};

static const int calls_quiet[] = {SCMP_SYS(clone3)};

/* What is on no list fails: a call that a library makes once in a while is no reason
 * to end a service that patients wait for. */
#define SERVE_OTHERWISE SCMP_ACT_ERRNO(ENOSYS)

struct rule_if {
	int call;
	struct scmp_arg_cmp cmp;
};

/* What a terminal, a socket or a copy on the same file system is asked. */
static const struct rule_if allowed_if[] = {
    {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONBIO, 0)},
    {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONREAD, 0)},
    {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIOCLEX, 0)},
    {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TCGETS, 0)},
    {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TIOCGWINSZ, 0)},
    /* the end of a helper */
    {SCMP_SYS(kill), SCMP_A1(SCMP_CMP_EQ, SIGKILL, 0)},
    /* limits are read, not set */
    {SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0, 0)},
};

/* Processes, the network outwards, typing into a terminal, code that was not there. */
static const struct rule_if killed_if[] = {
    {SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)},
    {SCMP_SYS(socket), SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0)},
    {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TIOCSTI, 0)},
    {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TIOCLINUX, 0)},
    {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TIOCSETD, 0)},
    {SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC | PROT_WRITE)},
    {SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)},
};

static int
confine_add_if(scmp_filter_ctx filter, enum confine_mode mode, uint32_t action,
    const struct rule_if *rules, size_t n)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = confine_rule_if(filter, mode, action, rules[i].call, rules[i].cmp);
	return rc;
}

int
confine_serve_rules(scmp_filter_ctx filter, enum confine_mode mode)
{
	const uint32_t kill = SCMP_ACT_KILL_PROCESS;
	int rc = 0;

	if (CONFINE_SANITIZED)
		rc = confine_rules(
		    filter, mode, SCMP_ACT_ALLOW, calls_sanitizers, ARRAY_LEN(calls_sanitizers));
	if (!rc)
		rc = confine_rules(
		    filter, mode, SCMP_ACT_ALLOW, calls_allowed, ARRAY_LEN(calls_allowed));
	if (!rc)
		rc = confine_rules(filter, mode, kill, calls_killed, ARRAY_LEN(calls_killed));
	if (!rc)
		rc = confine_rules(filter, mode, kill, calls_refused, ARRAY_LEN(calls_refused));
	if (!rc)
		rc =
		    confine_add_if(filter, mode, SCMP_ACT_ALLOW, allowed_if, ARRAY_LEN(allowed_if));
	if (!rc)
		rc = confine_add_if(filter, mode, kill, killed_if, ARRAY_LEN(killed_if));
	if (!rc)
		rc = confine_rules_threads(filter, mode);
	if (!rc)
		rc = confine_rules_common(filter, mode);
	return rc ? rc : confine_rules_absent(filter, mode);
}

/* Every thread that begins is tried with clone3 first (see common/absent.def): that is
 * not worth a line in the kernel's log, so it is refused by a filter of its own, and
 * the one that logs lets it pass. */
static int
confine_serve_quiet(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	if (!filter)
		return -ENOMEM;
	rc = confine_rules(
	    filter, CONFINE_STRICT, SCMP_ACT_ERRNO(ENOSYS), calls_quiet, ARRAY_LEN(calls_quiet));
	if (!rc)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

static int
confine_serve_calls(enum confine_mode mode)
{
	scmp_filter_ctx filter;
	int rc = confine_filter(mode, SERVE_OTHERWISE, SCMP_ARCH_NATIVE, &filter);

	if (rc)
		return rc;
	/* what fails is told by the kernel, as far as it can */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	rc = confine_serve_quiet();
	if (!rc)
		rc = confine_rules(
		    filter, mode, SCMP_ACT_ALLOW, calls_quiet, ARRAY_LEN(calls_quiet));
	if (!rc)
		rc = confine_serve_rules(filter, mode);
	if (!rc)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

/* Where a file of the settings is, and where it really is: a certificate that is
 * renewed may be a link to what is replaced. What is out of reach anyway stays so. */
static int
confine_read_path(const struct confine_files *files, const char *path)
{
	char *real = realpath(path, NULL);
	struct stat st = {0};
	bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	int rc;

	if (folder)
		rc = confine_files_allow(files, path, CONFINE_FILES_READ);
	else
		rc = confine_files_allow_beside(files, path, CONFINE_FILES_READ);
	if (!rc && !folder && real && strcmp(real, path) != 0)
		rc = confine_files_allow_beside(files, real, CONFINE_FILES_READ);
	free(real);
	return rc == -ENOENT || rc == -EACCES || rc == -ENOTDIR ? 0 : rc;
}

/* The settings themselves and every path in them, for a reload and for the set-up of
 * another courier. */
static int
confine_read_settings(
    const struct confine_files *files, const struct settings *st, const char *config)
{
	int rc = confine_read_path(files, config);

	for (size_t i = 0; !rc && i < settings_table_len; i++) {
		const struct setting *row = &settings_table[i];
		const char *path = *(char *const *)(const void *)((const char *)st + row->offset);

		if (row->type == SETTING_PATH && *path)
			rc = confine_read_path(files, path);
	}
	return rc;
}

static int
confine_serve_files(const struct settings *st, const char *config)
{
	/* chance, the number of cores (for the heap), local time */
	static const char *const machine[] = {"/dev/null", "/dev/urandom", "/proc/cpuinfo",
	    "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu", "/etc/localtime",
	    "/usr/share/zoneinfo"};
	struct confine_files files;
	int rc;

	rc = confine_files_new(
	    CONFINE_FILES_READ | LANDLOCK_ACCESS_FS_EXECUTE | CONFINE_FILES_IOCTL_DEV, true,
	    &files);
	for (size_t i = 0; !rc && i < ARRAY_LEN(machine); i++) {
		rc = confine_files_allow(&files, machine[i], CONFINE_FILES_READ);
		if (rc == -ENOENT || rc == -EACCES)
			rc = 0;
	}
	if (!rc)
		rc = confine_read_settings(&files, st, config);
	if (!rc)
		rc = confine_files_allow_clock(&files);
	return confine_files_enter(&files, rc);
}

void
confine_serve(const struct settings *st, const char *config)
{
	enum confine_mode mode = confine_mode(st);
	int landlock = confine_landlock(), files = 0, calls;

	if (mode == CONFINE_OFF) {
		log_warn("confine.off", "calls=off");
		return;
	}
	if (mode == CONFINE_STRICT && !CONFINE_SANITIZED)
		files = confine_serve_files(st, config);
	calls = confine_serve_calls(mode);
	if (files || calls)
		log_warn("confine.partial", "files=%d calls=%d", files, calls);
	else
		log_info("confine.done", "calls=%s landlock=%d", confine_mode_word(mode), landlock);
}
