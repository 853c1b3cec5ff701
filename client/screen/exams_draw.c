/* SPDX-License-Identifier: MIT */
/*
 * What the list of exams looks like, from 40 columns on.
 */
#include "client/screen/exams.h"

#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/mem.h"
#include "common/text.h"

#define EXAMS_DATE_COLUMNS 12 /* a field of a date, brackets included */
#define EXAMS_ROOMY	   18 /* rows of the room */

enum exams_column { EXAMS_COLUMN_DATE, EXAMS_COLUMN_PLACE, EXAMS_COLUMN_TEXT, EXAMS_COLUMN_ACTION };

static const struct table_column screen_exams_columns[] = {
    [EXAMS_COLUMN_DATE] = {.title = N_("Date"), .least = 11, .ideal = 17, .sorts = true},
    [EXAMS_COLUMN_PLACE] = {.title = N_("Établissement producteur"),
	.least = 14,
	.ideal = 26,
	.drop = 1,
	.sorts = true},
    [EXAMS_COLUMN_TEXT] =
	{.title = N_("Description"), .least = 16, .ideal = 24, .stretch = true, .sorts = true},
    [EXAMS_COLUMN_ACTION] =
	{.title = N_("Action"), .least = 6, .ideal = 6, .drop = 2, .button = true},
};

static const char *
screen_exams_cell(void *arg, size_t row, size_t column, int width)
{
	struct screen_exams *x = arg;
	const struct exam *e = &x->model.rows[row];

	switch ((enum exams_column)column) {
	case EXAMS_COLUMN_DATE:
		dates_time(lang_now(), e->taken_at_ms, x->cell_text);
		if ((int)strlen(x->cell_text) > width)
			dates_day(lang_now(), e->taken_at_ms, x->cell_text);
		return x->cell_text;
	case EXAMS_COLUMN_PLACE:
		return e->establishment;
	case EXAMS_COLUMN_TEXT:
		if (!e->withheld)
			return e->description[0] ? e->description : e->modality;
		snprintf(x->cell_text, sizeof(x->cell_text), "%s%.400s", _("[non libéré] "),
		    e->description[0] ? e->description : e->modality);
		return x->cell_text;
	case EXAMS_COLUMN_ACTION:
		return _("[Voir]");
	}
	return "";
}

void
screen_exams_init_table(struct screen_exams *x)
{
	x->table.columns = screen_exams_columns;
	x->table.n_columns = ARRAY_LEN(screen_exams_columns);
	x->table.cell = screen_exams_cell;
	x->table.arg = x;
	x->table.wraps = true;
}

/* -------------------------------------------------------------------- filter */

/* The guide's heading of the filter, where there is room for ten rows below;
 * returns the rows used. */
static int
screen_exams_draw_lead(int y, const struct area *room)
{
	if (room->h < EXAMS_ROOMY)
		return 0;
	paint_text(y, 1, room->w - 2, STYLE_TITLE, _("Filtrer les examens"));
	paint_text(y + 1, 1, room->w - 2, STYLE_PLAIN, _(WORDS_CRITERION));
	return 2;
}

/* The list's heading; where the filter has none, its sentence stands beside it if
 * it fits. */
static void
screen_exams_draw_title(int y, const struct area *room)
{
	const char *hint = _(WORDS_CRITERION);
	int used = 1 + paint_text(y, 1, room->w - 2, STYLE_TITLE, _("Liste des examens"));

	if (room->h < EXAMS_ROOMY && used + 2 + (int)text_width(hint) <= room->w)
		paint_text(
		    y, room->w - (int)text_width(hint), (int)text_width(hint), STYLE_PLAIN, hint);
}

/* Returns the rows used. */
static int
screen_exams_draw_filter(struct screen_exams *x, int y, const struct area *room)
{
	struct form *f = &x->form;
	bool wide = room->w >= 78;
	int search = form_width(f, EXAMS_SEARCH);
	int clear = form_width(f, EXAMS_CLEAR);
	bool named = room->w >= 56 && room->h < EXAMS_ROOMY; /* no heading says so */
	int left = named ? 1 + (int)text_width(_("Filtrer")) + 3 : 1;
	int at = left;
	int place_w;

	if (named)
		at = 1 +
		     paint_text(y, 1, room->w - 1, STYLE_TITLE,
			 wide ? _("Filtrer les examens") : _("Filtrer")) +
		     3;
	at += paint_text(y, at, room->w - at, STYLE_LABEL, _("Date : du")) + 1;
	form_draw(f, EXAMS_FROM, y, at, EXAMS_DATE_COLUMNS);
	at += EXAMS_DATE_COLUMNS + 1;
	at += paint_text(y, at, room->w - at, STYLE_LABEL, _("au")) + 1;
	form_draw(f, EXAMS_TO, y, at, EXAMS_DATE_COLUMNS);
	y++;
	at = left;
	at += paint_text(y, at, room->w - at, STYLE_LABEL, _("Établissement :")) + 1;
	place_w = room->w - at - 2 - (wide ? search + clear + 3 : 0);
	form_draw(f, EXAMS_PLACE, y, at, place_w < 34 ? place_w : 34);
	at = wide ? at + (place_w < 34 ? place_w : 34) + 2 : left;
	y += wide ? 0 : 1;
	form_draw(f, EXAMS_SEARCH, y, at, search);
	form_draw(f, EXAMS_CLEAR, y, at + search + 1, clear);
	return wide ? 2 : 3;
}

/* ------------------------------------------------------------------ the room */

static void
screen_exams_draw_rows(struct screen_exams *x, int y, const struct area *room)
{
	struct area a = {.x = 0, .w = room->w};

	y += paging_draw(&x->paging, &x->form, EXAMS_SIZE, EXAMS_PAGE, y, room);
	a.y = y;
	a.h = room->y + room->h - y;
	listing_draw_table(&x->form, EXAMS_HEADERS, EXAMS_ROWS, &x->table, &a);
}

/* No room for all: the filter while the focus is in it, else the table. */
static void
screen_exams_draw_low(struct screen_exams *x, const struct area *room)
{
	int y = room->y;

	if (x->form.focus <= EXAMS_CLEAR) {
		paint_text(y, 1, room->w - 2, STYLE_TITLE, _("Filtrer les examens"));
		screen_exams_draw_filter(x, y + 1, room);
		return;
	}
	screen_exams_draw_rows(x, y, room);
}

void
screen_exams_draw(struct screen *s, const struct area *room)
{
	struct screen_exams *x = (struct screen_exams *)s;
	/* in a narrow room fingers would leave nothing for the list */
	bool low = room->h < (x->form.touch && room->w < 78 ? EXAMS_ROOMY : 12);
	int y = room->y;

	form_begin(&x->form, room);
	if (low) {
		screen_exams_draw_low(x, room);
	} else {
		screen_exams_draw_title(y++, room);
		y += screen_exams_draw_lead(y, room);
		if (!listing_hides_filter(&x->form, EXAMS_CLEAR, room))
			y += screen_exams_draw_filter(x, y, room);
		screen_exams_draw_rows(x, y, room);
	}
	form_end(&x->form);
}
