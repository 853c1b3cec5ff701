/* SPDX-License-Identifier: MIT */
/*
 * "Recherche d'un professionnel": at least one criterion, the results in pages,
 * one of them is blocked.
 */
#include "client/screen/blocks.h"

#include <stdio.h>

#include "client/app.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "common/err.h"

#define FIND_PAGE_SIZE 10

/* -------------------------------------------------------------------- lists */

static const char *
blocks_find_profession_text(void *arg, size_t i)
{
	const struct directory *d = arg;

	return i == 0 || i > d->n_professions ? _("Toutes") : d->professions[i - 1].label;
}

static const char *
blocks_find_specialty_text(void *arg, size_t i)
{
	const struct directory *d = arg;

	return i == 0 || i > d->n_specialties ? _("Toutes") : d->specialties[i - 1].label;
}

static const char *
blocks_find_place_text(void *arg, size_t i)
{
	const struct directory *d = arg;

	return i == 0 || i > d->n_places ? _("Tous") : d->places[i - 1].name;
}

static void
blocks_find_follow_lists(struct blocks_find *f)
{
	f->profession.n = f->model.n_professions + 1;
	f->specialty.n = f->model.n_specialties + 1;
	f->place.n = f->model.n_places + 1;
}

static void
blocks_find_got_lists(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct blocks_find *f = &screen_blocks(s)->find;

	if (err < 0) {
		directory_drop_lists(&f->model);
		f->missing_lists = err == -EM_E_CLOSED;
		if (err != -EM_E_CLOSED)
			app_message_error(s->app, err, e);
	} else {
		directory_take_lists(&f->model, (const Emage__DirectoryListsReply *)msg, more);
	}
	if (err < 0 || !more) {
		f->lists_call = 0;
		blocks_find_follow_lists(f);
	}
}

void
blocks_find_ask_lists(struct screen_blocks *b)
{
	struct blocks_find *f = &b->find;
	Emage__DirectoryListsRequest r = EMAGE__DIRECTORY_LISTS_REQUEST__INIT;

	directory_drop_lists(&f->model);
	f->profession.chosen = f->specialty.chosen = f->place.chosen = 0;
	f->query.profession = f->query.specialty = f->query.place = 0;
	blocks_find_follow_lists(f);
	f->lists_call =
	    app_call(&b->base, METHOD_directory_lists, &r.base, CALL_WAIT, blocks_find_got_lists);
	f->missing_lists = f->lists_call == 0;
}

/* ------------------------------------------------------------------- search */

/* Results, and what shows them, are there only after a search. */
static void
blocks_find_show_results(struct blocks_find *f)
{
	f->items[FIND_SIZE].hidden = !f->model.loaded;
	f->items[FIND_PAGE].hidden = !f->model.loaded;
	f->items[FIND_ROWS].hidden = !f->model.loaded;
}

static void
blocks_find_follow(struct blocks_find *f)
{
	const struct directory *m = &f->model;

	blocks_find_show_results(f);
	paging_follow(&f->paging, m->page, m->n_pages, m->total, (uint32_t)m->n_rows);
	f->paging.more = m->more_than_counted;
	f->table.n_rows = m->n_rows;
	if (f->select_last && m->n_rows > 0)
		table_select(&f->table, m->n_rows - 1);
	else if (!f->keep_row)
		table_select(&f->table, 0);
	f->select_last = f->keep_row = false;
}

static void
blocks_find_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct blocks_find *f = &screen_blocks(s)->find;

	(void)more;
	f->call = 0;
	if (err == -EM_E_CLOSED) {
		f->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
		f->select_last = f->keep_row = false;
		paging_refused(&f->paging);
	} else {
		directory_take_found(&f->model, (const Emage__DirectorySearchReply *)msg);
		f->query = f->asked;
		f->query.page = f->model.page;
		blocks_find_follow(f);
		if (f->form.focus >= FIND_FAMILY && f->form.focus <= FIND_SEARCH &&
		    f->model.n_rows > 0)
			form_focus(&f->form, FIND_ROWS);
	}
}

static void
blocks_find_ask(struct screen_blocks *b, const struct directory_query *q)
{
	struct blocks_find *f = &b->find;
	Emage__DirectorySearchRequest r;

	if (f->call != 0)
		app_forget(&b->base, f->call);
	f->asked = *q;
	r = directory_request(&f->model, &f->asked);
	f->call = app_call(&b->base, METHOD_directory_search, &r.base, CALL_WAIT, blocks_find_done);
	f->missing = f->call == 0;
}

void
blocks_find_again(struct screen_blocks *b)
{
	struct blocks_find *f = &b->find;

	if (!f->model.loaded && !f->missing)
		return;
	f->keep_row = true;
	blocks_find_ask(b, f->missing ? &f->asked : &f->query);
}

static void
blocks_find_search(struct screen_blocks *b)
{
	struct blocks_find *f = &b->find;
	struct directory_query q = {
	    .profession = f->profession.chosen,
	    .specialty = f->specialty.chosen,
	    .place = f->place.chosen,
	    .page = 1,
	    .page_size = paging_size(&f->paging),
	};

	snprintf(q.family_name, sizeof(q.family_name), "%s", field_text(&f->family));
	snprintf(q.given_name, sizeof(q.given_name), "%s", field_text(&f->given));
	if (!directory_query_says_something(&q)) {
		form_focus(&f->form, FIND_FAMILY);
		app_message_error(b->base.app, -EM_E_FILTER_EMPTY, NULL);
		return;
	}
	blocks_find_ask(b, &q);
}

static void
blocks_find_clear(struct screen_blocks *b)
{
	struct blocks_find *f = &b->find;

	if (f->call != 0)
		app_forget(&b->base, f->call);
	f->call = 0;
	f->missing = false;
	field_clear(&f->family);
	field_clear(&f->given);
	f->profession.chosen = f->specialty.chosen = f->place.chosen = 0;
	directory_forget_found(&f->model);
	f->table.n_rows = 0;
	f->paging.loaded = false;
	blocks_find_show_results(f);
	form_focus(&f->form, FIND_FAMILY);
}

static void
blocks_find_go(struct screen_blocks *b, uint32_t page)
{
	struct directory_query q = b->find.query;

	q.page = page;
	blocks_find_ask(b, &q);
}

static void
blocks_find_turn(struct screen_blocks *b, int direction)
{
	uint32_t page;

	if (!listing_turn(&b->base, &b->find.paging, &b->find.table, direction, &page))
		return;
	b->find.select_last = direction < 0;
	blocks_find_go(b, page);
}

/* --------------------------------------------------------------------- keys */

static void
blocks_find_pressed(struct screen_blocks *b)
{
	struct blocks_find *f = &b->find;
	uint32_t page;

	switch (f->form.focus) {
	case BLOCKS_TAB_LIST:
		screen_blocks_show(b, BLOCKS_TAB_LIST);
		break;
	case FIND_FAMILY:
	case FIND_GIVEN:
	case FIND_SEARCH:
		blocks_find_search(b);
		break;
	case FIND_CLEAR:
		blocks_find_clear(b);
		break;
	case FIND_PAGE:
		if (listing_read_page(&b->base, &f->form, FIND_PAGE, &f->paging, &page))
			blocks_find_go(b, page);
		break;
	case FIND_ROWS:
		if (f->table.selected < f->model.n_rows)
			screen_blocks_change(b, &f->model.rows[f->table.selected]);
		break;
	default:
		break;
	}
}

void
blocks_find_result(struct screen_blocks *b, enum form_result r)
{
	struct directory_query q = b->find.query;

	if (r == FORM_PRESSED)
		blocks_find_pressed(b);
	if (r != FORM_CHANGED)
		return;
	listing_tell_full(&b->base, &b->find.form);
	if (b->find.form.focus != FIND_SIZE || !b->find.model.loaded)
		return;
	q.page_size = paging_size(&b->find.paging);
	q.page = 1;
	blocks_find_ask(b, &q);
}

void
blocks_find_act(struct screen_blocks *b, enum action a)
{
	struct blocks_find *f = &b->find;

	switch (a) {
	case ACTION_PAGE_NEXT:
		blocks_find_turn(b, 1);
		break;
	case ACTION_PAGE_PREVIOUS:
		blocks_find_turn(b, -1);
		break;
	case ACTION_FIRST:
		form_focus(&f->form, FIND_ROWS);
		table_select(&f->table, 0);
		break;
	case ACTION_LAST:
		form_focus(&f->form, FIND_ROWS);
		table_select(&f->table, f->table.n_rows > 0 ? f->table.n_rows - 1 : 0);
		break;
	case ACTION_REFRESH:
		blocks_find_again(b);
		break;
	case ACTION_SECTION_BLOCKS:
		screen_blocks_show(b, BLOCKS_TAB_LIST);
		break;
	case ACTION_BACK:
	case ACTION_BACK_LIST:
		/* to the results, then to the list of blocks */
		if (f->form.focus != FIND_ROWS && f->model.n_rows > 0)
			form_focus(&f->form, FIND_ROWS);
		else
			screen_blocks_show(b, BLOCKS_TAB_LIST);
		break;
	default:
		blocks_find_result(b, form_act(&f->form, a));
	}
}

/* ------------------------------------------------------------- start and end */

static void
blocks_find_set_items(struct blocks_find *f)
{
	struct item *items = f->items;

	items[FIND_FAMILY] = (struct item){.kind = ITEM_FIELD, .field = &f->family};
	items[FIND_GIVEN] = (struct item){.kind = ITEM_FIELD, .field = &f->given};
	items[FIND_PROFESSION] = (struct item){.kind = ITEM_CHOICE, .choice = &f->profession};
	items[FIND_SPECIALTY] = (struct item){.kind = ITEM_CHOICE, .choice = &f->specialty};
	items[FIND_PLACE] = (struct item){.kind = ITEM_CHOICE, .choice = &f->place};
	items[FIND_SEARCH] = (struct item){.kind = ITEM_BUTTON, .label = N_("Rechercher")};
	items[FIND_CLEAR] = (struct item){.kind = ITEM_BUTTON, .label = N_("Effacer")};
	items[FIND_SIZE] = (struct item){.kind = ITEM_CHOICE, .choice = &f->paging.size};
	items[FIND_PAGE] = (struct item){.kind = ITEM_FIELD, .field = &f->paging.page};
	items[FIND_HEADERS] =
	    (struct item){.kind = ITEM_HEADERS, .table = &f->table, .hidden = true};
	items[FIND_ROWS] = (struct item){.kind = ITEM_ROWS, .table = &f->table};
}

void
blocks_find_init(struct screen_blocks *b)
{
	struct blocks_find *f = &b->find;

	directory_init(&f->model);
	f->query = (struct directory_query){.page = 1, .page_size = FIND_PAGE_SIZE};
	field_init(&f->family, FIELD_TEXT, DIRECTORY_NAME_MAX);
	field_init(&f->given, FIELD_TEXT, DIRECTORY_NAME_MAX);
	f->profession =
	    (struct choice){.text = blocks_find_profession_text, .arg = &f->model, .n = 1};
	f->specialty =
	    (struct choice){.text = blocks_find_specialty_text, .arg = &f->model, .n = 1};
	f->place = (struct choice){.text = blocks_find_place_text, .arg = &f->model, .n = 1};
	paging_init(&f->paging, FIND_PAGE_SIZE);
	blocks_find_set_items(f);
	blocks_find_show_results(f);
	f->form = (struct form){
	    .items = f->items,
	    .n = N_FIND_ITEMS,
	    .focus = FIND_FAMILY,
	    .touch = app_is_kiosk(b->base.app),
	};
}

void
blocks_find_release(struct screen_blocks *b)
{
	struct blocks_find *f = &b->find;

	field_release(&f->family);
	field_release(&f->given);
	paging_release(&f->paging);
	directory_release(&f->model);
}
