/* SPDX-License-Identifier: MIT */
/*
 * Help on a screen: what one does there and the keys that work there, from the
 * one list of actions.
 */
#include "client/screen/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/tr.h"
#include "client/widget/pager.h"
#include "common/mem.h"
#include "common/text.h"

#define HELP_INDENT 2 /* columns before the keys */

struct screen_help {
	struct screen base;
	struct pager pager;
	char *text;
	const struct screen_ops *about;
};

static struct screen_help *
screen_help(struct screen *s)
{
	return (struct screen_help *)s;
}

static void
screen_help_free(struct screen *s)
{
	pager_release(&screen_help(s)->pager);
	free(screen_help(s)->text);
	free(s);
}

/* Columns of the widest names of keys. */
static int
screen_help_keys_columns(unsigned contexts)
{
	int widest = 0;

	for (unsigned a = ACTION_NONE + 1; a < N_ACTIONS; a++) {
		char keys[64];
		int w;

		if (!(action_row((enum action)a)->contexts & contexts))
			continue;
		action_keys_text((enum action)a, keys, sizeof(keys));
		w = (int)text_width(keys);
		widest = w > widest ? w : widest;
	}
	return widest;
}

static char *
screen_help_text(const struct screen_ops *about, unsigned contexts, int columns)
{
	char *text = mem_printf("%s\n\n%s\n\n%s\n", _(about->title), _(about->about), _("Touches"));

	for (unsigned a = ACTION_NONE + 1; a < N_ACTIONS; a++) {
		const struct action_row *row = action_row((enum action)a);
		char keys[64];
		char *longer;
		int blank;

		if (!(row->contexts & contexts))
			continue;
		action_keys_text((enum action)a, keys, sizeof(keys));
		blank = columns - (int)text_width(keys);
		longer = mem_printf("%s%*s%s%*s %s\n", text, HELP_INDENT, "", keys,
		    blank > 0 ? blank : 0, "", _(row->help));
		free(text);
		text = longer;
	}
	return text;
}

static void
screen_help_draw(struct screen *s, const struct area *room)
{
	struct area a = {.y = room->y, .x = 1, .h = room->h, .w = room->w - 2};

	pager_draw(&screen_help(s)->pager, &a);
	pager_tell_more(&screen_help(s)->pager);
}

static bool
screen_help_event(struct screen *s, const struct event *ev)
{
	return screen_text_wheel(&screen_help(s)->pager, ev);
}

static void
screen_help_act(struct screen *s, enum action a)
{
	if (!screen_text_scroll(&screen_help(s)->pager, a))
		app_pop(s->app, s); /* Esc, q, Enter, F1 */
}

static const struct screen_ops screen_help_ops = {
    .name = "help",
    .title = N_("Aide"),
    .about = N_("Aide de l'écran précédent."),
    .contexts = CTX_HELP,
    .free = screen_help_free,
    .draw = screen_help_draw,
    .event = screen_help_event,
    .act = screen_help_act,
};

struct screen *
screen_help_new(struct app *app, const struct screen *about)
{
	struct screen_help *h = mem_new(sizeof(*h));
	unsigned contexts = app_contexts(app, about);
	int columns = screen_help_keys_columns(contexts);

	h->base.ops = &screen_help_ops;
	h->base.app = app;
	h->about = about->ops;
	h->text = screen_help_text(about->ops, contexts, columns);
	pager_init(&h->pager);
	h->pager.hang = columns + HELP_INDENT + 1;
	pager_set(&h->pager, h->text, strlen(h->text));
	return &h->base;
}
