/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_BLOCKS_H
#define EMAGE_CLIENT_MODEL_BLOCKS_H

#include "client/model/directory.h"

/*
 * The professionals whom the patient shuts out, a page of them.
 */
struct blocks_query {
	Emage__BlockSort sort;
	bool descending;
	uint32_t page, page_size;
};

struct blocks {
	struct blocks_query query; /* what was answered */
	struct professional *rows;
	size_t n_rows;
	uint32_t total, page, n_pages;
	bool loaded;
	/* An access in an emergency passes all the same: the region decides. */
	bool emergency_overrides;
};

void blocks_init(struct blocks *b);
void blocks_release(struct blocks *b);
Emage__BlockListRequest blocks_request(const struct blocks_query *q);
void blocks_take(
    struct blocks *b, const struct blocks_query *asked, const Emage__BlockListReply *reply);

#endif
