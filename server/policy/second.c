/* SPDX-License-Identifier: MIT */
/* Codes of an authenticator app, and recovery codes. */
#include "server/policy/second.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>
#include <sodium.h>

#include "common/secret.h"

static const char second_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#ifdef EMAGE_TESTING
#define SECOND_N_DRAWN 11u /* a secret and its recovery codes */

/* EMAGE_TEST_SECOND=TEXT: every enrolment gets the same secrets, so that a screen
 * that shows them can be compared. False without it. */
static bool
second_draw_known(uint8_t *out, size_t len, unsigned which)
{
	const char *text = getenv("EMAGE_TEST_SECOND");
	uint8_t all[crypto_generichash_BYTES];
	char which_text[64];

	if (text == NULL)
		return false;
	snprintf(which_text, sizeof(which_text), "%.40s %u", text, which);
	crypto_generichash(
	    all, sizeof(all), (const uint8_t *)which_text, strlen(which_text), NULL, 0);
	memcpy(out, all, len);
	return true;
}
#endif

void
policy_totp_draw(uint8_t secret_r[POLICY_TOTP_SECRET_LEN])
{
#ifdef EMAGE_TESTING
	if (second_draw_known(secret_r, POLICY_TOTP_SECRET_LEN, 0))
		return;
#endif
	randombytes_buf(secret_r, POLICY_TOTP_SECRET_LEN);
}

void
policy_totp_base32(const uint8_t secret[POLICY_TOTP_SECRET_LEN], char out_r[POLICY_TOTP_BASE32_MAX])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned n = 0, bits = 0;
	uint32_t have = 0;

	for (unsigned i = 0; i < POLICY_TOTP_SECRET_LEN; i++) {
		have = have << 8 | secret[i];
		for (bits += 8; bits >= 5; bits -= 5)
			out_r[n++] = alphabet[have >> (bits - 5) & 31];
		have &= (1u << bits) - 1;
	}
	out_r[n] = '\0';
}

bool
policy_totp_read(const char *typed, char code_r[POLICY_TOTP_DIGITS + 1])
{
	unsigned n = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ')
			continue;
		if (*typed < '0' || *typed > '9' || n == POLICY_TOTP_DIGITS)
			return false;
		code_r[n++] = *typed;
	}
	code_r[n] = '\0';
	return n == POLICY_TOTP_DIGITS;
}

bool
policy_totp_check(const uint8_t secret[POLICY_TOTP_SECRET_LEN], const char *code, int64_t now_ms,
    int64_t last_step, int64_t *step_r)
{
	const int64_t now_step = now_ms / POLICY_TOTP_STEP_MS;
	bool right = false;

	/* all of the window, whichever is right: no time tells which */
	for (int64_t step = now_step - POLICY_TOTP_WINDOW; step <= now_step + POLICY_TOTP_WINDOW;
	     step++) {
		char want[POLICY_TOTP_DIGITS + 1] = "";
		bool equal;

		if (step < 0 ||
		    oath_hotp_generate((const char *)secret, POLICY_TOTP_SECRET_LEN, (uint64_t)step,
			POLICY_TOTP_DIGITS, false, OATH_HOTP_DYNAMIC_TRUNCATION, want) != OATH_OK)
			continue;
		equal = secret_equal(want, code, POLICY_TOTP_DIGITS) && step > last_step;
		if (equal && !right)
			*step_r = step;
		right = right || equal;
		secret_wipe(want, sizeof(want));
	}
	return right;
}

/* Letters of the alphabet have five bits: no byte is preferred. */
static void
second_draw_letters(uint8_t drawn_r[POLICY_RECOVERY_CODE_LEN])
{
#ifdef EMAGE_TESTING
	static atomic_uint n_drawn;

	if (second_draw_known(drawn_r, POLICY_RECOVERY_CODE_LEN,
		1 + atomic_fetch_add(&n_drawn, 1) % (SECOND_N_DRAWN - 1)))
		return;
#endif
	randombytes_buf(drawn_r, POLICY_RECOVERY_CODE_LEN);
}

void
policy_recovery_code_draw(char shown_r[POLICY_RECOVERY_CODE_MAX])
{
	uint8_t drawn[POLICY_RECOVERY_CODE_LEN];
	unsigned n = 0;

	second_draw_letters(drawn);
	for (unsigned i = 0; i < POLICY_RECOVERY_CODE_LEN; i++) {
		if (i == POLICY_RECOVERY_CODE_LEN / 2)
			shown_r[n++] = '-';
		shown_r[n++] = second_alphabet[drawn[i] & 31];
	}
	shown_r[n] = '\0';
	secret_wipe(drawn, sizeof(drawn));
}

static char
second_letter(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		return '0';
	return c == 'I' || c == 'L' ? '1' : c;
}

bool
policy_recovery_code_read(const char *typed, char code_r[POLICY_RECOVERY_CODE_LEN + 1])
{
	unsigned n = 0;

	for (; *typed != '\0'; typed++) {
		char c = second_letter(*typed);

		if (c == ' ' || c == '-')
			continue;
		if (n == POLICY_RECOVERY_CODE_LEN || strchr(second_alphabet, c) == NULL)
			return false;
		code_r[n++] = c;
	}
	code_r[n] = '\0';
	return n == POLICY_RECOVERY_CODE_LEN;
}
