/* SPDX-License-Identifier: MIT */
/*
 * Stands between a program and its disk. See disk_preload.h.
 */
#include "tests/fault/disk_preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static const volatile char *control;

__attribute__((constructor)) static void
preload_start(void)
{
	const char *path = getenv(FAULT_CONTROL);
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map = fd >= 0 ? mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (fd >= 0)
		close(fd);
	if (map != MAP_FAILED)
		control = map;
}

static bool
preload_is_hit(int fd)
{
	char link[64], path[512];
	ssize_t n;

	if (control == NULL || *control == FAULT_NONE)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return strstr(path, FAULT_FILES) != NULL;
}

/* True when the write fails, with errno set. */
static bool
preload_refuses_write(int fd)
{
	if (!preload_is_hit(fd) || *control == FAULT_SYNC_FAILS)
		return false;
	errno = *control == FAULT_FULL ? ENOSPC : EIO;
	return true;
}

static bool
preload_refuses_sync(int fd)
{
	if (!preload_is_hit(fd) || *control == FAULT_FULL)
		return false;
	errno = EIO;
	return true;
}

/* The C library's own function of this name. ISO C has no way to turn an object
 * pointer into one to a function; POSIX promises that this one works. */
static void
preload_next(const char *name, void *function_r)
{
	void *next = dlsym(RTLD_NEXT, name);

	if (next == NULL)
		abort();
	memcpy(function_r, &next, sizeof(next));
}

#define PRELOAD_PWRITE(name, offset_type)                                                          \
	ssize_t name(int fd, const void *bytes, size_t n, offset_type at);                         \
	ssize_t name(int fd, const void *bytes, size_t n, offset_type at)                          \
	{                                                                                          \
		static ssize_t (*next)(int, const void *, size_t, offset_type);                    \
                                                                                                   \
		if (next == NULL)                                                                  \
			preload_next(#name, &next);                                                \
		return preload_refuses_write(fd) ? -1 : next(fd, bytes, n, at);                    \
	}
PRELOAD_PWRITE(pwrite, off_t)
PRELOAD_PWRITE(pwrite64, off64_t)

ssize_t
write(int fd, const void *bytes, size_t n)
{
	static ssize_t (*next)(int, const void *, size_t);

	if (next == NULL)
		preload_next("write", &next);
	return preload_refuses_write(fd) ? -1 : next(fd, bytes, n);
}

#define PRELOAD_SYNC(name)                                                                         \
	int name(int fd)                                                                           \
	{                                                                                          \
		static int (*next)(int);                                                           \
                                                                                                   \
		if (next == NULL)                                                                  \
			preload_next(#name, &next);                                                \
		return preload_refuses_sync(fd) ? -1 : next(fd);                                   \
	}
PRELOAD_SYNC(fsync)
PRELOAD_SYNC(fdatasync)
