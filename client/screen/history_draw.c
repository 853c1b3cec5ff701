/* SPDX-License-Identifier: MIT */
/*
 * What the history of accesses looks like, from 40 columns on.
 */
#include "client/screen/history.h"

#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/directory.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/mem.h"
#include "common/text.h"

#define HISTORY_DATE_COLUMNS 12
#define HISTORY_WHO_COLUMNS  34

enum history_column {
	HISTORY_COLUMN_FAMILY,
	HISTORY_COLUMN_GIVEN,
	HISTORY_COLUMN_PROFESSION,
	HISTORY_COLUMN_SPECIALTY,
	HISTORY_COLUMN_AT,
	HISTORY_COLUMN_MOTIVE,
};

static const struct table_column screen_history_columns[] = {
    [HISTORY_COLUMN_FAMILY] = {.title = N_("Nom"), .least = 9, .ideal = 16, .tall = 10},
    [HISTORY_COLUMN_GIVEN] = {.title = N_("Prénom"), .least = 9, .ideal = 12, .tall = 10},
    [HISTORY_COLUMN_PROFESSION] = {.title = N_("Profession"), .least = 8, .ideal = 12, .tall = 10},
    [HISTORY_COLUMN_SPECIALTY] =
	{.title = N_("Spécialité"), .least = 12, .ideal = 22, .drop = 2, .tall = 15},
    [HISTORY_COLUMN_AT] = {.title = N_("Date de prise en charge"),
	.least = 10,
	.ideal = 23,
	.tall = 13},
    [HISTORY_COLUMN_MOTIVE] = {.title = N_("Motif exprimé"),
	.least = 12,
	.ideal = 28,
	.stretch = true,
	.tall = 12,
	.eager = true},
};

/* The motive, behind what is unusual about the access. */
static const char *
screen_history_motive(struct screen_history *h, const struct access_row *r)
{
	const char *mark = "";

	if (r->result == EMAGE__ACCESS_RESULT__ACCESS_RESULT_REFUSED_BLOCKED)
		mark = _("[refusé] ");
	else if (r->result == EMAGE__ACCESS_RESULT__ACCESS_RESULT_EMERGENCY_OVER_BLOCK)
		mark = _("[malgré le blocage] ");
	snprintf(h->cell_text, sizeof(h->cell_text), "%s%s%.200s",
	    r->contest != EMAGE__CONTEST_STATE__CONTEST_STATE_NONE ? _("[contesté] ") : "", mark,
	    r->motive);
	return h->cell_text;
}

static const char *
screen_history_cell(void *arg, size_t row, size_t column, int width)
{
	struct screen_history *h = arg;
	const struct access_row *r = &h->model.rows[row];

	switch ((enum history_column)column) {
	case HISTORY_COLUMN_FAMILY:
		return r->family_name;
	case HISTORY_COLUMN_GIVEN:
		return r->given_name;
	case HISTORY_COLUMN_PROFESSION:
		return professional_profession(r->profession);
	case HISTORY_COLUMN_SPECIALTY:
		return r->specialty;
	case HISTORY_COLUMN_AT:
		dates_time(lang_now(), r->at_ms, h->cell_text);
		if ((int)strlen(h->cell_text) > width)
			dates_day(lang_now(), r->at_ms, h->cell_text);
		return h->cell_text;
	case HISTORY_COLUMN_MOTIVE:
		return screen_history_motive(h, r);
	}
	return "";
}

void
screen_history_init_table(struct screen_history *h)
{
	h->table = (struct table){
	    .columns = screen_history_columns,
	    .n_columns = ARRAY_LEN(screen_history_columns),
	    .cell = screen_history_cell,
	    .arg = h,
	    .wraps = true,
	};
}

/* Returns the rows used. */
static int
screen_history_draw_filter(struct screen_history *h, int y, const struct area *room)
{
	struct form *f = &h->form;
	const char *filter = _("Filtrer");
	int search = form_width(f, HISTORY_SEARCH);
	int clear = form_width(f, HISTORY_CLEAR);
	bool wide = room->w >= 78;
	int left = room->w >= 56 ? 1 + (int)text_width(filter) + 3 : 1;
	int at = left;
	int w;

	if (left > 1)
		paint_text(y, 1, left - 1, STYLE_TITLE, filter);
	at += paint_text(y, at, room->w - at, STYLE_LABEL, _("Date : du")) + 1;
	form_draw(f, HISTORY_FROM, y, at, HISTORY_DATE_COLUMNS);
	at += HISTORY_DATE_COLUMNS + 1;
	at += paint_text(y, at, room->w - at, STYLE_LABEL, _("au")) + 1;
	form_draw(f, HISTORY_TO, y, at, HISTORY_DATE_COLUMNS);
	y++;
	at = left;
	at += paint_text(y, at, room->w - at, STYLE_LABEL, _("Professionnel :")) + 1;
	w = room->w - at - 2 - (wide ? search + clear + 3 : 0);
	w = w < HISTORY_WHO_COLUMNS ? w : HISTORY_WHO_COLUMNS;
	form_draw(f, HISTORY_WHO, y, at, w);
	at = wide ? at + w + 2 : left;
	y += wide ? 0 : 1;
	form_draw(f, HISTORY_SEARCH, y, at, search);
	form_draw(f, HISTORY_CLEAR, y, at + search + 1, clear);
	return wide ? 2 : 3;
}

static void
screen_history_draw_rows(struct screen_history *h, int y, const struct area *room)
{
	struct area a = {.x = 0, .w = room->w};

	y += paging_draw(&h->paging, &h->form, HISTORY_SIZE, HISTORY_PAGE, y, room);
	a.y = y;
	a.h = room->y + room->h - y;
	listing_draw_table(&h->form, HISTORY_HEADERS, HISTORY_ROWS, &h->table, &a);
}

/* No room for all: the filter while the focus is in it, else the table. */
static void
screen_history_draw_low(struct screen_history *h, const struct area *room)
{
	if (h->form.focus <= HISTORY_CLEAR) {
		paint_text(
		    room->y, 1, room->w - 2, STYLE_TITLE, _("Filtrer l'historique des accès"));
		screen_history_draw_filter(h, room->y + 1, room);
	} else {
		screen_history_draw_rows(h, room->y, room);
	}
}

void
screen_history_draw(struct screen *s, const struct area *room)
{
	struct screen_history *h = (struct screen_history *)s;
	int y = room->y;

	form_begin(&h->form, room);
	if (room->h < 12) {
		screen_history_draw_low(h, room);
	} else {
		paint_text(y++, 1, room->w - 2, STYLE_TITLE, _("Historique des accès"));
		paint_text(y++, 1, room->w - 2, STYLE_LABEL, _(WORDS_HISTORY_HEAD));
		if (!listing_hides_filter(&h->form, HISTORY_CLEAR, room))
			y += screen_history_draw_filter(h, y, room);
		screen_history_draw_rows(h, y, room);
	}
	form_end(&h->form);
}
