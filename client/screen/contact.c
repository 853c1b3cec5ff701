/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: another e-mail address or mobile. Password and new address, then
 * the code that went to an address known already, then the one of the new
 * address; the server keeps the rules, here are their words.
 */
#include "client/screen/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/model/account_text.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define CONTACT_ADDRESS_MAX  254
#define CONTACT_PASSWORD_MAX 256

enum contact_item {
	CONTACT_ADDRESS,
	CONTACT_PASSWORD,
	CONTACT_CODE,
	CONTACT_REVEAL,
	CONTACT_CONTINUE,
	CONTACT_BACK,
	CONTACT_REMOVE,
};

enum contact_stage {
	CONTACT_ASK,	 /* address and password */
	CONTACT_PROVE,	 /* code of an address known already */
	CONTACT_CONFIRM, /* code of the new one */
};

struct screen_contact {
	struct sheet sheet;
	Emage__Channel channel;
	enum contact_stage stage;
	char *now;	/* the present address, or "" */
	char *sent_to;	/* masked, where the code went; NULL before */
	bool removable; /* there is another one */
	bool removing;
};

static struct screen_contact *
screen_contact(void *s)
{
	return s;
}

static void
screen_contact_release(struct sheet *s)
{
	session_text_free(&screen_contact(s)->now);
	session_text_free(&screen_contact(s)->sent_to);
}

static bool
screen_contact_is_mobile(const struct screen_contact *c)
{
	return c->channel == EMAGE__CHANNEL__CHANNEL_MOBILE;
}

static void
screen_contact_enter(struct screen_contact *c, enum contact_stage stage)
{
	struct sheet *s = &c->sheet;
	bool ask = stage == CONTACT_ASK;

	c->stage = stage;
	sheet_hide(s, CONTACT_ADDRESS, !ask);
	sheet_hide(s, CONTACT_PASSWORD, !ask);
	sheet_hide(s, CONTACT_CODE, ask);
	sheet_hide(s, CONTACT_REMOVE, !ask || !c->removable);
	field_clear(s->items[CONTACT_CODE].field);
	sheet_focus(s, ask ? CONTACT_ADDRESS : CONTACT_CODE);
	s->top = 0;
}

/* ------------------------------------------------------------------- asking */

static void
screen_contact_refused(struct screen_contact *c, int err, const Emage__Error *e)
{
	struct sheet *s = &c->sheet;
	char text[ACCOUNT_TEXT_LEN];

	account_contact_refusal(c->channel, err, e ? e->field : "", e ? e->retry_after_s : 0, text);
	if (err == -EM_E_AUTH)
		sheet_wrong_password(s, CONTACT_PASSWORD, e);
	else if (text[0] && err == -EM_E_RATE) /* no other address would do */
		app_message(s->base.app, MESSAGE_ERROR, "%s", text);
	else if (text[0])
		sheet_mend(s, CONTACT_ADDRESS, text);
	else
		app_message_error(s->base.app, err, e);
}

static void
screen_contact_sent(struct screen_contact *c, const char *sent_to, enum contact_stage stage)
{
	session_text_free(&c->sent_to);
	c->sent_to = session_text(sent_to);
	screen_contact_enter(c, stage);
}

static void
screen_contact_started(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_contact *c = screen_contact(s);

	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (err < 0) {
		screen_contact_refused(c, err, e);
		return;
	}
	field_clear(c->sheet.items[CONTACT_PASSWORD].field);
	screen_contact_sent(c, ((const Emage__ContactStartReply *)msg)->sent_to, CONTACT_PROVE);
}

static void
screen_contact_start(struct screen_contact *c)
{
	Emage__ContactStartRequest r = EMAGE__CONTACT_START_REQUEST__INIT;
	struct sheet *s = &c->sheet;

	if (!c->removing && field_is_empty(s->items[CONTACT_ADDRESS].field)) {
		sheet_mend(s, CONTACT_ADDRESS, account_contact_form(c->channel));
		return;
	}
	if (field_is_empty(s->items[CONTACT_PASSWORD].field)) {
		sheet_mend(s, CONTACT_PASSWORD, _("Saisissez votre mot de passe."));
		return;
	}
	r.channel = c->channel;
	r.address = c->removing ? (char *)(uintptr_t) "" : sheet_value(s, CONTACT_ADDRESS);
	r.password = sheet_value(s, CONTACT_PASSWORD);
	app_call(&s->base, METHOD_contact_start, &r.base, CALL_WAIT, screen_contact_started);
}

/* A code that can be mended stays; else one begins again. */
static void
screen_contact_code_refused(struct screen_contact *c, int err, const Emage__Error *e)
{
	if (err == -EM_E_CLOSED)
		return;
	if (err == -EM_E_CODE_EXPIRED || err == -EM_E_CODE_DEAD)
		screen_contact_enter(c, CONTACT_ASK);
	else
		sheet_focus(&c->sheet, CONTACT_CODE);
	if (err == -EM_E_INVALID)
		app_message(c->sheet.base.app, MESSAGE_ERROR,
		    ngettext("Un code d'accès a %u chiffre.", "Un code d'accès a %u chiffres.",
			app_session(c->sheet.base.app)->code_digits),
		    app_session(c->sheet.base.app)->code_digits);
	else
		app_message_error(c->sheet.base.app, err, e);
}

static void
screen_contact_finished(struct screen_contact *c)
{
	struct app *app = c->sheet.base.app;
	bool removing = c->removing;

	app_pop(app, &c->sheet.base);
	app_message(app, MESSAGE_INFO, "%s",
	    removing ? _("L'adresse est supprimée de votre compte.")
		     : _("La nouvelle adresse est enregistrée ; l'ancienne a reçu un avis."));
}

static void
screen_contact_proven(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__ContactProveReply *r = (const Emage__ContactProveReply *)msg;
	struct screen_contact *c = screen_contact(s);

	(void)more;
	if (err < 0)
		screen_contact_code_refused(c, err, e);
	else if (r->done)
		screen_contact_finished(c);
	else
		screen_contact_sent(c, r->sent_to, CONTACT_CONFIRM);
}

static void
screen_contact_confirmed(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)msg;
	(void)more;
	if (err < 0)
		screen_contact_code_refused(screen_contact(s), err, e);
	else
		screen_contact_finished(screen_contact(s));
}

static void
screen_contact_submit_code(struct screen_contact *c)
{
	Emage__ContactProveRequest prove = EMAGE__CONTACT_PROVE_REQUEST__INIT;
	Emage__ContactConfirmRequest confirm = EMAGE__CONTACT_CONFIRM_REQUEST__INIT;
	struct screen *s = &c->sheet.base;

	prove.code = confirm.code = sheet_value(&c->sheet, CONTACT_CODE);
	if (prove.code[0] == '\0')
		sheet_mend(&c->sheet, CONTACT_CODE, _("Entrez le code reçu."));
	else if (c->stage == CONTACT_PROVE)
		app_call(s, METHOD_contact_prove, &prove.base, CALL_WAIT, screen_contact_proven);
	else
		app_call(
		    s, METHOD_contact_confirm, &confirm.base, CALL_WAIT, screen_contact_confirmed);
}

/* -------------------------------------------------------------------- sheet */

static void
screen_contact_ask_lines(struct screen_contact *c, struct sheet_flow *f)
{
	bool mobile = screen_contact_is_mobile(c);

	if (c->now[0])
		sheet_text(f, STYLE_PLAIN, _("Actuellement : %s"), c->now);
	sheet_gap(f);
	sheet_field(f, mobile ? _("Nouveau mobile :") : _("Nouvelle adresse :"), CONTACT_ADDRESS);
	sheet_field(f, _("Mot de passe :"), CONTACT_PASSWORD);
	sheet_check(f, CONTACT_REVEAL);
	sheet_gap(f);
	sheet_buttons(f, CONTACT_CONTINUE, 3);
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Un code est envoyé à une adresse déjà connue, puis un autre à la nouvelle. "
	      "L'ancienne reçoit un avis, avec un code qui annule le changement pendant 72 "
	      "heures ; pendant ce temps, l'autre adresse ne peut pas changer."));
}

static void
screen_contact_code_lines(struct screen_contact *c, struct sheet_flow *f)
{
	sheet_gap(f);
	if (c->stage == CONTACT_PROVE)
		sheet_text(f, STYLE_PLAIN,
		    _("Pour vérifier que c'est bien vous, un code vous a été envoyé à une adresse "
		      "déjà connue : %s"),
		    c->sent_to);
	else
		sheet_text(f, STYLE_PLAIN,
		    _("Un autre code a été envoyé à la nouvelle adresse, pour la confirmer : %s"),
		    c->sent_to);
	sheet_gap(f);
	sheet_field(f, _("Code reçu :"), CONTACT_CODE);
	sheet_check(f, CONTACT_REVEAL);
	sheet_gap(f);
	sheet_buttons(f, CONTACT_CONTINUE, 2);
}

static void
screen_contact_lines(struct sheet *s, struct sheet_flow *f)
{
	struct screen_contact *c = screen_contact(s);

	sheet_text(f, STYLE_TITLE, "%s",
	    screen_contact_is_mobile(c) ? _("Votre téléphone mobile") : _("Votre adresse mail"));
	if (c->stage == CONTACT_ASK)
		screen_contact_ask_lines(c, f);
	else
		screen_contact_code_lines(c, f);
}

/* Esc from a code goes back to the address, which is still there. */
static void
screen_contact_back(struct sheet *s)
{
	if (screen_contact(s)->stage == CONTACT_ASK)
		app_pop(s->base.app, &s->base);
	else
		screen_contact_enter(screen_contact(s), CONTACT_ASK);
}

static void
screen_contact_pressed(struct sheet *s, size_t item)
{
	struct screen_contact *c = screen_contact(s);

	if (item == CONTACT_BACK) {
		screen_contact_back(s);
	} else if (app_waits(&s->base)) {
		return;
	} else if (item == CONTACT_ADDRESS) {
		sheet_focus(s, CONTACT_PASSWORD);
	} else if (c->stage == CONTACT_ASK) {
		c->removing = item == CONTACT_REMOVE;
		screen_contact_start(c);
	} else {
		screen_contact_submit_code(c);
	}
}

static const struct sheet_ops screen_contact_sheet = {
    .lines = screen_contact_lines,
    .pressed = screen_contact_pressed,
    .back = screen_contact_back,
    .release = screen_contact_release,
};

static const struct screen_ops screen_contact_ops = {
    .name = "contact",
    .title = N_("Adresse mail, téléphone mobile"),
    .about = N_("Ajouter, modifier ou supprimer une adresse : votre mot de passe, un code envoyé "
		"à une adresse déjà connue, puis un code envoyé à la nouvelle."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_PASSWORD | CTX_SPACE,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

struct screen *
screen_contact_new(struct app *app, Emage__Channel channel, const struct account *a)
{
	struct screen_contact *c = mem_new(sizeof(*c));
	struct sheet *s = &c->sheet;
	unsigned digits = app_session(app)->code_digits;
	char mobile[ACCOUNT_MOBILE_LEN];

	sheet_init(s, app, &screen_contact_ops, &screen_contact_sheet);
	c->channel = channel;
	c->now = mem_strdup(account_address(a, channel, mobile));
	c->removable = a->email && a->email[0] && a->mobile && a->mobile[0];
	sheet_add_field(s, CONTACT_ADDRESS, FIELD_TEXT, CONTACT_ADDRESS_MAX);
	sheet_add_field(s, CONTACT_PASSWORD, FIELD_SECRET, CONTACT_PASSWORD_MAX);
	sheet_add_field(s, CONTACT_CODE, FIELD_CODE, digits >= 4 && digits <= 16 ? digits : 8);
	sheet_add_reveal(s, CONTACT_REVEAL);
	sheet_add_button(s, CONTACT_CONTINUE, N_("CONTINUER"));
	sheet_add_button(s, CONTACT_BACK, N_("Précédent"));
	sheet_add_button(s, CONTACT_REMOVE, N_("Supprimer"));
	screen_contact_enter(c, CONTACT_ASK);
	return &s->base;
}
