/* SPDX-License-Identifier: MIT */
/* Delay and lock after failed passwords. */
#include "server/policy/signin.h"

#include "common/mem.h"

/* After the first failure, the second ...; the last stands for all further. */
static const int64_t signin_delays_ms[] = {1000, 3000, 5000, 10000, 20000, 30000, 45000, 60000};

int64_t
policy_signin_delay_ms(const struct store_counter *c)
{
	if (c->n == 0)
		return 0;
	if (c->n > ARRAY_LEN(signin_delays_ms))
		return signin_delays_ms[ARRAY_LEN(signin_delays_ms) - 1];
	return signin_delays_ms[c->n - 1];
}

int64_t
policy_signin_wait_ms(const struct store_counter *c, int64_t now_ms)
{
	const int64_t delay_ms = policy_signin_delay_ms(c);
	const int64_t past_ms = now_ms - c->last_ms;

	if (past_ms >= delay_ms || past_ms < -delay_ms)
		return 0;
	return past_ms < 0 ? delay_ms : delay_ms - past_ms;
}

bool
policy_signin_locked(const struct store_counter *c)
{
	return c->n >= POLICY_SIGNIN_LOCK;
}

struct store_counter
policy_signin_failed(const struct store_counter *c, int64_t now_ms)
{
	struct store_counter next = *c;

	if (next.n == 0)
		next.since_ms = now_ms;
	if (next.n < UINT32_MAX)
		next.n++;
	next.last_ms = now_ms;
	return next;
}
