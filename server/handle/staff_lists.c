/* SPDX-License-Identifier: MIT */
/*
 * All open sessions, and the establishments. A patient's session has no name here:
 * whoever administers has no business with patients.
 */
#include "server/handle.h"

#include "proto/common.pb-c.h"
#include "proto/staff.pb-c.h"
#include "server/handle/fields.h"
#include "server/handle/lists.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/page.h"
#include "server/registry.h"

/* ----------------------------------------------------------------- sessions */

int
check_admin_session_list(struct request *rq)
{
	const Emage__AdminSessionListRequest *m = rq->msg;

	return lists_check_page(rq, m->page, m->page_size);
}

static int
session_fill(struct request *rq, const struct store_session_row *from, Emage__SessionRow *row)
{
	const struct store_account who = {.civility = "",
	    .given_name = from->given_name,
	    .used_name = from->family_name,
	    .birth_name = ""};

	row->session_id = from->session_id;
	row->account_id = from->role == EMAGE__ROLE__ROLE_PATIENT ? 0 : from->account_id;
	row->role = (Emage__Role)from->role;
	row->name = people_display_name(rq->arena, &who);
	row->terminal = (char *)(uintptr_t)people_terminal(from->kind);
	row->opened_at_ms = from->opened_at_ms;
	row->active_at_ms = from->active_at_ms;
	row->mine = from->session_id == rq->caller.session_id;
	return row->name == NULL ? -EM_E_NO_MEMORY : 0;
}

int
handle_admin_session_list_read(struct request *rq, struct store_conn *db)
{
	const Emage__AdminSessionListRequest *m = rq->msg;
	Emage__AdminSessionListReply *reply = rq->reply;
	struct store_session_row *found = NULL;
	struct policy_page page;
	Emage__SessionRow *rows;
	unsigned n = 0;
	int rc = store_sessions_count(db, rq->now_ms, &reply->total);

	page = policy_page(reply->total, m->page, m->page_size);
	if (rc == 0)
		rc = store_sessions_page(
		    db, rq->arena, rq->now_ms, page.offset, page.n_rows, &found, &n);
	rows = arena_alloc(rq->arena, (n + 1) * sizeof(*rows));
	reply->rows = arena_alloc(rq->arena, (n + 1) * sizeof(*reply->rows));
	if (rows == NULL || reply->rows == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		emage__session_row__init(&rows[i]);
		reply->rows[i] = &rows[i];
		rc = session_fill(rq, &found[i], &rows[i]);
	}
	reply->n_rows = rc == 0 ? n : 0;
	reply->page = page.page;
	reply->n_pages = page.n_pages;
	reply->page_size = m->page_size;
	return rc;
}

int
check_admin_session_end(struct request *rq)
{
	const Emage__AdminSessionEndRequest *m = rq->msg;

	return m->session_id == 0 ? request_invalid(rq, "session_id") : 0;
}

/* Once its row is gone from the disk. */
static void
session_ended(struct request *rq)
{
	const Emage__AdminSessionEndRequest *m = rq->msg;

	if (rq->result == 0)
		registry_end_session(m->session_id);
}

int
handle_admin_session_end_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminSessionEndRequest *m = rq->msg;
	struct store_session s;
	const char *detail;
	int rc = store_session_get(db, m->session_id, &s);

	if (rc == 0)
		rc = store_session_end(db, m->session_id);
	if (rc < 0)
		return rc;
	detail = arena_printf(rq->arena, "account=%llu session=%llu by an administrator",
	    (unsigned long long)s.account_id, (unsigned long long)m->session_id);
	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	rq->cleanup = session_ended;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = "session.ended", .patient_id = s.patient_id, .detail = detail});
}

/* ----------------------------------------------------------- establishments */

int
check_establishment_list(struct request *rq)
{
	const Emage__EstablishmentListRequest *m = rq->msg;

	if (!fields_typed(m->name, LIST_NAME_MAX))
		return request_invalid(rq, "name");
	return lists_check_page(rq, m->page, m->page_size);
}

int
handle_establishment_list_read(struct request *rq, struct store_conn *db)
{
	const Emage__EstablishmentListRequest *m = rq->msg;
	Emage__EstablishmentListReply *reply = rq->reply;
	struct store_establishment_row *found = NULL;
	struct policy_page page;
	Emage__EstablishmentRow *rows;
	unsigned n = 0;
	int rc = store_establishment_count(db, m->name, &reply->total);

	page = policy_page(reply->total, m->page, m->page_size);
	if (rc == 0)
		rc = store_establishment_page(
		    db, rq->arena, m->name, page.offset, page.n_rows, &found, &n);
	rows = arena_alloc(rq->arena, (n + 1) * sizeof(*rows));
	reply->rows = arena_alloc(rq->arena, (n + 1) * sizeof(*reply->rows));
	if (rows == NULL || reply->rows == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		emage__establishment_row__init(&rows[i]);
		rows[i].establishment_id = found[i].establishment_id;
		rows[i].finess = (char *)(uintptr_t)found[i].finess;
		rows[i].name = (char *)(uintptr_t)found[i].name;
		rows[i].contact = (char *)(uintptr_t)found[i].contact;
		reply->rows[i] = &rows[i];
	}
	reply->n_rows = rc == 0 ? n : 0;
	reply->page = page.page;
	reply->n_pages = page.n_pages;
	reply->page_size = m->page_size;
	return rc;
}
