/* SPDX-License-Identifier: MIT */
/*
 * "Contester cet accès": the question to the establishment, asked for once more
 * before it is sent, since it cannot be taken back.
 */
#include "client/screen/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/directory.h"
#include "client/model/session.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "client/widget/wrap.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"
#include "proto/access.pb-c.h"

#define CONTEST_ROWS	5
#define CONTEST_COLUMNS 76

enum contest_item { CONTEST_QUESTION, CONTEST_SEND, CONTEST_CANCEL, N_CONTEST_ITEMS };

struct screen_contest {
	struct screen base;
	struct screen *access; /* below on the stack */
	uint64_t number;
	int64_t at_ms;
	char *name;
	struct field question;
	struct form form;
	struct item items[N_CONTEST_ITEMS];
};

static struct screen_contest *
screen_contest(struct screen *s)
{
	return (struct screen_contest *)s;
}

static void
screen_contest_free(struct screen *s)
{
	struct screen_contest *c = screen_contest(s);

	field_release(&c->question);
	free(c->name);
	free(c);
}

/* ------------------------------------------------------------------- sending */

static void
screen_contest_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app *app = s->app;
	struct screen *access = screen_contest(s)->access;
	const Emage__AccessContestReply *reply = (const Emage__AccessContestReply *)msg;
	char *reference;

	(void)more;
	if (err == -EM_E_CLOSED) {
		/* it may have been written: the detail tells once it is there again */
		app_message_error(app, -EM_E_UNCERTAIN, NULL);
		return;
	}
	if (err < 0 && err != -EM_E_EXISTS) {
		app_message_error(app, err, e);
		form_focus(&screen_contest(s)->form, CONTEST_QUESTION);
		return;
	}
	reference = err == 0 ? session_text(reply->reference) : mem_strdup("");
	app_pop(app, s);
	screen_access_contested(access, reference);
	if (err == -EM_E_EXISTS)
		app_message(app, MESSAGE_WARN, "%s",
		    _("Une question sur cet accès attend déjà sa réponse."));
	free(reference);
}

static void
screen_contest_confirmed(struct screen *s)
{
	struct screen_contest *c = screen_contest(s);
	Emage__AccessContestRequest r = EMAGE__ACCESS_CONTEST_REQUEST__INIT;
	size_t n, from, len;
	char *question;

	access_question_check(field_text(&c->question), &n, &from, &len);
	question = mem_printf("%.*s", (int)len, field_text(&c->question) + from);
	r.number = c->number;
	r.question = question;
	if (app_call(s, METHOD_access_contest, &r.base, CALL_WAIT, screen_contest_done) == 0)
		app_message(
		    s->app, MESSAGE_WARN, "%s", _("Pas de connexion : rien n'a été envoyé."));
	secret_wipe(question, len);
	free(question);
}

static void
screen_contest_send(struct screen_contest *c)
{
	size_t n, from, len;

	if (app_waits(&c->base))
		return;
	if (access_question_check(field_text(&c->question), &n, &from, &len) !=
	    ACCESS_QUESTION_OK) {
		form_focus(&c->form, CONTEST_QUESTION);
		app_message(c->base.app, MESSAGE_ERROR,
		    _("Posez votre question en %1$d à %2$d caractères."), ACCESS_QUESTION_MIN,
		    ACCESS_QUESTION_MAX);
		return;
	}
	app_push(c->base.app,
	    screen_question_new(&c->base, N_("Contester cet accès"),
		mem_printf(_("Votre question sera envoyée à l'établissement, qui vous répondra "
			     "ici. Elle ne pourra plus être modifiée, et l'accès sera marqué "
			     "« [contesté] ».\n\nProfessionnel : %s"),
		    c->name),
		N_("Ne pas envoyer"), N_("Envoyer"), screen_contest_confirmed));
}

/* ------------------------------------------------------------------ drawing */

static void
screen_contest_draw_count(const struct screen_contest *c, int y, int x, int w)
{
	char text[96];
	size_t n, from, len;

	access_question_check(field_text(&c->question), &n, &from, &len);
	snprintf(text, sizeof(text), _("%1$zu caractères (%2$d à %3$d)"), n, ACCESS_QUESTION_MIN,
	    ACCESS_QUESTION_MAX);
	paint_text(y, x, w, STYLE_LABEL, text);
}

static void
screen_contest_draw(struct screen *s, const struct area *room)
{
	struct screen_contest *c = screen_contest(s);
	struct area box = {
	    .x = 2, .w = room->w - 4 < CONTEST_COLUMNS ? room->w - 4 : CONTEST_COLUMNS};
	struct area lead = {.y = room->y + 1, .x = 1, .h = 2, .w = room->w - 2};
	char when[DATES_LEN];
	char *about;
	int y;

	form_begin(&c->form, room);
	paint_text(room->y, 1, room->w - 2, STYLE_TITLE, _("Contester cet accès"));
	dates_time(lang_now(), c->at_ms, when);
	about = mem_printf("%s · %s", c->name, when);
	if (room->h >= 12)
		paint_text(lead.y++, 1, lead.w, STYLE_LABEL, about);
	free(about);
	lead.y += room->h >= 12;
	y = lead.y +
	    wrap_draw(&lead, STYLE_PLAIN, _("Que voulez-vous demander à l'établissement ?"));
	box.y = y;
	box.h = room->h >= 9 ? CONTEST_ROWS : room->h - 4;
	if (room->h > 18)
		box.h = room->h - 10 < 10 ? room->h - 10 : 10;
	form_draw_box(&c->form, CONTEST_QUESTION, &box);
	y += box.h;
	screen_contest_draw_count(c, y++, box.x, box.w);
	y += room->h >= 12;
	form_draw(&c->form, CONTEST_SEND, y, box.x, form_width(&c->form, CONTEST_SEND));
	form_draw(&c->form, CONTEST_CANCEL, y, box.x + form_width(&c->form, CONTEST_SEND) + 3,
	    form_width(&c->form, CONTEST_CANCEL));
	form_end(&c->form);
}

/* --------------------------------------------------------------------- keys */

static void
screen_contest_result(struct screen_contest *c, enum form_result r)
{
	if (r == FORM_CHANGED)
		listing_tell_full(&c->base, &c->form);
	if (r != FORM_PRESSED)
		return;
	if (c->form.focus == CONTEST_CANCEL)
		app_pop(c->base.app, &c->base);
	else
		screen_contest_send(c);
}

static bool
screen_contest_event(struct screen *s, const struct event *ev)
{
	struct screen_contest *c = screen_contest(s);
	enum form_result r;

	/* a question that was sent cannot be taken back by not waiting for it */
	if (app_waits(s) && ev->type != EVENT_MOUSE)
		return ev->type == EVENT_PASTE || ev->key == K_ESC;
	r = form_event(&c->form, ev);
	screen_contest_result(c, r);
	return r != FORM_IGNORED;
}

static void
screen_contest_act(struct screen *s, enum action a)
{
	if (a == ACTION_BACK)
		app_pop(s->app, s);
	else
		screen_contest_result(screen_contest(s), form_act(&screen_contest(s)->form, a));
}

static bool
screen_contest_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct screen_contest *)s)->form);
}

static const struct screen_ops screen_contest_ops = {
    .name = "contest",
    .title = N_("Contester cet accès"),
    .about = N_("Écrivez votre question à l'établissement : elle y est envoyée avec le numéro de "
		"l'accès. La réponse paraîtra dans le détail de cet accès."),
    .contexts = CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_HISTORY,
    .free = screen_contest_free,
    .draw = screen_contest_draw,
    .event = screen_contest_event,
    .act = screen_contest_act,
    .wants_text = screen_contest_wants_text,
};

struct screen *
screen_contest_new(struct app *app, struct screen *access, const struct access_detail *d)
{
	struct screen_contest *c = mem_new(sizeof(*c));

	c->base.ops = &screen_contest_ops;
	c->base.app = app;
	c->access = access;
	c->number = d->row.number;
	c->at_ms = d->row.at_ms;
	c->name = professional_name(d->row.given_name, d->row.family_name);
	field_init(&c->question, FIELD_TEXT, ACCESS_QUESTION_MAX);
	c->items[CONTEST_QUESTION] = (struct item){.kind = ITEM_FIELD, .field = &c->question};
	c->items[CONTEST_SEND] = (struct item){.kind = ITEM_BUTTON, .label = N_("Envoyer")};
	c->items[CONTEST_CANCEL] = (struct item){.kind = ITEM_BUTTON, .label = N_("Annuler")};
	c->form =
	    (struct form){.items = c->items, .n = N_CONTEST_ITEMS, .touch = app_is_kiosk(app)};
	return &c->base;
}
