/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_DESK_H
#define EMAGE_SERVER_POLICY_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "db/store_account.h"

/*
 * What nobody at a desk may do alone. Who holds a temporary password and gets the
 * code that follows is that patient for the server, so the two never come from one
 * person: not printed and shown, not printed and sent to an address that this person
 * has put in.
 */

/* So long whoever has recorded a consent may mend an address of the letter that came
 * with it: until then both are theirs anyway. */
#define POLICY_DESK_SLIP_MS (INT64_C(30) * 60 * 1000)

/* Whether a code handed over in person is the only way to have one. */
bool policy_desk_code_due(const struct store_account *who);
/* Whether both are of one hand; `establishments`: of one establishment is that too.
 * Nobody at a desk is no hand. */
bool policy_desk_same_hand(
    const struct store_desk_hand *a, const struct store_desk_hand *b, bool establishments);
/* Whether a temporary password that a desk has printed is waiting. */
bool policy_desk_letter_waits(const struct store_account *who, int64_t now_ms);
/* Whether the one that is waiting came with this consent, just now, for somebody who
 * has not yet signed in. */
bool policy_desk_is_slip(
    const struct store_account *who, const struct store_consent *consent, int64_t now_ms);
#endif
