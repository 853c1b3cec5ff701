/* SPDX-License-Identifier: MIT */
/*
 * 2.2 Historique des accès: who has looked at the exams, when, why. What is
 * asked and answered; what it looks like is in history_draw.c.
 */
#include "client/screen/history.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/app.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define HISTORY_WHO_MAX 100

static struct screen_history *
screen_history(struct screen *s)
{
	return (struct screen_history *)s;
}

static void
screen_history_free(struct screen *s)
{
	struct screen_history *h = screen_history(s);

	field_release(&h->from);
	field_release(&h->to);
	field_release(&h->who);
	paging_release(&h->paging);
	accesses_release(&h->model);
	free(h);
}

/* ------------------------------------------------------------------- asking */

/* What the table and the page field show follows the model. */
static void
screen_history_follow(struct screen_history *h)
{
	const struct accesses *m = &h->model;

	paging_follow(&h->paging, m->page, m->n_pages, m->total, (uint32_t)m->n_rows);
	h->table.n_rows = m->n_rows;
	if (h->select_last && m->n_rows > 0)
		table_select(&h->table, m->n_rows - 1);
	else if (!h->keep_row)
		table_select(&h->table, 0);
	h->select_last = h->keep_row = false;
}

static void
screen_history_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_history *h = screen_history(s);

	(void)more;
	h->call = 0;
	if (err == -EM_E_CLOSED) {
		h->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
		h->select_last = h->keep_row = false;
		paging_refused(&h->paging);
	} else {
		accesses_take(&h->model, &h->asked, (const Emage__AccessListReply *)msg);
		screen_history_follow(h);
	}
}

static void
screen_history_ask(struct screen_history *h, const struct accesses_query *q)
{
	Emage__AccessListRequest r;

	if (h->call != 0)
		app_forget(&h->base, h->call);
	h->asked = *q;
	r = accesses_request(&h->asked);
	h->call = app_call(&h->base, METHOD_access_list, &r.base, CALL_WAIT, screen_history_done);
	h->missing = h->call == 0;
}

static void
screen_history_resumed(struct screen *s)
{
	struct screen_history *h = screen_history(s);

	if (h->missing)
		screen_history_ask(h, &h->asked);
}

/* ------------------------------------------------------------ filter and page */

static void
screen_history_search(struct screen_history *h)
{
	struct accesses_query q = h->model.query;

	if (!listing_read_period(
		&h->base, &h->form, HISTORY_FROM, HISTORY_TO, &q.from_date, &q.to_date))
		return;
	snprintf(q.professional, sizeof(q.professional), "%s", field_text(&h->who));
	q.page = 1;
	if (!accesses_query_is_filtered(&q)) {
		form_focus(&h->form, HISTORY_FROM);
		app_message_error(h->base.app, -EM_E_FILTER_EMPTY, NULL);
		return;
	}
	screen_history_ask(h, &q);
}

static void
screen_history_clear(struct screen_history *h)
{
	struct accesses_query q = {.page = 1, .page_size = h->model.query.page_size};

	field_clear(&h->from);
	field_clear(&h->to);
	field_clear(&h->who);
	screen_history_ask(h, &q);
}

static void
screen_history_go(struct screen_history *h, uint32_t page)
{
	struct accesses_query q = h->model.query;

	q.page = page;
	screen_history_ask(h, &q);
}

static void
screen_history_turn(struct screen_history *h, int direction)
{
	uint32_t page;

	if (!listing_turn(&h->base, &h->paging, &h->table, direction, &page))
		return;
	h->select_last = direction < 0;
	screen_history_go(h, page);
}

/* --------------------------------------------------------------------- keys */

static void
screen_history_pressed(struct screen_history *h)
{
	uint32_t page;

	switch (h->form.focus) {
	case HISTORY_FROM:
	case HISTORY_TO:
	case HISTORY_WHO:
	case HISTORY_SEARCH:
		screen_history_search(h);
		break;
	case HISTORY_CLEAR:
		screen_history_clear(h);
		break;
	case HISTORY_PAGE:
		if (listing_read_page(&h->base, &h->form, HISTORY_PAGE, &h->paging, &page))
			screen_history_go(h, page);
		break;
	case HISTORY_ROWS:
		if (h->table.selected < h->model.n_rows)
			app_push(h->base.app, screen_access_new(h->base.app, &h->base,
						  h->model.rows[h->table.selected].number));
		break;
	default:
		break;
	}
}

static void
screen_history_result(struct screen_history *h, enum form_result r)
{
	struct accesses_query q = h->model.query;

	if (r == FORM_PRESSED)
		screen_history_pressed(h);
	if (r != FORM_CHANGED)
		return;
	listing_tell_full(&h->base, &h->form);
	if (h->form.focus != HISTORY_SIZE)
		return;
	q.page_size = paging_size(&h->paging);
	q.page = 1;
	screen_history_ask(h, &q);
}

static bool
screen_history_event(struct screen *s, const struct event *ev)
{
	struct screen_history *h = screen_history(s);
	enum form_result r = form_event(&h->form, ev);

	screen_history_result(h, r);
	return r != FORM_IGNORED;
}

static void
screen_history_act(struct screen *s, enum action a)
{
	struct screen_history *h = screen_history(s);

	switch (a) {
	case ACTION_FILTER:
		form_focus(&h->form, HISTORY_FROM);
		break;
	case ACTION_PAGE_NEXT:
		screen_history_turn(h, 1);
		break;
	case ACTION_PAGE_PREVIOUS:
		screen_history_turn(h, -1);
		break;
	case ACTION_FIRST:
		form_focus(&h->form, HISTORY_ROWS);
		table_select(&h->table, 0);
		break;
	case ACTION_LAST:
		form_focus(&h->form, HISTORY_ROWS);
		table_select(&h->table, h->table.n_rows > 0 ? h->table.n_rows - 1 : 0);
		break;
	case ACTION_REFRESH:
		h->keep_row = true;
		screen_history_ask(h, &h->model.query);
		break;
	case ACTION_SECTION_HISTORY:
		form_focus(&h->form, HISTORY_ROWS);
		break;
	case ACTION_BACK:
	case ACTION_BACK_LIST:
		/* out of the filter first */
		if (h->form.focus != HISTORY_ROWS)
			form_focus(&h->form, HISTORY_ROWS);
		else
			app_pop(s->app, s);
		break;
	default:
		screen_history_result(h, form_act(&h->form, a));
	}
}

static bool
screen_history_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct screen_history *)s)->form);
}

/* The history has one order. */
static bool
screen_history_can(const struct screen *s, enum action a)
{
	(void)s;
	return a != ACTION_SORT && a != ACTION_SORT_ORDER;
}

static const struct screen_ops screen_history_ops = {
    .name = "history",
    .title = N_("Historique des accès par les professionnels de santé"),
    .about =
	N_("Vous avez accès à l'historique complet des professionnels de santé ayant consulté "
	   "vos imageries. Les professionnels de santé sont dans l'obligation de renseigner le "
	   "motif de leur visite. Entrée ouvre le détail d'un accès, et permet de le contester."),
    .contexts = CTX_LIST | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_HISTORY,
    .free = screen_history_free,
    .draw = screen_history_draw,
    .event = screen_history_event,
    .act = screen_history_act,
    .wants_text = screen_history_wants_text,
    .can = screen_history_can,
    .resumed = screen_history_resumed,
};

static void
screen_history_set_items(struct screen_history *h)
{
	struct item *items = h->items;

	items[HISTORY_FROM] = (struct item){.kind = ITEM_FIELD, .field = &h->from};
	items[HISTORY_TO] = (struct item){.kind = ITEM_FIELD, .field = &h->to};
	items[HISTORY_WHO] = (struct item){.kind = ITEM_FIELD, .field = &h->who};
	items[HISTORY_SEARCH] = (struct item){.kind = ITEM_BUTTON, .label = N_("Rechercher")};
	items[HISTORY_CLEAR] = (struct item){.kind = ITEM_BUTTON, .label = N_("Effacer")};
	items[HISTORY_SIZE] = (struct item){.kind = ITEM_CHOICE, .choice = &h->paging.size};
	items[HISTORY_PAGE] = (struct item){.kind = ITEM_FIELD, .field = &h->paging.page};
	items[HISTORY_HEADERS] =
	    (struct item){.kind = ITEM_HEADERS, .table = &h->table, .hidden = true};
	items[HISTORY_ROWS] = (struct item){.kind = ITEM_ROWS, .table = &h->table};
	h->form = (struct form){.items = items,
	    .n = N_HISTORY_ITEMS,
	    .focus = HISTORY_ROWS,
	    .touch = app_is_kiosk(h->base.app)};
}

struct screen *
screen_history_new(struct app *app)
{
	struct screen_history *h = mem_new(sizeof(*h));

	h->base.ops = &screen_history_ops;
	h->base.app = app;
	accesses_init(&h->model);
	field_init(&h->from, FIELD_DATE, 10);
	field_init(&h->to, FIELD_DATE, 10);
	field_init(&h->who, FIELD_TEXT, HISTORY_WHO_MAX);
	paging_init(&h->paging, h->model.query.page_size);
	screen_history_init_table(h);
	screen_history_set_items(h);
	screen_history_ask(h, &h->model.query);
	return &h->base;
}
