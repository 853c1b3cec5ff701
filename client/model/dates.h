/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_DATES_H
#define EMAGE_CLIENT_MODEL_DATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/day.h"

/* Dates as people write and read them. */

/* "10/06/2016", "10.6.2016", "10-06-2016", "2016-06-10", "10062016": day before
 * month unless the year comes first. Empty gives 0. False when it is no day. */
bool dates_parse(const char *s, uint32_t *yyyymmdd_r);

#define DATES_LEN DAY_TEXT_LEN
/* "10/06/2016 10:22" (fr), "10.06.2016 10:22" (de), "10 Jun 2016 10:22" (en), in
 * the time of Paris. */
void dates_time(const char *language, int64_t at_ms, char out_r[DATES_LEN]);
/* The same without the time. */
void dates_day(const char *language, int64_t at_ms, char out_r[DATES_LEN]);
/* "14:32" */
void dates_clock(int64_t at_ms, char out_r[DATES_LEN]);

#endif
