/* SPDX-License-Identifier: MIT */
/*
 * Step 1: identifier and password. The password is kept until the session opens:
 * the code belongs to a connection, and when that is lost another code is asked
 * for without typing it again.
 */
#include <stdio.h>
#include <string.h>

#include "client/linear/talk.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "proto/session.pb-c.h"

enum signin_command {
	SIGNIN_KEEP,
	SIGNIN_LANGUAGE,
	SIGNIN_FORGOT,
	SIGNIN_UNDO,
	SIGNIN_FAQ,
	SIGNIN_SUPPORT,
};
static const struct linear_command signin_commands[] = {
    [SIGNIN_KEEP] = {"", N_("garde l'identifiant déjà saisi")},
    [SIGNIN_LANGUAGE] = {"l", N_("change de langue : français, Deutsch, English")},
    [SIGNIN_FORGOT] = {"o", N_("Mot de passe oublié ?")},
    [SIGNIN_UNDO] = {"u", N_("Annuler un changement d'adresse")},
    [SIGNIN_FAQ] = {"f", N_("ouvre la foire aux questions")},
    [SIGNIN_SUPPORT] = {"a", N_("montre l'adresse de l'assistance")},
};

static void
signin_command(struct linear *l, enum signin_command c)
{
	switch (c) {
	case SIGNIN_LANGUAGE:
		linear_language(l);
		break;
	case SIGNIN_FORGOT:
		linear_forgot(l);
		break;
	case SIGNIN_UNDO:
		linear_undo(l);
		break;
	case SIGNIN_FAQ:
		linear_faq(l);
		break;
	case SIGNIN_SUPPORT:
		linear_support(l);
		break;
	case SIGNIN_KEEP:
		break;
	}
}

/* False when the person goes back. */
static bool
signin_identifier(struct linear *l)
{
	struct linear_answer a;
	bool goes_on;

	do {
		const struct linear_prompt p = {
		    .title = N_("1. Authentification"),
		    .about = WORDS_SIGNIN,
		    .more = l->options->staff ? NULL : WORDS_SIGNIN_FIRST,
		    .question = _("Identifiant :"),
		    .commands = signin_commands,
		    .n_commands = ARRAY_LEN(signin_commands),
		    .hidden = l->identifier[0] ? 0 : 1u << SIGNIN_KEEP,
		    .is_text = true,
		    .max_chars = LINEAR_IDENTIFIER_MAX,
		};

		goes_on = false;
		linear_say(l, "%s", _("1. Authentification"));
		if (l->identifier[0])
			linear_say(l, "%s %s", _("Identifiant :"), l->identifier);
		if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
			return false;
		if (a.kind == LINEAR_COMMAND && a.value != SIGNIN_KEEP) {
			signin_command(l, (enum signin_command)a.value);
			goes_on = true;
		} else if (a.kind == LINEAR_TEXT && a.text[0] == '\0') {
			linear_say(l, "%s", _("Saisissez votre identifiant."));
			goes_on = true;
		} else if (a.kind == LINEAR_TEXT) {
			snprintf(l->identifier, sizeof(l->identifier), "%s", a.text);
		}
	} while (goes_on);
	return true;
}

/* False when the person goes back. */
static bool
signin_password(struct linear *l, struct secret *password_r)
{
	const struct linear_prompt p = {
	    .title = N_("1. Authentification"),
	    .about = WORDS_SIGNIN,
	    .more = l->options->staff ? NULL : WORDS_SIGNIN_FIRST,
	    .question = _("Mot de passe :"),
	    .is_text = true,
	    .is_secret = true,
	    .max_chars = LINEAR_PASSWORD_MAX,
	};
	struct linear_answer a;

	for (;;) {
		if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
			return false;
		if (a.text[0] != '\0')
			break;
		linear_say(l, "%s", _("Saisissez votre mot de passe."));
	}
	secret_free(password_r);
	*password_r = secret_from(a.text, strlen(a.text) + 1);
	lines_forget(l->lines);
	return true;
}

static int
signin_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	const Emage__AuthPasswordReply *reply = (const Emage__AuthPasswordReply *)msg;
	struct linear *l = arg;

	(void)more;
	signin_take_password(&l->signin, reply);
	l->totp = reply->totp;
	return 0;
}

static int
signin_send(struct linear *l, const struct secret *password)
{
	Emage__AuthPasswordRequest r = EMAGE__AUTH_PASSWORD_REQUEST__INIT;

	r.identifier = l->identifier;
	r.password = (char *)password->bytes;
	return linear_call(l, METHOD_auth_password, &r.base, LINEAR_AGAIN, signin_take, l);
}

/* From the password on; false to ask for the identifier again. */
static bool
signin_from_password(struct linear *l, struct secret *password)
{
	for (;;) {
		enum linear_code next;
		int err;

		if (!password->bytes && !signin_password(l, password))
			return false;
		err = signin_send(l, password);
		if (err < 0) {
			linear_say_error(l, err);
			secret_free(password);
			*password = (struct secret){0};
			continue;
		}
		next = linear_code(l);
		if (next == LINEAR_CODE_AGAIN)
			continue;
		secret_free(password);
		*password = (struct secret){0};
		if (next == LINEAR_CODE_OPEN)
			return true;
		if (next == LINEAR_CODE_NEW)
			linear_new_password(l);
		signin_clear(&l->signin);
		link_sleep(l->link); /* signing in begins on a new connection */
	}
}

bool
linear_sign_in(struct linear *l)
{
	struct secret password = {0};
	bool is_open = false;

	while (!is_open && l->end == LINEAR_GO) {
		if (!signin_identifier(l))
			break;
		is_open = signin_from_password(l, &password);
	}
	secret_free(&password);
	signin_clear(&l->signin);
	return is_open || l->end != LINEAR_GO;
}
