/* SPDX-License-Identifier: MIT */
/*
 * Home: in which region were the exams made?
 */
#include "client/screen/screen.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/app.h"
#include "client/clientconf.h"
#include "client/tr.h"
#include "client/widget/form.h"
#include "client/widget/rows.h"
#include "client/widget/wrap.h"
#include "client/words.h"
#include "common/mem.h"
#include "common/text.h"

#define HOME_BOX_ROWS 5
#define HOME_SENTENCE 256

struct screen_home {
	struct screen base;
	struct form form;
};

static struct screen_home *
screen_home(struct screen *s)
{
	return (struct screen_home *)s;
}

static void
screen_home_free(struct screen *s)
{
	free(screen_home(s)->form.items);
	free(s);
}

static void
screen_home_sentence(const struct screen_home *h, size_t i, char *sentence, size_t cap)
{
	snprintf(
	    sentence, cap, _("J'ai réalisé mes examens d'imagerie en %s"), h->form.items[i].label);
}

/* Rows of a box w columns wide: the region's name ends the sentence, so the longest decides. */
static int
screen_home_box_rows(const struct screen_home *h, int w)
{
	int rows = HOME_BOX_ROWS - 2;
	char sentence[HOME_SENTENCE];

	for (size_t i = 0; i < h->form.n; i++) {
		int need;

		screen_home_sentence(h, i, sentence, sizeof(sentence));
		need = wrap_rows(w - 6, sentence);
		rows = need > rows ? need : rows;
	}
	return rows + 2;
}

static void
screen_home_draw_region(struct screen_home *h, size_t i, const struct area *box)
{
	bool focused = h->form.focus == i;
	enum style style = focused ? STYLE_FOCUS : STYLE_PLAIN;
	struct area text = {.y = box->y, .x = box->x + 4, .h = box->h, .w = box->w - 6};
	char sentence[HOME_SENTENCE];
	int rows;

	if (box->h >= 3)
		screen_home_sentence(h, i, sentence, sizeof(sentence));
	else /* no room for more than the name and the key */
		snprintf(sentence, sizeof(sentence), "%zu %.200s", i + 1, h->form.items[i].label);
	rows = wrap_rows(text.w, sentence);
	if (box->h >= 3) {
		paint_box(box);
		text.y += rows < box->h - 1 ? (box->h - rows) / 2 : 1;
		text.h = box->h - 2;
	}
	wrap_draw(&text, style, sentence);
	if (focused) {
		paint_text(text.y, box->x + 2, 1, STYLE_TITLE, ">");
		paint_cursor(text.y, text.x);
	}
	h->form.items[i].place = *box;
}

/* What e-mage is, above the regions; what has no room whole is left out. */
static void
screen_home_draw_about(const struct area *room, int choices)
{
	const char *title = _("Vos images médicales accessibles facilement");
	const char *about = _(WORDS_HOME);
	int before = room->h > choices + 10 ? 3 : 2;
	int y = room->y + room->h - choices;
	struct area a = {.y = room->y, .x = 3, .h = room->h - before - choices, .w = room->w - 6};

	if (room->h > choices + 6) {
		paint_text(room->y + before - 2, (room->w - (int)text_width(title)) / 2, room->w,
		    STYLE_TITLE, title);
		a.y += before;
		if (wrap_rows(a.w, about) <= a.h)
			a.y += wrap_draw(&a, STYLE_PLAIN, about);
	}
	if (a.y < y)
		paint_text(y - 1, 3, room->w - 6, STYLE_PLAIN, _(WORDS_HOME_CHOICE));
}

static void
screen_home_draw(struct screen *s, const struct area *room)
{
	struct screen_home *h = screen_home(s);
	size_t n = h->form.n;
	int rows = (int)(n + 1) / 2;
	int w = (room->w - 9) / 2;
	int step = screen_home_box_rows(h, w) + 1;
	bool boxes = room->h >= rows * step && w >= 24;
	int y = room->y + room->h - (boxes ? step * rows : (int)n);

	form_begin(&h->form, room);
	screen_home_draw_about(room, boxes ? step * rows : (int)n);
	for (size_t i = 0; i < n; i++) {
		struct area box = {
		    .y = boxes ? y + (int)(i / 2) * step : y + (int)i,
		    .x = boxes ? 3 + (int)(i % 2) * (w + 3) : 1,
		    .h = boxes ? step - 1 : 1,
		    .w = boxes ? w : room->w - 2,
		};

		screen_home_draw_region(h, i, &box);
	}
	form_end(&h->form);
}

static void
screen_home_open(struct screen_home *h)
{
	app_open_region(h->base.app, h->form.focus);
	app_push(h->base.app, screen_signin_new(h->base.app));
}

static bool
screen_home_event(struct screen *s, const struct event *ev)
{
	struct screen_home *h = screen_home(s);
	enum form_result r;

	if (ev->type == EVENT_KEY && ev->key >= '1' && ev->key < '1' + h->form.n) {
		h->form.focus = ev->key - '1';
		screen_home_open(h);
		return true;
	}
	r = form_event(&h->form, ev);
	if (r == FORM_PRESSED)
		screen_home_open(h);
	return r != FORM_IGNORED;
}

static void
screen_home_act(struct screen *s, enum action a)
{
	struct app *app = s->app;

	if (a == ACTION_FAQ || a == ACTION_SUPPORT) { /* those of the region with the focus */
		app_open_region(app, screen_home(s)->form.focus);
		app_push(app, a == ACTION_FAQ ? screen_faq_new(app) : screen_support_new(app));
	} else if (form_act(&screen_home(s)->form, a) == FORM_PRESSED) {
		screen_home_open(screen_home(s));
	}
}

static bool
screen_home_can(const struct screen *s, enum action a)
{
	(void)s;
	return a != ACTION_BACK;
}

static const struct screen_ops screen_home_ops = {
    .name = "home",
    .title = N_("Page d'accueil"),
    .about = N_("Voici la page d'authentification e-mage.org, portail patient. Choisissez la "
		"région où vos examens "
		"d'imagerie ont été réalisés, avec les "
		"flèches puis Entrée, ou par son numéro."),
    .contexts = CTX_HOME | CTX_FORM | CTX_OUTSIDE,
    .free = screen_home_free,
    .draw = screen_home_draw,
    .event = screen_home_event,
    .act = screen_home_act,
    .can = screen_home_can,
};

struct screen *
screen_home_new(struct app *app)
{
	struct screen_home *h = mem_new(sizeof(*h));
	const struct clientconf *conf = app_conf(app);

	h->base.ops = &screen_home_ops;
	h->base.app = app;
	h->form.n = conf->n_regions;
	h->form.items = mem_new_array(conf->n_regions, sizeof(*h->form.items));
	for (size_t i = 0; i < conf->n_regions; i++) {
		h->form.items[i].kind = ITEM_BUTTON;
		h->form.items[i].label = conf->regions[i].name;
		h->form.items[i].literal = true;
	}
	return &h->base;
}
