/* SPDX-License-Identifier: MIT */
/*
 * What the two halves of blocking look like, from 40 columns on.
 */
#include "client/screen/blocks.h"

#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "client/widget/wrap.h"
#include "client/words.h"
#include "common/mem.h"
#include "common/text.h"

#define BLOCKS_WIDE  56 /* two criteria in a row from here on */
#define BLOCKS_FIELD 36 /* widest criterion */
#define BLOCKS_ROOMY 9	/* rows of the room beside those of a page: all the words */

/* ------------------------------------------------------------------- columns */

enum blocks_column {
	BLOCKS_COLUMN_FAMILY,
	BLOCKS_COLUMN_GIVEN,
	BLOCKS_COLUMN_PROFESSION,
	BLOCKS_COLUMN_SPECIALTY,
	BLOCKS_COLUMN_PLACES,
	BLOCKS_COLUMN_AT,
	BLOCKS_COLUMN_ACTION,
	N_BLOCKS_COLUMNS,
};

static const struct table_column blocks_list_columns[] = {
    [BLOCKS_COLUMN_FAMILY] =
	{.title = N_("Nom"), .least = 9, .ideal = 14, .tall = 8, .sorts = true, .eager = true},
    [BLOCKS_COLUMN_GIVEN] = {.title = N_("Prénom"), .least = 9, .ideal = 12},
    [BLOCKS_COLUMN_PROFESSION] =
	{.title = N_("Profession"), .least = 10, .ideal = 10, .drop = 1, .sorts = true},
    [BLOCKS_COLUMN_SPECIALTY] =
	{.title = N_("Spécialité"), .least = 12, .ideal = 20, .tall = 11, .drop = 2},
    [BLOCKS_COLUMN_PLACES] =
	{.title = N_("Établissements"), .least = 14, .ideal = 18, .drop = 3, .stretch = true},
    [BLOCKS_COLUMN_AT] = {.title = N_("Date de blocage"), .least = 10, .ideal = 17, .sorts = true},
    [BLOCKS_COLUMN_ACTION] = {.title = N_("Actions"), .least = 11, .ideal = 20, .button = true},
};

/* Without the date of a block. */
static const struct table_column blocks_find_columns[] = {
    [BLOCKS_COLUMN_FAMILY] =
	{.title = N_("Nom"), .least = 9, .ideal = 16, .tall = 10, .eager = true},
    [BLOCKS_COLUMN_GIVEN] = {.title = N_("Prénom"), .least = 9, .ideal = 12},
    [BLOCKS_COLUMN_PROFESSION] = {.title = N_("Profession"), .least = 10, .ideal = 12, .drop = 1},
    [BLOCKS_COLUMN_SPECIALTY] =
	{.title = N_("Spécialité"), .least = 12, .ideal = 20, .tall = 12, .drop = 2},
    [BLOCKS_COLUMN_PLACES] =
	{.title = N_("Établissements"), .least = 14, .ideal = 22, .drop = 3, .stretch = true},
    [BLOCKS_COLUMN_AT] = {.title = N_("Actions"), .least = 11, .ideal = 20, .button = true},
};

/* Columns that sort, as the server names them. */
static const struct blocks_sort {
	enum blocks_column column;
	Emage__BlockSort sort;
} blocks_sorts[] = {
    {BLOCKS_COLUMN_FAMILY, EMAGE__BLOCK_SORT__BLOCK_SORT_NAME},
    {BLOCKS_COLUMN_PROFESSION, EMAGE__BLOCK_SORT__BLOCK_SORT_PROFESSION},
    {BLOCKS_COLUMN_AT, EMAGE__BLOCK_SORT__BLOCK_SORT_DATE},
};

Emage__BlockSort
blocks_sort_of(size_t column)
{
	for (size_t i = 0; i < ARRAY_LEN(blocks_sorts); i++)
		if (blocks_sorts[i].column == column)
			return blocks_sorts[i].sort;
	return EMAGE__BLOCK_SORT__BLOCK_SORT_NAME;
}

static size_t
blocks_column_of(Emage__BlockSort sort)
{
	for (size_t i = 0; i < ARRAY_LEN(blocks_sorts); i++)
		if (blocks_sorts[i].sort == sort)
			return blocks_sorts[i].column;
	return BLOCKS_COLUMN_FAMILY;
}

static const char *
blocks_cell(const struct professional *p, enum blocks_column column)
{
	switch (column) {
	case BLOCKS_COLUMN_FAMILY:
		return p->family_name;
	case BLOCKS_COLUMN_GIVEN:
		return p->given_name;
	case BLOCKS_COLUMN_PROFESSION:
		return professional_profession(p->profession);
	case BLOCKS_COLUMN_SPECIALTY:
		return p->specialty;
	case BLOCKS_COLUMN_PLACES:
		return p->establishments;
	default:
		return "";
	}
}

static const char *
blocks_list_cell(void *arg, size_t row, size_t column, int width)
{
	struct blocks_list *l = arg;
	const struct professional *p = &l->model.rows[row];

	if (column == BLOCKS_COLUMN_ACTION)
		return _("[Annuler le blocage]");
	if (column != BLOCKS_COLUMN_AT)
		return blocks_cell(p, (enum blocks_column)column);
	dates_time(lang_now(), p->blocked_at_ms, l->cell_text);
	if ((int)strlen(l->cell_text) > width)
		dates_day(lang_now(), p->blocked_at_ms, l->cell_text);
	return l->cell_text;
}

static const char *
blocks_find_cell(void *arg, size_t row, size_t column, int width)
{
	struct blocks_find *f = arg;
	const struct professional *p = &f->model.rows[row];

	(void)width;
	if (column == BLOCKS_COLUMN_AT) /* the last one here */
		return p->blocked_at_ms == 0 ? _("[Bloquer]") : _("[Annuler le blocage]");
	return blocks_cell(p, (enum blocks_column)column);
}

void
blocks_draw_init(struct screen_blocks *b)
{
	b->list.table = (struct table){
	    .columns = blocks_list_columns,
	    .n_columns = ARRAY_LEN(blocks_list_columns),
	    .cell = blocks_list_cell,
	    .arg = &b->list,
	    .wraps = true,
	};
	b->find.table = (struct table){
	    .columns = blocks_find_columns,
	    .n_columns = ARRAY_LEN(blocks_find_columns),
	    .cell = blocks_find_cell,
	    .arg = &b->find,
	    .wraps = true,
	};
}

/* ------------------------------------------------------------------ the parts */

static void
blocks_draw_tabs(struct form *f, int y, const struct area *room)
{
	int x = 1;
	int w = form_width(f, BLOCKS_TAB_FIND);
	int other = form_width(f, BLOCKS_TAB_LIST);

	if (w + other + 4 > room->w)
		w = room->w - other - 4;
	form_draw(f, BLOCKS_TAB_FIND, y, x, w);
	form_draw(f, BLOCKS_TAB_LIST, y, x + w + 1, other);
}

/* In the place of rows, when there is none. */
static void
blocks_draw_none(const struct table *t, bool loaded, const char *words)
{
	if (loaded && t->n_rows == 0 && t->place.h > 0)
		paint_text(t->place.y, t->place.x + 1, t->place.w - 2, STYLE_PLAIN, words);
}

static void
blocks_draw_list(struct screen_blocks *b, const struct area *room)
{
	struct blocks_list *l = &b->list;
	struct area a = {.x = 0, .w = room->w};
	int y = room->y;

	form_begin(&l->form, room);
	blocks_draw_tabs(&l->form, y++, room);
	if (room->h >= 12)
		paint_text(
		    y++, 1, room->w - 2, STYLE_TITLE, _("Professionnels de santé non autorisés"));
	y += paging_draw(&l->paging, &l->form, BLOCKS_SIZE, BLOCKS_PAGE, y, room);
	a.y = y;
	a.h = room->y + room->h - y;
	l->table.sorted_by = blocks_column_of(l->model.query.sort);
	l->table.ascending = !l->model.query.descending;
	listing_draw_table(&l->form, BLOCKS_HEADERS, BLOCKS_ROWS, &l->table, &a);
	blocks_draw_none(&l->table, l->model.loaded, _("Vous n'avez bloqué aucun professionnel."));
	form_end(&l->form);
}

/* -------------------------------------------------------------------- search */

struct blocks_criterion {
	enum blocks_find_item item;
	const char *label;
};

static const struct blocks_criterion blocks_criteria[] = {
    {FIND_FAMILY, N_("Nom :")},
    {FIND_GIVEN, N_("Prénom :")},
    {FIND_PROFESSION, N_("Profession :")},
    {FIND_SPECIALTY, N_("Spécialité :")},
    {FIND_PLACE, N_("Établissement :")},
};

/* The widest label of every step-th criterion. */
static int
blocks_labels_width(size_t from, size_t step)
{
	int widest = 0;

	for (size_t i = from; i < ARRAY_LEN(blocks_criteria); i += step) {
		int w = (int)text_width(_(blocks_criteria[i].label));

		widest = w > widest ? w : widest;
	}
	return widest;
}

static void
blocks_draw_criterion(struct form *f, size_t i, int y, int x, int label, int w)
{
	paint_right(y, x, label, STYLE_LABEL, _(blocks_criteria[i].label));
	form_draw(
	    f, blocks_criteria[i].item, y, x + label + 1, w < BLOCKS_FIELD ? w : BLOCKS_FIELD);
}

/* Criteria and buttons; returns the rows used. */
static int
blocks_draw_criteria(struct form *f, int y, const struct area *room)
{
	size_t step = room->w >= BLOCKS_WIDE ? 2 : 1;
	int column = step == 2 ? room->w / 2 : room->w;
	int label[2] = {blocks_labels_width(0, step), blocks_labels_width(1, step)};
	int search = form_width(f, FIND_SEARCH);
	int from = y;
	int x = 1 + label[0] + 1;

	for (size_t i = 0; i < ARRAY_LEN(blocks_criteria); i++) {
		size_t side = i % step;

		blocks_draw_criterion(
		    f, i, y, 1 + (int)side * column, label[side], column - label[side] - 4);
		if (side + 1 == step)
			y++;
	}
	if (step == 2)
		x = column + 1 + (column >= search + form_width(f, FIND_CLEAR) + 2 ? 1 : 0);
	form_draw(f, FIND_SEARCH, y, x, search);
	form_draw(f, FIND_CLEAR, y, x + search + 1, form_width(f, FIND_CLEAR));
	return y + 1 - from;
}

/* What the guide says before a search, and as much of it as has room beside a page
 * of results after one; returns the rows used. */
static int
blocks_draw_lead(const struct blocks_find *f, int y, const struct area *room)
{
	struct area a = {.y = y, .x = 1, .h = 3, .w = room->w - 2};

	if (!f->model.loaded) {
		a.y += wrap_draw(&a, STYLE_PLAIN, _(WORDS_BLOCKS_FIND));
		if (room->h >= 18)
			a.y++;
	} else if (room->h < BLOCKS_ROOMY + (int)paging_size(&f->paging)) {
		return 0;
	}
	paint_text(a.y++, 1, a.w, STYLE_TITLE, _("Recherche d'un professionnel"));
	paint_text(a.y++, 1, a.w, STYLE_PLAIN, _(WORDS_CRITERION));
	return a.y - y;
}

static void
blocks_draw_found(struct screen_blocks *b, int y, const struct area *room)
{
	struct blocks_find *f = &b->find;
	struct area a = {.x = 0, .w = room->w};

	y += paging_draw(&f->paging, &f->form, FIND_SIZE, FIND_PAGE, y, room);
	a.y = y;
	a.h = room->y + room->h - y;
	listing_draw_table(&f->form, FIND_HEADERS, FIND_ROWS, &f->table, &a);
	blocks_draw_none(
	    &f->table, f->model.loaded, _("Aucun professionnel ne correspond à ces critères."));
}

static void
blocks_draw_find(struct screen_blocks *b, const struct area *room)
{
	struct blocks_find *f = &b->find;
	bool low = room->h < 12;
	int y = room->y;

	form_begin(&f->form, room);
	blocks_draw_tabs(&f->form, y++, room);
	if (low && f->form.focus > FIND_CLEAR) {
		blocks_draw_found(b, y, room);
	} else {
		if (!low)
			paint_text(y++, 1, room->w - 2, STYLE_TITLE, _("Bloquer un accès"));
		if (!low)
			y += blocks_draw_lead(f, y, room);
		y += blocks_draw_criteria(&f->form, y, room);
		if (!low && f->model.loaded)
			blocks_draw_found(b, y, room);
	}
	form_end(&f->form);
}

void
screen_blocks_draw(struct screen *s, const struct area *room)
{
	struct screen_blocks *b = screen_blocks(s);

	if (b->tab == BLOCKS_TAB_LIST)
		blocks_draw_list(b, room);
	else
		blocks_draw_find(b, room);
}
