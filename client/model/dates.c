/* SPDX-License-Identifier: MIT */
/*
 * Dates in and out.
 */
#include "client/model/dates.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"

struct dates_parts {
	unsigned value[3];
	size_t digits[3];
	size_t n;
};

/* Numbers between single separators; false for anything else. */
static bool
dates_split(const char *s, struct dates_parts *p)
{
	*p = (struct dates_parts){.n = 1};
	for (; *s; s++) {
		size_t i = p->n - 1;

		if (*s >= '0' && *s <= '9') {
			if (++p->digits[i] > 8)
				return false;
			p->value[i] = p->value[i] * 10 + (unsigned)(*s - '0');
		} else if (strchr("/.-", *s)) {
			if (p->digits[i] == 0 || p->n == 3)
				return false;
			p->n++;
		} else {
			return false;
		}
	}
	return p->digits[p->n - 1] > 0;
}

bool
dates_parse(const char *s, uint32_t *yyyymmdd_r)
{
	struct dates_parts p;
	unsigned day, month, year;

	*yyyymmdd_r = 0;
	if (*s == '\0')
		return true;
	if (!dates_split(s, &p))
		return false;
	if (p.n == 1 && p.digits[0] == 8) { /* ddmmyyyy */
		day = p.value[0] / 1000000;
		month = p.value[0] / 10000 % 100;
		year = p.value[0] % 10000;
	} else if (p.n == 3 && p.digits[0] == 4 && p.digits[1] <= 2 && p.digits[2] <= 2) {
		year = p.value[0];
		month = p.value[1];
		day = p.value[2];
	} else if (p.n == 3 && p.digits[2] == 4 && p.digits[0] <= 2 && p.digits[1] <= 2) {
		day = p.value[0];
		month = p.value[1];
		year = p.value[2];
	} else {
		return false;
	}
	if (year < 1900)
		return false;
	*yyyymmdd_r = year * 10000 + month * 100 + day;
	return clock_day_start_ms(*yyyymmdd_r) != INT64_MIN;
}

void
dates_day(const char *language, int64_t at_ms, char out_r[DATES_LEN])
{
	day_text(language, day_paris(at_ms), out_r);
}

void
dates_clock(int64_t at_ms, char out_r[DATES_LEN])
{
	struct clock_civil c = clock_paris(at_ms);

	snprintf(out_r, DATES_LEN, "%02d:%02d", c.hour, c.minute);
}

void
dates_time(const char *language, int64_t at_ms, char out_r[DATES_LEN])
{
	char time[DATES_LEN];
	size_t len;

	dates_day(language, at_ms, out_r);
	dates_clock(at_ms, time);
	len = strlen(out_r);
	snprintf(out_r + len, DATES_LEN - len, " %s", time);
}
