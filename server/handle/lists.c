/* SPDX-License-Identifier: MIT */
/*
 * Professionals in rows: those found in the directory, and those blocked.
 */
#include "server/handle/lists.h"

#include "server/handle/opened.h"

/* Establishments shown of one person. */
#define PLACES_MAX 8u

int
lists_check_page(struct request *rq, uint32_t page, uint32_t page_size)
{
	if (page == 0)
		return request_invalid(rq, "page");
	if (page_size == 0 || page_size > LIST_PAGE_MAX)
		return request_invalid(rq, "page_size");
	return 0;
}

static int
lists_places(struct request *rq, struct store_conn *db, Emage__Professional *row)
{
	struct store_place places[PLACES_MAX];
	unsigned n = 0;
	int rc =
	    store_professional_places(db, rq->arena, row->professional_id, places, PLACES_MAX, &n);

	if (rc < 0 || n == 0)
		return rc;
	row->establishments = arena_alloc(rq->arena, n * sizeof(*row->establishments));
	if (row->establishments == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < n; i++)
		row->establishments[i] = (char *)(uintptr_t)places[i].name;
	row->n_establishments = n;
	return 0;
}

int
lists_professionals(struct request *rq, struct store_conn *db,
    const struct store_professional *found, unsigned n, Emage__Professional ***rows_r,
    size_t *n_rows_r)
{
	Emage__Professional *rows = arena_alloc(rq->arena, n * sizeof(*rows));
	int rc = 0;

	*rows_r = arena_alloc(rq->arena, n * sizeof(**rows_r));
	if (rows == NULL || *rows_r == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < n && rc == 0; i++) {
		emage__professional__init(&rows[i]);
		rows[i].professional_id = found[i].professional_id;
		rows[i].family_name = (char *)(uintptr_t)found[i].family_name;
		rows[i].given_name = (char *)(uintptr_t)found[i].given_name;
		rows[i].profession = (char *)(uintptr_t)found[i].profession;
		rows[i].specialty = (char *)(uintptr_t)found[i].specialty;
		rows[i].blocked_at_ms = found[i].blocked_at_ms;
		(*rows_r)[i] = &rows[i];
		rc = lists_places(rq, db, &rows[i]);
	}
	*n_rows_r = n;
	return rc;
}
