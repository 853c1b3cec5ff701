/* SPDX-License-Identifier: MIT */
/*
 * Days as people write them, in the languages of e-mage.
 */
#include "common/day.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"

void
day_text(const char *language, uint32_t yyyymmdd, char out_r[DAY_TEXT_LEN])
{
	static const char months[12][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	unsigned year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100, day = yyyymmdd % 100;

	if (strcmp(language, "en") == 0 && month >= 1 && month <= 12)
		snprintf(out_r, DAY_TEXT_LEN, "%02u %s %04u", day, months[month - 1], year);
	else if (strcmp(language, "de") == 0)
		snprintf(out_r, DAY_TEXT_LEN, "%02u.%02u.%04u", day, month, year);
	else
		snprintf(out_r, DAY_TEXT_LEN, "%02u/%02u/%04u", day, month, year);
}

uint32_t
day_paris(int64_t at_ms)
{
	struct clock_civil c = clock_paris(at_ms);

	return (uint32_t)(c.year * 10000 + c.month * 100 + c.day);
}
