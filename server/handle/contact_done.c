/* SPDX-License-Identifier: MIT */
/*
 * Changing an address: its codes, the moment it is done, and the way back.
 */
#include "server/handle/contact.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/text.h"
#include "proto/account.pb-c.h"
#include "proto/common.pb-c.h"
#include "server/handle.h"
#include "server/handle/code.h"
#include "server/handle/keyed.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/contact.h"
#include "server/policy/password.h"
#include "server/registry.h"

#define MASKED_MAX     64u
#define UNDO_MAX_BYTES 64u

char *
contact_mask(struct arena *a, int channel, const char *address)
{
	char *masked = arena_alloc(a, MASKED_MAX);

	if (masked == NULL)
		return NULL;
	if (channel == EMAGE__CHANNEL__CHANNEL_EMAIL)
		text_mask_email(address, masked, MASKED_MAX);
	else
		text_mask_mobile(address, masked, MASKED_MAX);
	return masked;
}

/* ------------------------------------------------------------------- codes */

/* Bound to the change: its account, session, step and new address. */
static void
contact_hash(const struct secret *pepper, const struct store_contact_change *c, const char *code,
    uint8_t out_r[32])
{
	struct {
		uint64_t account_id, session_id;
		int64_t sent_at_ms;
		uint8_t address[32];
		char code[POLICY_CODE_DIGITS];
	} bytes;

	memset(&bytes, 0, sizeof(bytes)); /* what lies between members too */
	bytes.account_id = c->account_id;
	bytes.session_id = c->session_id;
	bytes.sent_at_ms = c->sent_at_ms;
	secret_hash(NULL, c->new_address, strlen(c->new_address), bytes.address);
	memcpy(bytes.code, code, POLICY_CODE_DIGITS);
	keyed_hash(pepper, "contact code", &bytes, sizeof(bytes), out_r);
	secret_wipe(&bytes, sizeof(bytes));
}

int
contact_send_code(struct request *rq, struct store_conn *db, const struct store_account *who,
    struct store_contact_change *c, const struct contact_sending *to)
{
	const int64_t life_ms = server_settings(rq->server)->code_lifetime_s * 1000;
	const struct notice_from from = notice_from(rq);
	char code[POLICY_CODE_DIGITS + 1];
	struct text_values v = {.code = NULL};
	int rc;

	c->sent_at_ms = rq->now_ms;
	c->expires_at_ms = rq->now_ms + life_ms;
	c->tries_left = POLICY_CODE_TRIES;
	policy_code_draw(code);
	contact_hash(&rq->server->pepper, c, code, c->code_hash);
	v.code = arena_printf(rq->arena, "%.4s %.4s", code, code + 4);
	v.minutes = arena_printf(rq->arena, "%lld", (long long)(life_ms / 60000));
	secret_wipe(code, sizeof(code));
	if (v.code == NULL || v.minutes == NULL)
		return -EM_E_NO_MEMORY;
	rc = notice_post(&from, db,
	    &(struct notice_to){.account_id = who->account_id,
		.channel = to->channel,
		.address = to->address,
		.language = who->language,
		.expires_at_ms = c->expires_at_ms},
	    to->pair, &v);
	if (rc == 0)
		rc = code_count_send(rq, db, who->account_id);
	rq->cleanup = notice_wake;
	return rc;
}

static bool
contact_expired(const struct store_contact_change *c, int64_t now_ms)
{
	const struct store_challenge times = {
	    .sent_at_ms = c->sent_at_ms, .expires_at_ms = c->expires_at_ms};

	return policy_code_expired(&times, now_ms);
}

/* A wrong code. Those of the first step are codes of the account like those of
 * signing in; of the second, the new address's owner guesses at no secret of the
 * account. */
static int
contact_wrong(struct request *rq, struct store_conn *db, const struct store_account *who,
    const struct store_contact_change *c, uint32_t left)
{
	bool locked = false;
	int err, rc = 0;

	if (c->state == CONTACT_ASKED)
		rc = code_count_wrong(rq, db, c->account_id, &locked);
	err = locked || left == 0 ? EM_E_CODE_DEAD : EM_E_CODE_WRONG;
	if (rc == 0 && err == EM_E_CODE_DEAD)
		rc = store_contact_drop(db, c->account_id);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "contact.code",
			.patient_id = who->patient_id,
			.result = err_name(err)});
	request_refuse(rq, err, "code", 0, err == EM_E_CODE_DEAD ? 0 : left);
	return rc;
}

int
contact_try_code(struct request *rq, struct store_conn *db, const struct contact_try *t,
    struct store_contact_change *c_r, bool *right_r)
{
	char code[POLICY_CODE_DIGITS + 1];
	uint8_t hash[32];
	uint32_t left = 0;
	bool locked = false;
	int rc = store_contact_open(db, rq->arena, t->who->account_id, c_r);

	*right_r = false;
	if (rc == 0)
		rc = code_is_locked(rq, db, t->who->account_id, &locked);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	if (rc == -EM_E_NOT_FOUND || c_r->state != (int)t->state ||
	    c_r->session_id != rq->caller.session_id || contact_expired(c_r, rq->now_ms)) {
		request_refuse(rq, EM_E_CODE_EXPIRED, "code", 0, 0);
		return 0;
	}
	/* the try is taken before the code is looked at */
	rc = locked ? -EM_E_NOT_FOUND : store_contact_take_try(db, c_r->change_id, &left);
	if (rc == -EM_E_NOT_FOUND) {
		request_refuse(rq, EM_E_CODE_DEAD, "code", 0, 0);
		return 0;
	}
	if (rc < 0)
		return rc;
	(void)policy_code_read(t->typed, code);
	contact_hash(&rq->server->pepper, c_r, code, hash);
	*right_r = secret_equal(hash, c_r->code_hash, sizeof(hash));
	secret_wipe(code, sizeof(code));
	secret_wipe(hash, sizeof(hash));
	return *right_r ? 0 : contact_wrong(rq, db, t->who, c_r, left);
}

/* -------------------------------------------------------------------- done */

static bool
contact_hash_undo(const struct secret *pepper, const char *typed, uint8_t out_r[32])
{
	char *form = policy_password_form(typed);

	if (form == NULL)
		return false;
	keyed_hash(pepper, "contact undo", form, strlen(form), out_r);
	secret_wipe(form, strlen(form));
	free(form);
	return true;
}

/* To the old address, the new one and the other way. */
static int
contact_tell(struct request *rq, struct store_conn *db, const struct store_contact_change *c,
    const struct store_account *who, char *undo)
{
	const bool email = c->channel == EMAGE__CHANNEL__CHANNEL_EMAIL;
	const int other = email ? EMAGE__CHANNEL__CHANNEL_MOBILE : EMAGE__CHANNEL__CHANNEL_EMAIL;
	const struct notice_from from = notice_from(rq);
	const struct {
		int channel;
		const char *address;
	} ways[] = {{c->channel, c->old_address}, {c->channel, c->new_address},
	    {other, people_address(who, other)}};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(ways); i++) {
		struct text_values v = {.code = undo,
		    .hours = arena_printf(
			rq->arena, "%lld", (long long)(POLICY_CONTACT_HOLD_MS / 3600000))};

		if (ways[i].address[0] == '\0')
			continue;
		if (v.hours == NULL)
			return -EM_E_NO_MEMORY;
		rc = notice_post(&from, db,
		    &(struct notice_to){.account_id = who->account_id,
			.channel = ways[i].channel,
			.address = ways[i].address,
			.language = who->language,
			.expires_at_ms = rq->now_ms + POLICY_CONTACT_HOLD_MS},
		    TEXT_NOTICE_CONTACT, &v);
	}
	return rc;
}

/* A temporary password that went by a way which changes is good no more. */
static int
contact_end_temp(struct store_conn *db, const struct store_account *who, int channel)
{
	if (who->temp_hash[0] == '\0' || who->temp_channel != channel)
		return 0;
	return store_account_set_temp(db, who->account_id, "", 0, 0);
}

int
contact_finish(struct request *rq, struct store_conn *db, const struct store_contact_change *c,
    const struct store_account *who)
{
	char undo[POLICY_TEMP_PASSWORD_MAX];
	uint8_t hash[32];
	int rc;

	policy_temp_password(undo);
	if (!contact_hash_undo(&rq->server->pepper, undo, hash))
		return -EM_E_NO_MEMORY;
	rc = store_contact_done(db, c->change_id, hash, rq->now_ms);
	if (rc == 0)
		rc = store_account_set_address(db, c->account_id, c->channel, c->new_address);
	if (rc == 0)
		rc = contact_end_temp(db, who, c->channel);
	if (rc == 0)
		rc = contact_tell(rq, db, c, who, undo);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "contact.changed",
			.patient_id = who->patient_id,
			.detail =
			    c->channel == EMAGE__CHANNEL__CHANNEL_EMAIL ? "e-mail" : "mobile"});
	secret_wipe(undo, sizeof(undo));
	rq->cleanup = notice_wake;
	return rc;
}

/* -------------------------------------------------------------------- undo */

int
check_contact_undo(struct request *rq)
{
	const Emage__ContactUndoRequest *m = rq->msg;

	if (m->undo_code[0] == '\0' || strlen(m->undo_code) > UNDO_MAX_BYTES)
		return request_invalid(rq, "undo_code");
	return 0;
}

static int
contact_put_back(struct request *rq, struct store_conn *db, const struct store_contact_change *c)
{
	const struct notice_from from = notice_from(rq);
	struct store_account who;
	int rc = store_contact_undo(db, c);

	if (rc == 0)
		rc = store_account_set_address(db, c->account_id, c->channel, c->old_address);
	if (rc == 0)
		rc = store_session_end_all(db, c->account_id, 0);
	if (rc == 0)
		rc = store_challenge_end_all(db, c->account_id);
	if (rc == 0)
		rc = store_contact_drop(db, c->account_id);
	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, c->account_id, &who);
	if (rc == 0)
		rc = contact_end_temp(db, &who, c->channel);
	if (rc == 0)
		rc = notice_tell(&from, db, &who, TEXT_NOTICE_UNDONE, 0);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "contact.undone",
			.actor_account = c->account_id,
			.patient_id = who.patient_id});
	if (rc == 0)
		registry_end_account(c->account_id, 0);
	return rc;
}

int
handle_contact_undo_write(struct request *rq, struct store_conn *db)
{
	const Emage__ContactUndoRequest *m = rq->msg;
	struct store_contact_change c = {.done_at_ms = 0};
	uint8_t hash[32];
	int rc = -EM_E_NOT_FOUND;

	if (contact_hash_undo(&rq->server->pepper, m->undo_code, hash))
		rc = store_contact_by_undo(db, rq->arena, hash, &c);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	/* 80 bits: nobody guesses one, and one that is too old is like none */
	if (rc == -EM_E_NOT_FOUND || !policy_contact_undoable(c.done_at_ms, rq->now_ms)) {
		request_refuse(rq, EM_E_CODE_WRONG, "undo_code", 0, 0);
		return 0;
	}
	rc = contact_put_back(rq, db, &c);
	rq->cleanup = notice_wake;
	return rc;
}
