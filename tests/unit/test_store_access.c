/* SPDX-License-Identifier: MIT */
/*
 * The history of accesses: numbers without holes, whatever happens around them;
 * pages; and what verification finds when somebody goes around the triggers.
 */
#include "tests/unit/test_store_access.h"

#include <pthread.h>

#include "tests/lib/verify.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static struct store_verdict
verdict(struct fixture *f)
{
	struct store_verdict v;

	assert_int_equal(verify_store(f->reader, &v), 0);
	return v;
}

static void
is_right(struct fixture *f, uint64_t n)
{
	struct store_verdict v = verdict(f);

	assert_string_equal(v.why, "");
	assert_true(v.sound);
	assert_int_equal(v.n_accesses, n);
}

static void
is_wrong(struct fixture *f, const char *why, uint64_t patient_id, uint64_t number)
{
	struct store_verdict v = verdict(f);

	assert_string_equal(v.why, why);
	assert_int_equal(v.bad_patient, patient_id);
	assert_int_equal(v.bad_number, number);
}

/* ---------------------------------------------------------------- numbers */

static void
test_numbered_per_patient(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient a = fixture_patient(f, "a1"), b = fixture_patient(f, "b1");

	is_right(f, 0);
	assert_int_equal(access_add(f, a.patient_id, NOW_MS), 1);
	assert_int_equal(access_add(f, b.patient_id, NOW_MS), 1);
	assert_int_equal(access_add(f, a.patient_id, NOW_MS - 5), 2);
	/* also over a restart */
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(access_add(f, a.patient_id, NOW_MS), 3);
	assert_int_equal(access_add(f, b.patient_id, NOW_MS), 2);
	is_right(f, 5);
}

static void
test_a_failed_job_leaves_no_hole(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1");
	struct access_args a = access_new(p.patient_id, NOW_MS);

	access_add(f, p.patient_id, NOW_MS);
	a.rc = -EM_E_CODE_WRONG;
	assert_int_equal(store_run(f->store, run_access, &a), -EM_E_CODE_WRONG);
	assert_int_equal(a.number, 2);
	assert_int_equal(access_add(f, p.patient_id, NOW_MS), 2);
	is_right(f, 2);
	/* and the patient's consent */
	assert_int_equal(verify_rows(f->reader), 3);
}

#define N_THREADS    4
#define N_PER_THREAD 25

struct writer {
	struct fixture *f;
	uint64_t patient_id;
	uint64_t seen[N_PER_THREAD];
	bool fails; /* every second job */
};

static void *
write_many(void *arg)
{
	struct writer *w = arg;

	for (int i = 0; i < N_PER_THREAD; i++) {
		struct access_args a = access_new(w->patient_id, NOW_MS + i);

		a.rc = w->fails && i % 2 ? -EM_E_INVALID : 0;
		if (store_run(w->f->store, run_access, &a) == 0)
			w->seen[i] = a.number;
	}
	return NULL;
}

/* Jobs of several threads meet in the same commit, some of which fail. */
static void
test_writers_at_once(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1");
	struct writer w[N_THREADS];
	pthread_t thread[N_THREADS];
	bool met[N_THREADS * N_PER_THREAD + 1] = {false};
	uint64_t n = 0;

	for (int i = 0; i < N_THREADS; i++) {
		w[i] = (struct writer){.f = f, .patient_id = p.patient_id, .fails = i == 0};
		assert_int_equal(pthread_create(&thread[i], NULL, write_many, &w[i]), 0);
	}
	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	for (int i = 0; i < N_THREADS; i++) {
		for (int k = 0; k < N_PER_THREAD; k++) {
			uint64_t number = w[i].seen[k];

			if (number == 0)
				continue;
			assert_true(number <= N_THREADS * N_PER_THREAD);
			assert_false(met[number]);
			met[number] = true;
			n++;
		}
	}
	assert_int_equal(n, N_THREADS * N_PER_THREAD - N_PER_THREAD / 2);
	for (uint64_t i = 1; i <= n; i++)
		assert_true(met[i]);
	is_right(f, n);
}

static void
test_triggers_refuse(void **state)
{
	static const char *const attacks[] = {
	    "UPDATE access SET motive_label = 'x' WHERE number = 1",
	    "UPDATE access SET number = 9 WHERE number = 2",
	    "DELETE FROM access",
	    "DELETE FROM access WHERE number = 2",
	    "INSERT OR REPLACE INTO access SELECT * FROM access WHERE number = 1",
	    "UPDATE OR REPLACE access SET number = 1 WHERE number = 2",
	    "INSERT INTO access SELECT patient_id, 4, at_ms, recorded_at_ms, rpps, family_name,"
	    " given_name, family_fold, given_fold, profession, specialty, establishment_id,"
	    " establishment, motive, motive_label, motive_detail, result, exam_id, until_ms,"
	    " terminal, hash FROM access WHERE number = 1",
	    "UPDATE contest SET question = 'x'",
	    "DELETE FROM contest",
	    "INSERT OR REPLACE INTO contest SELECT contest_id, patient_id, number, at_ms, 'other'"
	    " FROM contest",
	    "UPDATE contest_answer SET answer = 'x'",
	    "DELETE FROM contest_answer",
	    "INSERT OR REPLACE INTO contest_answer SELECT contest_id, at_ms, author, 'x'"
	    " FROM contest_answer",
	};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1");

	access_add(f, p.patient_id, NOW_MS);
	access_add(f, p.patient_id, NOW_MS);
	fixture_close(f);
	assert_int_equal(
	    plain_sql(f, "INSERT INTO contest (patient_id, number, at_ms, question)"
			 " SELECT patient_id, 1, 5, 'who was that?' FROM access WHERE number = 1;"
			 "INSERT INTO contest_answer VALUES (1, 6, 'x', 'y')"),
	    SQLITE_OK);
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++)
		if (plain_sql(f, attacks[i]) != SQLITE_CONSTRAINT)
			fail_msg("not refused: %s", attacks[i]);
	fixture_open(f);
	is_right(f, 2);
}

/* Without the triggers: each is found, and where. */
static void
test_tampering_is_found(void **state)
{
	static const struct {
		const char *sql, *why;
		uint64_t number;
	} attacks[] = {
	    {"UPDATE access SET motive_label = 'Accès en urgence' WHERE number = 2", "chain", 2},
	    {"UPDATE access SET at_ms = at_ms + 1 WHERE number = 3", "chain", 3},
	    {"UPDATE access SET family_fold = 'zzz' WHERE number = 1", "chain", 1},
	    {"UPDATE access SET result = 2 WHERE number = 4", "chain", 4},
	    {"UPDATE access SET exam_id = 5 WHERE number = 1", "chain", 1},
	    {"UPDATE access SET hash = zeroblob(32) WHERE number = 2", "chain", 2},
	    {"DELETE FROM access WHERE number = 2", "number", 2},
	    /* the end cut off: the chain is whole, but the audit trail knows more */
	    {"DELETE FROM access WHERE number = 4", "audit", 4},
	    {"UPDATE access SET number = 9 WHERE number = 4", "number", 4},
	    /* a word moved from one column to its neighbour */
	    {"UPDATE access SET family_name = family_name || given_name, given_name = ''"
	     " WHERE number = 2",
		"chain", 2},
	};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1");

	for (int i = 0; i < 4; i++)
		access_add(f, p.patient_id, NOW_MS + i);
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++) {
		char *sql =
		    mem_printf("DROP TRIGGER access_no_update; DROP TRIGGER access_no_delete;"
			       "CREATE TABLE kept AS SELECT * FROM access; %s",
			attacks[i].sql);

		fixture_close(f);
		assert_int_equal(plain_sql(f, sql), SQLITE_OK);
		free(sql);
		fixture_open(f);
		is_wrong(f, attacks[i].why, p.patient_id, attacks[i].number);
		fixture_close(f);
		assert_int_equal(
		    plain_sql(f, "DELETE FROM access; INSERT INTO access SELECT * FROM kept"
				 " ORDER BY patient_id, number; DROP TABLE kept;"
				 "CREATE TRIGGER access_no_update AFTER UPDATE ON access BEGIN"
				 " SELECT 1; END;"
				 "CREATE TRIGGER access_no_delete AFTER DELETE ON access BEGIN"
				 " SELECT 1; END"),
		    SQLITE_OK);
		fixture_open(f);
		is_right(f, 4);
	}
}

/* Somebody who knows the chain adds a row, or makes a history anew: the audit
 * trail has no such row. */
static void
test_a_rewritten_history_is_found(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1");

	access_add(f, p.patient_id, NOW_MS);
	access_add(f, p.patient_id, NOW_MS + 1);
	/* the second row's own words, rightly chained, in place of the second */
	fixture_close(f);
	assert_int_equal(
	    plain_sql(f, "DROP TRIGGER access_no_delete; DROP TRIGGER audit_no_delete;"
			 "DELETE FROM access WHERE number = 2; DELETE FROM audit WHERE seq = 3"),
	    SQLITE_OK);
	fixture_open(f);
	is_right(f, 1); /* one old copy of the audit's head finds this */
	{
		struct access_args a = access_new(p.patient_id, NOW_MS + 1);

		a.e.motive_label = "Hospitalisé dans mon service";
		assert_int_equal(store_run(f->store, run_access, &a), 0);
	}
	fixture_close(f);
	assert_int_equal(plain_sql(f, "DROP TRIGGER audit_no_update;"
				      "DELETE FROM audit WHERE seq = 3"),
	    SQLITE_OK);
	fixture_open(f);
	is_wrong(f, "audit", p.patient_id, 2);
}

/* ------------------------------------------------------------------ pages */

static struct store_access_query
everything(uint64_t patient_id)
{
	return (struct store_access_query){
	    .patient_id = patient_id,
	    .from_ms = INT64_MIN,
	    .before_ms = INT64_MAX,
	    .name = "",
	    .limit = 5,
	};
}

static uint32_t
count(struct fixture *f, const struct store_access_query *q)
{
	uint32_t n = 99;

	assert_int_equal(store_access_count(f->reader, q, &n), 0);
	return n;
}

static void
numbers_are(struct fixture *f, const struct store_access_query *q, const char *want)
{
	struct store_access_row *rows = NULL;
	char got[256] = "";
	unsigned n = 0;

	assert_int_equal(store_access_page(f->reader, f->arena, q, &rows, &n), 0);
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%llu", i ? " " : "",
		    (unsigned long long)rows[i].number);
	assert_string_equal(got, want);
}

static void
test_every_page(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1"), other = fixture_patient(f, "b1");
	struct store_access_query q = everything(p.patient_id);
	uint64_t next = 61;

	for (int i = 0; i < 61; i++)
		access_add(f, p.patient_id, NOW_MS + i);
	access_add(f, other.patient_id, NOW_MS);
	assert_int_equal(count(f, &q), 61);
	for (q.offset = 0; q.offset < 61; q.offset += q.limit) {
		struct store_access_row *rows = NULL;
		unsigned n = 0;

		assert_int_equal(store_access_page(f->reader, f->arena, &q, &rows, &n), 0);
		assert_int_equal(n, q.offset == 60 ? 1 : 5);
		for (unsigned i = 0; i < n; i++)
			assert_int_equal(rows[i].number, next--);
	}
	assert_int_equal(next, 0);
	q.offset = 65;
	numbers_are(f, &q, "");
}

/* By time, not by number: a history that was taken over lies in the past. */
static void
test_newest_first(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1");
	struct store_access_query q = everything(p.patient_id);

	access_add(f, p.patient_id, NOW_MS);
	access_add(f, p.patient_id, NOW_MS - 1000);
	access_add(f, p.patient_id, NOW_MS);
	numbers_are(f, &q, "3 1 2");
}

static void
test_filters(void **state)
{
	static const struct {
		const char *name, *want;
	} names[] = {
	    {"mul", "1"},
	    {"MÜLLER FICTIF", "1"},
	    {"muller-fictif", "1"},
	    {"jean paul", "1"},
	    {"JEAN-P", "1"},
	    {"fictif", ""},
	    {"éx", "2"},
	    {"cath", "2"},
	    {"%", ""},
	    {"_", "2 1"}, /* a blank */
	    {"m%", ""},
	    {"mul*", ""},
	    {"  ", "2 1"},
	    {"-", "2 1"},
	    {"'; DROP TABLE access; --", ""},
	};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1");
	struct store_access_query q = everything(p.patient_id);
	struct access_args a = access_new(p.patient_id, NOW_MS + 10);

	access_add(f, p.patient_id, NOW_MS);
	a.e.family_name = "Exemple";
	a.e.given_name = "Catherine";
	assert_int_equal(store_run(f->store, run_access, &a), 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		q.name = names[i].name;
		numbers_are(f, &q, names[i].want);
		assert_int_equal(
		    count(f, &q), *names[i].want == '\0' ? 0 : (strlen(names[i].want) + 1) / 2);
	}
	q.name = "";
	q.from_ms = NOW_MS + 1;
	numbers_are(f, &q, "2");
	assert_int_equal(count(f, &q), 1);
	q.from_ms = NOW_MS;
	q.before_ms = NOW_MS + 10;
	numbers_are(f, &q, "1");
	q.before_ms = NOW_MS;
	numbers_are(f, &q, "");
}

/* -------------------------------------------------------------- questions */

struct ask {
	uint64_t patient_id, number, contest_id;
	const char *text;
};

static int
run_ask(struct store_conn *db, void *arg)
{
	struct ask *a = arg;

	return store_contest_add(db, a->patient_id, a->number, a->text, NOW_MS, &a->contest_id);
}

static int
run_answer(struct store_conn *db, void *arg)
{
	struct ask *a = arg;
	struct arena *arena = arena_new(8192);
	struct store_contest c;
	int rc =
	    store_contest_answer(db, arena, a->contest_id, "CHU FICTIF", a->text, NOW_MS + 5, &c);

	arena_free(&arena);
	return rc;
}

static int
contest_state(struct fixture *f, uint64_t patient_id)
{
	struct store_access_query q = everything(patient_id);
	struct store_access_row *rows = NULL;
	unsigned n = 0;

	assert_int_equal(store_access_page(f->reader, f->arena, &q, &rows, &n), 0);
	assert_int_equal(n, 1);
	return rows[0].contest;
}

static void
test_one_question_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1"), other = fixture_patient(f, "b1");
	struct ask a = {.patient_id = p.patient_id, .number = 1, .text = "Qui était-ce ?"};
	struct store_contest c, open[4];
	unsigned n = 0;

	access_add(f, p.patient_id, NOW_MS);
	assert_int_equal(contest_state(f, p.patient_id), 0);
	a.patient_id = other.patient_id;
	assert_int_equal(store_run(f->store, run_ask, &a), -EM_E_NOT_FOUND);
	a.patient_id = p.patient_id;
	assert_int_equal(store_run(f->store, run_ask, &a), 0);
	assert_int_equal(contest_state(f, p.patient_id), 1);
	assert_int_equal(store_run(f->store, run_ask, &a), -EM_E_EXISTS);
	assert_int_equal(store_contests_open(f->reader, f->arena, 0, open, 4, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(open[0].question, "Qui était-ce ?");
	assert_int_equal(store_contests_open(f->reader, f->arena, a.contest_id, open, 4, &n), 0);
	assert_int_equal(n, 0);

	a.text = "Une remplaçante.";
	assert_int_equal(store_run(f->store, run_answer, &a), 0);
	assert_int_equal(store_run(f->store, run_answer, &a), -EM_E_EXISTS);
	assert_int_equal(contest_state(f, p.patient_id), 2);
	assert_int_equal(store_contest_of(f->reader, f->arena, p.patient_id, 1, &c), 0);
	assert_string_equal(c.answer, "Une remplaçante.");
	assert_int_equal(c.answered_at_ms, NOW_MS + 5);

	/* then another one may be asked */
	a.text = "Laquelle ?";
	assert_int_equal(store_run(f->store, run_ask, &a), 0);
	assert_int_equal(contest_state(f, p.patient_id), 1);
	a.contest_id = 99;
	assert_int_equal(store_run(f->store, run_answer, &a), -EM_E_NOT_FOUND);
	/* and the row itself is what it was */
	is_right(f, 1);
}

static void
test_detail(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1"), other = fixture_patient(f, "b1");
	struct store_access e;

	access_add(f, p.patient_id, NOW_MS);
	assert_int_equal(store_access_get(f->reader, f->arena, p.patient_id, 1, &e), 0);
	assert_string_equal(e.family_name, "Müller-Fictif");
	assert_string_equal(e.terminal, "poste 4");
	assert_int_equal(e.until_ms, NOW_MS + 3600000);
	assert_int_equal(
	    store_access_get(f->reader, f->arena, p.patient_id, 2, &e), -EM_E_NOT_FOUND);
	assert_int_equal(
	    store_access_get(f->reader, f->arena, other.patient_id, 1, &e), -EM_E_NOT_FOUND);
	assert_int_equal(
	    store_access_get(f->reader, f->arena, p.patient_id, UINT64_MAX, &e), -EM_E_NOT_FOUND);
}

static void
test_known(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1");
	struct access_args a = access_new(p.patient_id, NOW_MS);
	bool known = true;

	assert_int_equal(store_access_known(f->reader, &a.e, &known), 0);
	assert_false(known);
	access_add(f, p.patient_id, NOW_MS);
	assert_int_equal(store_access_known(f->reader, &a.e, &known), 0);
	assert_true(known);
	a.e.motive_label = "Médecin traitant";
	assert_int_equal(store_access_known(f->reader, &a.e, &known), 0);
	assert_false(known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_numbered_per_patient),
	    TEST(test_a_failed_job_leaves_no_hole),
	    TEST(test_writers_at_once),
	    TEST(test_triggers_refuse),
	    TEST(test_tampering_is_found),
	    TEST(test_a_rewritten_history_is_found),
	    TEST(test_every_page),
	    TEST(test_newest_first),
	    TEST(test_filters),
	    TEST(test_one_question_at_a_time),
	    TEST(test_detail),
	    TEST(test_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
