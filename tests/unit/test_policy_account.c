/* SPDX-License-Identifier: MIT */
/*
 * Decisions about one's own account: forms of mobile numbers, times between
 * changes, codes of an authenticator app, recovery codes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/mem.h"
#include "common/secret.h"
#include "server/policy/code.h"
#include "server/policy/contact.h"
#include "server/policy/desk.h"
#include "server/policy/password.h"
#include "server/policy/second.h"

#define NOW_MS INT64_C(1480000000000)

static void
test_mobiles(void **state)
{
	static const struct {
		const char *typed, *kept; /* kept NULL: refused */
	} rows[] = {
	    {"06 00 00 00 42", "+33600000042"}, {"07.00.00.00.42", "+33700000042"},
	    {"+33 6 00 00 00 42", "+33600000042"}, {"+33 (0)6 00 00 00 42", "+33600000042"},
	    {"0033600000042", "+33600000042"}, {"00 33 (0) 6-00-00-00-42", "+33600000042"},
	    {"+49 151 00000042", "+4915100000042"}, {"+49 171 0000042", "+491710000042"},
	    {"00352 621 000 042", "+352621000042"}, {"+32 470 00 00 42", "+32470000042"},
	    {"+41 79 000 00 42", "+41790000042"},
	    {"03 88 00 00 42", NULL},	 /* no mobile: it gets no SMS */
	    {"+33 3 88 00 00 42", NULL}, /* likewise */
	    {"06 00 00 00 4", NULL},	 /* too short */
	    {"06 00 00 00 421", NULL},	 /* too long */
	    {"600000042", NULL},	 /* of which country? */
	    {"+44 7700 900042", NULL},	 /* not one of the five */
	    {"+1 900 555 0142", NULL},	 /* premium */
	    {"+882 13 000042", NULL},	 /* satellite */
	    {"06 00 00 00 4a", NULL}, {"06 00 00 00 42\r\nBcc: x", NULL}, {"++33600000042", NULL},
	    {"6+00000042", NULL}, {"+", NULL}, {"0", NULL}, {"00", NULL}, {"", NULL},
	    {"+33600000042000000000000000000000000", NULL},
	    {"\xd9\xa0\xd9\xa6", NULL}, /* digits of another script */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char kept[POLICY_MOBILE_MAX];
		bool taken = policy_mobile_normalise(rows[i].typed, kept);

		if (taken != (rows[i].kept != NULL))
			fail_msg("\"%s\": %s", rows[i].typed, taken ? kept : "refused");
		assert_string_equal(kept, rows[i].kept == NULL ? "" : rows[i].kept);
	}
}

static void
test_never_both_ways_in_three_days(void **state)
{
	const int64_t hold = INT64_C(72) * 3600 * 1000;

	(void)state;
	assert_int_equal(policy_contact_wait_ms(0, NOW_MS), 0);
	assert_int_equal(policy_contact_wait_ms(NOW_MS, NOW_MS), hold);
	assert_int_equal(policy_contact_wait_ms(NOW_MS - hold + 1, NOW_MS), 1);
	assert_int_equal(policy_contact_wait_ms(NOW_MS - hold, NOW_MS), 0);
	/* a clock that was set back by years makes nobody wait for years */
	assert_int_equal(policy_contact_wait_ms(NOW_MS + 1000 * hold, NOW_MS), hold);
	assert_true(policy_contact_undoable(NOW_MS, NOW_MS));
	assert_true(policy_contact_undoable(NOW_MS - hold + 1, NOW_MS));
	assert_false(policy_contact_undoable(NOW_MS - hold, NOW_MS));
	assert_false(policy_contact_undoable(NOW_MS + 6000, NOW_MS));
	assert_false(policy_contact_undoable(0, NOW_MS));
}

/* RFC 6238, appendix B, SHA-1: the last six of its eight digits. */
static void
test_totp_vectors(void **state)
{
	static const struct {
		int64_t at_s;
		const char *code;
	} rows[] = {
	    {59, "287082"},
	    {1111111109, "081804"},
	    {1111111111, "050471"},
	    {1234567890, "005924"},
	    {2000000000, "279037"},
	    {20000000000, "353130"},
	};
	const uint8_t *secret = (const uint8_t *)"12345678901234567890";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t step = -1, now = rows[i].at_s * 1000;

		assert_true(policy_totp_check(secret, rows[i].code, now, 0, &step));
		assert_int_equal(step, rows[i].at_s / 30);
		/* one step off is taken, two are not */
		assert_true(policy_totp_check(secret, rows[i].code, now + 30000, 0, &step));
		assert_int_equal(step, rows[i].at_s / 30);
		if (rows[i].at_s > 100)
			assert_true(policy_totp_check(secret, rows[i].code, now - 30000, 0, &step));
		assert_false(policy_totp_check(secret, rows[i].code, now + 60000, 0, &step));
		if (rows[i].at_s > 100)
			assert_false(
			    policy_totp_check(secret, rows[i].code, now - 60000, 0, &step));
		/* used once (and so are those before it) */
		assert_false(
		    policy_totp_check(secret, rows[i].code, now, rows[i].at_s / 30, &step));
		assert_false(
		    policy_totp_check(secret, rows[i].code, now, rows[i].at_s / 30 + 1, &step));
	}
	assert_false(policy_totp_check(secret, "287083", 59000, 0, &(int64_t){0}));
}

static void
test_totp_forms(void **state)
{
	uint8_t secret[POLICY_TOTP_SECRET_LEN], other[POLICY_TOTP_SECRET_LEN];
	char text[POLICY_TOTP_BASE32_MAX], code[POLICY_TOTP_DIGITS + 1];

	(void)state;
	policy_totp_base32((const uint8_t *)"12345678901234567890", text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"); /* RFC 4648 */
	policy_totp_draw(secret);
	policy_totp_draw(other);
	assert_memory_not_equal(secret, other, sizeof(secret));
	assert_true(policy_totp_read("123 456", code));
	assert_string_equal(code, "123456");
	assert_false(policy_totp_read("12345", code));
	assert_false(policy_totp_read("1234567", code));
	assert_false(policy_totp_read("12345a", code));
	assert_false(policy_totp_read("", code));
}

static void
test_recovery_codes(void **state)
{
	char shown[POLICY_RECOVERY_CODE_MAX], code[POLICY_RECOVERY_CODE_LEN + 1];

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		policy_recovery_code_draw(shown);
		assert_int_equal(strlen(shown), 9);
		assert_int_equal(shown[4], '-');
		assert_true(policy_recovery_code_read(shown, code));
		assert_memory_equal(code, shown, 4);
		assert_string_equal(code + 4, shown + 5);
	}
	assert_true(policy_recovery_code_read(" 7hk9 m2xo", code));
	assert_string_equal(code, "7HK9M2X0");
	assert_true(policy_recovery_code_read("IlOo-0000", code));
	assert_string_equal(code, "11000000");
	assert_false(policy_recovery_code_read("7HK9-M2X", code));
	assert_false(policy_recovery_code_read("7HK9-M2XCC", code));
	assert_false(policy_recovery_code_read("7HK9-M2XU", code));
	assert_false(policy_recovery_code_read("", code));
}

/* The new windows, as those of codes. */
static void
test_windows(void **state)
{
	struct store_counter c = {.n = 0};
	int64_t now = NOW_MS;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(policy_send_wait_ms(POLICY_SEND_RECOVERY, &c, now), 0);
		c = policy_send_count(POLICY_SEND_RECOVERY, &c, now);
		now += 1000;
	}
	assert_int_equal(policy_send_wait_ms(POLICY_SEND_RECOVERY, &c, now), 3600 * 1000 - 3000);
	assert_int_equal(policy_send_wait_ms(POLICY_SEND_RECOVERY, &c, NOW_MS + 3600 * 1000), 0);
	c = (struct store_counter){.n = 0};
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(policy_send_wait_ms(POLICY_SEND_CONTACT, &c, NOW_MS), 0);
		c = policy_send_count(POLICY_SEND_CONTACT, &c, NOW_MS);
	}
	assert_int_equal(policy_send_wait_ms(POLICY_SEND_CONTACT, &c, NOW_MS), 24 * 3600 * 1000);
}

/* ------------------------------------------------------------ two hands at a desk */

static void
test_same_hand(void **state)
{
	static const struct {
		struct store_desk_hand a, b;
		bool same, same_place;
	} rows[] = {
	    {{7, 70}, {7, 70}, true, true},
	    {{7, 70}, {7, 71}, true, true}, /* moved in between */
	    {{7, 70}, {8, 70}, false, true},
	    {{7, 70}, {8, 71}, false, false},
	    {{7, 0}, {8, 0}, false, false},   /* of none is not of one */
	    {{0, 0}, {0, 0}, false, false},   /* nobody at a desk */
	    {{0, 70}, {8, 70}, false, false}, /* an operator, for that establishment */
	    {{7, 70}, {0, 70}, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
		    policy_desk_same_hand(&rows[i].a, &rows[i].b, false), rows[i].same);
		assert_int_equal(
		    policy_desk_same_hand(&rows[i].a, &rows[i].b, true), rows[i].same_place);
	}
}

static void
test_letter_of_a_desk(void **state)
{
	struct store_account who = {
	    .email = "", .mobile = "", .password_hash = "", .temp_hash = "hash"};
	struct store_consent consent = {.given = true, .at_ms = NOW_MS};

	(void)state;
	assert_true(policy_desk_code_due(&who));
	who.totp = true;
	assert_false(policy_desk_code_due(&who));
	who.temp_expires_at_ms = NOW_MS + POLICY_TEMP_LETTER_MS;
	assert_true(policy_desk_letter_waits(&who, who.temp_expires_at_ms - 1));
	assert_false(policy_desk_letter_waits(&who, who.temp_expires_at_ms));
	assert_true(policy_desk_is_slip(&who, &consent, NOW_MS));
	assert_true(policy_desk_is_slip(&who, &consent, NOW_MS + POLICY_DESK_SLIP_MS - 1));
	assert_false(policy_desk_is_slip(&who, &consent, NOW_MS + POLICY_DESK_SLIP_MS));
	assert_false(policy_desk_is_slip(&who, &consent, NOW_MS - 1));
	who.password_hash = "own";
	assert_false(policy_desk_is_slip(&who, &consent, NOW_MS));
	who.password_hash = "";
	who.temp_expires_at_ms++; /* another letter than that of the consent */
	assert_false(policy_desk_is_slip(&who, &consent, NOW_MS));
	who.temp_channel = 1; /* it went by e-mail: no desk has seen it */
	assert_false(policy_desk_letter_waits(&who, NOW_MS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mobiles),
	    cmocka_unit_test(test_never_both_ways_in_three_days),
	    cmocka_unit_test(test_totp_vectors),
	    cmocka_unit_test(test_totp_forms),
	    cmocka_unit_test(test_recovery_codes),
	    cmocka_unit_test(test_windows),
	    cmocka_unit_test(test_same_hand),
	    cmocka_unit_test(test_letter_of_a_desk),
	};

	secret_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
