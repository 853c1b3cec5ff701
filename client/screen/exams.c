/* SPDX-License-Identifier: MIT */
/*
 * 2.1 Vos examens: filter, page, sorted list. What is asked and answered; what
 * it looks like is in exams_draw.c.
 */
#include "client/screen/exams.h"

#include <stdlib.h>

#include "client/app.h"
#include "client/screen/listing.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

/* Columns that sort, in the order of the table. */
static const Emage__ExamSort screen_exams_sorts[] = {
    EMAGE__EXAM_SORT__EXAM_SORT_DATE,
    EMAGE__EXAM_SORT__EXAM_SORT_ESTABLISHMENT,
    EMAGE__EXAM_SORT__EXAM_SORT_DESCRIPTION,
};

static struct screen_exams *
screen_exams(struct screen *s)
{
	return (struct screen_exams *)s;
}

void
screen_exams_free(struct screen *s)
{
	struct screen_exams *x = screen_exams(s);

	field_release(&x->from);
	field_release(&x->to);
	paging_release(&x->paging);
	exams_release(&x->model);
	free(x);
}

/* ------------------------------------------------------------------- asking */

/* What the table and the page field show follows the model. */
static void
screen_exams_follow(struct screen_exams *x)
{
	const struct exams *m = &x->model;

	if (!(x->model.changed & EXAMS_CHANGED_ROWS))
		return;
	x->model.changed &= ~(unsigned)EXAMS_CHANGED_ROWS;
	x->table.n_rows = x->model.n_rows;
	x->table.sorted_by = x->model.query.sort;
	x->table.ascending = x->model.query.ascending;
	if (x->select_last && x->model.n_rows > 0)
		table_select(&x->table, x->model.n_rows - 1);
	else if (!x->keep_row)
		table_select(&x->table, 0);
	x->select_last = x->keep_row = false;
	paging_follow(&x->paging, m->page, m->n_pages, m->total, (uint32_t)m->n_rows);
}

static void
screen_exams_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_exams *x = screen_exams(s);

	(void)more;
	x->call = 0;
	if (err == -EM_E_CLOSED) {
		x->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
		x->select_last = x->keep_row = false;
		paging_refused(&x->paging);
	} else {
		exams_take_list(&x->model, &x->asked, (const Emage__ExamListReply *)msg);
		screen_exams_follow(x);
	}
}

static void
screen_exams_ask(struct screen_exams *x, const struct exams_query *q)
{
	Emage__ExamListRequest r = exams_request(q);

	if (x->call != 0)
		app_forget(&x->base, x->call);
	x->asked = *q;
	x->call = app_call(&x->base, METHOD_exam_list, &r.base, CALL_WAIT, screen_exams_done);
	x->missing = x->call == 0;
}

static void
screen_exams_got_establishments(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_exams *x = screen_exams(s);

	(void)more;
	if (err == -EM_E_CLOSED) {
		x->missing_establishments = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else {
		exams_take_establishments(&x->model, (const Emage__ExamEstablishmentsReply *)msg);
		x->place.n = x->model.n_establishments + 1;
	}
}

static void
screen_exams_ask_establishments(struct screen_exams *x)
{
	Emage__ExamEstablishmentsRequest r = EMAGE__EXAM_ESTABLISHMENTS_REQUEST__INIT;

	x->missing_establishments = app_call(&x->base, METHOD_exam_establishments, &r.base,
					CALL_WAIT, screen_exams_got_establishments) == 0;
}

void
screen_exams_resumed(struct screen *s)
{
	struct screen_exams *x = screen_exams(s);

	if (x->missing)
		screen_exams_ask(x, &x->asked);
	if (x->missing_establishments)
		screen_exams_ask_establishments(x);
}

/* ------------------------------------------------------------------- filter */

static void
screen_exams_search(struct screen_exams *x)
{
	struct exams_query q = x->model.query;
	size_t place = x->place.chosen;

	if (!listing_read_period(
		&x->base, &x->form, EXAMS_FROM, EXAMS_TO, &q.from_date, &q.to_date))
		return;
	q.establishment_id = place > 0 ? x->model.establishments[place - 1].id : 0;
	q.page = 1;
	if (!exams_query_is_filtered(&q)) {
		form_focus(&x->form, EXAMS_FROM);
		app_message_error(x->base.app, -EM_E_FILTER_EMPTY, NULL);
		return;
	}
	screen_exams_ask(x, &q);
}

static void
screen_exams_clear(struct screen_exams *x)
{
	struct exams_query q = x->model.query;

	field_clear(&x->from);
	field_clear(&x->to);
	x->place.chosen = 0;
	q.from_date = q.to_date = 0;
	q.establishment_id = 0;
	q.page = 1;
	screen_exams_ask(x, &q);
}

/* ------------------------------------------------------------ page and order */

static void
screen_exams_go(struct screen_exams *x, uint32_t page)
{
	struct exams_query q = x->model.query;

	q.page = page;
	screen_exams_ask(x, &q);
}

static void
screen_exams_turn(struct screen_exams *x, int direction)
{
	uint32_t page;

	if (!listing_turn(&x->base, &x->paging, &x->table, direction, &page))
		return;
	x->select_last = direction < 0;
	screen_exams_go(x, page);
}

/* The same column again turns the order round. Dates begin with the newest,
 * words with A. */
static void
screen_exams_sort(struct screen_exams *x, size_t column)
{
	struct exams_query q = x->model.query;
	Emage__ExamSort sort = screen_exams_sorts[column];

	q.ascending = q.sort == sort ? !q.ascending : sort != EMAGE__EXAM_SORT__EXAM_SORT_DATE;
	q.sort = sort;
	q.page = 1;
	screen_exams_ask(x, &q);
}

/* ------------------------------------------------------------------- choices */

static const char *
screen_exams_place_text(void *arg, size_t i)
{
	const struct screen_exams *x = arg;

	return i == 0 ? _("Tous") : x->model.establishments[i - 1].name;
}

static void
screen_exams_changed(struct screen_exams *x)
{
	struct exams_query q = x->model.query;

	listing_tell_full(&x->base, &x->form);
	if (x->form.focus != EXAMS_SIZE)
		return;
	q.page_size = paging_size(&x->paging);
	q.page = 1;
	screen_exams_ask(x, &q);
}

/* --------------------------------------------------------------------- keys */

static void
screen_exams_pressed(struct screen_exams *x)
{
	uint32_t page;

	switch (x->form.focus) {
	case EXAMS_FROM:
	case EXAMS_TO:
	case EXAMS_SEARCH:
		screen_exams_search(x);
		break;
	case EXAMS_CLEAR:
		screen_exams_clear(x);
		break;
	case EXAMS_PAGE:
		if (listing_read_page(&x->base, &x->form, EXAMS_PAGE, &x->paging, &page))
			screen_exams_go(x, page);
		break;
	case EXAMS_HEADERS:
		screen_exams_sort(x, x->table.header);
		break;
	case EXAMS_ROWS:
		if (x->table.selected < x->model.n_rows)
			app_push(x->base.app,
			    screen_report_new(x->base.app, &x->model.rows[x->table.selected]));
		break;
	default:
		break;
	}
}

static void
screen_exams_result(struct screen_exams *x, enum form_result r)
{
	if (r == FORM_PRESSED)
		screen_exams_pressed(x);
	else if (r == FORM_CHANGED)
		screen_exams_changed(x);
}

bool
screen_exams_event(struct screen *s, const struct event *ev)
{
	struct screen_exams *x = screen_exams(s);
	enum form_result r = form_event(&x->form, ev);

	screen_exams_result(x, r);
	return r != FORM_IGNORED;
}

void
screen_exams_act(struct screen *s, enum action a)
{
	struct screen_exams *x = screen_exams(s);

	switch (a) {
	case ACTION_FILTER:
		form_focus(&x->form, EXAMS_FROM);
		break;
	case ACTION_SORT:
		screen_exams_sort(
		    x, ((size_t)x->model.query.sort + 1) % ARRAY_LEN(screen_exams_sorts));
		break;
	case ACTION_SORT_ORDER:
		screen_exams_sort(x, (size_t)x->model.query.sort);
		break;
	case ACTION_PAGE_NEXT:
		screen_exams_turn(x, 1);
		break;
	case ACTION_PAGE_PREVIOUS:
		screen_exams_turn(x, -1);
		break;
	case ACTION_FIRST:
		form_focus(&x->form, EXAMS_ROWS);
		table_select(&x->table, 0);
		break;
	case ACTION_LAST:
		form_focus(&x->form, EXAMS_ROWS);
		table_select(&x->table, x->table.n_rows > 0 ? x->table.n_rows - 1 : 0);
		break;
	case ACTION_REFRESH:
		x->keep_row = true;
		screen_exams_ask(x, &x->model.query);
		screen_exams_ask_establishments(x);
		break;
	case ACTION_SECTION_EXAMS:
		form_focus(&x->form, EXAMS_ROWS);
		break;
	case ACTION_BACK:
	case ACTION_BACK_LIST:
		/* out of the filter first, then out of the space */
		if (x->form.focus != EXAMS_ROWS)
			form_focus(&x->form, EXAMS_ROWS);
		else
			app_ask_logout(s->app);
		break;
	default:
		screen_exams_result(x, form_act(&x->form, a));
	}
}

bool
screen_exams_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct screen_exams *)s)->form);
}

static const struct screen_ops screen_exams_ops = {
    .name = "exams",
    .title = N_("Vos examens"),
    .about =
	N_("Cette rubrique vous permet d'avoir accès à tous vos examens d'imagerie réalisés "
	   "dans les établissements ayant recueilli votre consentement. Vous pouvez utiliser "
	   "le filtre afin de rechercher un examen précis. Filtre de recherche : F2. Visualiser "
	   "un examen : Entrée. Pour des raisons de sécurité, il est "
	   "indispensable de vous déconnecter de votre espace."),
    .contexts = CTX_LIST | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_EXAMS,
    .free = screen_exams_free,
    .draw = screen_exams_draw,
    .event = screen_exams_event,
    .act = screen_exams_act,
    .wants_text = screen_exams_wants_text,
    .resumed = screen_exams_resumed,
};

static void
screen_exams_set_items(struct screen_exams *x)
{
	struct item *items = x->items;

	items[EXAMS_FROM] = (struct item){.kind = ITEM_FIELD, .field = &x->from};
	items[EXAMS_TO] = (struct item){.kind = ITEM_FIELD, .field = &x->to};
	items[EXAMS_PLACE] = (struct item){.kind = ITEM_CHOICE, .choice = &x->place};
	items[EXAMS_SEARCH] = (struct item){.kind = ITEM_BUTTON, .label = N_("Rechercher")};
	items[EXAMS_CLEAR] = (struct item){.kind = ITEM_BUTTON, .label = N_("Effacer")};
	items[EXAMS_SIZE] = (struct item){.kind = ITEM_CHOICE, .choice = &x->paging.size};
	items[EXAMS_PAGE] = (struct item){.kind = ITEM_FIELD, .field = &x->paging.page};
	items[EXAMS_HEADERS] = (struct item){.kind = ITEM_HEADERS, .table = &x->table};
	items[EXAMS_ROWS] = (struct item){.kind = ITEM_ROWS, .table = &x->table};
	x->form = (struct form){.items = items,
	    .n = N_EXAMS_ITEMS,
	    .focus = EXAMS_ROWS,
	    .touch = app_is_kiosk(x->base.app)};
}

/* All of them on the screen at once, in rows for fingers. */
#define EXAMS_KIOSK_PAGE 5

struct screen *
screen_exams_new(struct app *app)
{
	return screen_exams_new_with(app, &screen_exams_ops);
}

struct screen *
screen_exams_new_with(struct app *app, const struct screen_ops *ops)
{
	struct screen_exams *x = mem_new(sizeof(*x));

	x->base.ops = ops;
	x->base.app = app;
	exams_init(&x->model);
	if (app_is_kiosk(app))
		x->model.query.page_size = EXAMS_KIOSK_PAGE;
	field_init(&x->from, FIELD_DATE, 10);
	field_init(&x->to, FIELD_DATE, 10);
	x->place = (struct choice){.text = screen_exams_place_text, .arg = x, .n = 1};
	paging_init(&x->paging, x->model.query.page_size);
	screen_exams_init_table(x);
	screen_exams_set_items(x);
	screen_exams_ask(x, &x->model.query);
	screen_exams_ask_establishments(x);
	return &x->base;
}
