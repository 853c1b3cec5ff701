/* SPDX-License-Identifier: MIT */
/*
 * Structured log lines on standard error, with the priority prefix that
 * systemd reads (sd-daemon(3)).
 */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* One write(2) a line, so that threads do not mix. */
#define LOG_LINE_MAX 1024

static atomic_int log_most_verbose = LOG_LEVEL_INFO;
static atomic_bool log_with_time;

void
log_set(enum log_level most_verbose, bool with_time)
{
	atomic_store(&log_most_verbose, (int)most_verbose);
	atomic_store(&log_with_time, with_time);
}

static size_t
log_time(char *out, size_t len)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	return strftime(out, len, "%Y-%m-%dT%H:%M:%SZ ", &tm);
}

void
log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	char line[LOG_LINE_MAX];
	int saved_errno = errno;
	size_t n, start;
	va_list ap;
	int len;

	if ((int)level > atomic_load(&log_most_verbose))
		return;
	n = (size_t)snprintf(line, sizeof(line), "<%d>", (int)level);
	if (atomic_load(&log_with_time))
		n += log_time(line + n, sizeof(line) - n);
	n += (size_t)snprintf(line + n, sizeof(line) - n, "%.64s%s", event, *fmt ? " " : "");
	start = n;
	errno = saved_errno; /* for %m */
	va_start(ap, fmt);
	len = vsnprintf(line + n, sizeof(line) - 1 - n, fmt, ap);
	va_end(ap);
	if (len > 0)
		n += (size_t)len;
	if (n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	for (size_t i = start; i < n; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	}
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0) {
		/* nowhere left to say so */
	}
	errno = saved_errno;
}
