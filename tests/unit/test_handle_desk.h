/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_DESK_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_DESK_H

#include "tests/unit/test_handle_account.h"
#include "tests/unit/test_handle_imaging.h"
#include "tests/unit/test_handle_sql.h"

#include "proto/access.pb-c.h"
#include "proto/desk.pb-c.h"

/*
 * A reception desk and those who stand there: finding patients, recording a
 * consent.
 */
#define CAMILLE	       "camille@exemple.invalid"
#define CAMILLE_MOBILE "+33600000042"
#define NEW_EMAIL      "nouvelle@exemple.invalid"
#define TODAY	       "2026-02"

#define S(text) ((char *)(uintptr_t)(text))

static struct {
	struct caller desk, other_desk, doctor;
	struct person camille;
} here;

static inline struct caller
staff_caller(int role, uint64_t account_id)
{
	struct caller who = caller_new(TERMINAL, (uint8_t)account_id);

	who.phase = PH_O;
	who.role = role;
	who.account_id = account_id;
	who.session_id = 1000 + account_id;
	return who;
}

/* Two receptionists of one hospital, a doctor, and a patient with a password. */
static inline int
desk_setup(void **state)
{
	int rc = place_setup(state);
	struct place *p = *state;

	here.camille = person_settled(p, "0042");
	place_sql(p,
	    "INSERT INTO establishment (establishment_id, finess, name, name_fold)"
	    " VALUES (70, '990000001', 'Clinique Fictive', 'clinique fictive');"
	    "INSERT INTO account (account_id, role, state, identifier, email, mobile, language,"
	    " password_hash, temp_hash, temp_expires_at_ms, created_at_ms) VALUES"
	    " (80, 2, 1, 'accueil1', 'a1@exemple.invalid', '', 'fr', '', '', 0, 1),"
	    " (81, 2, 1, 'accueil2', 'a2@exemple.invalid', '', 'fr', '', '', 0, 1),"
	    " (82, 3, 1, 'medecin1', 'm1@exemple.invalid', '', 'fr', '', '', 0, 1);"
	    "INSERT INTO staff (account_id, family_name, given_name, family_fold, given_fold,"
	    " establishment_id) VALUES (80, 'Accueillante', 'Alix', 'accueillante', 'alix', 70),"
	    " (81, 'Accueillant', 'Bo', 'accueillant', 'bo', 70),"
	    " (82, 'Docteure', 'Dana', 'docteure', 'dana', 70);"
	    "INSERT INTO professional (professional_id, rpps, account_id, family_name, given_name,"
	    " family_fold, given_fold, profession_code, specialty_code, load_id) VALUES"
	    " (90, '10000000090', 82, 'Docteure', 'Dana', 'docteure', 'dana', '', '', 1)");
	here.desk = staff_caller(EMAGE__ROLE__ROLE_RECEPTION, 80);
	here.other_desk = staff_caller(EMAGE__ROLE__ROLE_RECEPTION, 81);
	here.doctor = staff_caller(EMAGE__ROLE__ROLE_PROFESSIONAL, 82);
	return rc;
}

/* ------------------------------------------------------------------ finding */

struct desk_found {
	int err;
	unsigned n, namesakes;
	bool more;
	uint64_t ids[64];
	int account;
	char ipp[64], used_name[128];
};

static inline void
desk_on_found(struct call *c, const void *reply)
{
	const Emage__PatientFindReply *r = reply;
	struct desk_found *f = c->arg;

	assert_true(r->n_rows <= 50);
	f->n = (unsigned)r->n_rows;
	f->more = r->more;
	for (size_t i = 0; i < r->n_rows; i++)
		f->ids[i] = r->rows[i]->patient_id;
	if (r->n_rows == 0)
		return;
	f->namesakes = r->rows[0]->n_namesakes;
	f->account = (int)r->rows[0]->account;
	(void)snprintf(f->ipp, sizeof(f->ipp), "%s", r->rows[0]->ipp);
	(void)snprintf(f->used_name, sizeof(f->used_name), "%s", r->rows[0]->used_name);
}

static inline struct desk_found
desk_find(struct place *p, struct caller *who, const Emage__PatientFindRequest *m)
{
	struct desk_found f = {.n = 0};
	struct call c = {.on_reply = desk_on_found, .arg = &f};

	call_begin(&c, p, who, METHOD_patient_find, m);
	f.err = c.err;
	call_end(&c);
	return f;
}

static inline struct desk_found
desk_find_name(
    struct place *p, struct caller *who, const char *name, const char *given, uint32_t born)
{
	Emage__PatientFindRequest m = EMAGE__PATIENT_FIND_REQUEST__INIT;

	m.name = S(name);
	m.given_name = S(given);
	m.birth_date = born;
	return desk_find(p, who, &m);
}

/* ------------------------------------------------------------- handed over */

/* Neither address nor app is left to the patient. */
static inline void
desk_no_ways(struct place *p)
{
	place_sql(p, "UPDATE account SET email = '', mobile = '' WHERE patient_id IS NOT NULL");
}

static inline int
desk_show_code(struct place *p, struct caller *who, char code_r[9])
{
	Emage__DeskCodeRequest m = EMAGE__DESK_CODE_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	int err;

	m.patient_id = here.camille.patient_id;
	call_begin(&c, p, who, METHOD_desk_code, &m);
	err = c.err;
	if (err == 0)
		(void)snprintf(code_r, 9, "%s", ((const Emage__DeskCodeReply *)c.rq.reply)->code);
	call_end(&c);
	return err;
}

struct desk_printed {
	int err;
	char temporary[32];
	uint32_t wait_s;
};

static inline struct desk_printed
desk_print(struct place *p, struct caller *who)
{
	Emage__DeskLetterRequest m = EMAGE__DESK_LETTER_REQUEST__INIT;
	struct desk_printed r = {.err = 0};
	struct call c = {.n_replies = 0};

	m.patient_id = here.camille.patient_id;
	call_begin(&c, p, who, METHOD_desk_letter, &m);
	r.err = c.err;
	r.wait_s = c.rq.retry_after_s;
	if (c.err == 0)
		(void)snprintf(r.temporary, sizeof(r.temporary), "%s",
		    ((const Emage__DeskLetterReply *)c.rq.reply)->letter->temporary_password);
	call_end(&c);
	return r;
}

/* ------------------------------------------------------------------ contact */

struct desk_contact {
	int err;
	char field[32];
	uint32_t wait_s;
};

static inline struct desk_contact
desk_contact_start(struct place *p, struct caller *who, Emage__Channel channel, const char *address)
{
	Emage__DeskContactStartRequest m = EMAGE__DESK_CONTACT_START_REQUEST__INIT;
	struct desk_contact r = {.err = 0};
	struct call c = {.n_replies = 0};

	m.patient_id = here.camille.patient_id;
	m.channel = channel;
	m.address = S(address);
	call_begin(&c, p, who, METHOD_desk_contact_start, &m);
	r.err = c.err;
	r.wait_s = c.rq.retry_after_s;
	if (c.rq.refuse_field != NULL)
		(void)snprintf(r.field, sizeof(r.field), "%s", c.rq.refuse_field);
	call_end(&c);
	return r;
}

static inline int
desk_contact_confirm(struct place *p, struct caller *who, const char *code)
{
	Emage__DeskContactConfirmRequest m = EMAGE__DESK_CONTACT_CONFIRM_REQUEST__INIT;

	m.patient_id = here.camille.patient_id;
	m.code = S(code);
	return call_once(p, who, METHOD_desk_contact_confirm, &m);
}

/* All of it, with the code that came to the new address. */
static inline int
desk_correct(struct place *p, struct caller *who, Emage__Channel channel, const char *address)
{
	const struct desk_contact r = desk_contact_start(p, who, channel, address);

	return r.err != 0 ? r.err : desk_contact_confirm(p, who, letter_to(p, address).code);
}

/* ------------------------------------------------------------------ consent */

struct desk_given {
	int err;
	char field[32], identifier[32], temporary[32], support[64], establishment[64];
	bool reopened;
	uint64_t patient_id;
	int64_t until_ms;
};

static inline Emage__DeskConsentRequest
desk_new_patient(void)
{
	Emage__DeskConsentRequest m = EMAGE__DESK_CONSENT_REQUEST__INIT;

	m.civility = S("Monsieur");
	m.given_name = S("Dominique");
	m.used_name = S("Inventé");
	m.birth_date = 19601231;
	m.sex = S("M");
	m.mobile = S("06 00 00 00 77");
	m.language = S("de");
	m.text_version = S(TODAY);
	m.channel = S("paper");
	m.ipp = S("777");
	return m;
}

static inline struct desk_given
desk_consent(struct place *p, struct caller *who, const Emage__DeskConsentRequest *m)
{
	struct desk_given g = {.err = 0};
	struct call c = {.n_replies = 0};
	const Emage__DeskConsentReply *r;

	call_begin(&c, p, who, METHOD_desk_consent, m);
	g.err = c.err;
	if (c.rq.refuse_field != NULL)
		(void)snprintf(g.field, sizeof(g.field), "%s", c.rq.refuse_field);
	r = c.rq.reply;
	if (c.err == 0) {
		(void)snprintf(g.identifier, 32, "%s", r->letter->identifier);
		(void)snprintf(g.temporary, 32, "%s", r->letter->temporary_password);
		(void)snprintf(g.support, 64, "%s", r->letter->support_address);
		(void)snprintf(g.establishment, 64, "%s", r->letter->establishment);
		g.reopened = r->reopened;
		g.patient_id = r->letter->patient_id;
		g.until_ms = r->letter->temporary_until_ms;
	}
	call_end(&c);
	return g;
}

#endif
