/* SPDX-License-Identifier: MIT */
/* Life of sessions, and how many a person may have. */
#include "server/policy/session.h"

#include "common/err.h"
#include "proto/common.pb-c.h"

/* Two requests of one person, dispatched on two threads. */
#define SESSION_CLOCK_SLACK_MS 5000

static bool
session_is_kiosk(int kind)
{
	return kind == EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK;
}

struct policy_session_limits
policy_session_limits(const struct settings *s, int kind)
{
	const bool kiosk = session_is_kiosk(kind);

	return (struct policy_session_limits){
	    .idle_ms = 1000 * (kiosk ? s->session_kiosk_idle_s : s->session_terminal_idle_s),
	    .total_ms = 1000 * (kiosk ? s->session_kiosk_total_s : s->session_terminal_total_s),
	};
}

static bool
session_is_idle(const struct store_session *s, int64_t now_ms)
{
	return now_ms - s->active_at_ms >= s->idle_limit_ms;
}

int
policy_session_state(const struct store_session *s, int64_t now_ms)
{
	if (now_ms >= s->ends_at_ms || now_ms < s->opened_at_ms - SESSION_CLOCK_SLACK_MS)
		return -EM_E_SESSION_ENDED;
	return session_is_idle(s, now_ms) ? -EM_E_SESSION_IDLE : 0;
}

static int64_t
session_left_ms(int64_t left_ms, int64_t most_ms)
{
	return left_ms < 0 ? 0 : left_ms > most_ms ? most_ms : left_ms;
}

int64_t
policy_session_idle_left_ms(const struct store_session *s, int64_t now_ms)
{
	return session_left_ms(s->active_at_ms + s->idle_limit_ms - now_ms, s->idle_limit_ms);
}

int64_t
policy_session_total_left_ms(const struct store_session *s, int64_t now_ms)
{
	return session_left_ms(s->ends_at_ms - now_ms, s->ends_at_ms - s->opened_at_ms);
}

bool
policy_session_gives_way(int open_kind, int new_kind)
{
	return session_is_kiosk(open_kind) == session_is_kiosk(new_kind);
}
