/* SPDX-License-Identifier: MIT */
/*
 * Starting, pinning and weighing processes.
 */
#include "tests/bench/proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"

#define START_MS 10000

int64_t
proc_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
proc_pin(pid_t pid, int cpu)
{
	cpu_set_t set;
	int i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return;
	CPU_ZERO(&set);
	for (i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++)
		if (cpu == PROC_ANY_CPU || i == cpu)
			CPU_SET((size_t)i, &set);
	if (sched_setaffinity(pid, sizeof(set), &set) != 0)
		die("sched_setaffinity: %s", strerror(errno));
}

int
proc_run(const char *const *argv)
{
	pid_t pid = fork();
	int status, null;

	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("%s: %s", argv[0], strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
proc_answers(int port)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)port),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool up = connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0;

	close(fd);
	return up;
}

static int
proc_read_port(int fd)
{
	char line[32];
	size_t len = 0;

	while (len + 1 < sizeof(line) && read(fd, line + len, 1) == 1 && line[len] != '\n')
		len++;
	line[len] = '\0';
	return atoi(line);
}

void
proc_start(const char *const *argv, int cpu, int port, struct proc *p_r)
{
	int64_t from = proc_now_ns(), until = from + (int64_t)START_MS * 1000000;
	int out[2];

	if (pipe2(out, O_CLOEXEC) != 0)
		die("pipe: %s", strerror(errno));
	p_r->pid = fork();
	if (p_r->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		proc_pin(0, cpu);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(out[1]);
	p_r->port = port != 0 ? port : proc_read_port(out[0]);
	close(out[0]);
	while (p_r->port == 0 || !proc_answers(p_r->port)) {
		if (proc_now_ns() > until || waitpid(p_r->pid, NULL, WNOHANG) != 0)
			die("%s does not come up", argv[0]);
		poll(NULL, 0, 1);
	}
	p_r->start_ms = (double)(proc_now_ns() - from) / 1e6;
}

void
proc_stop(struct proc *p)
{
	kill(p->pid, SIGTERM);
	waitpid(p->pid, NULL, 0);
	p->pid = 0;
}

int64_t
proc_cpu_ns(pid_t pid)
{
	struct timespec t = {0};
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
proc_resident_kib(pid_t pid)
{
	char path[64], line[128];
	long long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmRSS: %lld kB", &kib) == 1)
			break;
	fclose(f);
	return kib;
}

int
proc_free_port(void)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&at, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		die("no free port: %s", strerror(errno));
	close(fd);
	return ntohs(at.sin_port);
}

static int
proc_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
proc_median(double *values, unsigned n)
{
	qsort(values, n, sizeof(*values), proc_compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double
proc_noise_ms(void)
{
	int64_t from = proc_now_ns();
	volatile uint64_t sink;
	uint64_t x = 1;
	unsigned i;

	for (i = 0; i < 20000000; i++)
		x = x * 6364136223846793005u + 1442695040888963407u;
	sink = x;
	(void)sink;
	return (double)(proc_now_ns() - from) / 1e6;
}
