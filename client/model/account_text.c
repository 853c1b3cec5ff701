/* SPDX-License-Identifier: MIT */
/*
 * Words for the account's values, and for what the server says to a change.
 */
#include "client/model/account_text.h"

#include <stdio.h>
#include <string.h>

#include "client/errtext.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/tr.h"
#include "common/err.h"

/* ---------------------------------------------------------------------- values */

void
account_password_text(const struct account *a, char out_r[ACCOUNT_TEXT_LEN])
{
	char at[DATES_LEN];

	out_r[0] = '\0';
	if (a->password_changed_at_ms <= 0)
		return;
	dates_day(lang_now(), a->password_changed_at_ms, at);
	snprintf(out_r, ACCOUNT_TEXT_LEN, _("changé le %s"), at);
}

void
account_totp_text(const struct account *a, char out_r[ACCOUNT_TEXT_LEN])
{
	if (a->totp)
		snprintf(out_r, ACCOUNT_TEXT_LEN,
		    ngettext("activée, %u code de secours", "activée, %u codes de secours",
			a->recovery_codes_left),
		    a->recovery_codes_left);
	else
		snprintf(out_r, ACCOUNT_TEXT_LEN, "%s", _("non activée"));
}

void
account_consent_text(const struct account *a, char out_r[ACCOUNT_TEXT_LEN])
{
	char at[DATES_LEN];
	size_t len;

	out_r[0] = '\0';
	if (a->consent_at_ms <= 0)
		return;
	dates_day(lang_now(), a->consent_at_ms, at);
	snprintf(out_r, ACCOUNT_TEXT_LEN, _("donné le %s"), at);
	len = strlen(out_r);
	if (a->consent_establishment[0])
		snprintf(
		    out_r + len, ACCOUNT_TEXT_LEN - len, " · %.300s", a->consent_establishment);
}

void
account_wait_text(const struct account *a, int64_t now_ms, char out_r[ACCOUNT_TEXT_LEN])
{
	char at[DATES_LEN];

	out_r[0] = '\0';
	if (a->contact_wait_until_ms <= now_ms)
		return;
	dates_time(lang_now(), a->contact_wait_until_ms, at);
	snprintf(out_r, ACCOUNT_TEXT_LEN,
	    _("Une adresse vient de changer : l'autre ne pourra l'être qu'à partir du %s."), at);
}

/* -------------------------------------------------------------------- sessions */

const char *
account_session_kind(Emage__ClientKind kind)
{
	switch (kind) {
	case EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK:
		return _("Borne");
	case EMAGE__CLIENT_KIND__CLIENT_KIND_SCRIPT:
		return _("Programme");
	default:
		return _("Terminal");
	}
}

void
account_session_text(const struct account_session *s, char out_r[ACCOUNT_TEXT_LEN])
{
	char opened[DATES_LEN], active[DATES_LEN];

	dates_time(lang_now(), s->opened_at_ms, opened);
	dates_time(lang_now(), s->active_at_ms, active);
	if (s->is_this_one)
		snprintf(out_r, ACCOUNT_TEXT_LEN, _("celle-ci, ouverte le %s"), opened);
	else
		snprintf(
		    out_r, ACCOUNT_TEXT_LEN, _("ouverte le %1$s, active le %2$s"), opened, active);
}

/* -------------------------------------------------------------------- refusals */

const char *
account_contact_form(Emage__Channel channel)
{
	return channel == EMAGE__CHANNEL__CHANNEL_MOBILE
		   ? _("Ce numéro n'est pas celui d'un mobile : écrivez-le comme 06 12 34 56 78 "
		       "ou +49 151 23456789.")
		   : _("Cette adresse n'est pas complète : écrivez-la comme nom@exemple.fr.");
}

void
account_contact_refusal(Emage__Channel channel, int err, const char *field, unsigned retry_after_s,
    char out_r[ACCOUNT_TEXT_LEN])
{
	char wait[128];

	out_r[0] = '\0';
	if (err == -EM_E_INVALID && strcmp(field, "address") == 0) {
		snprintf(out_r, ACCOUNT_TEXT_LEN, "%s", account_contact_form(channel));
	} else if (err == -EM_E_EXISTS) {
		snprintf(out_r, ACCOUNT_TEXT_LEN, "%s", _("C'est déjà celle de votre compte."));
	} else if (err == -EM_E_NO_CHANNEL) {
		snprintf(out_r, ACCOUNT_TEXT_LEN, "%s",
		    _("C'est la seule adresse de votre compte : ajoutez-en une autre avant de la "
		      "supprimer."));
	} else if (err == -EM_E_RATE && strcmp(field, "channel") == 0) {
		errtext_hours(retry_after_s, wait, sizeof(wait));
		snprintf(out_r, ACCOUNT_TEXT_LEN, "%s %s",
		    _("L'autre adresse a changé il y a moins de 72 heures : pour votre sécurité, "
		      "celle-ci doit attendre."),
		    wait);
	}
}

void
account_wrong_password(unsigned retry_after_s, char out_r[ACCOUNT_TEXT_LEN])
{
	char wait[128] = "";

	if (retry_after_s > 0)
		errtext_wait(retry_after_s, wait, sizeof(wait));
	snprintf(out_r, ACCOUNT_TEXT_LEN, "%s%s%s", _("Ce mot de passe n'est pas le bon."),
	    wait[0] ? " " : "", wait);
}
