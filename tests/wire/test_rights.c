/* SPDX-License-Identifier: MIT */
/*
 * Who may call what when: every method of the table in every state of a
 * connection (S-07), and what is another's looks like what is not there (S-08).
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/exam.pb-c.h"
#include "tests/lib/wire.h"

#define DAY_MS (24 * 3600 * 1000)

static struct fixture *server;
static struct fixture_patient camille, paul, zoe;

static int
set_up(void **state)
{
	char *camille_files[] = {
	    fixture_dicom("CT_small.dcm"), fixture_dicom("reportsi.dcm"), NULL};
	char *paul_files[] = {fixture_dicom("MR_small.dcm"), NULL};

	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	fixture_add_establishment(server, "679900019", "CHU FICTIF");
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	fixture_add_patient(server, "Paul", "paul@example.org", &paul);
	fixture_add_patient(server, "Zoé", "zoe@example.org", &zoe);
	wire_first_sign_in(server, &camille);
	wire_first_sign_in(server, &paul);
	fixture_import(server, &camille, (const char *const *)camille_files);
	fixture_import(server, &paul, (const char *const *)paul_files);
	free(camille_files[0]);
	free(camille_files[1]);
	free(paul_files[0]);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

static int
next_day(void **state)
{
	(void)state;
	fixture_advance(server, DAY_MS + 60000);
	return 0;
}

/* ------------------------------------------------------------------- the matrix */

static bool
is_allowed(const struct method *m, enum phase phase, unsigned role)
{
	return (m->phases & phase) && (phase != PH_O || (m->roles & role));
}

/*
 * With an empty message every method that exists here is reached: it may refuse
 * the message, but not say that there is no such method. Those that do not exist
 * come first, so that each meets the state untouched; the ones that change the
 * state come last, in an order in which none takes away the next.
 */
static void
check_state(const char *what, struct wire *w, enum phase phase, unsigned role, int missing_err)
{
	static const enum method_index last[] = {METHOD_hello, METHOD_session_logout};
	unsigned n_allowed = 0, n_refused = 0;

	for (unsigned i = 0; i < N_METHODS; i++) {
		const struct method *m = method_at(i);
		int wanted = m->phases == PH_O ? missing_err : EM_E_UNKNOWN_METHOD;
		int rc;

		if (is_allowed(m, phase, role))
			continue;
		rc = wire_call_empty(w, (enum method_index)i);
		if (rc != -wanted)
			fail_msg("%s: %s: %s", what, m->name, err_name(rc));
		n_refused++;
	}
	for (unsigned i = 0; i < N_METHODS + ARRAY_LEN(last); i++) {
		unsigned at = i < N_METHODS ? i : last[i - N_METHODS];
		bool is_last = at == METHOD_hello || at == METHOD_session_logout;
		const struct method *m = method_at(at);
		int rc;

		if (!is_allowed(m, phase, role) || is_last != (i >= N_METHODS))
			continue;
		rc = wire_call_empty(w, (enum method_index)at);
		if (rc == -EM_E_UNKNOWN_METHOD || rc == -EM_E_CLOSED || rc == -EM_E_TIMEOUT ||
		    rc == -EM_E_INTERNAL || rc == -EM_E_UNAVAILABLE)
			fail_msg("%s: %s: %s", what, m->name, err_name(rc));
		n_allowed++;
	}
	/* every cell of this row of the matrix */
	assert_int_equal(n_allowed + n_refused, N_METHODS);
}

static void
test_new(void **state)
{
	struct wire *w = wire_open(server);

	(void)state;
	check_state("new", w, PH_N, 0, EM_E_UNKNOWN_METHOD);
	wire_free(&w);
}

static void
test_greeted(void **state)
{
	struct wire *w = wire_open_greeted(server);

	(void)state;
	check_state("greeted", w, PH_A, 0, EM_E_UNKNOWN_METHOD);
	wire_free(&w);
}

static void
test_password_right(void **state)
{
	struct wire *w = wire_open_greeted(server);

	(void)state;
	assert_int_equal(wire_password(w, camille.identifier, camille.password), 0);
	check_state("password right", w, PH_C, 0, EM_E_UNKNOWN_METHOD);
	wire_free(&w);
}

static void
test_temporary(void **state)
{
	struct wire *w = wire_open_greeted(server);
	struct mailbox *m = fixture_mailbox(server);
	char code[16];

	(void)state;
	assert_int_equal(wire_password(w, zoe.identifier, zoe.temporary), 0);
	fixture_next_code(m, code);
	assert_int_equal(wire_code(w, code), 0);
	check_state("temporary password", w, PH_T, 0, EM_E_UNKNOWN_METHOD);
	mailbox_free(&m);
	wire_free(&w);
}

static void
test_open(void **state)
{
	struct wire *w = wire_open_greeted(server);

	(void)state;
	wire_sign_in(w, &camille);
	check_state("open", w, PH_O, RO_P, EM_E_UNKNOWN_METHOD);
	/* the last call was the logout */
	check_state("logged out", w, PH_A, 0, EM_E_UNKNOWN_METHOD);
	wire_free(&w);
}

static void
test_operator(void **state)
{
	struct wire *w = wire_open_local(server);

	(void)state;
	check_state("operator", w, PH_O, RO_L, EM_E_UNKNOWN_METHOD);
	wire_free(&w);
}

/* What a session that has ended could do, and only that, is told why. */
static void
test_expired(void **state)
{
	struct wire *w = wire_open_greeted(server);

	(void)state;
	wire_sign_in(w, &camille);
	fixture_advance(server, 601000);
	check_state("idle too long", w, PH_A, 0, EM_E_SESSION_IDLE);
	wire_free(&w);
}

static void
test_taken(void **state)
{
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	struct wire *w = wire_open_greeted(server), *other = wire_open_greeted(server);

	(void)state;
	wire_sign_in(w, &camille);
	rq.token = (ProtobufCBinaryData){.data = w->token, .len = sizeof(w->token)};
	assert_int_equal(wire_call(other, METHOD_session_resume, &rq), 0);
	check_state("taken over", w, PH_A, 0, EM_E_SESSION_TAKEN);
	check_state("took over", other, PH_O, RO_P, EM_E_UNKNOWN_METHOD);
	wire_free(&w);
	wire_free(&other);
}

static void
test_withdrawn(void **state)
{
	struct wire *w = wire_open_greeted(server), *again;
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	char *sql;

	(void)state;
	wire_sign_in(w, &paul);
	fixture_stop(server);
	sql = mem_printf("UPDATE account SET state = 2 WHERE patient_id = %llu",
	    (unsigned long long)paul.patient_id);
	fixture_sql(server, sql);
	free(sql);
	fixture_start(server);
	again = wire_open_greeted(server);
	rq.token = (ProtobufCBinaryData){.data = w->token, .len = sizeof(w->token)};
	assert_int_equal(wire_call(again, METHOD_session_resume, &rq), -EM_E_SESSION_ENDED);
	check_state("withdrawn", again, PH_A, 0, EM_E_UNKNOWN_METHOD);
	fixture_stop(server);
	sql = mem_printf("UPDATE account SET state = 1 WHERE patient_id = %llu",
	    (unsigned long long)paul.patient_id);
	fixture_sql(server, sql);
	free(sql);
	fixture_start(server);
	wire_free(&w);
	wire_free(&again);
}

/* ----------------------------------------------------------------- foreign objects */

static struct frame
ask(struct wire *w, enum method_index m, const void *request)
{
	struct buf out;

	buf_init(&out, 4096);
	assert_int_equal(frame_append(&out, method_at(m)->number, 0, 4711, request), 0);
	wire_send(w, buf_bytes(&out), out.len);
	buf_release(&out);
	return wire_next_frame(w);
}

/* The same bytes for an id of another as for one that nobody has. */
static void
check_foreign(struct wire *w, enum method_index m, void *request, uint64_t *id_r, uint64_t foreign)
{
	uint8_t bytes[256];
	struct frame f;
	size_t len;

	*id_r = UINT64_C(9999999999);
	f = ask(w, m, request);
	assert_int_equal(f.flags, FRAME_REPLY | FRAME_ERROR);
	len = f.body_len;
	assert_true(len > 0 && len <= sizeof(bytes));
	memcpy(bytes, f.body, len);
	*id_r = foreign;
	f = ask(w, m, request);
	assert_int_equal(f.flags, FRAME_REPLY | FRAME_ERROR);
	assert_int_equal(f.body_len, len);
	assert_memory_equal(f.body, bytes, len);
	assert_memory_equal(bytes, "\x08\x09", 2); /* NOT_FOUND */
}

struct ids {
	uint64_t exams[8], series[8];
	size_t n_exams, n_series;
};

static void
collect_ids(struct wire *w, struct ids *ids_r)
{
	Emage__ExamListRequest rq = EMAGE__EXAM_LIST_REQUEST__INIT;
	const Emage__ExamListReply *list;

	*ids_r = (struct ids){.n_exams = 0};
	rq.page = 1;
	rq.page_size = 8;
	assert_int_equal(wire_call(w, METHOD_exam_list, &rq), 0);
	list = (const Emage__ExamListReply *)w->reply;
	for (size_t i = 0; i < list->n_rows; i++)
		ids_r->exams[ids_r->n_exams++] = list->rows[i]->exam_id;
	for (size_t i = 0; i < ids_r->n_exams; i++) {
		Emage__ExamSeriesRequest series = EMAGE__EXAM_SERIES_REQUEST__INIT;
		const Emage__ExamSeriesReply *reply;

		series.exam_id = ids_r->exams[i];
		assert_int_equal(wire_call(w, METHOD_exam_series, &series), 0);
		reply = (const Emage__ExamSeriesReply *)w->reply;
		for (size_t j = 0; j < reply->n_series; j++)
			ids_r->series[ids_r->n_series++] = reply->series[j]->series_id;
	}
	assert_true(ids_r->n_exams > 0 && ids_r->n_series > 0);
}

static void
check_all_foreign(struct wire *w, const struct ids *others)
{
	Emage__ExamReportRequest report = EMAGE__EXAM_REPORT_REQUEST__INIT;
	Emage__ExamSeriesRequest series = EMAGE__EXAM_SERIES_REQUEST__INIT;
	Emage__FrameGetRequest frame = EMAGE__FRAME_GET_REQUEST__INIT;

	frame.count = 1;
	for (size_t i = 0; i < others->n_exams; i++) {
		check_foreign(w, METHOD_exam_report, &report, &report.exam_id, others->exams[i]);
		check_foreign(w, METHOD_exam_series, &series, &series.exam_id, others->exams[i]);
	}
	for (size_t i = 0; i < others->n_series; i++)
		check_foreign(w, METHOD_frame_get, &frame, &frame.series_id, others->series[i]);
}

static void
test_what_is_anothers(void **state)
{
	struct wire *a = wire_open_greeted(server), *b = wire_open_greeted(server);
	struct ids of_a, of_b;

	(void)state;
	wire_sign_in(a, &camille);
	wire_sign_in(b, &paul);
	collect_ids(a, &of_a);
	collect_ids(b, &of_b);
	check_all_foreign(a, &of_b);
	check_all_foreign(b, &of_a);
	/* each still has its own */
	collect_ids(a, &of_a);
	wire_free(&a);
	wire_free(&b);
}

/* An exam that is not released is not there for its own patient either. */
static void
test_not_released(void **state)
{
	char *file = fixture_dicom("JPEG2000.dcm"), *out;
	char id[24] = "";
	const char *import[] = {"emagectl", "import", "dicom", "--json", "-S", server->socket,
	    "--patient", paul.identifier, "--finess", "679900019", file, NULL};
	const char *release[] = {"emagectl", "release", "-S", server->socket, id, NULL};
	struct wire *w = wire_open_greeted(server);
	Emage__ExamSeriesRequest series = EMAGE__EXAM_SERIES_REQUEST__INIT;
	struct ids before, after;
	json_t *told;

	(void)state;
	wire_sign_in(w, &paul);
	collect_ids(w, &before);
	fixture_must_run(server, import, &out);
	*strchr(out, '\n') = '\0'; /* the counts are on the next line */
	told = json_loads(out, 0, NULL);
	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(told, "exam_id")));
	json_decref(told);
	free(out);
	series.exam_id = strtoull(id, NULL, 10);
	assert_true(series.exam_id > 0);
	collect_ids(w, &after);
	assert_int_equal(after.n_exams, before.n_exams);
	check_foreign(w, METHOD_exam_series, &series, &series.exam_id, series.exam_id);

	fixture_must_run(server, release, &out);
	assert_non_null(strstr(out, "released"));
	free(out);
	collect_ids(w, &after);
	assert_int_equal(after.n_exams, before.n_exams + 1);
	free(file);
	wire_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_new, next_day),
	    cmocka_unit_test_setup(test_greeted, next_day),
	    cmocka_unit_test_setup(test_password_right, next_day),
	    cmocka_unit_test_setup(test_temporary, next_day),
	    cmocka_unit_test_setup(test_open, next_day),
	    cmocka_unit_test_setup(test_operator, next_day),
	    cmocka_unit_test_setup(test_expired, next_day),
	    cmocka_unit_test_setup(test_taken, next_day),
	    cmocka_unit_test_setup(test_withdrawn, next_day),
	    cmocka_unit_test_setup(test_what_is_anothers, next_day),
	    cmocka_unit_test_setup(test_not_released, next_day),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
