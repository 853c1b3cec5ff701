/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: the authenticator app as second step: password, the key as text,
 * the app's first code, recovery codes one a line. And taking it off.
 */
#include <stdlib.h>
#include <string.h>

#include "client/linear/talk.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

#define TOTP_TITLE     N_("Application d'authentification")
#define TOTP_MAX_CODES 16
#define TOTP_KEY_LEN   96

struct totp_codes {
	char *code[TOTP_MAX_CODES];
	size_t n;
};

/* ---------------------------------------------------------------------- setting up */

static int
totp_take_key(void *arg, const ProtobufCMessage *msg, bool more)
{
	char *secret = session_text(((const Emage__TotpStartReply *)msg)->secret_base32);

	(void)more;
	account_group_secret(secret, arg, TOTP_KEY_LEN);
	session_text_free(&secret);
	return 0;
}

/* Password, then the key. False when the person goes back. */
static bool
totp_begin(struct linear *l, char key_r[TOTP_KEY_LEN])
{
	Emage__TotpStartRequest r = EMAGE__TOTP_START_REQUEST__INIT;
	char password[LINEAR_SECRET_LEN];
	int err = -EM_E_AUTH;

	while (err < 0 && linear_ask_password(l, TOTP_TITLE, password)) {
		r.password = password;
		err =
		    linear_call(l, METHOD_totp_start, &r.base, LINEAR_AGAIN, totp_take_key, key_r);
		secret_wipe(password, sizeof(password));
		if (err < 0)
			linear_say_refused(l, err);
	}
	return err == 0;
}

static int
totp_take_codes(void *arg, const ProtobufCMessage *msg, bool more)
{
	const Emage__TotpConfirmReply *r = (const Emage__TotpConfirmReply *)msg;
	struct totp_codes *codes = arg;

	(void)more;
	for (size_t i = 0; i < r->n_recovery_codes && i < TOTP_MAX_CODES; i++)
		codes->code[codes->n++] = session_text(r->recovery_codes[i]);
	return 0;
}

/* The app's first code. 0, -EM_E_CODE_EXPIRED for another key, or another error when
 * it ends here. */
static int
totp_confirm(struct linear *l, struct totp_codes *codes)
{
	Emage__TotpConfirmRequest r = EMAGE__TOTP_CONFIRM_REQUEST__INIT;
	char code[LINEAR_CODE_LEN];
	int err;

	for (;;) {
		if (!linear_ask_code(
			l, TOTP_TITLE, _("Code :"), _("Entrez le code de l'application."), code))
			return -EM_E_CANCELLED;
		r.code = code;
		err = linear_call(
		    l, METHOD_totp_confirm, &r.base, LINEAR_ONCE, totp_take_codes, codes);
		if (err == -EM_E_CODE_WRONG || err == -EM_E_INVALID) {
			linear_say(l, "%s",
			    _("Ce code n'est pas celui de l'application : vérifiez l'heure de "
			      "l'appareil et entrez le code affiché maintenant."));
			continue;
		}
		if (err == -EM_E_CODE_EXPIRED)
			linear_say(
			    l, "%s", _("Trop de temps a passé : recommencez avec une autre clé."));
		else if (err < 0)
			linear_say_refused(l, err);
		if (err == 0 || err == -EM_E_CODE_EXPIRED || err == -EM_E_CLOSED ||
		    l->end != LINEAR_GO)
			return err;
	}
}

/* Once; they are wiped behind it. */
static void
totp_say_codes(struct linear *l, struct totp_codes *codes)
{
	linear_say(l, "%s",
	    _("L'application est activée. Voici vos codes de secours : chacun remplace une fois le "
	      "code de l'application si vous la perdez. Copiez-les maintenant : ils ne seront "
	      "plus jamais affichés."));
	for (size_t i = 0; i < codes->n; i++) {
		linear_say(l, "%s", codes->code[i]);
		session_text_free(&codes->code[i]);
	}
	linear_pick(l, TOTP_TITLE, _("Votre choix :"), 1, N_("J'ai copié les codes"),
	    N_("J'ai copié les codes"));
	linear_say(
	    l, "%s", _("Application activée : son code sera demandé à la prochaine connexion."));
}

static void
totp_set_up(struct linear *l)
{
	struct totp_codes codes = {0};
	char key[TOTP_KEY_LEN];
	int err;

	linear_say(l, "%s",
	    _("Une application sur votre téléphone affiche un code qui change toutes les 30 "
	      "secondes. Il remplace le code d'accès envoyé par message."));
	do {
		if (!totp_begin(l, key))
			return;
		linear_say(
		    l, "%s", _("Tapez cette clé dans votre application d'authentification :"));
		linear_say(l, "%s", key);
		secret_wipe(key, sizeof(key));
		linear_say(l, "%s", _("Puis entrez le code à 6 chiffres qu'elle affiche."));
		err = totp_confirm(l, &codes);
	} while (err == -EM_E_CODE_EXPIRED);
	if (err == 0)
		totp_say_codes(l, &codes);
}

/* -------------------------------------------------------------------- taking off */

/* False to ask again. */
static bool
totp_send_remove(struct linear *l, char *password, char *code)
{
	Emage__TotpRemoveRequest r = EMAGE__TOTP_REMOVE_REQUEST__INIT;
	int err;

	r.password = password;
	r.code = code;
	err = linear_call(l, METHOD_totp_remove, &r.base, LINEAR_ONCE, NULL, NULL);
	if (err == 0)
		linear_say(l, "%s",
		    _("Application désactivée : un code vous sera de nouveau envoyé à chaque "
		      "connexion."));
	else if (err == -EM_E_CODE_WRONG || err == -EM_E_INVALID)
		linear_say(
		    l, "%s", _("Ce n'est ni le code de l'application ni un code de secours."));
	else
		linear_say_refused(l, err);
	return err == 0 || err == -EM_E_CLOSED || l->end != LINEAR_GO;
}

static void
totp_remove(struct linear *l)
{
	char password[LINEAR_SECRET_LEN], code[LINEAR_CODE_LEN];
	bool is_over = false;

	linear_say(l, "%s",
	    _("Après la désactivation, un code d'accès vous sera de nouveau envoyé par message à "
	      "chaque connexion. Vos codes de secours ne serviront plus."));
	while (!is_over && linear_ask_password(l, TOTP_TITLE, password)) {
		is_over =
		    !linear_ask_code(l, TOTP_TITLE, _("Code de l'application ou de secours :"),
			_("Entrez le code de l'application."), code) ||
		    totp_send_remove(l, password, code);
		secret_wipe(password, sizeof(password));
		secret_wipe(code, sizeof(code));
	}
}

void
linear_totp(struct linear *l, bool in_force)
{
	linear_say(l, "%s", _(TOTP_TITLE));
	if (in_force)
		totp_remove(l);
	else
		totp_set_up(l);
}
