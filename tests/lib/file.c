/* SPDX-License-Identifier: MIT */
/*
 * Files that tests lay out.
 */
#include "tests/lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"

/* Of a walk, at a time; deeper ones are opened anew. */
#define OPEN_FOLDERS 16

static void file_put(const char *text, mode_t mode, const char *path_fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

static void
file_put(const char *text, mode_t mode, const char *path_fmt, va_list ap)
{
	size_t len = strlen(text);
	char *path;
	int fd;

	if (vasprintf(&path, path_fmt, ap) < 0)
		die("out of memory");
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || close(fd) != 0)
		die("tests: %s: %s", path, strerror(errno));
	free(path);
}

void
file_write(const char *text, const char *path_fmt, ...)
{
	va_list ap;

	va_start(ap, path_fmt);
	file_put(text, 0600, path_fmt, ap);
	va_end(ap);
}

void
file_write_script(const char *text, const char *path_fmt, ...)
{
	va_list ap;

	va_start(ap, path_fmt);
	file_put(text, 0700, path_fmt, ap);
	va_end(ap);
}

static int
file_remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int
file_remove_all(const char *folder)
{
	return nftw(folder, file_remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}
