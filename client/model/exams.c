/* SPDX-License-Identifier: MIT */
/*
 * The list of exams.
 */
#include "client/model/exams.h"

#include <stdlib.h>

#include "client/model/session.h"
#include "common/mem.h"

#define EXAMS_PAGE_SIZE 10

void
exam_release(struct exam *e)
{
	session_text_free(&e->establishment);
	session_text_free(&e->modality);
	session_text_free(&e->description);
	*e = (struct exam){0};
}

void
exam_copy(const struct exam *from, struct exam *to_r)
{
	*to_r = *from;
	to_r->establishment = mem_strdup(from->establishment);
	to_r->modality = mem_strdup(from->modality);
	to_r->description = mem_strdup(from->description);
}

void
exams_init(struct exams *m)
{
	*m = (struct exams){
	    .query = {.page = 1, .page_size = EXAMS_PAGE_SIZE},
	};
}

static void
exams_drop_rows(struct exams *m)
{
	for (size_t i = 0; i < m->n_rows; i++)
		exam_release(&m->rows[i]);
	free(m->rows);
	m->rows = NULL;
	m->n_rows = 0;
}

static void
exams_drop_establishments(struct exams *m)
{
	for (size_t i = 0; i < m->n_establishments; i++)
		session_text_free(&m->establishments[i].name);
	free(m->establishments);
	m->establishments = NULL;
	m->n_establishments = 0;
}

void
exams_release(struct exams *m)
{
	exams_drop_rows(m);
	exams_drop_establishments(m);
}

Emage__ExamListRequest
exams_request(const struct exams_query *q)
{
	Emage__ExamListRequest r = EMAGE__EXAM_LIST_REQUEST__INIT;

	r.from_date = q->from_date;
	r.to_date = q->to_date;
	r.establishment_id = q->establishment_id;
	r.sort = q->sort;
	r.ascending = q->ascending;
	r.page = q->page;
	r.page_size = q->page_size;
	return r;
}

void
exams_take_list(struct exams *m, const struct exams_query *asked, const Emage__ExamListReply *r)
{
	exams_drop_rows(m);
	m->rows = mem_new_array(r->n_rows + 1, sizeof(*m->rows));
	for (size_t i = 0; i < r->n_rows; i++) {
		const Emage__ExamRow *from = r->rows[i];

		m->rows[i] = (struct exam){
		    .id = from->exam_id,
		    .taken_at_ms = from->taken_at_ms,
		    .establishment = session_text(from->establishment),
		    .modality = session_text(from->modality),
		    .description = session_text(from->description),
		    .has_report = from->has_report,
		    .withheld = from->withheld,
		    .n_images = from->n_images,
		};
		m->n_rows++;
	}
	m->query = *asked;
	m->total = r->total;
	m->page = r->page > 0 ? r->page : 1;
	m->n_pages = r->n_pages;
	m->query.page = m->page;
	m->loaded = true;
	m->changed |= EXAMS_CHANGED_ROWS;
}

void
exams_take_establishments(struct exams *m, const Emage__ExamEstablishmentsReply *r)
{
	exams_drop_establishments(m);
	m->establishments = mem_new_array(r->n_establishments + 1, sizeof(*m->establishments));
	for (size_t i = 0; i < r->n_establishments; i++) {
		m->establishments[i].id = r->establishments[i]->establishment_id;
		m->establishments[i].name = session_text(r->establishments[i]->name);
		m->n_establishments++;
	}
	m->changed |= EXAMS_CHANGED_ESTABLISHMENTS;
}

bool
exams_query_is_filtered(const struct exams_query *q)
{
	return q->from_date != 0 || q->to_date != 0 || q->establishment_id != 0;
}
