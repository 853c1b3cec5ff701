/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_BENCH_ACCESS_H
#define EMAGE_BENCH_ACCESS_H

#include "tests/bench/load.h"
#include "tests/bench/table.h"

/*
 * Histories of accesses, the directory of professionals, blocks.
 */
#define ACCESS_SESSIONS 66u /* of data_sessions(): 64 that load, 2 that measure */

/* Puts a directory of 300,000 professionals and two histories, of 61 and of
 * 100,000 rows, into the database, unless they are there. No server runs. */
void access_fill(const char *directory, uint32_t n_patients);
/* Against a server of that directory. */
void access_measure(const struct load_target *t, struct table *table);

#endif
