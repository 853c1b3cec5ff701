/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_FORM_H
#define EMAGE_CLIENT_WIDGET_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "client/actions.h"
#include "client/keys.h"
#include "client/widget/choice.h"
#include "client/widget/box.h"
#include "client/widget/field.h"
#include "client/widget/pager.h"
#include "client/widget/paint.h"
#include "client/widget/table.h"

/*
 * The focusable things of a screen in their order, and how keys and the mouse
 * move among them. The screen owns the things and places them by drawing.
 */
enum item_kind {
	ITEM_FIELD,
	ITEM_CHECK,
	ITEM_BUTTON,
	ITEM_CHOICE,
	ITEM_HEADERS, /* titles of a table */
	ITEM_ROWS,    /* its rows */
	ITEM_TEXT,    /* a text that the arrows scroll; the screen draws it */
	ITEM_TAB,     /* as a button; `current` is the one whose page is shown */
};

struct item {
	enum item_kind kind;
	const char *label; /* msgid of a check or button */
	bool literal;	   /* label is text, no msgid */
	struct field *field;
	bool *checked;
	struct choice *choice;
	struct table *table;
	struct pager *pager;
	bool current;
	bool hidden;	   /* not there now */
	struct area place; /* where it was drawn; h 0 = not drawn */
};

struct form {
	struct item *items;
	size_t n;
	size_t focus;
	struct area room; /* of the screen, for open choices */
	bool touch;	  /* fingers: a press one row beside a thing means it */
};

enum form_result {
	FORM_IGNORED,
	FORM_USED,
	FORM_PRESSED, /* form->focus: a button, a row, a header, or Enter in a field */
	FORM_CHANGED, /* form->focus: a field, check or choice has another value */
};

/* Typing, mouse, an open choice. Before actions. */
enum form_result form_event(struct form *f, const struct event *ev);
/* NEXT, PREVIOUS, UP, DOWN, LEFT, RIGHT, ACTIVATE, TICK. */
enum form_result form_act(struct form *f, enum action a);
void form_focus(struct form *f, size_t item);
bool form_wants_text(const struct form *f);

/* Draws item i at a place, focus and cursor included. */
void form_draw(struct form *f, size_t i, int y, int x, int w);
/* Draws a field in several rows. */
void form_draw_box(struct form *f, size_t i, const struct area *a);
/* Columns that a button or check needs. */
int form_width(const struct form *f, size_t i);
/* Call first and last in draw(). */
void form_begin(struct form *f, const struct area *room);
void form_end(struct form *f);

#endif
