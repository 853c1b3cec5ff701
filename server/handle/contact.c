/* SPDX-License-Identifier: MIT */
/*
 * Another address for an account, begun in an open session: the password
 * and a code to the address that is to go (or, where there is none yet, to the
 * other one), then a code to the new one; nobody who holds only one of a
 * person's ways can take the other. What follows is in contact_done.c.
 */
#include "server/handle.h"

#include <string.h>

#include "proto/account.pb-c.h"
#include "proto/common.pb-c.h"
#include "server/handle/code.h"
#include "server/handle/contact.h"
#include "server/handle/fields.h"
#include "server/handle/keyed.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/reauth.h"
#include "server/policy/code.h"
#include "server/policy/contact.h"
#include "server/server.h"

struct contact_start_state {
	struct reauth ra;
	const char *address; /* in its kept form */
};

/* ------------------------------------------------------------------- start */

/* The form in which an address is kept; NULL when it is none. */
static const char *
contact_form(struct arena *a, Emage__Channel channel, const char *typed)
{
	char *mobile;

	if (typed[0] == '\0')
		return "";
	if (channel == EMAGE__CHANNEL__CHANNEL_EMAIL)
		return fields_email(typed) ? typed : NULL;
	mobile = arena_alloc(a, POLICY_MOBILE_MAX);
	return mobile != NULL && policy_mobile_normalise(typed, mobile) ? mobile : NULL;
}

int
check_contact_start(struct request *rq)
{
	const Emage__ContactStartRequest *m = rq->msg;

	if (m->channel == EMAGE__CHANNEL__CHANNEL_UNSPECIFIED)
		return request_invalid(rq, "channel");
	if (contact_form(rq->arena, m->channel, m->address) == NULL)
		return request_invalid(rq, "address");
	return reauth_check(rq, m->password, "password");
}

int
handle_contact_start_read(struct request *rq, struct store_conn *db)
{
	const Emage__ContactStartRequest *m = rq->msg;
	struct contact_start_state *st = arena_alloc(rq->arena, sizeof(*st));

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = st;
	st->address = contact_form(rq->arena, m->channel, m->address);
	return st->address == NULL ? -EM_E_NO_MEMORY : reauth_read(rq, db, &st->ra);
}

int
handle_contact_start_work(struct request *rq)
{
	const Emage__ContactStartRequest *m = rq->msg;
	struct contact_start_state *st = rq->state;

	return reauth_work(rq, m->password, &st->ra);
}

static int
contact_other(int channel)
{
	return channel == EMAGE__CHANNEL__CHANNEL_EMAIL ? EMAGE__CHANNEL__CHANNEL_MOBILE
							: EMAGE__CHANNEL__CHANNEL_EMAIL;
}

int
contact_may(struct request *rq, struct store_conn *db, const struct store_account *who, int channel,
    const char *address, bool *may_r)
{
	int64_t done_at_ms = 0, wait_ms;
	int rc;

	*may_r = false;
	if (strcmp(people_address(who, channel), address) == 0) {
		request_refuse(rq, EM_E_EXISTS, "address", 0, 0);
		return 0;
	}
	rc = store_contact_last_done(db, who->account_id, contact_other(channel), &done_at_ms);
	if (rc < 0)
		return rc;
	wait_ms = policy_contact_wait_ms(done_at_ms, rq->now_ms);
	if (wait_ms > 0)
		request_refuse(rq, EM_E_RATE, "channel", code_seconds(wait_ms), 0);
	*may_r = wait_ms == 0;
	return 0;
}

/* The last one cannot go, and without any nothing can be proven. */
static bool
contact_can_prove(
    struct request *rq, const struct store_account *who, int channel, const char *address)
{
	const char *old = people_address(who, channel);

	if (people_address(who, contact_other(channel))[0] != '\0' ||
	    (address[0] != '\0' && old[0] != '\0') || strcmp(old, address) == 0)
		return true;
	request_refuse(rq, EM_E_NO_CHANNEL, "address", 0, 0);
	return false;
}

int
contact_count(struct request *rq, struct store_conn *db, uint64_t account_id, bool *may_r)
{
	struct store_counter c;
	uint8_t key[32];
	int64_t wait_ms;
	int rc;

	keyed_account(&rq->server->pepper, account_id, key);
	rc = store_counter_get(db, COUNTER_CONTACT, key, &c);
	if (rc < 0)
		return rc;
	wait_ms = policy_send_wait_ms(POLICY_SEND_CONTACT, &c, rq->now_ms);
	*may_r = wait_ms == 0;
	if (wait_ms > 0) {
		request_refuse(rq, EM_E_RESEND_LIMIT, "", code_seconds(wait_ms), 0);
		return 0;
	}
	c = policy_send_count(POLICY_SEND_CONTACT, &c, rq->now_ms);
	return store_counter_put(db, COUNTER_CONTACT, key, &c);
}

static int
contact_begin(struct request *rq, struct store_conn *db, const struct store_account *who,
    int channel, const char *address)
{
	Emage__ContactStartReply *reply = rq->reply;
	struct store_contact_change c = {.account_id = who->account_id,
	    .session_id = rq->caller.session_id,
	    .channel = channel,
	    .old_address = people_address(who, channel),
	    .new_address = address};
	int by = c.old_address[0] != '\0' ? channel : contact_other(channel);
	int rc = contact_send_code(rq, db, who, &c,
	    &(struct contact_sending){
		.channel = by, .address = people_address(who, by), .pair = TEXT_PROVE});

	if (rc == 0)
		rc = store_contact_add(db, &c, &c.change_id);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "contact.asked", .patient_id = who->patient_id});
	if (rc < 0)
		return rc;
	reply->sent_to = contact_mask(rq->arena, by, people_address(who, by));
	reply->expires_in_s = code_seconds(c.expires_at_ms - rq->now_ms);
	return reply->sent_to == NULL ? -EM_E_NO_MEMORY : 0;
}

int
handle_contact_start_write(struct request *rq, struct store_conn *db)
{
	const Emage__ContactStartRequest *m = rq->msg;
	struct contact_start_state *st = rq->state;
	bool go, refused = false;
	int rc = reauth_write(rq, db, &st->ra, "password", "contact.asked", &go);

	if (rc == 0 && go)
		go = contact_can_prove(rq, &st->ra.who, (int)m->channel, st->address);
	if (rc == 0 && go)
		rc = contact_may(rq, db, &st->ra.who, (int)m->channel, st->address, &go);
	if (rc == 0 && go)
		rc = code_may_send(rq, db, rq->caller.account_id, &refused);
	if (rc == 0 && go && !refused)
		rc = contact_count(rq, db, rq->caller.account_id, &go);
	if (rc < 0 || !go || refused)
		return rc;
	return contact_begin(rq, db, &st->ra.who, (int)m->channel, st->address);
}

/* ---------------------------------------------------------- prove, confirm */

static int
contact_check_code(struct request *rq, const char *typed)
{
	char code[POLICY_CODE_DIGITS + 1];
	bool formed = policy_code_read(typed, code);

	secret_wipe(code, sizeof(code));
	return formed ? 0 : request_invalid(rq, "code");
}

int
check_contact_prove(struct request *rq)
{
	const Emage__ContactProveRequest *m = rq->msg;

	return contact_check_code(rq, m->code);
}

int
check_contact_confirm(struct request *rq)
{
	const Emage__ContactConfirmRequest *m = rq->msg;

	return contact_check_code(rq, m->code);
}

/* The person's own try. */
static int
contact_try_own(struct request *rq, struct store_conn *db, struct contact_try *t,
    struct store_account *who_r, struct store_contact_change *c_r, bool *right_r)
{
	int rc = store_account_by_id(db, rq->arena, rq->caller.account_id, who_r);

	*right_r = false;
	t->who = who_r;
	return rc < 0 ? rc : contact_try_code(rq, db, t, c_r, right_r);
}

int
handle_contact_prove_write(struct request *rq, struct store_conn *db)
{
	const Emage__ContactProveRequest *m = rq->msg;
	Emage__ContactProveReply *reply = rq->reply;
	struct store_contact_change c;
	struct store_account who;
	bool right, refused = false;
	int rc = contact_try_own(rq, db,
	    &(struct contact_try){.state = CONTACT_ASKED, .typed = m->code}, &who, &c, &right);

	if (rc < 0 || !right)
		return rc;
	rc = code_forgive(rq, db, who.account_id);
	if (rc == 0 && c.new_address[0] == '\0') {
		reply->done = true;
		return contact_finish(rq, db, &c, &who);
	}
	if (rc == 0)
		rc = code_may_send(rq, db, who.account_id, &refused);
	if (rc < 0 || refused)
		return rc;
	rc = contact_send_code(rq, db, &who, &c,
	    &(struct contact_sending){
		.channel = c.channel, .address = c.new_address, .pair = TEXT_CONFIRM});
	if (rc == 0)
		rc = store_contact_proven(db, &c);
	if (rc < 0)
		return rc;
	reply->sent_to = contact_mask(rq->arena, c.channel, c.new_address);
	reply->expires_in_s = code_seconds(c.expires_at_ms - rq->now_ms);
	return reply->sent_to == NULL ? -EM_E_NO_MEMORY : 0;
}

int
handle_contact_confirm_write(struct request *rq, struct store_conn *db)
{
	const Emage__ContactConfirmRequest *m = rq->msg;
	struct store_contact_change c;
	struct store_account who;
	bool right;
	int rc = contact_try_own(rq, db,
	    &(struct contact_try){.state = CONTACT_PROVEN, .typed = m->code}, &who, &c, &right);

	return rc < 0 || !right ? rc : contact_finish(rq, db, &c, &who);
}
