/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: every setting with its present value, one a line, and what its
 * number does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/account_text.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

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

static const struct linear_command settings_commands[] = {
    {"r", N_("relit les réglages")},
};

static const struct settings_row settings_rows[] = {
    {N_("Adresse mail"), false, settings_email, settings_verb_email, settings_run_email},
    {N_("Téléphone mobile"), false, settings_mobile, settings_verb_mobile, settings_run_mobile},
    {N_("Mot de passe"), false, account_password_text, settings_verb_change, settings_run_password},
    {N_("Langue"), false, settings_language, settings_verb_change, settings_run_language},
    {N_("un professionnel a consulté mes examens"), true, settings_opened, settings_verb_change,
	settings_run_opened},
    {N_("un nouveau compte rendu est là"), true, settings_report, settings_verb_change,
	settings_run_report},
    {N_("Application d'authentification"), false, account_totp_text, settings_verb_totp,
	settings_run_totp},
    {N_("Sessions ouvertes"), false, NULL, settings_verb_see, settings_run_sessions},
    {N_("Mes données"), true, NULL, settings_verb_export, settings_run_export},
    {N_("Consentement"), true, account_consent_text, settings_verb_withdraw, settings_run_consent},
};

/* Lines as they were said last, by number; line 0: what has to wait. NULL: not yet. */
struct settings_said {
	char *line[ARRAY_LEN(settings_rows) + 1];
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
static char *
settings_row_text(unsigned number, const struct settings_row *row, const struct account *a)
{
	char value[ACCOUNT_TEXT_LEN] = "", text[ACCOUNT_TEXT_LEN + 128];

	if (row->value)
		row->value(a, value);
	if (value[0])
		snprintf(text, sizeof(text), _("%1$s : %2$s"), _(row->label), value);
	else
		snprintf(text, sizeof(text), "%s", _(row->label));
	return mem_printf("%u. %s [%s]", number, text, _(row->verb(a)));
}

/* Whether the line is another one than was said there, which it is from now on. Takes
 * the text. */
static bool
settings_is_news(struct settings_said *said, unsigned line, char *text)
{
	bool is_news = !said->line[line] || strcmp(said->line[line], text) != 0;

	free(said->line[line]);
	said->line[line] = text;
	return is_news;
}

static void
settings_forget(struct settings_said *said)
{
	for (size_t i = 0; i < ARRAY_LEN(said->line); i++) {
		if (said->line[i])
			secret_wipe(said->line[i], strlen(said->line[i]));
		free(said->line[i]);
		said->line[i] = NULL;
	}
}

/* All at first, then what has changed. Returns the largest number. */
static unsigned
settings_say(struct linear *l, const struct account *a, struct settings_said *said)
{
	const struct settings_row *row;
	char wait[ACCOUNT_TEXT_LEN];
	bool is_first = !said->line[0];
	unsigned n = 0;

	if (is_first) {
		linear_say(l, "%s", _("Paramètres de votre compte personnel"));
		linear_say(l, _("%1$s : %2$s"), _("Identifiant"), a->identifier);
	}
	account_wait_text(a, clock_now_ms(), wait);
	if (settings_is_news(said, 0, mem_strdup(wait)) && wait[0])
		linear_say(l, "%s", wait);
	while ((row = settings_row(l, n + 1)) != NULL) {
		if (is_first && row->run == settings_run_opened)
			linear_say(l, "%s", _("Me prévenir par message :"));
		n++;
		if (settings_is_news(said, n, settings_row_text(n, row, a)))
			linear_say(l, "%s", said->line[n]);
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
	struct settings_said said = {0};
	struct linear_answer answer;
	struct account a = {0};

	while (settings_load(l, &a)) {
		const struct linear_prompt p = {
		    .title = N_("Paramètres"),
		    .about = N_("Les réglages de votre compte : adresse mail et téléphone mobile, "
				"mot de passe, langue, avis, application d'authentification, "
				"sessions ouvertes, export de vos données, retrait de votre "
				"consentement."),
		    .max = settings_say(l, &a, &said),
		    .question = _("Votre choix :"),
		    .commands = settings_commands,
		    .n_commands = ARRAY_LEN(settings_commands),
		    .numbers = N_("change ce réglage"),
		};

		if (!linear_ask(l, &p, &answer) || answer.kind == LINEAR_BACK)
			break;
		if (answer.kind == LINEAR_NUMBER)
			settings_row(l, answer.value)->run(l, &a);
		else
			settings_forget(&said);
	}
	settings_forget(&said);
	account_release(&a);
}
