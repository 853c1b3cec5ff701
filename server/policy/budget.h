/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_BUDGET_H
#define EMAGE_SERVER_POLICY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "db/store.h"

/* How many short messages the whole region may cost in an hour and in a day of UTC
 * . A limit of 0 is none. */
#define POLICY_BUDGET_HOUR_MS INT64_C(3600000)
#define POLICY_BUDGET_DAY_MS  INT64_C(86400000)

/* What the counter says in the window of this moment. */
uint32_t policy_budget_used(const struct store_counter *c, int64_t window_ms, int64_t now_ms);
bool policy_budget_is_spent(uint32_t used, int64_t limit);
/* The counter after one more, and whether an operator should hear of it: four fifths
 * or all are used, told once in a window each. */
struct store_counter policy_budget_take(
    const struct store_counter *c, int64_t window_ms, int64_t now_ms);
bool policy_budget_alarms(uint32_t used, int64_t limit);
/* When the next window begins. */
int64_t policy_budget_next_ms(int64_t window_ms, int64_t now_ms);

#endif
