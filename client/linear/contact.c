/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: another e-mail address or mobile. New address and password, the
 * code that went to an address known already, the code that went to the new one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/linear/talk.h"
#include "client/model/account_text.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

#define CONTACT_ADDRESS_MAX 254

struct contact {
	struct linear *l;
	Emage__Channel channel;
	const char *title; /* msgid */
	bool removable;	   /* there is another one */
	bool removing;
	char address[CONTACT_ADDRESS_MAX * 4 + 1];
	/* replies */
	char *sent_to; /* masked */
	bool done;
};

enum contact_next { CONTACT_BACK, CONTACT_ADDRESS, CONTACT_PASSWORD, CONTACT_GOES_ON };

/* --------------------------------------------------------------------- address */

/* False when the person goes back. */
static bool
contact_ask_address(struct contact *c)
{
	static const struct linear_command commands[] = {{"s", N_("Supprimer")}};
	const bool is_mobile = c->channel == EMAGE__CHANNEL__CHANNEL_MOBILE;
	const struct linear_prompt p = {
	    .title = c->title,
	    .about = N_("Ajouter, modifier ou supprimer une adresse : votre mot de passe, un code "
			"envoyé à une adresse déjà connue, puis un code envoyé à la nouvelle."),
	    .question = is_mobile ? _("Nouveau mobile :") : _("Nouvelle adresse :"),
	    .commands = commands,
	    .n_commands = ARRAY_LEN(commands),
	    .hidden = c->removable ? 0 : 1,
	    .is_text = true,
	    .max_chars = CONTACT_ADDRESS_MAX,
	};
	struct linear_answer a;

	while (linear_ask(c->l, &p, &a) && a.kind != LINEAR_BACK) {
		c->removing = a.kind == LINEAR_COMMAND;
		snprintf(c->address, sizeof(c->address), "%s", c->removing ? "" : a.text);
		if (c->removing || c->address[0])
			return true;
		linear_say(c->l, "%s", account_contact_form(c->channel));
	}
	return false;
}

static int
contact_take_started(void *arg, const ProtobufCMessage *msg, bool more)
{
	struct contact *c = arg;

	(void)more;
	session_text_free(&c->sent_to);
	c->sent_to = session_text(((const Emage__ContactStartReply *)msg)->sent_to);
	return 0;
}

/* The server's word on address and password. */
static enum contact_next
contact_start(struct contact *c, char *password)
{
	Emage__ContactStartRequest r = EMAGE__CONTACT_START_REQUEST__INIT;
	char text[ACCOUNT_TEXT_LEN];
	int err;

	r.channel = c->channel;
	r.address = c->address;
	r.password = password;
	err =
	    linear_call(c->l, METHOD_contact_start, &r.base, LINEAR_ONCE, contact_take_started, c);
	if (err == 0)
		return CONTACT_GOES_ON;
	account_contact_refusal(c->channel, err, c->l->field, c->l->retry_after_s, text);
	if (text[0])
		linear_say(c->l, "%s", text);
	else if (err == -EM_E_CLOSED) /* nothing changes before a code is typed */
		linear_say(
		    c->l, "%s", _("La connexion a été coupée : rien n'a été gardé, recommencez."));
	else
		linear_say_refused(c->l, err);
	if (text[0] && err == -EM_E_RATE) /* no other address would do */
		return CONTACT_BACK;
	return err == -EM_E_AUTH ? CONTACT_PASSWORD : CONTACT_ADDRESS;
}

static enum contact_next
contact_begin(struct contact *c, enum contact_next next)
{
	char password[LINEAR_SECRET_LEN];

	if (next == CONTACT_ADDRESS && !contact_ask_address(c))
		return CONTACT_BACK;
	if (!linear_ask_password(c->l, c->title, password))
		return next == CONTACT_PASSWORD ? CONTACT_ADDRESS : CONTACT_BACK;
	next = contact_start(c, password);
	secret_wipe(password, sizeof(password));
	return next;
}

/* ----------------------------------------------------------------------- codes */

static int
contact_take_proven(void *arg, const ProtobufCMessage *msg, bool more)
{
	const Emage__ContactProveReply *r = (const Emage__ContactProveReply *)msg;
	struct contact *c = arg;

	(void)more;
	session_text_free(&c->sent_to);
	c->sent_to = session_text(r->sent_to);
	c->done = r->done;
	return 0;
}

static int
contact_send_code(struct contact *c, char *code, bool is_new)
{
	Emage__ContactProveRequest prove = EMAGE__CONTACT_PROVE_REQUEST__INIT;
	Emage__ContactConfirmRequest confirm = EMAGE__CONTACT_CONFIRM_REQUEST__INIT;

	prove.code = confirm.code = code;
	if (is_new)
		return linear_call(
		    c->l, METHOD_contact_confirm, &confirm.base, LINEAR_ONCE, NULL, NULL);
	return linear_call(
	    c->l, METHOD_contact_prove, &prove.base, LINEAR_ONCE, contact_take_proven, c);
}

static void
contact_say_code_refused(struct linear *l, int err)
{
	unsigned digits = l->session.code_digits;

	if (err == -EM_E_INVALID && l->end == LINEAR_GO)
		linear_say(l,
		    ngettext(
			"Un code d'accès a %u chiffre.", "Un code d'accès a %u chiffres.", digits),
		    digits);
	else
		linear_say_refused(l, err);
}

/* Until the code is right, or another must be sent, or the person goes back. */
static enum contact_next
contact_code(struct contact *c, bool is_new)
{
	char code[LINEAR_CODE_LEN];
	int err;

	linear_say(c->l,
	    is_new ? _("Un autre code a été envoyé à la nouvelle adresse, pour la confirmer : %s")
		   : _("Pour vérifier que c'est bien vous, un code vous a été envoyé à une adresse "
		       "déjà connue : %s"),
	    c->sent_to);
	do {
		if (!linear_ask_code(
			c->l, c->title, _("Code reçu :"), _("Entrez le code reçu."), code))
			return CONTACT_ADDRESS;
		err = contact_send_code(c, code, is_new);
		secret_wipe(code, sizeof(code));
		if (err == 0)
			return CONTACT_GOES_ON;
		contact_say_code_refused(c->l, err);
	} while (c->l->end == LINEAR_GO && err != -EM_E_CODE_EXPIRED && err != -EM_E_CODE_DEAD &&
		 err != -EM_E_CLOSED);
	return err == -EM_E_CLOSED ? CONTACT_BACK : CONTACT_ADDRESS;
}

/* ------------------------------------------------------------------- the whole */

static void
contact_explain(struct contact *c, const char *now)
{
	linear_say(c->l, "%s", _(c->title));
	if (now[0])
		linear_say(c->l, _("Actuellement : %s"), now);
	linear_say(c->l, "%s",
	    _("Un code est envoyé à une adresse déjà connue, puis un autre à la nouvelle. "
	      "L'ancienne reçoit un avis, avec un code qui annule le changement pendant 72 "
	      "heures ; pendant ce temps, l'autre adresse ne peut pas changer."));
}

void
linear_contact(struct linear *l, const struct account *a, Emage__Channel channel)
{
	const bool is_mobile = channel == EMAGE__CHANNEL__CHANNEL_MOBILE;
	struct contact c = {
	    .l = l,
	    .channel = channel,
	    .title = is_mobile ? N_("Votre téléphone mobile") : N_("Votre adresse mail"),
	    .removable = a->email[0] && a->mobile[0],
	};
	enum contact_next next = CONTACT_ADDRESS;
	char mobile[ACCOUNT_MOBILE_LEN];

	contact_explain(&c, account_address(a, channel, mobile));
	while (next == CONTACT_ADDRESS || next == CONTACT_PASSWORD) {
		next = contact_begin(&c, next);
		if (next == CONTACT_GOES_ON)
			next = contact_code(&c, false);
		if (next == CONTACT_GOES_ON && !c.done)
			next = contact_code(&c, true);
	}
	if (next == CONTACT_GOES_ON)
		linear_say(l, "%s",
		    c.removing
			? _("L'adresse est supprimée de votre compte.")
			: _("La nouvelle adresse est enregistrée ; l'ancienne a reçu un avis."));
	session_text_free(&c.sent_to);
	secret_wipe(c.address, sizeof(c.address));
}
