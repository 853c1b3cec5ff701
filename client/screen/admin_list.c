/* SPDX-License-Identifier: MIT */
/*
 * The list that all of administration's lists are.
 */
#include "client/screen/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/screen/listing.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

#define LIST_FILTER_MAX	    100
#define LIST_FILTER_COLUMNS 30
#define LIST_PAGE_SIZE	    20
#define LIST_STRETCH	    50

static struct admin_list *
admin_list(struct screen *s)
{
	return (struct admin_list *)s;
}

void
admin_list_free(struct screen *s)
{
	struct admin_list *l = admin_list(s);

	admin_rows_clear(&l->rows);
	field_release(&l->filter);
	paging_release(&l->paging);
	free(l->sought);
	free(l->whole);
	free(l);
}

/* ------------------------------------------------------------------- asking */

uint32_t
admin_list_size(const struct admin_list *l)
{
	return l->ops->paged ? paging_size(&l->paging) : LIST_STRETCH;
}

void
admin_list_call(
    struct admin_list *l, enum method_index m, const ProtobufCMessage *request, app_done *done)
{
	l->missing = app_call(&l->base, m, request, CALL_WAIT, done) == 0;
}

static void
admin_list_ask(struct admin_list *l, uint32_t page)
{
	app_forget_all(&l->base);
	l->asked = page;
	l->append = false;
	l->next = 0;
	l->ops->ask(l);
}

void
admin_list_again(struct admin_list *l)
{
	l->keep_row = true;
	l->stale = false;
	admin_list_ask(l, l->ops->paged ? l->paging.at : 1);
}

/* What was not answered is asked for once more when the connection is back. */
void
admin_list_resumed(struct screen *s)
{
	if (admin_list(s)->missing)
		admin_list(s)->ops->ask(admin_list(s));
}

bool
admin_list_came(struct screen *s, int err, const Emage__Error *e)
{
	struct admin_list *l = admin_list(s);

	if (err == 0)
		return true;
	if (err == -EM_E_CLOSED)
		l->missing = true;
	else
		app_message_error(s->app, err, e);
	if (l->ops->paged)
		paging_refused(&l->paging);
	return false;
}

static void
admin_list_show(struct admin_list *l)
{
	l->loaded = true;
	l->table.n_rows = l->rows.n;
	if (!l->keep_row)
		table_select(&l->table, 0);
	else if (l->table.selected >= l->rows.n)
		table_select(&l->table, l->rows.n > 0 ? l->rows.n - 1 : 0);
	l->keep_row = false;
}

void
admin_list_take_page(struct admin_list *l, ProtobufCMessage *const *rows, size_t n, uint32_t page,
    uint32_t n_pages, uint32_t total)
{
	admin_rows_clear(&l->rows);
	admin_rows_add(&l->rows, rows, n);
	paging_follow(&l->paging, page, n_pages, total, (uint32_t)n);
	admin_list_show(l);
}

void
admin_list_take_stretch(
    struct admin_list *l, ProtobufCMessage *const *rows, size_t n, bool more, uint64_t next)
{
	if (!l->append)
		admin_rows_clear(&l->rows);
	l->keep_row |= l->append;
	admin_rows_add(&l->rows, rows, n);
	l->more = more;
	l->next = next;
	admin_list_show(l);
	/* a stretch in which nothing was: on */
	if (n == 0 && more) {
		l->append = true;
		l->ops->ask(l);
	}
}

/* ------------------------------------------------------------------ drawing */

/* Rows used. */
static int
admin_list_draw_filter(struct admin_list *l, int y, const struct area *room)
{
	int at = 1, left;

	if (!l->ops->filter && !l->ops->button)
		return 0;
	if (l->ops->filter) {
		at += paint_text(y, at, room->w - at, STYLE_LABEL, _(l->ops->filter)) + 1;
		left = room->w - at - form_width(&l->form, ADMIN_LIST_SEARCH) - 3;
		left = left > LIST_FILTER_COLUMNS ? LIST_FILTER_COLUMNS : left;
		form_draw(&l->form, ADMIN_LIST_FILTER, y, at, left);
		at += left + 1;
		left = form_width(&l->form, ADMIN_LIST_SEARCH);
		form_draw(&l->form, ADMIN_LIST_SEARCH, y, at, left);
		at += left + 2;
	}
	if (!l->ops->button)
		return 1;
	left = form_width(&l->form, ADMIN_LIST_BUTTON);
	if (at + left < room->w) {
		form_draw(&l->form, ADMIN_LIST_BUTTON, y, at, left);
		return 1;
	}
	form_draw(&l->form, ADMIN_LIST_BUTTON, y + 1, 1, left);
	return 2;
}

static int
admin_list_draw_count(struct admin_list *l, int y, const struct area *room)
{
	char text[ADMIN_TEXT_LEN];

	if (l->ops->paged)
		return paging_draw(&l->paging, &l->form, ADMIN_LIST_SIZE, ADMIN_LIST_PAGE, y, room);
	if (!l->loaded)
		snprintf(text, sizeof(text), "%s", _("Chargement…"));
	else if (l->rows.n == 0 && !l->more)
		snprintf(text, sizeof(text), "%s", _(l->ops->empty));
	else if (l->more)
		snprintf(text, sizeof(text), _("%zu lignes, Pg↓ en montre d'autres"), l->rows.n);
	else
		snprintf(
		    text, sizeof(text), ngettext("%zu ligne", "%zu lignes", l->rows.n), l->rows.n);
	paint_text(y, 1, room->w - 2, STYLE_LABEL, text);
	return 1;
}

void
admin_list_draw(struct screen *s, const struct area *room)
{
	struct admin_list *l = admin_list(s);
	struct area a = {.x = 0, .w = room->w};
	int y = room->y;

	form_begin(&l->form, room);
	if (room->h >= 12)
		paint_text(y++, 1, room->w - 2, STYLE_TITLE, _(l->ops->heading));
	if (room->h >= 9 || l->form.focus <= ADMIN_LIST_BUTTON)
		y += admin_list_draw_filter(l, y, room);
	y += admin_list_draw_count(l, y, room);
	a.y = y;
	a.h = room->y + room->h - y;
	listing_draw_table(&l->form, ADMIN_LIST_HEADERS, ADMIN_LIST_ROWS, &l->table, &a);
	form_end(&l->form);
}

/* --------------------------------------------------------------------- keys */

static void
admin_list_turn(struct admin_list *l, int direction)
{
	uint32_t page;

	if (l->ops->paged) {
		if (listing_turn(&l->base, &l->paging, &l->table, direction, &page))
			admin_list_ask(l, page);
		return;
	}
	if (table_turn(&l->table, direction))
		return;
	if (direction < 0) {
		app_message(l->base.app, MESSAGE_INFO, "%s", _("Première page."));
	} else if (l->more && !app_waits(&l->base)) {
		l->append = true;
		l->ops->ask(l);
	} else if (!l->more) {
		app_message(l->base.app, MESSAGE_INFO, "%s", _("Dernière page."));
	}
}

static void
admin_list_search(struct admin_list *l)
{
	free(l->sought);
	l->sought = mem_strdup(field_text(&l->filter));
	admin_list_ask(l, 1);
}

static void
admin_list_result(struct admin_list *l, enum form_result r)
{
	uint32_t page;

	if (r == FORM_CHANGED) {
		listing_tell_full(&l->base, &l->form);
		if (l->form.focus == ADMIN_LIST_SIZE)
			admin_list_ask(l, 1);
	}
	if (r != FORM_PRESSED)
		return;
	switch (l->form.focus) {
	case ADMIN_LIST_FILTER:
	case ADMIN_LIST_SEARCH:
		admin_list_search(l);
		break;
	case ADMIN_LIST_BUTTON:
		l->ops->pressed(l);
		break;
	case ADMIN_LIST_PAGE:
		if (listing_read_page(&l->base, &l->form, ADMIN_LIST_PAGE, &l->paging, &page))
			admin_list_ask(l, page);
		break;
	case ADMIN_LIST_ROWS:
		if (l->ops->open && l->table.selected < l->rows.n)
			l->ops->open(l, l->rows.row[l->table.selected]);
		break;
	default:
		break;
	}
}

bool
admin_list_event(struct screen *s, const struct event *ev)
{
	enum form_result r = form_event(&admin_list(s)->form, ev);

	admin_list_result(admin_list(s), r);
	return r != FORM_IGNORED;
}

void
admin_list_act(struct screen *s, enum action a)
{
	struct admin_list *l = admin_list(s);

	switch (a) {
	case ACTION_FILTER:
		form_focus(&l->form, l->ops->filter ? ADMIN_LIST_FILTER : ADMIN_LIST_ROWS);
		break;
	case ACTION_PAGE_NEXT:
		admin_list_turn(l, 1);
		break;
	case ACTION_PAGE_PREVIOUS:
		admin_list_turn(l, -1);
		break;
	case ACTION_FIRST:
		form_focus(&l->form, ADMIN_LIST_ROWS);
		table_select(&l->table, 0);
		break;
	case ACTION_LAST:
		form_focus(&l->form, ADMIN_LIST_ROWS);
		table_select(&l->table, l->table.n_rows > 0 ? l->table.n_rows - 1 : 0);
		break;
	case ACTION_REFRESH:
		admin_list_again(l);
		break;
	case ACTION_BACK:
	case ACTION_BACK_LIST:
		/* out of the filter first */
		if (l->form.focus != ADMIN_LIST_ROWS)
			form_focus(&l->form, ADMIN_LIST_ROWS);
		else
			app_pop(s->app, s);
		break;
	default:
		admin_list_result(l, form_act(&l->form, a));
	}
}

bool
admin_list_wants_text(const struct screen *s)
{
	return form_wants_text(&((const struct admin_list *)s)->form);
}

/* They have one order. */
bool
admin_list_can(const struct screen *s, enum action a)
{
	const struct admin_list *l = (const struct admin_list *)s;

	if (a == ACTION_FILTER)
		return l->ops->filter != NULL;
	return a != ACTION_SORT && a != ACTION_SORT_ORDER;
}

void
admin_list_covered(struct screen *s, bool is_covered)
{
	if (!is_covered && admin_list(s)->stale)
		admin_list_again(admin_list(s));
}

/* ------------------------------------------------------------------- making */

static const char *
admin_list_cell(void *arg, size_t row, size_t column, int width)
{
	struct admin_list *l = arg;

	return l->ops->cell(l, l->rows.row[row], column, width);
}

void
admin_list_init(struct admin_list *l, struct app *app, const struct screen_ops *screen,
    const struct admin_list_ops *ops)
{
	struct item *items = l->items;

	l->base.ops = screen;
	l->base.app = app;
	l->ops = ops;
	l->sought = mem_strdup("");
	field_init(&l->filter, FIELD_TEXT, LIST_FILTER_MAX);
	paging_init(&l->paging, LIST_PAGE_SIZE);
	l->table = (struct table){.columns = ops->columns,
	    .n_columns = ops->n_columns,
	    .cell = admin_list_cell,
	    .wraps = true,
	    .arg = l};
	items[ADMIN_LIST_FILTER] =
	    (struct item){.kind = ITEM_FIELD, .field = &l->filter, .hidden = !ops->filter};
	items[ADMIN_LIST_SEARCH] =
	    (struct item){.kind = ITEM_BUTTON, .label = N_("Rechercher"), .hidden = !ops->filter};
	items[ADMIN_LIST_BUTTON] =
	    (struct item){.kind = ITEM_BUTTON, .label = ops->button, .hidden = !ops->button};
	items[ADMIN_LIST_SIZE] =
	    (struct item){.kind = ITEM_CHOICE, .choice = &l->paging.size, .hidden = !ops->paged};
	items[ADMIN_LIST_PAGE] =
	    (struct item){.kind = ITEM_FIELD, .field = &l->paging.page, .hidden = !ops->paged};
	items[ADMIN_LIST_HEADERS] =
	    (struct item){.kind = ITEM_HEADERS, .table = &l->table, .hidden = true};
	items[ADMIN_LIST_ROWS] = (struct item){.kind = ITEM_ROWS, .table = &l->table};
	l->form = (struct form){.items = items,
	    .n = N_ADMIN_LIST_ITEMS,
	    .focus = ADMIN_LIST_ROWS,
	    .touch = app_is_kiosk(app)};
	admin_list_ask(l, 1);
}
