/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: another password. Other sessions end with it.
 */
#include "client/linear/talk.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/secret.h"

static int
password_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	*(unsigned *)arg = ((const Emage__AccountChangePasswordReply *)msg)->sessions_ended;
	return 0;
}

/* 0 when it is changed. */
static int
password_send(struct linear *l, char *old, char *wanted)
{
	Emage__AccountChangePasswordRequest r = EMAGE__ACCOUNT_CHANGE_PASSWORD_REQUEST__INIT;
	unsigned ended = 0;
	int err;

	r.old_password = old;
	r.new_password = wanted;
	err = linear_call(
	    l, METHOD_account_change_password, &r.base, LINEAR_ONCE, password_take, &ended);
	if (err == 0)
		linear_say(l,
		    ngettext("Mot de passe changé. %u autre session a été fermée.",
			"Mot de passe changé. %u autres sessions ont été fermées.", ended),
		    ended);
	else
		linear_say_refused(l, err);
	return err;
}

/* What is right already is not asked for again. */
static void
password_ask(struct linear *l, const char *title, char old[LINEAR_SECRET_LEN],
    char wanted[LINEAR_SECRET_LEN])
{
	static const char about[] =
	    N_("Entrez le mot de passe actuel, puis deux fois le nouveau. Une phrase que vous "
	       "retenez facilement convient très bien. Vos autres sessions sont fermées.");
	int err = -EM_E_AUTH, state;

	for (;;) {
		if (err == -EM_E_AUTH &&
		    !linear_ask_secret(l, title, about, _("Mot de passe actuel :"),
			_("Saisissez votre mot de passe actuel."), old))
			return;
		do {
			state = linear_ask_new_password(l, title, about, wanted);
		} while (state == 1);
		if (state != 0)
			return;
		err = password_send(l, old, wanted);
		if (err == 0 || err == -EM_E_CLOSED)
			return;
	}
}

void
linear_password(struct linear *l)
{
	char old[LINEAR_SECRET_LEN], wanted[LINEAR_SECRET_LEN];

	linear_say(l, "%s", _("Votre mot de passe"));
	linear_say_password_rules(l);
	password_ask(l, N_("Votre mot de passe"), old, wanted);
	secret_wipe(old, sizeof(old));
	secret_wipe(wanted, sizeof(wanted));
}
