/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_PURGE_H
#define EMAGE_SERVER_PURGE_H

#include <stdint.h>

struct store;

/* Forgets what no rule looks at any more: ended sessions, old challenges, old
 * counters, messages that left or were given up so many days ago. At start it waits,
 * later it is one more job of the writer. */
int purge_now(struct store *s, int64_t now_ms, int64_t messages_kept_days);
void purge_later(struct store *s, int64_t now_ms, int64_t messages_kept_days);

#define PURGE_EVERY_MS (10 * 60 * 1000)

#endif
