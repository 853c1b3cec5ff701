/* SPDX-License-Identifier: MIT */
/*
 * The desk's patients and their words.
 */
#include "client/model/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/errtext.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/session.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"

/* ------------------------------------------------------------------- words */

const char *
desk_account_text(Emage__AccountState account)
{
	switch (account) {
	case EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE:
		return _("ouvert");
	case EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_WITHDRAWN:
		return _("fermé");
	case EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED:
		return _("suspendu");
	default:
		return _("aucun");
	}
}

void
desk_day_text(uint32_t yyyymmdd, char out_r[DESK_TEXT_LEN])
{
	int64_t at_ms = yyyymmdd == 0 ? INT64_MIN : clock_day_start_ms(yyyymmdd);
	char day[DATES_LEN] = "";

	if (at_ms != INT64_MIN)
		dates_day(lang_now(), at_ms, day);
	snprintf(out_r, DESK_TEXT_LEN, "%s", day);
}

const char *
desk_channel_text(const char *channel)
{
	static const struct {
		const char *channel, *text;
	} texts[] = {
	    {"paper", N_("sur papier")}, {"spoken", N_("oral")}, {"remote", N_("à distance")}};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (strcmp(channel, texts[i].channel) == 0)
			return _(texts[i].text);
	return "";
}

char *
desk_name(const struct desk_row *r)
{
	return mem_printf("%s%s%s", r->given_name, r->given_name[0] ? " " : "", r->name);
}

const char *
desk_field_text(const char *field)
{
	static const struct {
		const char *field, *text;
	} texts[] = {
	    {"given_name", N_("Saisissez le prénom, sans caractère spécial.")},
	    {"used_name", N_("Saisissez le nom d'usage ou le nom de naissance.")},
	    {"birth_name", N_("Ce nom de naissance n'est pas accepté.")},
	    {"birth_date", N_("Date de naissance incorrecte : écrivez jj/mm/aaaa.")},
	    {"email", N_("Saisissez une adresse mail valable, ou un mobile.")},
	    {"mobile", N_("Mobile non reconnu : 06…, 07…, ou +33, +49, +352, +32, +41.")},
	    {"ipp", N_("Ce numéro de patient est déjà pris, ou n'est pas accepté.")},
	    {"text_version", N_("Le texte a changé : faites relire le nouveau.")},
	    {"patient_id", N_("Le compte de ce patient est déjà ouvert.")},
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (strcmp(field, texts[i].field) == 0)
			return _(texts[i].text);
	return "";
}

void
desk_password_text(const struct desk_patient *m, char out_r[DESK_TEXT_LEN])
{
	char day[DATES_LEN];

	if (m->temporary_until_ms > 0) {
		dates_day(lang_now(), m->temporary_until_ms, day);
		snprintf(out_r, DESK_TEXT_LEN,
		    m->has_password ? _("choisi ; temporaire en attente jusqu'au %s")
				    : _("temporaire, jusqu'au %s"),
		    day);
	} else {
		snprintf(out_r, DESK_TEXT_LEN, "%s",
		    m->has_password ? _("choisi par le patient") : _("aucun"));
	}
}

/* -------------------------------------------------------------------- rows */

static char *
desk_family(const Emage__PatientRow *from)
{
	char *used = session_text(from->used_name), *birth = session_text(from->birth_name);
	char *name;

	if (used[0] == '\0')
		name = mem_strdup(birth);
	else if (birth[0] == '\0' || strcmp(used, birth) == 0)
		name = mem_strdup(used);
	else
		name = mem_printf("%s (%s)", used, birth);
	session_text_free(&used);
	session_text_free(&birth);
	return name;
}

static void
desk_row_take(struct desk_row *r, const Emage__PatientRow *from)
{
	*r = (struct desk_row){.id = from->patient_id,
	    .name = desk_family(from),
	    .given_name = session_text(from->given_name),
	    .ipp = session_text(from->ipp),
	    .sex = session_text(from->sex),
	    .birth_date = from->birth_date,
	    .account = from->account,
	    .n_namesakes = from->n_namesakes};
}

static void
desk_row_release(struct desk_row *r)
{
	session_text_free(&r->name);
	session_text_free(&r->given_name);
	session_text_free(&r->ipp);
	session_text_free(&r->sex);
	*r = (struct desk_row){0};
}

void
desk_found_release(struct desk_found *f)
{
	for (size_t i = 0; i < f->n; i++)
		desk_row_release(&f->rows[i]);
	free(f->rows);
	*f = (struct desk_found){0};
}

void
desk_found_take(struct desk_found *f, const Emage__PatientFindReply *reply)
{
	desk_found_release(f);
	f->rows = mem_new((reply->n_rows + 1) * sizeof(*f->rows));
	for (size_t i = 0; i < reply->n_rows; i++)
		desk_row_take(&f->rows[i], reply->rows[i]);
	for (size_t i = 0; i < reply->n_rows; i++)
		f->namesakes |= f->rows[i].n_namesakes > 0;
	f->ins_key_wrong = reply->ins_key_wrong;
	f->n = reply->n_rows;
	f->more = reply->more;
	f->loaded = true;
}

/* ----------------------------------------------------------------- patient */

static char *
desk_join_numbers(const Emage__PatientGetReply *reply)
{
	char *all = mem_strdup("");

	for (size_t i = 0; i < reply->n_numbers; i++) {
		char *ipp = session_text(reply->numbers[i]->ipp);
		char *authority = session_text(reply->numbers[i]->authority);
		char *longer = mem_printf("%s%s%s (%s)", all, i > 0 ? ", " : "", ipp, authority);

		free(all);
		all = longer;
		session_text_free(&ipp);
		session_text_free(&authority);
	}
	return all;
}

/* The number and how sure it is that it is this person's, in the words of the
 * national rules. */
static char *
desk_ins_text(const Emage__PatientGetReply *reply)
{
	static const struct {
		const char *status, *text;
	} texts[] = {{"PROV", N_("identité provisoire")}, {"RECUP", N_("identité récupérée")},
	    {"VALI", N_("identité validée")}, {"QUAL", N_("identité qualifiée")}};
	char *number = session_text(reply->ins), *all;
	const char *status = "";

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (strcmp(reply->ins_status, texts[i].status) == 0)
			status = _(texts[i].text);
	all = mem_printf(
	    "%s%s%s", number, number[0] && status[0] ? " · " : "", number[0] ? status : "");
	session_text_free(&number);
	return all;
}

/* "donné le 24/11/2026 · sur papier · CHRU de Strasbourg · Alix FICTIF" */
static char *
desk_consent_line(const Emage__PatientConsent *c)
{
	char *place = session_text(c->establishment), *who = session_text(c->operator_name);
	const char *how = desk_channel_text(c->channel);
	char day[DATES_LEN];
	char *line, *all;

	dates_day(lang_now(), c->at_ms, day);
	line = mem_printf(c->given ? _("donné le %s") : _("retiré le %s"), day);
	all = mem_printf("%s%s%s%s%s%s%s", line, how[0] ? " · " : "", how, place[0] ? " · " : "",
	    place, who[0] ? " · " : "", who);
	free(line);
	session_text_free(&place);
	session_text_free(&who);
	return all;
}

void
desk_patient_release(struct desk_patient *p)
{
	desk_row_release(&p->row);
	session_text_free(&p->identifier);
	session_text_free(&p->email);
	session_text_free(&p->mobile);
	session_text_free(&p->numbers);
	session_text_free(&p->ins);
	for (size_t i = 0; i < p->n_consents; i++)
		session_text_free(&p->consents[i]);
	free(p->consents);
	*p = (struct desk_patient){0};
}

void
desk_patient_take(struct desk_patient *p, const Emage__PatientGetReply *reply)
{
	desk_patient_release(p);
	desk_row_take(&p->row, reply->row);
	p->identifier = session_text(reply->identifier);
	p->email = session_text(reply->email);
	p->mobile = session_text(reply->mobile);
	p->numbers = desk_join_numbers(reply);
	p->ins = desk_ins_text(reply);
	p->consents = mem_new((reply->n_consents + 1) * sizeof(*p->consents));
	for (size_t i = 0; i < reply->n_consents; i++)
		p->consents[i] = desk_consent_line(reply->consents[i]);
	p->n_consents = reply->n_consents;
	p->temporary_until_ms = reply->temporary_until_ms;
	p->has_password = reply->has_password;
}

/* ------------------------------------------------------------------ letter */

void
desk_letter_take(struct desk_letter *l, const Emage__DeskLetter *from)
{
	*l = (struct desk_letter){.identifier = session_text(from->identifier),
	    .temporary_password = session_text(from->temporary_password),
	    .civility = session_text(from->civility),
	    .given_name = session_text(from->given_name),
	    .used_name = session_text(from->used_name),
	    .birth_name = session_text(from->birth_name),
	    .language = session_text(from->language),
	    .establishment = session_text(from->establishment),
	    .support_address = session_text(from->support_address),
	    .region = session_text(from->region),
	    .until_ms = from->temporary_until_ms,
	    .patient_id = from->patient_id};
}

void
desk_letter_release(struct desk_letter *l)
{
	char **const texts[] = {&l->identifier, &l->temporary_password, &l->civility,
	    &l->given_name, &l->used_name, &l->birth_name, &l->language, &l->establishment,
	    &l->support_address, &l->region};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		session_text_free(texts[i]);
	*l = (struct desk_letter){0};
}

bool
desk_has_way(const struct desk_patient *p)
{
	return (p->email != NULL && p->email[0] != '\0') ||
	       (p->mobile != NULL && p->mobile[0] != '\0');
}

void
desk_contact_refusal(
    int err, const char *field, unsigned retry_after_s, char out_r[2 * DESK_TEXT_LEN])
{
	char wait[64];

	out_r[0] = '\0';
	if (err != -EM_E_RATE || strcmp(field, "channel") != 0)
		return;
	errtext_hours(retry_after_s, wait, sizeof(wait));
	snprintf(out_r, 2 * DESK_TEXT_LEN, "%s %s",
	    _("L'autre adresse de ce patient a changé il y a moins de 72 heures : celle-ci doit "
	      "attendre."),
	    wait);
}

/* ---------------------------------------------------------------- questions */

const struct desk_question *
desk_question(enum desk_act act)
{
	static const struct desk_question questions[N_DESK_ACTS] = {
	    [DESK_LETTER] = {N_("Réimprimer le document"),
		N_("Vérifiez l'identité de %s. Un nouveau mot de passe temporaire est créé et "
		   "affiché une seule fois ; l'opération figure dans l'historique du patient."),
		N_("Réimprimer")},
	    [DESK_RESET] = {N_("Réinitialiser le mot de passe"),
		N_("Un mot de passe temporaire est envoyé à l'adresse ou au mobile de %s. Vous ne "
		   "le voyez pas ; l'ancien reste valable jusque-là."),
		N_("Réinitialiser")},
	    [DESK_CODE] = {N_("Code en personne"),
		N_("Vérifiez l'identité de %s. Un code d'accès valable 15 minutes, pour une seule "
		   "connexion, est affiché à l'écran ; l'opération figure dans l'historique du "
		   "patient."),
		N_("Afficher un code")},
	    [DESK_SUSPEND] = {N_("Suspendre le compte"),
		N_("Quelqu'un d'autre se sert du compte de %s ? Toutes les sessions se ferment et "
		   "personne ne s'y connecte plus. Seul un nouveau document, remis sur pièce "
		   "d'identité, y met fin ; l'opération figure dans l'historique du patient."),
		N_("Suspendre")},
	    [DESK_RESUME] = {N_("Lever la suspension"),
		N_("Vérifiez la pièce d'identité de %s. L'ancien mot de passe et l'application "
		   "d'authentification ne servent plus ; un nouveau document est affiché une "
		   "seule fois."),
		N_("Lever la suspension")},
	    [DESK_WITHDRAW] = {N_("Retirer le consentement"),
		N_("Vérifiez la pièce d'identité de %s. Le compte et toutes ses sessions se "
		   "ferment aussitôt ; il faudra un nouveau consentement pour le rouvrir. Les "
		   "examens restent conservés par les établissements."),
		N_("Retirer le consentement")},
	};

	return &questions[act];
}

char *
desk_question_text(enum desk_act act, const struct desk_row *r)
{
	char *name = desk_name(r), *text;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	text = mem_printf(_(desk_question(act)->text), name);
#pragma GCC diagnostic pop
	session_text_free(&name);
	return text;
}
