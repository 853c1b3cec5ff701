/* SPDX-License-Identifier: MIT */
/*
 * A professional and a patient's record with the real server: no record without a
 * motive, all that must not be told apart, and many at once (L-01, V-02, V-03).
 */
#include "tests/wire/test_record_open.h"

#include <signal.h>

/* ------------------------------------------------------------------ motives */

static void
test_without_a_record(void **state)
{
	Emage__RecordReleaseRequest release = EMAGE__RECORD_RELEASE_REQUEST__INIT;
	Emage__ExamReportRequest report = EMAGE__EXAM_REPORT_REQUEST__INIT;
	Emage__FrameGetRequest frames = EMAGE__FRAME_GET_REQUEST__INIT;
	struct wire *w = doctor_in();

	(void)state;
	report.exam_id = release.exam_id = frames.series_id = frames.count = 1;
	assert_int_equal(list_exams(w), -EM_E_NO_RECORD);
	assert_int_equal(wire_call_empty(w, METHOD_exam_establishments), -EM_E_NO_RECORD);
	assert_int_equal(wire_call(w, METHOD_exam_report, &report), -EM_E_NO_RECORD);
	assert_int_equal(series(w, 1, NULL), -EM_E_NO_RECORD);
	assert_int_equal(wire_call(w, METHOD_frame_get, &frames), -EM_E_NO_RECORD);
	assert_int_equal(wire_call(w, METHOD_record_release, &release), -EM_E_NO_RECORD);
	assert_int_equal(open_now(w), 0);
	assert_int_equal(wire_call_empty(w, METHOD_record_close), 0);
	assert_false(((const Emage__RecordCloseReply *)w->reply)->was_open);
	/* what is a patient's own is no professional's */
	assert_int_equal(wire_call_empty(w, METHOD_consent_get), -EM_E_UNKNOWN_METHOD);
	wire_free(&w);
}

static void
test_no_motive_no_access(void **state)
{
	static const struct {
		const char *motive, *detail, *field;
	} cases[] = {
	    {"", "", "motive"},
	    {"curious", "", "motive"},
	    {"Vu en consultation", "", "motive"},
	    {"emergency", "", "motive_detail"},
	    {"emergency", "trop peu", "motive_detail"},
	    {"emergency", "                    ", "motive_detail"},
	    {"other", "ligne un\nligne deux", "motive_detail"},
	    {"other", "un texte \xe2\x80\xae retourné", "motive_detail"},
	    {"seen", " avec un blanc devant", "motive_detail"},
	};
	struct wire *w = doctor_in();
	const Emage__MotiveListReply *list;

	(void)state;
	assert_int_equal(wire_call_empty(w, METHOD_motive_list), 0);
	list = (const Emage__MotiveListReply *)w->reply;
	assert_int_equal(list->n_motives, 5);
	assert_string_equal(list->motives[0]->label, "Vu en consultation");
	assert_false(list->motives[0]->needs_detail);
	assert_true(list->motives[3]->emergency && list->motives[3]->needs_detail);
	assert_true(list->motives[4]->needs_detail && !list->motives[4]->emergency);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(
		    open_record(w, camille.patient_id, cases[i].motive, cases[i].detail),
		    -EM_E_INVALID);
		assert_string_equal(w->error->field, cases[i].field);
	}
	assert_int_equal(open_now(w), 0);
	wire_free(&w);
	fixture_stop(server);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM audit WHERE event ="
						    " 'record.refused' AND result = 'INVALID'"),
	    ARRAY_LEN(cases));
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM access"), 0);
	fixture_start(server);
}

/* --------------------------------------------------------- what is answered */

/* Unknown, without consent, blocked: the same, and each a commit. */
static void
test_who_cannot_be_seen(void **state)
{
	struct wire *w = doctor_in(), *patient = sign_in(&camille);
	uint64_t professional = professional_at(patient, 0);

	(void)state;
	block(patient, professional);
	expect_same_refusal(w, camille.patient_id);
	expect_same_refusal(w, gone.patient_id);
	expect_same_refusal(w, 4711000);
	expect_same_refusal(w, UINT64_MAX);
	/* an emergency changes nothing where the region has not decided so */
	assert_int_equal(open_record(w, camille.patient_id, "emergency", "patiente inconsciente"),
	    -EM_E_NOT_FOUND);
	assert_int_equal(list_exams(w), -EM_E_NO_RECORD);
	unblock(patient, professional);
	wire_free(&w);
	wire_free(&patient);
	fixture_stop(server);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM audit WHERE event ="
						    " 'record.refused' AND result = 'NOT_FOUND'"),
	    5);
	/* what a block has kept out, its patient sees; nobody else's history moved */
	assert_int_equal(
	    fixture_sql_number(server, "SELECT count(*) FROM access WHERE result = 2"), 2);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM access"), 2);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM record"), 0);
	fixture_start(server);
}

static void
test_over_a_block(void **state)
{
	struct mailbox *mail;
	size_t from = fixture_log_size(server);
	struct wire *w = doctor_in(), *patient = sign_in(&camille);
	uint64_t professional = professional_at(patient, 0);
	char *text = NULL;
	size_t len;
	bool told = false;

	(void)state;
	block(patient, professional);
	fixture_set(server, "access", "emergency_overrides_block = yes");
	fixture_signal(server, SIGHUP);
	fixture_wait_log(server, from, "reload.done");
	mail = fixture_mailbox(server);
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), -EM_E_NOT_FOUND);
	assert_int_equal(
	    open_record(w, camille.patient_id, "emergency", "patiente inconsciente"), 0);
	assert_true(((const Emage__RecordOpenReply *)w->reply)->over_block);
	assert_int_equal(list_exams(w), 0);
	while (!told && mailbox_next(mail, FIXTURE_DEADLINE_MS, &text, &len) == 0) {
		told = strstr(text, "urgence") != NULL;
		free(text);
	}
	assert_true(told);
	mailbox_free(&mail);
	/* blocking once more, after all, holds at once */
	unblock(patient, professional);
	block(patient, professional);
	assert_int_equal(list_exams(w), -EM_E_NOT_FOUND);
	unblock(patient, professional);
	from = fixture_log_size(server);
	fixture_set(server, "access", "emergency_overrides_block = no");
	fixture_signal(server, SIGHUP);
	fixture_wait_log(server, from, "reload.done");
	wire_free(&w);
	wire_free(&patient);
}

/* --------------------------------------------------------------- what opens */

static void
test_open_look_release_close(void **state)
{
	Emage__RecordReleaseRequest release = EMAGE__RECORD_RELEASE_REQUEST__INIT;
	struct wire *w = doctor_in(), *patient = sign_in(&camille);
	const Emage__RecordOpenReply *r;
	uint64_t waits, other, number;

	(void)state;
	assert_int_equal(open_record(w, camille.patient_id, "in_my_ward", ""), 0);
	r = (const Emage__RecordOpenReply *)w->reply;
	assert_string_equal(r->given_name, "Camille");
	assert_string_equal(r->motive_label, "Hospitalisé dans mon service");
	assert_false(r->over_block);
	number = r->access_number;
	assert_int_equal(open_now(w), camille.patient_id);
	assert_string_equal(
	    ((const Emage__RecordGetReply *)w->reply)->record->given_name, "Camille");
	/* the professional sees both, the patient the released one */
	waits = exam_of(w, true);
	other = exam_of(w, false);
	assert_true(waits != 0 && other != 0);
	assert_int_equal(exam_of(patient, true), 0);
	assert_int_equal(series(patient, waits, NULL), -EM_E_NOT_FOUND);
	assert_int_equal(series(w, waits, NULL), 0);
	assert_int_equal(series(w, waits, NULL), 0);
	assert_int_equal(series(w, other, NULL), 0);
	release.exam_id = waits;
	assert_int_equal(wire_call(w, METHOD_record_release, &release), 0);
	assert_false(((const Emage__RecordReleaseReply *)w->reply)->was_released);
	assert_int_equal(wire_call(w, METHOD_record_release, &release), 0);
	assert_true(((const Emage__RecordReleaseReply *)w->reply)->was_released);
	release.exam_id = 999999;
	assert_int_equal(wire_call(w, METHOD_record_release, &release), -EM_E_NOT_FOUND);
	assert_int_equal(series(patient, waits, NULL), 0);
	/* another patient's record takes the place of this one */
	assert_int_equal(open_record(w, paule.patient_id, "attending", ""), 0);
	assert_int_equal(series(w, other, NULL), -EM_E_NOT_FOUND);
	assert_int_equal(wire_call_empty(w, METHOD_record_close), 0);
	assert_true(((const Emage__RecordCloseReply *)w->reply)->was_open);
	assert_int_equal(list_exams(w), -EM_E_NO_RECORD);
	wire_free(&w);
	wire_free(&patient);
	/* each opening of an exam, once, durable and with the motive */
	fixture_kill(server);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM access WHERE exam_id > 0"
						    " AND motive = 'in_my_ward'"),
	    2);
	assert_int_equal(
	    fixture_sql_number(server, "SELECT max(number) FROM access WHERE exam_id > 0"),
	    (int64_t)number + 2);
	fixture_sql(server, "UPDATE exam SET released_at_ms = 0 WHERE n_images = 10");
	fixture_start(server);
}

/* ---------------------------------------------------------------- many at once */

#define N_DOORS	  5u
#define N_EACH	  20u
#define FIRST_NEW 10u

/* A hundred openings of one record from five sides, while its patient blocks one
 * of them and lets them in again: numbered without holes. */
static void
test_a_hundred_at_once(void **state)
{
	Emage__RecordOpenRequest rq = EMAGE__RECORD_OPEN_REQUEST__INIT;
	struct wire *w[N_DOORS], *patient;
	struct staff who[N_DOORS];
	uint64_t blocked;
	int64_t before;
	unsigned n_refused = 0;

	(void)state;
	fixture_advance(server, 24 * 3600 * 1000);
	for (unsigned i = 0; i < N_DOORS; i++)
		w[i] = staff_wire(server, EMAGE__ROLE__ROLE_PROFESSIONAL, FIRST_NEW + i, &who[i]);
	patient = sign_in(&camille);
	blocked = professional_at(patient, 2);
	rq.patient_id = camille.patient_id;
	rq.motive = (char *)(uintptr_t) "seen";
	assert_int_equal(wire_call(w[0], METHOD_record_open, &rq), 0);
	for (unsigned k = 0; k < N_EACH; k++) {
		for (unsigned i = 0; i < N_DOORS; i++) {
			struct buf out;

			buf_init(&out, 128);
			assert_int_equal(frame_append(&out, 141, 0, 1000 + k, &rq.base), 0);
			wire_send(w[i], buf_bytes(&out), out.len);
			buf_release(&out);
		}
		if (k == N_EACH / 2)
			block(patient, blocked);
	}
	for (unsigned i = 0; i < N_DOORS; i++) {
		for (unsigned k = 0; k < N_EACH; k++) {
			struct frame f = wire_next_frame(w[i]);

			assert_int_equal(f.id, 1000 + k);
			if (f.flags & FRAME_ERROR) {
				assert_int_equal(i, 0);
				n_refused++;
			}
		}
		assert_int_equal(list_exams(w[i]), i == 0 ? -EM_E_NOT_FOUND : 0);
		wire_free(&w[i]);
	}
	assert_true(n_refused > 0);
	wire_free(&patient);
	fixture_stop(server);
	before =
	    fixture_sql_number(server, "SELECT count(*) FROM access WHERE patient_id = (SELECT"
				       " patient_id FROM patient WHERE given_name = 'Camille')");
	assert_true(before >= N_DOORS * N_EACH);
	assert_int_equal(
	    fixture_sql_number(server, "SELECT max(number) FROM access WHERE patient_id = (SELECT"
				       " patient_id FROM patient WHERE given_name = 'Camille')"),
	    before);
	/* a blocked one has nothing open, whatever came first */
	assert_int_equal(
	    fixture_sql_number(server, "SELECT count(*) FROM record r JOIN block b ON b.patient_id"
				       " = r.patient_id AND b.professional_id = r.professional_id"),
	    0);
	fixture_start(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_without_a_record),
	    cmocka_unit_test(test_no_motive_no_access),
	    cmocka_unit_test(test_who_cannot_be_seen),
	    cmocka_unit_test(test_over_a_block),
	    cmocka_unit_test(test_open_look_release_close),
	    cmocka_unit_test(test_a_hundred_at_once),
	};

	return cmocka_run_group_tests(tests, record_set_up, record_tear_down);
}
