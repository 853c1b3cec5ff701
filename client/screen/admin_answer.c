/* SPDX-License-Identifier: MIT */
/*
 * Administration: the answer to a patient's question about an access. It is asked for
 * once more before it is sent, since it cannot be taken back.
 */
#include "client/screen/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/session.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "client/widget/wrap.h"
#include "common/err.h"
#include "common/mem.h"

#define ANSWER_MAX	   2000
#define ANSWER_AUTHOR_MAX  100
#define ANSWER_COLUMNS	   76
#define ANSWER_AUTHOR_COLS 40
/* rows beside the question and the box: heading, who, author, buttons, gaps */
#define ANSWER_OTHER_ROWS 6

enum answer_item { ANSWER_AUTHOR, ANSWER_TEXT, ANSWER_SEND, ANSWER_CANCEL, N_ANSWER_ITEMS };

struct screen_answer {
	struct screen base;
	Emage__Contest *contest;
	struct field author, answer;
	struct form form;
	struct item items[N_ANSWER_ITEMS];
};

static struct screen_answer *
screen_answer(struct screen *s)
{
	return (struct screen_answer *)s;
}

static void
answer_free(struct screen *s)
{
	struct screen_answer *a = screen_answer(s);

	emage__contest__free_unpacked(a->contest, NULL);
	field_release(&a->author);
	field_release(&a->answer);
	free(a);
}

/* ------------------------------------------------------------------- sending */

static void
answer_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app *app = s->app;

	(void)msg;
	(void)more;
	if (err < 0 && err != -EM_E_EXISTS) {
		app_message_error(app, err, e);
		return;
	}
	app_pop(app, s);
	if (err < 0)
		app_message(app, MESSAGE_WARN, "%s",
		    _("Quelqu'un a répondu entre-temps : votre réponse n'a pas été envoyée."));
	else
		app_message(app, MESSAGE_INFO, "%s",
		    _("Réponse enregistrée : le patient la lit dans le détail de l'accès."));
}

static void
answer_confirmed(struct screen *s)
{
	Emage__AdminContestAnswerRequest r = EMAGE__ADMIN_CONTEST_ANSWER_REQUEST__INIT;
	struct screen_answer *a = screen_answer(s);

	r.contest_id = a->contest->contest_id;
	r.author = (char *)(uintptr_t)field_text(&a->author);
	r.answer = (char *)(uintptr_t)field_text(&a->answer);
	if (app_call(s, METHOD_admin_contest_answer, &r.base, CALL_WAIT, answer_done) == 0)
		app_message(
		    s->app, MESSAGE_WARN, "%s", _("Pas de connexion : rien n'a été envoyé."));
}

static bool
answer_is_blank(const struct field *f)
{
	return field_text(f)[strspn(field_text(f), " ")] == '\0';
}

static void
answer_send(struct screen_answer *a)
{
	struct app *app = a->base.app;

	if (app_waits(&a->base))
		return;
	if (answer_is_blank(&a->author)) {
		form_focus(&a->form, ANSWER_AUTHOR);
		app_message(app, MESSAGE_ERROR, "%s",
		    _("Indiquez qui répond : le patient le lit avec la réponse."));
		return;
	}
	if (answer_is_blank(&a->answer)) {
		form_focus(&a->form, ANSWER_TEXT);
		app_message(app, MESSAGE_ERROR, "%s", _("Écrivez la réponse au patient."));
		return;
	}
	app_push(app,
	    screen_question_new(&a->base, N_("Répondre au patient"),
		mem_strdup(_("Le patient lira cette réponse dans le détail de l'accès. Elle ne "
			     "pourra plus être modifiée.")),
		N_("Ne pas envoyer"), N_("Envoyer"), answer_confirmed));
}

/* ------------------------------------------------------------------ drawing */

/* Rows used: the access, and what the patient asks of it. */
static int
answer_draw_question(const struct screen_answer *a, const struct area *room)
{
	const Emage__Contest *c = a->contest;
	struct area text = {.y = room->y + 1, .x = 1, .w = room->w - 2};
	char when[DATES_LEN];
	char *about;

	dates_time(lang_now(), c->access_at_ms, when);
	about = mem_printf("%s%s%s · %s", c->professional, *c->establishment ? " · " : "",
	    c->establishment, when);
	paint_text(text.y++, 1, text.w, STYLE_LABEL, about);
	free(about);
	text.h = room->h - ANSWER_OTHER_ROWS - 3;
	if (text.h < 1)
		text.h = 1;
	return text.y - room->y + wrap_draw(&text, STYLE_PLAIN, c->question);
}

static void
answer_draw(struct screen *s, const struct area *room)
{
	struct screen_answer *a = screen_answer(s);
	struct area box = {.x = 2, .w = room->w - 4 < ANSWER_COLUMNS ? room->w - 4 : ANSWER_COLUMNS};
	char *heading = mem_printf(_("Question %s"), a->contest->reference);
	int y, at, w;

	form_begin(&a->form, room);
	paint_text(room->y, 1, room->w - 2, STYLE_TITLE, heading);
	free(heading);
	y = room->y + answer_draw_question(a, room);
	y += room->h >= 14;
	at = 1 + paint_text(y, 1, room->w - 2, STYLE_LABEL, _("Réponse de :")) + 1;
	w = room->w - at - 1 < ANSWER_AUTHOR_COLS ? room->w - at - 1 : ANSWER_AUTHOR_COLS;
	form_draw(&a->form, ANSWER_AUTHOR, y++, at, w);
	box.y = y;
	box.h = room->y + room->h - y - 1 - (room->h >= 14);
	box.h = box.h > 10 ? 10 : box.h < 2 ? 2 : box.h;
	form_draw_box(&a->form, ANSWER_TEXT, &box);
	y += box.h + (room->h >= 14);
	w = form_width(&a->form, ANSWER_SEND);
	form_draw(&a->form, ANSWER_SEND, y, box.x, w);
	form_draw(
	    &a->form, ANSWER_CANCEL, y, box.x + w + 3, form_width(&a->form, ANSWER_CANCEL));
	form_end(&a->form);
}

/* --------------------------------------------------------------------- keys */

static void
answer_result(struct screen_answer *a, enum form_result r)
{
	if (r == FORM_CHANGED)
		listing_tell_full(&a->base, &a->form);
	if (r != FORM_PRESSED)
		return;
	if (a->form.focus == ANSWER_CANCEL)
		app_pop(a->base.app, &a->base);
	else if (a->form.focus == ANSWER_AUTHOR)
		form_focus(&a->form, ANSWER_TEXT);
	else
		answer_send(a);
}

static bool
answer_event(struct screen *s, const struct event *ev)
{
	enum form_result r;

	/* an answer that was sent cannot be taken back by not waiting for it */
	if (app_waits(s) && ev->type != EVENT_MOUSE)
		return ev->type == EVENT_PASTE || ev->key == K_ESC;
	r = form_event(&screen_answer(s)->form, ev);
	answer_result(screen_answer(s), r);
	return r != FORM_IGNORED;
}

static void
answer_act(struct screen *s, enum action a)
{
	if (a == ACTION_BACK)
		app_pop(s->app, s);
	else
		answer_result(screen_answer(s), form_act(&screen_answer(s)->form, a));
}

static bool
answer_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct screen_answer *)s)->form);
}

static const struct screen_ops answer_ops = {
    .name = "admin-answer",
    .title = N_("Répondre au patient"),
    .about = N_("Entrez la réponse de l'établissement, et qui répond. Le patient la lit dans le "
		"détail de l'accès ; elle ne peut plus être modifiée."),
    .contexts = CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_CONTESTS,
    .free = answer_free,
    .draw = answer_draw,
    .event = answer_event,
    .act = answer_act,
    .wants_text = answer_wants_text,
};

struct screen *
screen_admin_answer_new(struct app *app, const Emage__Contest *c)
{
	struct screen_answer *a = mem_new(sizeof(*a));

	a->base.ops = &answer_ops;
	a->base.app = app;
	a->contest = (Emage__Contest *)admin_keep(&c->base);
	field_init(&a->author, FIELD_TEXT, ANSWER_AUTHOR_MAX);
	field_init(&a->answer, FIELD_TEXT, ANSWER_MAX);
	field_set(&a->author, a->contest->establishment);
	a->items[ANSWER_AUTHOR] = (struct item){.kind = ITEM_FIELD, .field = &a->author};
	a->items[ANSWER_TEXT] = (struct item){.kind = ITEM_FIELD, .field = &a->answer};
	a->items[ANSWER_SEND] = (struct item){.kind = ITEM_BUTTON, .label = N_("Envoyer")};
	a->items[ANSWER_CANCEL] = (struct item){.kind = ITEM_BUTTON, .label = N_("Annuler")};
	a->form = (struct form){.items = a->items,
	    .n = N_ANSWER_ITEMS,
	    .focus = ANSWER_TEXT,
	    .touch = app_is_kiosk(app)};
	return &a->base;
}
