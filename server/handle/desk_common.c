/* SPDX-License-Identifier: MIT */
/*
 * What the methods of the desk begin with, and the letter that they end with.
 */
#include "server/handle/desk.h"

#include <string.h>

#include "common/clock.h"
#include "common/language.h"
#include "common/log.h"
#include "proto/common.pb-c.h"
#include "server/handle/fields.h"
#include "server/handle/pages.h"
#include "server/handle/people.h"
#include "server/policy/contact.h"
#include "server/policy/desk.h"
#include "server/server.h"

#define DESK_LABEL	       "Accueil"
#define NAME_MAX_CHARS	       100u
#define LOCAL_NUMBER_MAX_CHARS 64u
/* A generated identifier that is taken is drawn again; so many times in a row
 * mean that something else is wrong. */
#define IDENTIFIER_DRAWS 16u

/* ------------------------------------------------------------- who acts */

static int
desk_agent_operator(struct request *rq, struct desk_agent *a_r)
{
	char *name = arena_printf(rq->arena, "opérateur uid=%u", rq->caller.source.uid);

	*a_r = (struct desk_agent){.name = name,
	    .family_name = "Opérateur",
	    .given_name = "",
	    .establishment = "",
	    .authority = "",
	    .rpps = ""};
	return name == NULL ? -EM_E_NO_MEMORY : 0;
}

int
desk_agent_get(struct request *rq, struct store_conn *db, struct desk_agent *a_r)
{
	const uint64_t account_id = rq->caller.account_id;
	struct store_house house = {.finess = "", .name = ""};
	struct store_account who;
	struct store_staff s;
	int rc;

	if (rq->caller.role == EMAGE__ROLE__ROLE_OPERATOR)
		return desk_agent_operator(rq, a_r);
	rc = store_account_by_id(db, rq->arena, account_id, &who);
	if (rc == 0)
		rc = store_staff_get(db, rq->arena, account_id, &s);
	if (rc == 0 && (who.state != ACCOUNT_ACTIVE || s.role != rq->caller.role))
		rc = -EM_E_NOT_FOUND;
	if (rc == 0 && s.establishment_id != 0)
		rc = store_establishment_get(db, rq->arena, s.establishment_id, &house);
	if (rc < 0)
		return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
	*a_r = (struct desk_agent){.account_id = account_id,
	    .name = people_display_name(rq->arena, &who),
	    .family_name = s.family_name,
	    .given_name = s.given_name,
	    .establishment_id = s.establishment_id,
	    .establishment = house.name,
	    .authority = house.finess[0] != '\0' ? house.finess : house.name,
	    .professional_id = s.professional_id,
	    .rpps = s.rpps};
	return a_r->name == NULL ? -EM_E_NO_MEMORY : 0;
}

struct store_desk_hand
desk_hand(const struct desk_agent *a)
{
	return (struct store_desk_hand){
	    .account_id = a->account_id, .establishment_id = a->establishment_id};
}

int
desk_history(struct request *rq, struct store_conn *db, const struct desk_agent *agent,
    uint64_t patient_id, const char *label)
{
	const char *terminal = people_terminal(rq->caller.kind);
	const struct store_access e = {.patient_id = patient_id,
	    .at_ms = rq->now_ms,
	    .recorded_at_ms = rq->now_ms,
	    .rpps = "",
	    .family_name = agent->family_name,
	    .given_name = agent->given_name,
	    .profession = DESK_LABEL,
	    .specialty = "",
	    .establishment_id = agent->establishment_id,
	    .establishment = agent->establishment,
	    .motive = "",
	    .motive_label = label,
	    .motive_detail = "",
	    .result = ACCESS_GRANTED,
	    .terminal = terminal};
	const struct store_actor by = {
	    .account_id = agent->account_id, .name = "", .terminal = terminal};
	uint64_t number;

	return store_access_append(db, &e, &by, &number);
}

/* ------------------------------------------------------------- two hands */

bool
desk_is_same_hand(
    struct request *rq, const struct store_desk_hand *a, const struct store_desk_hand *b)
{
	const bool apart = server_settings(rq->server)->desk_two_establishments;

	if (!policy_desk_same_hand(a, b, apart))
		return false;
	request_refuse(rq, EM_E_OTHER_HAND, "patient_id", 0, 0);
	return true;
}

int
desk_last_correction(struct request *rq, struct store_conn *db, uint64_t account_id,
    struct store_contact_change *c_r)
{
	int rc = store_contact_last_desk(db, rq->arena, account_id, c_r);

	if (rc != -EM_E_NOT_FOUND)
		return rc;
	*c_r = (struct store_contact_change){.old_address = "", .new_address = ""};
	return 0;
}

/* -------------------------------------------------------------- accounts */

int
desk_account_in(struct request *rq, struct store_conn *db, uint64_t patient_id,
    enum account_state state, struct store_account *who_r)
{
	uint64_t account_id = 0;
	int rc = store_account_of_patient(db, patient_id, &account_id);

	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, account_id, who_r);
	if (rc == 0 && who_r->state != state)
		rc = -EM_E_NOT_FOUND;
	if (rc == -EM_E_NOT_FOUND)
		request_refuse(rq, EM_E_NOT_FOUND, "patient_id", 0, 0);
	return rc;
}

int
desk_account_of(
    struct request *rq, struct store_conn *db, uint64_t patient_id, struct store_account *who_r)
{
	return desk_account_in(rq, db, patient_id, ACCOUNT_ACTIVE, who_r);
}

int
desk_identity(struct request *rq, struct store_conn *db, uint64_t patient_id, uint32_t birth_date,
    bool *right_r)
{
	const struct store_patient_find q = {.own_authority = ""};
	struct store_patient_row row;
	int rc = store_patient_get(db, rq->arena, patient_id, &q, &row);

	*right_r = rc == 0 && row.birth_date == birth_date;
	if (rc == 0 && !*right_r)
		request_refuse(rq, EM_E_INVALID, "birth_date", 0, 0);
	return rc;
}

int
desk_secret_make(struct request *rq, const char *beside, struct desk_secret *s_r)
{
	policy_temp_password(s_r->temporary);
	return pwhash_make(
	    &rq->server->pepper, s_r->temporary, beside[0] != '\0' ? beside : NULL, s_r->hash);
}

/* ---------------------------------------------------------------- traits */

static bool
desk_one_of(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(s, list[i]) == 0)
			return true;
	}
	return false;
}

const char *
desk_traits_fault(const struct desk_traits *t)
{
	static const char *const civilities[] = {"", "Madame", "Monsieur"};
	static const char *const sexes[] = {"", "F", "M"};

	if (!desk_one_of(t->civility, civilities, ARRAY_LEN(civilities)))
		return "civility";
	if (!fields_line(t->given_name, 1, NAME_MAX_CHARS))
		return "given_name";
	if (!fields_line(t->used_name, t->birth_name[0] == '\0', NAME_MAX_CHARS))
		return "used_name";
	if (!fields_line(t->birth_name, 0, NAME_MAX_CHARS))
		return "birth_name";
	if (!fields_day(t->birth_date) || clock_day_start_ms(t->birth_date) > t->now_ms)
		return "birth_date";
	if (!desk_one_of(t->sex, sexes, ARRAY_LEN(sexes)))
		return "sex";
	if (t->language[0] != '\0' && !language_is_known(t->language))
		return "language";
	if (!fields_line(t->ipp, 0, LOCAL_NUMBER_MAX_CHARS))
		return "ipp";
	return NULL;
}

const char *
desk_mobile(struct arena *a, const char *typed)
{
	char *kept;

	if (typed[0] == '\0')
		return "";
	kept = arena_alloc(a, POLICY_MOBILE_MAX);
	return kept != NULL && policy_mobile_normalise(typed, kept) ? kept : NULL;
}

const char *
desk_addresses_fault(struct arena *a, const char *email, const char *mobile, bool needed)
{
	if (email[0] != '\0' && !fields_email(email))
		return "email";
	if (desk_mobile(a, mobile) == NULL)
		return "mobile";
	return needed && email[0] == '\0' && mobile[0] == '\0' ? "email" : NULL;
}

/* ------------------------------------------------------------ identifier */

int
desk_identifier_draw(struct request *rq, struct store_conn *db, struct desk_identifier *id_r)
{
	struct store_account taken;

	for (unsigned i = 0; i < IDENTIFIER_DRAWS; i++) {
		int rc;

		policy_identifier_new(id_r->shown);
		(void)policy_identifier_normalise(id_r->shown, id_r->kept);
		rc = store_account_by_identifier(db, rq->arena, id_r->kept, &taken);
		if (rc == -EM_E_NOT_FOUND)
			return 0;
		if (rc < 0)
			return rc;
	}
	log_error("patient.identifier", "cause=none free draws=%u", IDENTIFIER_DRAWS);
	return -EM_E_INTERNAL;
}

char *
desk_identifier_show(struct arena *a, const char *kept)
{
	char *shown = arena_alloc(a, POLICY_IDENTIFIER_MAX);

	if (shown == NULL || !policy_identifier_is_sound(kept))
		return arena_strdup(a, kept);
	policy_identifier_show(kept, shown);
	return shown;
}

/* ---------------------------------------------------------------- letter */

char *
desk_support(struct request *rq, const char *language)
{
	const struct pages *pages = server_pages(rq->server);
	const char *address = pages == NULL ? "" : pages_support(pages, language)->address;

	return arena_strdup(
	    rq->arena, address[0] != '\0' ? address : server_settings(rq->server)->region_support);
}

Emage__DeskLetter *
desk_letter_make(struct request *rq, const struct store_account *who,
    const struct desk_agent *agent, const struct desk_secret *secret, int64_t until_ms)
{
	Emage__DeskLetter *l = arena_alloc(rq->arena, sizeof(*l));

	if (l == NULL)
		return NULL;
	emage__desk_letter__init(l);
	l->identifier = desk_identifier_show(rq->arena, who->identifier);
	l->temporary_password = arena_strdup(rq->arena, secret->temporary);
	l->temporary_until_ms = until_ms;
	l->civility = (char *)(uintptr_t)who->civility;
	l->given_name = (char *)(uintptr_t)who->given_name;
	l->used_name = (char *)(uintptr_t)who->used_name;
	l->birth_name = (char *)(uintptr_t)who->birth_name;
	l->language = (char *)(uintptr_t)who->language;
	l->establishment = (char *)(uintptr_t)agent->establishment;
	l->support_address = desk_support(rq, who->language);
	l->region = server_settings(rq->server)->region_name;
	l->patient_id = who->patient_id;
	if (l->identifier == NULL || l->temporary_password == NULL || l->support_address == NULL)
		return NULL;
	return l;
}
