/* SPDX-License-Identifier: MIT */
/*
 * make bench: what emaged costs against the least that the same work can cost,
 * on this machine, in this run. Only the ratios say something; the noise of the
 * machine stands below them.
 *
 *	bench BUILD [PATIENTS]
 *
 * Servers run on core 0, the load generator on core 1. What is compared runs
 * alternately, RUNS times; medians are printed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "tests/bench/access.h"
#include "tests/bench/data.h"
#include "tests/bench/load.h"
#include "tests/bench/proc.h"
#include "tests/bench/table.h"
#include "tests/bench/ui.h"
#include "tests/bench/writes.h"

#define SERVER_CPU 0
#define LOAD_CPU   1
#define RUNS	   5
#define RUN_MS	   1500
#define N_CONNS	   64
#define N_WIDE	   2048 /* connections of different patients, for the cost of a page */
#define N_IDLE	   10000
#define N_SIGN_INS 200
#define N_SMALL	   10000 /* patients */
#define N_LARGE	   1000000

enum who { REFERENCE, EMAGED, N_WHO };

struct bench {
	const char *build;
	char *directory[2]; /* small, large */
	uint32_t n_patients[2];
	double noise_ms[64];
	unsigned n_noise;
	struct table table;
};

/* ----------------------------------------------------------------- servers */

static char *
bench_config(const struct bench *b, int size, int port)
{
	char *path = mem_printf("%s/bench.conf", b->directory[size]);
	FILE *f = fopen(path, "we");

	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	fprintf(f,
	    "[listen]\nport = %d\n[storage]\ndirectory = %s\ncache_mib = %d\n"
	    "[threads]\nio = 1\nhash = 1\nimaging = 1\n"
	    "[limits]\nconnections = 20000\nunauthenticated = 20000\n"
	    "handshake_s = 60\nsource_signins = 100000\nsession_requests = 1000000\n[log]\nlevel = "
	    "error\n",
	    port, b->directory[size], BENCH_CACHE_MIB);
	if (fclose(f) != 0)
		die("%s: %s", path, strerror(errno));
	return path;
}

static void
bench_start(const struct bench *b, enum who who, int size, uint32_t n_sessions, struct proc *p_r)
{
	char *program, *config;
	int port;

	data_sessions(b->directory[size], b->n_patients[size], n_sessions);
	if (who == REFERENCE) {
		program = mem_printf("%s/tests/bench/reference", b->build);
		const char *argv[] = {program, b->directory[size], "1", NULL};

		proc_start(argv, SERVER_CPU, 0, p_r);
	} else {
		port = proc_free_port();
		config = bench_config(b, size, port);
		program = mem_printf("%s/emaged", b->build);
		const char *argv[] = {program, "-c", config, NULL};

		proc_start(argv, SERVER_CPU, port, p_r);
		free(config);
	}
	free(program);
}

static struct load_target
bench_target(const struct bench *b, int size, const struct proc *p, char **ca_r)
{
	*ca_r = mem_printf("%s/tls/ca.pem", b->directory[size]);
	return (struct load_target){
	    .port = p->port,
	    .pid = p->pid,
	    .ca_path = *ca_r,
	    .n_patients = b->n_patients[size],
	};
}

static void
bench_noise(struct bench *b)
{
	if (b->n_noise < ARRAY_LEN(b->noise_ms))
		b->noise_ms[b->n_noise++] = proc_noise_ms();
}

/* ------------------------------------------------------------ page requests */

struct bench_page {
	double per_s[RUNS], cpu_us[RUNS], p99_us[RUNS];
};

static void
bench_page_run(struct bench *b, enum who who, double half_per_s, struct load_result *flat_r,
    struct load_result *half_r)
{
	struct load_target t;
	struct proc p;
	struct load *l;
	char *ca;

	bench_start(b, who, 1, N_CONNS, &p);
	t = bench_target(b, 1, &p, &ca);
	l = load_open(&t, N_CONNS);
	load_flat_out(l, LOAD_PAGE, N_CONNS, RUN_MS, flat_r);
	if (half_per_s == 0)
		half_per_s = flat_r->per_s / 2;
	load_at_rate(l, LOAD_PAGE, half_per_s, RUN_MS, half_r);
	load_close(&l);
	proc_stop(&p);
	free(ca);
}

static void
bench_pages(struct bench *b)
{
	struct bench_page of[N_WHO];
	struct load_result flat, half;
	double half_per_s;
	unsigned i;
	int who;

	for (i = 0; i < RUNS; i++) {
		half_per_s = 0;
		for (who = REFERENCE; who < N_WHO; who++) {
			bench_page_run(b, (enum who)who, half_per_s, &flat, &half);
			of[who].per_s[i] = flat.per_s;
			of[who].cpu_us[i] = flat.cpu_us;
			of[who].p99_us[i] = half.p99_us;
			if (who == REFERENCE)
				half_per_s = flat.per_s / 2;
			bench_noise(b);
		}
	}
	table_at_least(&b->table, "page of exams, 64 connections", "req/s",
	    proc_median(of[EMAGED].per_s, RUNS), proc_median(of[REFERENCE].per_s, RUNS), 0.75);
	table_figure(&b->table, "  its processor time", "us", proc_median(of[EMAGED].cpu_us, RUNS),
	    proc_median(of[REFERENCE].cpu_us, RUNS));
	table_at_most(&b->table, "  p99 at half the reference's load", "us",
	    proc_median(of[EMAGED].p99_us, RUNS), proc_median(of[REFERENCE].p99_us, RUNS), 2);
}

/* Processor time of a page when each request is another patient's. */
static double
bench_wide(struct bench *b, int size)
{
	struct load_result r;
	struct load_target t;
	struct proc p;
	struct load *l;
	char *ca;

	bench_start(b, EMAGED, size, N_WIDE, &p);
	t = bench_target(b, size, &p, &ca);
	l = load_open(&t, N_WIDE);
	load_flat_out(l, LOAD_PAGE, N_CONNS, RUN_MS, &r);
	load_close(&l);
	proc_stop(&p);
	free(ca);
	return r.cpu_us;
}

static void
bench_growth(struct bench *b)
{
	double cpu_us[2][RUNS];
	char *what;
	unsigned i;
	int size;

	for (i = 0; i < RUNS; i++)
		for (size = 0; size < 2; size++)
			cpu_us[size][i] = bench_wide(b, size);
	bench_noise(b);
	what = mem_printf("page, %u patients against %u", b->n_patients[1], b->n_patients[0]);
	table_at_most(
	    &b->table, what, "us", proc_median(cpu_us[1], RUNS), proc_median(cpu_us[0], RUNS), 1.3);
	free(what);
}

/* --------------------------------------------------------------- handshakes */

static void
bench_handshakes(struct bench *b)
{
	double per_core[N_WHO][RUNS], per_s[N_WHO][RUNS];
	struct load_result r;
	struct load_target t;
	struct proc p;
	unsigned i;
	char *ca;
	int who;

	for (i = 0; i < RUNS; i++) {
		for (who = REFERENCE; who < N_WHO; who++) {
			bench_start(b, (enum who)who, 0, 1, &p);
			t = bench_target(b, 0, &p, &ca);
			load_handshakes(&t, 16, RUN_MS, &r);
			per_s[who][i] = r.per_s;
			per_core[who][i] = 1e6 / r.cpu_us;
			proc_stop(&p);
			free(ca);
		}
	}
	bench_noise(b);
	/* the other end of a handshake costs more than the server's, so a rate
	 * against the clock would measure the load generator */
	table_at_least(&b->table, "full TLS 1.3 handshakes a core", "/s",
	    proc_median(per_core[EMAGED], RUNS), proc_median(per_core[REFERENCE], RUNS), 0.85);
	table_figure(&b->table, "  as fast as one other core asks", "/s",
	    proc_median(per_s[EMAGED], RUNS), proc_median(per_s[REFERENCE], RUNS));
}

/* ------------------------------------------------------------------- memory */

static void
bench_idle(struct bench *b)
{
	struct load_target t;
	struct load *l;
	struct proc p;
	int64_t empty_kib, full_kib;
	char *ca;

	bench_start(b, REFERENCE, 0, 1, &p);
	empty_kib = proc_resident_kib(p.pid);
	proc_stop(&p);
	bench_start(b, EMAGED, 0, N_IDLE, &p);
	t = bench_target(b, 0, &p, &ca);
	l = load_open(&t, N_IDLE);
	full_kib = proc_resident_kib(p.pid);
	load_close(&l);
	proc_stop(&p);
	free(ca);
	table_limit(&b->table, "memory per idle signed-in connection", "KiB",
	    (double)(full_kib - empty_kib) / N_IDLE, 24);
}

/* ------------------------------------------------------------- half-open ones */

/* Sign-ins while so many others have begun a handshake and say no more. */
static void
bench_half_open(struct bench *b)
{
	int *held = mem_new_array(N_IDLE, sizeof(*held));
	double quiet[N_SIGN_INS], crowded[N_SIGN_INS];
	struct load_target t;
	struct proc p;
	unsigned i;
	char *ca;

	bench_start(b, EMAGED, 0, N_SIGN_INS, &p);
	t = bench_target(b, 0, &p, &ca);
	load_sign_ins(&t, N_SIGN_INS, quiet);
	proc_stop(&p);
	free(ca);
	bench_start(b, EMAGED, 0, N_SIGN_INS, &p);
	t = bench_target(b, 0, &p, &ca);
	load_half_open(&t, N_IDLE, held);
	load_sign_ins(&t, N_SIGN_INS, crowded);
	for (i = 0; i < N_IDLE; i++)
		close(held[i]);
	proc_stop(&p);
	free(ca);
	free(held);
	proc_median(quiet, N_SIGN_INS); /* sorts */
	proc_median(crowded, N_SIGN_INS);
	table_limit(&b->table, "p99 of sign-ins, 10000 half-open held", "ms",
	    crowded[N_SIGN_INS - 1 - N_SIGN_INS / 100], 9);
	table_figure(&b->table, "  their median, against none held", "ms", crowded[N_SIGN_INS / 2],
	    quiet[N_SIGN_INS / 2]);
}

/* ------------------------------------------------------------------- writes */

static double
bench_write_run(struct bench *b, enum who who)
{
	struct load_target t;
	struct load_result r;
	struct load *l;
	struct proc p;
	char *ca;

	bench_start(b, who, 0, N_CONNS, &p);
	t = bench_target(b, 0, &p, &ca);
	l = load_open(&t, N_CONNS);
	load_flat_out(l, LOAD_WRITE, N_CONNS, RUN_MS, &r);
	load_close(&l);
	proc_stop(&p);
	free(ca);
	return r.per_s;
}

static void
bench_writes(struct bench *b)
{
	double wire[N_WHO][RUNS], store[RUNS], raw[RUNS];
	unsigned i;
	int who;

	for (i = 0; i < RUNS; i++)
		for (who = REFERENCE; who < N_WHO; who++)
			wire[who][i] = bench_write_run(b, (enum who)who);
	bench_noise(b);
	proc_pin(0, PROC_ANY_CPU);
	for (i = 0; i < RUNS; i++) {
		raw[i] = writes_raw(b->directory[0], RUN_MS);
		store[i] = writes_store(b->directory[0], N_CONNS, RUN_MS);
	}
	proc_pin(0, LOAD_CPU);
	bench_noise(b);
	table_at_least(&b->table, "acknowledged writes, 64 connections", "/s",
	    proc_median(wire[EMAGED], RUNS), proc_median(wire[REFERENCE], RUNS), 0.7);
	table_at_least(&b->table, "  rows of 64 threads in the store alone", "/s",
	    proc_median(store, RUNS), proc_median(raw, RUNS), 0.7);
}

static void
bench_start_up(struct bench *b)
{
	double ms[RUNS];
	struct proc p;
	unsigned i;

	for (i = 0; i < RUNS; i++) {
		data_sessions(b->directory[1], b->n_patients[1], 1);
		bench_start(b, EMAGED, 1, 1, &p);
		ms[i] = p.start_ms;
		proc_stop(&p);
	}
	table_limit(
	    &b->table, "start of emaged until it answers", "ms", proc_median(ms, RUNS), 200);
}

static void
bench_access(struct bench *b)
{
	struct load_target t;
	struct proc p;
	char *ca;

	access_fill(b->directory[0], b->n_patients[0]);
	bench_start(b, EMAGED, 0, ACCESS_SESSIONS, &p);
	t = bench_target(b, 0, &p, &ca);
	access_measure(&t, &b->table);
	proc_stop(&p);
	free(ca);
	bench_noise(b);
}

static void
bench_client(struct bench *b)
{
	proc_pin(0, PROC_ANY_CPU);
	ui_measure(&b->table);
	proc_pin(0, LOAD_CPU);
}

/* --------------------------------------------------------------------- main */

static void
bench_set_up(struct bench *b, const char *build, uint32_t n_large)
{
	struct rlimit files;
	char *parent = mem_printf("%s/bench-data", build);
	int size;

	secret_setup();
	b->build = build;
	b->n_patients[0] = n_large < N_SMALL ? n_large : N_SMALL;
	b->n_patients[1] = n_large;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (mkdir(parent, 0700) != 0 && errno != EEXIST)
		die("%s: %s", parent, strerror(errno));
	for (size = 0; size < 2; size++) {
		b->directory[size] = mem_printf("%s/%u", parent, b->n_patients[size]);
		data_make(build, b->directory[size], b->n_patients[size]);
	}
	free(parent);
	proc_pin(0, LOAD_CPU);
}

int
main(int argc, char **argv)
{
	struct bench b = {.table = {.out = stdout}};
	static const struct {
		const char *name;
		void (*run)(struct bench *b);
	} parts[] = {
	    {"pages", bench_pages},
	    {"growth", bench_growth},
	    {"handshakes", bench_handshakes},
	    {"idle", bench_idle},
	    {"half-open", bench_half_open},
	    {"writes", bench_writes},
	    {"start", bench_start_up},
	    {"access", bench_access},
	    {"client", bench_client},
	};
	char *build;
	size_t i;

	if (argc < 2 || (build = realpath(argv[1], NULL)) == NULL)
		die("usage: bench BUILD [PATIENTS [PART]]");
	bench_set_up(&b, build, argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : N_LARGE);
	table_begin(&b.table);
	for (i = 0; i < ARRAY_LEN(parts); i++)
		if (argc <= 3 || strcmp(argv[3], parts[i].name) == 0)
			parts[i].run(&b);
	if (b.n_noise > 1)
		table_noise(&b.table, b.noise_ms, b.n_noise);
	free(b.directory[0]);
	free(b.directory[1]);
	free(build);
	return 0;
}
