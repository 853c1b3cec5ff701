/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_BENCH_WRITES_H
#define EMAGE_BENCH_WRITES_H

/*
 * Durable rows a second, in a database of their own in this directory. The row
 * is the one that an opened report puts on record.
 */
/* The least it can cost: 64 rows a commit, written by one thread. */
double writes_raw(const char *directory, int ms);
/* The store: n threads, each waiting for its row before the next. */
double writes_store(const char *directory, unsigned n_threads, int ms);

#endif
