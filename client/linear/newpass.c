/* SPDX-License-Identifier: MIT */
/*
 * A temporary password is replaced by one's own; nothing else opens before.
 */
#include "client/linear/talk.h"
#include "client/model/password.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "proto/session.pb-c.h"

void
linear_say_password_rules(struct linear *l)
{
	char rule[PASSWORD_RULE_LEN];

	password_rule_text(l->session.password_min_chars, rule);
	linear_say(l, "%s", rule);
	linear_say(l, "%s",
	    _("Le serveur refuse aussi un mot de passe trop courant, ou fait de votre nom ou de "
	      "votre identifiant."));
}

int
linear_ask_new_password(
    struct linear *l, const char *title, const char *about, char out_r[LINEAR_SECRET_LEN])
{
	char again[LINEAR_SECRET_LEN];
	int state = 1;

	if (!linear_ask_secret(l, title, about, _("Nouveau mot de passe :"), NULL, out_r))
		return -EM_E_CANCELLED;
	if (!password_is_long(out_r, l->session.password_min_chars)) {
		linear_say_error(l, -EM_E_PASSWORD_SHORT);
		return 1;
	}
	if (!linear_ask_secret(l, title, about, _("Encore une fois :"), NULL, again))
		state = -EM_E_CANCELLED;
	else if (password_is_repeated(out_r, again))
		state = 0;
	else
		linear_say(l, "%s", _("Les deux saisies sont différentes."));
	secret_wipe(again, sizeof(again));
	return state;
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
newpass_try(struct linear *l, char password[LINEAR_SECRET_LEN])
{
	unsigned n_losses = l->n_losses;
	int err = linear_ask_new_password(l, N_("Votre mot de passe"),
	    N_("Lors de votre premier accès à e-mage, vous devez remplacer le mot de passe "
	       "temporaire par le mot de passe de votre choix. Une phrase que vous "
	       "retenez facilement convient très bien."),
	    password);

	if (err != 0)
		return err;
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
	char password[LINEAR_SECRET_LEN];
	int state;

	linear_say(l, "%s",
	    _("Remplacez votre mot de passe temporaire par le mot de passe de votre choix."));
	linear_say_password_rules(l);
	link_set_needed(l->link, true);
	do {
		state = newpass_try(l, password);
	} while (state == 1);
	link_set_needed(l->link, false);
	secret_wipe(password, sizeof(password));
	if (state == 0)
		linear_say(l, "%s",
		    _("Mot de passe enregistré. Identifiez-vous avec votre nouveau mot de passe."));
}
