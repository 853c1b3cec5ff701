/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_PERIOD_H
#define EMAGE_SERVER_POLICY_PERIOD_H

#include <stdint.h>

/* Whole days of Europe/Paris, as a person fills in a filter, as the half-open
 * time between: [from_ms, before_ms). */
struct policy_period {
	int64_t from_ms, before_ms;
};

/* yyyymmdd, 0 = open end. 0, -EM_E_INVALID (no such day; *field_r names it) or
 * -EM_E_DATE_ORDER. */
int policy_period(
    uint32_t from_date, uint32_t to_date, struct policy_period *p_r, const char **field_r);

#endif
