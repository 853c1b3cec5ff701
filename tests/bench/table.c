/* SPDX-License-Identifier: MIT */
/*
 * The table of make bench.
 */
#include "tests/bench/table.h"

#include <stdbool.h>
#include <string.h>

#include "tests/bench/proc.h"

static void
table_number(char *out, size_t len, double value)
{
	snprintf(out, len, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
}

static void
table_row(struct table *t, const char *what, const char *unit, double value, double reference,
    const char *target, const char *verdict)
{
	char figure[32], of[32] = "", ratio[32] = "";

	table_number(figure, sizeof(figure), value);
	if (reference > 0) {
		table_number(of, sizeof(of), reference);
		snprintf(ratio, sizeof(ratio), "%.2f", value / reference);
	}
	fprintf(t->out, "%-42s %10s %-5s %10s %6s  %-8s %s\n", what, figure, unit, of, ratio,
	    target, verdict);
	fflush(t->out);
}

void
table_begin(struct table *t)
{
	fprintf(t->out, "%-42s %10s %-5s %10s %6s  %-8s %s\n", "what", "figure", "", "reference",
	    "ratio", "target", "");
}

static void
table_judged(struct table *t, const char *what, const char *unit, double value, double reference,
    const char *target, bool met)
{
	t->n_missed += !met;
	table_row(t, what, unit, value, reference, target, met ? "met" : "NOT MET");
}

void
table_at_least(struct table *t, const char *what, const char *unit, double value, double reference,
    double target)
{
	char text[32];

	snprintf(text, sizeof(text), ">= %.2f", target);
	table_judged(t, what, unit, value, reference, text, value >= target * reference);
}

void
table_at_most(struct table *t, const char *what, const char *unit, double value, double reference,
    double target)
{
	char text[32];

	snprintf(text, sizeof(text), "<= %.2f", target);
	table_judged(t, what, unit, value, reference, text, value <= target * reference);
}

void
table_limit(struct table *t, const char *what, const char *unit, double value, double limit)
{
	char text[32];

	snprintf(text, sizeof(text), "<= %g", limit);
	table_judged(t, what, unit, value, 0, text, value <= limit);
}

void
table_figure(struct table *t, const char *what, const char *unit, double value, double reference)
{
	table_row(t, what, unit, value, reference, "", "");
}

void
table_noise(struct table *t, double *ms, unsigned n)
{
	double middle = proc_median(ms, n); /* sorted now */

	fprintf(t->out,
	    "noise: a fixed calculation took %.1f ms, between %.1f and %.1f over %u runs"
	    " (%+.0f %% to %+.0f %%)\n",
	    middle, ms[0], ms[n - 1], n, (ms[0] / middle - 1) * 100,
	    (ms[n - 1] / middle - 1) * 100);
}
