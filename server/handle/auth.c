/* SPDX-License-Identifier: MIT */
/*
 * Signing in, step 1: the password. Step 2 is in auth_code.c, the choice of one's
 * own password in place of a temporary one in auth_new.c.
 *
 * An identifier that nobody has, a wrong password, an account that is pending,
 * withdrawn or locked take the same path, cost the same and are answered with
 * the same bytes.
 */
#include "server/handle.h"

#include <string.h>

#include "proto/session.pb-c.h"
#include "server/handle/auth.h"
#include "server/handle/code.h"
#include "server/handle/keyed.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/pwhash.h"
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
	*right_r = ((own && !locked) || temp) && who->state == ACCOUNT_ACTIVE;
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

/* Nothing is sent: the person's own app shows the code, or, without any way to
 * reach the person, the desk hands one over. */
static int
auth_challenge_unsent(
    struct request *rq, struct store_conn *db, struct store_challenge *c, bool app)
{
	Emage__AuthPasswordReply *reply = rq->reply;
	int rc;

	c->created_at_ms = c->sent_at_ms = rq->now_ms;
	c->expires_at_ms = rq->now_ms + server_settings(rq->server)->code_lifetime_s * 1000;
	c->tries_left = POLICY_CODE_TRIES;
	rc = store_challenge_add(db, c, &c->challenge_id);
	if (rc < 0)
		return rc;
	reply->totp = app;
	reply->expires_in_s = code_seconds(c->expires_at_ms - rq->now_ms);
	reply->tries_left = c->tries_left;
	rq->change = (struct change){
	    .phase = PH_C, .account_id = c->account_id, .challenge_id = c->challenge_id};
	return 0;
}

/* Step 2 begins: the code on its way, the connection in its next phase. */
static int
auth_challenge(
    struct request *rq, struct store_conn *db, const struct store_account *who, bool temp)
{
	Emage__AuthPasswordReply *reply = rq->reply;
	struct store_challenge c = {.account_id = who->account_id, .temp_password = temp};
	bool refused = false;
	int rc;

	memcpy(c.binding, rq->caller.binding, sizeof(c.binding));
	if (who->totp)
		return auth_challenge_unsent(rq, db, &c, true);
	rc = people_contacts(rq->arena, who, &reply->contacts, &reply->n_contacts);
	if (rc < 0)
		return rc;
	auth_keep_contacts(who, temp, reply->contacts, &reply->n_contacts);
	if (reply->n_contacts == 0)
		return auth_challenge_unsent(rq, db, &c, false);
	rc = code_may_send(rq, db, who->account_id, &refused);
	if (rc < 0 || refused)
		return rc;
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
	if (rc == 0 && !own)
		rc = code_unlock(rq, db, who.account_id);
	return rc < 0 ? rc : auth_challenge(rq, db, &who, !own);
}
