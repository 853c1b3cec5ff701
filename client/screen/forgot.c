/* SPDX-License-Identifier: MIT */
/*
 * 1.3 Mot de passe oublié. What is told afterwards is the same for every
 * identifier, whether there is such an account or not.
 */
#include "client/screen/screen.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "proto/account.pb-c.h"

#define FORGOT_IDENTIFIER_MAX 64

enum forgot_item { FORGOT_IDENTIFIER, FORGOT_CONTINUE, FORGOT_BACK, FORGOT_RETURN };

struct screen_forgot {
	struct sheet sheet;
	bool sent;
};

static struct screen_forgot *
screen_forgot(void *s)
{
	return s;
}

/* Back to step 1, with the identifier that was typed here. */
static void
screen_forgot_leave(struct sheet *s)
{
	struct app *app = s->base.app;
	char *identifier = mem_strdup(sheet_value(s, FORGOT_IDENTIFIER));

	app_pop(app, &s->base);
	screen_signin_identify(app_top(app), identifier);
	secret_wipe(identifier, strlen(identifier));
	free(identifier);
}

/* ------------------------------------------------------------------- asking */

static void
screen_forgot_show_sent(struct sheet *s)
{
	screen_forgot(s)->sent = true;
	sheet_hide(s, FORGOT_IDENTIFIER, true);
	sheet_hide(s, FORGOT_CONTINUE, true);
	sheet_hide(s, FORGOT_BACK, true);
	sheet_hide(s, FORGOT_RETURN, false);
	sheet_focus(s, FORGOT_RETURN);
	s->top = 0;
}

static void
screen_forgot_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)msg;
	(void)more;
	if (err == -EM_E_CLOSED)
		screen_forgot(s)->sheet.submit = true;
	else if (err < 0)
		app_message_error(s->app, err, e);
	else
		screen_forgot_show_sent(&screen_forgot(s)->sheet);
}

static void
screen_forgot_submit(struct sheet *s)
{
	Emage__RecoveryStartRequest r = EMAGE__RECOVERY_START_REQUEST__INIT;

	if (field_is_empty(s->items[FORGOT_IDENTIFIER].field)) {
		sheet_mend(s, FORGOT_IDENTIFIER, _("Saisissez votre identifiant."));
		return;
	}
	r.identifier = sheet_value(s, FORGOT_IDENTIFIER);
	sheet_submit(s, METHOD_recovery_start, &r.base, screen_forgot_done);
}

/* ------------------------------------------------------------------- sheet */

static void
screen_forgot_lines(struct sheet *s, struct sheet_flow *f)
{
	sheet_gap(f);
	sheet_text(f, STYLE_TITLE, "%s", _("Mot de passe oublié"));
	sheet_gap(f);
	if (screen_forgot(s)->sent) {
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("Si cet identifiant est celui d'un compte, un nouveau mot de passe vous a "
		      "été envoyé à l'adresse mail ou téléphone renseignés dans votre compte "
		      "personnel."));
		sheet_gap(f);
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("Il est temporaire : valable 24 heures par e-mail, 10 minutes par SMS, et "
		      "une seule fois. Tant qu'il n'a pas servi, votre mot de passe actuel reste "
		      "valable."));
		sheet_gap(f);
		sheet_buttons(f, FORGOT_RETURN, 1);
	} else {
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("Afin de pouvoir vous transmettre un nouveau mot de passe, merci de saisir "
		      "votre identifiant de connexion. Ce nouveau mot de passe est temporaire, il "
		      "vous sera demandé de le changer pour pouvoir accéder au portail."));
		sheet_gap(f);
		sheet_field(f, _("Identifiant :"), FORGOT_IDENTIFIER);
		sheet_gap(f);
		sheet_buttons(f, FORGOT_CONTINUE, 2);
	}
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Si vous avez égaré votre identifiant, l'établissement ayant recueilli votre "
	      "consentement peut vous rééditer un nouveau document contenant votre login."));
}

static void
screen_forgot_pressed(struct sheet *s, size_t item)
{
	if (item == FORGOT_BACK || item == FORGOT_RETURN)
		screen_forgot_leave(s);
	else
		screen_forgot_submit(s);
}

static const struct sheet_ops screen_forgot_sheet = {
    .lines = screen_forgot_lines,
    .pressed = screen_forgot_pressed,
    .submit = screen_forgot_submit,
    .back = screen_forgot_leave,
};

static const struct screen_ops screen_forgot_ops = {
    .name = "forgot",
    .title = N_("Mot de passe oublié"),
    .about = N_("Entrez votre identifiant, puis CONTINUER. Un nouveau mot de passe vous sera "
		"envoyé à l'adresse mail ou téléphone renseignés dans votre compte personnel. Lors "
		"de votre 1ère connexion, vous n'en avez pas besoin : le mot de passe initial "
		"figure sur le document qui vous a été remis à l'accueil de votre hôpital, votre "
		"clinique, ou de votre cabinet radiologique."),
    .contexts = CTX_SIGNIN | CTX_SHEET | CTX_FORM | CTX_OUTSIDE,
    .step = 1,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
    .resumed = sheet_resumed,
};

struct screen *
screen_forgot_new(struct app *app, const char *identifier)
{
	struct screen_forgot *f = mem_new(sizeof(*f));
	struct sheet *s = &f->sheet;

	sheet_init(s, app, &screen_forgot_ops, &screen_forgot_sheet);
	sheet_add_field(s, FORGOT_IDENTIFIER, FIELD_TEXT, FORGOT_IDENTIFIER_MAX);
	sheet_add_button(s, FORGOT_CONTINUE, N_("CONTINUER"));
	sheet_add_button(s, FORGOT_BACK, N_("Précédent"));
	sheet_add_button(s, FORGOT_RETURN, N_("Retour à l'authentification"));
	sheet_hide(s, FORGOT_RETURN, true);
	field_set(s->items[FORGOT_IDENTIFIER].field, identifier);
	s->items[FORGOT_IDENTIFIER].field->cursor = s->items[FORGOT_IDENTIFIER].field->len;
	return &s->base;
}
