/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_SHEET_H
#define EMAGE_CLIENT_SCREEN_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "client/app.h"
#include "client/screen/screen.h"
#include "client/widget/form.h"
#include "proto/common.pb-c.h"

/*
 * A screen that is a form: paragraphs, labelled fields, checks, rows with a
 * value and a button, from top to bottom. The screen says which lines there are
 * now; where they are too many for the terminal, blank lines go first, then the
 * sheet scrolls with the focus. Its screen_ops are the sheet_*() below.
 */
#define SHEET_MAX_ITEMS	 16
#define SHEET_MAX_FIELDS 8
#define SHEET_MAX_LINES	 40
#define SHEET_NONE	 SHEET_MAX_ITEMS /* no item */

struct sheet;
struct sheet_flow;

struct sheet_ops {
	/* What stands there now: calls sheet_text() and so on. */
	void (*lines)(struct sheet *s, struct sheet_flow *flow);
	/* A button, or Enter in a field. */
	void (*pressed)(struct sheet *s, size_t item);
	/* A value has changed. NULL: none matters. */
	void (*changed)(struct sheet *s, size_t item);
	/* What was asked for while there was no connection, once there is one. NULL:
	 * nothing is. */
	void (*submit)(struct sheet *s);
	/* Esc. NULL: the screen goes. */
	void (*back)(struct sheet *s);
	/* What the screen owns beside the fields. NULL: nothing. */
	void (*release)(struct sheet *s);
};

/* Embedded as first member of a screen. */
struct sheet {
	struct screen base;
	const struct sheet_ops *ops;
	struct form form;
	struct item items[SHEET_MAX_ITEMS];
	struct field fields[SHEET_MAX_FIELDS];
	size_t n_fields;
	int top;	/* first row shown */
	bool submit;	/* as soon as there is a connection; typing takes it back */
	bool loose;	/* scrolled away from the focus */
	size_t told;	/* item that had the focus when it was drawn */
	int rows, room; /* rows that there are, that there is room for */
	int left;	/* columns on the left that are something else's */
};

void sheet_init(
    struct sheet *s, struct app *app, const struct screen_ops *screen, const struct sheet_ops *ops);
/* Items in the order of the ring; each number once, from 0 without holes. */
struct field *sheet_add_field(struct sheet *s, size_t item, enum field_kind kind, unsigned max);
void sheet_add_button(struct sheet *s, size_t item, const char *label);
void sheet_add_check(struct sheet *s, size_t item, const char *label, bool *checked);
void sheet_add_choice(struct sheet *s, size_t item, struct choice *choice);
/* A check that shows the characters of every secret field. */
void sheet_add_reveal(struct sheet *s, size_t item);
void sheet_hide(struct sheet *s, size_t item, bool hidden);
void sheet_focus(struct sheet *s, size_t item);
/* The focus goes there, and row 22 says what is wrong. */
void sheet_mend(struct sheet *s, size_t item, const char *text);
/* The password that was asked once more (that item) is wrong. */
void sheet_wrong_password(struct sheet *s, size_t item, const Emage__Error *e);
/* The field's text as protobuf-c wants it. */
char *sheet_value(const struct sheet *s, size_t item);

/* ---- lines; texts are copied */
void sheet_text(struct sheet_flow *f, enum style style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void sheet_field(struct sheet_flow *f, const char *label, size_t item);
void sheet_check(struct sheet_flow *f, size_t item);
/* "[x] what is asked for": ticked by what is typed. */
void sheet_rule(struct sheet_flow *f, bool kept, const char *text);
/* Label, value, and the item at the right; item SHEET_NONE: none. */
void sheet_row(struct sheet_flow *f, const char *label, const char *value, size_t item);
/* n buttons side by side. */
void sheet_buttons(struct sheet_flow *f, size_t first, size_t n);
void sheet_gap(struct sheet_flow *f);

/* ---- screen_ops */
void sheet_free(struct screen *s);
void sheet_draw(struct screen *s, const struct area *room);
bool sheet_event(struct screen *s, const struct event *ev);
void sheet_act(struct screen *s, enum action a);
bool sheet_wants_text(const struct screen *s);
/* For a sheet with submit(). */
void sheet_resumed(struct screen *s);
/* Sends what submit() asks for, once; without a connection, when there is one. */
void sheet_submit(
    struct sheet *s, enum method_index m, const ProtobufCMessage *request, app_done *done);

#endif
