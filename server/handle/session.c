/* SPDX-License-Identifier: MIT */
/*
 * Greeting, and the life of a session. The token is 256 random bits of which
 * the store keeps a keyed hash (S-01); it lives on one connection at a time,
 * and the limits are kept here, whatever a client says (S-03).
 */
#include "server/handle.h"

#include <string.h>

#include <sodium.h>

#include "common/clock.h"
#include "common/language.h"
#include "proto/session.pb-c.h"
#include "server/handle/auth.h"
#include "server/handle/code.h"
#include "server/handle/keyed.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/code.h"
#include "server/policy/session.h"
#include "server/registry.h"
#include "server/server.h"

#define PROTOCOL_VERSION 1u
/* More than the rule ever leaves alive. */
#define SESSIONS_MAX 8u

enum factor {
	FACTOR_PASSWORD = 1,
	FACTOR_CODE_EMAIL = 2,
	FACTOR_CODE_MOBILE = 4,
	FACTOR_TOTP = 8,
	FACTOR_RECOVERY = 16,
	FACTOR_DESK = 32,
};

/* Second steps: what each is in a session, in the audit trail and to a client. */
static const struct {
	uint32_t factor;
	const char *detail, *name;
} seconds[] = {
    [EMAGE__CHANNEL__CHANNEL_EMAIL] = {.factor = FACTOR_CODE_EMAIL,
	.detail = "password, code by e-mail",
	.name = "code-email"},
    [EMAGE__CHANNEL__CHANNEL_MOBILE] = {.factor = FACTOR_CODE_MOBILE,
	.detail = "password, code by mobile",
	.name = "code-mobile"},
    [AUTH_BY_TOTP] = {.factor = FACTOR_TOTP,
	.detail = "password, authenticator app",
	.name = "totp"},
    [AUTH_BY_RECOVERY] = {.factor = FACTOR_RECOVERY,
	.detail = "password, recovery code",
	.name = "recovery-code"},
    [AUTH_BY_DESK] = {.factor = FACTOR_DESK,
	.detail = "password, code in person",
	.name = "code-in-person"},
};

/* ------------------------------------------------------------------ hello */

int
check_hello(struct request *rq)
{
	const Emage__HelloRequest *m = rq->msg;

	if (m->protocol != PROTOCOL_VERSION)
		return -EM_E_VERSION;
	if (m->kind == EMAGE__CLIENT_KIND__CLIENT_KIND_UNSPECIFIED)
		return request_invalid(rq, "kind");
	return 0;
}

int
handle_hello_local(struct request *rq)
{
	const struct settings *settings = server_settings(rq->server);
	const Emage__HelloRequest *m = rq->msg;
	Emage__HelloReply *reply = rq->reply;

	rq->change = (struct change){.phase = PH_A, .kind = (int)m->kind};
	memcpy(rq->change.language, language_code(language_of(m->language)),
	    sizeof(rq->change.language));
	reply->protocol = PROTOCOL_VERSION;
	reply->region = settings->region_name;
	reply->now_ms = rq->now_ms;
	reply->password_min_chars = (uint32_t)settings->password_min_chars;
	reply->code_digits = POLICY_CODE_DIGITS;
	reply->support_address = settings->region_support;
	return 0;
}

int
check_ping(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_ping_local(struct request *rq)
{
	Emage__PingReply *reply = rq->reply;

	reply->now_ms = rq->now_ms;
	return 0;
}

/* ------------------------------------------------------------------- open */

static int
session_tell_closed(struct request *rq, struct store_conn *db, const struct store_account *who)
{
	const struct notice_from from = notice_from(rq);

	rq->cleanup = notice_wake;
	return notice_tell(&from, db, who, TEXT_NOTICE_SESSION, 0);
}

/* The rule of one kiosk and one other: the newest wins (S-05). */
static int
session_make_room(struct request *rq, struct store_conn *db, const struct store_account *who)
{
	const uint64_t account_id = who->account_id;
	struct store_session open[SESSIONS_MAX];
	unsigned n = 0;
	int rc = store_session_list(db, account_id, open, SESSIONS_MAX, &n);

	for (unsigned i = 0; rc == 0 && i < n; i++) {
		if (!policy_session_gives_way(open[i].kind, rq->caller.kind))
			continue;
		rc = store_session_end(db, open[i].session_id);
		if (rc == 0)
			rc = people_audit(rq, db,
			    &(struct store_audit){
				.event = "session.closed",
				.actor_account = account_id,
				.patient_id = open[i].patient_id,
				.detail = "another one was opened",
			    });
		/* one that somebody still has before the eyes */
		if (rc == 0 && policy_session_state(&open[i], rq->now_ms) == 0)
			rc = session_tell_closed(rq, db, who);
		if (rc == 0)
			registry_end_session(open[i].session_id);
	}
	return rc;
}

static void
session_change(struct request *rq, const struct store_session *s)
{
	rq->change = (struct change){
	    .phase = PH_O,
	    .role = s->role,
	    .account_id = s->account_id,
	    .patient_id = s->patient_id,
	    .session_id = s->session_id,
	    .session_generation = s->generation,
	    .idle_limit_ms = s->idle_limit_ms,
	    .ends_at_ms = s->ends_at_ms,
	};
}

/* A new token: for the reply, and its hash for the store. */
static int
session_token(struct request *rq, ProtobufCBinaryData *token_r, uint8_t hash_r[32])
{
	uint8_t *token = arena_alloc(rq->arena, TOKEN_LEN);

	if (token == NULL)
		return -EM_E_NO_MEMORY;
	randombytes_buf(token, TOKEN_LEN);
	keyed_token(&rq->server->pepper, token, hash_r);
	token_r->data = token;
	token_r->len = TOKEN_LEN;
	return 0;
}

int
auth_open_session(
    struct request *rq, struct store_conn *db, const struct store_account *who, int second)
{
	const struct policy_session_limits limits =
	    policy_session_limits(server_settings(rq->server), rq->caller.kind);
	Emage__AuthCodeReply *reply = rq->reply;
	struct store_session s = {
	    .account_id = who->account_id,
	    .patient_id = who->patient_id,
	    .role = who->role,
	    .kind = rq->caller.kind,
	    .opened_at_ms = rq->now_ms,
	    .active_at_ms = rq->now_ms,
	    .idle_limit_ms = limits.idle_ms,
	    .ends_at_ms = rq->now_ms + limits.total_ms,
	    .generation = 1,
	    .factors = FACTOR_PASSWORD | seconds[second].factor,
	};
	int rc = session_token(rq, &reply->token, s.token_hash);

	if (rc == 0)
		rc = session_make_room(rq, db, who);
	if (rc == 0)
		rc = store_session_add(db, &s, &s.session_id);
	if (rc == 0)
		rc = store_staff_signed_in(db, who->account_id, rq->now_ms);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){
			.event = "session.opened",
			.actor_account = who->account_id,
			.patient_id = who->patient_id,
			.detail = seconds[second].detail,
		    });
	if (rc < 0)
		return rc;
	reply->role = (Emage__Role)who->role;
	reply->display_name = people_display_name(rq->arena, who);
	reply->civility = (char *)(uintptr_t)who->civility;
	if (reply->display_name == NULL)
		return -EM_E_NO_MEMORY;
	reply->idle_limit_s = code_seconds(limits.idle_ms);
	reply->absolute_limit_s = code_seconds(limits.total_ms);
	reply->language = (char *)who->language;
	session_change(rq, &s);
	return 0;
}

/* ----------------------------------------------------------------- resume */

int
check_session_resume(struct request *rq)
{
	const Emage__SessionResumeRequest *m = rq->msg;

	return m->token.len == TOKEN_LEN ? 0 : request_invalid(rq, "token");
}

/* Why a session found by its token may not go on: 0 or -EM_E_*. */
static int
session_usable(
    const struct request *rq, const struct store_session *s, const struct store_account *who)
{
	/* a kiosk's session is not taken along */
	if (s->kind != rq->caller.kind || who->state != ACCOUNT_ACTIVE)
		return -EM_E_SESSION_ENDED;
	return policy_session_state(s, rq->now_ms);
}

int
handle_session_resume_write(struct request *rq, struct store_conn *db)
{
	const Emage__SessionResumeRequest *m = rq->msg;
	Emage__SessionResumeReply *reply = rq->reply;
	struct store_account who;
	struct store_session s;
	uint8_t hash[32];
	int rc;

	keyed_token(&rq->server->pepper, m->token.data, hash);
	rc = store_session_by_token(db, hash, &s);
	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, s.account_id, &who);
	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	rc = session_usable(rq, &s, &who);
	if (rc == 0)
		rc = session_token(rq, &reply->token, s.token_hash);
	if (rc == 0)
		rc = store_session_retoken(db, s.session_id, s.token_hash, rq->now_ms);
	if (rc == 0)
		rc = store_session_get(db, s.session_id, &s);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){
			.event = "session.resumed",
			.actor_account = s.account_id,
			.patient_id = s.patient_id,
		    });
	if (rc < 0)
		return rc;
	reply->role = (Emage__Role)s.role;
	reply->display_name = people_display_name(rq->arena, &who);
	reply->civility = (char *)(uintptr_t)who.civility;
	if (reply->display_name == NULL)
		return -EM_E_NO_MEMORY;
	reply->idle_limit_s = code_seconds(s.idle_limit_ms);
	reply->absolute_left_s = code_seconds(s.ends_at_ms - rq->now_ms);
	reply->language = (char *)who.language;
	/* binding the session to this connection takes it from the other */
	session_change(rq, &s);
	return 0;
}

/* ----------------------------------------------------------------- logout */

int
check_session_logout(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_session_logout_write(struct request *rq, struct store_conn *db)
{
	int rc = 0;

	rq->change = (struct change){.phase = PH_A};
	if (rq->caller.session_id != 0) {
		rc = store_session_end(db, rq->caller.session_id);
		if (rc == 0)
			rc = people_audit(rq, db,
			    &(struct store_audit){
				.event = "session.closed",
				.patient_id = rq->caller.patient_id,
				.detail = "by the person",
			    });
	} else if (rq->caller.challenge_id != 0) {
		rc = store_challenge_end_all(db, rq->caller.account_id);
	}
	/* gone already (ended elsewhere, cleared away): what was asked for */
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

/* --------------------------------------------------------- whoami, touch */

int
check_session_whoami(struct request *rq)
{
	(void)rq;
	return 0;
}

static int
session_factors(struct request *rq, uint32_t factors, char ***names_r, size_t *n_r)
{
	char **names = arena_alloc(rq->arena, (ARRAY_LEN(seconds) + 1) * sizeof(*names));
	size_t n = 0;

	if (names == NULL)
		return -EM_E_NO_MEMORY;
	if (factors & FACTOR_PASSWORD)
		names[n++] = (char *)(uintptr_t) "password";
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		if (factors & seconds[i].factor)
			names[n++] = (char *)(uintptr_t)seconds[i].name;
	}
	*names_r = names;
	*n_r = n;
	return 0;
}

int
handle_session_whoami_read(struct request *rq, struct store_conn *db)
{
	Emage__SessionWhoamiReply *reply = rq->reply;
	struct store_account who;
	struct store_session s;
	int rc;

	reply->role = (Emage__Role)rq->caller.role;
	if (rq->caller.session_id == 0) {
		/* an operator: known by the local socket, without a session */
		reply->display_name = arena_printf(rq->arena, "uid %u", rq->caller.source.uid);
		return reply->display_name == NULL ? -EM_E_NO_MEMORY : 0;
	}
	rc = store_session_get(db, rq->caller.session_id, &s);
	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, s.account_id, &who);
	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	reply->display_name = people_display_name(rq->arena, &who);
	if (reply->display_name == NULL)
		return -EM_E_NO_MEMORY;
	reply->idle_left_s = code_seconds(policy_session_idle_left_ms(&s, rq->now_ms));
	reply->absolute_left_s = code_seconds(policy_session_total_left_ms(&s, rq->now_ms));
	return session_factors(rq, s.factors, &reply->factors, &reply->n_factors);
}

int
check_session_touch(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_session_touch_local(struct request *rq)
{
	Emage__SessionTouchReply *reply = rq->reply;
	int64_t left_ms = rq->caller.ends_at_ms - rq->now_ms;
	int64_t idle_ms = rq->caller.idle_limit_ms;

	/* the request itself has just moved the idle limit */
	reply->idle_left_s = code_seconds(idle_ms < left_ms ? idle_ms : left_ms);
	reply->absolute_left_s = code_seconds(left_ms);
	return 0;
}
