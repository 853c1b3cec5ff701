/* SPDX-License-Identifier: MIT */
/*
 * Focus ring. Every key that is no typing comes as an action, so that help and
 * hints know it.
 */
#include "client/widget/form.h"

#include <string.h>

#include "client/tr.h"
#include "client/widget/rows.h"
#include "common/text.h"

static struct item *
form_item(struct form *f)
{
	return &f->items[f->focus];
}

/* Whether the focus can stand there. */
static bool
form_can_focus(const struct item *it)
{
	return !it->hidden;
}

static bool
form_move(struct form *f, int step)
{
	size_t i = f->focus;

	for (size_t k = 0; k < f->n; k++) {
		i = (i + f->n + (size_t)(step + (int)f->n)) % f->n;
		if (form_can_focus(&f->items[i])) {
			f->focus = i;
			return true;
		}
	}
	return false;
}

void
form_focus(struct form *f, size_t item)
{
	f->focus = item;
	if (!form_can_focus(form_item(f)))
		form_move(f, 1);
}

bool
form_wants_text(const struct form *f)
{
	const struct item *it = &f->items[f->focus];

	return it->kind == ITEM_FIELD || (it->kind == ITEM_CHOICE && it->choice->open);
}

/* ------------------------------------------------------------------- moving */

/* The nearest item above or below on the screen; the ring's order decides
 * among those of one row. */
static bool
form_move_row(struct form *f, int step)
{
	const struct item *here = form_item(f);
	size_t best = f->n;
	int best_cost = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct item *it = &f->items[i];
		int dy = (it->place.y - here->place.y) * step;
		int dx = it->place.x - here->place.x;
		int cost = dy * 256 + (dx < 0 ? -dx : dx);

		if (dy <= 0 || it->place.h == 0 || !form_can_focus(it))
			continue;
		if (best == f->n || cost < best_cost) {
			best = i;
			best_cost = cost;
		}
	}
	if (best == f->n)
		return form_move(f, step);
	f->focus = best;
	return true;
}

/* False at the ends of the text. */
static bool
form_scroll(struct pager *p, int step)
{
	size_t first, last, n;

	pager_where(p, &first, &last, &n);
	if (step < 0 ? first <= 1 : last >= n)
		return false;
	pager_scroll(p, step);
	return true;
}

static enum form_result
form_vertical(struct form *f, int step)
{
	struct item *it = form_item(f);

	if (it->kind == ITEM_ROWS && table_move(it->table, step))
		return FORM_USED;
	if (it->kind == ITEM_ROWS && step > 0)
		return FORM_USED; /* last row: stay */
	if (it->kind == ITEM_TEXT && form_scroll(it->pager, step))
		return FORM_USED;
	if (it->kind == ITEM_FIELD && it->place.h > 1 && box_move(it->field, it->place.w, step))
		return FORM_USED;
	form_move_row(f, step);
	return FORM_USED;
}

static enum form_result
form_horizontal(struct form *f, int step)
{
	struct item *it = form_item(f);

	if (it->kind == ITEM_HEADERS && table_move_header(it->table, step))
		return FORM_USED;
	if (it->kind == ITEM_ROWS)
		return FORM_USED;
	form_move(f, step);
	return FORM_USED;
}

static enum form_result
form_activate(struct form *f)
{
	struct item *it = form_item(f);

	switch (it->kind) {
	case ITEM_CHECK:
		*it->checked = !*it->checked;
		return FORM_CHANGED;
	case ITEM_CHOICE:
		choice_open(it->choice);
		return FORM_USED;
	case ITEM_TEXT:
		return FORM_USED;
	default:
		return FORM_PRESSED;
	}
}

enum form_result
form_act(struct form *f, enum action a)
{
	switch (a) {
	case ACTION_NEXT:
		form_move(f, 1);
		return FORM_USED;
	case ACTION_PREVIOUS:
		form_move(f, -1);
		return FORM_USED;
	case ACTION_UP:
		return form_vertical(f, -1);
	case ACTION_DOWN:
		return form_vertical(f, 1);
	case ACTION_LEFT:
		return form_horizontal(f, -1);
	case ACTION_RIGHT:
		return form_horizontal(f, 1);
	case ACTION_TICK:
		return form_item(f)->kind == ITEM_ROWS ? FORM_IGNORED : form_activate(f);
	case ACTION_ACTIVATE:
		return form_activate(f);
	default:
		return FORM_IGNORED;
	}
}

/* ------------------------------------------------------------------- events */

/* The thing at a place, or n. margin: rows beside it that count as well. */
static size_t
form_hit(const struct form *f, const struct event *ev, int margin)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct item *it = &f->items[i];
		const struct area *p = &it->place;

		if (!it->hidden && p->h > 0 && ev->y >= p->y - margin &&
		    ev->y < p->y + p->h + margin && ev->x >= p->x && ev->x < p->x + p->w)
			return i;
	}
	return f->n;
}

/* A press acts like focus and Enter; in a field it places the cursor. */
static enum form_result
form_mouse(struct form *f, const struct event *ev)
{
	struct item *it;
	size_t i;

	if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN) {
		it = form_item(f);
		if (it->kind != ITEM_ROWS)
			return FORM_IGNORED;
		table_move(it->table, ev->mouse == MOUSE_WHEEL_UP ? -1 : 1);
		return FORM_USED;
	}
	if (ev->mouse != MOUSE_PRESS)
		return FORM_IGNORED;
	i = form_hit(f, ev, 0);
	if (i == f->n && f->touch && ev->y >= f->room.y && ev->y < f->room.y + f->room.h)
		i = form_hit(f, ev, 1);
	if (i == f->n)
		return FORM_IGNORED;
	it = &f->items[i];
	if ((it->kind == ITEM_ROWS && !table_click_row(it->table, ev->y)) ||
	    (it->kind == ITEM_HEADERS && !table_click_header(it->table, ev->x)))
		return FORM_USED;
	f->focus = i;
	if (it->kind != ITEM_FIELD)
		return form_activate(f);
	if (it->place.h > 1)
		box_click(it->field, &it->place, ev->y, ev->x);
	else
		field_click(it->field, ev->x - it->place.x);
	return FORM_USED;
}

enum form_result
form_event(struct form *f, const struct event *ev)
{
	struct item *it = form_item(f);

	if (it->kind == ITEM_CHOICE && it->choice->open)
		return choice_event(it->choice, ev) == CHOICE_CHOSEN ? FORM_CHANGED : FORM_USED;
	if (ev->type == EVENT_MOUSE)
		return form_mouse(f, ev);
	if (it->kind == ITEM_FIELD) {
		/* at its ends the arrows go on to the neighbours */
		if (ev->type == EVENT_KEY &&
		    ((ev->key == K_LEFT && it->field->cursor == 0) ||
			(ev->key == K_RIGHT && it->field->cursor == it->field->len)))
			return FORM_IGNORED;
		return field_event(it->field, ev) ? FORM_CHANGED : FORM_IGNORED;
	}
	if (ev->type == EVENT_KEY && ev->key == ' ' &&
	    (it->kind == ITEM_CHECK || it->kind == ITEM_BUTTON || it->kind == ITEM_CHOICE ||
		it->kind == ITEM_TAB))
		return form_activate(f);
	return FORM_IGNORED;
}

/* ------------------------------------------------------------------ drawing */

static const char *
form_label(const struct item *it)
{
	return it->literal ? it->label : _(it->label);
}

int
form_width(const struct form *f, size_t i)
{
	if (f->items[i].kind == ITEM_TAB) /* "[label]" */
		return (int)text_width(form_label(&f->items[i])) + 2;
	/* "[ label ]", "[x] label" */
	return (int)text_width(form_label(&f->items[i])) + 4;
}

void
form_begin(struct form *f, const struct area *room)
{
	f->room = *room;
	for (size_t i = 0; i < f->n; i++)
		f->items[i].place = (struct area){0};
	if (!form_can_focus(form_item(f)))
		form_move(f, 1);
}

static void
form_draw_button(const struct item *it, bool focused)
{
	const struct area *p = &it->place;
	enum style style = focused ? STYLE_FOCUS : STYLE_TITLE;
	const char *label = form_label(it);
	bool check = it->kind == ITEM_CHECK;
	int x = p->x;

	x += paint_text(p->y, x, p->w, style, check ? "[" : "[ ");
	if (focused)
		paint_cursor(p->y, x);
	if (check) {
		x += paint_text(p->y, x, 2, style, *it->checked ? "x]" : " ]");
		paint_text(p->y, x + 1, p->w - 4, STYLE_PLAIN, label);
		return;
	}
	x += paint_text(p->y, x, p->w - 4, style, label);
	paint_text(p->y, x, 2, style, " ]");
}

/* "[Label]", the open one; " Label ". */
static void
form_draw_tab(const struct item *it, bool focused)
{
	const struct area *p = &it->place;
	enum style style = focused ? STYLE_FOCUS : it->current ? STYLE_CURRENT : STYLE_PLAIN;
	int x = p->x;

	x += paint_text(p->y, x, 1, style, it->current ? "[" : " ");
	if (focused)
		paint_cursor(p->y, x);
	x += paint_text(p->y, x, p->w - 2, style, form_label(it));
	paint_text(p->y, x, 1, style, it->current ? "]" : " ");
}

/* What a press acts on at once. */
static bool
form_is_touched(const struct item *it)
{
	return it->kind == ITEM_BUTTON || it->kind == ITEM_CHOICE || it->kind == ITEM_TAB;
}

void
form_draw(struct form *f, size_t i, int y, int x, int w)
{
	struct item *it = &f->items[i];
	bool focused = i == f->focus;

	if (it->hidden)
		return;
	it->place = (struct area){.y = y, .x = x, .h = 1, .w = w};
	rows_want(y, form_is_touched(it) ? ROWS_BUTTON : 1);
	/* the focus is a character as well as reverse video */
	if (x > 0 && focused)
		paint_text(y, x - 1, 1, STYLE_TITLE, ">");
	switch (it->kind) {
	case ITEM_FIELD:
		field_draw(it->field, y, x, w, focused);
		break;
	case ITEM_CHOICE:
		choice_draw(it->choice, y, x, w, focused);
		break;
	case ITEM_CHECK:
	case ITEM_BUTTON:
		form_draw_button(it, focused);
		break;
	case ITEM_TAB:
		form_draw_tab(it, focused);
		break;
	case ITEM_HEADERS:
	case ITEM_ROWS:
	case ITEM_TEXT:
		break; /* by the screen */
	}
	if (form_is_touched(it))
		paint_frame(y, x, w, focused ? STYLE_FOCUS : STYLE_PLAIN);
}

void
form_draw_box(struct form *f, size_t i, const struct area *a)
{
	struct item *it = &f->items[i];

	if (it->hidden)
		return;
	it->place = *a;
	if (a->x > 0 && i == f->focus)
		paint_text(a->y, a->x - 1, 1, STYLE_TITLE, ">");
	box_draw(it->field, a, i == f->focus);
}

void
form_end(struct form *f)
{
	struct item *it = form_item(f);

	if (it->kind == ITEM_CHOICE && it->choice->open)
		choice_draw_open(it->choice, it->place.y, it->place.x, it->place.w, &f->room);
}
