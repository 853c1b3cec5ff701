/* SPDX-License-Identifier: MIT */
/*
 * Counting short messages against the hour's and the day's budget.
 */
#include "server/handle/smsbudget.h"

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "server/policy/budget.h"

static const struct window {
	enum counter_kind kind;
	int64_t ms;
	const char *name;
} windows[] = {
    {COUNTER_SMS_HOUR, POLICY_BUDGET_HOUR_MS, "hour"},
    {COUNTER_SMS_DAY, POLICY_BUDGET_DAY_MS, "day"},
};
/* There is one budget. */
static const uint8_t smsbudget_key[32];

static int64_t
smsbudget_limit(struct server *server, const struct window *w)
{
	const struct settings *st = server_settings(server);

	return w->kind == COUNTER_SMS_HOUR ? st->courier_sms_hour : st->courier_sms_day;
}

int
smsbudget_take(struct server *server, struct store_conn *db, int64_t now_ms, int64_t *next_ms_r)
{
	struct store_counter c[ARRAY_LEN(windows)];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(windows); i++) {
		const struct window *w = &windows[i];

		rc = store_counter_get(db, w->kind, smsbudget_key, &c[i]);
		if (rc < 0 || !policy_budget_is_spent(policy_budget_used(&c[i], w->ms, now_ms),
				  smsbudget_limit(server, w)))
			continue;
		*next_ms_r = policy_budget_next_ms(w->ms, now_ms);
		server_count(server, sms_over_budget);
		return -EM_E_SMS_BUDGET;
	}
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(windows); i++) {
		const struct window *w = &windows[i];
		int64_t limit = smsbudget_limit(server, w);

		c[i] = policy_budget_take(&c[i], w->ms, now_ms);
		if (policy_budget_alarms(c[i].n, limit))
			log_error("sms.budget", "window=%s used=%u limit=%lld spent=%s", w->name,
			    c[i].n, (long long)limit, c[i].n >= limit ? "yes" : "no");
		rc = store_counter_put(db, w->kind, smsbudget_key, &c[i]);
	}
	return rc;
}
