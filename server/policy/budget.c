/* SPDX-License-Identifier: MIT */
/* The budget of short messages. */
#include "server/policy/budget.h"

uint32_t
policy_budget_used(const struct store_counter *c, int64_t window_ms, int64_t now_ms)
{
	return c->n > 0 && c->since_ms / window_ms == now_ms / window_ms ? c->n : 0;
}

bool
policy_budget_is_spent(uint32_t used, int64_t limit)
{
	return limit > 0 && used >= limit;
}

struct store_counter
policy_budget_take(const struct store_counter *c, int64_t window_ms, int64_t now_ms)
{
	uint32_t used = policy_budget_used(c, window_ms, now_ms);

	return (struct store_counter){
	    .n = used < UINT32_MAX ? used + 1 : used, .since_ms = now_ms, .last_ms = now_ms};
}

bool
policy_budget_alarms(uint32_t used, int64_t limit)
{
	return limit > 0 && (used == limit || used == (limit * 4 + 4) / 5);
}

int64_t
policy_budget_next_ms(int64_t window_ms, int64_t now_ms)
{
	return (now_ms / window_ms + 1) * window_ms;
}
