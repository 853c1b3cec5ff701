/* SPDX-License-Identifier: MIT */
/*
 * The deadlines of a connection, as one pure function.
 */
#include "server/deadline.h"

struct deadline_soonest {
	int64_t at_ms;
	enum deadline_why why;
};

static void
deadline_offer(struct deadline_soonest *s, int64_t from_ms, int64_t limit_ms, enum deadline_why why)
{
	if (from_ms == 0 || limit_ms == 0 || from_ms + limit_ms >= s->at_ms)
		return;
	s->at_ms = from_ms + limit_ms;
	s->why = why;
}

static void
deadline_offer_phase(struct deadline_soonest *s, const struct deadline_view *v,
    const struct deadline_limits *l, int64_t share)
{
	switch (v->phase) {
	case PH_N:
		deadline_offer(
		    s, v->secured_at_ms, l->first_frame_ms / share, DEADLINE_FIRST_FRAME);
		break;
	case PH_A:
		if (!v->busy)
			deadline_offer(s, v->phase_at_ms, l->signin_ms / share, DEADLINE_SIGNIN);
		break;
	case PH_C:
	case PH_T:
		if (!v->busy)
			deadline_offer(s, v->phase_at_ms, l->code_ms, DEADLINE_CODE);
		break;
	case PH_O:
		deadline_offer(s, v->active_at_ms, v->idle_limit_ms, DEADLINE_IDLE);
		if (v->ends_at_ms)
			deadline_offer(s, v->ends_at_ms - 1, 1, DEADLINE_TOTAL);
		break;
	}
}

int64_t
deadline_next(
    const struct deadline_view *v, const struct deadline_limits *l, enum deadline_why *why_r)
{
	struct deadline_soonest s = {.at_ms = INT64_MAX, .why = DEADLINE_NONE};
	bool before_signin = v->phase == PH_N || v->phase == PH_A;
	int64_t share = v->stressed && before_signin ? 2 : 1;

	if (!v->secured) {
		deadline_offer(&s, v->opened_at_ms, l->handshake_ms / share, DEADLINE_HANDSHAKE);
	} else {
		deadline_offer_phase(&s, v, l, share);
		deadline_offer(&s, v->frame_at_ms, l->frame_ms / share, DEADLINE_FRAME);
		deadline_offer(&s, v->stalled_at_ms, l->stall_ms, DEADLINE_STALL);
	}
	*why_r = s.why;
	return s.at_ms;
}

const char *
deadline_name(enum deadline_why why)
{
	static const char *const names[] = {
	    [DEADLINE_NONE] = "none",
	    [DEADLINE_HANDSHAKE] = "handshake",
	    [DEADLINE_FIRST_FRAME] = "first-frame",
	    [DEADLINE_FRAME] = "frame",
	    [DEADLINE_SIGNIN] = "sign-in",
	    [DEADLINE_CODE] = "code",
	    [DEADLINE_STALL] = "stall",
	    [DEADLINE_IDLE] = "idle",
	    [DEADLINE_TOTAL] = "total",
	};

	return names[why];
}
