/* SPDX-License-Identifier: MIT */
/*
 * Files of images: made without a name, made durable, then named after their
 * instance; a mark in "incoming" tells the next start which names may lack a
 * row.
 */
#include "server/handle/media.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sodium.h>

#include "common/err.h"
#include "common/log.h"

#define INCOMING       "incoming"
#define NAME_MAX_BYTES 40u
#define COPY_MAX_BYTES ((size_t)1 << 30)

static const char *const endings[] = {[MEDIA_FRAMES] = "jls", [MEDIA_ORIGINAL] = "dcm"};

static void
media_name(char out_r[NAME_MAX_BYTES], uint64_t id, enum media_kind kind)
{
	(void)snprintf(out_r, NAME_MAX_BYTES, "%02x/%016" PRIx64 ".%s", (unsigned)(id & 0xff), id,
	    endings[kind]);
}

static void
media_mark_name(char out_r[NAME_MAX_BYTES], uint64_t id)
{
	(void)snprintf(out_r, NAME_MAX_BYTES, INCOMING "/%016" PRIx64, id);
}

/* Opens beneath the folder, following nothing (P-07). Where the kernel or a
 * container has no openat2, names made here of digits are the whole guard. */
static int
media_openat(int media_fd, const char *name, int flags)
{
	struct open_how how = {
	    .flags = (unsigned)(flags | O_CLOEXEC),
	    .mode = flags & O_CREAT ? 0600 : 0,
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, media_fd, name, &how, sizeof(how));

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = openat(media_fd, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd;
}

static int
media_failed(const char *step)
{
	log_error("media.failed", "step=%s cause=%s", step, strerrorname_np(errno));
	return -EM_E_IO;
}

int
media_temp(int media_fd)
{
	int fd = openat(media_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char name[NAME_MAX_BYTES];
	uint64_t random;

	if (fd >= 0)
		return fd;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
		return media_failed("temp");
	/* a file system without O_TMPFILE: the name lives for a moment only */
	randombytes_buf(&random, sizeof(random));
	(void)snprintf(name, sizeof(name), ".%016" PRIx64, random);
	fd = media_openat(media_fd, name, O_CREAT | O_EXCL | O_RDWR);
	if (fd < 0)
		return media_failed("temp");
	(void)unlinkat(media_fd, name, 0);
	return fd;
}

uint64_t
media_new_id(int64_t now_ms)
{
	/* 42 bits of time (until the year 2109), 20 of chance: positive, and in
	 * order of arrival, as the store's index likes them */
	return ((uint64_t)now_ms & ((UINT64_C(1) << 42) - 1)) << 20 | randombytes_uniform(1u << 20);
}

/* A file that was never linked cannot be linked on every file system. */
static int
media_copy(int media_fd, int fd, const char *name)
{
	int to = media_openat(media_fd, name, O_CREAT | O_EXCL | O_WRONLY);
	off_t from = 0;
	ssize_t n;
	int rc = 0;

	if (to < 0)
		return errno == EEXIST ? -EM_E_EXISTS : media_failed("copy");
	while ((n = copy_file_range(fd, &from, to, NULL, COPY_MAX_BYTES, 0)) > 0)
		;
	if (n < 0 || fdatasync(to) < 0)
		rc = media_failed("copy");
	(void)close(to);
	if (rc < 0)
		(void)unlinkat(media_fd, name, 0);
	return rc;
}

static int
media_link(int media_fd, int fd, const char *name)
{
	char self[32];

	if (fdatasync(fd) < 0 || fchmod(fd, 0400) < 0)
		return media_failed("sync");
	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, self, media_fd, name, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	if (errno == EEXIST)
		return -EM_E_EXISTS;
	return media_copy(media_fd, fd, name);
}

static int
media_sync_dir(int media_fd, const char *name)
{
	int fd = media_openat(media_fd, name, O_RDONLY | O_DIRECTORY);
	int rc = 0;

	if (fd < 0 || fsync(fd) < 0)
		rc = media_failed("sync");
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static int
media_make_dir(int media_fd, const char *name)
{
	if (mkdirat(media_fd, name, 0700) == 0)
		return media_sync_dir(media_fd, ".");
	return errno == EEXIST ? 0 : media_failed("mkdir");
}

static int
media_mark(int media_fd, uint64_t id)
{
	char name[NAME_MAX_BYTES];
	int fd, rc = media_make_dir(media_fd, INCOMING);

	if (rc < 0)
		return rc;
	media_mark_name(name, id);
	fd = media_openat(media_fd, name, O_CREAT | O_EXCL | O_WRONLY);
	if (fd < 0)
		return errno == EEXIST ? -EM_E_EXISTS : media_failed("mark");
	(void)close(fd);
	return media_sync_dir(media_fd, INCOMING);
}

int
media_keep(int media_fd, uint64_t id, int frames_fd, int original_fd)
{
	char frames[NAME_MAX_BYTES], original[NAME_MAX_BYTES], dir[3];
	bool frames_named = false, original_named = false;
	int rc;

	media_name(frames, id, MEDIA_FRAMES);
	media_name(original, id, MEDIA_ORIGINAL);
	memcpy(dir, original, 2);
	dir[2] = '\0';
	rc = media_mark(media_fd, id);
	if (rc < 0)
		return rc;
	rc = media_make_dir(media_fd, dir);
	if (rc == 0) {
		rc = media_link(media_fd, original_fd, original);
		original_named = rc == 0;
	}
	if (rc == 0 && frames_fd >= 0) {
		rc = media_link(media_fd, frames_fd, frames);
		frames_named = rc == 0;
	}
	if (rc == 0)
		rc = media_sync_dir(media_fd, dir);
	if (rc == 0)
		return 0;
	/* only what this call has named: an id that is taken keeps its files */
	if (original_named)
		(void)unlinkat(media_fd, original, 0);
	if (frames_named)
		(void)unlinkat(media_fd, frames, 0);
	media_settle(media_fd, id, true);
	return rc;
}

void
media_settle(int media_fd, uint64_t id, bool kept)
{
	char name[NAME_MAX_BYTES];

	for (int kind = MEDIA_FRAMES; !kept && kind <= MEDIA_ORIGINAL; kind++) {
		media_name(name, id, (enum media_kind)kind);
		if (unlinkat(media_fd, name, 0) < 0 && errno != ENOENT)
			(void)media_failed("remove");
	}
	media_mark_name(name, id);
	if (unlinkat(media_fd, name, 0) < 0 && errno != ENOENT)
		(void)media_failed("unmark");
}

int
media_open(int media_fd, uint64_t id, enum media_kind kind)
{
	char name[NAME_MAX_BYTES];
	int fd;

	media_name(name, id, kind);
	fd = media_openat(media_fd, name, O_RDONLY);
	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return media_failed("open");
	/* a row without its file: damage, not a foreign id */
	log_error("media.missing", "kind=%s", endings[kind]);
	return -EM_E_NOT_FOUND;
}

int
media_size(int media_fd, uint64_t id, enum media_kind kind, uint64_t *n_bytes_r)
{
	char name[NAME_MAX_BYTES];
	struct stat st;

	media_name(name, id, kind);
	if (fstatat(media_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? -EM_E_NOT_FOUND : media_failed("stat");
	*n_bytes_r = (uint64_t)st.st_size;
	return 0;
}

/* One entry of "incoming": a mark of ours, or something else, which is left. */
static int
media_sweep_one(int media_fd, struct store_conn *db, const char *entry, unsigned *n_r)
{
	char *end;
	uint64_t id;
	bool exists = true;
	int rc;

	if (strlen(entry) != 16 || strspn(entry, "0123456789abcdef") != 16)
		return 0;
	id = strtoull(entry, &end, 16);
	rc = store_instance_exists(db, id, &exists);
	if (rc < 0)
		return rc;
	media_settle(media_fd, id, exists);
	*n_r += !exists;
	return 0;
}

int
media_sweep(int media_fd, struct store_conn *db)
{
	int fd = media_openat(media_fd, INCOMING, O_RDONLY | O_DIRECTORY), rc = 0;
	unsigned n_removed = 0;
	const struct dirent *e;
	DIR *d;

	if (fd < 0)
		return errno == ENOENT ? 0 : media_failed("sweep");
	d = fdopendir(fd);
	if (d == NULL) {
		(void)close(fd);
		return media_failed("sweep");
	}
	while (rc == 0 && (e = readdir(d)) != NULL)
		rc = media_sweep_one(media_fd, db, e->d_name, &n_removed);
	(void)closedir(d);
	if (n_removed > 0)
		log_info("media.swept", "removed=%u", n_removed);
	return rc;
}
