/* SPDX-License-Identifier: MIT */
/* The filter by date: both days are meant whole. */
#include "server/policy/period.h"

#include "common/clock.h"
#include "common/err.h"

int
policy_period(uint32_t from_date, uint32_t to_date, struct policy_period *p_r, const char **field_r)
{
	*p_r = (struct policy_period){.from_ms = INT64_MIN, .before_ms = INT64_MAX};
	*field_r = "";
	if (from_date != 0) {
		p_r->from_ms = clock_day_start_ms(from_date);
		*field_r = "from_date";
		if (p_r->from_ms == INT64_MIN)
			return -EM_E_INVALID;
	}
	if (to_date != 0) {
		*field_r = "to_date";
		if (clock_day_start_ms(to_date) == INT64_MIN)
			return -EM_E_INVALID;
		p_r->before_ms = clock_day_start_ms(clock_next_day(to_date));
		/* the last day of the calendar has no next one */
		if (p_r->before_ms == INT64_MIN)
			p_r->before_ms = INT64_MAX;
		if (from_date > to_date)
			return -EM_E_DATE_ORDER;
	}
	*field_r = "";
	return 0;
}
