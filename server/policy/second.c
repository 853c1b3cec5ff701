/* SPDX-License-Identifier: MIT */
/* Codes of an authenticator app, and recovery codes. */
#include "server/policy/second.h"

#include <stdio.h>
#include <string.h>

#include <liboath/oath.h>
#include <sodium.h>

#include "common/secret.h"

static const char second_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
policy_totp_draw(uint8_t secret_r[POLICY_TOTP_SECRET_LEN])
{
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

void
policy_recovery_code_draw(char shown_r[POLICY_RECOVERY_CODE_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < POLICY_RECOVERY_CODE_LEN; i++) {
		if (i == POLICY_RECOVERY_CODE_LEN / 2)
			shown_r[n++] = '-';
		shown_r[n++] = second_alphabet[randombytes_uniform(32)];
	}
	shown_r[n] = '\0';
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
