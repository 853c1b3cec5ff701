/* SPDX-License-Identifier: MIT */
/* Addresses of an account: forms, and times between changes. */
#include "server/policy/contact.h"

#include <stdio.h>
#include <string.h>

#include "common/mem.h"

/* Two requests of one person, dispatched on two threads. */
#define CONTACT_CLOCK_SLACK_MS 5000

/* Digits behind the country's code, and how mobile numbers begin there. */
static const struct country {
	const char *code;
	size_t min, max;
	const char *first[8];
} countries[] = {
    {.code = "33", .min = 9, .max = 9, .first = {"6", "7"}},
    {.code = "352", .min = 9, .max = 9, .first = {"6"}},
    {.code = "49", .min = 10, .max = 11, .first = {"15", "16", "17"}},
    {.code = "32", .min = 9, .max = 9, .first = {"4"}},
    {.code = "41", .min = 9, .max = 9, .first = {"74", "75", "76", "77", "78", "79"}},
};

/* Digits of what was typed, '+' of the front kept apart. False when something
 * else is in it. */
static bool
contact_digits(const char *typed, bool *plus_r, char out_r[POLICY_MOBILE_MAX])
{
	size_t n = 0;

	*plus_r = false;
	for (const char *s = typed; *s != '\0'; s++) {
		if (strchr(" .-()/", *s) != NULL)
			continue;
		if (*s == '+' && n == 0 && !*plus_r) {
			*plus_r = true;
			continue;
		}
		if (*s < '0' || *s > '9' || n + 3 >= POLICY_MOBILE_MAX)
			return false;
		out_r[n++] = *s;
	}
	out_r[n] = '\0';
	return true;
}

static bool
contact_fits(const char *digits)
{
	for (size_t i = 0; i < ARRAY_LEN(countries); i++) {
		const struct country *c = &countries[i];
		size_t len = strlen(c->code), rest;

		if (strncmp(digits, c->code, len) != 0)
			continue;
		rest = strlen(digits + len);
		for (size_t k = 0; k < ARRAY_LEN(c->first) && c->first[k] != NULL; k++)
			if (rest >= c->min && rest <= c->max &&
			    strncmp(digits + len, c->first[k], strlen(c->first[k])) == 0)
				return true;
	}
	return false;
}

/* France's code for the national 0 at that place, before which nothing but that
 * code may stand. */
static void
contact_national(char digits[POLICY_MOBILE_MAX], size_t zero_at)
{
	char rest[POLICY_MOBILE_MAX] = "";

	memcpy(rest, digits + zero_at + 1, POLICY_MOBILE_MAX - zero_at - 1);
	digits[0] = digits[1] = '3';
	memcpy(digits + 2, rest, POLICY_MOBILE_MAX - 2);
	digits[POLICY_MOBILE_MAX - 1] = '\0';
}

bool
policy_mobile_normalise(const char *typed, char out_r[POLICY_MOBILE_MAX])
{
	char digits[POLICY_MOBILE_MAX] = "";
	bool plus;

	out_r[0] = '\0';
	if (!contact_digits(typed, &plus, digits))
		return false;
	if (!plus && digits[0] == '0' && digits[1] == '0')
		memmove(digits, digits + 2, sizeof(digits) - 2);
	else if (!plus && digits[0] == '0')
		contact_national(digits, 0);
	else if (!plus)
		return false;
	if (digits[0] == '3' && digits[1] == '3' && digits[2] == '0') /* +33 (0)6 .. */
		contact_national(digits, 2);
	if (!contact_fits(digits))
		return false;
	out_r[0] = '+';
	memcpy(out_r + 1, digits, POLICY_MOBILE_MAX - 1);
	out_r[POLICY_MOBILE_MAX - 1] = '\0';
	return true;
}

int64_t
policy_contact_hold_ms(int64_t done_at_ms, int64_t hold_ms, int64_t now_ms)
{
	const int64_t past_ms = now_ms - done_at_ms;

	if (done_at_ms == 0 || past_ms >= hold_ms)
		return 0;
	return past_ms < 0 ? hold_ms : hold_ms - past_ms;
}

int64_t
policy_contact_wait_ms(int64_t other_done_at_ms, int64_t now_ms)
{
	return policy_contact_hold_ms(other_done_at_ms, POLICY_CONTACT_HOLD_MS, now_ms);
}

bool
policy_contact_undoable(int64_t done_at_ms, int64_t now_ms)
{
	return done_at_ms != 0 && now_ms - done_at_ms < POLICY_CONTACT_HOLD_MS &&
	       now_ms - done_at_ms >= -CONTACT_CLOCK_SLACK_MS;
}
