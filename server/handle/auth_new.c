/* SPDX-License-Identifier: MIT */
/*
 * Choosing one's own password in place of a temporary one. The temporary one
 * ends with it, and so does everything that was opened with the one before;
 * then the person signs in anew.
 */
#include "server/handle.h"

#include <string.h>

#include "common/mem.h"
#include "proto/session.pb-c.h"
#include "server/handle/auth.h"
#include "server/handle/keyed.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/pwhash.h"
#include "server/policy/password.h"
#include "server/registry.h"
#include "server/server.h"

struct new_password_state {
	struct store_account who;
	char hash[PWHASH_MAX];
};

int
check_auth_new_password(struct request *rq)
{
	const Emage__AuthNewPasswordRequest *m = rq->msg;

	if (m->password[0] == '\0')
		return request_invalid(rq, "password");
	if (strlen(m->password) > AUTH_PASSWORD_MAX_BYTES) {
		request_refuse(rq, EM_E_PASSWORD_LONG, "password", 0, 0);
		return -EM_E_PASSWORD_LONG;
	}
	return 0;
}

/* Whether this account is still in want of a password of its own. */
static bool
auth_new_is_due(const struct request *rq, const struct store_account *who)
{
	return who->state == ACCOUNT_ACTIVE && who->temp_hash[0] != '\0' &&
	       rq->now_ms < who->temp_expires_at_ms;
}

int
handle_auth_new_password_read(struct request *rq, struct store_conn *db)
{
	const Emage__AuthNewPasswordRequest *m = rq->msg;
	struct new_password_state *st = arena_alloc(rq->arena, sizeof(*st));
	const char *words[8];
	size_t n = 0;
	int rc;

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = st;
	rc = store_account_by_id(db, rq->arena, rq->caller.account_id, &st->who);
	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	if (!auth_new_is_due(rq, &st->who))
		return -EM_E_SESSION_ENDED;
	words[n++] = st->who.identifier;
	words[n++] = st->who.given_name;
	words[n++] = st->who.used_name;
	words[n++] = st->who.birth_name;
	words[n++] = st->who.email;
	words[n++] = st->who.mobile;
	words[n++] = server_settings(rq->server)->region_name;
	rc = policy_password_check(rq->server->blocklist, m->password,
	    (unsigned)server_settings(rq->server)->password_min_chars, words, n);
	if (rc < 0)
		request_refuse(rq, -rc, "password", 0, 0);
	return rc;
}

int
handle_auth_new_password_work(struct request *rq)
{
	const Emage__AuthNewPasswordRequest *m = rq->msg;
	struct new_password_state *st = rq->state;
	const struct secret *pepper = &rq->server->pepper;
	struct pwhash_match match;
	int rc = pwhash_try(pepper, m->password, st->who.password_hash, st->who.temp_hash, &match);

	if (rc == 0 && (match.own || match.temp)) {
		request_refuse(rq, EM_E_PASSWORD_SAME, "password", 0, 0);
		return -EM_E_PASSWORD_SAME;
	}
	return rc < 0 ? rc : pwhash_make(pepper, m->password, NULL, st->hash);
}

static int
auth_new_forgive(struct request *rq, struct store_conn *db, const char *identifier)
{
	const struct store_counter none = {.n = 0};
	uint8_t key[32];
	int rc = 0;

	for (int trusted = 0; rc == 0 && trusted <= 1; trusted++) {
		keyed_identifier(&rq->server->pepper, identifier, trusted != 0, key);
		rc = store_counter_put(db, COUNTER_PASSWORD, key, &none);
	}
	return rc;
}

/* Not at the first sign-in: nothing was changed then. */
static int
auth_new_tell(struct request *rq, struct store_conn *db, const struct store_account *who)
{
	const struct notice_from from = notice_from(rq);

	rq->cleanup = notice_wake;
	return notice_tell(&from, db, who, TEXT_NOTICE_PASSWORD, 0);
}

int
handle_auth_new_password_write(struct request *rq, struct store_conn *db)
{
	const struct new_password_state *st = rq->state;
	const uint64_t account_id = st->who.account_id;
	struct store_account who;
	int rc = store_account_by_id(db, rq->arena, account_id, &who);

	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	/* used by somebody else meanwhile, or replaced by another one */
	if (!auth_new_is_due(rq, &who) || strcmp(who.temp_hash, st->who.temp_hash) != 0)
		return -EM_E_SESSION_ENDED;
	rc = store_account_set_password(db, account_id, st->hash);
	if (rc == 0)
		rc = store_account_password_changed(db, account_id, rq->now_ms);
	if (rc == 0)
		rc = store_contact_drop(db, account_id);
	if (rc == 0 && who.password_hash[0] != '\0')
		rc = auth_new_tell(rq, db, &who);
	if (rc == 0)
		rc = store_session_end_all(db, account_id, 0);
	if (rc == 0)
		rc = store_challenge_end_all(db, account_id);
	if (rc == 0)
		rc = auth_new_forgive(rq, db, who.identifier);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){
			.event = "password.changed",
			.patient_id = who.patient_id,
			.detail = "in place of a temporary one",
		    });
	if (rc < 0)
		return rc;
	registry_end_account(account_id, 0);
	rq->change = (struct change){.phase = PH_A};
	return 0;
}
