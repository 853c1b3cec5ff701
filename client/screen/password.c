/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: another password. Other sessions end with it.
 */
#include "client/screen/settings.h"

#include <string.h>

#include "client/app.h"
#include "client/model/password.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define PASSWORD_MAX 256

enum password_item {
	PASSWORD_OLD,
	PASSWORD_NEW,
	PASSWORD_AGAIN,
	PASSWORD_REVEAL,
	PASSWORD_CONTINUE,
	PASSWORD_BACK,
};

static bool
screen_password_long_enough(const struct sheet *s)
{
	return password_is_long(
	    sheet_value(s, PASSWORD_NEW), app_session(s->base.app)->password_min_chars);
}

static bool
screen_password_same(const struct sheet *s)
{
	return password_is_repeated(sheet_value(s, PASSWORD_NEW), sheet_value(s, PASSWORD_AGAIN));
}

/* ------------------------------------------------------------------- asking */

static void
screen_password_done(
    struct screen *screen, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__AccountChangePasswordReply *r = (const Emage__AccountChangePasswordReply *)msg;
	struct sheet *s = (struct sheet *)screen;
	struct app *app = screen->app;

	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (err == -EM_E_AUTH) {
		sheet_wrong_password(s, PASSWORD_OLD, e);
	} else if (err < 0) {
		sheet_focus(s, PASSWORD_NEW);
		app_message_error(app, err, e);
	} else {
		app_pop(app, screen);
		app_message(app, MESSAGE_INFO,
		    ngettext("Mot de passe changé. %u autre session a été fermée.",
			"Mot de passe changé. %u autres sessions ont été fermées.",
			r->sessions_ended),
		    r->sessions_ended);
	}
}

static void
screen_password_submit(struct sheet *s)
{
	Emage__AccountChangePasswordRequest r = EMAGE__ACCOUNT_CHANGE_PASSWORD_REQUEST__INIT;

	if (app_waits(&s->base))
		return;
	if (sheet_value(s, PASSWORD_OLD)[0] == '\0') {
		sheet_mend(s, PASSWORD_OLD, _("Saisissez votre mot de passe actuel."));
		return;
	}
	if (!screen_password_long_enough(s)) {
		sheet_focus(s, PASSWORD_NEW);
		app_message_error(s->base.app, -EM_E_PASSWORD_SHORT, NULL);
		return;
	}
	if (!screen_password_same(s)) {
		sheet_mend(s, PASSWORD_AGAIN, _("Les deux saisies sont différentes."));
		return;
	}
	r.old_password = sheet_value(s, PASSWORD_OLD);
	r.new_password = sheet_value(s, PASSWORD_NEW);
	app_call(
	    &s->base, METHOD_account_change_password, &r.base, CALL_WAIT, screen_password_done);
}

/* -------------------------------------------------------------------- sheet */

static void
screen_password_lines(struct sheet *s, struct sheet_flow *f)
{
	char rule[PASSWORD_RULE_LEN];

	password_rule_text(app_session(s->base.app)->password_min_chars, rule);
	sheet_text(f, STYLE_TITLE, "%s", _("Votre mot de passe"));
	sheet_gap(f);
	sheet_field(f, _("Mot de passe actuel :"), PASSWORD_OLD);
	sheet_field(f, _("Nouveau mot de passe :"), PASSWORD_NEW);
	sheet_field(f, _("Encore une fois :"), PASSWORD_AGAIN);
	sheet_check(f, PASSWORD_REVEAL);
	sheet_gap(f);
	sheet_rule(f, screen_password_long_enough(s), rule);
	sheet_rule(f, screen_password_same(s), _("les deux saisies sont identiques"));
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Le serveur refuse aussi un mot de passe trop courant, ou fait de votre nom ou de "
	      "votre identifiant."));
	sheet_gap(f);
	sheet_buttons(f, PASSWORD_CONTINUE, 2);
}

static void
screen_password_pressed(struct sheet *s, size_t item)
{
	if (item == PASSWORD_BACK)
		app_pop(s->base.app, &s->base);
	else if (item == PASSWORD_OLD || item == PASSWORD_NEW)
		sheet_focus(s, item + 1);
	else
		screen_password_submit(s);
}

static const struct sheet_ops screen_password_sheet = {
    .lines = screen_password_lines,
    .pressed = screen_password_pressed,
};

static const struct screen_ops screen_password_ops = {
    .name = "password",
    .title = N_("Votre mot de passe"),
    .about = N_("Entrez le mot de passe actuel, puis deux fois le nouveau. Une phrase que vous "
		"retenez facilement convient très bien. Vos autres sessions sont fermées."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_PASSWORD | CTX_SPACE,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

struct screen *
screen_password_new(struct app *app)
{
	struct sheet *s = mem_new(sizeof(*s));

	sheet_init(s, app, &screen_password_ops, &screen_password_sheet);
	sheet_add_field(s, PASSWORD_OLD, FIELD_SECRET, PASSWORD_MAX);
	sheet_add_field(s, PASSWORD_NEW, FIELD_SECRET, PASSWORD_MAX);
	sheet_add_field(s, PASSWORD_AGAIN, FIELD_SECRET, PASSWORD_MAX);
	sheet_add_reveal(s, PASSWORD_REVEAL);
	sheet_add_button(s, PASSWORD_CONTINUE, N_("CONTINUER"));
	sheet_add_button(s, PASSWORD_BACK, N_("Précédent"));
	return &s->base;
}
