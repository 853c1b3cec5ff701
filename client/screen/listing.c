/* SPDX-License-Identifier: MIT */
/*
 * Lists: criteria, pages.
 */
#include "client/screen/listing.h"

#include "client/model/dates.h"
#include "client/tr.h"
#include "common/err.h"

bool
listing_read_date(struct screen *s, struct form *f, size_t item, uint32_t *date_r)
{
	if (dates_parse(field_text(f->items[item].field), date_r))
		return true;
	form_focus(f, item);
	app_message(s->app, MESSAGE_ERROR, "%s",
	    _("Date incorrecte : écrivez-la sous la forme jj/mm/aaaa."));
	return false;
}

bool
listing_read_period(struct screen *s, struct form *f, size_t from_item, size_t to_item,
    uint32_t *from_r, uint32_t *to_r)
{
	if (!listing_read_date(s, f, from_item, from_r) || !listing_read_date(s, f, to_item, to_r))
		return false;
	if (*to_r == 0 || *from_r <= *to_r)
		return true;
	form_focus(f, from_item);
	app_message_error(s->app, -EM_E_DATE_ORDER, NULL);
	return false;
}

bool
listing_read_page(
    struct screen *s, struct form *f, size_t item, const struct paging *p, uint32_t *page_r)
{
	if (paging_read(p, page_r))
		return true;
	form_focus(f, item);
	if (p->n_pages <= 1)
		app_message(s->app, MESSAGE_ERROR, "%s", _("Il n'y a qu'une page."));
	else
		app_message(s->app, MESSAGE_ERROR,
		    _("Page inconnue : choisissez un nombre de 1 à %u."), p->n_pages);
	return false;
}

bool
listing_turn(
    struct screen *s, const struct paging *p, struct table *t, int direction, uint32_t *page_r)
{
	enum paging_turn turn = paging_turn(p, t, direction, page_r);

	if (turn == PAGING_END)
		app_message(s->app, MESSAGE_INFO, "%s",
		    direction > 0 ? _("Dernière page.") : _("Première page."));
	return turn == PAGING_ASK;
}

bool
listing_hides_filter(const struct form *f, size_t last_criterion, const struct area *room)
{
	return !f->touch && room->h < 18 && room->w < 78 && f->focus > last_criterion;
}

void
listing_tell_full(struct screen *s, struct form *f)
{
	struct field *field = f->items[f->focus].field;

	if (f->items[f->focus].kind != ITEM_FIELD || !field->full)
		return;
	field->full = false;
	app_message(s->app, MESSAGE_WARN,
	    ngettext("Ce champ est plein : il contient au plus %u caractère.",
		"Ce champ est plein : il contient au plus %u caractères.", field->max_chars),
	    field->max_chars);
}

void
listing_draw_table(
    struct form *f, size_t headers_item, size_t rows_item, struct table *t, const struct area *a)
{
	enum table_focus focus = f->focus == headers_item ? TABLE_ON_HEADER
				 : f->focus == rows_item  ? TABLE_ON_ROWS
							  : TABLE_NO_FOCUS;
	int titles;

	table_draw(t, a, focus);
	titles = t->place.y - a->y;
	f->items[headers_item].place = (struct area){.y = a->y, .x = a->x, .h = titles, .w = a->w};
	f->items[rows_item].place = t->place;
}
