/* SPDX-License-Identifier: MIT */
/*
 * What a connection is: its phase, and the session that it holds.
 */
#include "server/session.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "proto/common.pb-c.h"
#include "server/policy/session.h"
#include "server/registry.h"
#include "server/task.h"

/* The store learns of activity at most this often. */
#define TOUCH_EVERY_MS 15000

/* -------------------------------------------------- writes of its own */

struct session_job {
	struct store_job store;
	uint64_t session_id;
	uint32_t generation;
	int64_t active_at_ms; /* 0: end it */
};

static int
session_job_run(struct store_conn *db, void *arg)
{
	struct session_job *j = arg;
	struct store_session row;
	int rc = store_session_get(db, j->session_id, &row);

	/* gone, or somebody else's by now: theirs to move and to end */
	if (rc == -EM_E_NOT_FOUND || (!rc && row.generation != j->generation))
		return 0;
	if (rc)
		return rc;
	if (!j->active_at_ms)
		return store_session_end(db, j->session_id);
	if (row.active_at_ms >= j->active_at_ms)
		return 0;
	return store_session_touch(db, j->session_id, j->active_at_ms);
}

static void
session_job_done(void *arg, int rc)
{
	if (rc)
		log_warn("session.write", "error=%s", err_name(rc));
	free(arg);
}

/* Best effort: the row's own limits end the session all the same. */
static bool
session_write(struct conn *c, int64_t active_at_ms)
{
	struct store *store = c->loop->core->server.store;
	struct session_job *j;

	if (!store)
		return false;
	j = mem_new(sizeof(*j));
	j->session_id = c->session_id;
	j->generation = c->session_generation;
	j->active_at_ms = active_at_ms;
	j->store = (struct store_job){
	    .run = session_job_run,
	    .done = session_job_done,
	    .arg = j,
	};
	if (store_submit(store, &j->store) == 0)
		return true;
	free(j);
	return false;
}

/* --------------------------------------------------------------- phases */

static const char *
session_phase_name(enum phase p)
{
	switch (p) {
	case PH_N:
		return "new";
	case PH_A:
		return "greeted";
	case PH_C:
		return "code";
	case PH_T:
		return "temporary";
	case PH_O:
		return "open";
	}
	return "?";
}

static void
session_release_attached(struct conn *c)
{
	if (c->attached)
		c->attached_release(c->attached);
	c->attached = NULL;
}

/* Out of the open session, in memory. */
static void
session_unbind(struct conn *c)
{
	atomic_fetch_sub_explicit(
	    &c->loop->core->server.counters.connections_signed_in, 1, memory_order_relaxed);
	if (c->session_id)
		registry_unbind(c->session_id, c->id);
}

static void
session_enter(struct conn *c, enum phase phase)
{
	struct admit *admit = c->loop->core->admit;
	enum phase old = c->phase;

	if (old == PH_O)
		session_unbind(c);
	c->phase = phase;
	c->epoch++;
	c->phase_at_ms = loop_boot(c->loop);
	if (phase == PH_A && !c->ticket)
		c->ticket = admit_return(admit, &c->source, c->id);
	else if (phase & (PH_C | PH_T | PH_O))
		admit_promote(admit, &c->ticket);
	if (phase == PH_O)
		server_count(&c->loop->core->server, connections_signed_in);
	log_event(old == PH_N ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "session.phase",
	    "conn=%llx from=%s to=%s", (unsigned long long)c->id, session_phase_name(old),
	    session_phase_name(phase));
}

static void
session_forget(struct conn *c)
{
	c->role = 0;
	c->opened_exam_id = 0;
	c->record_opened_at_ms = c->record_until_ms = 0;
	c->account_id = c->patient_id = c->session_id = c->challenge_id = 0;
	c->session_generation = 0;
	c->idle_limit_ms = c->ends_at_ms = c->ends_boot_ms = 0;
	c->active_at_ms = c->saved_at_ms = c->active_boot_ms = c->checked_boot_ms = 0;
	c->bucket = (struct bucket){0};
}

static void
session_open(struct conn *c, const struct change *ch)
{
	int64_t now_ms = loop_now(c->loop), boot_ms = loop_boot(c->loop);

	c->role = ch->role;
	c->account_id = ch->account_id;
	c->patient_id = ch->patient_id;
	c->record_opened_at_ms = c->record_until_ms = 0;
	c->session_id = ch->session_id;
	c->session_generation = ch->session_generation;
	c->challenge_id = 0;
	c->idle_limit_ms = ch->idle_limit_ms;
	c->ends_at_ms = ch->ends_at_ms;
	c->active_at_ms = c->saved_at_ms = now_ms;
	c->active_boot_ms = boot_ms;
	c->checked_boot_ms = boot_ms;
	c->ends_boot_ms = ch->ends_at_ms ? boot_ms + (ch->ends_at_ms - now_ms) : 0;
	c->bucket = (struct bucket){0};
	session_enter(c, PH_O);
	if (c->session_id)
		registry_bind(c->session_id, c->account_id, c->loop, c->id);
}

/* Another record, or none: what is being sent of the one before ends with err. */
static void
session_set_record(struct conn *c, uint64_t patient_id, int err)
{
	stream_end_all(c, err);
	if (c->state == CONN_DEAD)
		return;
	c->patient_id = patient_id;
	c->opened_exam_id = 0;
	c->record_opened_at_ms = c->record_until_ms = 0;
	c->final_err = 0;
	conn_on_turn(c);
}

void
session_change(struct conn *c, const struct change *ch)
{
	if (ch->record && c->phase == PH_O)
		session_set_record(c, ch->patient_id, EM_E_NO_RECORD);
	if (ch->opened_exam_id && c->phase == PH_O)
		c->opened_exam_id = ch->opened_exam_id;
	if (ch->phase && ch->kind)
		c->kind = ch->kind;
	if (ch->phase && ch->language[0])
		memcpy(c->language, ch->language, sizeof(c->language));
	if (ch->phase)
		c->final_err = 0;
	switch (ch->phase) {
	case PH_A:
		stream_end_all(c, EM_E_SESSION_ENDED);
		if (c->state == CONN_DEAD)
			break;
		session_release_attached(c);
		session_enter(c, PH_A);
		session_forget(c);
		if (c->source.local)
			session_open(c, &(struct change){.role = EMAGE__ROLE__ROLE_OPERATOR});
		break;
	case PH_C:
	case PH_T:
		session_enter(c, ch->phase);
		c->account_id = ch->account_id;
		c->challenge_id = ch->challenge_id;
		break;
	case PH_O:
		session_open(c, ch);
		break;
	case PH_N:
		break;
	}
}

void
session_expire(struct conn *c, int err, bool forget)
{
	if (c->phase != PH_O || !c->session_id)
		return;
	if (forget)
		session_write(c, 0);
	stream_end_all(c, err);
	if (c->state == CONN_DEAD)
		return;
	session_release_attached(c);
	session_enter(c, PH_A);
	session_forget(c);
	c->final_err = err < 0 ? -err : err;
	conn_on_turn(c);
}

void
session_shut_out(struct conn *c, uint64_t patient_id)
{
	if (c->phase != PH_O || !patient_id || c->patient_id != patient_id)
		return;
	stream_end_all(c, EM_E_NOT_FOUND);
	if (c->state == CONN_DEAD)
		return;
	c->patient_id = c->opened_exam_id = 0;
	c->record_opened_at_ms = c->record_until_ms = 0;
	/* what is with other threads comes back too late */
	c->epoch++;
	c->final_err = EM_E_NOT_FOUND;
	conn_on_turn(c);
}

/* ---------------------------------------------------------------- record */

/* There is no row, or none in force. */
static int
session_lose_record(struct conn *c)
{
	/* cleared away because its time was over */
	if (c->record_until_ms && c->record_until_ms <= loop_now(c->loop))
		session_set_record(c, 0, EM_E_NO_RECORD);
	else
		session_shut_out(c, c->patient_id);
	return c->final_err ? -c->final_err : -EM_E_NO_RECORD;
}

int
session_check_record(struct conn *c)
{
	struct store_conn *db = loop_db(c->loop);
	struct store_record row;
	int rc = db ? store_record_look(db, c->session_id, &row) : -EM_E_UNAVAILABLE;

	if (rc == -EM_E_NOT_FOUND)
		return session_lose_record(c);
	if (rc)
		return -EM_E_UNAVAILABLE;
	if (row.until_ms <= loop_now(c->loop)) {
		session_set_record(c, 0, EM_E_NO_RECORD);
		return -EM_E_NO_RECORD;
	}
	if (row.patient_id != c->patient_id ||
	    (c->record_opened_at_ms && c->record_opened_at_ms != row.opened_at_ms))
		session_set_record(c, row.patient_id, EM_E_NO_RECORD);
	if (c->state == CONN_DEAD)
		return -EM_E_CLOSED;
	c->record_opened_at_ms = row.opened_at_ms;
	c->record_until_ms = row.until_ms;
	return 0;
}

/* ------------------------------------------------------------------ life */

int
session_verdict(
    const struct store_session *row, uint32_t generation, int64_t active_at_ms, int64_t now_ms)
{
	struct store_session live = *row;

	if (row->generation != generation)
		return EM_E_SESSION_TAKEN;
	/* the store learns of activity later than the connection */
	if (live.active_at_ms < active_at_ms)
		live.active_at_ms = active_at_ms;
	return -policy_session_state(&live, now_ms);
}

int
session_check(struct conn *c)
{
	struct store_conn *db = loop_db(c->loop);
	struct store_session row;
	int rc;

	if (!db)
		return -EM_E_UNAVAILABLE;
	rc = store_session_get(db, c->session_id, &row);
	if (rc == -EM_E_NOT_FOUND) {
		session_expire(c, EM_E_SESSION_ENDED, false);
		return -EM_E_SESSION_ENDED;
	}
	if (rc)
		return -EM_E_UNAVAILABLE;
	c->checked_boot_ms = loop_boot(c->loop);
	rc = session_verdict(&row, c->session_generation, c->active_at_ms, loop_now(c->loop));
	if (!rc && c->idle_limit_ms && loop_boot(c->loop) - c->active_boot_ms >= c->idle_limit_ms)
		rc = EM_E_SESSION_IDLE;
	if (rc)
		session_expire(c, rc, rc != EM_E_SESSION_TAKEN);
	return -rc;
}

void
session_touch(struct conn *c)
{
	c->active_at_ms = loop_now(c->loop);
	c->active_boot_ms = loop_boot(c->loop);
	if (c->active_at_ms - c->saved_at_ms < TOUCH_EVERY_MS && c->active_at_ms >= c->saved_at_ms)
		return;
	if (session_write(c, c->active_at_ms))
		c->saved_at_ms = c->active_at_ms;
}

void
session_leave(struct conn *c)
{
	if (c->phase != PH_O)
		return;
	if (c->session_id && c->active_at_ms > c->saved_at_ms)
		session_write(c, c->active_at_ms);
	session_unbind(c);
	c->phase = PH_A;
	c->epoch++;
}
