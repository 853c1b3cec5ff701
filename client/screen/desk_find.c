/* SPDX-License-Identifier: MIT */
/*
 * 1 Patients, at the reception and for a professional: two of name, given name and
 * birth date, or a number; those who are found, one of whom is opened.
 */
#include "client/screen/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/screen/listing.h"
#include "client/screen/record.h"
#include "client/tr.h"
#include "client/widget/form.h"
#include "client/widget/wrap.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

#define FIND_NAME_MAX	    100
#define FIND_NUMBER_MAX	    64
#define FIND_IDENTIFIER_MAX 32
#define FIND_INS_MAX	    24 /* fifteen, and the blanks that are written between them */
#define FIND_INS_COLUMNS    (FIND_INS_MAX + 2)
#define FIND_DATE_COLUMNS   12
#define FIND_WIDE	    56
#define FIND_LABEL	    14

enum find_item {
	FIND_NAME,
	FIND_GIVEN,
	FIND_BORN,
	FIND_IDENTIFIER,
	FIND_IPP,
	FIND_INS,
	FIND_SEARCH,
	FIND_CLEAR,
	FIND_HEADERS,
	FIND_ROWS,
	N_FIND_ITEMS,
};

enum find_column {
	FIND_COLUMN_NAME,
	FIND_COLUMN_GIVEN,
	FIND_COLUMN_BORN,
	FIND_COLUMN_IPP,
	FIND_COLUMN_ACCOUNT,
	FIND_COLUMN_ACTION
};

static const struct table_column screen_desk_columns[] = {
    [FIND_COLUMN_NAME] = {.title = N_("Nom"), .least = 12, .ideal = 26, .stretch = true},
    [FIND_COLUMN_GIVEN] = {.title = N_("Prénom"), .least = 9, .ideal = 14},
    [FIND_COLUMN_BORN] = {.title = N_("Naissance"), .least = 12, .ideal = 12},
    [FIND_COLUMN_IPP] = {.title = N_("IPP"), .least = 8, .ideal = 10, .drop = 1},
    [FIND_COLUMN_ACCOUNT] = {.title = N_("Compte"), .least = 7, .ideal = 8},
    [FIND_COLUMN_ACTION] =
	{.title = N_("Action"), .least = 6, .ideal = 6, .drop = 2, .button = true},
};

/* The same, in the place of the account the sex. */
static const struct table_column screen_record_columns[] = {
    [FIND_COLUMN_NAME] = {.title = N_("Nom"), .least = 12, .ideal = 26, .stretch = true},
    [FIND_COLUMN_GIVEN] = {.title = N_("Prénom"), .least = 9, .ideal = 14},
    [FIND_COLUMN_BORN] = {.title = N_("Naissance"), .least = 12, .ideal = 12},
    [FIND_COLUMN_IPP] = {.title = N_("IPP"), .least = 8, .ideal = 10, .drop = 1},
    [FIND_COLUMN_ACCOUNT] = {.title = N_("Sexe"), .least = 4, .ideal = 5, .drop = 3},
    [FIND_COLUMN_ACTION] =
	{.title = N_("Action"), .least = 8, .ideal = 8, .drop = 2, .button = true},
};

struct screen_desk {
	struct screen base;
	bool of_doctor;
	struct form form;
	struct item items[N_FIND_ITEMS];
	struct field name, given, born, identifier, ipp, ins;
	struct table table;
	struct desk_found model;
	uint32_t call;
	bool missing; /* asked without a connection */
	bool keep_row;
	char cell_text[DESK_TEXT_LEN + 2];
};

static struct screen_desk *
screen_desk(struct screen *s)
{
	return (struct screen_desk *)s;
}

static void
screen_desk_free(struct screen *s)
{
	struct screen_desk *d = screen_desk(s);

	for (size_t i = FIND_NAME; i <= FIND_INS; i++)
		field_release(d->items[i].field);
	desk_found_release(&d->model);
	free(d);
}

/* ------------------------------------------------------------------- asking */

static void
screen_desk_follow(struct screen_desk *d)
{
	d->items[FIND_ROWS].hidden = d->model.n == 0;
	d->table.n_rows = d->model.n;
	if (!d->keep_row || d->table.selected >= d->model.n)
		table_select(&d->table, 0);
	d->keep_row = false;
}

static void
screen_desk_found(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_desk *d = screen_desk(s);

	(void)more;
	d->call = 0;
	if (err == -EM_E_CLOSED) {
		d->missing = true;
	} else if (err == -EM_E_FILTER_EMPTY) {
		form_focus(&d->form, FIND_NAME);
		app_message(s->app, MESSAGE_ERROR, "%s",
		    _("Indiquez un numéro, ou deux de : nom, prénom, date de naissance."));
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else {
		desk_found_take(&d->model, (const Emage__PatientFindReply *)msg);
		screen_desk_follow(d);
		form_focus(&d->form, d->model.n > 0 ? FIND_ROWS : d->form.focus);
		if (d->model.ins_key_wrong)
			app_message(s->app, MESSAGE_WARN, "%s",
			    _("La clé de cet INS n'est pas la bonne : relisez les chiffres."));
	}
}

static void
screen_desk_search(struct screen_desk *d)
{
	Emage__PatientFindRequest r = EMAGE__PATIENT_FIND_REQUEST__INIT;
	uint32_t born;

	if (!listing_read_date(&d->base, &d->form, FIND_BORN, &born))
		return;
	if (d->call != 0)
		app_forget(&d->base, d->call);
	r.name = (char *)(uintptr_t)field_text(&d->name);
	r.given_name = (char *)(uintptr_t)field_text(&d->given);
	r.identifier = (char *)(uintptr_t)field_text(&d->identifier);
	r.ipp = (char *)(uintptr_t)field_text(&d->ipp);
	r.ins = (char *)(uintptr_t)field_text(&d->ins);
	r.birth_date = born;
	d->call = app_call(&d->base, METHOD_patient_find, &r.base, CALL_WAIT, screen_desk_found);
	d->missing = d->call == 0;
}

static void
screen_desk_again(struct screen_desk *d)
{
	if (!d->model.loaded && !d->missing)
		return;
	d->keep_row = true;
	screen_desk_search(d);
}

static void
screen_desk_resumed(struct screen *s)
{
	if (screen_desk(s)->missing)
		screen_desk_again(screen_desk(s));
}

static void
screen_desk_clear(struct screen_desk *d)
{
	app_forget_all(&d->base);
	d->call = 0;
	d->missing = false;
	for (size_t i = FIND_NAME; i <= FIND_INS; i++)
		field_clear(d->items[i].field);
	desk_found_release(&d->model);
	screen_desk_follow(d);
	form_focus(&d->form, FIND_NAME);
}

/* ------------------------------------------------------------------ drawing */

static const char *
screen_desk_cell(void *arg, size_t row, size_t column, int width)
{
	struct screen_desk *d = arg;
	const struct desk_row *r = &d->model.rows[row];
	char day[DESK_TEXT_LEN];

	(void)width;
	switch ((enum find_column)column) {
	case FIND_COLUMN_NAME:
		return r->name;
	case FIND_COLUMN_GIVEN:
		return r->given_name;
	case FIND_COLUMN_BORN:
		desk_day_text(r->birth_date, day);
		snprintf(d->cell_text, sizeof(d->cell_text), "%s%s", day,
		    r->n_namesakes > 0 ? " !" : "");
		return d->cell_text;
	case FIND_COLUMN_IPP:
		return r->ipp;
	case FIND_COLUMN_ACCOUNT:
		return d->of_doctor ? r->sex : desk_account_text(r->account);
	case FIND_COLUMN_ACTION:
		return d->of_doctor ? _("[Ouvrir]") : _("[Voir]");
	}
	return "";
}

/* Two labelled fields in a row, or one below the other. Returns the rows used. */
static int
screen_desk_draw_pair(struct screen_desk *d, int y, const struct area *room, const char *label,
    size_t item, const char *label2, size_t item2)
{
	bool wide = room->w >= FIND_WIDE;
	int half = wide ? room->w / 2 : room->w;
	int w = half - FIND_LABEL - 4;

	paint_right(y, 1, FIND_LABEL, STYLE_LABEL, label);
	form_draw(&d->form, item, y, FIND_LABEL + 2, w);
	y += wide ? 0 : 1;
	paint_right(y, (wide ? half : 0) + 1, FIND_LABEL, STYLE_LABEL, label2);
	form_draw(&d->form, item2, y, (wide ? half : 0) + FIND_LABEL + 2, w);
	return wide ? 1 : 2;
}

/* One labelled field. */
static void
screen_desk_draw_short(struct screen_desk *d, int y, const char *label, size_t item, int columns)
{
	paint_right(y, 1, FIND_LABEL, STYLE_LABEL, label);
	form_draw(&d->form, item, y, FIND_LABEL + 2, columns);
}

static int
screen_desk_draw_filter(struct screen_desk *d, int y, const struct area *room)
{
	const int search = form_width(&d->form, FIND_SEARCH);
	const int clear = form_width(&d->form, FIND_CLEAR);
	const bool wide = room->w >= FIND_WIDE;
	int at = wide ? room->w - search - clear - 2 : FIND_LABEL + 2;
	int from = y, ins = wide && at - FIND_LABEL - 3 < FIND_INS_COLUMNS ? at - FIND_LABEL - 3
									   : FIND_INS_COLUMNS;

	y += screen_desk_draw_pair(d, y, room, _("Nom :"), FIND_NAME, _("Prénom :"), FIND_GIVEN);
	screen_desk_draw_short(d, y++, _("Né(e) le :"), FIND_BORN, FIND_DATE_COLUMNS);
	y += screen_desk_draw_pair(
	    d, y, room, _("Identifiant :"), FIND_IDENTIFIER, _("IPP :"), FIND_IPP);
	screen_desk_draw_short(d, y, _("INS :"), FIND_INS, ins);
	y += wide ? 0 : 1;
	form_draw(&d->form, FIND_SEARCH, y, at, search);
	form_draw(&d->form, FIND_CLEAR, y, at + search + 1, clear);
	return y + 1 - from;
}

static void
screen_desk_count_text(const struct screen_desk *d, char out_r[DESK_TEXT_LEN])
{
	unsigned n = (unsigned)d->model.n;

	if (!d->model.loaded)
		snprintf(out_r, DESK_TEXT_LEN, "%s",
		    _("Indiquez un numéro, ou deux de : nom, prénom, date de naissance."));
	else if (d->model.n == 0)
		snprintf(out_r, DESK_TEXT_LEN, "%s",
		    d->of_doctor ? _("Aucun patient trouvé.")
				 : _("Aucun patient trouvé. 2 : nouveau patient."));
	else if (d->model.more)
		snprintf(out_r, DESK_TEXT_LEN,
		    _("Les %u premiers ; il y en a d'autres : précisez la recherche."), n);
	else
		snprintf(out_r, DESK_TEXT_LEN,
		    ngettext("%u patient trouvé", "%u patients trouvés", n), n);
}

static void
screen_desk_draw_rows(struct screen_desk *d, int y, const struct area *room)
{
	struct area a = {.y = y, .x = 0, .h = room->y + room->h - y, .w = room->w};
	char text[DESK_TEXT_LEN];

	screen_desk_count_text(d, text);
	a.x = 1;
	a.w -= 2;
	a.y += wrap_draw(&a, STYLE_LABEL, text);
	a.h = room->y + room->h - a.y;
	if (d->model.namesakes)
		a.y += wrap_draw(&a, STYLE_LABEL,
		    _("! : même nom et même date de naissance qu'un autre, l'IPP les distingue."));
	a.x = 0;
	a.w = room->w;
	a.h = room->y + room->h - a.y;
	if (d->model.n > 0 && a.h > 1)
		listing_draw_table(&d->form, FIND_HEADERS, FIND_ROWS, &d->table, &a);
}

static void
screen_desk_draw(struct screen *s, const struct area *room)
{
	struct screen_desk *d = screen_desk(s);
	int y = room->y;

	form_begin(&d->form, room);
	if (room->h < 12 && d->form.focus == FIND_ROWS) {
		screen_desk_draw_rows(d, y, room);
	} else {
		paint_text(y++, 1, room->w - 2, STYLE_TITLE, _("Recherche d'un patient"));
		y += screen_desk_draw_filter(d, y, room);
		if (room->h >= 12)
			screen_desk_draw_rows(d, y + 1, room);
	}
	form_end(&d->form);
}

/* --------------------------------------------------------------------- keys */

static void
screen_desk_open(struct screen_desk *d, const struct desk_row *row)
{
	struct app *app = d->base.app;

	app_push(app, d->of_doctor ? screen_record_motive_new(app, row)
				   : screen_desk_patient_new(app, row->id));
}

static void
screen_desk_result(struct screen_desk *d, enum form_result r)
{
	if (r == FORM_CHANGED)
		listing_tell_full(&d->base, &d->form);
	if (r != FORM_PRESSED)
		return;
	if (d->form.focus == FIND_CLEAR)
		screen_desk_clear(d);
	else if (d->form.focus != FIND_ROWS)
		screen_desk_search(d);
	else if (d->table.selected < d->model.n)
		screen_desk_open(d, &d->model.rows[d->table.selected]);
}

static bool
screen_desk_event(struct screen *s, const struct event *ev)
{
	enum form_result r = form_event(&screen_desk(s)->form, ev);

	screen_desk_result(screen_desk(s), r);
	return r != FORM_IGNORED;
}

static void
screen_desk_act(struct screen *s, enum action a)
{
	struct screen_desk *d = screen_desk(s);

	switch (a) {
	case ACTION_FILTER:
		form_focus(&d->form, FIND_NAME);
		break;
	case ACTION_REFRESH:
		screen_desk_again(d);
		break;
	case ACTION_PAGE_NEXT:
	case ACTION_PAGE_PREVIOUS:
		(void)table_turn(&d->table, a == ACTION_PAGE_NEXT ? 1 : -1);
		break;
	case ACTION_FIRST:
		table_select(&d->table, 0);
		break;
	case ACTION_LAST:
		table_select(&d->table, d->model.n > 0 ? d->model.n - 1 : 0);
		break;
	case ACTION_BACK: /* out of what is typed: digits open sections again */
		form_focus(&d->form, form_wants_text(&d->form) ? FIND_SEARCH : FIND_NAME);
		break;
	case ACTION_BACK_LIST:
	case ACTION_SECTION_DESK:
	case ACTION_SECTION_RECORD:
		form_focus(&d->form, FIND_NAME);
		break;
	default:
		screen_desk_result(d, form_act(&d->form, a));
	}
}

static bool
screen_desk_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct screen_desk *)s)->form);
}

/* The order is the server's. */
static bool
screen_desk_can(const struct screen *s, enum action a)
{
	(void)s;
	return a != ACTION_SORT && a != ACTION_SORT_ORDER;
}

#define FIND_OPS(its_name, its_section, its_about)                                                 \
	{                                                                                          \
		.name = its_name, .title = N_("Recherche d'un patient"), .about = its_about,       \
		.contexts = CTX_LIST | CTX_FORM | CTX_SPACE, .section = its_section,               \
		.free = screen_desk_free, .draw = screen_desk_draw, .event = screen_desk_event,    \
		.act = screen_desk_act, .wants_text = screen_desk_wants_text,                      \
		.can = screen_desk_can, .resumed = screen_desk_resumed,                            \
	}

static const struct screen_ops screen_desk_ops = FIND_OPS("desk", ACTION_SECTION_DESK,
    N_("Indiquez l'identifiant, l'IPP ou l'INS, ou deux de : nom (d'usage ou de naissance), "
       "prénom, date de naissance ; le début suffit. Entrée sur une ligne ouvre le patient. "
       "Chaque recherche est enregistrée."));

static const struct screen_ops screen_record_ops = FIND_OPS("record", ACTION_SECTION_RECORD,
    N_("Indiquez l'identifiant, l'IPP ou l'INS, ou deux de : nom (d'usage ou de naissance), "
       "prénom, date de naissance ; le début suffit. Entrée sur une ligne ouvre le dossier, avec "
       "un motif. Chaque recherche est enregistrée."));

static void
screen_desk_add_field(
    struct screen_desk *d, size_t item, struct field *f, enum field_kind kind, unsigned max)
{
	field_init(f, kind, max);
	d->items[item] = (struct item){.kind = ITEM_FIELD, .field = f};
}

static struct screen *
screen_desk_make(struct app *app, bool of_doctor)
{
	struct screen_desk *d = mem_new(sizeof(*d));

	d->of_doctor = of_doctor;
	d->base.ops = of_doctor ? &screen_record_ops : &screen_desk_ops;
	d->base.app = app;
	screen_desk_add_field(d, FIND_NAME, &d->name, FIELD_TEXT, FIND_NAME_MAX);
	screen_desk_add_field(d, FIND_GIVEN, &d->given, FIELD_TEXT, FIND_NAME_MAX);
	screen_desk_add_field(d, FIND_BORN, &d->born, FIELD_DATE, 10);
	screen_desk_add_field(d, FIND_IDENTIFIER, &d->identifier, FIELD_TEXT, FIND_IDENTIFIER_MAX);
	screen_desk_add_field(d, FIND_IPP, &d->ipp, FIELD_TEXT, FIND_NUMBER_MAX);
	screen_desk_add_field(d, FIND_INS, &d->ins, FIELD_TEXT, FIND_INS_MAX);
	d->items[FIND_SEARCH] = (struct item){.kind = ITEM_BUTTON, .label = N_("Rechercher")};
	d->items[FIND_CLEAR] = (struct item){.kind = ITEM_BUTTON, .label = N_("Effacer")};
	d->items[FIND_HEADERS] =
	    (struct item){.kind = ITEM_HEADERS, .table = &d->table, .hidden = true};
	d->items[FIND_ROWS] = (struct item){.kind = ITEM_ROWS, .table = &d->table, .hidden = true};
	d->table =
	    (struct table){.columns = of_doctor ? screen_record_columns : screen_desk_columns,
		.n_columns = ARRAY_LEN(screen_desk_columns),
		.cell = screen_desk_cell,
		.wraps = true,
		.arg = d};
	d->form = (struct form){.items = d->items, .n = N_FIND_ITEMS, .touch = app_is_kiosk(app)};
	return &d->base;
}

struct screen *
screen_desk_new(struct app *app)
{
	return screen_desk_make(app, false);
}

struct screen *
screen_record_new(struct app *app)
{
	return screen_desk_make(app, true);
}
