/* SPDX-License-Identifier: MIT */
/*
 * Signing in: the password (step 1) and the access code (step 2). Choosing
 * one's own password in place of a temporary one is in auth_new.c.
 *
 * An identifier that nobody has, a wrong password, an account that is pending,
 * withdrawn or locked take the same path, cost the same and are answered with
 * the same bytes.
 */
#include "server/handle.h"

#include <string.h>

#include "common/log.h"
#include "proto/session.pb-c.h"
#include "server/handle/auth.h"
#include "server/handle/code.h"
#include "server/handle/keyed.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/pwhash.h"
#include "server/policy/code.h"
#include "server/policy/identifier.h"
#include "server/policy/signin.h"
#include "server/server.h"

#define IDENTIFIER_MAX_BYTES 128u

struct auth_state {
	const char *identifier;	 /* normalised */
	uint8_t counter_key[32]; /* of the identifier, for this class of sources */
	const char *own_hash, *temp_hash;
	struct pwhash_match match;
	char rehash[PWHASH_MAX]; /* with today's parameters, "" = not needed */
};

/* --------------------------------------------------------------- password */

int
check_auth_password(struct request *rq)
{
	const Emage__AuthPasswordRequest *m = rq->msg;

	if (m->identifier[0] == '\0' || strlen(m->identifier) > IDENTIFIER_MAX_BYTES)
		return request_invalid(rq, "identifier");
	if (m->password[0] == '\0' || strlen(m->password) > AUTH_PASSWORD_MAX_BYTES)
		return request_invalid(rq, "password");
	return 0;
}

/* The one answer of every failure: its bytes depend on nothing but how often
 * this identifier has failed from this class of sources. */
static int
auth_refuse(struct request *rq, int64_t wait_ms)
{
	request_refuse(rq, EM_E_AUTH, "", code_seconds(wait_ms), 0);
	return 0;
}

static int
auth_wait(struct request *rq, struct store_conn *db, const uint8_t key[32],
    struct store_counter *c_r, int64_t *wait_ms_r)
{
	int rc = store_counter_get(db, COUNTER_PASSWORD, key, c_r);

	*wait_ms_r = rc == 0 ? policy_signin_wait_ms(c_r, rq->now_ms) : 0;
	return rc;
}

int
handle_auth_password_read(struct request *rq, struct store_conn *db)
{
	const Emage__AuthPasswordRequest *m = rq->msg;
	struct auth_state *st = arena_alloc(rq->arena, sizeof(*st));
	struct store_account who;
	struct store_counter c;
	char *identifier = arena_alloc(rq->arena, 3 * strlen(m->identifier) + 1);
	int64_t wait_ms;
	int rc;

	if (st == NULL || identifier == NULL)
		return -EM_E_NO_MEMORY;
	(void)policy_identifier_normalise(m->identifier, identifier);
	st->identifier = identifier;
	st->own_hash = st->temp_hash = "";
	keyed_identifier(
	    &rq->server->pepper, identifier, rq->caller.source.trusted, st->counter_key);
	rq->state = st;
	rc = auth_wait(rq, db, st->counter_key, &c, &wait_ms);
	if (rc < 0)
		return rc;
	if (wait_ms > 0) {
		/* not evaluated, so not hashed: nobody may buy our CPU this way */
		(void)auth_refuse(rq, wait_ms);
		return -EM_E_AUTH;
	}
	rc = store_account_by_identifier(db, rq->arena, identifier, &who);
	if (rc == 0) {
		st->own_hash = who.password_hash;
		st->temp_hash = who.temp_hash;
	}
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

int
handle_auth_password_work(struct request *rq)
{
	const Emage__AuthPasswordRequest *m = rq->msg;
	struct auth_state *st = rq->state;
	const struct secret *pepper = &rq->server->pepper;
	int rc = pwhash_try(pepper, m->password, st->own_hash, st->temp_hash, &st->match);

	/* a live temporary password needs the salt that it shares to stay */
	if (rc == 0 && st->match.own && st->match.stale && st->temp_hash[0] == '\0')
		rc = pwhash_make(pepper, m->password, NULL, st->rehash);
	return rc;
}

/* Whether this was a right password of somebody who may sign in. The account
 * is read again here, on the writer: it may have changed during the hashing. */
static int
auth_decide(struct request *rq, struct store_conn *db, const struct store_counter *c,
    struct store_account *who, bool *right_r)
{
	const struct auth_state *st = rq->state;
	bool own, temp, locked = false;
	int rc = store_account_by_identifier(db, rq->arena, st->identifier, who);

	*right_r = false;
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	/* for nobody too: account 0 */
	if (code_is_locked(rq, db, who->account_id, &locked) < 0)
		return -EM_E_UNAVAILABLE;
	if (rc == -EM_E_NOT_FOUND)
		return 0;
	own = st->match.own && strcmp(st->own_hash, who->password_hash) == 0 &&
	      !policy_signin_locked(c);
	/* with its 80 bits it needs no lock, and it is the way out of one */
	temp = st->match.temp && strcmp(st->temp_hash, who->temp_hash) == 0 &&
	       rq->now_ms < who->temp_expires_at_ms;
	*right_r = (own || temp) && who->state == ACCOUNT_ACTIVE && !locked;
	return 0;
}

static int
auth_fail(struct request *rq, struct store_conn *db, const struct store_counter *before,
    uint64_t account_id)
{
	const struct store_counter now = policy_signin_failed(before, rq->now_ms);
	const struct auth_state *st = rq->state;
	int rc;

	rc = store_counter_put(db, COUNTER_PASSWORD, st->counter_key, &now);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){
			.event = "signin.password",
			.actor_account = account_id,
			.result = err_name(EM_E_AUTH),
		    });
	if (rc < 0)
		return rc;
	server_count(rq->server, signins_failed);
	return auth_refuse(rq, policy_signin_delay_ms(&now));
}

/* Step 2 begins: the code on its way, the connection in its next phase. */
static int
auth_challenge(
    struct request *rq, struct store_conn *db, const struct store_account *who, bool temp)
{
	Emage__AuthPasswordReply *reply = rq->reply;
	struct store_challenge c = {.account_id = who->account_id, .temp_password = temp};
	bool refused = false;
	int rc = people_contacts(rq->arena, who, &reply->contacts, &reply->n_contacts);

	if (rc < 0)
		return rc;
	if (reply->n_contacts == 0) {
		request_refuse(rq, EM_E_NO_CHANNEL, "", 0, 0);
		return 0;
	}
	rc = code_may_send(rq, db, who->account_id, &refused);
	if (rc < 0 || refused)
		return rc;
	memcpy(c.binding, rq->caller.binding, sizeof(c.binding));
	rc = code_send(rq, db, who, (int)reply->contacts[0]->channel, &c);
	if (rc < 0)
		return rc;
	reply->sent_to = (Emage__Channel)c.channel;
	reply->expires_in_s = code_seconds(c.expires_at_ms - rq->now_ms);
	reply->resend_in_s = (uint32_t)server_settings(rq->server)->code_resend_s;
	reply->tries_left = c.tries_left;
	rq->change = (struct change){
	    .phase = PH_C, .account_id = who->account_id, .challenge_id = c.challenge_id};
	return 0;
}

int
handle_auth_password_write(struct request *rq, struct store_conn *db)
{
	const struct store_counter none = {.n = 0};
	struct auth_state *st = rq->state;
	struct store_account who = {.account_id = 0};
	struct store_counter c;
	int64_t wait_ms;
	bool right, own;
	int rc = auth_wait(rq, db, st->counter_key, &c, &wait_ms);

	if (rc < 0)
		return rc;
	/* of many tries at a time only the first is evaluated */
	if (wait_ms > 0)
		return auth_refuse(rq, wait_ms);
	rc = auth_decide(rq, db, &c, &who, &right);
	if (rc < 0)
		return rc;
	if (!right)
		return auth_fail(rq, db, &c, who.account_id);
	own = st->match.own && strcmp(st->own_hash, who.password_hash) == 0;
	if (own && st->rehash[0] != '\0')
		rc = store_account_rehash(db, who.account_id, st->own_hash, st->rehash);
	if (rc == 0 && c.n > 0)
		rc = store_counter_put(db, COUNTER_PASSWORD, st->counter_key, &none);
	return rc < 0 ? rc : auth_challenge(rq, db, &who, !own);
}

/* ------------------------------------------------------------ access code */

/* What both methods of step 2 begin with: the challenge of this connection and
 * its account. *over_r: it cannot go on, and the request has been refused. */
static int
auth_current(struct request *rq, struct store_conn *db, struct store_challenge *c_r,
    struct store_account *who_r, bool *over_r)
{
	bool locked = false;
	int err = 0;
	int rc = store_challenge_get(db, rq->caller.challenge_id, c_r);

	*over_r = true;
	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, c_r->account_id, who_r);
	if (rc == 0)
		rc = code_is_locked(rq, db, c_r->account_id, &locked);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	/* replaced by a sign-in elsewhere, used, or cleared away after its time */
	if (rc == -EM_E_NOT_FOUND || c_r->account_id != rq->caller.account_id ||
	    !secret_equal(c_r->binding, rq->caller.binding, sizeof(c_r->binding)))
		err = EM_E_CODE_EXPIRED;
	else if (c_r->tries_left == 0 || locked)
		err = EM_E_CODE_DEAD;
	else if (who_r->state != ACCOUNT_ACTIVE)
		err = EM_E_AUTH;
	if (err == 0) {
		*over_r = false;
		return 0;
	}
	request_refuse(rq, err, "", 0, 0);
	rq->change = (struct change){.phase = PH_A};
	return 0;
}

int
check_auth_code(struct request *rq)
{
	const Emage__AuthCodeRequest *m = rq->msg;
	char code[POLICY_CODE_DIGITS + 1];
	bool valid = policy_code_read(m->code, code);

	secret_wipe(code, sizeof(code));
	return valid ? 0 : request_invalid(rq, "code");
}

static int
auth_code_audit(struct request *rq, struct store_conn *db, const struct store_account *who,
    const char *event, const char *result)
{
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = event,
		.actor_account = who->account_id,
		.patient_id = who->patient_id,
		.result = result,
	    });
}

static int
auth_code_fail(
    struct request *rq, struct store_conn *db, const struct store_account *who, uint32_t left)
{
	bool locked = false, dead;
	int err, rc = code_count_wrong(rq, db, who->account_id, &locked);

	if (rc < 0)
		return rc;
	dead = locked || left == 0;
	err = dead ? EM_E_CODE_DEAD : EM_E_CODE_WRONG;
	rc = auth_code_audit(rq, db, who, "signin.code", err_name(err));
	if (rc == 0 && dead)
		rc = store_challenge_end_all(db, who->account_id);
	if (rc < 0)
		return rc;
	server_count(rq->server, codes_wrong);
	if (locked)
		log_warn("signin.locked", "step=code");
	request_refuse(rq, err, dead ? "" : "code", 0, dead ? 0 : left);
	if (dead)
		rq->change = (struct change){.phase = PH_A};
	return 0;
}

/* Right: uses the challenge up, then opens the session or, after a temporary
 * password, leads to the choice of one's own. */
static int
auth_code_accept(struct request *rq, struct store_conn *db, const struct store_account *who,
    const struct store_challenge *c)
{
	Emage__AuthCodeReply *reply = rq->reply;
	int rc = store_challenge_use(db, c->challenge_id, rq->now_ms);

	if (rc == -EM_E_NOT_FOUND) {
		request_refuse(rq, EM_E_CODE_DEAD, "", 0, 0);
		rq->change = (struct change){.phase = PH_A};
		return 0;
	}
	if (rc == 0)
		rc = code_forgive(rq, db, who->account_id);
	if (rc < 0)
		return rc;
	server_count(rq->server, signins_ok);
	if (!c->temp_password)
		return auth_open_session(rq, db, who, c->channel);
	reply->must_change_password = true;
	reply->role = (Emage__Role)who->role;
	reply->display_name = people_display_name(rq->arena, who);
	reply->language = (char *)who->language;
	if (reply->display_name == NULL)
		return -EM_E_NO_MEMORY;
	rq->change = (struct change){.phase = PH_T, .account_id = who->account_id};
	return auth_code_audit(rq, db, who, "signin.temporary", "ok");
}

int
handle_auth_code_write(struct request *rq, struct store_conn *db)
{
	const Emage__AuthCodeRequest *m = rq->msg;
	struct store_account who;
	struct store_challenge c;
	uint8_t hash[32];
	char code[POLICY_CODE_DIGITS + 1];
	uint32_t left = 0;
	bool over, right;
	int rc = auth_current(rq, db, &c, &who, &over);

	if (rc < 0 || over)
		return rc;
	if (policy_code_expired(&c, rq->now_ms)) {
		request_refuse(rq, EM_E_CODE_EXPIRED, "code", 0, 0);
		return 0;
	}
	/* the try is taken before the code is looked at */
	rc = store_challenge_take_try(db, c.challenge_id, &left);
	if (rc < 0)
		return rc;
	(void)policy_code_read(m->code, code);
	keyed_code(&rq->server->pepper, &c, code, hash);
	right = secret_equal(hash, c.code_hash, sizeof(hash));
	secret_wipe(code, sizeof(code));
	secret_wipe(hash, sizeof(hash));
	return right ? auth_code_accept(rq, db, &who, &c) : auth_code_fail(rq, db, &who, left);
}

/* ----------------------------------------------------------- another code */

int
check_auth_resend(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_auth_resend_write(struct request *rq, struct store_conn *db)
{
	const Emage__AuthResendRequest *m = rq->msg;
	Emage__AuthResendReply *reply = rq->reply;
	const int64_t resend_ms = server_settings(rq->server)->code_resend_s * 1000;
	struct store_account who;
	struct store_challenge c;
	int64_t wait_ms;
	bool over;
	int channel, rc = auth_current(rq, db, &c, &who, &over);

	if (rc < 0 || over)
		return rc;
	channel = m->channel == EMAGE__CHANNEL__CHANNEL_UNSPECIFIED ? c.channel : (int)m->channel;
	if (people_address(&who, channel)[0] == '\0') {
		request_refuse(rq, EM_E_NO_CHANNEL, "channel", 0, 0);
		return 0;
	}
	wait_ms = policy_code_resend_wait_ms(&c, resend_ms, rq->now_ms);
	if (wait_ms > 0) {
		request_refuse(rq, EM_E_RESEND_EARLY, "", code_seconds(wait_ms), 0);
		return 0;
	}
	rc = code_may_send(rq, db, who.account_id, &over);
	if (rc < 0 || over)
		return rc;
	rc = people_contacts(rq->arena, &who, &reply->contacts, &reply->n_contacts);
	if (rc == 0)
		rc = code_send(rq, db, &who, channel, &c);
	if (rc < 0)
		return rc;
	reply->sent_to = (Emage__Channel)c.channel;
	reply->expires_in_s = code_seconds(c.expires_at_ms - rq->now_ms);
	reply->resend_in_s = code_seconds(resend_ms);
	reply->tries_left = c.tries_left;
	/* step 2 begins anew, and with it what the connection's own clock allows */
	rq->change = (struct change){
	    .phase = PH_C, .account_id = who.account_id, .challenge_id = c.challenge_id};
	return 0;
}
