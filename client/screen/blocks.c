/* SPDX-License-Identifier: MIT */
/*
 * 2.3 Bloquer l'accès à vos examens pour un médecin: the two halves and their
 * tabs.
 */
#include "client/screen/blocks.h"

#include <stdlib.h>

#include "client/app.h"
#include "client/tr.h"
#include "common/mem.h"

static void
screen_blocks_free(struct screen *s)
{
	struct screen_blocks *b = screen_blocks(s);

	blocks_list_release(b);
	blocks_find_release(b);
	free(b->change.name);
	free(b);
}

static struct form *
screen_blocks_form(struct screen_blocks *b)
{
	return b->tab == BLOCKS_TAB_LIST ? &b->list.form : &b->find.form;
}

void
screen_blocks_show(struct screen_blocks *b, enum blocks_tab tab)
{
	b->tab = tab;
	if (tab == BLOCKS_TAB_LIST) {
		form_focus(&b->list.form, BLOCKS_ROWS);
		return;
	}
	form_focus(&b->find.form, b->find.model.n_rows > 0 ? FIND_ROWS : FIND_FAMILY);
	/* not asked yet, or given up by the person */
	if (!b->find.model.has_lists && !b->find.missing_lists &&
	    (b->find.lists_call == 0 || !app_waits(&b->base)))
		blocks_find_ask_lists(b);
}

static void
screen_blocks_result(struct screen_blocks *b, enum form_result r)
{
	if (b->tab == BLOCKS_TAB_LIST)
		blocks_list_result(b, r);
	else
		blocks_find_result(b, r);
}

static bool
screen_blocks_event(struct screen *s, const struct event *ev)
{
	struct screen_blocks *b = screen_blocks(s);
	enum form_result r;

	/* a change that was confirmed cannot be taken back by not waiting for it */
	if (b->change.call != 0 && ev->type == EVENT_KEY && ev->key == K_ESC)
		return true;
	r = form_event(screen_blocks_form(b), ev);
	screen_blocks_result(b, r);
	return r != FORM_IGNORED;
}

static void
screen_blocks_act(struct screen *s, enum action a)
{
	struct screen_blocks *b = screen_blocks(s);

	switch (a) {
	case ACTION_OTHER_HALF:
		screen_blocks_show(
		    b, b->tab == BLOCKS_TAB_LIST ? BLOCKS_TAB_FIND : BLOCKS_TAB_LIST);
		break;
	case ACTION_FILTER:
		screen_blocks_show(b, BLOCKS_TAB_FIND);
		form_focus(&b->find.form, FIND_FAMILY);
		break;
	default:
		if (b->tab == BLOCKS_TAB_LIST)
			blocks_list_act(b, a);
		else
			blocks_find_act(b, a);
	}
}

static bool
screen_blocks_wants_text(const struct screen *s)
{
	const struct screen_blocks *b = (const struct screen_blocks *)s;

	return form_wants_text(b->tab == BLOCKS_TAB_LIST ? &b->list.form : &b->find.form);
}

/* What is found has one order. */
static bool
screen_blocks_can(const struct screen *s, enum action a)
{
	if (a == ACTION_SORT || a == ACTION_SORT_ORDER)
		return ((const struct screen_blocks *)s)->tab == BLOCKS_TAB_LIST;
	return true;
}

static void
screen_blocks_resumed(struct screen *s)
{
	struct screen_blocks *b = screen_blocks(s);

	if (b->list.missing)
		blocks_list_ask(b, &b->list.asked);
	if (b->find.missing_lists)
		blocks_find_ask_lists(b);
	if (b->find.missing)
		blocks_find_again(b);
}

static const struct screen_ops screen_blocks_ops = {
    .name = "blocks",
    .title = N_("Bloquer l'accès à vos examens pour un médecin"),
    .about =
	N_("Un professionnel de santé que vous bloquez ne peut plus consulter vos examens. "
	   "Recherchez-le, puis Entrée sur sa ligne pour le bloquer. Le blocage s'annule de la "
	   "même façon dans la liste des professionnels non autorisés. Chaque changement est à "
	   "confirmer."),
    .contexts = CTX_LIST | CTX_FORM | CTX_BLOCKS | CTX_SPACE,
    .section = ACTION_SECTION_BLOCKS,
    .free = screen_blocks_free,
    .draw = screen_blocks_draw,
    .event = screen_blocks_event,
    .act = screen_blocks_act,
    .wants_text = screen_blocks_wants_text,
    .can = screen_blocks_can,
    .resumed = screen_blocks_resumed,
};

static void
screen_blocks_set_tabs(struct item *items, enum blocks_tab open)
{
	items[BLOCKS_TAB_FIND] = (struct item){
	    .kind = ITEM_TAB,
	    .label = N_("Bloquer l'accès à un médecin"),
	    .current = open == BLOCKS_TAB_FIND,
	};
	items[BLOCKS_TAB_LIST] = (struct item){
	    .kind = ITEM_TAB,
	    .label = N_("Annuler le blocage"),
	    .current = open == BLOCKS_TAB_LIST,
	};
}

struct screen *
screen_blocks_new(struct app *app)
{
	struct screen_blocks *b = mem_new(sizeof(*b));

	b->base.ops = &screen_blocks_ops;
	b->base.app = app;
	b->tab = BLOCKS_TAB_LIST;
	blocks_list_init(b);
	blocks_find_init(b);
	screen_blocks_set_tabs(b->list.items, BLOCKS_TAB_LIST);
	screen_blocks_set_tabs(b->find.items, BLOCKS_TAB_FIND);
	blocks_draw_init(b);
	blocks_list_ask(b, &b->list.model.query);
	return &b->base;
}
