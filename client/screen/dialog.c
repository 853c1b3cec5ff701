/* SPDX-License-Identifier: MIT */
/*
 * A question over the screen that asks it. The safe answer has the focus.
 */
#include "client/screen/screen.h"

#include <stdlib.h>

#include "client/app.h"
#include "client/tr.h"
#include "client/widget/form.h"
#include "client/widget/wrap.h"
#include "common/mem.h"
#include "common/text.h"

#define DIALOG_COLUMNS 56

enum dialog_item { DIALOG_NO, DIALOG_YES, N_DIALOG_ITEMS };

struct screen_dialog {
	struct screen base;
	struct form form;
	struct item items[N_DIALOG_ITEMS];
	const char *title, *text;
	void (*yes)(struct app *app);
	/* asked by a screen, which stands below */
	char *own_text;
	struct screen *asker;
	void (*yes_to)(struct screen *asker);
};

static struct screen_dialog *
screen_dialog(struct screen *s)
{
	return (struct screen_dialog *)s;
}

static void
screen_dialog_free(struct screen *s)
{
	free(screen_dialog(s)->own_text);
	free(s);
}

static const char *
screen_dialog_text(const struct screen_dialog *d)
{
	return d->own_text ? d->own_text : _(d->text);
}

static void
screen_dialog_draw(struct screen *s, const struct area *room)
{
	struct screen_dialog *d = screen_dialog(s);
	struct area box = {.w = room->w - 4 < DIALOG_COLUMNS ? room->w - 4 : DIALOG_COLUMNS};
	struct area text = {.w = box.w - 6};
	int rows = wrap_rows(text.w, screen_dialog_text(d));
	int no = form_width(&d->form, DIALOG_NO);
	int yes = form_width(&d->form, DIALOG_YES);
	bool stacked = 4 + no + 4 + yes + 2 > box.w; /* one answer below the other */
	int gap;				     /* blank rows: none where all are needed */
	int y;

	rows += stacked;
	gap = rows + 6 <= room->h ? 1 : 0;
	box.h = rows + 3 + 3 * gap < room->h ? rows + 3 + 3 * gap : room->h;
	box.y = room->y + (room->h - box.h) / 2;
	box.x = (room->w - box.w) / 2;
	paint_blank(&box);
	paint_box(&box);
	paint_text(box.y, box.x + 3, box.w - 6, STYLE_TITLE, _(d->title));
	text.y = box.y + 1 + gap;
	text.x = box.x + 3;
	text.h = box.h - 3 - 2 * gap - stacked;
	wrap_draw(&text, STYLE_PLAIN, screen_dialog_text(d));
	y = box.y + box.h - 2 - gap - stacked;
	form_begin(&d->form, room);
	form_draw(&d->form, DIALOG_NO, y, box.x + 4, no);
	form_draw(&d->form, DIALOG_YES, y + stacked, box.x + 4 + (stacked ? 0 : no + 4), yes);
	form_end(&d->form);
}

static void
screen_dialog_pressed(struct screen_dialog *d, enum form_result r)
{
	struct app *app = d->base.app;
	void (*yes)(struct app *) = d->yes;
	bool confirmed = d->form.focus == DIALOG_YES;

	if (r != FORM_PRESSED)
		return;
	app_pop(app, &d->base);
	if (confirmed && d->asker)
		d->yes_to(d->asker);
	else if (confirmed)
		yes(app);
}

static bool
screen_dialog_event(struct screen *s, const struct event *ev)
{
	enum form_result r = form_event(&screen_dialog(s)->form, ev);

	screen_dialog_pressed(screen_dialog(s), r);
	return r != FORM_IGNORED || ev->type == EVENT_MOUSE;
}

static void
screen_dialog_act(struct screen *s, enum action a)
{
	if (a == ACTION_BACK)
		app_pop(s->app, s);
	else
		screen_dialog_pressed(screen_dialog(s), form_act(&screen_dialog(s)->form, a));
}

static const struct screen_ops screen_dialog_ops = {
    .name = "dialog",
    .title = N_("Confirmation"),
    .about = N_("Choisissez une réponse avec les flèches, puis Entrée. Échap ne change rien."),
    .contexts = CTX_DIALOG,
    .overlay = true,
    .free = screen_dialog_free,
    .draw = screen_dialog_draw,
    .event = screen_dialog_event,
    .act = screen_dialog_act,
};

struct screen *
screen_dialog_new(struct app *app, const char *title, const char *text, const char *no_label,
    const char *yes_label, void (*yes)(struct app *app))
{
	struct screen_dialog *d = mem_new(sizeof(*d));

	d->base.ops = &screen_dialog_ops;
	d->base.app = app;
	d->title = title;
	d->text = text;
	d->yes = yes;
	d->items[DIALOG_NO] = (struct item){.kind = ITEM_BUTTON, .label = no_label};
	d->items[DIALOG_YES] = (struct item){.kind = ITEM_BUTTON, .label = yes_label};
	d->form = (struct form){.items = d->items, .n = N_DIALOG_ITEMS, .touch = app_is_kiosk(app)};
	return &d->base;
}

struct screen *
screen_question_new(struct screen *asker, const char *title, char *take_text, const char *no_label,
    const char *yes_label, void (*yes)(struct screen *asker))
{
	struct screen *s = screen_dialog_new(asker->app, title, NULL, no_label, yes_label, NULL);
	struct screen_dialog *d = screen_dialog(s);

	d->own_text = take_text;
	d->asker = asker;
	d->yes_to = yes;
	return s;
}
