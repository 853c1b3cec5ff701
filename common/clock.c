/* SPDX-License-Identifier: MIT */
/*
 * The two clocks, and the civil time of the region.
 */
#include "common/clock.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MS_PER_MINUTE 60000ll
#define MS_PER_DAY    86400000ll

static int64_t
clock_read(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#ifdef EMAGE_TESTING
/* A test's shift of both clocks, from the environment or a file. */
static int64_t
clock_shift(const char *spec)
{
	char text[32] = "";
	int fd;

	if (spec[0] == '+' || spec[0] == '-')
		return strtoll(spec, NULL, 10);
	if (spec[0] != '@' || (fd = open(spec + 1, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strtoll(text, NULL, 10);
}

int64_t
clock_now_ms(void)
{
	const char *spec = getenv("EMAGE_TEST_CLOCK");

	if (spec != NULL && spec[0] >= '0' && spec[0] <= '9')
		return strtoll(spec, NULL, 10);
	return clock_read(CLOCK_REALTIME) + (spec == NULL ? 0 : clock_shift(spec));
}

int64_t
clock_boot_ms(void)
{
	const char *spec = getenv("EMAGE_TEST_CLOCK");

	return clock_read(CLOCK_BOOTTIME) + (spec == NULL ? 0 : clock_shift(spec));
}
#else
int64_t
clock_now_ms(void)
{
	return clock_read(CLOCK_REALTIME);
}

int64_t
clock_boot_ms(void)
{
	return clock_read(CLOCK_BOOTTIME);
}
#endif

/* Days since 1970-01-01 of a proleptic Gregorian date; Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
static int64_t
clock_days(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int era = (y >= 0 ? y : y - 399) / 400;
	int year_of_era = y - era * 400;
	int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (int64_t)era * 146097 + day_of_era - 719468;
}

/* The inverse, civil_from_days. */
static void
clock_date(int64_t days, int *year_r, int *month_r, int *day_r)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int doe = (int)(z - era * 146097);
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;

	*day_r = doy - (153 * mp + 2) / 5 + 1;
	*month_r = mp < 10 ? mp + 3 : mp - 9;
	*year_r = (int)(yoe + era * 400) + (*month_r <= 2);
}

/* 01:00 UTC of the last Sunday of a month of 30 or 31 days. */
static int64_t
clock_last_sunday_ms(int year, int month, int month_days)
{
	int64_t last = clock_days(year, month, month_days);
	int64_t weekday = (last + 4) % 7; /* 1970-01-01 was a Thursday; 0 = Sunday */

	return (last - weekday) * MS_PER_DAY + 60 * MS_PER_MINUTE;
}

/* Summer time in France: 1976 on; until 1995 it ended in September. */
static bool
clock_is_summer(int64_t at_ms)
{
	int year, month, day;
	int64_t begin, end;

	clock_date((at_ms >= 0 ? at_ms : at_ms - MS_PER_DAY + 1) / MS_PER_DAY, &year, &month, &day);
	if (year < 1976)
		return false;
	begin = clock_last_sunday_ms(year, 3, 31);
	end = year < 1996 ? clock_last_sunday_ms(year, 9, 30) : clock_last_sunday_ms(year, 10, 31);
	return at_ms >= begin && at_ms < end;
}

struct clock_civil
clock_paris(int64_t at_ms)
{
	struct clock_civil c = {.offset_min = clock_is_summer(at_ms) ? 120 : 60};
	int64_t local = at_ms + c.offset_min * MS_PER_MINUTE;
	int64_t days = (local >= 0 ? local : local - MS_PER_DAY + 1) / MS_PER_DAY;
	int second = (int)((local - days * MS_PER_DAY) / 1000);

	clock_date(days, &c.year, &c.month, &c.day);
	c.hour = second / 3600;
	c.minute = second / 60 % 60;
	c.second = second % 60;
	return c;
}

int64_t
clock_from_paris(int year, int month, int day, int hour, int minute, int second)
{
	int64_t local = clock_days(year, month, day) * MS_PER_DAY +
			((int64_t)hour * 3600 + minute * 60 + second) * 1000;
	int64_t summer = local - 120 * MS_PER_MINUTE;

	return clock_is_summer(summer) ? summer : local - 60 * MS_PER_MINUTE;
}

int64_t
clock_day_start_ms(uint32_t yyyymmdd)
{
	int year = (int)(yyyymmdd / 10000), month = (int)(yyyymmdd / 100 % 100);
	int day = (int)(yyyymmdd % 100), y, m, d;

	if (year < 1800 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
		return INT64_MIN;
	clock_date(clock_days(year, month, day), &y, &m, &d);
	if (y != year || m != month || d != day)
		return INT64_MIN;
	return clock_from_paris(year, month, day, 0, 0, 0);
}

uint32_t
clock_next_day(uint32_t yyyymmdd)
{
	int y, m, d;

	clock_date(clock_days((int)(yyyymmdd / 10000), (int)(yyyymmdd / 100 % 100),
		       (int)(yyyymmdd % 100)) +
		       1,
	    &y, &m, &d);
	return (uint32_t)(y * 10000 + m * 100 + d);
}
