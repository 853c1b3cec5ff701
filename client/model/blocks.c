/* SPDX-License-Identifier: MIT */
/*
 * The list of blocked professionals.
 */
#include "client/model/blocks.h"

#include <stdlib.h>

#include "common/mem.h"

#define BLOCKS_PAGE_SIZE 10

void
blocks_init(struct blocks *b)
{
	*b = (struct blocks){
	    .query = {.page = 1, .page_size = BLOCKS_PAGE_SIZE},
	};
}

static void
blocks_drop_rows(struct blocks *b)
{
	for (size_t i = 0; i < b->n_rows; i++)
		professional_release(&b->rows[i]);
	free(b->rows);
	b->rows = NULL;
	b->n_rows = 0;
}

void
blocks_release(struct blocks *b)
{
	blocks_drop_rows(b);
}

Emage__BlockListRequest
blocks_request(const struct blocks_query *q)
{
	Emage__BlockListRequest r = EMAGE__BLOCK_LIST_REQUEST__INIT;

	r.sort = q->sort;
	r.descending = q->descending;
	r.page = q->page;
	r.page_size = q->page_size;
	return r;
}

void
blocks_take(struct blocks *b, const struct blocks_query *asked, const Emage__BlockListReply *r)
{
	blocks_drop_rows(b);
	b->rows = mem_new_array(r->n_rows + 1, sizeof(*b->rows));
	for (size_t i = 0; i < r->n_rows; i++)
		professional_copy(r->rows[i], &b->rows[b->n_rows++]);
	b->query = *asked;
	b->total = r->total;
	b->n_pages = r->n_pages;
	b->page = b->query.page = r->page > 0 ? r->page : 1;
	b->emergency_overrides = r->emergency_overrides;
	b->loaded = true;
}
