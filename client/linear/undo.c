/* SPDX-License-Identifier: MIT */
/*
 * Takes back a change of address that was not one's own, with the code of the
 * notice; without signing in, since somebody else may hold the account.
 */
#include "client/linear/talk.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

#define UNDO_CODE_MAX 64

/* True when there is nothing more to ask. */
static bool
undo_send(struct linear *l, char *code)
{
	Emage__ContactUndoRequest r = EMAGE__CONTACT_UNDO_REQUEST__INIT;
	int err;

	r.undo_code = code;
	err = linear_call(l, METHOD_contact_undo, &r.base, LINEAR_AGAIN, NULL, NULL);
	if (err == 0) {
		linear_say(l, "%s",
		    _("L'ancienne adresse est rétablie et toutes les sessions sont fermées. "
		      "Choisissez maintenant un autre mot de passe."));
		return true;
	}
	if (err == -EM_E_CODE_WRONG || err == -EM_E_INVALID || err == -EM_E_NOT_FOUND ||
	    err == -EM_E_CODE_EXPIRED)
		linear_say(l, "%s",
		    _("Ce code d'annulation n'est pas le bon, ou ne sert plus : il est valable 72 "
		      "heures."));
	else
		linear_say_error(l, err);
	return false;
}

void
linear_undo(struct linear *l)
{
	char code[UNDO_CODE_MAX * 4 + 1];
	bool is_over = false;

	linear_say(l, "%s", _("Annuler un changement d'adresse"));
	linear_say(l, "%s",
	    _("Vous avez reçu l'avis qu'une adresse de votre compte a changé, et ce n'était pas "
	      "vous ? Entrez le code de cet avis : l'ancienne adresse est rétablie et toutes les "
	      "sessions sont fermées. C'est possible pendant 72 heures."));
	while (!is_over &&
	       linear_ask_text(l, N_("Annuler un changement d'adresse"), _("Code d'annulation :"),
		   N_("retour"), UNDO_CODE_MAX, code, sizeof(code)) &&
	       code[0] != '\0')
		is_over = undo_send(l, code);
	secret_wipe(code, sizeof(code));
}
