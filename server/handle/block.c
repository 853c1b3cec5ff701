/* SPDX-License-Identifier: MIT */
/*
 * Whom a patient shuts out. A block holds from its commit on: every opening asks
 * the store, and what a blocked professional has open of this patient at that
 * moment ends by a signal to their connections (S-06).
 */
#include "server/handle.h"

#include "proto/access.pb-c.h"
#include "server/handle/lists.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/page.h"
#include "server/registry.h"
#include "server/server.h"

/* Of one patient. */
#define BLOCKS_MAX 1000u

/* ------------------------------------------------------------------- list */

int
check_block_list(struct request *rq)
{
	const Emage__BlockListRequest *m = rq->msg;

	return lists_check_page(rq, m->page, m->page_size);
}

static enum block_sort
block_sort(Emage__BlockSort sort)
{
	switch (sort) {
	case EMAGE__BLOCK_SORT__BLOCK_SORT_DATE:
		return BLOCK_BY_DATE;
	case EMAGE__BLOCK_SORT__BLOCK_SORT_PROFESSION:
		return BLOCK_BY_PROFESSION;
	default:
		return BLOCK_BY_NAME;
	}
}

int
handle_block_list_read(struct request *rq, struct store_conn *db)
{
	const Emage__BlockListRequest *m = rq->msg;
	Emage__BlockListReply *reply = rq->reply;
	struct store_professional *found = NULL;
	struct policy_page page;
	unsigned n = 0;
	int rc = store_block_count(db, rq->caller.patient_id, &reply->total);

	if (rc < 0)
		return rc;
	page = policy_page(reply->total, m->page, m->page_size);
	reply->page = page.page;
	reply->n_pages = page.n_pages;
	reply->page_size = m->page_size;
	reply->emergency_overrides =
	    server_settings(rq->server)->access_emergency_overrides_block != 0;
	rc = store_block_page(db, rq->arena, rq->caller.patient_id, block_sort(m->sort),
	    m->descending, page.offset, m->page_size, &found, &n);
	return rc < 0 ? rc : lists_professionals(rq, db, found, n, &reply->rows, &reply->n_rows);
}

/* ------------------------------------------------------------ add, remove */

/* rq->cleanup: after the commit, and also when it is not known whether there was
 * one, for a failure may only close. */
static void
block_signal(struct request *rq)
{
	const struct store_professional *who = rq->state;

	if (rq->result == 0 || rq->result == -EM_E_UNCERTAIN)
		registry_shut_out(who->account_id, rq->caller.patient_id);
}

/* Something was changed: the audit row that belongs to it. */
static int
block_audit(struct request *rq, struct store_conn *db, const char *event,
    const struct store_professional *who)
{
	const char *detail = arena_printf(rq->arena, "rpps=%s", who->rpps);

	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = event,
		.patient_id = rq->caller.patient_id,
		.detail = detail,
	    });
}

int
check_block_add(struct request *rq)
{
	const Emage__BlockAddRequest *m = rq->msg;

	return m->professional_id == 0 ? request_invalid(rq, "professional_id") : 0;
}

int
handle_block_add_write(struct request *rq, struct store_conn *db)
{
	const Emage__BlockAddRequest *m = rq->msg;
	Emage__BlockAddReply *reply = rq->reply;
	struct store_professional *who = arena_alloc(rq->arena, sizeof(*who));
	bool was = false;
	int rc;

	if (who == NULL)
		return -EM_E_NO_MEMORY;
	rc = store_professional_get(db, rq->arena, m->professional_id, who);
	if (rc == 0)
		rc = store_block_add(db, rq->caller.patient_id, m->professional_id, rq->now_ms,
		    BLOCKS_MAX, &reply->blocked_at_ms, &was);
	if (rc == -EM_E_TOO_LARGE)
		request_refuse(rq, EM_E_TOO_LARGE, "professional_id", 0, 0);
	if (rc < 0)
		return rc;
	reply->was_blocked = was;
	if (was)
		return 0;
	if (who->account_id != 0) {
		rq->state = who;
		rq->cleanup = block_signal;
	}
	return block_audit(rq, db, "block.added", who);
}

int
check_block_remove(struct request *rq)
{
	const Emage__BlockRemoveRequest *m = rq->msg;

	return m->professional_id == 0 ? request_invalid(rq, "professional_id") : 0;
}

int
handle_block_remove_write(struct request *rq, struct store_conn *db)
{
	const Emage__BlockRemoveRequest *m = rq->msg;
	Emage__BlockRemoveReply *reply = rq->reply;
	struct store_professional who;
	bool was = false;
	int rc = store_professional_get(db, rq->arena, m->professional_id, &who);

	if (rc == 0)
		rc = store_block_remove(db, rq->caller.patient_id, m->professional_id, &was);
	if (rc < 0)
		return rc;
	reply->was_blocked = was;
	return was ? block_audit(rq, db, "block.removed", &who) : 0;
}
