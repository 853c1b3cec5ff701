/* SPDX-License-Identifier: MIT */
/*
 * Words for errors. What a person cannot tell apart has the same words.
 */
#include "client/errtext.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

struct errtext_row {
	enum em_err err;
	const char *text;
};

static const struct errtext_row errtext_table[] = {
    {EM_E_INVALID, N_("Cette valeur n'est pas acceptée : vérifiez ce que vous avez saisi.")},
    {EM_E_TOO_LARGE, N_("C'est trop long : raccourcissez ce que vous avez saisi.")},
    {EM_E_BUSY, N_("Le service est très sollicité : réessayez dans un instant.")},
    {EM_E_UNAVAILABLE, N_("Le service est momentanément indisponible : réessayez plus tard.")},
    {EM_E_TIMEOUT, N_("Le serveur ne répond pas à temps : réessayez.")},
    {EM_E_NOT_FOUND, N_("Cet élément n'existe pas ou plus.")},
    {EM_E_VERSION, N_("Ce programme est trop ancien pour ce serveur : mettez-le à jour.")},
    {EM_E_RATE, N_("Trop de demandes : patientez un instant, puis réessayez.")},
    {EM_E_UNCERTAIN, N_("Le changement a peut-être été fait : vérifiez avant de recommencer.")},
    {EM_E_AUTH, N_("Identifiant ou mot de passe incorrect.")},
    {EM_E_CODE_WRONG, N_("Ce code d'accès n'est pas le bon.")},
    {EM_E_CODE_EXPIRED, N_("Ce code d'accès a expiré : demandez-en un autre.")},
    {EM_E_CODE_DEAD, N_("Trop d'essais pour ce code d'accès : demandez-en un autre.")},
    {EM_E_RESEND_EARLY, N_("Il est trop tôt pour un autre code d'accès.")},
    {EM_E_RESEND_LIMIT, N_("Trop de codes d'accès demandés : réessayez plus tard.")},
    {EM_E_NO_CHANNEL, N_("Aucune adresse de ce genre n'est enregistrée pour vous.")},
    {EM_E_SESSION_ENDED, N_("Votre session est terminée : identifiez-vous à nouveau.")},
    {EM_E_SESSION_IDLE, N_("Votre session a été fermée faute d'activité.")},
    {EM_E_SESSION_TAKEN, N_("Votre session continue sur un autre poste.")},
    {EM_E_PASSWORD_SHORT, N_("Ce mot de passe est trop court.")},
    {EM_E_PASSWORD_LONG, N_("Ce mot de passe est trop long.")},
    {EM_E_PASSWORD_COMMON, N_("Ce mot de passe est trop courant : choisissez-en un autre.")},
    {EM_E_PASSWORD_OWN, N_("Ce mot de passe contient votre nom ou votre identifiant.")},
    {EM_E_PASSWORD_SAME, N_("Choisissez un mot de passe différent du précédent.")},
    {EM_E_CANCELLED, N_("Annulé.")},
    {EM_E_FILTER_EMPTY, N_("Veuillez renseigner au minimum un critère de recherche")},
    {EM_E_SMS_BUDGET,
	N_("Plus de SMS pour le moment : choisissez l'e-mail ou réessayez plus tard.")},
    {EM_E_NOT_NEEDED,
	N_("Le code lui arrive par son adresse ou son application : corrigez l'adresse.")},
    {EM_E_OTHER_HAND, N_("Un autre agent doit le faire : vous avez déjà fait l'autre moitié.")},
    {EM_E_HOLD, N_("Une adresse vient d'être corrigée.")},
    {EM_E_LAST_ADMIN, N_("Dernier administrateur en service : donnez d'abord ce rôle à un autre.")},
    {EM_E_NO_RECORD,
	N_("Aucun dossier n'est ouvert : recherchez le patient et indiquez un motif.")},
    {EM_E_DATE_ORDER, N_("La période finit avant de commencer : corrigez les dates.")},
    {EM_E_CLOSED, N_("Connexion au serveur perdue.")},
    {EM_E_TLS, N_("La connexion sécurisée avec le serveur a échoué.")},
    {EM_E_CERTIFICATE,
	N_("Le certificat du serveur n'est pas reconnu : rien ne lui a été envoyé.")},
    {EM_E_RESOLVE, N_("Le serveur est introuvable (nom inconnu).")},
    {EM_E_REFUSED, N_("Le serveur est arrêté ou refuse la connexion.")},
};

static const char *
errtext_find(int err)
{
	for (size_t i = 0; i < ARRAY_LEN(errtext_table); i++)
		if ((int)errtext_table[i].err == err)
			return _(errtext_table[i].text);
	return _("Le serveur n'a pas pu répondre : réessayez.");
}

/* How long to wait, in the unit that a person would use. */
void
errtext_wait(unsigned seconds, char *out_r, size_t len)
{
	unsigned minutes = (seconds + 59) / 60;

	if (seconds < 120)
		snprintf(out_r, len,
		    ngettext("Réessayez dans %u seconde.", "Réessayez dans %u secondes.", seconds),
		    seconds);
	else
		snprintf(out_r, len,
		    ngettext("Réessayez dans %u minute.", "Réessayez dans %u minutes.", minutes),
		    minutes);
}

void
errtext_hours(unsigned seconds, char *out_r, size_t len)
{
	unsigned hours = (seconds + 3599) / 3600;

	snprintf(out_r, len,
	    ngettext("Réessayez dans %u heure.", "Réessayez dans %u heures.", hours), hours);
}

void
errtext(int err, const Emage__Error *e, char *out_r, size_t len)
{
	char more[160] = "";

	err = abs(err);
	if (e && err == EM_E_CODE_WRONG && e->tries_left > 0)
		snprintf(more, sizeof(more),
		    ngettext("Il reste %u essai.", "Il reste %u essais.", e->tries_left),
		    e->tries_left);
	else if (e && err == EM_E_HOLD && e->retry_after_s > 0)
		errtext_hours(e->retry_after_s, more, sizeof(more));
	else if (e && e->retry_after_s > 0)
		errtext_wait(e->retry_after_s, more, sizeof(more));
	snprintf(out_r, len, "%s%s%s", errtext_find(err), more[0] ? " " : "", more);
}
