/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_CLOCK_H
#define EMAGE_COMMON_CLOCK_H

#include <stdint.h>

/* Wall clock, milliseconds since 1970 UTC. A test fixes or shifts it with
 * EMAGE_TEST_CLOCK ("1480000000000", "+900000" or "@FILE": FILE holds a shift
 * in ms, read again at each call), which only builds with EMAGE_TESTING honour. */
int64_t clock_now_ms(void);
/* Never goes back, counts suspended time; for deadlines. Shifted likewise. */
int64_t clock_boot_ms(void);

/* A moment in the civil time of Europe/Paris (C-library zone data or, where
 * none is installed, the EU rule: last Sundays of March and October, 01:00 UTC). */
struct clock_civil {
	int year, month, day, hour, minute, second;
	int offset_min; /* from UTC */
};
struct clock_civil clock_paris(int64_t at_ms);
/* UTC epoch of a Paris civil time; of two candidates the earlier. */
int64_t clock_from_paris(int year, int month, int day, int hour, int minute, int second);
/* First ms of a yyyymmdd day in Paris, or INT64_MIN when there is no such day. */
int64_t clock_day_start_ms(uint32_t yyyymmdd);
/* The day after; input valid. */
uint32_t clock_next_day(uint32_t yyyymmdd);

#endif
