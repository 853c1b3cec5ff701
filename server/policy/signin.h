/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_SIGNIN_H
#define EMAGE_SERVER_POLICY_SIGNIN_H

#include <stdbool.h>
#include <stdint.h>

#include "db/store.h"

/*
 * Failed passwords. The counter is about an identifier,
 * whether or not anybody has it, as seen from one class of sources: what
 * strangers do neither delays nor locks a kiosk that is trusted. It counts
 * consecutive failures; a right password sets it back. A try that is refused
 * for being early is not evaluated and not counted.
 */

/* From so many consecutive failures on, one's own password is refused whatever
 * is typed; a temporary one (recovery) still works and sets the counter back. */
#define POLICY_SIGNIN_LOCK 50u

/* How long after a failure the next try is evaluated: 1, 3, 5, 10 ... 60 s. */
int64_t policy_signin_delay_ms(const struct store_counter *c);
/* How much of that is left. Never more than the delay; a clock that was set
 * back by more than it ends the wait, or nobody could sign in for years. */
int64_t policy_signin_wait_ms(const struct store_counter *c, int64_t now_ms);
bool policy_signin_locked(const struct store_counter *c);
/* The counter after one more failure. */
struct store_counter policy_signin_failed(const struct store_counter *c, int64_t now_ms);

#endif
