/* SPDX-License-Identifier: MIT */
/*
 * Forms as a flow of lines: what every screen of fields and buttons shares.
 */
#include "client/screen/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/model/account_text.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "common/mem.h"
#include "common/text.h"

static struct sheet *
sheet_of(struct screen *s)
{
	return (struct sheet *)s;
}

/* -------------------------------------------------------------------- items */

void
sheet_init(
    struct sheet *s, struct app *app, const struct screen_ops *screen, const struct sheet_ops *ops)
{
	s->base.ops = screen;
	s->base.app = app;
	s->ops = ops;
	s->form = (struct form){.items = s->items, .touch = app_is_kiosk(app)};
}

static struct item *
sheet_item(struct sheet *s, size_t item)
{
	if (item >= s->form.n)
		s->form.n = item + 1;
	return &s->items[item];
}

struct field *
sheet_add_field(struct sheet *s, size_t item, enum field_kind kind, unsigned max)
{
	struct field *f = &s->fields[s->n_fields++];

	field_init(f, kind, max);
	*sheet_item(s, item) = (struct item){.kind = ITEM_FIELD, .field = f};
	return f;
}

void
sheet_add_button(struct sheet *s, size_t item, const char *label)
{
	*sheet_item(s, item) = (struct item){.kind = ITEM_BUTTON, .label = label};
}

void
sheet_add_check(struct sheet *s, size_t item, const char *label, bool *checked)
{
	*sheet_item(s, item) =
	    (struct item){.kind = ITEM_CHECK, .label = label, .checked = checked};
}

void
sheet_add_choice(struct sheet *s, size_t item, struct choice *choice)
{
	*sheet_item(s, item) = (struct item){.kind = ITEM_CHOICE, .choice = choice};
}

static bool
sheet_is_secret(const struct field *f)
{
	return f->kind == FIELD_SECRET || f->kind == FIELD_CODE;
}

/* The first secret field has the switch of all. */
static struct field *
sheet_first_secret(struct sheet *s)
{
	for (size_t i = 0; i < s->n_fields; i++)
		if (sheet_is_secret(&s->fields[i]))
			return &s->fields[i];
	return NULL;
}

static void
sheet_spread_reveal(struct sheet *s)
{
	const struct field *first = sheet_first_secret(s);

	for (size_t i = 0; first && i < s->n_fields; i++)
		s->fields[i].reveal = first->reveal;
}

void
sheet_add_reveal(struct sheet *s, size_t item)
{
	sheet_add_check(s, item, N_("Afficher les caractères"), &sheet_first_secret(s)->reveal);
}

void
sheet_hide(struct sheet *s, size_t item, bool hidden)
{
	s->items[item].hidden = hidden;
}

void
sheet_focus(struct sheet *s, size_t item)
{
	form_focus(&s->form, item);
}

void
sheet_mend(struct sheet *s, size_t item, const char *text)
{
	sheet_focus(s, item);
	app_message(s->base.app, MESSAGE_ERROR, "%s", text);
}

void
sheet_wrong_password(struct sheet *s, size_t item, const Emage__Error *e)
{
	char text[ACCOUNT_TEXT_LEN];

	account_wrong_password(e ? e->retry_after_s : 0, text);
	sheet_focus(s, item);
	app_message(s->base.app, MESSAGE_ERROR, "%s", text);
}

char *
sheet_value(const struct sheet *s, size_t item)
{
	return (char *)(uintptr_t)field_text(s->items[item].field);
}

/* --------------------------------------------------------------------- keys */

/* By pages; one line stays, so that the eye finds its place. */
static void
sheet_page(struct sheet *s, int direction)
{
	int last = s->rows > s->room ? s->rows - s->room : 0;
	int top = s->top + direction * (s->room > 1 ? s->room - 1 : 1);

	s->top = top < 0 ? 0 : top < last ? top : last;
	s->loose = true;
}

static void
sheet_result(struct sheet *s, enum form_result r)
{
	size_t item = s->form.focus;

	sheet_spread_reveal(s);
	if (r == FORM_CHANGED)
		s->submit = false;
	if (r == FORM_PRESSED)
		s->ops->pressed(s, item);
	else if (r == FORM_CHANGED && s->ops->changed)
		s->ops->changed(s, item);
}

bool
sheet_event(struct screen *screen, const struct event *ev)
{
	struct sheet *s = sheet_of(screen);
	enum form_result r;

	if (app_waits(screen) && ev->type != EVENT_MOUSE) /* sent: only Esc, help ... */
		return ev->type == EVENT_PASTE;
	if (app_waits(screen)) /* presses on the frame still count */
		return false;
	r = form_event(&s->form, ev);
	listing_tell_full(screen, &s->form);
	s->loose = s->loose && r == FORM_IGNORED; /* what is typed is seen */
	sheet_result(s, r);
	return r != FORM_IGNORED;
}

void
sheet_resumed(struct screen *screen)
{
	struct sheet *s = sheet_of(screen);

	if (s->submit)
		s->ops->submit(s);
}

void
sheet_submit(struct sheet *s, enum method_index m, const ProtobufCMessage *request, app_done *done)
{
	if (!app_waits(&s->base))
		s->submit = app_call(&s->base, m, request, CALL_WAIT, done) == 0;
}

void
sheet_act(struct screen *screen, enum action a)
{
	struct sheet *s = sheet_of(screen);
	struct field *secret = sheet_first_secret(s);

	if (a == ACTION_REVEAL && secret) {
		secret->reveal = !secret->reveal;
		sheet_spread_reveal(s);
	} else if (a == ACTION_SHEET_DOWN || a == ACTION_SHEET_UP) {
		sheet_page(s, a == ACTION_SHEET_DOWN ? 1 : -1);
	} else if (a != ACTION_BACK) {
		sheet_result(s, form_act(&s->form, a));
	} else if (s->ops->back) {
		s->ops->back(s);
	} else {
		app_pop(screen->app, screen);
	}
}

bool
sheet_wants_text(const struct screen *screen)
{
	return form_wants_text(&((const struct sheet *)screen)->form);
}

void
sheet_free(struct screen *screen)
{
	struct sheet *s = sheet_of(screen);

	if (s->ops->release)
		s->ops->release(s);
	for (size_t i = 0; i < s->n_fields; i++)
		field_release(&s->fields[i]);
	free(s);
}
