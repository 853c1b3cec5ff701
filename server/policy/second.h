/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_SECOND_H
#define EMAGE_SERVER_POLICY_SECOND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Authenticator app (RFC 6238, SHA-1, 6 digits, 30 s: what every app speaks) and
 * the recovery codes that stand in for a lost one.
 */
#define POLICY_TOTP_SECRET_LEN 20u
#define POLICY_TOTP_DIGITS     6u
#define POLICY_TOTP_STEP_MS    (INT64_C(30) * 1000)
/* Steps before and after that of the server's clock that are taken. */
#define POLICY_TOTP_WINDOW 1
/* 32 characters and the NUL. */
#define POLICY_TOTP_BASE32_MAX 33u

void policy_totp_draw(uint8_t secret_r[POLICY_TOTP_SECRET_LEN]);
/* As a person types it into an app. */
void policy_totp_base32(
    const uint8_t secret[POLICY_TOTP_SECRET_LEN], char out_r[POLICY_TOTP_BASE32_MAX]);
/* What was typed, without blanks; false unless it is six digits. */
bool policy_totp_read(const char *typed, char code_r[POLICY_TOTP_DIGITS + 1]);
/*
 * Whether the code is right now. *step_r: of which time step; one that is not
 * above `last_step` has been used and is not taken again.
 */
bool policy_totp_check(const uint8_t secret[POLICY_TOTP_SECRET_LEN], const char *code,
    int64_t now_ms, int64_t last_step, int64_t *step_r);

/* "7HK9-M2XC": eight characters of Crockford's base 32, 40 bits, tried with the
 * limits of an access code. */
#define POLICY_RECOVERY_CODES	 10u
#define POLICY_RECOVERY_CODE_LEN 8u
#define POLICY_RECOVERY_CODE_MAX 10u /* printed, with its NUL */
void policy_recovery_code_draw(char shown_r[POLICY_RECOVERY_CODE_MAX]);
/* What was typed, as it is hashed: upper case, without blanks and hyphens, O for
 * 0, I and L for 1. False when it has not the form of one. */
bool policy_recovery_code_read(const char *typed, char code_r[POLICY_RECOVERY_CODE_LEN + 1]);

#endif
