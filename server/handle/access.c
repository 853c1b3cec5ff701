/* SPDX-License-Identifier: MIT */
/*
 * The history of accesses as its patient reads it, and the question that a
 * patient may ask about one. A row never changes: questions stand beside it.
 */
#include "server/handle.h"

#include <string.h>

#include <sodium.h>

#include "common/text.h"
#include "proto/access.pb-c.h"
#include "proto/common.pb-c.h"
#include "server/courier_link.h"
#include "server/handle/fields.h"
#include "server/handle/lists.h"
#include "server/handle/message.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/texts.h"
#include "server/policy/motive.h"
#include "server/policy/page.h"
#include "server/policy/period.h"
#include "server/server.h"

#define QUESTION_MIN_CHARS 10u
#define QUESTION_MAX_CHARS 500u

/* ------------------------------------------------------------------- list */

int
check_access_list(struct request *rq)
{
	const Emage__AccessListRequest *m = rq->msg;
	struct policy_period period;
	const char *field = NULL;
	int rc = policy_period(m->from_date, m->to_date, &period, &field);

	if (rc < 0) {
		request_refuse(rq, -rc, field, 0, 0);
		return rc;
	}
	if (!fields_typed(m->professional, LIST_NAME_MAX))
		return request_invalid(rq, "professional");
	return lists_check_page(rq, m->page, m->page_size);
}

/* The words of today in the reader's language, else those of that day. */
static char *
access_motive(struct request *rq, const char *code, const char *label)
{
	char words[POLICY_MOTIVE_MAX];

	return policy_motive_label(code, rq->caller.language, words)
		   ? arena_strdup(rq->arena, words)
		   : (char *)(uintptr_t)label;
}

static int
access_fill_rows(struct request *rq, Emage__AccessListReply *reply,
    const struct store_access_row *found, unsigned n)
{
	Emage__AccessRow *rows = arena_alloc(rq->arena, n * sizeof(*rows));

	reply->rows = arena_alloc(rq->arena, n * sizeof(*reply->rows));
	if (rows == NULL || reply->rows == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < n; i++) {
		emage__access_row__init(&rows[i]);
		rows[i].number = found[i].number;
		rows[i].at_ms = found[i].at_ms;
		rows[i].family_name = (char *)(uintptr_t)found[i].family_name;
		rows[i].given_name = (char *)(uintptr_t)found[i].given_name;
		rows[i].profession = (char *)(uintptr_t)found[i].profession;
		rows[i].specialty = (char *)(uintptr_t)found[i].specialty;
		rows[i].motive = access_motive(rq, found[i].motive, found[i].motive_label);
		rows[i].result = (Emage__AccessResult)found[i].result;
		rows[i].contest = (Emage__ContestState)found[i].contest;
		if (rows[i].motive == NULL)
			return -EM_E_NO_MEMORY;
		reply->rows[i] = &rows[i];
	}
	reply->n_rows = n;
	return 0;
}

int
handle_access_list_read(struct request *rq, struct store_conn *db)
{
	const Emage__AccessListRequest *m = rq->msg;
	Emage__AccessListReply *reply = rq->reply;
	struct store_access_query q = {
	    .patient_id = rq->caller.patient_id,
	    .name = m->professional,
	};
	struct store_access_row *found = NULL;
	struct policy_period period;
	struct policy_page page;
	const char *field;
	unsigned n = 0;
	int rc = policy_period(m->from_date, m->to_date, &period, &field);

	if (rc < 0)
		return rc;
	q.from_ms = period.from_ms;
	q.before_ms = period.before_ms;
	rc = store_access_count(db, &q, &reply->total);
	if (rc < 0)
		return rc;
	page = policy_page(reply->total, m->page, m->page_size);
	q.offset = page.offset;
	q.limit = page.n_rows;
	reply->page = page.page;
	reply->n_pages = page.n_pages;
	reply->page_size = m->page_size;
	if (reply->total == 0)
		return 0;
	rc = store_access_page(db, rq->arena, &q, &found, &n);
	return rc < 0 ? rc : access_fill_rows(rq, reply, found, n);
}

/* ----------------------------------------------------------------- detail */

int
check_access_get(struct request *rq)
{
	const Emage__AccessGetRequest *m = rq->msg;

	return m->number == 0 ? request_invalid(rq, "number") : 0;
}

static int
access_fill_exam(
    struct request *rq, struct store_conn *db, uint64_t exam_id, Emage__AccessGetReply *reply)
{
	struct store_exam exam;
	int rc;

	if (exam_id == 0)
		return 0;
	rc = store_exam_get(db, rq->arena,
	    &(struct store_eyes){.patient_id = rq->caller.patient_id}, exam_id, &exam);
	if (rc == -EM_E_NOT_FOUND) {
		reply->exam_unreleased = true;
		return 0;
	}
	if (rc < 0)
		return rc;
	reply->exam_id = exam_id;
	reply->exam_description = (char *)(uintptr_t)exam.description;
	reply->exam_taken_at_ms = exam.taken_at_ms;
	reply->exam_establishment = (char *)(uintptr_t)exam.establishment;
	return 0;
}

/* What a question is called outside: no more than its number. */
static char *
access_reference(struct request *rq, uint64_t contest_id)
{
	return arena_printf(rq->arena, "Q-%06llu", (unsigned long long)contest_id);
}

static int
access_fill_contest(
    struct request *rq, struct store_conn *db, uint64_t number, Emage__AccessGetReply *reply)
{
	struct store_contest c;
	int rc = store_contest_of(db, rq->arena, rq->caller.patient_id, number, &c);

	if (rc == -EM_E_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	reply->question = (char *)(uintptr_t)c.question;
	reply->contested_at_ms = c.at_ms;
	reply->answer = (char *)(uintptr_t)c.answer;
	reply->answered_at_ms = c.answered_at_ms;
	reply->row->contest = c.answered_at_ms != 0 ? EMAGE__CONTEST_STATE__CONTEST_STATE_ANSWERED
						    : EMAGE__CONTEST_STATE__CONTEST_STATE_OPEN;
	reply->contest_reference = access_reference(rq, c.contest_id);
	return reply->contest_reference == NULL ? -EM_E_NO_MEMORY : 0;
}

int
handle_access_get_read(struct request *rq, struct store_conn *db)
{
	const Emage__AccessGetRequest *m = rq->msg;
	Emage__AccessGetReply *reply = rq->reply;
	Emage__AccessRow *row = arena_alloc(rq->arena, sizeof(*row));
	struct store_access e;
	int rc = store_access_get(db, rq->arena, rq->caller.patient_id, m->number, &e);

	if (rc < 0)
		return rc;
	if (row == NULL)
		return -EM_E_NO_MEMORY;
	emage__access_row__init(row);
	row->number = e.number;
	row->at_ms = e.at_ms;
	row->family_name = (char *)(uintptr_t)e.family_name;
	row->given_name = (char *)(uintptr_t)e.given_name;
	row->profession = (char *)(uintptr_t)e.profession;
	row->specialty = (char *)(uintptr_t)e.specialty;
	row->motive = access_motive(rq, e.motive, e.motive_label);
	row->result = (Emage__AccessResult)e.result;
	if (row->motive == NULL)
		return -EM_E_NO_MEMORY;
	reply->row = row;
	reply->motive_detail = (char *)(uintptr_t)e.motive_detail;
	reply->professional_establishment = (char *)(uintptr_t)e.establishment;
	reply->until_ms = e.until_ms;
	reply->terminal = (char *)(uintptr_t)e.terminal;
	rc = access_fill_exam(rq, db, e.exam_id, reply);
	return rc < 0 ? rc : access_fill_contest(rq, db, m->number, reply);
}

/* --------------------------------------------------------------- question */

int
check_access_contest(struct request *rq)
{
	const Emage__AccessContestRequest *m = rq->msg;

	if (m->number == 0)
		return request_invalid(rq, "number");
	if (!fields_line(m->question, QUESTION_MIN_CHARS, QUESTION_MAX_CHARS))
		return request_invalid(rq, "question");
	return 0;
}

/* Who is asked: where the professional was, else where the exam was made, else
 * the region's support. */
static int
access_contact(struct request *rq, struct store_conn *db, uint64_t number, const char **address_r)
{
	struct store_access e;
	struct store_exam exam = {.establishment_id = 0};
	int rc = store_access_get(db, rq->arena, rq->caller.patient_id, number, &e);

	if (rc < 0)
		return rc;
	*address_r = "";
	rc = store_establishment_contact(db, rq->arena, e.establishment_id, address_r);
	if (rc == 0 && **address_r != '\0')
		return 0;
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	rc = store_exam_get(db, rq->arena,
	    &(struct store_eyes){.patient_id = rq->caller.patient_id}, e.exam_id, &exam);
	if (rc == 0)
		rc = store_establishment_contact(db, rq->arena, exam.establishment_id, address_r);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	if (**address_r == '\0')
		*address_r = server_settings(rq->server)->region_support;
	return 0;
}

/* rq->cleanup: runs after the commit. */
static void
access_wake(struct request *rq)
{
	if (rq->server->courier != NULL)
		courier_wake(rq->server->courier);
}

/* The notice to the establishment: that there is a question, and its number. */
static int
access_notify(struct request *rq, struct store_conn *db, const char *address, const char *reference)
{
	struct store_message m = {
	    .kind = OUTBOX_NOTICE,
	    .channel = EMAGE__CHANNEL__CHANNEL_EMAIL,
	    .account_id = rq->caller.account_id,
	    .address = address,
	    .language = "fr",
	    .created_at_ms = rq->now_ms,
	    .due_at_ms = rq->now_ms,
	};
	const struct text_values v = {
	    .reference = reference, .support = server_settings(rq->server)->region_support};
	const char *body = NULL;
	uint64_t id;
	int rc = texts_make(
	    rq->server->texts, rq->arena, TEXT_CONTEST_EMAIL, m.language, &v, &m.subject, &body);

	if (rc < 0)
		return rc;
	randombytes_buf(m.key, sizeof(m.key));
	m.body = message_seal(&rq->server->pepper, rq->arena, &m, body);
	if (m.body == NULL)
		return -EM_E_NO_MEMORY;
	rq->cleanup = access_wake;
	return store_outbox_add(db, &m, &id);
}

int
handle_access_contest_write(struct request *rq, struct store_conn *db)
{
	const Emage__AccessContestRequest *m = rq->msg;
	Emage__AccessContestReply *reply = rq->reply;
	const char *address, *detail;
	uint64_t contest_id = 0;
	int rc = store_contest_add(
	    db, rq->caller.patient_id, m->number, m->question, rq->now_ms, &contest_id);

	if (rc == -EM_E_EXISTS)
		request_refuse(rq, EM_E_EXISTS, "number", 0, 0);
	if (rc == 0)
		rc = access_contact(rq, db, m->number, &address);
	if (rc < 0)
		return rc;
	reply->contested_at_ms = rq->now_ms;
	reply->reference = access_reference(rq, contest_id);
	detail = arena_printf(rq->arena, "number=%llu question=%llu", (unsigned long long)m->number,
	    (unsigned long long)contest_id);
	if (reply->reference == NULL || detail == NULL)
		return -EM_E_NO_MEMORY;
	if (fields_email(address))
		rc = access_notify(rq, db, address, reply->reference);
	if (rc < 0)
		return rc;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = "access.contested",
		.patient_id = rq->caller.patient_id,
		.detail = detail,
	    });
}
