/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_DEADLINE_H
#define EMAGE_SERVER_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/method.h"

/*
 * Until when a connection may go on as it is (N-05, S-03). All times are of
 * clock_boot_ms(); 0 = does not apply.
 */
struct deadline_view {
	bool secured;  /* TLS handshake done, or none needed */
	bool busy;     /* a request before sign-in is under way */
	bool stressed; /* times before sign-in halve */
	enum phase phase;
	int64_t opened_at_ms; /* accepted */
	int64_t secured_at_ms;
	int64_t phase_at_ms;   /* present phase entered, or its code renewed */
	int64_t frame_at_ms;   /* first byte of an unfinished frame */
	int64_t stalled_at_ms; /* the peer has taken nothing since */
	int64_t active_at_ms;  /* last activity of the session */
	int64_t idle_limit_ms; /* of the session, 0 = none */
	int64_t ends_at_ms;    /* of the session, whatever happens */
};

struct deadline_limits {
	int64_t handshake_ms, first_frame_ms, frame_ms, signin_ms, code_ms, stall_ms;
};

enum deadline_why {
	DEADLINE_NONE,
	DEADLINE_HANDSHAKE,
	DEADLINE_FIRST_FRAME,
	DEADLINE_FRAME,
	DEADLINE_SIGNIN,
	DEADLINE_CODE,
	DEADLINE_STALL,
	DEADLINE_IDLE,	/* ends the session, not the connection */
	DEADLINE_TOTAL, /* likewise */
};

/* The soonest, or INT64_MAX with DEADLINE_NONE. It has passed when it is not
 * after now. */
int64_t deadline_next(
    const struct deadline_view *v, const struct deadline_limits *l, enum deadline_why *why_r);
const char *deadline_name(enum deadline_why why);

#endif
