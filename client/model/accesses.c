/* SPDX-License-Identifier: MIT */
/*
 * The history of accesses.
 */
#include "client/model/accesses.h"

#include <stdlib.h>
#include <string.h>

#include "client/model/session.h"
#include "common/mem.h"
#include "common/text.h"

#define ACCESSES_PAGE_SIZE 5

static void
access_row_copy(const Emage__AccessRow *from, struct access_row *to_r)
{
	*to_r = (struct access_row){
	    .number = from->number,
	    .at_ms = from->at_ms,
	    .family_name = session_text(from->family_name),
	    .given_name = session_text(from->given_name),
	    .profession = session_text(from->profession),
	    .specialty = session_text(from->specialty),
	    .motive = session_text(from->motive),
	    .result = from->result,
	    .contest = from->contest,
	};
}

static void
access_row_release(struct access_row *r)
{
	session_text_free(&r->family_name);
	session_text_free(&r->given_name);
	session_text_free(&r->profession);
	session_text_free(&r->specialty);
	session_text_free(&r->motive);
	*r = (struct access_row){0};
}

/* ---------------------------------------------------------------------- list */

void
accesses_init(struct accesses *m)
{
	*m = (struct accesses){
	    .query = {.page = 1, .page_size = ACCESSES_PAGE_SIZE},
	};
}

static void
accesses_drop_rows(struct accesses *m)
{
	for (size_t i = 0; i < m->n_rows; i++)
		access_row_release(&m->rows[i]);
	free(m->rows);
	m->rows = NULL;
	m->n_rows = 0;
}

void
accesses_release(struct accesses *m)
{
	accesses_drop_rows(m);
}

Emage__AccessListRequest
accesses_request(const struct accesses_query *q)
{
	Emage__AccessListRequest r = EMAGE__ACCESS_LIST_REQUEST__INIT;

	r.from_date = q->from_date;
	r.to_date = q->to_date;
	r.professional = (char *)(uintptr_t)q->professional;
	r.page = q->page;
	r.page_size = q->page_size;
	return r;
}

void
accesses_take(
    struct accesses *m, const struct accesses_query *asked, const Emage__AccessListReply *r)
{
	accesses_drop_rows(m);
	m->rows = mem_new_array(r->n_rows + 1, sizeof(*m->rows));
	for (size_t i = 0; i < r->n_rows; i++)
		access_row_copy(r->rows[i], &m->rows[m->n_rows++]);
	m->query = *asked;
	m->total = r->total;
	m->n_pages = r->n_pages;
	m->page = m->query.page = r->page > 0 ? r->page : 1;
	m->loaded = true;
}

bool
accesses_query_is_filtered(const struct accesses_query *q)
{
	char fold[sizeof(q->professional) * 3 + 1];

	return q->from_date != 0 || q->to_date != 0 ||
	       text_fold(q->professional, strlen(q->professional), fold) > 0;
}

void
accesses_mark(struct accesses *m, uint64_t number, Emage__ContestState contest)
{
	for (size_t i = 0; i < m->n_rows; i++)
		if (m->rows[i].number == number)
			m->rows[i].contest = contest;
}

/* -------------------------------------------------------------------- detail */

bool
access_detail_take(struct access_detail *d, const Emage__AccessGetReply *r)
{
	access_detail_release(d);
	if (!r->row)
		return false;
	*d = (struct access_detail){
	    .motive_detail = session_text(r->motive_detail),
	    .establishment = session_text(r->professional_establishment),
	    .terminal = session_text(r->terminal),
	    .exam_id = r->exam_id,
	    .exam_unreleased = r->exam_unreleased,
	    .exam_description = session_text(r->exam_description),
	    .exam_establishment = session_text(r->exam_establishment),
	    .exam_taken_at_ms = r->exam_taken_at_ms,
	    .until_ms = r->until_ms,
	    .question = session_text(r->question),
	    .answer = session_text(r->answer),
	    .reference = session_text(r->contest_reference),
	    .contested_at_ms = r->contested_at_ms,
	    .answered_at_ms = r->answered_at_ms,
	    .loaded = true,
	};
	access_row_copy(r->row, &d->row);
	return true;
}

void
access_detail_release(struct access_detail *d)
{
	access_row_release(&d->row);
	session_text_free(&d->motive_detail);
	session_text_free(&d->establishment);
	session_text_free(&d->terminal);
	session_text_free(&d->exam_description);
	session_text_free(&d->exam_establishment);
	session_text_free(&d->question);
	session_text_free(&d->answer);
	session_text_free(&d->reference);
	*d = (struct access_detail){0};
}

bool
access_detail_may_contest(const struct access_detail *d)
{
	return d->loaded && d->row.contest != EMAGE__CONTEST_STATE__CONTEST_STATE_OPEN;
}

enum access_question
access_question_check(const char *s, size_t *n_r, size_t *from_r, size_t *len_r)
{
	size_t len = strlen(s);
	size_t from = 0;

	while (from < len && s[from] == ' ')
		from++;
	while (len > from && s[len - 1] == ' ')
		len--;
	*from_r = from;
	*len_r = len - from;
	*n_r = text_count(s + from, len - from);
	if (*n_r < ACCESS_QUESTION_MIN)
		return ACCESS_QUESTION_SHORT;
	return *n_r > ACCESS_QUESTION_MAX ? ACCESS_QUESTION_LONG : ACCESS_QUESTION_OK;
}
