/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: withdrawing one's consent: what it means, the password and a
 * word to be typed. Then the account is closed, and the screen says who opens it
 * again.
 */
#include "client/screen/settings.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define CONSENT_PASSWORD_MAX 256
#define CONSENT_WORD_MAX     30

enum consent_item {
	CONSENT_PASSWORD,
	CONSENT_REVEAL,
	CONSENT_WORD,
	CONSENT_KEEP,
	CONSENT_WITHDRAW,
};

struct screen_consent {
	struct sheet sheet;
	char *word;   /* to be typed; NULL until the server has told */
	bool missing; /* asked while there was no connection */
};

static struct screen_consent *
screen_consent(void *s)
{
	return s;
}

static void
screen_consent_release(struct sheet *s)
{
	session_text_free(&screen_consent(s)->word);
}

/* ------------------------------------------------------------------- asking */

static void
screen_consent_got(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_consent *c = screen_consent(s);

	(void)more;
	if (err == -EM_E_CLOSED) {
		c->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else {
		session_text_free(&c->word);
		c->word = session_text(((const Emage__ConsentGetReply *)msg)->word);
	}
}

static void
screen_consent_load(struct screen_consent *c)
{
	Emage__ConsentGetRequest r = EMAGE__CONSENT_GET_REQUEST__INIT;

	c->missing = app_call(&c->sheet.base, METHOD_consent_get, &r.base, CALL_WAIT,
			 screen_consent_got) == 0;
}

static void
screen_consent_resumed(struct screen *s)
{
	if (screen_consent(s)->missing)
		screen_consent_load(screen_consent(s));
}

static void
screen_consent_done(
    struct screen *screen, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct sheet *s = (struct sheet *)screen;

	(void)msg;
	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (err == -EM_E_AUTH)
		sheet_wrong_password(s, CONSENT_PASSWORD, e);
	else if (err == -EM_E_INVALID)
		sheet_mend(s, CONSENT_WORD, _("Ce n'est pas le mot demandé : recopiez-le."));
	else if (err < 0)
		app_message_error(screen->app, err, e);
	else
		app_account_closed(screen->app);
}

static void
screen_consent_submit(struct sheet *s)
{
	Emage__ConsentWithdrawRequest r = EMAGE__CONSENT_WITHDRAW_REQUEST__INIT;

	if (app_waits(&s->base))
		return;
	if (sheet_value(s, CONSENT_PASSWORD)[0] == '\0') {
		sheet_mend(s, CONSENT_PASSWORD, _("Saisissez votre mot de passe."));
		return;
	}
	if (sheet_value(s, CONSENT_WORD)[0] == '\0') {
		sheet_mend(s, CONSENT_WORD, _("Recopiez le mot demandé."));
		return;
	}
	r.password = sheet_value(s, CONSENT_PASSWORD);
	r.word = sheet_value(s, CONSENT_WORD);
	app_call(&s->base, METHOD_consent_withdraw, &r.base, CALL_WAIT, screen_consent_done);
}

/* -------------------------------------------------------------------- sheet */

static void
screen_consent_lines(struct sheet *s, struct sheet_flow *f)
{
	const struct screen_consent *c = screen_consent(s);

	sheet_text(f, STYLE_TITLE, "%s", _("Retirer votre consentement"));
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Votre compte sera désactivé suite au retrait de votre consentement."));
	sheet_text(f, STYLE_TITLE, "%s",
	    _("Si vous souhaitez le réactiver, veuillez vous rapprocher d'un établissement de "
	      "santé ou de toute autre structure habilitée afin de procéder à nouveau au recueil "
	      "de votre consentement."));
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("L'effet est immédiat : toutes vos sessions se ferment. Vos examens restent "
	      "conservés par les établissements, comme la loi l'exige."));
	sheet_gap(f);
	sheet_field(f, _("Mot de passe :"), CONSENT_PASSWORD);
	sheet_check(f, CONSENT_REVEAL);
	if (c->word)
		sheet_text(f, STYLE_PLAIN, _("Pour confirmer, recopiez ce mot : %s"), c->word);
	else
		sheet_text(f, STYLE_PLAIN, "%s", _("Chargement…"));
	sheet_field(f, _("Mot :"), CONSENT_WORD);
	sheet_gap(f);
	sheet_buttons(f, CONSENT_KEEP, 2);
}

static void
screen_consent_pressed(struct sheet *s, size_t item)
{
	switch (item) {
	case CONSENT_PASSWORD:
		sheet_focus(s, CONSENT_WORD);
		break;
	case CONSENT_WORD: /* Enter here goes to the safe answer */
		sheet_focus(s, CONSENT_KEEP);
		break;
	case CONSENT_KEEP:
		app_pop(s->base.app, &s->base);
		break;
	default:
		screen_consent_submit(s);
	}
}

static const struct sheet_ops screen_consent_sheet = {
    .lines = screen_consent_lines,
    .pressed = screen_consent_pressed,
    .release = screen_consent_release,
};

static const struct screen_ops screen_consent_ops = {
    .name = "consent",
    .title = N_("Retirer votre consentement"),
    .about = N_("Entrez votre mot de passe et recopiez le mot demandé, puis choisissez Retirer. "
		"Échap ne change rien."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_PASSWORD | CTX_SPACE,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
    .resumed = screen_consent_resumed,
};

struct screen *
screen_consent_new(struct app *app)
{
	struct screen_consent *c = mem_new(sizeof(*c));
	struct sheet *s = &c->sheet;

	sheet_init(s, app, &screen_consent_ops, &screen_consent_sheet);
	sheet_add_field(s, CONSENT_PASSWORD, FIELD_SECRET, CONSENT_PASSWORD_MAX);
	sheet_add_reveal(s, CONSENT_REVEAL);
	sheet_add_field(s, CONSENT_WORD, FIELD_TEXT, CONSENT_WORD_MAX);
	sheet_add_button(s, CONSENT_KEEP, N_("Garder mon compte"));
	sheet_add_button(s, CONSENT_WITHDRAW, N_("Retirer votre consentement"));
	screen_consent_load(c);
	return &s->base;
}
