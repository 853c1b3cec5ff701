/* SPDX-License-Identifier: MIT */
/*
 * Patients' questions about accesses, as an operator reads them out to the
 * establishment and enters its answer.
 */
#include "server/handle.h"

#include <string.h>

#include "common/text.h"
#include "proto/load.pb-c.h"
#include "server/handle/fields.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"

#define CONTESTS_MAX	 20u
#define ANSWER_MAX_CHARS 2000u
#define AUTHOR_MAX_CHARS 100u

int
check_admin_contest_list(struct request *rq)
{
	(void)rq;
	return 0;
}

static int
contest_fill(struct request *rq, struct store_conn *db, const struct store_contest *c,
    Emage__Contest **row_r)
{
	Emage__Contest *row = arena_alloc(rq->arena, sizeof(*row));
	struct store_access e;
	int rc = store_access_get(db, rq->arena, c->patient_id, c->number, &e);

	if (rc < 0)
		return rc;
	if (row == NULL)
		return -EM_E_NO_MEMORY;
	emage__contest__init(row);
	row->reference = arena_printf(rq->arena, "Q-%06llu", (unsigned long long)c->contest_id);
	row->professional = arena_printf(rq->arena, "%s%s%s", e.given_name,
	    e.given_name[0] != '\0' && e.family_name[0] != '\0' ? " " : "", e.family_name);
	if (row->reference == NULL || row->professional == NULL)
		return -EM_E_NO_MEMORY;
	row->contest_id = c->contest_id;
	row->patient_id = c->patient_id;
	row->access_number = c->number;
	row->asked_at_ms = c->at_ms;
	row->question = (char *)(uintptr_t)c->question;
	row->access_at_ms = e.at_ms;
	row->establishment = (char *)(uintptr_t)e.establishment;
	*row_r = row;
	return 0;
}

int
handle_admin_contest_list_read(struct request *rq, struct store_conn *db)
{
	const Emage__AdminContestListRequest *m = rq->msg;
	Emage__AdminContestListReply *reply = rq->reply;
	struct store_contest found[CONTESTS_MAX + 1];
	unsigned n = 0;
	int rc = store_contests_open(db, rq->arena, m->after, found, CONTESTS_MAX + 1, &n);

	reply->more = n > CONTESTS_MAX;
	if (reply->more)
		n = CONTESTS_MAX;
	reply->contests = arena_alloc(rq->arena, (n + 1) * sizeof(*reply->contests));
	if (reply->contests == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; rc == 0 && i < n; i++)
		rc = contest_fill(rq, db, &found[i], &reply->contests[i]);
	reply->n_contests = rc == 0 ? n : 0;
	return rc;
}

int
check_admin_contest_answer(struct request *rq)
{
	const Emage__AdminContestAnswerRequest *m = rq->msg;

	if (m->contest_id == 0)
		return request_invalid(rq, "contest_id");
	if (!fields_line(m->author, 1, AUTHOR_MAX_CHARS))
		return request_invalid(rq, "author");
	if (!fields_line(m->answer, 1, ANSWER_MAX_CHARS))
		return request_invalid(rq, "answer");
	return 0;
}

int
handle_admin_contest_answer_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminContestAnswerRequest *m = rq->msg;
	struct store_contest c;
	const char *detail;
	int rc = store_contest_answer(
	    db, rq->arena, m->contest_id, m->author, m->answer, rq->now_ms, &c);

	if (rc < 0)
		return rc;
	detail = arena_printf(rq->arena, "number=%llu question=%llu", (unsigned long long)c.number,
	    (unsigned long long)c.contest_id);
	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = "access.answered",
		.patient_id = c.patient_id,
		.detail = detail,
	    });
}
