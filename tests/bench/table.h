/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_BENCH_TABLE_H
#define EMAGE_BENCH_TABLE_H

#include <stdio.h>

/* What is printed: a line a figure, with its ratio, target and verdict. */
struct table {
	FILE *out;
	unsigned n_missed;
};

void table_begin(struct table *t);
/* Ratio value / reference, to be at least, or at most, the target. */
void table_at_least(struct table *t, const char *what, const char *unit, double value,
    double reference, double target);
void table_at_most(struct table *t, const char *what, const char *unit, double value,
    double reference, double target);
/* The figure itself has a limit. */
void table_limit(struct table *t, const char *what, const char *unit, double value, double limit);
/* Ratio without a target. */
void table_figure(
    struct table *t, const char *what, const char *unit, double value, double reference);
/* Spread of the machine over the run. Sorts. */
void table_noise(struct table *t, double *ms, unsigned n);

#endif
