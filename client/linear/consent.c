/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: withdrawing one's consent: what it means, the password and a word
 * to be typed. Then the account is closed, and it is said who opens it again.
 */
#include "client/linear/talk.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

#define CONSENT_TITLE	 N_("Retirer votre consentement")
#define CONSENT_WORD_MAX 30
#define CONSENT_AGAIN                                                                               \
	N_("Si vous souhaitez le réactiver, veuillez vous rapprocher d'un établissement de "      \
	   "santé ou de toute autre structure habilitée afin de procéder à nouveau au recueil " \
	   "de votre consentement.")

static int
consent_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	char **word = arg;

	(void)more;
	session_text_free(word);
	*word = session_text(((const Emage__ConsentGetReply *)msg)->word);
	return 0;
}

static void
consent_say_closed(struct linear *l)
{
	linear_say(l, "%s", _("Votre compte est désactivé"));
	linear_say(l, "%s",
	    _("Vous avez retiré votre consentement : vos sessions sont fermées et plus personne "
	      "n'ouvre votre dossier avec ce compte."));
	linear_say(l, "%s", _(CONSENT_AGAIN));
	linear_session_over(l, 0);
}

/* The word; Enter alone keeps the account. False when it is kept. */
static bool
consent_ask_word(struct linear *l, const char *word, char *out_r, size_t len)
{
	linear_say(l, _("Pour confirmer, recopiez ce mot : %s"), word);
	return linear_ask_text(l, CONSENT_TITLE, _("Mot :"), N_("Garder mon compte"),
		   CONSENT_WORD_MAX, out_r, len) &&
	       out_r[0] != '\0';
}

/* 0 when it is withdrawn; -EM_E_AUTH or -EM_E_INVALID to ask for the password or the
 * word again. */
static int
consent_send(struct linear *l, char *password, char *typed)
{
	Emage__ConsentWithdrawRequest r = EMAGE__CONSENT_WITHDRAW_REQUEST__INIT;
	int err;

	r.password = password;
	r.word = typed;
	err = linear_call(l, METHOD_consent_withdraw, &r.base, LINEAR_ONCE, NULL, NULL);
	if (err == 0)
		consent_say_closed(l);
	else if (err == -EM_E_INVALID)
		linear_say(l, "%s", _("Ce n'est pas le mot demandé : recopiez-le."));
	else
		linear_say_refused(l, err);
	return err;
}

static void
consent_ask(struct linear *l, const char *word)
{
	char password[LINEAR_SECRET_LEN], typed[CONSENT_WORD_MAX * 4 + 1];
	int err = -EM_E_AUTH;

	while (err == -EM_E_AUTH || err == -EM_E_INVALID) {
		if (err == -EM_E_AUTH && !linear_ask_password(l, CONSENT_TITLE, password))
			break;
		if (!consent_ask_word(l, word, typed, sizeof(typed)))
			break;
		err = consent_send(l, password, typed);
	}
	secret_wipe(password, sizeof(password));
}

void
linear_consent(struct linear *l)
{
	Emage__ConsentGetRequest r = EMAGE__CONSENT_GET_REQUEST__INIT;
	char *word = NULL;
	int err;

	linear_say(l, "%s", _(CONSENT_TITLE));
	linear_say(
	    l, "%s", _("Votre compte sera désactivé suite au retrait de votre consentement."));
	linear_say(l, "%s", _(CONSENT_AGAIN));
	linear_say(l, "%s",
	    _("L'effet est immédiat : toutes vos sessions se ferment. Vos examens restent "
	      "conservés par les établissements, comme la loi l'exige."));
	err = linear_call(l, METHOD_consent_get, &r.base, LINEAR_AGAIN, consent_take, &word);
	if (err < 0)
		linear_say_error(l, err);
	else
		consent_ask(l, word);
	session_text_free(&word);
}
