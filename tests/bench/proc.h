/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_BENCH_PROC_H
#define EMAGE_BENCH_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Programs that are measured: where they run, what they use. */

/* Runs one to its end, its output discarded; its exit status, -1 = killed. */
int proc_run(const char *const *argv);

struct proc {
	double start_ms; /* from exec to the first answer */
	pid_t pid;
	int port;
};
/* Starts a server on one core and waits until its port answers. With `port` 0
 * the program prints it on its first line of output. die()s when it does not
 * come up. */
void proc_start(const char *const *argv, int cpu, int port, struct proc *p_r);
/* SIGTERM, then waits. */
void proc_stop(struct proc *p);
#define PROC_ANY_CPU (-1)
void proc_pin(pid_t pid, int cpu);

int64_t proc_now_ns(void);
/* Processor time of a process with all its threads. */
int64_t proc_cpu_ns(pid_t pid);
int64_t proc_resident_kib(pid_t pid);
/* A free port of the loopback address. */
int proc_free_port(void);

/* Sorts. */
double proc_median(double *values, unsigned n);
/* Time of a fixed calculation: the machine's own noise shows in it. */
double proc_noise_ms(void);

#endif
