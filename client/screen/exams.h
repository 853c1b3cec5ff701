/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_EXAMS_H
#define EMAGE_CLIENT_SCREEN_EXAMS_H

#include "client/model/exams.h"
#include "client/screen/screen.h"
#include "client/widget/form.h"
#include "client/widget/paging.h"

/* Inside of the list of exams: exams.c asks, exams_draw.c draws;
 * record_exams.c is the same list for a professional with the record open. */

enum exams_item {
	EXAMS_FROM,
	EXAMS_TO,
	EXAMS_PLACE,
	EXAMS_SEARCH,
	EXAMS_CLEAR,
	EXAMS_SIZE,
	EXAMS_PAGE,
	EXAMS_HEADERS,
	EXAMS_ROWS,
	N_EXAMS_ITEMS,
};

struct screen_exams {
	struct screen base;
	struct exams model;
	struct exams_query asked;
	uint32_t call;			      /* list under way */
	bool missing, missing_establishments; /* asked without a connection */
	bool select_last;		      /* of the page that comes */
	bool keep_row;
	struct form form;
	struct item items[N_EXAMS_ITEMS];
	struct field from, to;
	struct choice place;
	struct paging paging;
	struct table table;
	char cell_text[512];
};

/* The list with other screen_ops, made of these. */
struct screen *screen_exams_new_with(struct app *app, const struct screen_ops *ops);
void screen_exams_free(struct screen *s);
bool screen_exams_event(struct screen *s, const struct event *ev);
void screen_exams_act(struct screen *s, enum action a);
bool screen_exams_wants_text(const struct screen *s);
void screen_exams_resumed(struct screen *s);

void screen_exams_init_table(struct screen_exams *x);
void screen_exams_draw(struct screen *s, const struct area *room);

#endif
