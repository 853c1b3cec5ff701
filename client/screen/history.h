/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_HISTORY_H
#define EMAGE_CLIENT_SCREEN_HISTORY_H

#include "client/model/accesses.h"
#include "client/screen/screen.h"
#include "client/widget/form.h"
#include "client/widget/paging.h"

/*
 * Inside of section 2, for its screens: history.c asks and history_draw.c draws
 * the list; access.c is one access, access_text.c its words, contest.c the
 * question about it.
 */

enum history_item {
	HISTORY_FROM,
	HISTORY_TO,
	HISTORY_WHO,
	HISTORY_SEARCH,
	HISTORY_CLEAR,
	HISTORY_SIZE,
	HISTORY_PAGE,
	HISTORY_HEADERS,
	HISTORY_ROWS,
	N_HISTORY_ITEMS,
};

struct screen_history {
	struct screen base;
	struct accesses model;
	struct accesses_query asked;
	uint32_t call; /* under way */
	bool missing;  /* asked without a connection */
	bool select_last, keep_row;
	struct form form;
	struct item items[N_HISTORY_ITEMS];
	struct field from, to, who;
	struct paging paging;
	struct table table;
	char cell_text[256];
};

void screen_history_init_table(struct screen_history *h);
void screen_history_draw(struct screen *s, const struct area *room);

/* One access of the list `history`, which shows what becomes of it. */
struct screen *screen_access_new(struct app *app, struct screen *history, uint64_t number);
/* What is said about an access, a line each: freed by the caller. */
char *access_text(const struct access_detail *d);
/* "bloqué : accès refusé"; "" for an access as usual. */
const char *access_result_words(Emage__AccessResult result);

/* The question about an access; `access` is told when it was sent. */
struct screen *screen_contest_new(
    struct app *app, struct screen *access, const struct access_detail *d);
void screen_access_contested(struct screen *access, const char *reference);

#endif
