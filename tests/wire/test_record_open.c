/* SPDX-License-Identifier: MIT */
/*
 * A professional and a patient's record with the real server: no record without a
 * motive, all that must not be told apart, what closes a record, and many at once
 * (L-01, V-02, V-03, V-04, S-06).
 */
#include "tests/lib/check.h"

#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/access.pb-c.h"
#include "proto/account.pb-c.h"
#include "proto/exam.pb-c.h"
#include "proto/record.pb-c.h"
#include "tests/lib/staff_fixture.h"

#define N_FRAMES 10 /* of the ultrasound loop of octave-dicom */
#define RECORD_S 300

static struct fixture *server;
static struct fixture_patient camille, paule, gone;
static struct staff doctor, colleague;

static int
set_up(void **state)
{
	static const char *const sets[] = {
	    "access.record_s=300", "session.terminal_idle_s=3600", NULL};
	char *ct = fixture_dicom("CT_small.dcm");
	const char *paths[] = {NULL, ct, NULL};
	glob_t loop;

	(void)state;
	server = fixture_new(sets);
	fixture_start(server);
	fixture_add_establishment(server, "679900019", "CHU FICTIF");
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	fixture_add_patient(server, "Paule", "paule@example.org", &paule);
	fixture_add_patient(server, "Partie", "partie@example.org", &gone);
	wire_first_sign_in(server, &camille);
	/* whatever the version of octave-dicom */
	assert_int_equal(
	    glob("/usr/share/octave/packages/dicom-*/imdata/US-PAL-8-10x-echo.dcm", 0, NULL, &loop),
	    0);
	paths[0] = loop.gl_pathv[0];
	fixture_import(server, &camille, paths);
	globfree(&loop);
	free(ct);
	staff_new(server, EMAGE__ROLE__ROLE_PROFESSIONAL, 1, 0, &doctor);
	staff_new(server, EMAGE__ROLE__ROLE_PROFESSIONAL, 2, 0, &colleague);
	fixture_stop(server);
	/* the loop waits for its release, the third patient's consent is withdrawn */
	fixture_sql(server, "UPDATE exam SET released_at_ms = 0 WHERE n_images = 10");
	fixture_sql(server,
	    "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
	    " SELECT patient_id, 0, 1, '' FROM patient WHERE given_name = 'Partie'");
	fixture_start(server);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* A day later, so that nothing is left of the test before. */
static struct wire *
sign_in(const struct fixture_patient *p)
{
	struct wire *w = wire_open_greeted(server);

	wire_sign_in(w, p);
	return w;
}

static struct wire *
doctor_in(void)
{
	fixture_advance(server, 24 * 3600 * 1000);
	return sign_in(&doctor.person);
}

static int
open_record(struct wire *w, uint64_t patient_id, const char *motive, const char *detail)
{
	Emage__RecordOpenRequest rq = EMAGE__RECORD_OPEN_REQUEST__INIT;

	rq.patient_id = patient_id;
	rq.motive = (char *)(uintptr_t)motive;
	rq.motive_detail = (char *)(uintptr_t)detail;
	return wire_call(w, METHOD_record_open, &rq);
}

static int
list_exams(struct wire *w)
{
	Emage__ExamListRequest rq = EMAGE__EXAM_LIST_REQUEST__INIT;

	rq.page = 1;
	rq.page_size = 10;
	return wire_call(w, METHOD_exam_list, &rq);
}

/* Of the newest list: the exam that waits for its release, or the other. */
static uint64_t
exam_of(struct wire *w, bool withheld)
{
	const Emage__ExamListReply *list;

	assert_int_equal(list_exams(w), 0);
	list = (const Emage__ExamListReply *)w->reply;
	for (size_t i = 0; i < list->n_rows; i++)
		if (list->rows[i]->withheld == withheld)
			return list->rows[i]->exam_id;
	return 0;
}

static int
series(struct wire *w, uint64_t exam_id, uint64_t *series_id_r)
{
	Emage__ExamSeriesRequest rq = EMAGE__EXAM_SERIES_REQUEST__INIT;
	int rc;

	rq.exam_id = exam_id;
	rc = wire_call(w, METHOD_exam_series, &rq);
	if (rc == 0 && series_id_r)
		*series_id_r = ((const Emage__ExamSeriesReply *)w->reply)->series[0]->series_id;
	return rc;
}

static uint64_t
open_now(struct wire *w)
{
	assert_int_equal(wire_call_empty(w, METHOD_record_get), 0);
	return ((const Emage__RecordGetReply *)w->reply)->patient_id;
}

/* Of those who are staff, all of one name, in the order in which they were added. */
static uint64_t
professional_at(struct wire *patient, size_t i)
{
	Emage__DirectorySearchRequest rq = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;
	const Emage__DirectorySearchReply *r;

	rq.family_name = (char *)(uintptr_t) "MEDECIN";
	rq.page = 1;
	rq.page_size = 50;
	assert_int_equal(wire_call(patient, METHOD_directory_search, &rq), 0);
	r = (const Emage__DirectorySearchReply *)patient->reply;
	assert_true(i < r->n_rows);
	return r->rows[i]->professional_id;
}

static void
block(struct wire *patient, uint64_t professional_id)
{
	Emage__BlockAddRequest rq = EMAGE__BLOCK_ADD_REQUEST__INIT;

	rq.professional_id = professional_id;
	assert_int_equal(wire_call(patient, METHOD_block_add, &rq), 0);
}

static void
unblock(struct wire *patient, uint64_t professional_id)
{
	Emage__BlockRemoveRequest rq = EMAGE__BLOCK_REMOVE_REQUEST__INIT;

	rq.professional_id = professional_id;
	assert_int_equal(wire_call(patient, METHOD_block_remove, &rq), 0);
}

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

static void
expect_same_refusal(struct wire *w, uint64_t patient_id)
{
	uint8_t got[128], want[128];
	Emage__Error e = EMAGE__ERROR__INIT;
	size_t n;

	assert_int_equal(open_record(w, patient_id, "seen", ""), -EM_E_NOT_FOUND);
	e.code = EM_E_NOT_FOUND;
	n = emage__error__pack(&e, want);
	assert_int_equal(emage__error__get_packed_size(w->error), n);
	emage__error__pack(w->error, got);
	assert_memory_equal(got, want, n);
}

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

/* ------------------------------------------------------------- what closes */

static void
test_time_is_over(void **state)
{
	struct wire *w = doctor_in();

	(void)state;
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	fixture_advance(server, (RECORD_S - 1) * 1000);
	assert_int_equal(list_exams(w), 0);
	fixture_advance(server, 2000);
	assert_int_equal(list_exams(w), -EM_E_NO_RECORD);
	assert_int_equal(open_now(w), 0);
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	assert_int_equal(list_exams(w), 0);
	wire_free(&w);
}

/* A lost connection keeps the record, a logout does not. */
static void
test_resume_and_logout(void **state)
{
	Emage__SessionResumeRequest rq = EMAGE__SESSION_RESUME_REQUEST__INIT;
	struct wire *w = doctor_in(), *again = wire_open_greeted(server);

	(void)state;
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	rq.token = (ProtobufCBinaryData){.data = w->token, .len = sizeof(w->token)};
	assert_int_equal(wire_call(again, METHOD_session_resume, &rq), 0);
	assert_int_equal(open_now(again), camille.patient_id);
	assert_int_equal(list_exams(again), 0);
	assert_int_equal(list_exams(w), -EM_E_SESSION_TAKEN);
	assert_int_equal(wire_call_empty(again, METHOD_session_logout), 0);
	wire_free(&w);
	wire_free(&again);
	fixture_stop(server);
	assert_int_equal(fixture_sql_number(server, "SELECT count(*) FROM record r JOIN session s"
						    " ON s.session_id = r.session_id JOIN account a"
						    " ON a.account_id = s.account_id"),
	    fixture_sql_number(server, "SELECT count(*) FROM record"));
	fixture_start(server);
}

static void
ask_frames(struct wire *w, uint64_t series_id, uint32_t id)
{
	Emage__FrameGetRequest rq = EMAGE__FRAME_GET_REQUEST__INIT;
	struct buf out;

	rq.series_id = series_id;
	rq.count = N_FRAMES;
	buf_init(&out, 64);
	assert_int_equal(frame_append(&out, 30, 0, id, &rq.base), 0);
	wire_send(w, buf_bytes(&out), out.len);
	buf_release(&out);
}

/* A block ends what is being sent, as if there were no such patient; the session
 * goes on. */
static void
test_block_while_images_come(void **state)
{
	struct wire *w = doctor_in(), *patient = sign_in(&camille);
	uint64_t professional = professional_at(patient, 0), series_id = 0;
	unsigned n_ended = 0;

	(void)state;
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	assert_int_equal(series(w, exam_of(w, true), &series_id), 0);
	/* more than the sockets hold */
	for (uint32_t i = 0; i < 16; i++)
		ask_frames(w, series_id, 1000 + i);
	block(patient, professional);
	for (unsigned n_done = 0; n_done < 16;) {
		struct frame f = wire_next_frame(w);

		if (f.flags & FRAME_MORE)
			continue;
		n_done++;
		if (f.flags & FRAME_ERROR) {
			Emage__Error *e = emage__error__unpack(NULL, f.body_len, f.body);

			assert_int_equal(e->code, EM_E_NOT_FOUND);
			emage__error__free_unpacked(e, NULL);
			n_ended++;
		}
	}
	assert_true(n_ended > 0);
	assert_int_equal(list_exams(w), -EM_E_NOT_FOUND);
	assert_int_equal(open_now(w), 0);
	expect_same_refusal(w, camille.patient_id);
	unblock(patient, professional);
	/* opened again it is open again */
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	assert_int_equal(list_exams(w), 0);
	wire_free(&w);
	wire_free(&patient);
}

/* Whoever is no professional any more has no record either. */
static void
test_role_lost(void **state)
{
	Emage__StaffSetRequest rq = EMAGE__STAFF_SET_REQUEST__INIT;
	struct wire *w, *op;

	(void)state;
	fixture_advance(server, 24 * 3600 * 1000);
	w = sign_in(&colleague.person);
	op = wire_open_local(server);
	assert_int_equal(open_record(w, camille.patient_id, "seen", ""), 0);
	rq.account_id = colleague.account_id;
	rq.enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO;
	assert_int_equal(wire_call(op, METHOD_staff_set, &rq), 0);
	assert_int_equal(list_exams(w), -EM_E_SESSION_ENDED);
	rq.enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_YES;
	assert_int_equal(wire_call(op, METHOD_staff_set, &rq), 0);
	wire_free(&w);
	wire_free(&op);
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
	    cmocka_unit_test(test_time_is_over),
	    cmocka_unit_test(test_resume_and_logout),
	    cmocka_unit_test(test_block_while_images_come),
	    cmocka_unit_test(test_role_lost),
	    cmocka_unit_test(test_a_hundred_at_once),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
