/* SPDX-License-Identifier: MIT */
/*
 * Pages of a list.
 */
#include "client/widget/paging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tr.h"
#include "common/mem.h"
#include "common/text.h"

#define PAGING_DIGITS 6

static const uint32_t paging_sizes[] = {5, 10, 20, 50};

static const char *
paging_size_text(void *arg, size_t i)
{
	struct paging *p = arg;

	snprintf(p->size_text, sizeof(p->size_text), "%u", paging_sizes[i]);
	return p->size_text;
}

void
paging_init(struct paging *p, uint32_t page_size)
{
	*p = (struct paging){.page_size = page_size, .at = 1};
	p->size = (struct choice){
	    .text = paging_size_text,
	    .arg = p,
	    .n = ARRAY_LEN(paging_sizes),
	};
	paging_refused(p);
	field_init(&p->page, FIELD_NUMBER, PAGING_DIGITS);
	field_set(&p->page, "1");
}

void
paging_release(struct paging *p)
{
	field_release(&p->page);
}

void
paging_follow(struct paging *p, uint32_t at, uint32_t n_pages, uint32_t total, uint32_t n_rows)
{
	char text[16];

	p->at = at > 0 ? at : 1;
	p->n_pages = n_pages > 0 ? n_pages : 1;
	p->total = total;
	p->n_rows = n_rows;
	p->page_size = paging_size(p);
	p->loaded = true;
	snprintf(text, sizeof(text), "%u", p->at);
	field_set(&p->page, text);
}

void
paging_refused(struct paging *p)
{
	for (size_t i = 0; i < ARRAY_LEN(paging_sizes); i++)
		if (paging_sizes[i] == p->page_size)
			p->size.chosen = i;
}

uint32_t
paging_size(const struct paging *p)
{
	return paging_sizes[p->size.chosen];
}

bool
paging_read(const struct paging *p, uint32_t *page_r)
{
	*page_r = (uint32_t)strtoul(field_text(&p->page), NULL, 10);
	return *page_r >= 1 && *page_r <= p->n_pages;
}

enum paging_turn
paging_turn(const struct paging *p, struct table *t, int direction, uint32_t *page_r)
{
	if (table_turn(t, direction))
		return PAGING_MOVED;
	if (direction > 0 ? p->at >= p->n_pages : p->at <= 1)
		return PAGING_END;
	*page_r = direction > 0 ? p->at + 1 : p->at - 1;
	return PAGING_ASK;
}

/* ------------------------------------------------------------------ drawing */

static void
paging_count_text(const struct paging *p, char *out, size_t len)
{
	uint32_t first = (p->at - 1) * p->page_size + 1;
	uint32_t last = first + p->n_rows - 1;

	if (!p->loaded)
		snprintf(out, len, "%s", _("Chargement…"));
	else if (p->total == 0 || p->n_rows == 0)
		snprintf(out, len, "%s", _("Aucun résultat"));
	else if (p->more)
		snprintf(
		    out, len, _("Résultats %1$u à %2$u sur plus de %3$u"), first, last, p->total);
	else if (p->total == 1)
		snprintf(out, len, "%s", _("Résultat 1 sur 1"));
	else
		snprintf(out, len, _("Résultats %1$u à %2$u sur %3$u"), first, last, p->total);
}

/* "Page [ 1] sur 3", ending at column `end`; returns where it begins. */
static int
paging_draw_page(struct paging *p, struct form *f, size_t item, int y, int end)
{
	char of[32];
	const char *page = _("Page");
	uint32_t n = p->n_pages > 0 ? p->n_pages : 1;
	int w = n < 100 ? 4 : n < 10000 ? 6 : PAGING_DIGITS + 2;
	int typed = (int)strlen(field_text(&p->page)) + 2;
	int at;

	w = w > typed ? w : typed;
	snprintf(of, sizeof(of), _("sur %u"), n);
	at = end - (int)(text_width(page) + 1 + text_width(of) + 1) - w;
	paint_text(y, at, 10, STYLE_LABEL, page);
	form_draw(f, item, y, at + (int)text_width(page) + 1, w);
	paint_text(y, end - (int)text_width(of), 20, STYLE_LABEL, of);
	return at;
}

int
paging_draw(struct paging *p, struct form *f, size_t size_item, size_t page_item, int y,
    const struct area *room)
{
	char count[96];
	int at = 1;
	int page_at, w;

	paging_count_text(p, count, sizeof(count));
	w = (int)text_width(count);
	at += paint_text(y, at, 20, STYLE_LABEL, _("Afficher")) + 1;
	form_draw(f, size_item, y, at, 7);
	at += 8;
	page_at = paging_draw_page(p, f, page_item, y, room->w - 1);
	at += paint_text(y, at, page_at - at - 1, STYLE_LABEL, _("par page")) + 2;
	if (at + w + 2 <= page_at) {
		paint_text(y, at + (page_at - at - w) / 2, page_at - at, STYLE_PLAIN, count);
		return 1;
	}
	paint_text(y + 1, 1, room->w - 2, STYLE_PLAIN, count);
	return 2;
}
