/* SPDX-License-Identifier: MIT */
/*
 * Step 2: the access code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/linear/talk.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/session.pb-c.h"

#define CODE_MAX 32 /* recovery codes are longer than access codes */

enum code_command { CODE_RESEND, CODE_TIME };
static const struct linear_command code_commands[] = {
    [CODE_RESEND] = {"r", N_("demande un autre code d'accès")},
    [CODE_TIME] = {"t", N_("dit où le code est allé et le temps qui reste")},
};

struct code_taken {
	struct linear *l;
	bool must_change;
};

static const char *
code_channel_name(Emage__Channel channel)
{
	return channel == EMAGE__CHANNEL__CHANNEL_MOBILE ? _("mobile") : _("e-mail");
}

static void
code_say_time(struct linear *l)
{
	unsigned left_s = signin_expires_in_s(&l->signin, clock_boot_ms());
	unsigned minutes = (left_s + 59) / 60;

	if (left_s == 0)
		linear_say(l, "%s", _("Ce code d'accès a expiré : demandez-en un autre."));
	else if (left_s > 60)
		linear_say(l,
		    ngettext("Temps restant : %u minute", "Temps restant : %u minutes", minutes),
		    minutes);
	else
		linear_say(l,
		    ngettext("Temps restant : %u seconde", "Temps restant : %u secondes", left_s),
		    left_s);
}

static int
code_take_sending(void *arg, const ProtobufCMessage *msg, bool more)
{
	struct linear *l = arg;
	char *text = signin_take_sending(&l->signin, (const Emage__AuthSendingReply *)msg);

	(void)more;
	if (text)
		linear_say(l, "%s", text);
	free(text);
	return 0;
}

/* When it should be there by now: whether it has left. */
static void
code_say_sending(struct linear *l)
{
	Emage__AuthSendingRequest r = EMAGE__AUTH_SENDING_REQUEST__INIT;

	if (l->signin.ask_at_ms == 0 || l->signin.ask_at_ms > clock_boot_ms())
		return;
	(void)linear_call(l, METHOD_auth_sending, &r.base, LINEAR_ONCE, code_take_sending, l);
}

static void
code_say_sent(struct linear *l)
{
	const struct signin *m = &l->signin;

	if (l->totp) {
		linear_say(l, "%s",
		    _("Entrez le code affiché par votre application d'authentification, ou un code "
		      "de secours."));
		return;
	}
	if (m->in_person) {
		linear_say(l, "%s",
		    _("Aucune adresse n'est enregistrée pour vous : demandez un code d'accès à "
		      "l'accueil de votre établissement."));
		return;
	}
	linear_say(l, _("Un code d'accès à usage unique vous a été envoyé (%s) : %s"),
	    code_channel_name(m->sent_to), signin_masked(m, m->sent_to));
	code_say_time(l);
}

/* ---------------------------------------------------------------------- resend */

static int
code_take_resend(void *arg, const ProtobufCMessage *msg, bool more)
{
	struct linear *l = arg;

	(void)more;
	signin_take_resend(&l->signin, (const Emage__AuthResendReply *)msg);
	return 0;
}

/* The way that it shall be sent; false to send none. */
static bool
code_channel(struct linear *l, Emage__Channel *channel_r)
{
	const struct signin *m = &l->signin;
	int i;

	*channel_r = m->sent_to;
	if (m->n_contacts < 2)
		return true;
	linear_say(l, "%s", _("Envoyer par"));
	for (i = 0; i < (int)m->n_contacts; i++)
		linear_say(l, "%d. %s, %s", i + 1, code_channel_name(m->contacts[i].channel),
		    m->contacts[i].masked);
	i = linear_pick(l, N_("Renvoyer le code"), _("Votre choix :"), (unsigned)m->n_contacts,
	    N_("envoie le code par là"), NULL);
	if (i < 1)
		return false;
	*channel_r = m->contacts[i - 1].channel;
	return true;
}

static void
code_resend(struct linear *l)
{
	Emage__AuthResendRequest r = EMAGE__AUTH_RESEND_REQUEST__INIT;
	int err;

	l->retry_after_s = signin_resend_in_s(&l->signin, clock_boot_ms());
	if (l->retry_after_s > 0) {
		linear_say_error(l, -EM_E_RESEND_EARLY);
		return;
	}
	if (!code_channel(l, &r.channel))
		return;
	err = linear_call(l, METHOD_auth_resend, &r.base, LINEAR_ONCE, code_take_resend, l);
	if (err == -EM_E_CLOSED)
		return; /* the loss has been said, and what follows from it comes next */
	if (err < 0) {
		linear_say_error(l, err);
		return;
	}
	linear_say(l, "%s", _("Un autre code d'accès a été envoyé ; le précédent ne sert plus."));
	code_say_sent(l);
}

/* ------------------------------------------------------------------------ code */

static int
code_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	const Emage__AuthCodeReply *reply = (const Emage__AuthCodeReply *)msg;
	struct code_taken *taken = arg;

	(void)more;
	taken->must_change = reply->must_change_password;
	if (!taken->must_change)
		session_take_open(&taken->l->session, reply);
	return 0;
}

/* 0 when it was accepted. */
static int
code_send(struct linear *l, char *text, bool *must_change_r)
{
	Emage__AuthCodeRequest r = EMAGE__AUTH_CODE_REQUEST__INIT;
	struct code_taken taken = {.l = l};
	char *to = text;
	int err;

	for (const char *p = text; *p; p++) /* as people read it out: 1234 5678 */
		if (*p != ' ')
			*to++ = *p;
	*to = '\0';
	r.code = text;
	err = linear_call(l, METHOD_auth_code, &r.base, LINEAR_ONCE, code_take, &taken);
	lines_forget(l->lines);
	*must_change_r = taken.must_change;
	return err;
}

static enum linear_code
code_ask(struct linear *l)
{
	const struct linear_prompt p = {
	    .title = N_("2. Envoi du code d'accès"),
	    .about = WORDS_CODE,
	    .more = l->totp ? NULL : WORDS_CODE_ONCE,
	    .question = _("Code d'accès :"),
	    .commands = code_commands,
	    .n_commands = signin_is_unsent(&l->signin) ? 0 : ARRAY_LEN(code_commands),
	    .is_text = true,
	    .max_chars = CODE_MAX,
	};
	unsigned n_losses = l->n_losses;
	struct linear_answer a;

	while (linear_ask(l, &p, &a)) {
		char code[CODE_MAX * 4 + 1];
		bool must_change;
		int err;

		if (a.kind == LINEAR_BACK)
			return LINEAR_CODE_BACK;
		if (l->n_losses != n_losses) {
			linear_say(l, "%s",
			    _("La connexion a été coupée : un autre code d'accès vous est "
			      "envoyé."));
			return LINEAR_CODE_AGAIN;
		}
		if (a.kind == LINEAR_COMMAND && a.value == CODE_RESEND) {
			code_resend(l);
			continue;
		}
		if (a.kind == LINEAR_COMMAND) {
			code_say_sent(l);
			code_say_sending(l);
			continue;
		}
		if (a.text[0] == '\0') {
			code_say_sending(l);
			linear_say(l, "%s", _("Entrez votre code d'accès à usage unique."));
			continue;
		}
		snprintf(code, sizeof(code), "%s", a.text);
		err = code_send(l, code, &must_change);
		if (err == 0)
			return must_change ? LINEAR_CODE_NEW : LINEAR_CODE_OPEN;
		if (err == -EM_E_INVALID) /* not as long as a code: it is not the one sent */
			err = -EM_E_CODE_WRONG;
		if (err != -EM_E_CLOSED)
			linear_say_error(l, err);
	}
	return LINEAR_CODE_BACK;
}

enum linear_code
linear_code(struct linear *l)
{
	enum linear_code next;

	linear_say(l, "%s", _("2. Envoi du code d'accès"));
	code_say_sent(l);
	link_set_needed(l->link, true);
	next = code_ask(l);
	link_set_needed(l->link, false);
	return l->end == LINEAR_GO ? next : LINEAR_CODE_OPEN;
}
