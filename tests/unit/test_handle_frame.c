/* SPDX-License-Identifier: MIT */
/*
 * Series and frames as their patient gets them, what others get, and the row
 * that says who opened an exam.
 */
#include "tests/unit/test_handle_sql.h"
#include "tests/lib/file.h"
#include "tests/unit/test_handle_ward.h"

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
	assert_int_equal(file_remove_all(path), 0);
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
	uint64_t series = series_of(p, &ward.me, ward.ct, 0);
	unsigned n;
	struct joined j;

	place_sql(p, "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN"
		     " SELECT RAISE(ABORT, 'no room'); END");
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
