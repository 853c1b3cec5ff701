/* SPDX-License-Identifier: MIT */
/*
 * What lists share: where one is, other pages, periods.
 */
#include <stdio.h>
#include <string.h>

#include "client/linear/talk.h"
#include "client/model/dates.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

void
linear_say_page(struct linear *l, const struct linear_page *p)
{
	uint32_t first = (p->at - 1) * p->size + 1;

	if (p->n_rows == 0) {
		linear_say(l, "%s", _("Aucun résultat"));
		return;
	}
	if (p->total == 1)
		linear_say(l, "%s", _("Résultat 1 sur 1"));
	else if (p->more)
		linear_say(l, _("Résultats %1$u à %2$u sur plus de %3$u"), first,
		    first + p->n_rows - 1, p->total);
	else
		linear_say(
		    l, _("Résultats %1$u à %2$u sur %3$u"), first, first + p->n_rows - 1, p->total);
	if (p->n_pages > 1)
		linear_say(l, _("Page %1$u sur %2$u"), p->at, p->n_pages);
}

unsigned
linear_page_hidden(const struct linear_page *p)
{
	unsigned hidden = 0;

	if (p->at >= p->n_pages)
		hidden |= 1u << LINEAR_PAGE_NEXT;
	if (p->at <= 1)
		hidden |= 1u << LINEAR_PAGE_PREVIOUS;
	if (p->n_pages < 2)
		hidden |= 1u << LINEAR_PAGE_GO;
	return hidden;
}

uint32_t
linear_page_turn(struct linear *l, const struct linear_page *p, unsigned command)
{
	int page;

	switch (command) {
	case LINEAR_PAGE_NEXT:
		return p->at + 1;
	case LINEAR_PAGE_PREVIOUS:
		return p->at - 1;
	case LINEAR_PAGE_GO:
		page = linear_pick(
		    l, N_("va à une page"), _("Page :"), p->n_pages, N_("va à cette page"), NULL);
		return page > 0 ? (uint32_t)page : 0;
	default:
		return 0;
	}
}

bool
linear_ask_text(struct linear *l, const char *title, const char *question, const char *enter,
    size_t max_chars, char *out_r, size_t len)
{
	const struct linear_command commands[] = {{"", enter}};
	const struct linear_prompt p = {
	    .title = title,
	    .question = question,
	    .commands = commands,
	    .n_commands = ARRAY_LEN(commands),
	    .is_text = true,
	    .max_chars = max_chars,
	};
	struct linear_answer a;

	if (!linear_ask(l, &p, &a) || a.kind == LINEAR_BACK)
		return false;
	snprintf(out_r, len, "%s", a.kind == LINEAR_TEXT ? a.text : "");
	return true;
}

bool
linear_ask_date(struct linear *l, const char *title, const char *question, uint32_t *date_r)
{
	char text[64];

	while (linear_ask_text(l, title, question, N_("sans date"), 10, text, sizeof(text))) {
		if (dates_parse(text, date_r)) /* nothing is no date: 0 */
			return true;
		linear_say(l, "%s", _("Date incorrecte : écrivez-la sous la forme jj/mm/aaaa."));
	}
	return false;
}

bool
linear_ask_period(struct linear *l, const char *title, uint32_t *from_r, uint32_t *to_r)
{
	while (linear_ask_date(l, title, _("Date : du"), from_r) &&
	       linear_ask_date(l, title, _("au"), to_r)) {
		if (*to_r == 0 || *from_r <= *to_r)
			return true;
		linear_say_error(l, -EM_E_DATE_ORDER);
	}
	return false;
}
