/* SPDX-License-Identifier: MIT */
/*
 * Choosing a series: a list over the picture.
 */
#include "client/screen/viewer.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/tr.h"
#include "common/mem.h"

#define LIST_WIDTH 64

struct viewer_list {
	struct screen base;
	struct viewer *viewer; /* below on the stack: outlives this screen */
	size_t at, top;
	struct area box; /* where the rows are, as last drawn */
};

static void
list_row(const struct viewer_list *l, size_t i, int y)
{
	const struct study_series *r = &l->viewer->study.series[i];
	enum style style = i == l->at ? STYLE_FOCUS : STYLE_PLAIN;
	char s[320], words[160], n[48];

	viewer_series_words(r, words, sizeof(words));
	snprintf(
	    s, sizeof(s), "%c%2zu  %-3.8s %s", i == l->at ? '>' : ' ', i + 1, r->modality, words);
	snprintf(n, sizeof(n), ngettext("%u image", "%u images", r->n_frames), r->n_frames);
	paint_cell(y, l->box.x, l->box.w - 14, style, s);
	paint_right(y, l->box.x + l->box.w - 14, 14, style, n);
}

static void
list_draw(struct screen *s, const struct area *room)
{
	struct viewer_list *l = (struct viewer_list *)s;
	size_t n = l->viewer->study.n_series;
	struct area outer = {.w = room->w < LIST_WIDTH ? room->w : LIST_WIDTH};
	size_t rows;

	outer.h = (int)n + 4 < room->h ? (int)n + 4 : room->h;
	outer.y = room->y + (room->h - outer.h) / 2;
	outer.x = room->x + (room->w - outer.w) / 2;
	paint_blank(&outer);
	paint_box(&outer);
	paint_text(outer.y + 1, outer.x + 2, outer.w - 4, STYLE_TITLE, _("Choisir une série"));
	l->box =
	    (struct area){.y = outer.y + 2, .x = outer.x + 1, .h = outer.h - 3, .w = outer.w - 2};
	rows = l->box.h > 0 ? (size_t)l->box.h : 1;
	if (l->at < l->top)
		l->top = l->at;
	if (l->at >= l->top + rows)
		l->top = l->at - rows + 1;
	for (size_t i = l->top; i < n && i < l->top + rows; i++)
		list_row(l, i, l->box.y + (int)(i - l->top));
	paint_cursor(l->box.y + (int)(l->at - l->top), l->box.x);
}

static void
list_choose(struct viewer_list *l, size_t i)
{
	struct viewer *v = l->viewer;

	app_pop(l->base.app, &l->base);
	viewer_choose_series(v, i);
}

static void
list_act(struct screen *s, enum action a)
{
	struct viewer_list *l = (struct viewer_list *)s;
	size_t n = l->viewer->study.n_series, page = l->box.h > 1 ? (size_t)l->box.h - 1 : 1;

	switch (a) {
	case ACTION_UP:
		l->at -= l->at > 0;
		break;
	case ACTION_DOWN:
		l->at += l->at + 1 < n;
		break;
	case ACTION_PAGE_PREVIOUS:
		l->at = l->at > page ? l->at - page : 0;
		break;
	case ACTION_PAGE_NEXT:
		l->at = l->at + page < n ? l->at + page : n - 1;
		break;
	case ACTION_FIRST:
		l->at = 0;
		break;
	case ACTION_LAST:
		l->at = n - 1;
		break;
	case ACTION_ACTIVATE:
		list_choose(l, l->at);
		break;
	case ACTION_BACK:
	case ACTION_BACK_LIST:
		app_pop(s->app, s);
		break;
	default:
		break;
	}
}

static bool
list_can(const struct screen *s, enum action a)
{
	(void)s;
	return a != ACTION_FILTER && a != ACTION_SORT && a != ACTION_SORT_ORDER &&
	       a != ACTION_REFRESH;
}

static bool
list_event(struct screen *s, const struct event *ev)
{
	struct viewer_list *l = (struct viewer_list *)s;
	size_t i;

	if (ev->type != EVENT_MOUSE || ev->mouse != MOUSE_PRESS)
		return false;
	if (ev->y < l->box.y || ev->y >= l->box.y + l->box.h || ev->x < l->box.x ||
	    ev->x >= l->box.x + l->box.w)
		return false;
	i = l->top + (size_t)(ev->y - l->box.y);
	if (i < l->viewer->study.n_series)
		list_choose(l, i);
	return true;
}

static void
list_free(struct screen *s)
{
	free(s);
}

static const struct screen_ops list_ops = {
    .name = "series",
    .title = N_("Choisir une série"),
    .about = N_("Un examen se compose de séries d'images : coupes dans plusieurs directions, "
		"avant et après injection, et ainsi de suite."),
    .contexts = CTX_LIST,
    .overlay = true,
    .free = list_free,
    .draw = list_draw,
    .event = list_event,
    .act = list_act,
    .can = list_can,
};

struct screen *
viewer_list_new(struct viewer *v)
{
	struct viewer_list *l = mem_new(sizeof(*l));

	l->base.ops = &list_ops;
	l->base.app = v->base.app;
	l->viewer = v;
	l->at = v->series;
	return &l->base;
}
