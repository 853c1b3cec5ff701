/* SPDX-License-Identifier: MIT */
/* Life and limits of access codes. */
#include "server/policy/code.h"

#include <sodium.h>

/* Two requests of one person, dispatched on two threads. */
#define CODE_CLOCK_SLACK_MS 5000

static const struct {
	int64_t ms;
	uint32_t n_max;
} send_windows[] = {
    [POLICY_SEND_15MIN] = {.ms = INT64_C(15) * 60 * 1000, .n_max = 3},
    [POLICY_SEND_DAY] = {.ms = INT64_C(24) * 3600 * 1000, .n_max = 10},
    [POLICY_SEND_RECOVERY] = {.ms = INT64_C(3600) * 1000, .n_max = 3},
    [POLICY_SEND_UNLOCK] = {.ms = INT64_C(7) * 24 * 3600 * 1000, .n_max = 1},
    [POLICY_SEND_REPORT] = {.ms = INT64_C(3600) * 1000, .n_max = 1},
    [POLICY_SEND_CONTACT] = {.ms = INT64_C(24) * 3600 * 1000, .n_max = 5},
};

void
policy_code_draw(char code_r[POLICY_CODE_DIGITS + 1])
{
	unsigned i;

	for (i = 0; i < POLICY_CODE_DIGITS; i++)
		code_r[i] = (char)('0' + randombytes_uniform(10));
	code_r[POLICY_CODE_DIGITS] = '\0';
}

bool
policy_code_read(const char *typed, char code_r[POLICY_CODE_DIGITS + 1])
{
	unsigned n = 0;
	bool digits = true;

	for (; *typed && digits; typed++) {
		if (*typed == ' ')
			continue;
		digits = *typed >= '0' && *typed <= '9' && n < POLICY_CODE_DIGITS;
		if (digits)
			code_r[n++] = *typed;
	}
	code_r[n] = '\0';
	return digits && n == POLICY_CODE_DIGITS;
}

bool
policy_code_expired(const struct store_challenge *c, int64_t now_ms)
{
	return now_ms >= c->expires_at_ms || now_ms >= c->sent_at_ms + POLICY_CODE_LIFE_MAX_MS ||
	       now_ms < c->sent_at_ms - CODE_CLOCK_SLACK_MS;
}

bool
policy_code_locked(uint32_t n_wrong)
{
	return n_wrong >= POLICY_CODE_LOCK;
}

int64_t
policy_code_resend_wait_ms(const struct store_challenge *c, int64_t resend_ms, int64_t now_ms)
{
	const int64_t past_ms = now_ms - c->sent_at_ms;

	if (past_ms >= resend_ms || past_ms < -resend_ms)
		return 0;
	return past_ms < 0 ? resend_ms : resend_ms - past_ms;
}

/* What of the counter still matters now. */
static struct store_counter
code_send_current(enum policy_send_window window, const struct store_counter *c, int64_t now_ms)
{
	const int64_t ms = send_windows[window].ms;
	struct store_counter now = *c;

	/* all past, or the clock was set back beyond it */
	if (now.n == 0 || now_ms - now.last_ms >= ms || now.since_ms - now_ms > ms)
		return (struct store_counter){.n = 0};
	/* the first is past */
	if (now_ms - now.since_ms >= ms) {
		now.n--;
		now.since_ms = now.last_ms;
	}
	return now;
}

int64_t
policy_send_wait_ms(enum policy_send_window window, const struct store_counter *c, int64_t now_ms)
{
	const struct store_counter now = code_send_current(window, c, now_ms);
	const int64_t ms = send_windows[window].ms;
	int64_t wait_ms;

	if (now.n < send_windows[window].n_max)
		return 0;
	wait_ms = now.since_ms + ms - now_ms;
	return wait_ms < ms ? wait_ms : ms;
}

struct store_counter
policy_send_count(enum policy_send_window window, const struct store_counter *c, int64_t now_ms)
{
	struct store_counter next = code_send_current(window, c, now_ms);

	if (next.n == 0)
		next.since_ms = now_ms;
	if (next.n < UINT32_MAX)
		next.n++;
	next.last_ms = now_ms;
	return next;
}
