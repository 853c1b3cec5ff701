/* SPDX-License-Identifier: MIT */
/*
 * Exams, their reports and series, as their patient sees them, or a professional
 * who has that patient's record open. Somebody else's
 * exam, one that is not released and one that does not exist are answered by
 * the same path (S-08). A report and a series list leave only after the row
 * that says who opened the exam is durable.
 */
#include "server/handle.h"

#include <string.h>

#include "common/frame.h"
#include "common/text.h"
#include "proto/exam.pb-c.h"
#include "server/handle/opened.h"
#include "server/policy/page.h"
#include "server/policy/period.h"

#define EXAM_PAGE_MAX 50u
/* Establishments in one reply: more than a life's, less than a frame. */
#define ESTABLISHMENTS_MAX 250u
/* Series in one reply: descriptions are cut at import, so these fit a frame. */
#define SERIES_MAX 128u
/* Bytes of report text in one reply; title and author stand beside the first. */
#define REPORT_PART_MAX 60000u

/* ------------------------------------------------------------------- list */

int
check_exam_list(struct request *rq)
{
	const Emage__ExamListRequest *m = rq->msg;
	struct policy_period period;
	const char *field = NULL;
	int rc;

	rc = policy_period(m->from_date, m->to_date, &period, &field);
	if (rc < 0) {
		request_refuse(rq, -rc, field, 0, 0);
		return rc;
	}
	if (m->page == 0)
		return request_invalid(rq, "page");
	if (m->page_size == 0 || m->page_size > EXAM_PAGE_MAX)
		return request_invalid(rq, "page_size");
	return 0;
}

static enum exam_sort
exam_sort(Emage__ExamSort sort)
{
	switch (sort) {
	case EMAGE__EXAM_SORT__EXAM_SORT_ESTABLISHMENT:
		return EXAM_BY_ESTABLISHMENT;
	case EMAGE__EXAM_SORT__EXAM_SORT_DESCRIPTION:
		return EXAM_BY_DESCRIPTION;
	default:
		return EXAM_BY_DATE;
	}
}

static int
exam_fill_rows(
    struct request *rq, Emage__ExamListReply *reply, const struct store_exam *exams, unsigned n)
{
	Emage__ExamRow *rows = arena_alloc(rq->arena, n * sizeof(*rows));

	reply->rows = arena_alloc(rq->arena, n * sizeof(*reply->rows));
	if (rows == NULL || reply->rows == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < n; i++) {
		emage__exam_row__init(&rows[i]);
		rows[i].exam_id = exams[i].exam_id;
		rows[i].taken_at_ms = exams[i].taken_at_ms;
		rows[i].establishment_id = exams[i].establishment_id;
		rows[i].establishment = (char *)exams[i].establishment;
		rows[i].modality = (char *)exams[i].modality;
		rows[i].description = (char *)exams[i].description;
		rows[i].withheld = !exams[i].released;
		rows[i].has_report = exams[i].has_report;
		rows[i].n_images = exams[i].n_images;
		reply->rows[i] = &rows[i];
	}
	reply->n_rows = n;
	return 0;
}

int
handle_exam_list_read(struct request *rq, struct store_conn *db)
{
	const Emage__ExamListRequest *m = rq->msg;
	Emage__ExamListReply *reply = rq->reply;
	struct store_exam_query q = {
	    .patient_id = rq->caller.patient_id,
	    .establishment_id = m->establishment_id,
	    .all = opened_eyes(rq).all,
	    .sort = exam_sort(m->sort),
	    .ascending = m->ascending,
	    .limit = m->page_size,
	};
	struct store_exam *exams = NULL;
	struct policy_period period;
	struct policy_page page;
	const char *field;
	unsigned n = 0;
	int rc = policy_period(m->from_date, m->to_date, &period, &field);

	if (rc < 0)
		return rc;
	q.from_ms = period.from_ms;
	q.before_ms = period.before_ms;
	rc = store_exam_count(db, &q, &reply->total);
	if (rc < 0)
		return rc;
	page = policy_page(reply->total, m->page, m->page_size);
	q.offset = page.offset;
	reply->page = page.page;
	reply->n_pages = page.n_pages;
	reply->page_size = m->page_size;
	if (reply->total == 0)
		return 0;
	rc = store_exam_page(db, rq->arena, &q, &exams, &n);
	return rc < 0 ? rc : exam_fill_rows(rq, reply, exams, n);
}

/* --------------------------------------------------------- establishments */

int
check_exam_establishments(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_exam_establishments_read(struct request *rq, struct store_conn *db)
{
	Emage__ExamEstablishmentsReply *reply = rq->reply;
	struct store_establishment *found = NULL;
	Emage__Establishment *rows;
	unsigned n = 0;
	const struct store_eyes eyes = opened_eyes(rq);
	int rc = store_establishments_of(db, rq->arena, &eyes, &found, &n);

	if (rc < 0)
		return rc;
	n = n > ESTABLISHMENTS_MAX ? ESTABLISHMENTS_MAX : n;
	rows = arena_alloc(rq->arena, n * sizeof(*rows));
	reply->establishments = arena_alloc(rq->arena, n * sizeof(*reply->establishments));
	if (rows == NULL || reply->establishments == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < n; i++) {
		emage__establishment__init(&rows[i]);
		rows[i].establishment_id = found[i].establishment_id;
		rows[i].name = (char *)found[i].name;
		rows[i].finess = (char *)found[i].finess;
		reply->establishments[i] = &rows[i];
	}
	reply->n_establishments = n;
	return 0;
}

/* ----------------------------------------------------------------- report */

struct exam_report_state {
	uint64_t exam_id;
	struct store_report report;
	size_t sent;
};

int
check_exam_report(struct request *rq)
{
	const Emage__ExamReportRequest *m = rq->msg;

	return m->exam_id == 0 ? request_invalid(rq, "exam_id") : 0;
}

int
handle_exam_report_read(struct request *rq, struct store_conn *db)
{
	const Emage__ExamReportRequest *m = rq->msg;
	struct exam_report_state *st = arena_alloc(rq->arena, sizeof(*st));
	const struct store_eyes eyes = opened_eyes(rq);

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	st->exam_id = m->exam_id;
	rq->state = st;
	rq->recorded = opened_is_recorded(rq, m->exam_id);
	return store_report_get(db, rq->arena, &eyes, m->exam_id, &st->report);
}

int
handle_exam_report_write(struct request *rq, struct store_conn *db)
{
	const struct exam_report_state *st = rq->state;

	return opened_record(rq, db, st->exam_id, "report");
}

/* Bytes of the next part: not past `max`, and never inside a character. */
static size_t
exam_part_len(const char *text, size_t left, size_t max)
{
	size_t n = left;

	if (n <= max)
		return n;
	n = max;
	while (n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80)
		n--;
	return n == 0 ? max : n;
}

int
handle_exam_report_next(struct request *rq)
{
	struct exam_report_state *st = rq->state;
	Emage__ExamReportReply *reply = rq->reply;
	const char *from = st->report.text + st->sent;
	size_t n = exam_part_len(from, st->report.text_len - st->sent, REPORT_PART_MAX);

	if (st->sent == 0) {
		reply->title = (char *)st->report.title;
		reply->author = (char *)st->report.author;
		reply->signed_at_ms = st->report.signed_at_ms;
		reply->is_final = st->report.is_final;
		reply->total_bytes = (uint32_t)st->report.text_len;
	}
	reply->text = arena_strndup(rq->arena, from, n);
	if (reply->text == NULL)
		return -EM_E_NO_MEMORY;
	st->sent += n;
	rq->more = st->sent < st->report.text_len;
	return 0;
}

/* ----------------------------------------------------------------- series */

struct exam_series_state {
	uint64_t exam_id;
	struct store_series *series;
	unsigned n, sent;
};

int
check_exam_series(struct request *rq)
{
	const Emage__ExamSeriesRequest *m = rq->msg;

	return m->exam_id == 0 ? request_invalid(rq, "exam_id") : 0;
}

int
handle_exam_series_read(struct request *rq, struct store_conn *db)
{
	const Emage__ExamSeriesRequest *m = rq->msg;
	struct exam_series_state *st = arena_alloc(rq->arena, sizeof(*st));
	const struct store_eyes eyes = opened_eyes(rq);
	struct store_exam exam;
	int rc;

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	st->exam_id = m->exam_id;
	rq->state = st;
	rq->recorded = opened_is_recorded(rq, m->exam_id);
	/* an exam of mine without images has no series; another's does not exist */
	rc = store_exam_get(db, rq->arena, &eyes, m->exam_id, &exam);
	if (rc < 0)
		return rc;
	return store_series_of(db, rq->arena, &eyes, m->exam_id, &st->series, &st->n);
}

int
handle_exam_series_write(struct request *rq, struct store_conn *db)
{
	const struct exam_series_state *st = rq->state;

	return opened_record(rq, db, st->exam_id, "images");
}

static void
exam_fill_series(Emage__Series *row, const struct store_series *s)
{
	emage__series__init(row);
	row->series_id = s->series_id;
	row->number = s->number;
	row->modality = (char *)s->modality;
	row->description = (char *)s->description;
	row->n_frames = s->n_frames;
	row->rows = s->rows;
	row->columns = s->columns;
	row->frame_time_ms = s->frame_time_ms;
	row->body_part = (char *)s->body_part;
}

int
handle_exam_series_next(struct request *rq)
{
	struct exam_series_state *st = rq->state;
	Emage__ExamSeriesReply *reply = rq->reply;
	unsigned left = st->n - st->sent, n = left > SERIES_MAX ? SERIES_MAX : left;
	Emage__Series *rows = arena_alloc(rq->arena, n * sizeof(*rows));

	reply->series = arena_alloc(rq->arena, n * sizeof(*reply->series));
	if (rows == NULL || reply->series == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; i < n; i++) {
		exam_fill_series(&rows[i], &st->series[st->sent + i]);
		reply->series[i] = &rows[i];
	}
	reply->n_series = n;
	st->sent += n;
	rq->more = st->sent < st->n;
	return 0;
}
