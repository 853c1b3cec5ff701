/* SPDX-License-Identifier: MIT */
/*
 * A temporary password must be replaced by one's own; nothing else opens before.
 * Rules are ticked while typing; those that only the server can check are said.
 */
#include "client/screen/screen.h"

#include <stdlib.h>

#include "client/app.h"
#include "client/model/password.h"
#include "client/model/session.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "client/widget/form.h"
#include "client/widget/wrap.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"
#include "proto/session.pb-c.h"

#define NEWPASS_MAX	      256
#define NEWPASS_FIELD_COLUMNS 34

enum newpass_item {
	NEWPASS_NEW,
	NEWPASS_AGAIN,
	NEWPASS_REVEAL,
	NEWPASS_CONTINUE,
	N_NEWPASS_ITEMS,
};

struct screen_newpass {
	struct screen base;
	struct form form;
	struct item items[N_NEWPASS_ITEMS];
	struct field password, again;
};

static struct screen_newpass *
screen_newpass(struct screen *s)
{
	return (struct screen_newpass *)s;
}

static void
screen_newpass_free(struct screen *s)
{
	field_release(&screen_newpass(s)->password);
	field_release(&screen_newpass(s)->again);
	free(s);
}

/* -------------------------------------------------------------------- rules */

static bool
screen_newpass_long_enough(const struct screen_newpass *n)
{
	return password_is_long(
	    field_text(&n->password), app_session(n->base.app)->password_min_chars);
}

static bool
screen_newpass_same(const struct screen_newpass *n)
{
	return password_is_repeated(field_text(&n->password), field_text(&n->again));
}

/* ------------------------------------------------------------------- asking */

static void
screen_newpass_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app *app = s->app;

	(void)msg;
	(void)more;
	if (err == -EM_E_CLOSED)
		return; /* resumed() tells */
	if (err < 0) {
		app_message_error(app, err, e);
		form_focus(&screen_newpass(s)->form, NEWPASS_NEW);
		return;
	}
	app_pop(app, s);
	app_signin_again(app);
	app_message(app, MESSAGE_INFO, "%s",
	    _("Mot de passe enregistré. Identifiez-vous avec votre nouveau mot de passe."));
}

static void
screen_newpass_submit(struct screen_newpass *n)
{
	Emage__AuthNewPasswordRequest r = EMAGE__AUTH_NEW_PASSWORD_REQUEST__INIT;

	if (app_waits(&n->base))
		return;
	if (!screen_newpass_long_enough(n)) {
		form_focus(&n->form, NEWPASS_NEW);
		app_message_error(n->base.app, -EM_E_PASSWORD_SHORT, NULL);
		return;
	}
	if (!screen_newpass_same(n)) {
		form_focus(&n->form, NEWPASS_AGAIN);
		app_message(
		    n->base.app, MESSAGE_ERROR, "%s", _("Les deux saisies sont différentes."));
		return;
	}
	r.password = (char *)(uintptr_t)field_text(&n->password);
	app_call(&n->base, METHOD_auth_new_password, &r.base, CALL_WAIT, screen_newpass_done);
}

static void
screen_newpass_resumed(struct screen *s)
{
	app_message(s->app, MESSAGE_WARN, "%s",
	    _("La connexion a été coupée : identifiez-vous à nouveau."));
	app_park(s->app, s);
}

/* ------------------------------------------------------------------ drawing */

static void
screen_newpass_draw_rule(int y, int x, int w, bool kept, const char *text)
{
	x += paint_text(y, x, 4, STYLE_TITLE, kept ? "[x]" : "[ ]") + 1;
	paint_text(y, x, w, STYLE_PLAIN, text);
}

static void
screen_newpass_draw(struct screen *s, const struct area *room)
{
	struct screen_newpass *n = screen_newpass(s);
	int x = room->w >= 60 ? 6 : 1;
	int a = (int)text_width(_("Nouveau mot de passe :"));
	int b = (int)text_width(_("Encore une fois :"));
	int labels = a > b ? a : b;
	int at = x + labels + 2;
	int w = room->w - at - 2;
	struct area text = {.y = room->y, .x = x, .h = 2, .w = room->w - 2 * x};
	char rule[PASSWORD_RULE_LEN];
	int y;

	w = w < NEWPASS_FIELD_COLUMNS ? w : NEWPASS_FIELD_COLUMNS;
	form_begin(&n->form, room);
	if (room->h >= 12) {
		text.y++;
		wrap_draw(&text, STYLE_PLAIN,
		    _("Remplacez votre mot de passe temporaire par le mot de passe de votre "
		      "choix."));
		text.y += 3;
	}
	y = text.y;
	paint_right(y, x, labels, STYLE_LABEL, _("Nouveau mot de passe :"));
	form_draw(&n->form, NEWPASS_NEW, y++, at, w);
	paint_right(y, x, labels, STYLE_LABEL, _("Encore une fois :"));
	form_draw(&n->form, NEWPASS_AGAIN, y++, at, w);
	form_draw(&n->form, NEWPASS_REVEAL, y++, at, form_width(&n->form, NEWPASS_REVEAL));
	y += room->h >= 12;
	password_rule_text(app_session(s->app)->password_min_chars, rule);
	screen_newpass_draw_rule(y++, x, text.w, screen_newpass_long_enough(n), rule);
	screen_newpass_draw_rule(
	    y++, x, text.w, screen_newpass_same(n), _("les deux saisies sont identiques"));
	text.y = y;
	if (room->h >= 12)
		y += wrap_draw(&text, STYLE_PLAIN,
		    _("Le serveur refuse aussi un mot de passe trop courant, ou fait de votre nom "
		      "ou de votre identifiant."));
	y += room->h >= 12;
	form_draw(&n->form, NEWPASS_CONTINUE, y, at, form_width(&n->form, NEWPASS_CONTINUE));
	form_end(&n->form);
}

/* --------------------------------------------------------------------- keys */

static void
screen_newpass_pressed(struct screen_newpass *n, enum form_result r)
{
	n->again.reveal = n->password.reveal;
	if (r != FORM_PRESSED)
		return;
	if (n->form.focus == NEWPASS_NEW)
		form_focus(&n->form, NEWPASS_AGAIN);
	else
		screen_newpass_submit(n);
}

static bool
screen_newpass_event(struct screen *s, const struct event *ev)
{
	struct screen_newpass *n = screen_newpass(s);
	enum form_result r;

	if (app_waits(s) && ev->type != EVENT_MOUSE)
		return ev->type == EVENT_PASTE;
	r = form_event(&n->form, ev);
	listing_tell_full(s, &n->form);
	screen_newpass_pressed(n, r);
	return r != FORM_IGNORED;
}

static void
screen_newpass_act(struct screen *s, enum action a)
{
	struct screen_newpass *n = screen_newpass(s);

	if (a == ACTION_REVEAL) {
		n->password.reveal = !n->password.reveal;
		n->again.reveal = n->password.reveal;
	} else if (a == ACTION_BACK) {
		struct app *app = s->app;

		app_pop(app, s);
		app_signin_again(app);
	} else {
		screen_newpass_pressed(n, form_act(&n->form, a));
	}
}

static bool
screen_newpass_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct screen_newpass *)s)->form);
}

static bool
screen_newpass_can(const struct screen *s, enum action a)
{
	(void)s;
	return a != ACTION_RESEND;
}

static const struct screen_ops screen_newpass_ops = {
    .name = "newpass",
    .title = N_("Votre mot de passe"),
    .about = N_("Lors de votre premier accès à e-mage, vous devez remplacer le mot de passe "
		"temporaire par le mot de passe de votre choix. Une phrase que vous retenez "
		"facilement convient très bien."),
    .contexts = CTX_SIGNIN | CTX_PASSWORD | CTX_CODE | CTX_FORM,
    .step = 3,
    .free = screen_newpass_free,
    .draw = screen_newpass_draw,
    .event = screen_newpass_event,
    .act = screen_newpass_act,
    .wants_text = screen_newpass_wants_text,
    .can = screen_newpass_can,
    .resumed = screen_newpass_resumed,
};

struct screen *
screen_newpass_new(struct app *app)
{
	struct screen *parked = app_unpark(app, screen_newpass_ops.name);
	struct screen_newpass *n;

	if (parked) /* what was typed before the connection was cut */
		return parked;
	n = mem_new(sizeof(*n));
	n->base.ops = &screen_newpass_ops;
	n->base.app = app;
	field_init(&n->password, FIELD_SECRET, NEWPASS_MAX);
	field_init(&n->again, FIELD_SECRET, NEWPASS_MAX);
	n->items[NEWPASS_NEW] = (struct item){.kind = ITEM_FIELD, .field = &n->password};
	n->items[NEWPASS_AGAIN] = (struct item){.kind = ITEM_FIELD, .field = &n->again};
	n->items[NEWPASS_REVEAL] = (struct item){
	    .kind = ITEM_CHECK,
	    .label = N_("Afficher les caractères"),
	    .checked = &n->password.reveal,
	};
	n->items[NEWPASS_CONTINUE] = (struct item){.kind = ITEM_BUTTON, .label = N_("CONTINUER")};
	n->form =
	    (struct form){.items = n->items, .n = N_NEWPASS_ITEMS, .touch = app_is_kiosk(app)};
	return &n->base;
}
