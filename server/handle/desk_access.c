/* SPDX-License-Identifier: MIT */
/*
 * Ways back in for somebody who stands at the desk: the letter again, a new
 * password by the patient's own addresses, an access code in person.
 */
#include "server/handle.h"

#include <string.h>

#include "proto/common.pb-c.h"
#include "server/handle/code.h"
#include "server/handle/desk.h"
#include "server/handle/fields.h"
#include "server/handle/keyed.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/temporary.h"
#include "server/policy/code.h"
#include "server/policy/contact.h"
#include "server/policy/desk.h"
#include "server/server.h"

#define HOUR_MS	      (INT64_C(3600) * 1000)
#define LETTER_LABEL  "Réédition du document de connexion"
#define RESUMED_LABEL "Levée de la suspension du compte"
#define CODE_LABEL    "Remise d'un code d'accès en personne"

/* For the letter and the reset alike. */
struct access_state {
	struct store_account who; /* as it was read */
	enum account_state state; /* that it must be in */
	struct desk_agent agent;
	struct desk_secret secret;
};

static int
access_read(
    struct request *rq, struct store_conn *db, uint64_t patient_id, enum account_state state)
{
	struct access_state *st = arena_alloc(rq->arena, sizeof(*st));
	int rc;

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = st;
	st->state = state;
	rc = desk_agent_get(rq, db, &st->agent);
	return rc < 0 ? rc : desk_account_in(rq, db, patient_id, state, &st->who);
}

static int
access_work(struct request *rq)
{
	struct access_state *st = rq->state;

	return desk_secret_make(rq, st->who.password_hash, &st->secret);
}

/* Read again on the writer. The temporary password was made beside the own one of
 * then; beside another it would never match. */
static int
access_again(struct request *rq, struct store_conn *db, struct store_account *who_r)
{
	struct access_state *st = rq->state;
	int rc = desk_agent_get(rq, db, &st->agent);

	if (rc == 0)
		rc = desk_account_in(rq, db, st->who.patient_id, st->state, who_r);
	if (rc == 0 && strcmp(who_r->password_hash, st->who.password_hash) != 0)
		rc = -EM_E_BUSY;
	return rc;
}

/* ----------------------------------------------------------------- letter */

int
check_desk_letter(struct request *rq)
{
	const Emage__DeskLetterRequest *m = rq->msg;

	return m->patient_id == 0 ? request_invalid(rq, "patient_id") : 0;
}

int
handle_desk_letter_read(struct request *rq, struct store_conn *db)
{
	const Emage__DeskLetterRequest *m = rq->msg;

	return access_read(rq, db, m->patient_id, ACCOUNT_ACTIVE);
}

int
handle_desk_letter_work(struct request *rq)
{
	return access_work(rq);
}

/* Whoever has put in the address that the code goes to prints no password beside it,
 * and nobody does while the address before can still take its place again. */
static int
letter_may(struct request *rq, struct store_conn *db, const struct store_account *who, bool *may_r)
{
	const struct access_state *st = rq->state;
	const struct store_desk_hand hand = desk_hand(&st->agent);
	const int64_t hold_ms = server_settings(rq->server)->desk_letter_hold_h * HOUR_MS;
	struct store_contact_change c;
	int64_t wait_ms;
	int rc = desk_last_correction(rq, db, who->account_id, &c);

	*may_r = false;
	if (rc < 0)
		return rc;
	wait_ms = c.old_address[0] == '\0'
		      ? 0
		      : policy_contact_hold_ms(c.done_at_ms, hold_ms, rq->now_ms);
	if (wait_ms > 0) {
		request_refuse(rq, EM_E_HOLD, "patient_id", code_seconds(wait_ms), 0);
		return 0;
	}
	*may_r = policy_contact_wait_ms(c.done_at_ms, rq->now_ms) == 0 ||
		 !desk_is_same_hand(rq, &hand, &c.by);
	return 0;
}

/* In place of the one before. What was opened with that one, and the code that was
 * shown beside it, end. */
static int
letter_set(struct request *rq, struct store_conn *db, const struct store_account *who)
{
	const struct access_state *st = rq->state;
	const struct store_desk_hand hand = desk_hand(&st->agent);
	int rc = store_account_set_temp(
	    db, who->account_id, st->secret.hash, rq->now_ms + POLICY_TEMP_LETTER_MS, 0);

	if (rc == 0)
		rc = store_account_temp_by(db, who->account_id, &hand);
	if (rc == 0)
		rc = store_desk_code_drop(db, who->account_id);
	if (rc == 0)
		rc = store_challenge_end_all(db, who->account_id);
	return rc;
}

int
handle_desk_letter_write(struct request *rq, struct store_conn *db)
{
	struct access_state *st = rq->state;
	Emage__DeskLetterReply *reply = rq->reply;
	const struct notice_from from = notice_from(rq);
	struct store_account who;
	bool may = false;
	int rc = access_again(rq, db, &who);

	if (rc == 0)
		rc = letter_may(rq, db, &who, &may);
	if (rc < 0 || !may)
		return rc;
	rc = letter_set(rq, db, &who);
	if (rc == 0)
		rc = desk_history(rq, db, &st->agent, who.patient_id, LETTER_LABEL);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "letter.again", .patient_id = who.patient_id});
	if (rc == 0)
		rc = notice_tell(&from, db, &who, TEXT_NOTICE_LETTER, 0);
	if (rc < 0)
		return rc;
	rq->cleanup = notice_wake;
	reply->letter =
	    desk_letter_make(rq, &who, &st->agent, &st->secret, rq->now_ms + POLICY_TEMP_LETTER_MS);
	return reply->letter == NULL ? -EM_E_NO_MEMORY : 0;
}

/* ----------------------------------------------------------------- resume */

int
check_desk_resume(struct request *rq)
{
	const Emage__DeskResumeRequest *m = rq->msg;

	if (m->patient_id == 0)
		return request_invalid(rq, "patient_id");
	return fields_day(m->birth_date) ? 0 : request_invalid(rq, "birth_date");
}

int
handle_desk_resume_read(struct request *rq, struct store_conn *db)
{
	const Emage__DeskResumeRequest *m = rq->msg;
	bool right = false;
	int rc = access_read(rq, db, m->patient_id, ACCOUNT_SUSPENDED);

	if (rc == 0)
		rc = desk_identity(rq, db, m->patient_id, m->birth_date, &right);
	return rc < 0 || right ? rc : -EM_E_INVALID;
}

/* The password of before ends with it, so the new one stands beside none. */
int
handle_desk_resume_work(struct request *rq)
{
	struct access_state *st = rq->state;

	return desk_secret_make(rq, "", &st->secret);
}

static int
resume_write(struct request *rq, struct store_conn *db, const struct store_account *who)
{
	const struct access_state *st = rq->state;
	const struct notice_from from = notice_from(rq);
	int rc = store_account_resume(db, who->account_id);

	if (rc == 0)
		rc = letter_set(rq, db, who);
	if (rc == 0) /* what locked the old one is over */
		rc = code_forgive(rq, db, who->account_id);
	if (rc == 0)
		rc = desk_history(rq, db, &st->agent, who->patient_id, RESUMED_LABEL);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){
			.event = "account.resumed", .patient_id = who->patient_id});
	if (rc == 0)
		rc = notice_tell(&from, db, who, TEXT_NOTICE_RESUMED, 0);
	return rc;
}

int
handle_desk_resume_write(struct request *rq, struct store_conn *db)
{
	struct access_state *st = rq->state;
	Emage__DeskResumeReply *reply = rq->reply;
	struct store_account who;
	bool may = false;
	int rc = access_again(rq, db, &who);

	if (rc == 0)
		rc = letter_may(rq, db, &who, &may);
	if (rc < 0 || !may)
		return rc;
	rc = resume_write(rq, db, &who);
	if (rc < 0)
		return rc;
	rq->cleanup = notice_wake;
	reply->letter =
	    desk_letter_make(rq, &who, &st->agent, &st->secret, rq->now_ms + POLICY_TEMP_LETTER_MS);
	return reply->letter == NULL ? -EM_E_NO_MEMORY : 0;
}

/* ------------------------------------------------------------------ reset */

int
check_desk_reset(struct request *rq)
{
	const Emage__DeskResetRequest *m = rq->msg;

	return m->patient_id == 0 ? request_invalid(rq, "patient_id") : 0;
}

int
handle_desk_reset_read(struct request *rq, struct store_conn *db)
{
	const Emage__DeskResetRequest *m = rq->msg;

	return access_read(rq, db, m->patient_id, ACCOUNT_ACTIVE);
}

int
handle_desk_reset_work(struct request *rq)
{
	return access_work(rq);
}

/* The same limit as for the person's own asking. */
static int
reset_count(struct request *rq, struct store_conn *db, const struct store_account *who, bool *may_r)
{
	struct store_counter c;
	uint8_t key[32];
	int64_t wait_ms;
	int rc;

	keyed_hash(
	    &rq->server->pepper, "counter recovery", who->identifier, strlen(who->identifier), key);
	rc = store_counter_get(db, COUNTER_RECOVERY, key, &c);
	if (rc < 0)
		return rc;
	wait_ms = policy_send_wait_ms(POLICY_SEND_RECOVERY, &c, rq->now_ms);
	*may_r = wait_ms == 0;
	if (wait_ms > 0) {
		request_refuse(rq, EM_E_RESEND_LIMIT, "", code_seconds(wait_ms), 0);
		return 0;
	}
	c = policy_send_count(POLICY_SEND_RECOVERY, &c, rq->now_ms);
	return store_counter_put(db, COUNTER_RECOVERY, key, &c);
}

/* Where it went, masked. */
static int
reset_tell(struct request *rq, const struct store_account *who, int channel)
{
	Emage__DeskResetReply *reply = rq->reply;
	Emage__MaskedContact **all = NULL;
	size_t n = 0;
	int rc = people_contacts(rq->arena, who, &all, &n);

	if (rc < 0)
		return rc;
	reply->sent_to = all;
	for (size_t i = 0; i < n; i++) {
		if ((int)all[i]->channel == channel)
			all[reply->n_sent_to++] = all[i];
	}
	return 0;
}

int
handle_desk_reset_write(struct request *rq, struct store_conn *db)
{
	struct access_state *st = rq->state;
	const struct notice_from from = notice_from(rq);
	struct store_account who;
	bool may = false;
	int64_t wait_ms = 0;
	int channel = 0, rc = access_again(rq, db, &who);

	if (rc == 0)
		rc = temporary_wait_ms(&from, db, &who, &wait_ms);
	if (rc == 0 && wait_ms > 0) {
		request_refuse(rq, EM_E_HOLD, "patient_id", code_seconds(wait_ms), 0);
		return 0;
	}
	if (rc == 0)
		rc = reset_count(rq, db, &who, &may);
	if (rc < 0 || !may)
		return rc;
	rc = temporary_send(&from, db, &who, st->secret.temporary, st->secret.hash, &channel);
	if (rc == -EM_E_NO_CHANNEL)
		request_refuse(rq, EM_E_NO_CHANNEL, "patient_id", 0, 0);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "desk.reset", .patient_id = who.patient_id});
	if (rc < 0)
		return rc;
	rq->cleanup = notice_wake;
	return reset_tell(rq, &who, channel);
}

/* ------------------------------------------------------- code in person */

int
check_desk_code(struct request *rq)
{
	const Emage__DeskCodeRequest *m = rq->msg;

	return m->patient_id == 0 ? request_invalid(rq, "patient_id") : 0;
}

/* Only for whom no code can be sent, and not by who holds the password that it would
 * be typed with. */
static bool
desk_code_may(
    struct request *rq, const struct store_desk_hand *hand, const struct store_account *who)
{
	if (!policy_desk_code_due(who)) {
		request_refuse(rq, EM_E_NOT_NEEDED, "patient_id", 0, 0);
		return false;
	}
	return !policy_desk_letter_waits(who, rq->now_ms) ||
	       !desk_is_same_hand(rq, hand, &who->temp_by);
}

/* Drawn, kept as a hash, and in the reply. */
static int
desk_code_draw(struct request *rq, struct store_conn *db, const struct store_account *who,
    const struct store_desk_hand *hand)
{
	Emage__DeskCodeReply *reply = rq->reply;
	struct store_desk_code c = {
	    .expires_at_ms = rq->now_ms + POLICY_CODE_LIFE_MAX_MS, .by = *hand};
	char code[POLICY_CODE_DIGITS + 1];

	policy_code_draw(code);
	keyed_desk_code(&rq->server->pepper, who->account_id, code, c.hash);
	reply->code = arena_strdup(rq->arena, code);
	reply->expires_in_s = POLICY_CODE_LIFE_MAX_MS / 1000;
	secret_wipe(code, sizeof(code));
	return reply->code == NULL ? -EM_E_NO_MEMORY : store_desk_code_put(db, who->account_id, &c);
}

int
handle_desk_code_write(struct request *rq, struct store_conn *db)
{
	const Emage__DeskCodeRequest *m = rq->msg;
	struct desk_agent agent;
	struct store_desk_hand hand;
	struct store_account who;
	int rc = desk_agent_get(rq, db, &agent);

	if (rc == 0)
		rc = desk_account_of(rq, db, m->patient_id, &who);
	if (rc < 0)
		return rc;
	hand = desk_hand(&agent);
	if (!desk_code_may(rq, &hand, &who))
		return 0;
	rc = desk_code_draw(rq, db, &who, &hand);
	if (rc == 0)
		rc = desk_history(rq, db, &agent, who.patient_id, CODE_LABEL);
	/* nobody is told: there is no address */
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "desk.code", .patient_id = who.patient_id});
	return rc;
}
