/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_SESSION_H
#define EMAGE_SERVER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "server/conn.h"

/* What the connection becomes; the only place where a phase changes. */
void session_change(struct conn *c, const struct change *ch);
/* Ends the session of this connection (phase A) for reason err; its row goes
 * too when `forget`. Streams end with that error. */
void session_expire(struct conn *c, int err, bool forget);

/* The patient that this connection has open, if it is this one, no longer exists
 * for it: streams and what is under way end with NOT_FOUND, the session goes on. */
void session_shut_out(struct conn *c, uint64_t patient_id);

/* Whether the professional of this connection has a record open: in this turn's
 * read transaction. Takes over the one of a session that was resumed. 0, or
 * -EM_E_NOT_FOUND when the patient is no more to be seen, -EM_E_NO_RECORD when
 * none is open or its time is over; streams have then ended with that. */
int session_check_record(struct conn *c);

/* Looks at the session's row in this turn's read transaction. 0, or -EM_E_*
 * after session_expire(). */
int session_check(struct conn *c);
/* Activity: moves the idle limit, in the store a little later. */
void session_touch(struct conn *c);
/* The connection goes: activity not yet saved is, the row stays (resume). */
void session_leave(struct conn *c);

/*
 * Whether a session lives at now: 0, or positive EM_E_SESSION_IDLE,
 * _SESSION_ENDED, _SESSION_TAKEN. active_at_ms: newest activity known to the
 * connection.
 */
int session_verdict(
    const struct store_session *row, uint32_t generation, int64_t active_at_ms, int64_t now_ms);

#endif
