/* SPDX-License-Identifier: MIT */
/* Identifiers that people can read, type and read out. */
#include "server/policy/identifier.h"

#include <sodium.h>
#include <string.h>

#include "common/text.h"

#define IDENTIFIER_BASE	 23u
#define IDENTIFIER_DRAWN 9u
#define IDENTIFIER_LEN	 (IDENTIFIER_DRAWN + 1)

static const char identifier_alphabet[IDENTIFIER_BASE + 1] = "23456789cdfhjkmnprtvwxy";
static const struct {
	char typed, meant;
} identifier_alike[] = {{'b', '8'}, {'g', '6'}, {'s', '5'}, {'z', '2'}, {'u', 'v'}};

/* Weighted so that the sum over all ten is 0 modulo 23; weights 1 to 10 differ
 * and none is 0, hence what the header promises. */
static unsigned
identifier_check(const unsigned digit[IDENTIFIER_DRAWN])
{
	unsigned i, sum = 0;

	for (i = 0; i < IDENTIFIER_DRAWN; i++)
		sum += (i + 2) * digit[i];
	return (IDENTIFIER_BASE - sum % IDENTIFIER_BASE) % IDENTIFIER_BASE;
}

static bool
identifier_digits(const char *normalised, unsigned digit_r[IDENTIFIER_LEN])
{
	unsigned i;

	if (strlen(normalised) != IDENTIFIER_LEN)
		return false;
	for (i = 0; i < IDENTIFIER_LEN; i++) {
		const char *at = strchr(identifier_alphabet, normalised[i]);

		if (!at)
			return false;
		digit_r[i] = (unsigned)(at - identifier_alphabet);
	}
	return true;
}

bool
policy_identifier_is_sound(const char *normalised)
{
	unsigned digit[IDENTIFIER_LEN];

	return identifier_digits(normalised, digit) &&
	       digit[IDENTIFIER_DRAWN] == identifier_check(digit);
}

void
policy_identifier_show(const char *normalised, char shown_r[POLICY_IDENTIFIER_MAX])
{
	unsigned i, n = 0;

	for (i = 0; i < IDENTIFIER_LEN && normalised[i]; i++) {
		const char c = normalised[i];

		if (i == 3 || i == 7)
			shown_r[n++] = '-';
		shown_r[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	shown_r[n] = '\0';
}

void
policy_identifier_new(char shown_r[POLICY_IDENTIFIER_MAX])
{
	unsigned digit[IDENTIFIER_LEN];
	char normalised[IDENTIFIER_LEN + 1];
	unsigned i;

	for (i = 0; i < IDENTIFIER_DRAWN; i++)
		digit[i] = randombytes_uniform(IDENTIFIER_BASE);
	digit[IDENTIFIER_DRAWN] = identifier_check(digit);
	for (i = 0; i < IDENTIFIER_LEN; i++)
		normalised[i] = identifier_alphabet[digit[i]];
	normalised[IDENTIFIER_LEN] = '\0';
	policy_identifier_show(normalised, shown_r);
}

static char
identifier_meant(char c)
{
	size_t i;

	for (i = 0; i < sizeof(identifier_alike) / sizeof(identifier_alike[0]); i++) {
		if (identifier_alike[i].typed == c)
			return identifier_alike[i].meant;
	}
	return c;
}

size_t
policy_identifier_normalise(const char *typed, char *out_r)
{
	size_t len = text_fold(typed, strlen(typed), out_r);
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (out_r[i] != ' ')
			out_r[n++] = out_r[i];
	}
	out_r[n] = '\0';
	for (i = 0; n == IDENTIFIER_LEN && i < n; i++)
		out_r[i] = identifier_meant(out_r[i]);
	return n;
}
