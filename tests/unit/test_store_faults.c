/* SPDX-License-Identifier: MIT */
/*
 * Every function of the store, let down by its database at every call: an
 * error never reads as success, no cursor stays open. And rows that are not
 * what the schema promises.
 */
#include "tests/unit/test_store.h"

#include <math.h>

#include "tests/lib/db_fake.h"
#include "tests/lib/verify.h"
#include "db/place.h"

/* --------------------------------------------------------- every function */

/* What the functions are called with: a patient with one exam of one slice
 * and a report, a challenge, a session, a message. */
struct world {
	struct fixture *f;
	uint64_t patient_id, account_id, challenge_id, session_id, outbox_id, exam_id, instance_id;
	struct arena *a;
};

static const uint8_t key[32] = {1};
static const uint8_t info[] = {1};
static const struct store_frame_new frames[] = {
    {.n_bytes = 1, .sort_key = 2, .info = info, .info_len = 1},
    {.n_bytes = 1, .sort_key = 1, .info = info, .info_len = 1},
};
static const struct store_report report = {
    .title = "CR", .author = "Dr FICTIF", .text = "Rien.", .text_len = 5, .is_final = true};

#define CALL(name, call)                                                                           \
	static int name(struct store_conn *db, struct world *w)                                    \
	{                                                                                          \
		(void)w;                                                                           \
		return call;                                                                       \
	}

static struct store_account account;
static struct store_challenge challenge;
static struct store_session session, sessions[2];
static struct store_message message, messages[2];
static struct store_exam exam, *exams;
static struct store_report got_report;
static struct store_series *series;
static struct store_frame *got_frames;
static struct store_establishment *places;
static struct store_counter counter = {.n = 1};
static struct store_patient_new patient;
static struct store_instance_new instance;
static struct store_exam_query query;
static struct store_audit audit = {
    .event = "x", .actor = "", .terminal = "", .result = "ok", .detail = ""};
static struct store_verdict verdict;
static uint64_t id, id2;
static int64_t at_ms;
static uint32_t n32;
static unsigned n;
static bool flag;

CALL(by_identifier, store_account_by_identifier(db, w->a, "emmartin1", &account))
CALL(by_id, store_account_by_id(db, w->a, w->account_id, &account))
CALL(set_password, store_account_set_password(db, w->account_id, "$x$"))
CALL(rehash, store_account_rehash(db, w->account_id, "", "$x$"))
CALL(patient_add, store_patient_add(db, &patient, &id, &id2))
CALL(by_ipp, store_patient_by_ipp(db, "CHU", "IPP1", &id))
CALL(counter_get, store_counter_get(db, COUNTER_CODE, key, &counter))
CALL(counter_put, store_counter_put(db, COUNTER_CODE, key, &counter))
CALL(counter_purge, store_counter_purge(db, 1))
CALL(challenge_add, store_challenge_add(db, &challenge, &id))
CALL(challenge_get, store_challenge_get(db, w->challenge_id, &challenge))
CALL(challenge_try, store_challenge_take_try(db, w->challenge_id, &n32))
CALL(challenge_use, store_challenge_use(db, w->challenge_id, 1))
CALL(challenge_renew, store_challenge_renew(db, &challenge))
CALL(challenge_end_all, store_challenge_end_all(db, w->account_id))
CALL(challenge_purge, store_challenge_purge(db, 1))
CALL(session_add, store_session_add(db, &session, &id))
CALL(session_get, store_session_get(db, w->session_id, &session))
CALL(session_by_token, store_session_by_token(db, key, &session))
CALL(session_touch, store_session_touch(db, w->session_id, 1))
CALL(session_retoken, store_session_retoken(db, w->session_id, key, 1))
CALL(session_end, store_session_end(db, w->session_id))
CALL(session_end_all, store_session_end_all(db, w->account_id, 0))
CALL(session_list, store_session_list(db, w->account_id, sessions, 2, &n))
CALL(session_purge, store_session_purge(db, 1))
CALL(outbox_add, store_outbox_add(db, &message, &id))
CALL(outbox_due, store_outbox_due(db, w->a, OUTBOX_CODE, 1, NOW_MS, messages, 2, &n))
CALL(outbox_purge, store_outbox_purge(db, 1))
CALL(outbox_mark, store_outbox_mark(db, w->outbox_id, OUTBOX_SENT, 1, 1))
CALL(outbox_next, store_outbox_next_due(db, NOW_MS, &at_ms))
CALL(outbox_hold, store_outbox_hold(db, w->outbox_id, NOW_MS + 1))
CALL(outbox_state, store_outbox_state(db, w->outbox_id, &(enum outbox_state){0}))
CALL(audit_append, store_audit_append(db, &audit))
CALL(audit_verify, verify_store(db, &verdict))
CALL(exam_page, store_exam_page(db, w->a, &query, &exams, &n))
CALL(exam_count, store_exam_count(db, &query, &n32))
CALL(exam_get, store_exam_get(db, w->a, EYES(w->patient_id), w->exam_id, &exam))
CALL(exam_release, store_exam_release(db, w->exam_id, 1, &flag))
CALL(exams_waiting, store_exams_waiting(db, NOW_MS, &id, 1, &n))
CALL(establishments_of, store_establishments_of(db, w->a, EYES(w->patient_id), &places, &n))
CALL(establishment_add, store_establishment_add(db, "2", "Two", &id, &flag))
CALL(establishment_by_finess, store_establishment_by_finess(db, "1", &id))
CALL(establishment_by_name, store_establishment_by_name(db, "One", &id))
CALL(report_get, store_report_get(db, w->a, EYES(w->patient_id), w->exam_id, &got_report))
CALL(series_of, store_series_of(db, w->a, EYES(w->patient_id), w->exam_id, &series, &n))
CALL(frames_get, store_frames_get(db, w->a, EYES(w->patient_id), 1, 0, 2, &got_frames, &n, &n32))
CALL(instance_add, store_instance_add(db, &instance, &id, &id2))
CALL(instance_known, store_instance_known(db, "2.25.2", &id, &id2))
CALL(instance_exists, store_instance_exists(db, w->instance_id, &flag))

static const struct {
	const char *name;
	int (*call)(struct store_conn *db, struct world *w);
} functions[] = {
#define F(name)                                                                                    \
	{                                                                                          \
#name, name                                                                        \
	}
    F(by_identifier),
    F(by_id),
    F(set_password),
    F(rehash),
    F(patient_add),
    F(by_ipp),
    F(counter_get),
    F(counter_put),
    F(counter_purge),
    F(challenge_add),
    F(challenge_get),
    F(challenge_try),
    F(challenge_use),
    F(challenge_renew),
    F(challenge_end_all),
    F(challenge_purge),
    F(session_add),
    F(session_get),
    F(session_by_token),
    F(session_touch),
    F(session_retoken),
    F(session_end),
    F(session_end_all),
    F(session_list),
    F(session_purge),
    F(outbox_add),
    F(outbox_due),
    F(outbox_mark),
    F(outbox_purge),
    F(outbox_next),
    F(outbox_hold),
    F(outbox_state),
    F(audit_append),
    F(audit_verify),
    F(exam_page),
    F(exam_count),
    F(exam_get),
    F(exam_release),
    F(exams_waiting),
    F(establishments_of),
    F(establishment_add),
    F(establishment_by_finess),
    F(establishment_by_name),
    F(report_get),
    F(series_of),
    F(frames_get),
    F(instance_add),
    F(instance_known),
    F(instance_exists),
#undef F
};

static void
world_make(struct store_conn *db, struct world *w)
{
	uint64_t place;

	patient = fixture_patient_new("emmartin1");
	patient.ipp = "IPP1";
	patient.ipp_authority = "CHU";
	assert_int_equal(store_patient_add(db, &patient, &w->patient_id, &w->account_id), 0);
	challenge = (struct store_challenge){.account_id = w->account_id, .tries_left = 5};
	assert_int_equal(store_challenge_add(db, &challenge, &w->challenge_id), 0);
	session = (struct store_session){
	    .account_id = w->account_id, .idle_limit_ms = 1, .token_hash = {1}};
	assert_int_equal(store_session_add(db, &session, &w->session_id), 0);
	message = (struct store_message){.kind = OUTBOX_CODE,
	    .account_id = w->account_id,
	    .address = "",
	    .language = "fr",
	    .subject = "",
	    .body = ""};
	assert_int_equal(store_outbox_add(db, &message, &w->outbox_id), 0);
	assert_int_equal(store_audit_append(db, &audit), 0);
	assert_int_equal(store_establishment_add(db, "1", "One", &place, &flag), 0);
	instance = fixture_instance(w->patient_id, "2.25.1", "2.25.2");
	instance.establishment_id = place;
	instance.frames = frames;
	instance.n_frames = 2;
	instance.report = &report;
	assert_int_equal(store_instance_add(db, &instance, &w->instance_id, &w->exam_id), 0);

	/* what the calls add must be new */
	patient.identifier = "emautre2";
	patient.ipp = "IPP2";
	instance.sop_uid = "2.25.22";
	instance.series_uid = "2.25.33";
	instance.study_uid = "2.25.11";
	session.token_hash[0] = 2;
	message.key[0] = 2;
	query = (struct store_exam_query){
	    .patient_id = w->patient_id, .from_ms = INT64_MIN, .before_ms = INT64_MAX, .limit = 10};
}

/* Calls that each call is about to make, when nothing fails; 0 = it failed. */
static unsigned
call_once(struct store_conn *db, struct world *w, unsigned f, unsigned k, int inject, int *rc_r)
{
	unsigned n_calls;

	challenge.challenge_id = w->challenge_id;
	challenge.account_id = w->account_id;
	session.account_id = w->account_id;
	session.idle_limit_ms = 1;
	memset(session.token_hash, 2, 32);
	db->fault = 0;
	assert_int_equal(db_txn(db, DB_SAVEPOINT), 0);
	fake_fail_at(k, inject);
	*rc_r = functions[f].call(db, w);
	n_calls = fake_n_calls();
	if (k && !fake_has_failed())
		fail_msg("%s: call %u was not made", functions[f].name, k);
	fake_fail_at(0, 0);
	assert_int_equal(fake_n_open(), 0);
	assert_int_equal(db_txn(db, DB_ROLLBACK_TO), 0);
	arena_reset(w->a);
	return n_calls;
}

static void
test_every_function_at_every_call(void **state)
{
	static const int injected[] = {-EM_E_IO, -EM_E_UNAVAILABLE, -EM_E_INVALID, -EM_E_EXISTS};
	struct fixture *f = *state;
	struct store_options o = fixture_options(f);
	struct store_conn db = {.driver = &db_fake};
	struct world w = {.f = f, .a = f->arena};
	unsigned i, k, e, n_calls, n_injected = 0;
	int rc;

	fake_reset(&db_sqlite);
	assert_int_equal(db_fake.open(&o, true, &db.db), 0);
	assert_int_equal(db_txn(&db, DB_BEGIN_WRITE), 0);
	world_make(&db, &w);
	for (i = 0; i < ARRAY_LEN(functions); i++) {
		n_calls = call_once(&db, &w, i, 0, 0, &rc);
		if (rc != 0)
			fail_msg("%s: %s", functions[i].name, err_name(rc));
		assert_true(n_calls >= 2);
		for (k = 1; k <= n_calls; k++) {
			for (e = 0; e < ARRAY_LEN(injected); e++) {
				call_once(&db, &w, i, k, injected[e], &rc);
				if (rc >= 0)
					fail_msg("%s: call %u failed with %s and it said %d",
					    functions[i].name, k, err_name(injected[e]), rc);
				if (rc == -EM_E_NOT_FOUND)
					fail_msg("%s: call %u failed and it said not found",
					    functions[i].name, k);
				assert_int_equal(db.fault, e < 2 ? injected[e] : 0);
				n_injected++;
			}
		}
		/* and all is as before */
		assert_int_equal(call_once(&db, &w, i, 0, 0, &rc), n_calls);
		assert_int_equal(rc, 0);
	}
	assert_true(n_injected > 400);
	assert_int_equal(db_txn(&db, DB_COMMIT), 0);
	db_fake.close(db.db, true);
	fixture_open(f);
}

/* A reader's transaction that cannot begin is an error too. */
static void
test_reader_begin_fails(void **state)
{
	struct fixture *f = *state;
	struct store_options o = fixture_options(f);
	struct store_account a;

	fake_reset(&db_sqlite);
	assert_int_equal(store_open_on(&db_fake, &o, &f->store), 0);
	assert_int_equal(store_reader_new(f->store, &f->reader), 0);
	assert_int_equal(store_reader_begin(f->reader), 0);
	fake_fail_txn(DB_BEGIN_READ, -EM_E_IO);
	assert_int_equal(store_account_by_identifier(f->reader, f->arena, "x", &a), -EM_E_IO);
	fake_fail_txn(DB_BEGIN_READ, 0);
	store_reader_end(f->reader);
	assert_int_equal(store_reader_begin(f->reader), 0);
	assert_int_equal(
	    store_account_by_identifier(f->reader, f->arena, "x", &a), -EM_E_NOT_FOUND);
	/* the end that fails is followed by a new beginning */
	fake_fail_txn(DB_COMMIT, -EM_E_IO);
	store_reader_end(f->reader);
	fake_fail_txn(DB_COMMIT, 0);
	assert_int_equal(store_reader_begin(f->reader), 0);
	assert_int_equal(
	    store_account_by_identifier(f->reader, f->arena, "x", &a), -EM_E_NOT_FOUND);
	store_reader_end(f->reader);
}

/* ------------------------------------------------------------ scripted rows */

#define I(v)                                                                                       \
	{                                                                                          \
		.type = DB_INT, .i = (v)                                                           \
	}
#define T(v)                                                                                       \
	{                                                                                          \
		.type = DB_TEXT, .p = (v), .len = sizeof(v) - 1                                    \
	}
#define B(v)                                                                                       \
	{                                                                                          \
		.type = DB_BLOB, .p = (v), .len = sizeof(v)                                        \
	}
#define NONE                                                                                       \
	{                                                                                          \
		.type = DB_NULL                                                                    \
	}
#define R(v)                                                                                       \
	{                                                                                          \
		.type = DB_REAL, .d = (v)                                                          \
	}

static void
test_rows_become_structs(void **state)
{
	static const struct db_value rows[] = {
	    I(7),
	    I(1000),
	    I(2),
	    T("CHU"),
	    T("CT"),
	    T("THORAX"),
	    I(1),
	    I(0),
	    I(12),
	    I(8),
	    I(-5),
	    I(0),
	    T(""),
	    T("MR"),
	    T(""),
	    I(0),
	    I(1),
	    I(4294967295),
	};
	struct store_exam_query q = {.patient_id = 3,
	    .from_ms = INT64_MIN,
	    .before_ms = 99,
	    .establishment_id = 5,
	    .all = true,
	    .sort = EXAM_BY_DESCRIPTION,
	    .ascending = true,
	    .offset = 20,
	    .limit = 10};
	struct store_conn *db;
	struct arena *a = arena_new(1 << 16);
	const struct fake_record *records;
	struct store_exam *got;
	unsigned n_rows, n_records, i;

	(void)state;
	fake_reset(NULL);
	db = fake_conn_new();
	fake_rows(Q_exam_page_description_asc, rows, 9, 2);
	assert_int_equal(store_exam_page(db, a, &q, &got, &n_rows), 0);
	assert_int_equal(n_rows, 2);
	assert_int_equal(got[0].exam_id, 7);
	assert_string_equal(got[0].establishment, "CHU");
	assert_true(got[0].released);
	assert_false(got[0].has_report);
	assert_int_equal(got[1].taken_at_ms, -5);
	assert_string_equal(got[1].accession_number, "");
	assert_int_equal(got[1].patient_id, 3);
	assert_false(got[1].released);
	assert_true(got[1].has_report);
	assert_int_equal(got[1].n_images, UINT32_MAX);
	/* and what was asked */
	records = fake_records(&n_records);
	assert_int_equal(n_records, 1);
	assert_int_equal(records[0].query, Q_exam_page_description_asc);
	assert_int_equal(records[0].n_binds, 7);
	{
		static const int64_t want[] = {3, INT64_MIN, 99, 5, 1, 10, 20};

		for (i = 0; i < 7; i++) {
			assert_int_equal(records[0].bind[i].type, DB_INT);
			assert_true(records[0].bind[i].i == want[i]);
		}
	}
	assert_int_equal(
	    store_account_by_identifier(db, a, "emmartin1", &account), -EM_E_NOT_FOUND);
	records = fake_records(&n_records);
	assert_string_equal(records[1].bind[0].bytes, "emmartin1");
	fake_conn_free(&db);
	arena_free(&a);
}

/* A row that breaks the schema's promise is an error, not a half-filled struct. */
static void
test_damaged_rows(void **state)
{
	static const uint8_t short_hash[31] = {0}, good[32] = {0};
	static const struct {
		const char *why;
		unsigned n_columns;
		struct db_value row[12];
	} rows[] = {
	    {"good", 12,
		{I(1), I(2), I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(1), I(3), B(good)}},
	    {"a column too few", 11,
		{I(1), I(2), I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(1), I(3)}},
	    {"NULL", 12,
		{I(1), NONE, I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(1), I(3), B(good)}},
	    {"text for a number", 12,
		{I(1), T("2"), I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(1), I(3), B(good)}},
	    {"real for a number", 12,
		{I(1), R(2), I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(1), I(3), B(good)}},
	    {"negative number of a row", 12,
		{I(-1), I(2), I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(1), I(3), B(good)}},
	    {"role past int", 12,
		{I(1), I(2), I(3), I(1LL << 40), I(2), I(0), I(0), I(9), I(9), I(1), I(3),
		    B(good)}},
	    {"negative generation", 12,
		{I(1), I(2), I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(-1), I(3), B(good)}},
	    {"generation past 32 bits", 12,
		{I(1), I(2), I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(1LL << 32), I(3),
		    B(good)}},
	    {"hash too short", 12,
		{I(1), I(2), I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(1), I(3), B(short_hash)}},
	    {"number for a hash", 12,
		{I(1), I(2), I(3), I(1), I(2), I(0), I(0), I(9), I(9), I(1), I(3), I(7)}},
	};
	struct store_conn *db;
	struct store_session s, list[2];
	unsigned n_rows;
	size_t i;

	(void)state;
	fake_reset(NULL);
	db = fake_conn_new();
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const int want = i == 0 ? 0 : -EM_E_IO;

		fake_rows(Q_session_get, rows[i].row, rows[i].n_columns, 1);
		fake_rows(Q_session_list, rows[i].row, rows[i].n_columns, 1);
		if (store_session_get(db, 1, &s) != want)
			fail_msg("%s", rows[i].why);
		assert_int_equal(store_session_list(db, 1, list, 2, &n_rows), want);
		assert_int_equal(n_rows, i == 0);
		assert_int_equal(fake_n_open(), 0);
	}
	/* two rows where there can be one */
	{
		static const struct db_value twice[] = {I(1), I(2)};

		fake_rows(Q_exam_count, twice, 1, 2);
		assert_int_equal(store_exam_count(db, &query, &n32), -EM_E_INTERNAL);
	}
	fake_conn_free(&db);
}

/* A request's memory has an end; running into it is no empty answer. */
static void
test_arena_exhausted(void **state)
{
	static const struct db_value place[] = {I(1), T("679900019"), T("CHU Fictif")};
	static struct db_value many[3 * 200];
	struct arena *a = arena_new(4096);
	struct store_conn *db;
	unsigned i, n_rows = 7;

	(void)state;
	for (i = 0; i < 200; i++)
		memcpy(&many[3 * i], place, sizeof(place));
	fake_reset(NULL);
	db = fake_conn_new();
	fake_rows(Q_establishments_of, many, 3, 200);
	assert_int_equal(
	    store_establishments_of(db, a, EYES(1), &places, &n_rows), -EM_E_NO_MEMORY);
	assert_int_equal(n_rows, 0);
	assert_null(places);
	fake_rows(Q_establishments_of, many, 3, 2);
	arena_reset(a);
	assert_int_equal(store_establishments_of(db, a, EYES(1), &places, &n_rows), 0);
	assert_int_equal(n_rows, 2);
	fake_conn_free(&db);
	arena_free(&a);
}

/* -------------------------------------------------------------------- places */

static void
test_places_sort(void **state)
{
	static const double keys[] = {
	    -INFINITY, -1e300, -300.5, -300.25, -1, -1e-300, 0, 1e-300, 0.5, 1, 2, 1e300, INFINITY};
	static const int32_t numbers[] = {INT32_MIN, -1, 0, 1, 2, INT32_MAX};
	static const uint32_t frame_numbers[] = {0, 1, 255, 256, UINT32_MAX};
	uint8_t before[PLACE_LEN] = {0}, place[PLACE_LEN];
	size_t i, k, m;

	(void)state;
	for (i = 0; i < ARRAY_LEN(keys); i++) {
		for (k = 0; k < ARRAY_LEN(numbers); k++) {
			for (m = 0; m < ARRAY_LEN(frame_numbers); m++) {
				place_make(keys[i], numbers[k], "2.25.1", frame_numbers[m], place);
				if (i || k || m)
					assert_true(memcmp(before, place, PLACE_LEN) < 0);
				memcpy(before, place, PLACE_LEN);
			}
		}
	}
	/* minus zero, and what is no number, are zero */
	place_make(0.0, 1, "2.25.1", 0, before);
	place_make(-0.0, 1, "2.25.1", 0, place);
	assert_memory_equal(before, place, PLACE_LEN);
	place_make((double)NAN, 1, "2.25.1", 0, place);
	assert_memory_equal(before, place, PLACE_LEN);
	place_make(0.0, 1, "2.25.2", 0, place);
	assert_memory_not_equal(before, place, PLACE_LEN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_folder, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_every_function_at_every_call),
	    TEST(test_reader_begin_fails),
	    cmocka_unit_test(test_rows_become_structs),
	    cmocka_unit_test(test_damaged_rows),
	    cmocka_unit_test(test_arena_exhausted),
	    cmocka_unit_test(test_places_sort),
	};

	secret_setup();
	log_set(LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
