/* SPDX-License-Identifier: MIT */
/*
 * The account is closed, by its person: how it can be opened again.
 */
#include "client/screen/screen.h"

#include "client/app.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/mem.h"

enum closed_item { CLOSED_LEAVE };

static void
screen_closed_lines(struct sheet *s, struct sheet_flow *f)
{
	(void)s;
	sheet_gap(f);
	sheet_text(f, STYLE_TITLE, "%s", _("Votre compte est désactivé"));
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Vous avez retiré votre consentement : vos sessions sont fermées et plus personne "
	      "n'ouvre votre dossier avec ce compte."));
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Si vous souhaitez le réactiver, veuillez vous rapprocher d'un établissement de "
	      "santé ou de toute autre structure habilitée afin de procéder à nouveau au recueil "
	      "de votre consentement."));
	sheet_gap(f);
	sheet_buttons(f, CLOSED_LEAVE, 1);
}

static void
screen_closed_pressed(struct sheet *s, size_t item)
{
	(void)item;
	app_pop(s->base.app, &s->base);
}

static const struct sheet_ops screen_closed_sheet = {
    .lines = screen_closed_lines,
    .pressed = screen_closed_pressed,
};

static const struct screen_ops screen_closed_ops = {
    .name = "closed",
    .title = N_("Votre compte est désactivé"),
    .about = N_("Un établissement de santé ou toute autre structure habilitée peut recueillir à "
		"nouveau votre consentement, et réactiver votre compte."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_OUTSIDE,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
};

struct screen *
screen_closed_new(struct app *app)
{
	struct sheet *s = mem_new(sizeof(*s));

	sheet_init(s, app, &screen_closed_ops, &screen_closed_sheet);
	sheet_add_button(s, CLOSED_LEAVE, N_("Retour à l'accueil"));
	return &s->base;
}
