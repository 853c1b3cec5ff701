/* SPDX-License-Identifier: MIT */
/*
 * One access of the history: which exam, where, until when, and the question
 * that the patient may ask about it.
 */
#include "client/screen/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/screen/text.h"
#include "client/tr.h"
#include "client/widget/pager.h"
#include "common/err.h"
#include "common/mem.h"

enum access_item { ACCESS_TEXT, ACCESS_CONTEST, ACCESS_BACK, N_ACCESS_ITEMS };

struct screen_access {
	struct screen base;
	struct screen *history; /* below on the stack */
	uint64_t number;
	struct access_detail detail;
	bool missing, absent;
	struct pager pager;
	char *text;
	const char *language; /* that the text is in */
	struct form form;
	struct item items[N_ACCESS_ITEMS];
};

static struct screen_access *
screen_access(struct screen *s)
{
	return (struct screen_access *)s;
}

static void
screen_access_free(struct screen *s)
{
	struct screen_access *a = screen_access(s);

	pager_release(&a->pager);
	access_detail_release(&a->detail);
	free(a->text);
	free(a);
}

/* ------------------------------------------------------------------- asking */

static void
screen_access_write(struct screen_access *a)
{
	free(a->text);
	a->text = access_text(&a->detail);
	a->language = lang_now();
	pager_set(&a->pager, a->text, strlen(a->text));
	a->items[ACCESS_CONTEST].hidden = !access_detail_may_contest(&a->detail);
}

static void
screen_access_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_access *a = screen_access(s);
	struct screen_history *h = (struct screen_history *)a->history;

	(void)more;
	if (err == -EM_E_CLOSED) {
		a->missing = true;
		return;
	}
	if (err == 0 && !access_detail_take(&a->detail, (const Emage__AccessGetReply *)msg))
		err = -EM_E_PROTOCOL;
	if (err < 0) {
		a->absent = true;
		app_message_error(s->app, err, e);
		return;
	}
	accesses_mark(&h->model, a->number, a->detail.row.contest);
	screen_access_write(a);
}

static void
screen_access_ask(struct screen_access *a)
{
	Emage__AccessGetRequest r = EMAGE__ACCESS_GET_REQUEST__INIT;

	r.number = a->number;
	a->missing =
	    app_call(&a->base, METHOD_access_get, &r.base, CALL_WAIT, screen_access_done) == 0;
}

static void
screen_access_resumed(struct screen *s)
{
	if (screen_access(s)->missing)
		screen_access_ask(screen_access(s));
}

void
screen_access_contested(struct screen *s, const char *reference)
{
	struct screen_access *a = screen_access(s);

	accesses_mark(&((struct screen_history *)a->history)->model, a->number,
	    EMAGE__CONTEST_STATE__CONTEST_STATE_OPEN);
	a->detail.row.contest = EMAGE__CONTEST_STATE__CONTEST_STATE_OPEN;
	a->items[ACCESS_CONTEST].hidden = true;
	form_focus(&a->form, ACCESS_TEXT);
	screen_access_ask(a);
	if (reference[0])
		app_message(s->app, MESSAGE_INFO,
		    _("Votre question est envoyée sous la référence %s."), reference);
}

/* ------------------------------------------------------------------ drawing */

static void
screen_access_draw_buttons(struct screen_access *a, int y)
{
	int x = 2;

	if (!a->items[ACCESS_CONTEST].hidden) {
		form_draw(&a->form, ACCESS_CONTEST, y, x, form_width(&a->form, ACCESS_CONTEST));
		x += form_width(&a->form, ACCESS_CONTEST) + 3;
	}
	form_draw(&a->form, ACCESS_BACK, y, x, form_width(&a->form, ACCESS_BACK));
}

static void
screen_access_draw(struct screen *s, const struct area *room)
{
	struct screen_access *a = screen_access(s);
	struct area text = {.y = room->y + 1, .x = 1, .h = room->h - 3, .w = room->w - 2};
	char title[96];

	if (room->h >= 12) {
		text.y++;
		text.h--;
	}
	form_begin(&a->form, room);
	snprintf(title, sizeof(title), _("Accès n° %llu"), (unsigned long long)a->number);
	paint_text(room->y, 1, room->w - 2, STYLE_TITLE, title);
	screen_access_draw_buttons(a, room->y + room->h - 1);
	if (!a->detail.loaded) {
		paint_text(text.y, 1, text.w, STYLE_PLAIN, a->absent ? "" : _("Chargement…"));
	} else {
		int y = 0, x = 0;
		bool kept = paint_cursor_wanted(&y, &x);

		if (a->language != lang_now())
			screen_access_write(a);
		pager_draw(&a->pager, &text);
		pager_tell_more(&a->pager);
		if (kept && a->form.focus != ACCESS_TEXT)
			paint_cursor(y, x);
	}
	a->items[ACCESS_TEXT].place = text;
	if (a->form.focus == ACCESS_TEXT)
		paint_cursor(text.y, text.x);
	form_end(&a->form);
}

/* --------------------------------------------------------------------- keys */

static void
screen_access_contest(struct screen_access *a)
{
	if (!access_detail_may_contest(&a->detail))
		return;
	app_push(a->base.app, screen_contest_new(a->base.app, &a->base, &a->detail));
}

static void
screen_access_result(struct screen_access *a, enum form_result r)
{
	if (r != FORM_PRESSED)
		return;
	if (a->form.focus == ACCESS_CONTEST)
		screen_access_contest(a);
	else if (a->form.focus == ACCESS_BACK)
		app_pop(a->base.app, &a->base);
}

static bool
screen_access_event(struct screen *s, const struct event *ev)
{
	struct screen_access *a = screen_access(s);
	enum form_result r;

	if (screen_text_wheel(&a->pager, ev))
		return true;
	r = form_event(&a->form, ev);
	screen_access_result(a, r);
	return r != FORM_IGNORED;
}

static void
screen_access_act(struct screen *s, enum action action)
{
	struct screen_access *a = screen_access(s);

	/* the arrows go from button to button here */
	if (action != ACTION_UP && action != ACTION_DOWN && screen_text_scroll(&a->pager, action))
		return;
	if (action == ACTION_CONTEST)
		screen_access_contest(a);
	else if (action == ACTION_BACK || action == ACTION_BACK_LIST)
		app_pop(s->app, s);
	else
		screen_access_result(a, form_act(&a->form, action));
}

static bool
screen_access_can(const struct screen *s, enum action action)
{
	const struct screen_access *a = (const struct screen_access *)s;

	if (action == ACTION_CONTEST)
		return access_detail_may_contest(&a->detail);
	return true;
}

static const struct screen_ops screen_access_ops = {
    .name = "access",
    .title = N_("Détail d'un accès"),
    .about = N_("Qui a consulté vos examens, lequel, d'où, pour quel motif et jusqu'à quand. Si "
		"vous ne comprenez pas cet accès, contestez-le : votre question est envoyée à "
		"l'établissement, et sa réponse paraît ici."),
    .contexts = CTX_DETAIL | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_HISTORY,
    .free = screen_access_free,
    .draw = screen_access_draw,
    .event = screen_access_event,
    .act = screen_access_act,
    .can = screen_access_can,
    .resumed = screen_access_resumed,
};

struct screen *
screen_access_new(struct app *app, struct screen *history, uint64_t number)
{
	struct screen_access *a = mem_new(sizeof(*a));

	a->base.ops = &screen_access_ops;
	a->base.app = app;
	a->history = history;
	a->number = number;
	pager_init(&a->pager);
	a->items[ACCESS_TEXT] = (struct item){.kind = ITEM_TEXT, .pager = &a->pager};
	a->items[ACCESS_CONTEST] = (struct item){
	    .kind = ITEM_BUTTON,
	    .label = N_("Contester cet accès"),
	    .hidden = true,
	};
	a->items[ACCESS_BACK] = (struct item){.kind = ITEM_BUTTON, .label = N_("Retour")};
	a->form = (struct form){.items = a->items, .n = N_ACCESS_ITEMS, .touch = app_is_kiosk(app)};
	screen_access_ask(a);
	return &a->base;
}
