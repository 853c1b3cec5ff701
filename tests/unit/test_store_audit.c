/* SPDX-License-Identifier: MIT */
/* The audit: append-only, without holes, and what its chain finds when somebody
 * goes around the triggers. */
#include "tests/unit/test_store.h"

#include <sqlite3.h>

#include "tests/lib/verify.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define N_ROWS	   6

struct append_args {
	struct store_audit e;
	int rc;
};

static int
run_append(struct store_conn *db, void *arg)
{
	struct append_args *a = arg;
	int rc = store_audit_append(db, &a->e);

	return rc ? rc : a->rc;
}

static struct append_args
event(int64_t at_ms)
{
	return (struct append_args){.e = {
					.at_ms = at_ms,
					.event = "exam.opened",
					.actor_account = 7,
					.actor = "",
					.patient_id = 3,
					.exam_id = 11,
					.terminal = "kiosk",
					.result = "ok",
					.detail = "report",
				    }};
}

static void
append_rows(struct fixture *f)
{
	int i;

	for (i = 0; i < N_ROWS; i++) {
		struct append_args a = event(NOW_MS + i);

		assert_int_equal(store_run(f->store, run_append, &a), 0);
	}
}

static void
chain_is(struct fixture *f, uint64_t n_good, uint64_t bad_seq)
{
	struct store_verdict v;

	assert_int_equal(verify_store(f->reader, &v), 0);
	assert_int_equal(v.bad_seq, bad_seq);
	assert_int_equal(v.n_rows, n_good);
}

static int
plain(struct fixture *f, const char *sql)
{
	sqlite3 *db;
	int result;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	result = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
	return result;
}

static void
test_chain(void **state)
{
	struct fixture *f = *state;

	chain_is(f, 0, 0);
	append_rows(f);
	chain_is(f, N_ROWS, 0);
	/* also over a restart */
	fixture_close(f);
	fixture_open(f);
	append_rows(f);
	chain_is(f, 2 * N_ROWS, 0);
}

static void
test_no_holes_after_a_failed_job(void **state)
{
	struct fixture *f = *state;
	struct append_args a = event(NOW_MS);

	append_rows(f);
	a.rc = -EM_E_CODE_WRONG;
	assert_int_equal(store_run(f->store, run_append, &a), -EM_E_CODE_WRONG);
	append_rows(f);
	chain_is(f, 2 * N_ROWS, 0);
}

static void
test_rows_that_say_nothing_are_refused(void **state)
{
	struct fixture *f = *state;
	struct append_args a = event(NOW_MS);

	a.e.event = "";
	assert_int_equal(store_run(f->store, run_append, &a), -EM_E_INVALID);
	a = event(NOW_MS);
	a.e.result = "";
	assert_int_equal(store_run(f->store, run_append, &a), -EM_E_INVALID);
	chain_is(f, 0, 0);
}

static void
test_triggers_refuse(void **state)
{
	static const char *const attacks[] = {
	    "UPDATE audit SET detail = 'nothing' WHERE seq = 2",
	    "UPDATE audit SET seq = 99 WHERE seq = 6",
	    "DELETE FROM audit WHERE seq = 6",
	    "DELETE FROM audit",
	    "INSERT INTO audit SELECT 9, at_ms, event, actor_account, actor, patient_id, exam_id,"
	    " terminal, result, detail, hash FROM audit WHERE seq = 1",
	    "INSERT INTO audit SELECT 3, at_ms, event, actor_account, actor, patient_id, exam_id,"
	    " terminal, result, 'x', hash FROM audit WHERE seq = 3",
	    "INSERT OR REPLACE INTO audit SELECT 3, at_ms, event, actor_account, actor, patient_id,"
	    " exam_id, terminal, result, 'x', hash FROM audit WHERE seq = 3",
	    "UPDATE OR REPLACE audit SET seq = 3 WHERE seq = 4",
	    "INSERT INTO audit SELECT NULL, at_ms, event, actor_account, actor, patient_id, "
	    "exam_id,"
	    " terminal, result, detail, hash FROM audit WHERE seq = 1",
	};
	struct fixture *f = *state;
	size_t i;

	append_rows(f);
	fixture_close(f);
	for (i = 0; i < ARRAY_LEN(attacks); i++) {
		if (plain(f, attacks[i]) != SQLITE_CONSTRAINT)
			fail_msg("not refused: %s", attacks[i]);
	}
	fixture_open(f);
	chain_is(f, N_ROWS, 0);
}

/* Somebody drops the triggers first. Row by row and column by column. */
static void
test_chain_finds_what_triggers_did_not_stop(void **state)
{
	static const struct {
		const char *attack;
		uint64_t bad_seq;
	} rows[] = {
	    {"UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 3", 3},
	    {"UPDATE audit SET event = 'exam.closed' WHERE seq = 3", 3},
	    {"UPDATE audit SET actor_account = 8 WHERE seq = 3", 3},
	    {"UPDATE audit SET actor = 'x' WHERE seq = 3", 3},
	    {"UPDATE audit SET patient_id = 4 WHERE seq = 3", 3},
	    {"UPDATE audit SET exam_id = 12 WHERE seq = 3", 3},
	    {"UPDATE audit SET terminal = 'ssh' WHERE seq = 3", 3},
	    {"UPDATE audit SET result = 'AUTH' WHERE seq = 3", 3},
	    {"UPDATE audit SET detail = 'images' WHERE seq = 3", 3},
	    /* a letter moved from one column to the next */
	    {"UPDATE audit SET result = 'okr', detail = 'eport' WHERE seq = 3", 3},
	    {"UPDATE audit SET hash = zeroblob(32) WHERE seq = 3", 3},
	    {"UPDATE audit SET at_ms = 0 WHERE seq = 1", 1},
	    {"UPDATE audit SET at_ms = 0 WHERE seq = 6", 6},
	    {"DELETE FROM audit WHERE seq = 1", 1},
	    {"DELETE FROM audit WHERE seq = 4", 4},
	    {"DELETE FROM audit WHERE seq = 4; UPDATE audit SET seq = seq - 1 WHERE seq > 4", 4},
	    {"UPDATE audit SET seq = -1 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3;"
	     "UPDATE audit SET seq = 3 WHERE seq = -1",
		2},
	    {"INSERT INTO audit SELECT 7, at_ms, event, actor_account, actor, patient_id, exam_id,"
	     " terminal, result, detail, hash FROM audit WHERE seq = 6",
		7},
	};
	struct fixture *f = *state;
	size_t i;

	append_rows(f);
	fixture_close(f);
	assert_int_equal(plain(f, "CREATE TABLE kept AS SELECT * FROM audit;"
				  "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;"
				  "DROP TRIGGER audit_in_order"),
	    SQLITE_OK);
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(plain(f, rows[i].attack), SQLITE_OK);
		fixture_open(f);
		chain_is(f, rows[i].bad_seq - 1, rows[i].bad_seq);
		fixture_close(f);
		assert_int_equal(
		    plain(f, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept"), SQLITE_OK);
	}
	fixture_open(f);
	chain_is(f, N_ROWS, 0);
}

/* A data change and its audit row stand and fall together. */
static int
run_change_and_audit(struct store_conn *db, void *arg)
{
	struct fixture_patient *p = arg;
	struct append_args a = event(NOW_MS);
	int rc = fixture_run_patient(db, p);

	return rc ? rc : store_audit_append(db, &a.e);
}

static void
test_no_row_no_effect(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = {.identifier = "emmartin1"};
	struct store_account a;

	fixture_close(f);
	assert_int_equal(plain(f, "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN"
				  " SELECT RAISE(ABORT, 'no audit today'); END"),
	    SQLITE_OK);
	fixture_open(f);
	assert_int_equal(store_run(f->store, run_change_and_audit, &p), -EM_E_INVALID);
	assert_int_equal(
	    store_account_by_identifier(f->reader, f->arena, "emmartin1", &a), -EM_E_NOT_FOUND);
}

/* ------------------------------------------------------------------ consent */

static void
test_consent_ledger(void **state)
{
	static const char *const attacks[] = {
	    "UPDATE consent SET given = 1",
	    "DELETE FROM consent",
	    "INSERT OR REPLACE INTO consent SELECT * FROM consent",
	    "UPDATE account SET state = 1",
	    "INSERT INTO account (patient_id, role, state, identifier, email, mobile, language,"
	    " password_hash, temp_hash, temp_expires_at_ms, created_at_ms)"
	    " SELECT patient_id, 1, 1, 'x', '', '', 'fr', '', '', 0, 0 FROM patient"
	    " WHERE patient_id = 2",
	};
	struct fixture *f = *state;
	size_t i;

	fixture_patient(f, "emmartin1");
	fixture_close(f);
	/* withdrawn; and a second patient who never gave it */
	assert_int_equal(
	    plain(f, "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
		     " VALUES (1, 0, 5, 'herself'); UPDATE account SET state = 2;"
		     "INSERT INTO patient (patient_id, civility, given_name, used_name,"
		     " birth_name, sex, birth_date, created_at_ms)"
		     " SELECT 2, civility, given_name, used_name,"
		     " birth_name, sex, birth_date, created_at_ms FROM patient"),
	    SQLITE_OK);
	for (i = 0; i < ARRAY_LEN(attacks); i++) {
		if (plain(f, attacks[i]) != SQLITE_CONSTRAINT)
			fail_msg("not refused: %s", attacks[i]);
	}
	/* a new consent opens it again */
	assert_int_equal(plain(f, "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
				  " VALUES (1, 1, 6, 'accueil'); UPDATE account SET state = 1"),
	    SQLITE_OK);
	fixture_open(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_chain),
	    TEST(test_no_holes_after_a_failed_job),
	    TEST(test_rows_that_say_nothing_are_refused),
	    TEST(test_triggers_refuse),
	    TEST(test_chain_finds_what_triggers_did_not_stop),
	    TEST(test_no_row_no_effect),
	    TEST(test_consent_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
