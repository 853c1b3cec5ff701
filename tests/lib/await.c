/* SPDX-License-Identifier: MIT */
/*
 * What other people's servers write, as it comes.
 */
#include "tests/lib/await.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/mem.h"

#define AWAIT_MS 60000

/* What stands behind `from`, freed by the caller; "" when there is no file. */
static char *
await_read(const char *path, size_t from)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *all = mem_strdup(""), chunk[4096];
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return all;
	lseek(fd, (off_t)from, SEEK_SET);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		all = mem_grow(all, len + (size_t)n + 1, 1);
		memcpy(all + len, chunk, (size_t)n);
		len += (size_t)n;
		all[len] = '\0';
	}
	close(fd);
	return all;
}

bool
await_text(const char *path, size_t from, const char *text, size_t *at_r)
{
	int64_t deadline_ms = clock_boot_ms() + AWAIT_MS;
	struct pollfd p = {.fd = inotify_init1(IN_CLOEXEC), .events = POLLIN};
	char *copy = mem_strdup(path), events[4096], *all, *found;
	bool watched = inotify_add_watch(p.fd, dirname(copy), IN_MODIFY | IN_CREATE) >= 0;

	free(copy);
	for (;;) {
		int64_t left_ms = deadline_ms - clock_boot_ms();

		all = await_read(path, from);
		found = strstr(all, text);
		if (found && at_r)
			*at_r = from + (size_t)(found - all) + strlen(text);
		if (found || !watched || left_ms <= 0 || poll(&p, 1, (int)left_ms) <= 0 ||
		    read(p.fd, events, sizeof(events)) < 0)
			break;
		free(all);
	}
	if (!found)
		fprintf(stderr, "%s never says \"%s\":\n%s\n", path, text, all);
	free(all);
	close(p.fd);
	return found != NULL;
}

unsigned
await_free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
		  getsockname(fd, (struct sockaddr *)&a, &len) == 0;

	close(fd);
	return ok ? ntohs(a.sin_port) : 0;
}
