/* SPDX-License-Identifier: MIT */
/*
 * The directory of professionals: what can be chosen from, and the search. What
 * it holds is public; only the blocks shown beside it are the caller's own.
 */
#include "server/handle.h"

#include <string.h>

#include "common/text.h"
#include "proto/access.pb-c.h"
#include "server/handle/fields.h"
#include "server/handle/lists.h"
#include "server/handle/opened.h"
#include "server/policy/page.h"

#define PROFESSIONS_MAX 200u
#define SPECIALTIES_MAX 1000u
#define PLACES_MAX	1000u
#define CODE_MAX_CHARS	16u
/* Bytes of one reply's entries: with their tags, less than a frame. */
#define PART_BYTES_MAX 48000u
#define ENTRY_OVERHEAD 32u
/* Professionals that are counted: a person pages through no more. */
#define COUNTED_MAX 1000u

/* ------------------------------------------------------------------ lists */

struct directory_state {
	struct store_entry professions[PROFESSIONS_MAX], specialties[SPECIALTIES_MAX];
	struct store_place places[PLACES_MAX + 1];
	unsigned n_professions, n_specialties, n_places;
	unsigned sent_professions, sent_specialties, sent_places;
	bool places_cut;
};

int
check_directory_lists(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_directory_lists_read(struct request *rq, struct store_conn *db)
{
	struct directory_state *st = arena_alloc(rq->arena, sizeof(*st));
	int rc;

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = st;
	rc = store_professions(db, rq->arena, st->professions, PROFESSIONS_MAX, &st->n_professions);
	if (rc == 0)
		rc = store_specialties(
		    db, rq->arena, st->specialties, SPECIALTIES_MAX, &st->n_specialties);
	if (rc == 0)
		rc = store_places(db, rq->arena, st->places, PLACES_MAX + 1, &st->n_places);
	st->places_cut = st->n_places > PLACES_MAX;
	if (st->places_cut)
		st->n_places = PLACES_MAX;
	return rc;
}

/* How many of `from`.. `n` still fit; takes their bytes off *left. */
static unsigned
directory_fit_entries(const struct store_entry *list, unsigned from, unsigned n, size_t *left)
{
	unsigned i;

	for (i = from; i < n; i++) {
		size_t bytes = strlen(list[i].code) + strlen(list[i].label) + ENTRY_OVERHEAD;

		if (bytes > *left) {
			*left = 0;
			break;
		}
		*left -= bytes;
	}
	return i - from;
}

static int
directory_put_entries(struct request *rq, const struct store_entry *list, unsigned n,
    Emage__DirectoryEntry ***rows_r, size_t *n_r)
{
	Emage__DirectoryEntry *rows = arena_alloc(rq->arena, n * sizeof(*rows));

	*rows_r = arena_alloc(rq->arena, n * sizeof(**rows_r));
	if (rows == NULL || *rows_r == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < n; i++) {
		emage__directory_entry__init(&rows[i]);
		rows[i].code = (char *)(uintptr_t)list[i].code;
		rows[i].label = (char *)(uintptr_t)list[i].label;
		(*rows_r)[i] = &rows[i];
	}
	*n_r = n;
	return 0;
}

/* The next of one list, as many as this reply still holds. */
static int
directory_next_entries(struct request *rq, const struct store_entry *list, unsigned n_list,
    unsigned *sent, size_t *left, Emage__DirectoryEntry ***rows_r, size_t *n_r)
{
	unsigned n = directory_fit_entries(list, *sent, n_list, left);
	int rc = directory_put_entries(rq, list + *sent, n, rows_r, n_r);

	*sent += n;
	return rc;
}

static int
directory_next_places(
    struct request *rq, struct directory_state *st, size_t left, Emage__DirectoryListsReply *reply)
{
	const struct store_place *list = st->places + st->sent_places;
	unsigned n_left = st->n_places - st->sent_places, n = 0;
	Emage__DirectoryPlace *rows = arena_alloc(rq->arena, n_left * sizeof(*rows));

	reply->places = arena_alloc(rq->arena, n_left * sizeof(*reply->places));
	if (rows == NULL || reply->places == NULL)
		return -EM_E_NO_MEMORY;
	for (; n < n_left; n++) {
		size_t bytes = strlen(list[n].name) + ENTRY_OVERHEAD;

		if (bytes > left)
			break;
		left -= bytes;
		emage__directory_place__init(&rows[n]);
		rows[n].establishment_id = list[n].establishment_id;
		rows[n].name = (char *)(uintptr_t)list[n].name;
		reply->places[n] = &rows[n];
	}
	reply->n_places = n;
	st->sent_places += n;
	return 0;
}

int
handle_directory_lists_next(struct request *rq)
{
	struct directory_state *st = rq->state;
	Emage__DirectoryListsReply *reply = rq->reply;
	size_t left = PART_BYTES_MAX;
	int rc = directory_next_entries(rq, st->professions, st->n_professions,
	    &st->sent_professions, &left, &reply->professions, &reply->n_professions);

	if (rc == 0)
		rc = directory_next_entries(rq, st->specialties, st->n_specialties,
		    &st->sent_specialties, &left, &reply->specialties, &reply->n_specialties);
	if (rc == 0)
		rc = directory_next_places(rq, st, left, reply);
	rq->more = st->sent_professions < st->n_professions ||
		   st->sent_specialties < st->n_specialties || st->sent_places < st->n_places;
	reply->places_cut = !rq->more && st->places_cut;
	return rc;
}

/* ----------------------------------------------------------------- search */

/* Whether anything is left of a name once it is folded. */
static bool
directory_says_something(struct request *rq, const char *name)
{
	char *fold = arena_alloc(rq->arena, 3 * strlen(name) + 1);

	return fold != NULL && text_fold(name, strlen(name), fold) > 0;
}

int
check_directory_search(struct request *rq)
{
	const Emage__DirectorySearchRequest *m = rq->msg;

	if (!fields_typed(m->family_name, LIST_NAME_MAX))
		return request_invalid(rq, "family_name");
	if (!fields_typed(m->given_name, LIST_NAME_MAX))
		return request_invalid(rq, "given_name");
	if (!fields_line(m->profession, 0, CODE_MAX_CHARS))
		return request_invalid(rq, "profession");
	if (!fields_line(m->specialty, 0, CODE_MAX_CHARS))
		return request_invalid(rq, "specialty");
	if (m->profession[0] == '\0' && m->specialty[0] == '\0' && m->establishment_id == 0 &&
	    !directory_says_something(rq, m->family_name) &&
	    !directory_says_something(rq, m->given_name)) {
		request_refuse(rq, EM_E_FILTER_EMPTY, "family_name", 0, 0);
		return -EM_E_FILTER_EMPTY;
	}
	return lists_check_page(rq, m->page, m->page_size);
}

int
handle_directory_search_read(struct request *rq, struct store_conn *db)
{
	const Emage__DirectorySearchRequest *m = rq->msg;
	Emage__DirectorySearchReply *reply = rq->reply;
	struct store_find q = {
	    .family_name = m->family_name,
	    .given_name = m->given_name,
	    .profession_code = m->profession,
	    .specialty_code = m->specialty,
	    .establishment_id = m->establishment_id,
	    .patient_id = rq->caller.patient_id,
	};
	struct store_professional *found = NULL;
	struct policy_page page;
	uint32_t total = 0;
	unsigned n = 0;
	int rc = store_find_count(db, &q, COUNTED_MAX, &total);

	if (rc < 0)
		return rc;
	reply->more_than_counted = total > COUNTED_MAX;
	reply->total = reply->more_than_counted ? COUNTED_MAX : total;
	page = policy_page(reply->total, m->page, m->page_size);
	reply->page = page.page;
	reply->n_pages = page.n_pages;
	reply->page_size = m->page_size;
	if (total == 0)
		return 0;
	rc = store_find_page(db, rq->arena, &q, page.offset, page.n_rows, &found, &n);
	return rc < 0 ? rc : lists_professionals(rq, db, found, n, &reply->rows, &reply->n_rows);
}
