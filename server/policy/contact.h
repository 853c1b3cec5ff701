/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_CONTACT_H
#define EMAGE_SERVER_POLICY_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

/* Addresses of an account: their forms, and how they may change. */

/* After a change of one way the other may not change for so long, and for so
 * long the old address can be brought back. */
#define POLICY_CONTACT_HOLD_MS (INT64_C(72) * 3600 * 1000)

#define POLICY_MOBILE_MAX 18 /* E.164 with its NUL, and then some */

/*
 * A mobile number as people write it, as E.164: blanks, dots, hyphens and
 * parentheses do not count; 00 stands for +; a national French number (06 ..,
 * 07 ..) becomes +33. Taken are the region's and its neighbours' countries: +33,
 * +49, +352, +32, +41. False when it is none of these; out_r is "" then.
 */
bool policy_mobile_normalise(const char *typed, char out_r[POLICY_MOBILE_MAX]);

/* Until the way may change whose neighbour was changed at `other_done_at_ms`
 * (0 = never); 0 = now. A clock that was set back does not lengthen it. */
int64_t policy_contact_wait_ms(int64_t other_done_at_ms, int64_t now_ms);
/* The same for what is held back for another time. */
int64_t policy_contact_hold_ms(int64_t done_at_ms, int64_t hold_ms, int64_t now_ms);
/* Whether the change of that time can still be undone. */
bool policy_contact_undoable(int64_t done_at_ms, int64_t now_ms);

#endif
