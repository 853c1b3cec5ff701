/* SPDX-License-Identifier: MIT */
/*
 * Recording a consent: the text, and the account that the consent opens. What
 * decides is looked at on the writer, where one request comes after the other: of
 * two desks with one patient the second is told that the account exists.
 */
#include "server/handle.h"

#include <string.h>

#include "proto/common.pb-c.h"
#include "server/handle/consents.h"
#include "server/handle/code.h"
#include "server/handle/desk.h"
#include "server/handle/fields.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/contact.h"
#include "server/registry.h"
#include "server/server.h"

#define LANGUAGE_MAX   8u
#define REOPENED_LABEL "Réouverture du compte"

/* ------------------------------------------------------------------- text */

int
check_consent_text(struct request *rq)
{
	const Emage__ConsentTextRequest *m = rq->msg;

	return strlen(m->language) > LANGUAGE_MAX ? request_invalid(rq, "language") : 0;
}

int
handle_consent_text_local(struct request *rq)
{
	const Emage__ConsentTextRequest *m = rq->msg;
	Emage__ConsentTextReply *reply = rq->reply;
	const struct consents_text *t = consents_get(
	    rq->server->consents, m->language[0] != '\0' ? m->language : rq->caller.language);

	reply->version = (char *)(uintptr_t)t->version;
	reply->text = (char *)(uintptr_t)t->text;
	return 0;
}

/* ---------------------------------------------------------------- consent */

struct consent_state {
	struct desk_agent agent;
	struct desk_secret secret;
	const char *mobile; /* E.164 or "" */
};

static const char *
consent_language(const Emage__DeskConsentRequest *m)
{
	return m->language[0] != '\0' ? m->language : "fr";
}

static const char *
consent_fault(struct request *rq, const Emage__DeskConsentRequest *m)
{
	const struct consents_text *t = consents_get(rq->server->consents, consent_language(m));
	const bool known = m->patient_id != 0;
	const struct desk_traits traits = {.civility = m->civility,
	    .given_name = known ? "-" : m->given_name,
	    .used_name = known ? "-" : m->used_name,
	    .birth_name = m->birth_name,
	    .birth_date = known ? 19000101 : m->birth_date,
	    .sex = m->sex,
	    .language = m->language,
	    .ipp = m->ipp,
	    .now_ms = rq->now_ms};
	const char *fault = desk_traits_fault(&traits);

	if (fault != NULL)
		return fault;
	fault = desk_addresses_fault(rq->arena, m->email, m->mobile, !known);
	if (fault != NULL)
		return fault;
	if (strcmp(m->text_version, t->version) != 0)
		return "text_version";
	if (strcmp(m->channel, "paper") != 0 && strcmp(m->channel, "spoken") != 0 &&
	    strcmp(m->channel, "remote") != 0)
		return "channel";
	if (m->establishment_id != 0 && rq->caller.role != EMAGE__ROLE__ROLE_OPERATOR)
		return "establishment_id";
	return NULL;
}

int
check_desk_consent(struct request *rq)
{
	const char *field = consent_fault(rq, rq->msg);

	return field == NULL ? 0 : request_invalid(rq, field);
}

/* The agent, with the establishment that an operator names. */
static int
consent_agent(struct request *rq, struct store_conn *db, struct desk_agent *a)
{
	const Emage__DeskConsentRequest *m = rq->msg;
	struct store_house house;
	int rc = desk_agent_get(rq, db, a);

	if (rc == 0 && m->establishment_id != 0) {
		rc = store_establishment_get(db, rq->arena, m->establishment_id, &house);
		if (rc == -EM_E_NOT_FOUND)
			return request_invalid(rq, "establishment_id");
		if (rc < 0)
			return rc;
		a->establishment_id = m->establishment_id;
		a->establishment = house.name;
		a->authority = house.finess[0] != '\0' ? house.finess : house.name;
	}
	/* a local number means nothing without who gave it */
	if (rc == 0 && m->ipp[0] != '\0' && a->authority[0] == '\0')
		return request_invalid(rq, "ipp");
	return rc;
}

static int
consent_exists(struct request *rq, const char *field)
{
	request_refuse(rq, EM_E_EXISTS, field, 0, 0);
	return -EM_E_EXISTS;
}

/* Whoever has just withdrawn it for the patient does not open it again, with other
 * addresses and a letter. */
static int
consent_may_reopen(struct request *rq, struct store_conn *db, const struct desk_agent *agent,
    const struct store_patient_row *who)
{
	const struct store_desk_hand hand = desk_hand(agent);
	struct store_consent last = {.given = true};
	int rc = who->account_id == 0 ? -EM_E_NOT_FOUND
				      : store_consent_get(db, rq->arena, who->patient_id, &last);

	if (rc == -EM_E_NOT_FOUND || (rc == 0 && last.given))
		return 0;
	if (rc == 0 && policy_contact_wait_ms(last.at_ms, rq->now_ms) > 0 &&
	    desk_is_same_hand(rq, &hand, &last.by))
		rc = -EM_E_OTHER_HAND;
	return rc;
}

/* What stands in the way. *who_r: the account that is to be opened again,
 * account_id 0 = there is none. */
static int
consent_may(struct request *rq, struct store_conn *db, const struct desk_agent *agent,
    struct store_patient_row *who_r)
{
	const Emage__DeskConsentRequest *m = rq->msg;
	const struct store_patient_find q = {.own_authority = agent->authority};
	uint64_t other = 0;
	int rc = -EM_E_NOT_FOUND;

	*who_r = (struct store_patient_row){.patient_id = 0};
	if (m->patient_id != 0) {
		rc = store_patient_get(db, rq->arena, m->patient_id, &q, who_r);
		if (rc < 0)
			return rc;
		if (who_r->account == ACCOUNT_ACTIVE || who_r->account == ACCOUNT_SUSPENDED)
			return consent_exists(rq, "patient_id");
		rc = consent_may_reopen(rq, db, agent, who_r);
		if (rc < 0)
			return rc;
	} else if (!m->namesake) {
		rc = store_patient_namesake(db,
		    &(struct store_patient_names){.given_name = m->given_name,
			.used_name = m->used_name,
			.birth_name = m->birth_name,
			.birth_date = m->birth_date},
		    &other);
		if (rc != -EM_E_NOT_FOUND)
			return rc < 0 ? rc : consent_exists(rq, "namesake");
	}
	if (m->ipp[0] == '\0')
		return 0;
	rc = store_patient_by_ipp(db, agent->authority, m->ipp, &other);
	if (rc == -EM_E_NOT_FOUND || (rc == 0 && other == m->patient_id))
		return 0;
	return rc < 0 ? rc : consent_exists(rq, "ipp");
}

int
handle_desk_consent_read(struct request *rq, struct store_conn *db)
{
	const Emage__DeskConsentRequest *m = rq->msg;
	struct consent_state *st = arena_alloc(rq->arena, sizeof(*st));
	struct store_patient_row who;
	int rc;

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = st;
	st->mobile = desk_mobile(rq->arena, m->mobile);
	if (st->mobile == NULL)
		return -EM_E_NO_MEMORY;
	rc = consent_agent(rq, db, &st->agent);
	return rc < 0 ? rc : consent_may(rq, db, &st->agent, &who);
}

int
handle_desk_consent_work(struct request *rq)
{
	struct consent_state *st = rq->state;

	return desk_secret_make(rq, "", &st->secret);
}

static struct store_patient_new
consent_new(struct request *rq, const struct consent_state *st, const char *identifier)
{
	const Emage__DeskConsentRequest *m = rq->msg;
	const struct consents_text *t = consents_get(rq->server->consents, consent_language(m));

	return (struct store_patient_new){.identifier = identifier,
	    .civility = m->civility,
	    .given_name = m->given_name,
	    .used_name = m->used_name,
	    .birth_name = m->birth_name,
	    .sex = m->sex,
	    .birth_date = m->birth_date,
	    .email = m->email,
	    .mobile = st->mobile,
	    .language = consent_language(m),
	    .temp_hash = st->secret.hash,
	    .temp_expires_at_ms = rq->now_ms + POLICY_TEMP_LETTER_MS,
	    .ipp = m->ipp,
	    .ipp_authority = st->agent.authority,
	    .establishment_id = st->agent.establishment_id,
	    .operator_name = st->agent.name,
	    .operator_account = st->agent.account_id,
	    .text_version = t->version,
	    .text_hash = t->hash,
	    .channel = m->channel,
	    .now_ms = rq->now_ms};
}

/* To the addresses of before and to those of now, each once: whoever has not
 * consented learns of it. */
static int
consent_tell(struct request *rq, struct store_conn *db, const struct store_account *old,
    const struct store_patient_new *p)
{
	const struct notice_from from = notice_from(rq);
	struct store_account now = *old;
	int rc = notice_tell(&from, db, old, TEXT_NOTICE_REOPENED, 0);

	now.email = strcmp(old->email, p->email) != 0 ? p->email : "";
	now.mobile = strcmp(old->mobile, p->mobile) != 0 ? p->mobile : "";
	now.language = p->language;
	rq->cleanup = notice_wake;
	return rc < 0 ? rc : notice_tell(&from, db, &now, TEXT_NOTICE_REOPENED, 0);
}

/* An account again, with its identifier. The addresses that it had stay when none
 * is told. */
static int
consent_reopen(struct request *rq, struct store_conn *db, const struct store_patient_row *who,
    struct store_patient_new *p)
{
	struct store_account old;
	int rc = store_account_by_id(db, rq->arena, who->account_id, &old);

	if (rc < 0)
		return rc;
	if (p->email[0] == '\0' && p->mobile[0] == '\0') {
		p->email = old.email;
		p->mobile = old.mobile;
	}
	if (p->email[0] == '\0' && p->mobile[0] == '\0')
		return request_invalid(rq, "email");
	rc = store_account_reopen(db, p, who->patient_id, who->account_id);
	if (rc == 0)
		rc = store_session_end_all(db, who->account_id, 0);
	if (rc == 0)
		rc = store_challenge_end_all(db, who->account_id);
	if (rc == 0) /* what locked the old one is over */
		rc = code_forgive(rq, db, who->account_id);
	return rc < 0 ? rc : consent_tell(rq, db, &old, p);
}

/* For somebody whom a hospital has made known: with the addresses that came with
 * the name, when none is told. The first access code proves them like any other. */
static int
consent_first(struct request *rq, struct store_conn *db, struct store_patient_row *who,
    struct store_patient_new *p)
{
	struct store_traits known;
	int rc = store_patient_traits(db, rq->arena, who->patient_id, &known);

	if (rc < 0)
		return rc;
	if (p->email[0] == '\0' && p->mobile[0] == '\0') {
		p->email = known.email;
		p->mobile = known.mobile;
	}
	if (p->email[0] == '\0' && p->mobile[0] == '\0')
		return request_invalid(rq, "email");
	rc = store_account_open(db, p, who->patient_id, &who->account_id);
	return rc < 0 ? rc : store_patient_contact_forget(db, who->patient_id);
}

/* One of three: a new patient, a known one without account, one who had one. */
static int
consent_open(struct request *rq, struct store_conn *db, struct store_patient_row *who)
{
	const struct consent_state *st = rq->state;
	struct store_patient_new p;
	struct desk_identifier id;
	int rc;

	if (who->account_id != 0) {
		p = consent_new(rq, st, "");
		return consent_reopen(rq, db, who, &p);
	}
	rc = desk_identifier_draw(rq, db, &id);
	if (rc < 0)
		return rc;
	p = consent_new(rq, st, id.kept);
	if (who->patient_id == 0)
		return store_patient_add(db, &p, &who->patient_id, &who->account_id);
	return consent_first(rq, db, who, &p);
}

int
handle_desk_consent_write(struct request *rq, struct store_conn *db)
{
	const Emage__DeskConsentRequest *m = rq->msg;
	struct consent_state *st = rq->state;
	Emage__DeskConsentReply *reply = rq->reply;
	struct store_account account;
	struct store_patient_row who;
	const char *what;
	int rc = consent_agent(rq, db, &st->agent);

	if (rc == 0)
		rc = consent_may(rq, db, &st->agent, &who);
	if (rc < 0)
		return rc;
	reply->reopened = who.account_id != 0;
	what = reply->reopened ? "reopened" : who.patient_id != 0 ? "opened" : "new";
	rc = consent_open(rq, db, &who);
	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, who.account_id, &account);
	if (rc == 0 && reply->reopened)
		rc = desk_history(rq, db, &st->agent, who.patient_id, REOPENED_LABEL);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "consent.given",
			.patient_id = who.patient_id,
			.detail = arena_printf(
			    rq->arena, "%s %s text=%s", what, m->channel, m->text_version)});
	if (rc < 0)
		return rc;
	reply->letter =
	    desk_letter_make(rq, &account, &st->agent, &st->secret, account.temp_expires_at_ms);
	return reply->letter == NULL ? -EM_E_NO_MEMORY : 0;
}
