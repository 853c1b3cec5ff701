/* SPDX-License-Identifier: MIT */
/*
 * The record that a professional has open, between its looks at the store: what
 * has changed since the reading is seen by the writing; what closes it closes it in
 * the same transaction. And the release of exams by time.
 */
#include "tests/unit/test_handle_access.h"
#include "tests/unit/test_handle_sql.h"

#include "proto/desk.pb-c.h"
#include "proto/record.pb-c.h"
#include "server/release.h"
#include "tests/lib/db_fake.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static struct caller doctor;

/* MULLER has an account and a session; nothing is released. */
static int
record_setup(void **state)
{
	int rc = ward_setup(state);
	struct place *p = *state;

	ward_load_people(p);
	p->settings.access_record_s = 1800;
	place_sql(p,
	    "INSERT INTO account (account_id, role, state, identifier, email, mobile, language,"
	    " password_hash, temp_hash, temp_expires_at_ms, created_at_ms)"
	    " VALUES (500, 3, 1, 'docteur', 'd@example.org', '', 'fr', 'x', '', 0, 1);"
	    "INSERT INTO staff (account_id, family_name, given_name, family_fold, given_fold)"
	    " VALUES (500, 'MULLER', 'Jean-Paul', 'muller', 'jean paul');"
	    "UPDATE professional SET account_id = 500 WHERE rpps = '10000000009';"
	    "INSERT INTO session (session_id, account_id, patient_id, role, kind, opened_at_ms,"
	    " active_at_ms, idle_limit_ms, ends_at_ms, generation, factors, token_hash)"
	    " VALUES (600, 500, 0, 3, 1, 1, 1, 1, 1, 1, 1, zeroblob(32));"
	    "UPDATE exam SET released_at_ms = 0");
	doctor = caller_new(TERMINAL, 9);
	doctor.phase = PH_O;
	doctor.role = EMAGE__ROLE__ROLE_PROFESSIONAL;
	doctor.account_id = 500;
	doctor.session_id = 600;
	memcpy(doctor.language, "fr", 3);
	return rc;
}

static void
open_record(struct place *p)
{
	Emage__RecordOpenRequest m = EMAGE__RECORD_OPEN_REQUEST__INIT;

	m.patient_id = ward.mine.patient_id;
	m.motive = TEXT("seen");
	assert_int_equal(call_once(p, &doctor, METHOD_record_open, &m), 0);
	/* as the connection sets it for what looks into the record */
	doctor.patient_id = ward.mine.patient_id;
}

static int
report(struct place *p)
{
	Emage__ExamReportRequest m = EMAGE__EXAM_REPORT_REQUEST__INIT;

	m.exam_id = ward.ct;
	return call_once(p, &doctor, METHOD_exam_report, &m);
}

static void
test_opening_an_exam(void **state)
{
	struct place *p = *state;
	unsigned wakes = world.n_wakes;

	open_record(p);
	assert_int_equal(report(p), 0);
	assert_int_equal(place_number(p, "SELECT count(*) FROM access WHERE exam_id > 0"), 1);
	assert_int_equal(
	    place_number(p, "SELECT count(*) FROM access WHERE exam_id > 0 AND motive = 'seen'"
			    " AND rpps = '10000000009' AND result = 0"),
	    1);
	/* told once for this record, however many exams */
	assert_int_equal(place_number(p, "SELECT told FROM record"), 1);
	doctor.opened_exam_id = 0;
	assert_int_equal(report(p), 0);
	assert_int_equal(place_number(p, "SELECT count(*) FROM access WHERE exam_id > 0"), 2);
	assert_true(world.n_wakes >= wakes);
}

/* The connection still has the patient, the store does not: nothing leaves and
 * nothing is written. */
static void
test_shut_since(void **state)
{
	static const char *const shut[] = {
	    "INSERT INTO block (patient_id, professional_id, blocked_at_ms)"
	    " SELECT r.patient_id, r.professional_id, 1 FROM record r",
	    "UPDATE account SET state = 2 WHERE account_id = 500",
	    "UPDATE account SET role = 2 WHERE account_id = 500",
	    "UPDATE professional SET account_id = NULL WHERE account_id = 500",
	    "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
	    " SELECT patient_id, 0, 1, '' FROM record",
	};
	static const char *const undone =
	    "DELETE FROM block; UPDATE account SET state = 1, role = 3 WHERE account_id = 500;"
	    "UPDATE professional SET account_id = 500 WHERE rpps = '10000000009'";

	for (size_t i = 0; i < ARRAY_LEN(shut); i++) {
		struct place *p = *state;
		int64_t n;

		open_record(p);
		n = place_number(p, "SELECT count(*) FROM access");
		place_sql(p, shut[i]);
		assert_int_equal(report(p), EM_E_NOT_FOUND);
		assert_int_equal(place_number(p, "SELECT count(*) FROM access"), n);
		place_sql(p, undone);
	}
}

static void
test_time_and_session(void **state)
{
	struct place *p = *state;

	open_record(p);
	p->now_ms += 1800 * 1000 - 1;
	assert_int_equal(report(p), 0);
	p->now_ms += 1;
	doctor.opened_exam_id = 0;
	assert_int_equal(report(p), EM_E_NO_RECORD);
	open_record(p);
	place_sql(p, "PRAGMA foreign_keys = ON; DELETE FROM session WHERE session_id = 600");
	assert_int_equal(place_number(p, "SELECT count(*) FROM record"), 0);
}

/* --------------------------------------------------------- the same work (V-02) */

/* Every statement of one request, reading and writing; a row that is kept and one
 * that is undone count alike. */
struct work {
	unsigned n;
	unsigned steps[FAKE_RECORDS_MAX];
};

static void
watch_store(struct place *p)
{
	char path[96];
	struct store_options o = {
	    .path = path, .cache_bytes = 1 << 20, .queue_max = 1000, .batch_max = 64};

	place_close_store(p);
	fake_reset(&db_sqlite);
	(void)snprintf(path, sizeof(path), "%s/emage.db", p->dir);
	assert_int_equal(store_open_on(&db_fake, &o, &p->server.store), 0);
	assert_int_equal(store_reader_new(p->server.store, &p->reader), 0);
}

static struct work
work_of(struct place *p, enum method_index m, const void *msg, int want_err)
{
	struct work w = {.n = 0};
	const struct fake_record *r;

	fake_reset(&db_sqlite);
	assert_int_equal(call_once(p, &doctor, m, msg), want_err);
	r = fake_records(&w.n);
	assert_true(w.n < FAKE_RECORDS_MAX);
	for (unsigned i = 0; i < w.n; i++)
		w.steps[i] = r[i].query != N_QUERIES   ? (unsigned)r[i].query
			     : r[i].txn == DB_TRY_UNDO ? N_QUERIES + DB_TRY_KEEP
						       : N_QUERIES + (unsigned)r[i].txn;
	return w;
}

static unsigned
work_count(const struct work *w, unsigned step)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->n; i++)
		n += w->steps[i] == step;
	return n;
}

static void
assert_same_work(const struct work *a, const struct work *b)
{
	assert_int_equal(a->n, b->n);
	assert_memory_equal(a->steps, b->steps, a->n * sizeof(a->steps[0]));
}

static void
block_doctor(struct place *p)
{
	place_sql(p, "INSERT INTO block (patient_id, professional_id, blocked_at_ms)"
		     " SELECT patient_id, (SELECT professional_id FROM professional WHERE"
		     " rpps = '10000000009'), 1 FROM patient");
}

/* Nobody of that number, one without consent and one who has shut the doctor out:
 * one commit each, of the same statements in the same order. Only the last leaves a
 * row in a history. */
static void
test_same_work_to_open(void **state)
{
	struct place *p = *state;
	Emage__RecordOpenRequest m = EMAGE__RECORD_OPEN_REQUEST__INIT;
	struct work unknown, closed, blocked;
	int64_t n;

	block_doctor(p);
	place_sql(p, "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
		     " SELECT patient_id, 0, 1, '' FROM patient_number WHERE ipp = 'IPP-2'");
	n = place_number(p, "SELECT count(*) FROM access");
	watch_store(p);
	m.motive = TEXT("seen");
	m.patient_id = 999999;
	unknown = work_of(p, METHOD_record_open, &m, EM_E_NOT_FOUND);
	m.patient_id = ward.other.patient_id;
	closed = work_of(p, METHOD_record_open, &m, EM_E_NOT_FOUND);
	assert_int_equal(place_number(p, "SELECT count(*) FROM access"), n);
	m.patient_id = ward.mine.patient_id;
	blocked = work_of(p, METHOD_record_open, &m, EM_E_NOT_FOUND);
	assert_int_equal(place_number(p, "SELECT count(*) FROM access"), n + 1);
	assert_int_equal(work_count(&blocked, N_QUERIES + DB_COMMIT), 1);
	assert_int_equal(work_count(&blocked, Q_access_insert), 1);
	assert_int_equal(work_count(&blocked, Q_audit_insert), 2);
	assert_same_work(&unknown, &blocked);
	assert_same_work(&closed, &blocked);
	assert_int_equal(place_number(p, "SELECT count(*) FROM audit WHERE event ="
					 " 'record.refused'"),
	    3);
}

/* The search likewise. */
static void
test_same_work_to_find(void **state)
{
	struct place *p = *state;
	Emage__PatientFindRequest m = EMAGE__PATIENT_FIND_REQUEST__INIT;
	struct work unknown, blocked;
	int64_t n;

	place_sql(p, "DELETE FROM patient_name WHERE patient_id <>"
		     " (SELECT patient_id FROM patient_number WHERE ipp = 'IPP-1')");
	block_doctor(p);
	n = place_number(p, "SELECT count(*) FROM access");
	watch_store(p);
	m.name = TEXT("nobody");
	m.birth_date = 19750214;
	unknown = work_of(p, METHOD_patient_find, &m, 0);
	assert_int_equal(place_number(p, "SELECT count(*) FROM access"), n);
	m.name = TEXT("exemple");
	blocked = work_of(p, METHOD_patient_find, &m, 0);
	assert_int_equal(place_number(p, "SELECT count(*) FROM access"), n + 1);
	assert_same_work(&unknown, &blocked);
	assert_int_equal(work_count(&blocked, N_QUERIES + DB_BEGIN_WRITE), 1);
}

/* ------------------------------------------------------------- release by time */

static unsigned released; /* by the last step */

static int
run_step(struct store_conn *db, void *arg)
{
	struct place *p = arg;

	return release_step(&p->server, db, p->now_ms, &released);
}

static unsigned
step(struct place *p)
{
	assert_int_equal(store_run(p->server.store, run_step, p), 0);
	return released;
}

static void
test_release_by_time(void **state)
{
	struct place *p = *state;

	assert_int_equal(step(p), 0);
	p->settings.imaging_release_days = 30;
	p->now_ms += 30 * DAY_MS - 1;
	assert_int_equal(step(p), 0);
	assert_int_equal(place_number(p, "SELECT count(*) FROM exam WHERE released_at_ms > 0"), 0);
	p->now_ms += 1;
	assert_int_equal(step(p), 1);
	assert_int_equal(place_number(p, "SELECT count(*) FROM exam WHERE released_at_ms > 0"), 1);
	assert_int_equal(step(p), 0);
	/* as the timer does it: what is queued runs before the store closes */
	place_sql(p, "UPDATE exam SET released_at_ms = 0");
	release_later(&p->server, p->now_ms);
	place_restart(p);
	assert_int_equal(place_number(p, "SELECT count(*) FROM exam WHERE released_at_ms > 0"), 1);
	assert_int_equal(place_number(p, "SELECT count(*) FROM audit WHERE event = 'exam.released'"
					 " AND actor = 'imaging.release_days'"),
	    2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_opening_an_exam, record_setup, place_teardown),
	    cmocka_unit_test_setup_teardown(test_shut_since, record_setup, place_teardown),
	    cmocka_unit_test_setup_teardown(test_time_and_session, record_setup, place_teardown),
	    cmocka_unit_test_setup_teardown(test_same_work_to_open, record_setup, place_teardown),
	    cmocka_unit_test_setup_teardown(test_same_work_to_find, record_setup, place_teardown),
	    cmocka_unit_test_setup_teardown(test_release_by_time, record_setup, place_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
