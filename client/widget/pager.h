/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_PAGER_H
#define EMAGE_CLIENT_WIDGET_PAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/widget/paint.h"
#include "client/widget/wrap.h"

/*
 * A long text: wrapped to the width, scrolled by lines and pages, searched
 * without regard to case, accents or line ends. The place is kept as an offset
 * in the text, so a resize shows the same passage.
 */
struct pager {
	const char *text; /* borrowed */
	size_t len;
	struct wrap wrap;
	int width; /* that wrap was made for; 0 = none */
	int hang;  /* as in wrap_list(); set before the first drawing */
	size_t top_offset;
	int rows; /* of the last drawing */
	/* folded copy for searching, and where each byte of it comes from */
	char *folded;
	uint32_t *origin;
	size_t folded_len;
	char *sought;			/* folded, or NULL */
	size_t found_offset, found_len; /* 0 long: nothing found */
};

void pager_init(struct pager *p);
void pager_release(struct pager *p);
/* Another text; back to its beginning, search kept. */
void pager_set(struct pager *p, const char *text, size_t len);

/* Draws, with the cursor at the found passage or the first line. */
void pager_draw(struct pager *p, const struct area *a);
void pager_scroll(struct pager *p, int lines);
void pager_page(struct pager *p, int direction);
void pager_home(struct pager *p);
void pager_end(struct pager *p);
/* Tells paint_more() whether there is more than what was drawn. */
void pager_tell_more(const struct pager *p);
/* First line shown from 1, last line shown, number of lines. */
void pager_where(const struct pager *p, size_t *first_r, size_t *last_r, size_t *n_r);

/* Looks for words from the top of the page on; false when they are nowhere. */
bool pager_search(struct pager *p, const char *words);
/* The next (1) or previous (-1) passage, around the ends; *around_r tells. */
bool pager_search_again(struct pager *p, int direction, bool *around_r);

#endif
