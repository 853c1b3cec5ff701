/* SPDX-License-Identifier: MIT */
/*
 * Step 1: identifier and password. Stays below step 2, so that going back, or a
 * lost connection, loses nothing typed; wiped when the session opens.
 */
#include "client/screen/screen.h"

#include <stdlib.h>

#include "client/app.h"
#include "client/clientconf.h"
#include "client/model/signin.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "client/widget/form.h"
#include "client/widget/wrap.h"
#include "client/words.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"
#include "proto/session.pb-c.h"

#define SIGNIN_IDENTIFIER_MAX 64
#define SIGNIN_PASSWORD_MAX   256
#define SIGNIN_FIELD_COLUMNS  34

enum signin_item {
	SIGNIN_IDENTIFIER,
	SIGNIN_PASSWORD,
	SIGNIN_REVEAL,
	SIGNIN_FORGOT,
	SIGNIN_UNDO,
	SIGNIN_CONTINUE,
	SIGNIN_BACK,
	N_SIGNIN_ITEMS,
};

struct screen_signin {
	struct screen base;
	struct form form;
	struct item items[N_SIGNIN_ITEMS];
	struct field identifier, password;
	bool submit; /* as soon as there is a connection */
};

static struct screen_signin *
screen_signin(struct screen *s)
{
	return (struct screen_signin *)s;
}

static void
screen_signin_free(struct screen *s)
{
	field_release(&screen_signin(s)->identifier);
	field_release(&screen_signin(s)->password);
	free(s);
}

static void
screen_signin_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_signin *f = screen_signin(s);

	(void)more;
	if (err == 0) {
		signin_take_password(app_signin(s->app), (const Emage__AuthPasswordReply *)msg);
		app_push(s->app, screen_code_new(s->app));
		return;
	}
	if (err == -EM_E_CLOSED) { /* asked again when the server is back */
		f->submit = true;
		return;
	}
	app_message_error(s->app, err, e);
	if (err == -EM_E_AUTH) {
		/* hidden: what is typed now is the password, not the rest of it */
		f->password.fresh = true;
		form_focus(&f->form, SIGNIN_PASSWORD);
	}
}

static void
screen_signin_submit(struct screen_signin *f)
{
	Emage__AuthPasswordRequest r = EMAGE__AUTH_PASSWORD_REQUEST__INIT;
	bool no_identifier = field_is_empty(&f->identifier);

	f->submit = false;
	if (no_identifier || field_is_empty(&f->password)) {
		form_focus(&f->form, no_identifier ? SIGNIN_IDENTIFIER : SIGNIN_PASSWORD);
		app_message(f->base.app, MESSAGE_ERROR, "%s",
		    no_identifier ? _("Saisissez votre identifiant.")
				  : _("Saisissez votre mot de passe."));
		return;
	}
	if (app_waits(&f->base))
		return;
	r.identifier = (char *)(uintptr_t)field_text(&f->identifier);
	r.password = (char *)(uintptr_t)field_text(&f->password);
	if (app_call(&f->base, METHOD_auth_password, &r.base, CALL_WAIT, screen_signin_done) == 0)
		f->submit = true;
}

static void
screen_signin_resumed(struct screen *s)
{
	if (screen_signin(s)->submit && app_top(s->app) == s)
		screen_signin_submit(screen_signin(s));
}

static void
screen_signin_pressed(struct screen_signin *f, enum form_result r)
{
	if (r != FORM_PRESSED)
		return;
	switch (f->form.focus) {
	case SIGNIN_IDENTIFIER:
		form_focus(&f->form, SIGNIN_PASSWORD);
		break;
	case SIGNIN_FORGOT:
		app_push(f->base.app, screen_forgot_new(f->base.app, field_text(&f->identifier)));
		break;
	case SIGNIN_UNDO:
		app_push(f->base.app, screen_undo_new(f->base.app));
		break;
	case SIGNIN_BACK:
		app_pop(f->base.app, &f->base);
		break;
	default:
		screen_signin_submit(f);
	}
}

/* ------------------------------------------------------------------ drawing */

static int
screen_signin_label_columns(void)
{
	int a = (int)text_width(_("Identifiant :"));
	int b = (int)text_width(_("Mot de passe :"));

	return a > b ? a : b;
}

/* The links under the password, at the fields' column if they fit; returns the
 * rows used. */
static int
screen_signin_draw_links(struct screen_signin *f, const struct area *room, int y, int at)
{
	static const enum signin_item links[] = {SIGNIN_REVEAL, SIGNIN_FORGOT, SIGNIN_UNDO};

	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		int w = form_width(&f->form, links[i]);
		int x = room->w - w < at ? room->w - w : at;

		form_draw(&f->form, links[i], y + (int)i, x > 1 ? x : 1, w);
	}
	return (int)ARRAY_LEN(links);
}

/* What to do the first time: in few words where there is no room for those of the
 * guide, and else only in the help. */
static void
screen_signin_draw_first(const struct screen *s, const struct area *a)
{
	const char *text =
	    app_is_staff(s->app)
		? _("Accès réservé au personnel. Lors de votre 1ère connexion, vous "
		    "saisissez le mot de passe temporaire qui vous a été envoyé. Un code "
		    "d'accès à usage unique vous est demandé ensuite. Chaque accès à un "
		    "dossier est inscrit dans l'historique du patient.")
		: _(WORDS_SIGNIN_FIRST);

	if (wrap_rows(a->w, text) > a->h && !app_is_staff(s->app))
		text = _("Première connexion : saisissez le mot de passe temporaire imprimé sur le "
			 "document remis lors du recueil de votre consentement.");
	if (wrap_rows(a->w, text) <= a->h)
		wrap_draw(a, STYLE_PLAIN, text);
}

static void
screen_signin_draw(struct screen *s, const struct area *room)
{
	struct screen_signin *f = screen_signin(s);
	int x = room->w >= 60 ? 6 : 1;
	int labels = screen_signin_label_columns();
	int at = x + labels + 2;
	int w = room->w - at - 2;
	int y = room->y + (room->h >= 12 ? 1 : 0);
	struct area text = {.x = x, .w = room->w - 2 * x};

	w = w < SIGNIN_FIELD_COLUMNS ? w : SIGNIN_FIELD_COLUMNS;
	form_begin(&f->form, room);
	paint_right(y, x, labels, STYLE_LABEL, _("Identifiant :"));
	form_draw(&f->form, SIGNIN_IDENTIFIER, y, at, w);
	y++;
	paint_right(y, x, labels, STYLE_LABEL, _("Mot de passe :"));
	form_draw(&f->form, SIGNIN_PASSWORD, y, at, w);
	y++;
	y += screen_signin_draw_links(f, room, y, at);
	y += room->h >= 17 ? 1 : 0;
	form_draw(&f->form, SIGNIN_CONTINUE, y, at, form_width(&f->form, SIGNIN_CONTINUE));
	at += form_width(&f->form, SIGNIN_CONTINUE) + 4;
	if (!f->items[SIGNIN_BACK].hidden)
		form_draw(&f->form, SIGNIN_BACK, y, at, form_width(&f->form, SIGNIN_BACK));
	if (room->w < 70) { /* every column for the words */
		text.x = 1;
		text.w = room->w - 2;
	}
	text.y = y + (app_is_kiosk(s->app) ? 1 : 2); /* there the button has edges */
	text.h = room->y + room->h - text.y;
	screen_signin_draw_first(s, &text);
	form_end(&f->form);
}

/* --------------------------------------------------------------------- keys */

static bool
screen_signin_event(struct screen *s, const struct event *ev)
{
	struct screen_signin *f = screen_signin(s);
	enum form_result r;

	if (app_waits(s) && ev->type != EVENT_MOUSE) /* sent: only Esc, help ... */
		return ev->type == EVENT_PASTE;
	r = form_event(&f->form, ev);
	listing_tell_full(s, &f->form);
	if (r == FORM_CHANGED)
		f->submit = false;
	screen_signin_pressed(f, r);
	return r != FORM_IGNORED;
}

static void
screen_signin_act(struct screen *s, enum action a)
{
	struct screen_signin *f = screen_signin(s);

	if (a == ACTION_REVEAL)
		f->password.reveal = !f->password.reveal;
	else if (a == ACTION_BACK && f->submit)
		f->submit = false;
	else if (a == ACTION_BACK && !f->items[SIGNIN_BACK].hidden)
		app_pop(s->app, s);
	else
		screen_signin_pressed(f, form_act(&f->form, a));
}

static bool
screen_signin_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct screen_signin *)s)->form);
}

static bool
screen_signin_can(const struct screen *s, enum action a)
{
	const struct screen_signin *f = (const struct screen_signin *)s;

	return a != ACTION_BACK || !f->items[SIGNIN_BACK].hidden || f->submit || app_waits(s);
}

static const struct screen_ops screen_signin_ops = {
    .name = "signin",
    .title = N_("Authentification sur le portail e-mage"),
    .about = WORDS_SIGNIN,
    .contexts = CTX_SIGNIN | CTX_PASSWORD | CTX_FORM | CTX_OUTSIDE,
    .step = 1,
    .free = screen_signin_free,
    .draw = screen_signin_draw,
    .event = screen_signin_event,
    .act = screen_signin_act,
    .wants_text = screen_signin_wants_text,
    .can = screen_signin_can,
    .resumed = screen_signin_resumed,
};

void
screen_signin_identify(struct screen *s, const char *identifier)
{
	struct screen_signin *f = screen_signin(s);

	if (s->ops != &screen_signin_ops || identifier[0] == '\0')
		return;
	field_set(&f->identifier, identifier);
	field_clear(&f->password);
	form_focus(&f->form, SIGNIN_PASSWORD);
}

void
screen_signin_again(struct screen *s)
{
	if (s->ops != &screen_signin_ops)
		return;
	field_clear(&screen_signin(s)->password);
	screen_signin(s)->submit = false;
	form_focus(&screen_signin(s)->form, SIGNIN_PASSWORD);
}

struct screen *
screen_signin_new(struct app *app)
{
	struct screen_signin *f = mem_new(sizeof(*f));

	f->base.ops = &screen_signin_ops;
	f->base.app = app;
	field_init(&f->identifier, FIELD_TEXT, SIGNIN_IDENTIFIER_MAX);
	field_init(&f->password, FIELD_SECRET, SIGNIN_PASSWORD_MAX);
	f->items[SIGNIN_IDENTIFIER] = (struct item){.kind = ITEM_FIELD, .field = &f->identifier};
	f->items[SIGNIN_PASSWORD] = (struct item){.kind = ITEM_FIELD, .field = &f->password};
	f->items[SIGNIN_REVEAL] = (struct item){
	    .kind = ITEM_CHECK,
	    .label = N_("Afficher les caractères"),
	    .checked = &f->password.reveal,
	};
	f->items[SIGNIN_FORGOT] =
	    (struct item){.kind = ITEM_BUTTON, .label = N_("Mot de passe oublié ?")};
	f->items[SIGNIN_UNDO] = (struct item){
	    .kind = ITEM_BUTTON,
	    .label = N_("Annuler un changement d'adresse"),
	};
	f->items[SIGNIN_BACK] = (struct item){
	    .kind = ITEM_BUTTON,
	    .label = N_("Précédent"),
	    .hidden = app_conf(app)->n_regions < 2,
	};
	f->items[SIGNIN_CONTINUE] = (struct item){.kind = ITEM_BUTTON, .label = N_("CONTINUER")};
	f->form = (struct form){.items = f->items, .n = N_SIGNIN_ITEMS, .touch = app_is_kiosk(app)};
	return &f->base;
}
