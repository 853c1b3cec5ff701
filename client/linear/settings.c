/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: every setting with its present value, one a line, and what its
 * number does.
 */
#include <stdio.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/account_text.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"

#define SETTINGS_MAX 16

struct settings_row {
	const char *label; /* msgid */
	bool is_patients;  /* nobody else has it */
	void (*value)(const struct account *a, char out_r[ACCOUNT_TEXT_LEN]);
	const char *(*verb)(const struct account *a);
	void (*run)(struct linear *l, struct account *a);
};

/* ---------------------------------------------------------------------- values */

static void
settings_address(const struct account *a, Emage__Channel channel, char out_r[ACCOUNT_TEXT_LEN])
{
	char mobile[ACCOUNT_MOBILE_LEN];
	const char *address = account_address(a, channel, mobile);

	snprintf(out_r, ACCOUNT_TEXT_LEN, "%s", address[0] ? address : _("aucun"));
}

static void
settings_email(const struct account *a, char out_r[ACCOUNT_TEXT_LEN])
{
	settings_address(a, EMAGE__CHANNEL__CHANNEL_EMAIL, out_r);
}

static void
settings_mobile(const struct account *a, char out_r[ACCOUNT_TEXT_LEN])
{
	settings_address(a, EMAGE__CHANNEL__CHANNEL_MOBILE, out_r);
}

static void
settings_language(const struct account *a, char out_r[ACCOUNT_TEXT_LEN])
{
	(void)a;
	out_r[0] = '\0';
	for (size_t i = 0; i < N_LANGS; i++)
		if (strcmp(lang_at(i)->code, lang_now()) == 0)
			snprintf(out_r, ACCOUNT_TEXT_LEN, "%s", lang_at(i)->name);
}

static void
settings_opened(const struct account *a, char out_r[ACCOUNT_TEXT_LEN])
{
	snprintf(out_r, ACCOUNT_TEXT_LEN, "%s", a->notice_exam_opened ? _("oui") : _("non"));
}

static void
settings_report(const struct account *a, char out_r[ACCOUNT_TEXT_LEN])
{
	snprintf(out_r, ACCOUNT_TEXT_LEN, "%s", a->notice_new_report ? _("oui") : _("non"));
}

/* ----------------------------------------------------------------------- verbs */

static const char *
settings_verb_email(const struct account *a)
{
	return a->email[0] ? N_("Modifier") : N_("Ajouter");
}

static const char *
settings_verb_mobile(const struct account *a)
{
	return a->mobile[0] ? N_("Modifier") : N_("Ajouter");
}

static const char *
settings_verb_change(const struct account *a)
{
	(void)a;
	return N_("Changer");
}

static const char *
settings_verb_opened(const struct account *a)
{
	return a->notice_exam_opened ? N_("Désactiver") : N_("Activer");
}

static const char *
settings_verb_report(const struct account *a)
{
	return a->notice_new_report ? N_("Désactiver") : N_("Activer");
}

static const char *
settings_verb_totp(const struct account *a)
{
	return a->totp ? N_("Désactiver") : N_("Activer");
}

static const char *
settings_verb_see(const struct account *a)
{
	(void)a;
	return N_("Voir");
}

static const char *
settings_verb_export(const struct account *a)
{
	(void)a;
	return N_("Exporter mes données");
}

static const char *
settings_verb_withdraw(const struct account *a)
{
	(void)a;
	return N_("Retirer votre consentement");
}

/* ----------------------------------------------------------------------- doing */

static void
settings_run_email(struct linear *l, struct account *a)
{
	linear_contact(l, a, EMAGE__CHANNEL__CHANNEL_EMAIL);
}

static void
settings_run_mobile(struct linear *l, struct account *a)
{
	linear_contact(l, a, EMAGE__CHANNEL__CHANNEL_MOBILE);
}

static void
settings_run_password(struct linear *l, struct account *a)
{
	(void)a;
	linear_password(l);
}

static void
settings_run_language(struct linear *l, struct account *a)
{
	Emage__AccountSetLanguageRequest r = EMAGE__ACCOUNT_SET_LANGUAGE_REQUEST__INIT;
	char code[4];
	int err;

	(void)a;
	if (!linear_language(l))
		return;
	snprintf(code, sizeof(code), "%s", lang_now());
	r.language = code;
	err = linear_call(l, METHOD_account_set_language, &r.base, LINEAR_AGAIN, NULL, NULL);
	if (err < 0)
		linear_say_error(l, err);
	else
		linear_say(l, "%s", _("Langue enregistrée."));
}

/* The server has both at once. */
static void
settings_send_notices(struct linear *l, bool exam_opened, bool new_report)
{
	Emage__AccountSetNoticesRequest r = EMAGE__ACCOUNT_SET_NOTICES_REQUEST__INIT;
	int err;

	r.exam_opened = exam_opened;
	r.new_report = new_report;
	err = linear_call(l, METHOD_account_set_notices, &r.base, LINEAR_AGAIN, NULL, NULL);
	if (err < 0)
		linear_say_error(l, err);
	else
		linear_say(l, "%s", _("Avis enregistrés."));
}

static void
settings_run_opened(struct linear *l, struct account *a)
{
	settings_send_notices(l, !a->notice_exam_opened, a->notice_new_report);
}

static void
settings_run_report(struct linear *l, struct account *a)
{
	settings_send_notices(l, a->notice_exam_opened, !a->notice_new_report);
}

static void
settings_run_totp(struct linear *l, struct account *a)
{
	linear_totp(l, a->totp);
}

static void
settings_run_sessions(struct linear *l, struct account *a)
{
	(void)a;
	linear_sessions(l);
}

static void
settings_run_export(struct linear *l, struct account *a)
{
	(void)a;
	linear_export(l);
}

static void
settings_run_consent(struct linear *l, struct account *a)
{
	(void)a;
	linear_consent(l);
}

/* ----------------------------------------------------------------------- table */

static const struct settings_row settings_rows[] = {
    {N_("Adresse mail"), false, settings_email, settings_verb_email, settings_run_email},
    {N_("Téléphone mobile"), false, settings_mobile, settings_verb_mobile, settings_run_mobile},
    {N_("Mot de passe"), false, account_password_text, settings_verb_change, settings_run_password},
    {N_("Langue"), false, settings_language, settings_verb_change, settings_run_language},
    {N_("un professionnel a consulté mes examens"), true, settings_opened, settings_verb_opened,
	settings_run_opened},
    {N_("un nouveau compte rendu est là"), true, settings_report, settings_verb_report,
	settings_run_report},
    {N_("Application d'authentification"), false, account_totp_text, settings_verb_totp,
	settings_run_totp},
    {N_("Sessions ouvertes"), false, NULL, settings_verb_see, settings_run_sessions},
    {N_("Mes données"), true, NULL, settings_verb_export, settings_run_export},
    {N_("Consentement"), true, account_consent_text, settings_verb_withdraw, settings_run_consent},
};

/* The row with this number, counted from 1, of those that this person has. */
static const struct settings_row *
settings_row(const struct linear *l, unsigned number)
{
	bool patient = l->session.role == EMAGE__ROLE__ROLE_PATIENT;

	for (size_t i = 0; i < ARRAY_LEN(settings_rows); i++)
		if ((patient || !settings_rows[i].is_patients) && --number == 0)
			return &settings_rows[i];
	return NULL;
}

/* "1. Adresse mail : camille@example.org [Modifier]" */
static void
settings_say_row(
    struct linear *l, unsigned number, const struct settings_row *row, const struct account *a)
{
	char value[ACCOUNT_TEXT_LEN] = "", text[ACCOUNT_TEXT_LEN + 128];

	if (row->value)
		row->value(a, value);
	if (value[0])
		snprintf(text, sizeof(text), _("%1$s : %2$s"), _(row->label), value);
	else
		snprintf(text, sizeof(text), "%s", _(row->label));
	linear_say(l, "%u. %s [%s]", number, text, _(row->verb(a)));
}

/* Returns the largest number. */
static unsigned
settings_say(struct linear *l, const struct account *a)
{
	const struct settings_row *row;
	char wait[ACCOUNT_TEXT_LEN];
	unsigned n = 0;

	linear_say(l, "%s", _("Paramètres de votre compte personnel"));
	linear_say(l, _("%1$s : %2$s"), _("Identifiant"), a->identifier);
	account_wait_text(a, clock_now_ms(), wait);
	if (wait[0])
		linear_say(l, "%s", wait);
	while ((row = settings_row(l, n + 1)) != NULL) {
		if (row->run == settings_run_opened)
			linear_say(l, "%s", _("Me prévenir par message :"));
		settings_say_row(l, ++n, row, a);
	}
	return n;
}

/* --------------------------------------------------------------------- loading */

static int
settings_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	account_take(arg, (const Emage__AccountGetReply *)msg);
	return 0;
}

static bool
settings_load(struct linear *l, struct account *a)
{
	Emage__AccountGetRequest r = EMAGE__ACCOUNT_GET_REQUEST__INIT;
	int err = linear_call(l, METHOD_account_get, &r.base, LINEAR_AGAIN, settings_take, a);

	if (err < 0)
		linear_say_error(l, err);
	return err == 0;
}

void
linear_settings(struct linear *l)
{
	struct account a = {0};
	struct linear_answer choice;
	bool goes_on = true;

	while (goes_on && settings_load(l, &a)) {
		unsigned n = settings_say(l, &a);

		goes_on = linear_ask(l,
			      &(struct linear_prompt){
				  .title = N_("Régler les paramètres de votre compte personnel"),
				  .about = WORDS_SETTINGS,
				  .question = _("Votre choix :"),
				  .max = n,
				  .numbers = N_("change ce réglage"),
			      },
			      &choice) &&
			  choice.kind == LINEAR_NUMBER;
		if (goes_on)
			settings_row(l, choice.value)->run(l, &a);
	}
	account_release(&a);
}
