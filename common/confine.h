/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_CONFINE_H
#define EMAGE_COMMON_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/landlock.h>
#include <seccomp.h>

/*
 * Giving up rights for good: system calls (seccomp) and files (Landlock). What a
 * program gives up is its own business; here is how. Functions return 0 or -errno.
 */

/* The sanitizers make calls and write files of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CONFINE_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CONFINE_SANITIZED true
#endif
#endif
#ifndef CONFINE_SANITIZED
#define CONFINE_SANITIZED false
#endif

/* ----------------------------------------------------------- system calls */

/* What becomes of a call that is not allowed: as the table says; allowed, and the
 * kernel's log names it; allowed. */
enum confine_mode { CONFINE_STRICT, CONFINE_LOG, CONFINE_OFF };

/* False for a word that is none of strict, log, off. */
bool confine_mode_parse(const char *word, enum confine_mode *mode_r);
const char *confine_mode_word(enum confine_mode mode);

/*
 * A filter that does `otherwise` with a call for which no rule follows. Numbers that
 * this build knows no call for (a newer kernel's, tried by a newer library) fail with
 * ENOSYS. `machine`: SCMP_ARCH_NATIVE. Free with seccomp_release(). Not for
 * CONFINE_OFF.
 */
int confine_filter(
    enum confine_mode mode, uint32_t otherwise, uint32_t machine, scmp_filter_ctx *filter_r);
/* The rule that came first stands. CONFINE_LOG turns every action but SCMP_ACT_ALLOW
 * into the log's. */
int confine_rules(
    scmp_filter_ctx filter, enum confine_mode mode, uint32_t action, const int *calls, size_t n);
int confine_rule_if(scmp_filter_ctx filter, enum confine_mode mode, uint32_t action, int call,
    struct scmp_arg_cmp cmp);
/* What every confined process may: common/calls.def, memory that is not executed. */
int confine_rules_common(scmp_filter_ctx filter, enum confine_mode mode);
/* What libraries try and do without, common/absent.def, has ENOSYS. After all others. */
int confine_rules_absent(scmp_filter_ctx filter, enum confine_mode mode);
/* Threads, never processes. Before the common ones. */
int confine_rules_threads(scmp_filter_ctx filter, enum confine_mode mode);

/* ------------------------------------------------------------------ files */

/* Younger than some headers. */
#define CONFINE_FILES_TRUNCATE	(UINT64_C(1) << 14)
#define CONFINE_FILES_IOCTL_DEV (UINT64_C(1) << 15)

#define CONFINE_FILES_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define CONFINE_FILES_MAKE                                                                         \
	(LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK)
#define CONFINE_FILES_REMOVE (LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR)
/* Moving a file to another folder is a right of its own. */
#define CONFINE_FILES_WRITE                                                                        \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | CONFINE_FILES_MAKE | CONFINE_FILES_REMOVE |               \
	    LANDLOCK_ACCESS_FS_REFER | CONFINE_FILES_TRUNCATE)
/* Made by nobody here. */
#define CONFINE_FILES_NEVER                                                                        \
	(LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_FIFO |                             \
	    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define CONFINE_FILES_ALL                                                                          \
	(CONFINE_FILES_READ | CONFINE_FILES_WRITE | CONFINE_FILES_NEVER |                          \
	    LANDLOCK_ACCESS_FS_EXECUTE | CONFINE_FILES_IOCTL_DEV)

/* The first in which a file may be moved from one folder to another. */
#define CONFINE_LANDLOCK_MIN 2

struct confine_files {
	int fd;
	uint64_t handled;
};

/* Version of the kernel's Landlock; 0 = none. */
int confine_landlock(void);
/* Refuses what is in `handled` as far as this kernel can, but for the rules that
 * follow; with `no_network`, connecting and binding TCP too. -ENOSYS without
 * Landlock. */
int confine_files_new(uint64_t handled, bool no_network, struct confine_files *f_r);
/* Allows it for a file, or for a folder and what is beneath. */
int confine_files_allow(const struct confine_files *f, const char *path, uint64_t access);
/* For the folder that holds `file`. */
int confine_files_allow_beside(const struct confine_files *f, const char *file, uint64_t access);
/* The clock of a test, which stands in a file; nothing in other builds. */
int confine_files_allow_clock(const struct confine_files *f);
/* In force unless `rc`, which is returned then; frees. */
int confine_files_enter(struct confine_files *f, int rc);

#endif
