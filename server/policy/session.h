/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_SESSION_H
#define EMAGE_SERVER_POLICY_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "db/store.h"
#include "server/server.h"

/*
 * Life of sessions (S-03, S-05). A kiosk is a shared machine in a waiting room:
 * 2 minutes without activity and 15 in all; anything else is somebody's own
 * place: 10 minutes and an hour. The operator's settings say the same in
 * seconds.
 */
struct policy_session_limits {
	int64_t idle_ms;
	int64_t total_ms;
};
struct policy_session_limits policy_session_limits(const struct settings *s, int kind);

/* 0 when it goes on, -EM_E_SESSION_IDLE, or -EM_E_SESSION_ENDED at the absolute
 * limit or when it was opened in the future (the clock was set back). */
int policy_session_state(const struct store_session *s, int64_t now_ms);
/* What is left, at least 0. */
int64_t policy_session_idle_left_ms(const struct store_session *s, int64_t now_ms);
int64_t policy_session_total_left_ms(const struct store_session *s, int64_t now_ms);

/* At most one kiosk and one other place at a time; the newest wins: whether an
 * open session of one kind ends when one of the other kind opens. */
bool policy_session_gives_way(int open_kind, int new_kind);

#endif
