/* SPDX-License-Identifier: MIT */
/*
 * A temporary password is replaced by one's own; nothing else opens before.
 */
#include <stdio.h>
#include <string.h>

#include "client/linear/talk.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "proto/session.pb-c.h"

#define NEWPASS_BYTES (LINEAR_PASSWORD_MAX * 4 + 1)

static void
newpass_say_rules(struct linear *l)
{
	linear_say(l, "%s",
	    _("Remplacez votre mot de passe temporaire par le mot de passe de votre choix."));
	linear_say(l,
	    ngettext(
		"au moins %u caractère", "au moins %u caractères", l->session.password_min_chars),
	    l->session.password_min_chars);
	linear_say(l, "%s",
	    _("Le serveur refuse aussi un mot de passe trop courant, ou fait de votre nom ou de "
	      "votre identifiant."));
}

/* False when the person goes back. */
static bool
newpass_ask(struct linear *l, const char *question, char out_r[NEWPASS_BYTES])
{
	const struct linear_prompt p = {
	    .title = N_("Votre mot de passe"),
	    .about =
		N_("Lors de votre premier accès à e-mage, vous devez remplacer le mot de passe "
		   "temporaire par le mot de passe de votre choix. Une phrase que vous "
		   "retenez facilement convient très bien."),
	    .question = question,
	    .is_text = true,
	    .is_secret = true,
	    .max_chars = LINEAR_PASSWORD_MAX,
	};
	struct linear_answer a;

	if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
		return false;
	snprintf(out_r, NEWPASS_BYTES, "%s", a.text);
	lines_forget(l->lines);
	return true;
}

static int
newpass_send(struct linear *l, char *password)
{
	Emage__AuthNewPasswordRequest r = EMAGE__AUTH_NEW_PASSWORD_REQUEST__INIT;

	r.password = password;
	return linear_call(l, METHOD_auth_new_password, &r.base, LINEAR_ONCE, NULL, NULL);
}

/* Both questions and the server's word; 1 to ask again, 0 when it is done,
 * -EM_E_CANCELLED when the person goes back. */
static int
newpass_try(struct linear *l, char password[NEWPASS_BYTES], char again[NEWPASS_BYTES])
{
	unsigned n_losses = l->n_losses;
	int err;

	if (!newpass_ask(l, _("Nouveau mot de passe :"), password))
		return -EM_E_CANCELLED;
	if (text_count(password, strlen(password)) < l->session.password_min_chars) {
		linear_say_error(l, -EM_E_PASSWORD_SHORT);
		return 1;
	}
	if (!newpass_ask(l, _("Encore une fois :"), again))
		return -EM_E_CANCELLED;
	if (strcmp(password, again) != 0) {
		linear_say(l, "%s", _("Les deux saisies sont différentes."));
		return 1;
	}
	err = l->n_losses == n_losses ? newpass_send(l, password) : -EM_E_CLOSED;
	if (err == 0)
		return 0;
	if (err == -EM_E_CLOSED) {
		linear_say(l, "%s", _("La connexion a été coupée : identifiez-vous à nouveau."));
		return -EM_E_CANCELLED;
	}
	linear_say_error(l, err);
	return 1;
}

void
linear_new_password(struct linear *l)
{
	char password[NEWPASS_BYTES], again[NEWPASS_BYTES];
	int state;

	newpass_say_rules(l);
	link_set_needed(l->link, true);
	do {
		state = newpass_try(l, password, again);
	} while (state == 1);
	link_set_needed(l->link, false);
	secret_wipe(password, sizeof(password));
	secret_wipe(again, sizeof(again));
	if (state == 0)
		linear_say(l, "%s",
		    _("Mot de passe enregistré. Identifiez-vous avec votre nouveau mot de passe."));
}
