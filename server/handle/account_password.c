/* SPDX-License-Identifier: MIT */
/*
 * Another password in place of one's own, from an open session. Everything that
 * the old one had opened or set going ends with it, but this session.
 */
#include "server/handle.h"

#include <stdlib.h>
#include <string.h>

#include "proto/account.pb-c.h"
#include "server/handle/auth.h"
#include "server/handle/keyed.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/pwhash.h"
#include "server/handle/reauth.h"
#include "server/policy/password.h"
#include "server/registry.h"

/* More than the rule ever leaves alive. */
#define SESSIONS_MAX 8u

struct password_state {
	struct reauth ra;
	char hash[PWHASH_MAX]; /* of the new one */
	int refuse;	       /* positive: the new one may not be, for this reason */
};

int
check_account_change_password(struct request *rq)
{
	const Emage__AccountChangePasswordRequest *m = rq->msg;

	if (m->new_password[0] == '\0')
		return request_invalid(rq, "new_password");
	if (strlen(m->new_password) > AUTH_PASSWORD_MAX_BYTES) {
		request_refuse(rq, EM_E_PASSWORD_LONG, "new_password", 0, 0);
		return -EM_E_PASSWORD_LONG;
	}
	return reauth_check(rq, m->old_password, "old_password");
}

int
handle_account_change_password_read(struct request *rq, struct store_conn *db)
{
	const Emage__AccountChangePasswordRequest *m = rq->msg;
	struct password_state *st = arena_alloc(rq->arena, sizeof(*st));
	const struct store_account *who;
	int rc;

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = st;
	rc = reauth_read(rq, db, &st->ra);
	if (rc < 0)
		return rc;
	who = &st->ra.who;
	{
		const char *words[] = {who->identifier, who->given_name, who->used_name,
		    who->birth_name, who->email, who->mobile,
		    server_settings(rq->server)->region_name};

		rc = policy_password_check(rq->server->blocklist, m->new_password,
		    (unsigned)server_settings(rq->server)->password_min_chars, words,
		    ARRAY_LEN(words));
	}
	/* told only to somebody who knows the old one */
	st->refuse = rc < 0 ? -rc : 0;
	return 0;
}

/* Whether two are one password, however they were typed. */
static bool
password_same(const char *a, const char *b)
{
	char *form_a = policy_password_form(a), *form_b = policy_password_form(b);
	bool same = form_a != NULL && form_b != NULL && strcmp(form_a, form_b) == 0;

	if (form_a != NULL)
		secret_wipe(form_a, strlen(form_a));
	if (form_b != NULL)
		secret_wipe(form_b, strlen(form_b));
	free(form_a);
	free(form_b);
	return same;
}

int
handle_account_change_password_work(struct request *rq)
{
	const Emage__AccountChangePasswordRequest *m = rq->msg;
	struct password_state *st = rq->state;
	const struct secret *pepper = &rq->server->pepper;
	struct pwhash_match match = {.own = false};
	int rc = reauth_work(rq, m->old_password, &st->ra);

	if (rc < 0 || !st->ra.match || st->refuse != 0)
		return rc;
	if (st->ra.who.temp_hash[0] != '\0')
		rc = pwhash_try(pepper, m->new_password, "", st->ra.who.temp_hash, &match);
	if (rc == 0 && (match.temp || password_same(m->old_password, m->new_password)))
		st->refuse = EM_E_PASSWORD_SAME;
	return rc < 0 || st->refuse != 0 ? rc
					 : pwhash_make(pepper, m->new_password, NULL, st->hash);
}

static int
password_set(struct request *rq, struct store_conn *db, const struct password_state *st)
{
	const uint64_t account_id = rq->caller.account_id;
	const struct notice_from from = notice_from(rq);
	int rc = store_account_set_password(db, account_id, st->hash);

	if (rc == 0)
		rc = store_account_password_changed(db, account_id, rq->now_ms);
	if (rc == 0)
		rc = store_session_end_all(db, account_id, rq->caller.session_id);
	if (rc == 0)
		rc = store_challenge_end_all(db, account_id);
	if (rc == 0)
		rc = store_contact_drop(db, account_id);
	if (rc == 0)
		rc = notice_tell(&from, db, &st->ra.who, TEXT_NOTICE_PASSWORD, 0);
	return rc;
}

int
handle_account_change_password_write(struct request *rq, struct store_conn *db)
{
	Emage__AccountChangePasswordReply *reply = rq->reply;
	struct password_state *st = rq->state;
	struct store_session open[SESSIONS_MAX];
	unsigned n = 0;
	bool right;
	int rc = reauth_write(rq, db, &st->ra, "old_password", "password.changed", &right);

	if (rc < 0 || !right)
		return rc;
	if (st->refuse != 0) {
		request_refuse(rq, st->refuse, "new_password", 0, 0);
		return 0;
	}
	rc = store_session_list(db, rq->caller.account_id, open, SESSIONS_MAX, &n);
	if (rc == 0)
		rc = password_set(rq, db, st);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "password.changed",
			.patient_id = rq->caller.patient_id,
			.detail = "by the person"});
	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < n; i++)
		reply->sessions_ended += open[i].session_id != rq->caller.session_id ? 1 : 0;
	registry_end_account(rq->caller.account_id, rq->caller.session_id);
	rq->cleanup = notice_wake;
	return 0;
}
