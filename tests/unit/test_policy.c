/* SPDX-License-Identifier: MIT */
/* Decisions that depend on times and counts, as tables. */
#include "tests/lib/check.h"

#include <string.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "proto/common.pb-c.h"
#include "server/policy/code.h"
#include "server/policy/page.h"
#include "server/policy/period.h"
#include "server/policy/release.h"
#include "server/policy/session.h"
#include "server/policy/signin.h"

#define NOW INT64_C(1480000000000)
#define MIN INT64_C(60000)
#define DAY (24 * 60 * MIN)

/* ------------------------------------------------------------------- pages */

static void
test_page(void **state)
{
	static const struct {
		uint32_t total, page, size;
		struct policy_page want;
	} rows[] = {
	    {0, 1, 10, {1, 1, 0, 0}},
	    {0, 0, 10, {1, 1, 0, 0}},
	    {0, 9, 10, {1, 1, 0, 0}},
	    {30, 1, 10, {1, 3, 0, 10}},
	    {30, 3, 10, {3, 3, 20, 10}},
	    {30, 4, 10, {3, 3, 20, 10}},
	    {30, UINT32_MAX, 10, {3, 3, 20, 10}},
	    {31, 4, 10, {4, 4, 30, 1}},
	    {61, 13, 5, {13, 13, 60, 1}},
	    {1, 0, 50, {1, 1, 0, 1}},
	    {7, 1, 0, {1, 7, 0, 1}},
	    {UINT32_MAX, UINT32_MAX, 1, {UINT32_MAX, UINT32_MAX, UINT32_MAX - 1, 1}},
	    {UINT32_MAX, 2, UINT32_MAX, {1, 1, 0, UINT32_MAX}},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct policy_page p = policy_page(rows[i].total, rows[i].page, rows[i].size);

		assert_int_equal(p.page, rows[i].want.page);
		assert_int_equal(p.n_pages, rows[i].want.n_pages);
		assert_int_equal(p.offset, rows[i].want.offset);
		assert_int_equal(p.n_rows, rows[i].want.n_rows);
	}
}

/* ----------------------------------------------------------------- sign-in */

static void
test_signin_delays(void **state)
{
	static const int64_t want_s[] = {0, 1, 3, 5, 10, 20, 30, 45, 60, 60, 60};
	struct store_counter c = {.n = 0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(want_s); i++) {
		assert_int_equal(policy_signin_delay_ms(&c), 1000 * want_s[i]);
		c = policy_signin_failed(&c, NOW + (int64_t)i);
	}
	assert_int_equal(c.since_ms, NOW);
	assert_int_equal(c.last_ms, NOW + 10);
	c.n = UINT32_MAX;
	assert_int_equal(policy_signin_delay_ms(&c), 60000);
	c = policy_signin_failed(&c, NOW);
	assert_int_equal(c.n, UINT32_MAX);
}

static void
test_signin_wait(void **state)
{
	static const struct {
		uint32_t n;
		int64_t past_ms, want_ms;
	} rows[] = {
	    {0, 0, 0},
	    {1, 0, 1000},
	    {1, 999, 1},
	    {1, 1000, 0},
	    {3, 2000, 3000},
	    {50, 0, 60000},
	    {50, 60000, 0},
	    /* the clock moved back: never longer than the delay, never for ever */
	    {3, -1, 5000},
	    {3, -5000, 5000},
	    {3, -5001, 0},
	    {50, -10 * 365 * DAY, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct store_counter c = {.n = rows[i].n, .since_ms = NOW, .last_ms = NOW};

		assert_int_equal(policy_signin_wait_ms(&c, NOW + rows[i].past_ms), rows[i].want_ms);
	}
}

/* However fast somebody tries, for a day: what is evaluated is bounded, and
 * the 51st right guess is refused. */
static void
test_signin_attack(void **state)
{
	struct store_counter c = {.n = 0};
	int64_t now;
	unsigned evaluated = 0, before_lock = 0;

	(void)state;
	for (now = NOW; now < NOW + 60 * MIN; now += 100) {
		if (policy_signin_wait_ms(&c, now) > 0)
			continue;
		before_lock += !policy_signin_locked(&c);
		evaluated++;
		c = policy_signin_failed(&c, now);
	}
	assert_int_equal(before_lock, POLICY_SIGNIN_LOCK);
	assert_true(policy_signin_locked(&c));
	assert_in_range(evaluated, POLICY_SIGNIN_LOCK, 70);
	c.n = POLICY_SIGNIN_LOCK - 1;
	assert_false(policy_signin_locked(&c));
}

/* ------------------------------------------------------------------- codes */

static void
test_code_life(void **state)
{
	static const struct {
		int64_t life_ms, at_ms;
		bool expired;
	} rows[] = {
	    {15 * MIN, 0, false},
	    {15 * MIN, 15 * MIN - 1, false},
	    {15 * MIN, 15 * MIN, true},
	    {10 * MIN, 10 * MIN - 1, false},
	    {10 * MIN, 10 * MIN, true},
	    /* a longer setting is not honoured */
	    {60 * MIN, 15 * MIN, true},
	    /* sent in the future */
	    {15 * MIN, -1000, false},
	    {15 * MIN, -6000, true},
	    {15 * MIN, -DAY, true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct store_challenge c = {
		    .sent_at_ms = NOW, .expires_at_ms = NOW + rows[i].life_ms};

		assert_int_equal(policy_code_expired(&c, NOW + rows[i].at_ms), rows[i].expired);
	}
	assert_false(policy_code_locked(19));
	assert_true(policy_code_locked(20));
}

static void
test_code_resend(void **state)
{
	const struct store_challenge c = {.sent_at_ms = NOW};

	(void)state;
	assert_int_equal(policy_code_resend_wait_ms(&c, MIN, NOW), MIN);
	assert_int_equal(policy_code_resend_wait_ms(&c, MIN, NOW + 59999), 1);
	assert_int_equal(policy_code_resend_wait_ms(&c, MIN, NOW + MIN), 0);
	assert_int_equal(policy_code_resend_wait_ms(&c, MIN, NOW - 10), MIN);
	assert_int_equal(policy_code_resend_wait_ms(&c, MIN, NOW - DAY), 0);
}

static void
test_code_read(void **state)
{
	static const struct {
		const char *typed;
		bool good;
		const char *code;
	} rows[] = {
	    {"12345678", true, "12345678"},
	    {" 1234 5678 ", true, "12345678"},
	    {"00000000", true, "00000000"},
	    {"1234567", false, "1234567"},
	    {"123456789", false, "12345678"},
	    {"1234567x", false, "1234567"},
	    {"", false, ""},
	};
	char code[POLICY_CODE_DIGITS + 1];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(policy_code_read(rows[i].typed, code), rows[i].good);
		assert_string_equal(code, rows[i].code);
	}
}

/* Chi squared over every digit of every place: 72 degrees of freedom; 130 is
 * passed by chance once in 30,000 runs. */
static void
test_code_uniform(void **state)
{
	enum { DRAWS = 20000 };
	static unsigned seen[POLICY_CODE_DIGITS][10];
	char code[POLICY_CODE_DIGITS + 1];
	double chi = 0, want = DRAWS / 10.0;
	unsigned i, k;

	(void)state;
	for (i = 0; i < DRAWS; i++) {
		policy_code_draw(code);
		assert_int_equal(strlen(code), POLICY_CODE_DIGITS);
		for (k = 0; k < POLICY_CODE_DIGITS; k++) {
			assert_in_range(code[k], '0', '9');
			seen[k][code[k] - '0']++;
		}
	}
	for (k = 0; k < POLICY_CODE_DIGITS; k++) {
		for (i = 0; i < 10; i++)
			chi += (seen[k][i] - want) * (seen[k][i] - want) / want;
	}
	assert_true(chi < 130);
}

/* Somebody who asks all the time gets as many as allowed in every interval. */
static void
test_send_windows_hold_everywhere(void **state)
{
	static const struct {
		enum policy_send_window window;
		int64_t ms, step_ms;
		unsigned n_max;
	} rows[] = {
	    {POLICY_SEND_15MIN, 15 * MIN, 7000, 3},
	    {POLICY_SEND_15MIN, 15 * MIN, 4 * MIN + 321, 3},
	    {POLICY_SEND_DAY, DAY, 5 * MIN, 10},
	    {POLICY_SEND_DAY, DAY, 149 * MIN, 10},
	};
	int64_t sent[600];
	size_t i, k, n;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct store_counter c = {.n = 0};
		int64_t now;

		n = 0;
		for (now = NOW; now < NOW + 20 * rows[i].ms; now += rows[i].step_ms) {
			if (policy_send_wait_ms(rows[i].window, &c, now) > 0)
				continue;
			c = policy_send_count(rows[i].window, &c, now);
			assert_true(n < ARRAY_LEN(sent));
			sent[n++] = now;
		}
		for (k = rows[i].n_max; k < n; k++)
			assert_true(sent[k] - sent[k - rows[i].n_max] >= rows[i].ms);
		/* and it does not starve: at least one an interval */
		assert_true(n >= 20);
	}
}

static void
test_send_wait_is_right(void **state)
{
	struct store_counter c = {.n = 0};
	int64_t wait_ms;

	(void)state;
	assert_int_equal(policy_send_wait_ms(POLICY_SEND_15MIN, &c, NOW), 0);
	c = policy_send_count(POLICY_SEND_15MIN, &c, NOW);
	c = policy_send_count(POLICY_SEND_15MIN, &c, NOW + MIN);
	assert_int_equal(policy_send_wait_ms(POLICY_SEND_15MIN, &c, NOW + 2 * MIN), 0);
	c = policy_send_count(POLICY_SEND_15MIN, &c, NOW + 2 * MIN);
	wait_ms = policy_send_wait_ms(POLICY_SEND_15MIN, &c, NOW + 3 * MIN);
	assert_int_equal(wait_ms, 12 * MIN);
	assert_int_equal(policy_send_wait_ms(POLICY_SEND_15MIN, &c, NOW + 3 * MIN + wait_ms), 0);
	assert_int_equal(policy_send_wait_ms(POLICY_SEND_15MIN, &c, NOW + 15 * MIN - 1), 1);
	/* the clock moved back: a wait, but no longer than the window */
	assert_int_equal(policy_send_wait_ms(POLICY_SEND_15MIN, &c, NOW - MIN), 15 * MIN);
	assert_int_equal(policy_send_wait_ms(POLICY_SEND_15MIN, &c, NOW - DAY), 0);
}

/* ---------------------------------------------------------------- sessions */

static void
test_session_limits(void **state)
{
	const struct settings s = {.session_kiosk_idle_s = 120,
	    .session_kiosk_total_s = 900,
	    .session_terminal_idle_s = 600,
	    .session_terminal_total_s = 3600};
	struct policy_session_limits l;

	(void)state;
	l = policy_session_limits(&s, EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK);
	assert_int_equal(l.idle_ms, 120000);
	assert_int_equal(l.total_ms, 900000);
	l = policy_session_limits(&s, EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL);
	assert_int_equal(l.idle_ms, 600000);
	assert_int_equal(l.total_ms, 3600000);
	l = policy_session_limits(&s, EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT);
	assert_int_equal(l.idle_ms, 600000);
}

static void
test_session_state(void **state)
{
	static const struct {
		int64_t at_ms;
		int want;
		int64_t idle_left_ms, total_left_ms;
	} rows[] = {
	    {0, 0, 180000, 900000},
	    {60000, 0, 120000, 840000},
	    {179999, 0, 1, 720001},
	    {180000, -EM_E_SESSION_IDLE, 0, 720000},
	    {900000, -EM_E_SESSION_ENDED, 0, 0},
	    {DAY, -EM_E_SESSION_ENDED, 0, 0},
	    {-DAY, -EM_E_SESSION_ENDED, 120000, 900000},
	};
	const struct store_session s = {.opened_at_ms = NOW,
	    .active_at_ms = NOW + 60000,
	    .idle_limit_ms = 120000,
	    .ends_at_ms = NOW + 900000};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const int64_t now = NOW + rows[i].at_ms;
		int64_t idle = policy_session_idle_left_ms(&s, now);

		assert_int_equal(policy_session_state(&s, now), rows[i].want);
		/* never more than the limit itself */
		assert_int_equal(
		    idle, rows[i].idle_left_ms > 120000 ? 120000 : rows[i].idle_left_ms);
		assert_int_equal(policy_session_total_left_ms(&s, now), rows[i].total_left_ms);
	}
}

static void
test_session_one_of_each(void **state)
{
	enum {
		T = EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL,
		K = EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK,
		S = EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT,
	};

	(void)state;
	assert_true(policy_session_gives_way(K, K));
	assert_true(policy_session_gives_way(T, T));
	assert_true(policy_session_gives_way(T, S));
	assert_true(policy_session_gives_way(S, T));
	assert_false(policy_session_gives_way(K, T));
	assert_false(policy_session_gives_way(T, K));
	assert_false(policy_session_gives_way(S, K));
}

/* ----------------------------------------------------------------- periods */

static void
test_period(void **state)
{
	static const struct {
		uint32_t from, to;
		int want;
		const char *field;
	} rows[] = {
	    {0, 0, 0, ""},
	    {20160101, 0, 0, ""},
	    {0, 20160101, 0, ""},
	    {20160610, 20160610, 0, ""},
	    {20160611, 20160610, -EM_E_DATE_ORDER, "to_date"},
	    {20160230, 0, -EM_E_INVALID, "from_date"},
	    {0, 20161301, -EM_E_INVALID, "to_date"},
	    {1, 0, -EM_E_INVALID, "from_date"},
	    {20160229, 20160301, 0, ""},
	    {20150229, 0, -EM_E_INVALID, "from_date"},
	};
	struct policy_period p;
	const char *field;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(policy_period(rows[i].from, rows[i].to, &p, &field), rows[i].want);
		assert_string_equal(field, rows[i].field);
	}
	/* both days whole, also the 25 hours of the last Sunday of October */
	assert_int_equal(policy_period(20161030, 20161030, &p, &field), 0);
	assert_int_equal(p.before_ms - p.from_ms, 25 * 60 * MIN);
	assert_int_equal(policy_period(0, 0, &p, &field), 0);
	assert_true(p.from_ms == INT64_MIN && p.before_ms == INT64_MAX);
}

/* ----------------------------------------------------------------- release */

static void
test_release(void **state)
{
	static const struct {
		const char *how;
		bool final_report, asked, want;
	} rows[] = {
	    {"report", false, false, false},
	    {"report", true, false, true},
	    {"report", false, true, true},
	    {"import", false, false, true},
	    {"hand", true, false, false},
	    {"hand", false, true, true},
	};
	enum policy_release how;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(policy_release_parse(rows[i].how, &how));
		assert_int_equal(
		    policy_releases(how, rows[i].final_report, rows[i].asked), rows[i].want);
	}
	assert_false(policy_release_parse("", &how));
	assert_false(policy_release_parse("later", &how));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_page),
	    cmocka_unit_test(test_signin_delays),
	    cmocka_unit_test(test_signin_wait),
	    cmocka_unit_test(test_signin_attack),
	    cmocka_unit_test(test_code_life),
	    cmocka_unit_test(test_code_resend),
	    cmocka_unit_test(test_code_read),
	    cmocka_unit_test(test_code_uniform),
	    cmocka_unit_test(test_send_windows_hold_everywhere),
	    cmocka_unit_test(test_send_wait_is_right),
	    cmocka_unit_test(test_session_limits),
	    cmocka_unit_test(test_session_state),
	    cmocka_unit_test(test_session_one_of_each),
	    cmocka_unit_test(test_period),
	    cmocka_unit_test(test_release),
	};

	secret_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
