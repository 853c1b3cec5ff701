/* SPDX-License-Identifier: MIT */
/*
 * One's own account as the settings show it, what can be switched there, and
 * one's open sessions (S-05).
 */
#include "server/handle.h"

#include <string.h>

#include "common/language.h"
#include "proto/account.pb-c.h"
#include "proto/common.pb-c.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/contact.h"
#include "server/policy/identifier.h"
#include "server/policy/session.h"
#include "server/registry.h"
#include "server/server.h"

/* More than the rule ever leaves alive. */
#define SESSIONS_MAX 8u

/* -------------------------------------------------------------------- get */

int
check_account_get(struct request *rq)
{
	(void)rq;
	return 0;
}

/* As printed on the letter; something that has not its form stays as it is. */
static char *
account_identifier(struct arena *a, const char *kept)
{
	char *shown = arena_alloc(a, POLICY_IDENTIFIER_MAX);

	if (shown == NULL || !policy_identifier_is_sound(kept))
		return arena_strdup(a, kept);
	policy_identifier_show(kept, shown);
	return shown;
}

/* Until the later of the two ways' neighbours lets a change be. */
static int
account_contact_wait(struct request *rq, struct store_conn *db, int64_t *until_ms_r)
{
	int64_t newest = 0, wait_ms;
	int rc = 0;

	for (int channel = 1; rc == 0 && channel <= 2; channel++) {
		int64_t done_at_ms = 0;

		rc = store_contact_last_done(db, rq->caller.account_id, channel, &done_at_ms);
		newest = done_at_ms > newest ? done_at_ms : newest;
	}
	wait_ms = policy_contact_wait_ms(newest, rq->now_ms);
	*until_ms_r = wait_ms > 0 ? rq->now_ms + wait_ms : 0;
	return rc;
}

static int
account_fill(struct request *rq, Emage__AccountGetReply *reply, const struct store_account *who,
    const struct store_profile *profile, const struct store_consent *consent)
{
	reply->identifier = account_identifier(rq->arena, who->identifier);
	reply->display_name = people_display_name(rq->arena, who);
	reply->email = (char *)(uintptr_t)who->email;
	reply->mobile = (char *)(uintptr_t)who->mobile;
	reply->language = (char *)(uintptr_t)who->language;
	reply->notice_exam_opened = profile->notice_exam_opened;
	reply->notice_new_report = profile->notice_new_report;
	reply->second_step =
	    who->totp ? EMAGE__SECOND_STEP__SECOND_STEP_TOTP : EMAGE__SECOND_STEP__SECOND_STEP_CODE;
	reply->consent_at_ms = consent->at_ms;
	reply->consent_establishment = (char *)(uintptr_t)consent->establishment;
	reply->password_changed_at_ms = profile->password_changed_at_ms;
	return reply->identifier == NULL || reply->display_name == NULL ? -EM_E_NO_MEMORY : 0;
}

int
handle_account_get_read(struct request *rq, struct store_conn *db)
{
	Emage__AccountGetReply *reply = rq->reply;
	struct store_account who;
	struct store_profile profile;
	struct store_consent consent = {.establishment = ""};
	int rc = store_account_by_id(db, rq->arena, rq->caller.account_id, &who);

	if (rc == 0)
		rc = store_profile_get(db, rq->arena, rq->caller.account_id, &profile);
	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	rc = store_consent_get(db, rq->arena, rq->caller.patient_id, &consent);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	rc = account_contact_wait(rq, db, &reply->contact_wait_until_ms);
	if (rc == 0)
		rc = store_recovery_codes_left(
		    db, rq->caller.account_id, &reply->recovery_codes_left);
	return rc < 0 ? rc : account_fill(rq, reply, &who, &profile, &consent);
}

/* ------------------------------------------------------ language, notices */

int
check_account_set_language(struct request *rq)
{
	const Emage__AccountSetLanguageRequest *m = rq->msg;

	return language_is_known(m->language) ? 0 : request_invalid(rq, "language");
}

int
handle_account_set_language_write(struct request *rq, struct store_conn *db)
{
	const Emage__AccountSetLanguageRequest *m = rq->msg;
	int rc = store_account_set_language(db, rq->caller.account_id, m->language);

	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	return people_audit(rq, db,
	    &(struct store_audit){.event = "account.language",
		.patient_id = rq->caller.patient_id,
		.detail = m->language});
}

int
check_account_set_notices(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_account_set_notices_write(struct request *rq, struct store_conn *db)
{
	static const char *const what[] = {"none", "exam opened", "new report", "both"};
	const Emage__AccountSetNoticesRequest *m = rq->msg;
	int rc =
	    store_account_set_notices(db, rq->caller.account_id, m->exam_opened, m->new_report);

	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	return people_audit(rq, db,
	    &(struct store_audit){.event = "account.notices",
		.patient_id = rq->caller.patient_id,
		.detail = what[(m->exam_opened ? 1 : 0) + (m->new_report ? 2 : 0)]});
}

/* --------------------------------------------------------------- sessions */

int
check_session_list(struct request *rq)
{
	(void)rq;
	return 0;
}

static int
account_sessions(
    struct request *rq, struct store_conn *db, struct store_session s[SESSIONS_MAX], unsigned *n_r)
{
	unsigned n = 0, kept = 0;
	int rc = 0;

	/* an operator has no session, and account 0 is nobody's */
	if (rq->caller.account_id != 0)
		rc = store_session_list(db, rq->caller.account_id, s, SESSIONS_MAX, &n);
	for (unsigned i = 0; i < n; i++) {
		/* one's own lives, or it could not ask */
		if (s[i].session_id == rq->caller.session_id ||
		    policy_session_state(&s[i], rq->now_ms) == 0)
			s[kept++] = s[i];
	}
	*n_r = kept;
	return rc;
}

int
handle_session_list_read(struct request *rq, struct store_conn *db)
{
	Emage__SessionListReply *reply = rq->reply;
	struct store_session open[SESSIONS_MAX];
	Emage__OpenSession *rows;
	unsigned n = 0;
	int rc = account_sessions(rq, db, open, &n);

	if (rc < 0)
		return rc;
	rows = arena_alloc(rq->arena, (n + 1) * sizeof(*rows));
	reply->sessions = arena_alloc(rq->arena, (n + 1) * sizeof(*reply->sessions));
	if (rows == NULL || reply->sessions == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < n; i++) {
		emage__open_session__init(&rows[i]);
		rows[i].session_id = open[i].session_id;
		rows[i].kind = (Emage__ClientKind)open[i].kind;
		rows[i].opened_at_ms = open[i].opened_at_ms;
		rows[i].active_at_ms = open[i].active_at_ms;
		rows[i].is_this_one = open[i].session_id == rq->caller.session_id;
		if (rows[i].is_this_one)
			rows[i].active_at_ms = rq->now_ms;
		reply->sessions[i] = &rows[i];
	}
	reply->n_sessions = n;
	return 0;
}

int
check_session_end(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_session_end_write(struct request *rq, struct store_conn *db)
{
	const Emage__SessionEndRequest *m = rq->msg;
	Emage__SessionEndReply *reply = rq->reply;
	struct store_session open[SESSIONS_MAX];
	unsigned n = 0;
	int rc = account_sessions(rq, db, open, &n);

	for (unsigned i = 0; rc == 0 && i < n; i++) {
		const uint64_t id = open[i].session_id;

		if (m->session_id != 0 ? id != m->session_id : id == rq->caller.session_id)
			continue;
		rc = store_session_end(db, id);
		if (rc == 0)
			rc = people_audit(rq, db,
			    &(struct store_audit){.event = "session.closed",
				.patient_id = rq->caller.patient_id,
				.detail = "by the person, from a session"});
		if (rc < 0)
			break;
		reply->ended++;
		if (id == rq->caller.session_id)
			rq->change = (struct change){.phase = PH_A};
		else
			registry_end_session(id);
	}
	if (rc < 0)
		return rc;
	/* somebody else's is answered like one that is gone (S-08) */
	return m->session_id != 0 && reply->ended == 0 ? -EM_E_NOT_FOUND : 0;
}
