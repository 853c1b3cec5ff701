/* SPDX-License-Identifier: MIT */
/*
 * Another address for somebody who stands at the desk: a code goes to the new
 * one, and the patient reads it to the desk. The old address is told, with the way
 * back. What follows the code is that of contact_done.c.
 */
#include "server/handle.h"

#include <string.h>

#include "proto/common.pb-c.h"
#include "server/handle/code.h"
#include "server/handle/contact.h"
#include "server/handle/desk.h"
#include "server/handle/fields.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/code.h"
#include "server/policy/desk.h"

/* The form in which an address is kept; NULL when it is none. */
static const char *
desk_address(struct arena *a, Emage__Channel channel, const char *typed)
{
	if (typed[0] == '\0')
		return NULL;
	if (channel == EMAGE__CHANNEL__CHANNEL_EMAIL)
		return fields_email(typed) ? typed : NULL;
	return desk_mobile(a, typed);
}

int
check_desk_contact_start(struct request *rq)
{
	const Emage__DeskContactStartRequest *m = rq->msg;

	if (m->patient_id == 0)
		return request_invalid(rq, "patient_id");
	if (m->channel == EMAGE__CHANNEL__CHANNEL_UNSPECIFIED)
		return request_invalid(rq, "channel");
	if (desk_address(rq->arena, m->channel, m->address) == NULL)
		return request_invalid(rq, "address");
	return 0;
}

/* Not by who has printed the password that the code to this address would follow,
 * but for a slip of the pen just after the consent. */
static int
desk_contact_may(struct request *rq, struct store_conn *db, const struct store_account *who,
    const struct store_desk_hand *hand, bool *may_r)
{
	struct store_consent consent = {.given = false};
	int rc = 0;

	*may_r = true;
	if (!policy_desk_letter_waits(who, rq->now_ms))
		return 0;
	rc = store_consent_get(db, rq->arena, who->patient_id, &consent);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	*may_r = policy_desk_is_slip(who, &consent, rq->now_ms) ||
		 !desk_is_same_hand(rq, hand, &who->temp_by);
	return 0;
}

static int
desk_contact_begin(struct request *rq, struct store_conn *db, const struct store_account *who,
    const struct store_desk_hand *hand, int channel, const char *address)
{
	Emage__DeskContactStartReply *reply = rq->reply;
	struct store_contact_change c = {.account_id = who->account_id,
	    .session_id = rq->caller.session_id,
	    .channel = channel,
	    .old_address = people_address(who, channel),
	    .new_address = address,
	    .by = *hand};
	int rc = contact_send_code(rq, db, who, &c,
	    &(struct contact_sending){
		.channel = channel, .address = address, .pair = TEXT_CONFIRM});

	if (rc == 0)
		rc = store_contact_add(db, &c, &c.change_id);
	if (rc == 0) /* that the person stands here is what a code to the old one proves */
		rc = store_contact_proven(db, &c);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "contact.asked", .patient_id = who->patient_id});
	if (rc < 0)
		return rc;
	reply->masked = contact_mask(rq->arena, channel, address);
	reply->expires_in_s = code_seconds(c.expires_at_ms - rq->now_ms);
	return reply->masked == NULL ? -EM_E_NO_MEMORY : 0;
}

int
handle_desk_contact_start_write(struct request *rq, struct store_conn *db)
{
	const Emage__DeskContactStartRequest *m = rq->msg;
	const char *address = desk_address(rq->arena, m->channel, m->address);
	struct desk_agent agent;
	struct store_desk_hand hand;
	struct store_account who;
	bool may = false, refused = false;
	int rc = desk_agent_get(rq, db, &agent);

	if (address == NULL)
		return -EM_E_NO_MEMORY;
	if (rc == 0)
		rc = desk_account_of(rq, db, m->patient_id, &who);
	if (rc < 0)
		return rc;
	hand = desk_hand(&agent);
	rc = contact_may(rq, db, &who, (int)m->channel, address, &may);
	if (rc == 0 && may)
		rc = desk_contact_may(rq, db, &who, &hand, &may);
	if (rc == 0 && may)
		rc = code_may_send(rq, db, who.account_id, &refused);
	if (rc == 0 && may && !refused)
		rc = contact_count(rq, db, who.account_id, &may);
	if (rc < 0 || !may || refused)
		return rc;
	return desk_contact_begin(rq, db, &who, &hand, (int)m->channel, address);
}

int
check_desk_contact_confirm(struct request *rq)
{
	const Emage__DeskContactConfirmRequest *m = rq->msg;
	char code[POLICY_CODE_DIGITS + 1];
	bool formed = policy_code_read(m->code, code);

	secret_wipe(code, sizeof(code));
	if (m->patient_id == 0)
		return request_invalid(rq, "patient_id");
	return formed ? 0 : request_invalid(rq, "code");
}

static const char *
desk_contact_label(int channel)
{
	return channel == EMAGE__CHANNEL__CHANNEL_EMAIL ? "Correction de l'adresse mail"
							: "Correction du mobile";
}

int
handle_desk_contact_confirm_write(struct request *rq, struct store_conn *db)
{
	const Emage__DeskContactConfirmRequest *m = rq->msg;
	struct store_contact_change c;
	struct desk_agent agent;
	struct store_desk_hand hand;
	struct store_account who;
	bool right = false;
	int rc = desk_agent_get(rq, db, &agent);

	if (rc == 0)
		rc = desk_account_of(rq, db, m->patient_id, &who);
	if (rc == 0)
		rc = contact_try_code(rq, db,
		    &(struct contact_try){.who = &who, .state = CONTACT_PROVEN, .typed = m->code},
		    &c, &right);
	hand = desk_hand(&agent);
	if (rc == 0 && right) /* it may have been printed since */
		rc = desk_contact_may(rq, db, &who, &hand, &right);
	if (rc < 0 || !right)
		return rc;
	rc = desk_history(rq, db, &agent, who.patient_id, desk_contact_label(c.channel));
	return rc < 0 ? rc : contact_finish(rq, db, &c, &who);
}
