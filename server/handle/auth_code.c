/* SPDX-License-Identifier: MIT */
/*
 * Signing in, step 2: the access code, and another one. A challenge belongs to
 * its account and its connection; its tries are counted before a code is looked
 * at, and only one right code ever uses it up (A-10 .. A-12).
 */
#include "server/handle.h"

#include "common/log.h"
#include "proto/session.pb-c.h"
#include "server/handle/auth.h"
#include "server/handle/code.h"
#include "server/handle/keyed.h"
#include "server/handle/opened.h"
#include "server/handle/notice.h"
#include "server/handle/people.h"
#include "server/handle/second.h"
#include "server/policy/code.h"
#include "server/policy/desk.h"
#include "server/server.h"

bool
auth_may_send_by(const struct store_account *who, bool temp_password, int channel)
{
	const int other = channel == EMAGE__CHANNEL__CHANNEL_EMAIL ? EMAGE__CHANNEL__CHANNEL_MOBILE
								   : EMAGE__CHANNEL__CHANNEL_EMAIL;

	return !temp_password || channel != who->temp_channel ||
	       people_address(who, other)[0] == '\0';
}

void
auth_keep_contacts(
    const struct store_account *who, bool temp, Emage__MaskedContact **contacts, size_t *n)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		if (auth_may_send_by(who, temp, (int)contacts[i]->channel))
			contacts[kept++] = contacts[i];
	}
	*n = kept;
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
	bool valid = policy_code_read(m->code, code) || second_is_formed(m->code);

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

/* The password was right and the codes were not. */
static int
auth_code_warn(struct request *rq, struct store_conn *db, const struct store_account *who)
{
	const struct notice_from from = notice_from(rq);

	rq->cleanup = notice_wake;
	return notice_tell(&from, db, who, TEXT_NOTICE_CODE_FAILED, 0);
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
	if (rc == 0 && dead)
		rc = auth_code_warn(rq, db, who);
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
    const struct store_challenge *c, int second)
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
		return auth_open_session(rq, db, who, second);
	reply->must_change_password = true;
	reply->role = (Emage__Role)who->role;
	reply->display_name = people_display_name(rq->arena, who);
	reply->civility = (char *)(uintptr_t)who->civility;
	reply->language = (char *)who->language;
	if (reply->display_name == NULL)
		return -EM_E_NO_MEMORY;
	rq->change = (struct change){.phase = PH_T, .account_id = who->account_id};
	return auth_code_audit(rq, db, who, "signin.temporary", "ok");
}

/* Whether it is the code that a desk has handed over, to somebody whom no other would
 * reach, and another person than the one who has printed the password before it; that
 * uses it up. */
static int
auth_code_in_person(struct request *rq, struct store_conn *db, const struct store_account *who,
    const struct store_challenge *c, bool *right_r)
{
	const bool apart = server_settings(rq->server)->desk_two_establishments;
	const Emage__AuthCodeRequest *m = rq->msg;
	char code[POLICY_CODE_DIGITS + 1];
	struct store_desk_hand by;
	uint8_t hash[32];
	int rc = -EM_E_NOT_FOUND;

	if (policy_desk_code_due(who) && policy_code_read(m->code, code)) {
		keyed_desk_code(&rq->server->pepper, c->account_id, code, hash);
		rc = store_desk_code_by(db, c->account_id, hash, rq->now_ms, &by);
		if (rc == 0 && c->temp_password && policy_desk_same_hand(&who->temp_by, &by, apart))
			rc = -EM_E_NOT_FOUND;
		if (rc == 0)
			rc = store_desk_code_use(db, c->account_id, hash, rq->now_ms);
	}
	secret_wipe(code, sizeof(code));
	secret_wipe(hash, sizeof(hash));
	*right_r = rc == 0;
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

/* Whether the code is that of the challenge, or of the person's app; *second_r
 * then tells what it was. */
static int
auth_code_try(struct request *rq, struct store_conn *db, const struct store_challenge *c,
    bool *right_r, int *second_r)
{
	const Emage__AuthCodeRequest *m = rq->msg;
	enum second_how how = SECOND_WRONG;
	char code[POLICY_CODE_DIGITS + 1];
	uint8_t hash[32];
	int rc = 0;

	if (c->channel == EMAGE__CHANNEL__CHANNEL_UNSPECIFIED) {
		rc = second_try(rq, db, c->account_id, m->code, &how);
		*right_r = how != SECOND_WRONG;
		*second_r = how == SECOND_TOTP ? AUTH_BY_TOTP : AUTH_BY_RECOVERY;
		return rc;
	}
	(void)policy_code_read(m->code, code);
	keyed_code(&rq->server->pepper, c, code, hash);
	*right_r = secret_equal(hash, c->code_hash, sizeof(hash));
	*second_r = c->channel;
	secret_wipe(code, sizeof(code));
	secret_wipe(hash, sizeof(hash));
	return 0;
}

/* What cannot be right in this challenge costs no try. */
static bool
auth_code_is_formed(const struct store_challenge *c, const char *typed)
{
	char code[POLICY_CODE_DIGITS + 1];
	bool formed;

	formed = policy_code_read(typed, code); /* also that of the desk */
	if (!formed && c->channel == EMAGE__CHANNEL__CHANNEL_UNSPECIFIED)
		formed = second_is_formed(typed);
	secret_wipe(code, sizeof(code));
	return formed;
}

int
handle_auth_code_write(struct request *rq, struct store_conn *db)
{
	const Emage__AuthCodeRequest *m = rq->msg;
	struct store_account who;
	struct store_challenge c;
	uint32_t left = 0;
	bool over, right = false;
	int second = 0, rc = auth_current(rq, db, &c, &who, &over);

	if (rc < 0 || over)
		return rc;
	if (policy_code_expired(&c, rq->now_ms)) {
		request_refuse(rq, EM_E_CODE_EXPIRED, "code", 0, 0);
		return 0;
	}
	if (!auth_code_is_formed(&c, m->code))
		return request_invalid(rq, "code");
	/* the try is taken before the code is looked at */
	rc = store_challenge_take_try(db, c.challenge_id, &left);
	if (rc == 0)
		rc = auth_code_try(rq, db, &c, &right, &second);
	if (rc == 0 && !right) {
		rc = auth_code_in_person(rq, db, &who, &c, &right);
		second = AUTH_BY_DESK;
	}
	if (rc < 0)
		return rc;
	return right ? auth_code_accept(rq, db, &who, &c, second)
		     : auth_code_fail(rq, db, &who, left);
}

/* ------------------------------------------------------- is it on its way */

int
check_auth_sending(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_auth_sending_read(struct request *rq, struct store_conn *db)
{
	Emage__AuthSendingReply *reply = rq->reply;
	enum outbox_state state = OUTBOX_SENT;
	struct store_challenge c;
	int rc = store_challenge_get(db, rq->caller.challenge_id, &c);

	if (rc == 0 && c.account_id == rq->caller.account_id && c.outbox_id != 0)
		rc = store_outbox_state(db, c.outbox_id, &state);
	reply->waiting = rc == 0 && state == OUTBOX_WAITING;
	reply->given_up = rc == 0 && state == OUTBOX_DROPPED;
	/* replaced, used, or cleared away: whoever tries the code is told */
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
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
	if (c.channel == EMAGE__CHANNEL__CHANNEL_UNSPECIFIED || /* an app needs no sending */
	    people_address(&who, channel)[0] == '\0' ||
	    !auth_may_send_by(&who, c.temp_password, channel)) {
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
	if (rc == 0) {
		auth_keep_contacts(&who, c.temp_password, reply->contacts, &reply->n_contacts);
		rc = code_send(rq, db, &who, channel, &c);
	}
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
