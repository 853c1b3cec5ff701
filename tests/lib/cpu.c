/* SPDX-License-Identifier: MIT */
/*
 * Processor time of other processes.
 */
#include "tests/lib/cpu.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/err.h"

int64_t
cpu_of_us(pid_t pid)
{
	char path[64];
	long user = 0, sys = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld",
		      &user, &sys) != 2)
		die("%s: %s", path, strerror(errno));
	fclose(f);
	return (user + sys) * (INT64_C(1000000) / sysconf(_SC_CLK_TCK));
}

int64_t
cpu_of_children_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * INT64_C(1000000) + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec;
}
