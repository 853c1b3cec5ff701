/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_BENCH_LOAD_H
#define EMAGE_BENCH_LOAD_H

#include <stdint.h>
#include <sys/types.h>

/*
 * The load generator: signed-in connections to a server of data.h's directory,
 * driven from one thread. die()s when a reply is not what it must be.
 */
struct load;

struct load_target {
	int port;
	pid_t pid; /* whose processor time is counted */
	const char *ca_path;
	uint32_t n_patients; /* of the directory */
};

enum load_kind {
	LOAD_PAGE,  /* first page of one's exams: 10 of 30 */
	LOAD_WRITE, /* opens a report not opened just before: one row on record */
};

struct load_result {
	double per_s;
	double cpu_us; /* server's, per request */
	double p50_us, p99_us;
	uint64_t n;
};

/* Connects n times and resumes sessions 0 .. n-1. */
struct load *load_open(const struct load_target *t, uint32_t n);
void load_close(struct load **l);

/* As fast as replies come, in_flight requests at a time over all connections
 * in turn. Latency is from the sending. */
void load_flat_out(
    struct load *l, enum load_kind kind, unsigned in_flight, int ms, struct load_result *r);
/* So many a second, whatever comes back when. Latency is from the moment the
 * request was planned for. */
void load_at_rate(struct load *l, enum load_kind kind, double per_s, int ms, struct load_result *r);
/* Connects and resumes sessions 0 .. n-1 one after the other; the time that each
 * took, in ms. */
void load_sign_ins(const struct load_target *t, uint32_t n, double *ms_r);
/* n connections that begin a handshake and say no more. Descriptors in fds_r. */
void load_half_open(const struct load_target *t, uint32_t n, int *fds_r);
/* Full handshakes, `in_flight` at a time, each connection closed after it. */
void load_handshakes(
    const struct load_target *t, unsigned in_flight, int ms, struct load_result *r);

#endif
