/* SPDX-License-Identifier: MIT */
/*
 * Telling the service manager.
 */
#include "server/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/log.h"

/* The process has one service manager. */
static int notify_fd = -1;
static int64_t notify_interval_ms;

static void
notify_setup_watchdog(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!usec || (pid && strtol(pid, NULL, 10) != getpid()))
		return;
	/* half of it, as sd_watchdog_enabled(3) advises */
	notify_interval_ms = strtoll(usec, NULL, 10) / 2000;
}

static void
notify_connect(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t len = strlen(path);

	if (len < 2 || len >= sizeof(sun.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(sun.sun_path, path, len);
	if (path[0] == '@')
		sun.sun_path[0] = '\0';
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify_fd < 0)
		return;
	if (connect(notify_fd, (const struct sockaddr *)&sun,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) != 0) {
		close(notify_fd);
		notify_fd = -1;
	}
}

void
notify_setup(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	if (path) {
		notify_connect(path);
		if (notify_fd < 0)
			log_warn("notify.setup", "result=unusable");
	}
	notify_setup_watchdog();
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void
notify_send(const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int n;

	if (notify_fd < 0)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		return;
	if (send(notify_fd, text, (size_t)n, MSG_NOSIGNAL) < 0)
		log_warn("notify.send", "result=failed");
}

int64_t
notify_watchdog_ms(void)
{
	return notify_interval_ms;
}
