/* SPDX-License-Identifier: MIT */
/*
 * 4 FAQ: the operator's questions, all or those that a search leaves; a question
 * opens its answer. The same inside the personal space and without signing in.
 */
#include "client/screen/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/model/faq.h"
#include "client/model/session.h"
#include "client/screen/listing.h"
#include "client/screen/text.h"
#include "client/tr.h"
#include "client/widget/form.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"
#include "proto/account.pb-c.h"

#define FAQ_SEARCH_MAX	   60
#define FAQ_SEARCH_COLUMNS 34

enum faq_item { FAQ_WORDS, FAQ_ROWS, N_FAQ_ITEMS };

enum faq_column { FAQ_SECTION, FAQ_QUESTION };

static const struct table_column faq_columns[] = {
    {.title = N_("Rubrique"), .least = 14, .ideal = 24, .drop = 1},
    {.title = N_("Question"), .least = 30, .ideal = 46, .stretch = true},
};

struct screen_faq {
	struct screen base;
	struct form form;
	struct item items[N_FAQ_ITEMS];
	struct field words;
	struct table table;
	struct faq model;
	bool missing; /* asked while there was no connection */
	char language[4];
};

static struct screen_faq *
screen_faq(struct screen *s)
{
	return (struct screen_faq *)s;
}

static void
screen_faq_free(struct screen *s)
{
	faq_release(&screen_faq(s)->model);
	field_release(&screen_faq(s)->words);
	free(s);
}

/* ------------------------------------------------------------------ loading */

static void
screen_faq_search(struct screen_faq *f)
{
	if (!f->model.complete)
		return;
	faq_search(&f->model, field_text(&f->words));
	f->table.n_rows = f->model.n_found;
	f->items[FAQ_ROWS].hidden = f->model.n_found == 0;
	table_select(&f->table, 0);
}

static void
screen_faq_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_faq *f = screen_faq(s);

	if (err == -EM_E_CLOSED) {
		f->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else if (!faq_take(&f->model, (const Emage__HelpFaqReply *)msg, more)) {
		app_forget_all(s);
		faq_release(&f->model);
		app_message_error(s->app, -EM_E_PROTOCOL, NULL);
	} else if (!more) {
		screen_faq_search(f);
		form_focus(&f->form, f->model.n_found > 0 ? FAQ_ROWS : FAQ_WORDS);
	}
}

static void
screen_faq_load(struct screen_faq *f)
{
	Emage__HelpFaqRequest r = EMAGE__HELP_FAQ_REQUEST__INIT;

	faq_release(&f->model);
	f->table.n_rows = 0;
	snprintf(f->language, sizeof(f->language), "%s", app_language(f->base.app));
	r.language = f->language;
	f->missing = app_call(&f->base, METHOD_help_faq, &r.base, CALL_WAIT, screen_faq_done) == 0;
}

static void
screen_faq_resumed(struct screen *s)
{
	if (screen_faq(s)->missing)
		screen_faq_load(screen_faq(s));
}

/* ------------------------------------------------------------------ drawing */

static const char *
screen_faq_cell(void *arg, size_t row, size_t column, int width)
{
	const struct faq_entry *e = faq_found(&((struct screen_faq *)arg)->model, row);

	(void)width;
	return column == FAQ_SECTION ? e->section : e->question;
}

static void
screen_faq_draw_none(const struct screen_faq *f, int y, int x)
{
	if (f->missing || app_waits(&f->base))
		paint_text(y, x, 60, STYLE_PLAIN, _("Chargement…"));
	else if (f->model.complete)
		paint_text(y, x, 60, STYLE_PLAIN, _("Aucun résultat"));
}

static void
screen_faq_draw(struct screen *s, const struct area *room)
{
	struct screen_faq *f = screen_faq(s);
	bool roomy = room->h >= 12;
	const char *label = _("Chercher :");
	int at = 2 + (int)text_width(label) + 1;
	struct area list = {.y = room->y, .x = 0, .w = room->w};
	int w = room->w - at - 2;

	if (strcmp(f->language, app_language(s->app)) != 0) /* another was chosen */
		screen_faq_load(f);
	form_begin(&f->form, room);
	if (roomy)
		paint_text(list.y++, 1, room->w - 2, STYLE_TITLE, _("Foire aux questions"));
	paint_text(list.y, 1, at - 1, STYLE_LABEL, label);
	form_draw(&f->form, FAQ_WORDS, list.y, at, w < FAQ_SEARCH_COLUMNS ? w : FAQ_SEARCH_COLUMNS);
	list.y += roomy ? 2 : 1;
	list.h = room->y + room->h - list.y;
	if (f->table.n_rows == 0) {
		screen_faq_draw_none(f, list.y, 1);
		f->table.place = (struct area){0};
	} else {
		table_draw(
		    &f->table, &list, f->form.focus == FAQ_ROWS ? TABLE_ON_ROWS : TABLE_NO_FOCUS);
	}
	f->items[FAQ_ROWS].hidden = f->table.n_rows == 0;
	f->items[FAQ_ROWS].place = f->table.place;
	if (f->items[FAQ_ROWS].hidden && f->form.focus == FAQ_ROWS)
		form_focus(&f->form, FAQ_WORDS);
	form_end(&f->form);
}

/* --------------------------------------------------------------------- keys */

static void
screen_faq_open(struct screen_faq *f)
{
	const struct faq_entry *e;

	if (f->table.n_rows == 0)
		return;
	e = faq_found(&f->model, f->table.selected);
	app_push(f->base.app, screen_text_new(f->base.app, &(struct text_page){
							       .name = "answer",
							       .heading = e->question,
							       .text = e->answer,
							   }));
}

static void
screen_faq_used(struct screen_faq *f, enum form_result r)
{
	if (r == FORM_CHANGED && f->form.focus == FAQ_WORDS)
		screen_faq_search(f);
	if (r != FORM_PRESSED)
		return;
	if (f->form.focus == FAQ_ROWS)
		screen_faq_open(f);
	else if (f->table.n_rows > 0)
		form_focus(&f->form, FAQ_ROWS);
	else if (f->model.complete)
		app_message(f->base.app, MESSAGE_WARN, "%s",
		    _("Aucune question ne contient ces mots : essayez-en d'autres."));
}

static bool
screen_faq_event(struct screen *s, const struct event *ev)
{
	enum form_result r = form_event(&screen_faq(s)->form, ev);

	listing_tell_full(s, &screen_faq(s)->form);

	screen_faq_used(screen_faq(s), r);
	return r != FORM_IGNORED;
}

/* Esc takes back the search before it leaves. */
static void
screen_faq_back(struct screen_faq *f)
{
	if (field_is_empty(&f->words)) {
		app_pop(f->base.app, &f->base);
		return;
	}
	field_clear(&f->words);
	screen_faq_search(f);
	if (f->table.n_rows > 0)
		form_focus(&f->form, FAQ_ROWS);
}

static void
screen_faq_step(struct screen_faq *f, int step)
{
	for (size_t n = table_rows_shown(&f->table); n > 0; n--)
		table_move(&f->table, step);
}

static void
screen_faq_act(struct screen *s, enum action a)
{
	struct screen_faq *f = screen_faq(s);

	switch (a) {
	case ACTION_FIND:
		form_focus(&f->form, FAQ_WORDS);
		break;
	case ACTION_SCROLL_DOWN:
		screen_faq_step(f, 1);
		break;
	case ACTION_SCROLL_UP:
		screen_faq_step(f, -1);
		break;
	case ACTION_FIRST:
		table_select(&f->table, 0);
		break;
	case ACTION_LAST:
		if (f->table.n_rows > 0)
			table_select(&f->table, f->table.n_rows - 1);
		break;
	case ACTION_BACK:
	case ACTION_BACK_LIST:
		screen_faq_back(f);
		break;
	default:
		screen_faq_used(f, form_act(&f->form, a));
	}
}

static bool
screen_faq_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct screen_faq *)s)->form);
}

#define FAQ_ABOUT                                                                                  \
	N_("Cette rubrique vous donne accès à la foire aux questions du site. Choisissez une "   \
	   "question avec les flèches, puis Entrée. Quelques lettres dans « Chercher » ne "    \
	   "laissent que les questions qui "                                                       \
	   "les "                                                                                  \
	   "contiennent.")

static const struct screen_ops screen_faq_outside_ops = {
    .name = "faq",
    .title = N_("Foire aux questions"),
    .about = FAQ_ABOUT,
    .contexts = CTX_FORM | CTX_TEXT | CTX_FAQ,
    .free = screen_faq_free,
    .draw = screen_faq_draw,
    .event = screen_faq_event,
    .act = screen_faq_act,
    .wants_text = screen_faq_wants_text,
    .resumed = screen_faq_resumed,
};

static const struct screen_ops screen_faq_inside_ops = {
    .name = "faq",
    .title = N_("Foire aux questions"),
    .about = FAQ_ABOUT,
    .contexts = CTX_FORM | CTX_TEXT | CTX_FAQ | CTX_SPACE,
    .section = ACTION_SECTION_FAQ,
    .free = screen_faq_free,
    .draw = screen_faq_draw,
    .event = screen_faq_event,
    .act = screen_faq_act,
    .wants_text = screen_faq_wants_text,
    .resumed = screen_faq_resumed,
};

struct screen *
screen_faq_new(struct app *app)
{
	struct screen_faq *f = mem_new(sizeof(*f));

	f->base.ops =
	    session_is_open(app_session(app)) ? &screen_faq_inside_ops : &screen_faq_outside_ops;
	f->base.app = app;
	field_init(&f->words, FIELD_TEXT, FAQ_SEARCH_MAX);
	f->table = (struct table){
	    .columns = faq_columns,
	    .n_columns = ARRAY_LEN(faq_columns),
	    .cell = screen_faq_cell,
	    .arg = f,
	    .wraps = true,
	};
	f->items[FAQ_WORDS] = (struct item){.kind = ITEM_FIELD, .field = &f->words};
	f->items[FAQ_ROWS] = (struct item){.kind = ITEM_ROWS, .table = &f->table, .hidden = true};
	f->form = (struct form){.items = f->items, .n = N_FAQ_ITEMS, .touch = app_is_kiosk(app)};
	screen_faq_load(f);
	return &f->base;
}
