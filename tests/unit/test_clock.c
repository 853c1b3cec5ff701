/* SPDX-License-Identifier: MIT */
/*
 * Civil time of Paris against the C library's zone data, hour by hour, and the
 * two nights on which the clocks change.
 */
#include "common/clock.h"

#include <stdlib.h>
#include <time.h>

#include "tests/lib/check.h"

static void
agrees_with_zone_data(void **state)
{
	(void)state;
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	/* 1996 (the present rule) to 2037 */
	for (int64_t s = 820454400; s < 2145916800; s += 3600 * 5 + 61) {
		time_t t = (time_t)s;
		struct clock_civil c = clock_paris(s * 1000);
		struct tm tm;

		localtime_r(&t, &tm);
		assert_int_equal(c.year, tm.tm_year + 1900);
		assert_int_equal(c.month, tm.tm_mon + 1);
		assert_int_equal(c.day, tm.tm_mday);
		assert_int_equal(c.hour, tm.tm_hour);
		assert_int_equal(c.minute, tm.tm_min);
		assert_int_equal(c.second, tm.tm_sec);
		assert_int_equal(c.offset_min * 60, tm.tm_gmtoff);
	}
}

static void
there_and_back(void **state)
{
	(void)state;
	for (int64_t ms = -2208988800000ll; ms < 4102444800000ll; ms += 86400000ll * 3 + 3661000) {
		struct clock_civil c = clock_paris(ms);
		int64_t back = clock_from_paris(c.year, c.month, c.day, c.hour, c.minute, c.second);

		/* the hour that comes twice may name its first instance */
		assert_true(back == ms || back == ms - 3600000);
	}
}

static void
change_nights(void **state)
{
	/* 2016-03-27 02:00 CET -> 03:00 CEST; 2016-10-30 03:00 CEST -> 02:00 CET */
	struct clock_civil before = clock_paris(1459040399000), after = clock_paris(1459040400000);

	(void)state;
	assert_int_equal(before.hour, 1);
	assert_int_equal(after.hour, 3);
	assert_int_equal(clock_paris(1477789199000).hour, 2);
	assert_int_equal(clock_paris(1477789200000).hour, 2);
	assert_int_equal(clock_from_paris(2016, 10, 30, 2, 30, 0), 1477787400000);
}

static void
days(void **state)
{
	(void)state;
	assert_int_equal(clock_day_start_ms(20160610), 1465509600000);
	assert_true(clock_day_start_ms(20160230) == INT64_MIN);
	assert_true(clock_day_start_ms(0) == INT64_MIN);
	assert_true(clock_day_start_ms(20161301) == INT64_MIN);
	assert_int_equal(clock_next_day(20160228), 20160229);
	assert_int_equal(clock_next_day(20161231), 20170101);
	assert_int_equal(clock_next_day(19991231), 20000101);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees_with_zone_data),
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(change_nights),
	    cmocka_unit_test(days),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
