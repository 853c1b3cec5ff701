/* SPDX-License-Identifier: MIT */
/*
 * "Professionnels de santé non autorisés": who is blocked, and since when.
 */
#include "client/screen/blocks.h"

#include "client/app.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "common/err.h"

/* ------------------------------------------------------------------- asking */

static void
blocks_list_follow(struct blocks_list *l)
{
	const struct blocks *m = &l->model;

	paging_follow(&l->paging, m->page, m->n_pages, m->total, (uint32_t)m->n_rows);
	l->table.n_rows = m->n_rows;
	if (l->select_last && m->n_rows > 0)
		table_select(&l->table, m->n_rows - 1);
	else if (!l->keep_row)
		table_select(&l->table, 0);
	l->select_last = l->keep_row = false;
}

static void
blocks_list_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct blocks_list *l = &screen_blocks(s)->list;

	(void)more;
	l->call = 0;
	if (err == -EM_E_CLOSED) {
		l->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
		l->select_last = l->keep_row = false;
		paging_refused(&l->paging);
	} else {
		blocks_take(&l->model, &l->asked, (const Emage__BlockListReply *)msg);
		blocks_list_follow(l);
	}
}

void
blocks_list_ask(struct screen_blocks *b, const struct blocks_query *q)
{
	struct blocks_list *l = &b->list;
	Emage__BlockListRequest r = blocks_request(q);

	if (l->call != 0)
		app_forget(&b->base, l->call);
	l->asked = *q;
	l->call = app_call(&b->base, METHOD_block_list, &r.base, CALL_WAIT, blocks_list_done);
	l->missing = l->call == 0;
}

void
blocks_list_refresh(struct screen_blocks *b)
{
	b->list.keep_row = true;
	blocks_list_ask(b, &b->list.model.query);
}

static void
blocks_list_go(struct screen_blocks *b, uint32_t page)
{
	struct blocks_query q = b->list.model.query;

	q.page = page;
	blocks_list_ask(b, &q);
}

/* The same order again turns it round. Dates begin with the newest, words with
 * A. */
static void
blocks_list_sort(struct screen_blocks *b, Emage__BlockSort sort)
{
	struct blocks_query q = b->list.model.query;

	q.descending = q.sort == sort ? !q.descending : sort == EMAGE__BLOCK_SORT__BLOCK_SORT_DATE;
	q.sort = sort;
	q.page = 1;
	blocks_list_ask(b, &q);
}

static Emage__BlockSort
blocks_list_next_sort(Emage__BlockSort sort)
{
	switch (sort) {
	case EMAGE__BLOCK_SORT__BLOCK_SORT_NAME:
		return EMAGE__BLOCK_SORT__BLOCK_SORT_PROFESSION;
	case EMAGE__BLOCK_SORT__BLOCK_SORT_PROFESSION:
		return EMAGE__BLOCK_SORT__BLOCK_SORT_DATE;
	default:
		return EMAGE__BLOCK_SORT__BLOCK_SORT_NAME;
	}
}

/* --------------------------------------------------------------------- keys */

static void
blocks_list_turn(struct screen_blocks *b, int direction)
{
	uint32_t page;

	if (!listing_turn(&b->base, &b->list.paging, &b->list.table, direction, &page))
		return;
	b->list.select_last = direction < 0;
	blocks_list_go(b, page);
}

static void
blocks_list_pressed(struct screen_blocks *b)
{
	struct blocks_list *l = &b->list;
	uint32_t page;

	switch (l->form.focus) {
	case BLOCKS_TAB_FIND:
		screen_blocks_show(b, BLOCKS_TAB_FIND);
		break;
	case BLOCKS_PAGE:
		if (listing_read_page(&b->base, &l->form, BLOCKS_PAGE, &l->paging, &page))
			blocks_list_go(b, page);
		break;
	case BLOCKS_HEADERS:
		blocks_list_sort(b, blocks_sort_of(l->table.header));
		break;
	case BLOCKS_ROWS:
		if (l->table.selected < l->model.n_rows)
			screen_blocks_change(b, &l->model.rows[l->table.selected]);
		break;
	default:
		break;
	}
}

void
blocks_list_result(struct screen_blocks *b, enum form_result r)
{
	struct blocks_query q = b->list.model.query;

	if (r == FORM_PRESSED)
		blocks_list_pressed(b);
	if (r != FORM_CHANGED)
		return;
	listing_tell_full(&b->base, &b->list.form);
	if (b->list.form.focus != BLOCKS_SIZE)
		return;
	q.page_size = paging_size(&b->list.paging);
	q.page = 1;
	blocks_list_ask(b, &q);
}

void
blocks_list_act(struct screen_blocks *b, enum action a)
{
	struct blocks_list *l = &b->list;

	switch (a) {
	case ACTION_SORT:
		blocks_list_sort(b, blocks_list_next_sort(l->model.query.sort));
		break;
	case ACTION_SORT_ORDER:
		blocks_list_sort(b, l->model.query.sort);
		break;
	case ACTION_PAGE_NEXT:
		blocks_list_turn(b, 1);
		break;
	case ACTION_PAGE_PREVIOUS:
		blocks_list_turn(b, -1);
		break;
	case ACTION_FIRST:
		form_focus(&l->form, BLOCKS_ROWS);
		table_select(&l->table, 0);
		break;
	case ACTION_LAST:
		form_focus(&l->form, BLOCKS_ROWS);
		table_select(&l->table, l->table.n_rows > 0 ? l->table.n_rows - 1 : 0);
		break;
	case ACTION_REFRESH:
		blocks_list_refresh(b);
		break;
	case ACTION_SECTION_BLOCKS:
		form_focus(&l->form, BLOCKS_ROWS);
		break;
	case ACTION_BACK:
	case ACTION_BACK_LIST:
		if (l->form.focus != BLOCKS_ROWS)
			form_focus(&l->form, BLOCKS_ROWS);
		else
			app_pop(b->base.app, &b->base);
		break;
	default:
		blocks_list_result(b, form_act(&l->form, a));
	}
}

/* ------------------------------------------------------------- start and end */

void
blocks_list_init(struct screen_blocks *b)
{
	struct blocks_list *l = &b->list;
	struct item *items = l->items;

	blocks_init(&l->model);
	paging_init(&l->paging, l->model.query.page_size);
	items[BLOCKS_SIZE] = (struct item){.kind = ITEM_CHOICE, .choice = &l->paging.size};
	items[BLOCKS_PAGE] = (struct item){.kind = ITEM_FIELD, .field = &l->paging.page};
	items[BLOCKS_HEADERS] = (struct item){.kind = ITEM_HEADERS, .table = &l->table};
	items[BLOCKS_ROWS] = (struct item){.kind = ITEM_ROWS, .table = &l->table};
	l->form = (struct form){
	    .items = items,
	    .n = N_BLOCKS_LIST_ITEMS,
	    .focus = BLOCKS_ROWS,
	    .touch = app_is_kiosk(b->base.app),
	};
}

void
blocks_list_release(struct screen_blocks *b)
{
	paging_release(&b->list.paging);
	blocks_release(&b->list.model);
}
