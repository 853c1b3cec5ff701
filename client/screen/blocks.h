/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SCREEN_BLOCKS_H
#define EMAGE_CLIENT_SCREEN_BLOCKS_H

#include "client/model/blocks.h"
#include "client/model/directory.h"
#include "client/screen/screen.h"
#include "client/widget/form.h"
#include "client/widget/paging.h"

/*
 * Inside of section 3: two halves under two tabs, each with a form of its own.
 *
 *	blocks.c	the section: tabs, keys
 *	blocks_change.c	blocking and unblocking, asked for once more
 *	blocks_list.c	who is blocked
 *	blocks_find.c	looking for a professional
 *	blocks_draw.c	what both look like
 */

enum blocks_tab { BLOCKS_TAB_FIND, BLOCKS_TAB_LIST, N_BLOCKS_TABS };

/* Items of a form: the tabs first, in both. */
enum blocks_list_item {
	BLOCKS_SIZE = N_BLOCKS_TABS,
	BLOCKS_PAGE,
	BLOCKS_HEADERS,
	BLOCKS_ROWS,
	N_BLOCKS_LIST_ITEMS,
};
enum blocks_find_item {
	FIND_FAMILY = N_BLOCKS_TABS,
	FIND_GIVEN,
	FIND_PROFESSION,
	FIND_SPECIALTY,
	FIND_PLACE,
	FIND_SEARCH,
	FIND_CLEAR,
	FIND_SIZE,
	FIND_PAGE,
	FIND_HEADERS,
	FIND_ROWS,
	N_FIND_ITEMS,
};

struct blocks_list {
	struct blocks model;
	struct blocks_query asked;
	uint32_t call;
	bool missing; /* asked without a connection */
	bool select_last, keep_row;
	struct form form;
	struct item items[N_BLOCKS_LIST_ITEMS];
	struct paging paging;
	struct table table;
	char cell_text[64];
};

struct blocks_find {
	struct directory model;
	struct directory_query query, asked; /* query: what was answered */
	uint32_t call, lists_call;
	bool missing, missing_lists;
	bool select_last, keep_row;
	struct form form;
	struct item items[N_FIND_ITEMS];
	struct field family, given;
	struct choice profession, specialty, place;
	struct paging paging;
	struct table table;
};

struct screen_blocks {
	struct screen base;
	enum blocks_tab tab; /* that is open */
	struct blocks_list list;
	struct blocks_find find;
	/* asked for, and then under way */
	struct {
		uint64_t id;
		char *name;
		bool block;
		uint32_t call; /* under way */
	} change;
};

static inline struct screen_blocks *
screen_blocks(struct screen *s)
{
	return (struct screen_blocks *)s;
}

/* blocks.c */
void screen_blocks_show(struct screen_blocks *b, enum blocks_tab tab);

/* blocks_change.c: blocks somebody, or unblocks who is blocked, once that is
 * confirmed. */
void screen_blocks_change(struct screen_blocks *b, const struct professional *p);

/* blocks_list.c */
void blocks_list_init(struct screen_blocks *b);
void blocks_list_release(struct screen_blocks *b);
void blocks_list_ask(struct screen_blocks *b, const struct blocks_query *q);
void blocks_list_refresh(struct screen_blocks *b); /* the row stays */
void blocks_list_result(struct screen_blocks *b, enum form_result r);
void blocks_list_act(struct screen_blocks *b, enum action a);

/* blocks_find.c */
void blocks_find_init(struct screen_blocks *b);
void blocks_find_release(struct screen_blocks *b);
void blocks_find_ask_lists(struct screen_blocks *b);
void blocks_find_again(struct screen_blocks *b); /* the same search, the row stays */
void blocks_find_result(struct screen_blocks *b, enum form_result r);
void blocks_find_act(struct screen_blocks *b, enum action a);

/* blocks_draw.c */
void blocks_draw_init(struct screen_blocks *b);
/* The order that a column stands for. */
Emage__BlockSort blocks_sort_of(size_t column);
void screen_blocks_draw(struct screen *s, const struct area *room);

#endif
