/* SPDX-License-Identifier: MIT */
/*
 * Letters as files.
 */
#include "letter/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX_COPIES 999

int
file_write(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int
file_new(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc;

	if (fd < 0)
		return -errno;
	rc = file_write(fd, bytes, len);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc < 0)
		unlink(path);
	return rc;
}

static void
file_tame(char *name)
{
	static const char good[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";

	for (; *name; name++)
		if (!strchr(good, *name))
			*name = '-';
}

int
file_new_in(const char *folder, const char *stem, const char *ext, const void *bytes, size_t len,
    char path_r[PATH_MAX])
{
	char name[NAME_MAX / 2];
	int rc = -EEXIST;

	snprintf(name, sizeof(name), "%s", stem);
	file_tame(name);
	for (int i = 1; rc == -EEXIST && i <= FILE_MAX_COPIES; i++) {
		char copy[16] = "";
		int n;

		if (i > 1)
			snprintf(copy, sizeof(copy), "-%d", i);
		n = snprintf(path_r, PATH_MAX, "%s/%s%s.%s", folder, name, copy, ext);
		if (n >= PATH_MAX)
			return -ENAMETOOLONG;
		rc = file_new(path_r, bytes, len);
	}
	return rc;
}
