/* SPDX-License-Identifier: MIT */
/*
 * One access in words: a line for each thing there is to say.
 */
#include "client/screen/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/directory.h"
#include "client/tr.h"
#include "common/mem.h"

const char *
access_result_words(Emage__AccessResult result)
{
	switch (result) {
	case EMAGE__ACCESS_RESULT__ACCESS_RESULT_REFUSED_BLOCKED:
		return _("bloqué : accès refusé");
	case EMAGE__ACCESS_RESULT__ACCESS_RESULT_EMERGENCY_OVER_BLOCK:
		return _("accès en urgence malgré le blocage");
	default:
		return "";
	}
}

/* "label value\n" at the end of a text; nothing without a value. */
static void
access_text_line(char **text, const char *label, const char *value)
{
	char *longer;

	if (value[0] == '\0')
		return;
	longer = mem_printf("%s%s %s\n", *text, label, value);
	free(*text);
	*text = longer;
}

static void
access_text_exam(char **text, const struct access_detail *d)
{
	char when[DATES_LEN];
	char *exam;

	if (d->exam_unreleased) {
		access_text_line(text, _("Examen consulté :"),
		    _("un examen qui ne vous a pas encore été communiqué"));
		return;
	}
	if (d->exam_id == 0) {
		access_text_line(
		    text, _("Examen consulté :"), _("aucun, seulement la liste des examens"));
		return;
	}
	dates_time(lang_now(), d->exam_taken_at_ms, when);
	exam = mem_printf("%s · %s · %s", d->exam_description, when, d->exam_establishment);
	access_text_line(text, _("Examen consulté :"), exam);
	free(exam);
}

static void
access_text_question(char **text, const struct access_detail *d)
{
	char when[DATES_LEN];
	char *line;

	if (d->question[0] == '\0')
		return;
	line = mem_printf("%s\n", *text);
	free(*text);
	*text = line;
	dates_time(lang_now(), d->contested_at_ms, when);
	line = mem_printf(_("[contesté] Votre question du %1$s (%2$s) :"), when, d->reference);
	access_text_line(text, line, d->question);
	free(line);
	if (d->answer[0] == '\0') {
		access_text_line(text, _("Réponse :"), _("pas encore reçue"));
		return;
	}
	dates_time(lang_now(), d->answered_at_ms, when);
	line = mem_printf(_("Réponse du %s :"), when);
	access_text_line(text, line, d->answer);
	free(line);
}

char *
access_text(const struct access_detail *d)
{
	const struct access_row *r = &d->row;
	char *text = mem_strdup("");
	char *name = professional_name(r->given_name, r->family_name);
	char *trade = professional_trade(r->profession, r->specialty);
	const char *result = access_result_words(r->result);
	char when[DATES_LEN];

	if (result[0])
		access_text_line(&text, "!", result);
	access_text_line(&text, _("Professionnel :"), name);
	access_text_line(&text, _("Profession :"), trade);
	access_text_line(&text, _("Établissement :"), d->establishment);
	dates_time(lang_now(), r->at_ms, when);
	access_text_line(&text, _("Date de prise en charge :"), when);
	if (d->until_ms != 0) {
		dates_time(lang_now(), d->until_ms, when);
		access_text_line(&text, _("Accès possible jusqu'au :"), when);
	} else {
		access_text_line(&text, _("Accès possible jusqu'au :"), _("pas de fin indiquée"));
	}
	access_text_line(&text, _("Motif exprimé :"), r->motive);
	access_text_line(&text, _("Précisions :"), d->motive_detail);
	access_text_exam(&text, d);
	access_text_line(&text, _("Poste utilisé :"), d->terminal);
	access_text_question(&text, d);
	free(name);
	free(trade);
	return text;
}
