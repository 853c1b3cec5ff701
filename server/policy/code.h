/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_CODE_H
#define EMAGE_SERVER_POLICY_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "db/store.h"

/* Access codes. */

#define POLICY_CODE_DIGITS 8u
/* Wrong codes in one challenge, whatever is sent again. */
#define POLICY_CODE_TRIES 5u
/* Consecutive wrong codes of an account, over challenges, resends and restarts;
 * then no code is sent or taken until recovery. */
#define POLICY_CODE_LOCK 20u
/* However the operator sets it, a code lives no longer. */
#define POLICY_CODE_LIFE_MAX_MS (15 * 60 * 1000)

/* A code: uniform, digits, from the system's generator. */
void policy_code_draw(char code_r[POLICY_CODE_DIGITS + 1]);
/* What was typed, without blanks; false unless it is digits, as many as a code
 * has. code_r is always a string. */
bool policy_code_read(const char *typed, char code_r[POLICY_CODE_DIGITS + 1]);

/* Past its life, or sent in the future: a clock that was set back does not
 * lengthen it. */
bool policy_code_expired(const struct store_challenge *c, int64_t now_ms);
bool policy_code_locked(uint32_t n_wrong);
/* Until another code may be asked for in this challenge; 0 = now. */
int64_t policy_code_resend_wait_ms(
    const struct store_challenge *c, int64_t resend_ms, int64_t now_ms);

/*
 * Sends to an account: never more than 3 in any 15 minutes nor 10 in any 24
 * hours (a mailbox is not flooded, and SMS cost money). The counter remembers
 * only the first and the last of them; the others count as sent with the last,
 * so the limit holds for every interval and not only from one full quarter of
 * an hour to the next.
 */
enum policy_send_window {
	POLICY_SEND_15MIN,
	POLICY_SEND_DAY,
	POLICY_SEND_RECOVERY, /* forgotten passwords of an identifier: 3 an hour */
	POLICY_SEND_CONTACT,  /* changes of addresses begun: 5 in 24 hours */
	POLICY_SEND_UNLOCK,   /* locks of wrong codes that recovery opens: 1 in 7 days */
	POLICY_SEND_REPORT,   /* notices of new reports to a patient: 1 an hour */
};

/* Until the window has room for another; 0 = now. */
int64_t policy_send_wait_ms(
    enum policy_send_window window, const struct store_counter *c, int64_t now_ms);
/* The counter after one more. */
struct store_counter policy_send_count(
    enum policy_send_window window, const struct store_counter *c, int64_t now_ms);

/* Counters that have not moved for so long may be forgotten (the store keeps
 * those that lock). */
#define POLICY_COUNTER_KEEP_MS (INT64_C(30) * 24 * 3600 * 1000)

#endif
