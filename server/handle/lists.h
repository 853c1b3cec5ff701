/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_LISTS_H
#define EMAGE_SERVER_HANDLE_LISTS_H

#include "db/store.h"
#include "proto/access.pb-c.h"
#include "server/request.h"

/* What the lists of professionals have in common. */

#define LIST_PAGE_MAX 50u
#define LIST_NAME_MAX 100u

/* Refuses page 0 and sizes that are none. */
int lists_check_page(struct request *rq, uint32_t page, uint32_t page_size);

/* Rows of a reply, each with where the person works; array from the arena. */
int lists_professionals(struct request *rq, struct store_conn *db,
    const struct store_professional *found, unsigned n, Emage__Professional ***rows_r,
    size_t *n_rows_r);

#endif
