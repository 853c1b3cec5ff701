/* SPDX-License-Identifier: MIT */
/*
 * Exams, reports, series and frames as their patient gets them: imported by
 * the import's own methods, read by the patient's.
 */
#include "tests/unit/test_handle_import.h"

#include <sqlite3.h>

#include "common/frame.h"
#include "common/text.h"

#define TERMINAL EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL

static struct {
	struct person mine, other;
	struct caller me, them;
	uint64_t ct; /* my exam: 5 slices and a report */
} ward;

static struct caller
patient_caller(const struct person *person, uint8_t n)
{
	struct caller who = caller_new(TERMINAL, n);

	who.phase = PH_O;
	who.role = EMAGE__ROLE__ROLE_PATIENT;
	who.patient_id = person->patient_id;
	who.account_id = n;
	who.session_id = n;
	return who;
}

static void
import_slices(struct place *p, unsigned n)
{
	struct caller op = caller_operator();
	char uid[32];

	for (unsigned i = 1; i <= n; i++) {
		(void)snprintf(uid, sizeof(uid), "%s.9.%u", plan.study_uid, i);
		plan.sop_uid = uid;
		plan.instance_number = (int32_t)i;
		plan.geometry = true;
		assert_int_equal(import_one(p, &op).verdict, VERDICT(STORED));
	}
}

static uint64_t
import_report(struct place *p, const char *text, size_t len)
{
	struct caller op = caller_operator();
	struct imported r;
	char uid[32];

	(void)snprintf(uid, sizeof(uid), "%s.8.1", plan.study_uid);
	plan.sop_uid = uid;
	plan.series_uid = "1.2.3.8";
	plan.modality = "SR";
	plan.report = text;
	plan.report_len = len;
	plan.verified = true;
	r = import_with(p, &op, &(struct import_how){.release = false});
	assert_int_equal(r.err, 0);
	assert_string_equal(r.reason, "");
	assert_int_equal(r.verdict, VERDICT(STORED));
	plan.report = NULL;
	return r.exam_id;
}

static int
ward_setup(void **state)
{
	static const char text[] = "Pas d'anomalie décelée.\nŒdème absent.\n";
	int rc = place_setup(state);
	struct place *p = *state;

	plan_reset();
	memset(&ward, 0, sizeof(ward));
	import_establishment_add(p, "670000001", "Hôpital d'essai");
	ward.mine = person_add(p, "IPP-1");
	ward.other = person_add(p, "IPP-2");
	ward.me = patient_caller(&ward.mine, 1);
	ward.them = patient_caller(&ward.other, 2);
	import_slices(p, 5);
	ward.ct = import_report(p, text, sizeof(text) - 1);
	return rc;
}

/* ------------------------------------------------------------------- list */

static int
list(struct place *p, struct caller *who, const Emage__ExamListRequest *m, struct call *c)
{
	call_begin(c, p, who, METHOD_exam_list, m);
	return c->err;
}

static void
import_more_exams(struct place *p, unsigned n)
{
	char study[32];

	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(study, sizeof(study), "1.2.77.%u", i);
		plan_reset();
		plan.study_uid = study;
		plan.series_uid = study;
		plan.study_date = 20160101 + i;
		plan.study_time = 0;
		import_slices(p, 1);
	}
	plan_reset();
}

static void
test_list_pages_and_filters(void **state)
{
	struct place *p = *state;
	Emage__ExamListRequest m = EMAGE__EXAM_LIST_REQUEST__INIT;
	const Emage__ExamListReply *r;
	struct call c = {.n_replies = 0};

	import_more_exams(p, 11);
	m.page = 1;
	m.page_size = 5;
	assert_int_equal(list(p, &ward.me, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 12);
	assert_int_equal(r->n_pages, 3);
	assert_int_equal(r->n_rows, 5);
	assert_int_equal(r->rows[0]->taken_at_ms, INT64_C(1452466800000)); /* 11/01/2016 Paris */
	call_end(&c);
	/* past the end: the last page, with the CT */
	m.page = 9;
	assert_int_equal(list(p, &ward.me, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->page, 3);
	assert_int_equal(r->n_rows, 2);
	assert_int_equal(r->rows[1]->exam_id, ward.ct);
	assert_int_equal(r->rows[1]->taken_at_ms, INT64_C(1450969080000)); /* 24/12/2015 15:58 */
	assert_string_equal(r->rows[1]->establishment, "Hôpital d'essai");
	assert_string_equal(r->rows[1]->description, "SCANNER THORAX");
	assert_string_equal(r->rows[1]->modality, "CT");
	assert_true(r->rows[1]->has_report);
	assert_int_equal(r->rows[1]->n_images, 5);
	call_end(&c);
	/* whole days of Paris, both included */
	m.page = 1;
	m.from_date = 20160103;
	m.to_date = 20160104;
	assert_int_equal(list(p, &ward.me, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 2);
	call_end(&c);
	m.establishment_id = 999;
	assert_int_equal(list(p, &ward.me, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 0);
	assert_int_equal(r->page, 1);
	assert_int_equal(r->n_pages, 1);
	call_end(&c);
	/* somebody else's are not in it */
	m = (Emage__ExamListRequest)EMAGE__EXAM_LIST_REQUEST__INIT;
	m.page = m.page_size = 1;
	assert_int_equal(list(p, &ward.them, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 0);
	call_end(&c);
}

static void
test_list_checks_its_request(void **state)
{
	static const struct {
		uint32_t from, to, page, size;
		int err;
	} cases[] = {
	    {0, 0, 0, 10, EM_E_INVALID},
	    {0, 0, 1, 0, EM_E_INVALID},
	    {0, 0, 1, 51, EM_E_INVALID},
	    {20160230, 0, 1, 10, EM_E_INVALID},
	    {0, 20161301, 1, 10, EM_E_INVALID},
	    {20160102, 20160101, 1, 10, EM_E_DATE_ORDER},
	    {20160101, 20160101, 1, 50, 0},
	};
	struct place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		Emage__ExamListRequest m = EMAGE__EXAM_LIST_REQUEST__INIT;

		m.from_date = cases[i].from;
		m.to_date = cases[i].to;
		m.page = cases[i].page;
		m.page_size = cases[i].size;
		assert_int_equal(call_once(p, &ward.me, METHOD_exam_list, &m), cases[i].err);
	}
}

static void
test_establishments_of_mine(void **state)
{
	struct place *p = *state;
	Emage__ExamEstablishmentsRequest m = EMAGE__EXAM_ESTABLISHMENTS_REQUEST__INIT;
	const Emage__ExamEstablishmentsReply *r;
	struct call c = {.n_replies = 0};

	import_establishment_add(p, "670000002", "Clinique d'essai");
	call_begin(&c, p, &ward.me, METHOD_exam_establishments, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	assert_int_equal(r->n_establishments, 1);
	assert_string_equal(r->establishments[0]->name, "Hôpital d'essai");
	assert_string_equal(r->establishments[0]->finess, "670000001");
	call_end(&c);
	call_begin(&c, p, &ward.them, METHOD_exam_establishments, &m);
	r = c.rq.reply;
	assert_int_equal(r->n_establishments, 0);
	call_end(&c);
}

/* ----------------------------------------------------------------- report */

struct joined {
	char *text;
	size_t len, longest;
	uint32_t total;
	bool broken;
	char title[64], author[64];
};

static void
join_report(struct call *c, const void *reply)
{
	const Emage__ExamReportReply *r = reply;
	struct joined *j = c->arg;
	size_t n = strlen(r->text);

	if (c->n_replies == 1) {
		j->total = r->total_bytes;
		(void)snprintf(j->title, sizeof(j->title), "%s", r->title);
		(void)snprintf(j->author, sizeof(j->author), "%s", r->author);
	} else {
		assert_string_equal(r->title, "");
	}
	assert_true(emage__exam_report_reply__get_packed_size(r) <= FRAME_BODY_MAX);
	j->broken |= !text_is_utf8(r->text, n);
	j->longest = n > j->longest ? n : j->longest;
	j->text = realloc(j->text, j->len + n + 1);
	assert_non_null(j->text);
	memcpy(j->text + j->len, r->text, n + 1);
	j->len += n;
}

static struct joined
report_of(
    struct place *p, struct caller *who, uint64_t exam_id, int want_err, unsigned *n_replies_r)
{
	Emage__ExamReportRequest m = EMAGE__EXAM_REPORT_REQUEST__INIT;
	struct joined j = {.len = 0};
	struct call c = {.on_reply = join_report, .arg = &j};

	m.exam_id = exam_id;
	call_begin(&c, p, who, METHOD_exam_report, &m);
	assert_int_equal(c.err, want_err);
	*n_replies_r = c.n_replies;
	call_end(&c);
	return j;
}

static void
test_report_is_whole(void **state)
{
	struct place *p = *state;
	unsigned n;
	struct joined j = report_of(p, &ward.me, ward.ct, 0, &n);

	assert_int_equal(n, 1);
	assert_string_equal(j.text, "Pas d'anomalie décelée.\nŒdème absent.\n");
	assert_string_equal(j.title, "Compte rendu");
	assert_string_equal(j.author, "Dr Modèle");
	assert_int_equal(j.total, j.len);
	free(j.text);
}

/* Long reports, shifted so that every place of a character meets the border. */
static void
test_long_report_is_cut_between_characters(void **state)
{
	static const char *const characters[] = {"é", "€", "𝄞"};
	struct place *p = *state;

	for (unsigned k = 0; k < ARRAY_LEN(characters); k++) {
		const size_t width = strlen(characters[k]), len = 150000;
		char *text = calloc(1, len + 8), study[48];
		struct joined j;
		unsigned n;

		for (size_t shift = 0; shift < width; shift++) {
			memset(text, 0, len + 8);
			memset(text, 'x', shift);
			for (size_t at = shift; at + width <= len; at += width)
				memcpy(text + at, characters[k], width);
			plan_reset();
			(void)snprintf(study, sizeof(study), "1.9.%u.%zu", k, shift);
			plan.study_uid = study;
			j = report_of(p, &ward.me, import_report(p, text, strlen(text)), 0, &n);
			assert_int_equal(n, 3);
			assert_false(j.broken);
			assert_true(j.longest > 59990 && j.longest <= 60000);
			assert_int_equal(j.total, strlen(text));
			assert_string_equal(j.text, text);
			free(j.text);
		}
		free(text);
	}
}

static void
test_report_text_is_clean(void **state)
{
	static const char dirty[] = "a\x1b[31mb\r\nc\xff\xe2\x80\xae z\n";
	struct place *p = *state;
	struct joined j;
	unsigned n;

	plan_reset();
	plan.study_uid = "1.55";
	j = report_of(p, &ward.me, import_report(p, dirty, sizeof(dirty) - 1), 0, &n);
	assert_null(strchr(j.text, '\x1b'));
	assert_null(strchr(j.text, '\r'));
	assert_null(strstr(j.text, "\xe2\x80\xae"));
	assert_true(text_is_utf8(j.text, strlen(j.text)));
	free(j.text);
}

static void
test_release_rule(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__AdminReleaseRequest release = EMAGE__ADMIN_RELEASE_REQUEST__INIT;
	struct imported r;
	unsigned n;

	/* "report": images alone are not shown */
	plan_reset();
	plan.study_uid = "1.66";
	plan.sop_uid = "1.66.1";
	r = import_with(p, &op, &(struct import_how){.release = false});
	assert_int_equal(r.verdict, VERDICT(STORED));
	free(report_of(p, &ward.me, r.exam_id, EM_E_NOT_FOUND, &n).text);
	/* nor with a report that is not final */
	plan.sop_uid = "1.66.2";
	plan.series_uid = "1.66.3";
	plan.report = "provisoire";
	plan.report_len = strlen(plan.report);
	r = import_with(p, &op, &(struct import_how){.release = false});
	assert_int_equal(r.verdict, VERDICT(STORED));
	free(report_of(p, &ward.me, r.exam_id, EM_E_NOT_FOUND, &n).text);
	release.exam_id = r.exam_id;
	assert_int_equal(call_once(p, &op, METHOD_admin_release, &release), 0);
	free(report_of(p, &ward.me, r.exam_id, 0, &n).text);
	assert_int_equal(n, 1);
}

/* ----------------------------------------------------------- series, frames */

static void
take_series(struct call *c, const void *reply)
{
	const Emage__ExamSeriesReply *r = reply;

	if (r->n_series > 0)
		*(uint64_t *)c->arg = r->series[0]->series_id;
	for (size_t i = 0; i < r->n_series; i++)
		assert_true(r->series[i]->n_frames > 0);
}

static uint64_t
series_of(struct place *p, struct caller *who, uint64_t exam_id, int want_err)
{
	Emage__ExamSeriesRequest m = EMAGE__EXAM_SERIES_REQUEST__INIT;
	uint64_t series_id = 0;
	struct call c = {.on_reply = take_series, .arg = &series_id};

	m.exam_id = exam_id;
	call_begin(&c, p, who, METHOD_exam_series, &m);
	assert_int_equal(c.err, want_err);
	assert_int_equal(c.n_replies, want_err == 0);
	call_end(&c);
	return series_id;
}

struct taken {
	unsigned n_infos;
	int32_t instance[PLAN_FRAMES];
	uint32_t expected, got, index;
	bool wrong;
};

static void
take_frame(struct call *c, const void *reply)
{
	const Emage__FrameGetReply *r = reply;
	struct taken *t = c->arg;

	if (r->info != NULL) {
		assert_int_equal(t->got, t->expected);
		t->instance[t->n_infos++] = r->info->instance_number;
		t->expected = r->info->total_bytes;
		t->got = 0;
		t->index = r->index;
		assert_int_equal(r->data.len, 0);
		return;
	}
	assert_int_equal(r->index, t->index);
	assert_true(r->data.len > 0 && r->data.len <= FRAME_DATA_MAX);
	for (size_t k = 0; k < r->data.len; k++)
		t->wrong |= r->data.data[k] !=
			    plan_byte(t->instance[t->n_infos - 1], 0, t->got + (uint32_t)k);
	t->got += (uint32_t)r->data.len;
}

static int
frames_of(struct place *p, struct caller *who, uint64_t series_id, uint32_t first, uint32_t count,
    struct taken *t)
{
	Emage__FrameGetRequest m = EMAGE__FRAME_GET_REQUEST__INIT;
	struct call c = {.on_reply = take_frame, .arg = t};

	m.series_id = series_id;
	m.first = first;
	m.count = count;
	call_begin(&c, p, who, METHOD_frame_get, &m);
	call_end(&c);
	assert_int_equal(t->got, t->expected);
	assert_false(t->wrong);
	return c.err;
}

/* Imported as instances 1 to 5 from the head down: shown from the feet up. */
static void
test_frames_in_order_of_place(void **state)
{
	struct place *p = *state;
	uint64_t series = series_of(p, &ward.me, ward.ct, 0);
	struct taken t = {.n_infos = 0};

	assert_int_equal(frames_of(p, &ward.me, series, 0, 64, &t), 0);
	assert_int_equal(t.n_infos, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(t.instance[i], 5 - i);
	assert_int_equal(atomic_load(&p->server.counters.frames_sent), 5);
	t = (struct taken){.n_infos = 0};
	assert_int_equal(frames_of(p, &ward.me, series, 3, 1, &t), 0);
	assert_int_equal(t.n_infos, 1);
	assert_int_equal(t.index, 3);
	assert_int_equal(t.instance[0], 2);
	assert_int_equal(frames_of(p, &ward.me, series, 5, 1, &t), EM_E_INVALID);
	assert_int_equal(frames_of(p, &ward.me, series, 0, 65, &t), EM_E_INVALID);
	assert_int_equal(frames_of(p, &ward.me, series, 0, 0, &t), EM_E_INVALID);
}

static void
test_large_frame_comes_in_chunks(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	struct taken t = {.n_infos = 0};
	struct imported r;

	plan_reset();
	plan.study_uid = "1.44";
	plan.sop_uid = "1.44.1";
	plan.frame_bytes = 3 * FRAME_DATA_MAX + 1;
	r = import_one(p, &op);
	assert_int_equal(frames_of(p, &ward.me, series_of(p, &ward.me, r.exam_id, 0), 0, 1, &t), 0);
	assert_int_equal(t.got, 3 * FRAME_DATA_MAX + 1);
}

static void
test_frames_of_one_file_without_geometry(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__FrameGetRequest m = EMAGE__FRAME_GET_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	struct imported r;

	plan_reset();
	plan.study_uid = "1.45";
	plan.sop_uid = "1.45.1";
	plan.n_frames = 130;
	r = import_one(p, &op);
	assert_int_equal(r.n_frames, 130);
	m.series_id = series_of(p, &ward.me, r.exam_id, 0);
	m.first = 100;
	m.count = 64;
	call_begin(&c, p, &ward.me, METHOD_frame_get, &m);
	assert_int_equal(c.err, 0);
	assert_int_equal(c.n_replies, 60); /* 30 frames: what it is, and its bytes */
	call_end(&c);
}

static void
test_missing_file_ends_the_stream(void **state)
{
	struct place *p = *state;
	uint64_t series = series_of(p, &ward.me, ward.ct, 0);
	Emage__FrameGetRequest m = EMAGE__FRAME_GET_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/media", p->dir);
	assert_int_equal(nftw(path, place_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	m.series_id = series;
	m.count = 1;
	call_begin(&c, p, &ward.me, METHOD_frame_get, &m);
	assert_int_equal(c.err, EM_E_INTERNAL);
	assert_int_equal(c.n_replies, 0);
	call_end(&c);
}

static void
test_cancel(void **state)
{
	struct place *p = *state;
	Emage__FrameCancelRequest m = EMAGE__FRAME_CANCEL_REQUEST__INIT;

	m.request_id = 41;
	assert_int_equal(call_once(p, &ward.me, METHOD_frame_cancel, &m), 0);
	assert_int_equal(world.cancelled_stream, 41);
}

/* ------------------------------------------------------------------- S-08 */

static size_t
object_error(
    struct place *p, struct caller *who, enum method_index method, uint64_t id, uint8_t out_r[128])
{
	Emage__ExamReportRequest report = EMAGE__EXAM_REPORT_REQUEST__INIT;
	Emage__ExamSeriesRequest series = EMAGE__EXAM_SERIES_REQUEST__INIT;
	Emage__FrameGetRequest frames = EMAGE__FRAME_GET_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const void *m = &report;
	size_t n;

	report.exam_id = series.exam_id = frames.series_id = id;
	frames.count = 1;
	if (method == METHOD_exam_series)
		m = &series;
	else if (method == METHOD_frame_get)
		m = &frames;
	call_begin(&c, p, who, method, m);
	assert_int_equal(c.err, EM_E_NOT_FOUND);
	assert_int_equal(c.n_replies, 0);
	n = call_error_bytes(&c, out_r);
	call_end(&c);
	return n;
}

static void
test_foreign_is_as_if_it_were_not(void **state)
{
	static const enum method_index methods[] = {
	    METHOD_exam_report, METHOD_exam_series, METHOD_frame_get};
	struct place *p = *state;
	uint64_t series = series_of(p, &ward.me, ward.ct, 0);

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		uint64_t id = methods[i] == METHOD_frame_get ? series : ward.ct;
		uint8_t foreign[128], none[128];
		size_t n = object_error(p, &ward.them, methods[i], id, foreign);

		assert_int_equal(object_error(p, &ward.them, methods[i], id + 1000000, none), n);
		assert_memory_equal(foreign, none, n);
	}
}

/* ------------------------------------------------------------ on record */

static unsigned
openings(struct place *p, uint64_t exam_id)
{
	char path[96], sql[128];
	sqlite3_stmt *st;
	sqlite3 *db;
	unsigned n;

	place_close_store(p);
	(void)snprintf(path, sizeof(path), "%s/emage.db", p->dir);
	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM audit WHERE event = 'exam.opened' AND exam_id = %llu",
	    (unsigned long long)exam_id);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = (unsigned)sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	place_open_store(p);
	return n;
}

static void
test_an_opening_is_one_row(void **state)
{
	struct place *p = *state;
	struct taken t = {.n_infos = 0};
	struct caller again = ward.me;
	uint64_t series;
	unsigned n;

	assert_int_equal(openings(p, ward.ct), 0);
	free(report_of(p, &ward.me, ward.ct, 0, &n).text);
	series = series_of(p, &ward.me, ward.ct, 0);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(frames_of(p, &ward.me, series, i, 1, &t), 0);
	assert_int_equal(openings(p, ward.ct), 1);
	/* frames alone, on another connection, are an opening too */
	again.opened_exam_id = 0;
	assert_int_equal(frames_of(p, &again, series, 0, 2, &t), 0);
	assert_int_equal(frames_of(p, &again, series, 2, 2, &t), 0);
	assert_int_equal(openings(p, ward.ct), 2);
	/* what was refused was not opened */
	(void)series_of(p, &ward.them, ward.ct, EM_E_NOT_FOUND);
	assert_int_equal(openings(p, ward.ct), 2);
}

static void
test_no_row_no_data(void **state)
{
	struct place *p = *state;
	struct taken t = {.n_infos = 0};
	struct caller who = ward.me;
	char path[96];
	sqlite3 *db;
	uint64_t series = series_of(p, &ward.me, ward.ct, 0);
	unsigned n;
	struct joined j;

	place_close_store(p);
	(void)snprintf(path, sizeof(path), "%s/emage.db", p->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
			     "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN"
			     " SELECT RAISE(ABORT, 'no room'); END",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	place_open_store(p);

	who.opened_exam_id = 0;
	assert_int_not_equal(frames_of(p, &who, series, 0, 1, &t), 0);
	assert_int_equal(t.n_infos, 0);
	j = report_of(p, &who, ward.ct, EM_E_INVALID, &n);
	assert_int_equal(n, 0);
	assert_null(j.text);
	assert_int_equal(who.opened_exam_id, 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, ward_setup, place_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_list_pages_and_filters),
	    T(test_list_checks_its_request),
	    T(test_establishments_of_mine),
	    T(test_report_is_whole),
	    T(test_long_report_is_cut_between_characters),
	    T(test_report_text_is_clean),
	    T(test_release_rule),
	    T(test_frames_in_order_of_place),
	    T(test_large_frame_comes_in_chunks),
	    T(test_frames_of_one_file_without_geometry),
	    T(test_missing_file_ends_the_stream),
	    T(test_cancel),
	    T(test_foreign_is_as_if_it_were_not),
	    T(test_an_opening_is_one_row),
	    T(test_no_row_no_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
