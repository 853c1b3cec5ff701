/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_ADMIN_H
#define EMAGE_CLIENT_SCREEN_ADMIN_H

#include "client/app.h"
#include "client/model/admin.h"
#include "client/screen/screen.h"
#include "client/widget/form.h"
#include "client/widget/paging.h"
#include "proto/load.pb-c.h"

/*
 * The lists of administration are one: a heading, a filter or none, a button or
 * none, rows by pages, or one stretch after the other where nobody knows how many
 * there are. Each says what to ask for and what stands in a cell. Their screen_ops
 * are the admin_list_*() below.
 */
enum admin_list_item {
	ADMIN_LIST_FILTER,
	ADMIN_LIST_SEARCH,
	ADMIN_LIST_BUTTON,
	ADMIN_LIST_SIZE,
	ADMIN_LIST_PAGE,
	ADMIN_LIST_HEADERS,
	ADMIN_LIST_ROWS,
	N_ADMIN_LIST_ITEMS
};

struct admin_list;

struct admin_list_ops {
	const char *heading, *empty; /* msgids */
	const char *filter;	     /* msgid of its label; NULL: none */
	const char *button;	     /* msgid; NULL: none */
	bool paged;
	const struct table_column *columns;
	size_t n_columns;
	const char *(*cell)(
	    struct admin_list *l, const ProtobufCMessage *row, size_t column, int width);
	/* Asks for l->asked (a page), or for what comes after l->next. */
	void (*ask)(struct admin_list *l);
	/* Enter on a row; NULL: nothing. */
	void (*open)(struct admin_list *l, const ProtobufCMessage *row);
	void (*pressed)(struct admin_list *l);
};

struct admin_list {
	struct screen base;
	const struct admin_list_ops *ops;
	struct form form;
	struct item items[N_ADMIN_LIST_ITEMS];
	struct field filter;
	struct paging paging;
	struct table table;
	struct admin_rows rows;
	char *sought;	/* filter of what is asked for; never NULL */
	uint32_t asked; /* page */
	uint64_t next;	/* where the next stretch begins; 0 = at the beginning */
	bool more;	/* stretches: there is another */
	bool append;	/* the answer goes behind what is there */
	bool stale;	/* something was changed: ask when uncovered */
	bool keep_row, missing, loaded;
	uint64_t picked; /* what a question is about */
	char text[ADMIN_TEXT_LEN];
	char *whole; /* a cell's that may be longer; NULL or its own */
};

void admin_list_init(struct admin_list *l, struct app *app, const struct screen_ops *screen,
    const struct admin_list_ops *ops);
/* For ops->ask. */
void admin_list_call(
    struct admin_list *l, enum method_index m, const ProtobufCMessage *request, app_done *done);
/* First in such a done: whether there is an answer. */
bool admin_list_came(struct screen *s, int err, const Emage__Error *e);
void admin_list_take_page(struct admin_list *l, ProtobufCMessage *const *rows, size_t n,
    uint32_t page, uint32_t n_pages, uint32_t total);
void admin_list_take_stretch(
    struct admin_list *l, ProtobufCMessage *const *rows, size_t n, bool more, uint64_t next);
/* From the beginning, the row with the focus kept. */
void admin_list_again(struct admin_list *l);
/* Size of a page, or of a stretch. */
uint32_t admin_list_size(const struct admin_list *l);

/* ---- screen_ops */
#define ADMIN_LIST_OPS                                                                             \
	.contexts = CTX_LIST | CTX_FORM | CTX_SPACE, .free = admin_list_free,                      \
	.draw = admin_list_draw, .event = admin_list_event, .act = admin_list_act,                 \
	.wants_text = admin_list_wants_text, .can = admin_list_can, .resumed = admin_list_resumed, \
	.covered = admin_list_covered
void admin_list_free(struct screen *s);
void admin_list_draw(struct screen *s, const struct area *room);
bool admin_list_event(struct screen *s, const struct event *ev);
void admin_list_act(struct screen *s, enum action a);
bool admin_list_wants_text(const struct screen *s);
bool admin_list_can(const struct screen *s, enum action a);
void admin_list_resumed(struct screen *s);
void admin_list_covered(struct screen *s, bool is_covered);

/* ---- what the lists open */
/* NULL: a new account. The row is copied. */
struct screen *screen_admin_account_new(struct app *app, const Emage__StaffRow *row);
struct screen *screen_admin_establishment_new(struct app *app);
struct screen *screen_admin_answer_new(struct app *app, const Emage__Contest *c);
struct screen *screen_admin_verify_new(struct app *app);

#endif
