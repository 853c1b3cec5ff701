/* SPDX-License-Identifier: MIT */
/*
 * Takes back a change of address that was not one's own, with the code of the
 * notice; without signing in, since somebody else may hold the account.
 */
#include "client/screen/screen.h"

#include "client/app.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/account.pb-c.h"

#define UNDO_CODE_MAX 64

enum undo_item { UNDO_CODE, UNDO_CONTINUE, UNDO_BACK };

static void
screen_undo_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app *app = s->app;

	(void)msg;
	(void)more;
	if (err == -EM_E_CLOSED) {
		((struct sheet *)s)->submit = true;
	} else if (err == -EM_E_CODE_WRONG || err == -EM_E_INVALID || err == -EM_E_NOT_FOUND ||
		   err == -EM_E_CODE_EXPIRED) {
		sheet_mend((struct sheet *)s, UNDO_CODE,
		    _("Ce code d'annulation n'est pas le bon, ou ne sert plus : il est valable "
		      "72 heures."));
	} else if (err < 0) {
		app_message_error(app, err, e);
	} else {
		app_pop(app, s);
		app_message(app, MESSAGE_INFO, "%s",
		    _("L'ancienne adresse est rétablie et toutes les sessions sont fermées. "
		      "Choisissez maintenant un autre mot de passe."));
	}
}

static void
screen_undo_submit(struct sheet *s)
{
	Emage__ContactUndoRequest r = EMAGE__CONTACT_UNDO_REQUEST__INIT;

	if (field_is_empty(s->items[UNDO_CODE].field)) {
		sheet_mend(s, UNDO_CODE, _("Saisissez le code d'annulation de l'avis reçu."));
		return;
	}
	r.undo_code = sheet_value(s, UNDO_CODE);
	sheet_submit(s, METHOD_contact_undo, &r.base, screen_undo_done);
}

static void
screen_undo_lines(struct sheet *s, struct sheet_flow *f)
{
	(void)s;
	sheet_gap(f);
	sheet_text(f, STYLE_TITLE, "%s", _("Annuler un changement d'adresse"));
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Vous avez reçu l'avis qu'une adresse de votre compte a changé, et ce n'était pas "
	      "vous ? Entrez le code de cet avis : l'ancienne adresse est rétablie et toutes les "
	      "sessions sont fermées. C'est possible pendant 72 heures."));
	sheet_gap(f);
	sheet_field(f, _("Code d'annulation :"), UNDO_CODE);
	sheet_gap(f);
	sheet_buttons(f, UNDO_CONTINUE, 2);
}

static void
screen_undo_pressed(struct sheet *s, size_t item)
{
	if (item == UNDO_BACK)
		app_pop(s->base.app, &s->base);
	else
		screen_undo_submit(s);
}

static const struct sheet_ops screen_undo_sheet = {
    .lines = screen_undo_lines,
    .pressed = screen_undo_pressed,
    .submit = screen_undo_submit,
};

static const struct screen_ops screen_undo_ops = {
    .name = "undo",
    .title = N_("Annuler un changement d'adresse"),
    .about = N_("Entrez le code de l'avis que vous avez reçu à votre ancienne adresse. Il n'est "
		"pas nécessaire de s'identifier."),
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
screen_undo_new(struct app *app)
{
	struct sheet *s = mem_new(sizeof(*s));

	sheet_init(s, app, &screen_undo_ops, &screen_undo_sheet);
	sheet_add_field(s, UNDO_CODE, FIELD_TEXT, UNDO_CODE_MAX);
	sheet_add_button(s, UNDO_CONTINUE, N_("CONTINUER"));
	sheet_add_button(s, UNDO_BACK, N_("Précédent"));
	return &s->base;
}
