/* SPDX-License-Identifier: MIT */
/*
 * A heading and a text that scrolls.
 */
#include "client/screen/text.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/model/session.h"
#include "client/tr.h"
#include "client/widget/pager.h"
#include "client/widget/wrap.h"
#include "common/mem.h"

struct screen_text {
	struct screen base;
	struct screen_ops ops; /* its name and section are the caller's */
	struct pager pager;
	char *heading, *text;
};

static struct screen_text *
screen_text(struct screen *s)
{
	return (struct screen_text *)s;
}

static void
screen_text_free(struct screen *s)
{
	struct screen_text *t = screen_text(s);

	pager_release(&t->pager);
	session_text_free(&t->heading);
	session_text_free(&t->text);
	free(t);
}

static void
screen_text_draw(struct screen *s, const struct area *room)
{
	struct screen_text *t = screen_text(s);
	struct area a = {.y = room->y, .x = 2, .h = room->h, .w = room->w - 4};
	int rows = wrap_draw(&a, STYLE_TITLE, t->heading);

	if (room->h >= 12)
		rows++;
	a.y += rows;
	a.h -= rows;
	if (a.h <= 0)
		return;
	pager_draw(&t->pager, &a);
	pager_tell_more(&t->pager);
}

static bool
screen_text_event(struct screen *s, const struct event *ev)
{
	return screen_text_wheel(&screen_text(s)->pager, ev);
}

bool
screen_text_wheel(struct pager *p, const struct event *ev)
{
	if (ev->type != EVENT_MOUSE ||
	    (ev->mouse != MOUSE_WHEEL_UP && ev->mouse != MOUSE_WHEEL_DOWN))
		return false;
	pager_scroll(p, ev->mouse == MOUSE_WHEEL_UP ? -3 : 3);
	return true;
}

bool
screen_text_scroll(struct pager *p, enum action a)
{
	switch (a) {
	case ACTION_UP:
		pager_scroll(p, -1);
		return true;
	case ACTION_DOWN:
		pager_scroll(p, 1);
		return true;
	case ACTION_SCROLL_UP:
		pager_page(p, -1);
		return true;
	case ACTION_SCROLL_DOWN:
		pager_page(p, 1);
		return true;
	case ACTION_FIRST:
		pager_home(p);
		return true;
	case ACTION_LAST:
		pager_end(p);
		return true;
	default:
		return false;
	}
}

static void
screen_text_act(struct screen *s, enum action a)
{
	if (screen_text_scroll(&screen_text(s)->pager, a))
		return;
	if (a == ACTION_BACK || a == ACTION_BACK_LIST)
		app_pop(s->app, s);
}

static const struct screen_ops screen_text_ops = {
    .title = N_("Lecture"),
    .about = N_("Lisez avec les flèches ou Espace ; Échap revient à la liste."),
    .contexts = CTX_TEXT,
    .free = screen_text_free,
    .draw = screen_text_draw,
    .event = screen_text_event,
    .act = screen_text_act,
};

struct screen *
screen_text_new(struct app *app, const struct text_page *page)
{
	struct screen_text *t = mem_new(sizeof(*t));

	t->ops = screen_text_ops;
	t->ops.name = page->name;
	if (session_is_open(app_session(app)))
		t->ops.contexts |= CTX_SPACE;
	t->base.ops = &t->ops;
	t->base.app = app;
	t->heading = mem_strdup(page->heading);
	t->text = mem_strdup(page->text);
	pager_init(&t->pager);
	pager_set(&t->pager, t->text, strlen(t->text));
	return &t->base;
}
