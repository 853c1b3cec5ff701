/* SPDX-License-Identifier: MIT */
/* Finding patients, accounts opened and opened again, codes in person. */
#include "tests/unit/test_store.h"

#include "db/sqlite/sqlite.h"

#define JOB(name, type, call)                                                                      \
	static int name(struct store_conn *db, void *arg)                                          \
	{                                                                                          \
		type *a = arg;                                                                     \
		return call;                                                                       \
	}

/* who withdraws */
static const struct store_consent_by by_patient = {.operator_name = "", .channel = ""};

struct add_args {
	struct store_patient_new n;
	uint64_t patient_id, account_id;
};
JOB(run_add, struct add_args, store_patient_add(db, &a->n, &a->patient_id, &a->account_id))
JOB(run_reopen, struct add_args, store_account_reopen(db, &a->n, a->patient_id, a->account_id))
JOB(run_withdraw, struct add_args,
    store_consent_withdraw(db, a->account_id, a->patient_id, &by_patient, NOW_MS))
JOB(run_put, struct add_args,
    store_patient_names_put(db, &(struct store_patient_names){.patient_id = a->patient_id,
				    .given_name = a->n.given_name,
				    .used_name = a->n.used_name,
				    .birth_name = a->n.birth_name,
				    .birth_date = a->n.birth_date}))

static struct add_args
add(struct fixture *f, unsigned n, const char *given, const char *used, const char *birth)
{
	struct add_args a;
	char identifier[32];

	(void)snprintf(identifier, sizeof(identifier), "fictif%04u", n);
	a.n = fixture_patient_new(identifier);
	a.n.given_name = given;
	a.n.used_name = used;
	a.n.birth_name = birth;
	a.n.ipp = "";
	assert_int_equal(store_run(f->store, run_add, &a), 0);
	return a;
}

static unsigned
find(struct fixture *f, const char *name, const char *given, uint32_t born, bool *more_r)
{
	const struct store_patient_find q = {.name = name, .given_name = given, .birth_date = born};
	struct store_patient_row *rows;
	unsigned n = 0;

	assert_int_equal(store_patient_find(f->reader, f->arena, &q, 50, &rows, &n, more_r), 0);
	for (unsigned i = 1; i < n; i++) {
		assert_true(rows[i].patient_id != rows[i - 1].patient_id);
		assert_true(strcmp(rows[i - 1].used_name, rows[i].used_name) <= 0);
	}
	store_reader_end(f->reader);
	return n;
}

JOB(run_ins, struct add_args,
    store_patient_ins_put(db, a->patient_id,
	&(struct store_ins){
	    .oid = "1.2.250.1.213.1.4.10",
	    .matricule = "180032A004123",
	    .key = "75",
	    .status = "QUAL",
	}))

/* With its key or without, with blanks, in small letters. */
static void
test_by_ins(void **state)
{
	static const char *const typed[] = {
	    "180032A004123", "180032A00412375", "1 80 03 2a 004 123 75", "180032A004124"};
	struct fixture *f = *state;
	struct add_args ange = add(f, 1, "Ange", "ESSAI-CORSE", "");

	add(f, 2, "Paul", "FICTIF", "");
	assert_int_equal(store_run(f->store, run_ins, &ange), 0);
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		const struct store_patient_find q = {.ins = typed[i]};
		struct store_patient_row *rows;
		unsigned n = 0;
		bool more;

		assert_int_equal(
		    store_patient_find(f->reader, f->arena, &q, 50, &rows, &n, &more), 0);
		assert_int_equal(n, i < 3);
		if (n)
			assert_int_equal(rows[0].patient_id, ange.patient_id);
		store_reader_end(f->reader);
	}
}

static void
test_each_patient_once(void **state)
{
	struct fixture *f = *state;
	bool more;

	/* both of whose names begin so */
	(void)add(f, 1, "Camille", "MARTIN", "MARTINEAU");
	(void)add(f, 2, "Camille", "DURAND", "MARTIN");
	assert_int_equal(find(f, "mart", "cam", 0, &more), 2);
	assert_false(more);
	assert_int_equal(find(f, "martin", "", 19750214, &more), 2);
	assert_int_equal(find(f, "", "camille", 19750214, &more), 2);
	assert_int_equal(find(f, "martineau", "c", 0, &more), 1);
	assert_int_equal(find(f, "martinet", "c", 0, &more), 0);
}

static void
test_fifty_and_more(void **state)
{
	struct fixture *f = *state;
	bool more;

	for (unsigned i = 0; i < 50; i++)
		(void)add(f, i, "Camille", "MARTIN", "MARTIN-FICTIF");
	assert_int_equal(find(f, "martin", "camille", 0, &more), 50);
	assert_false(more);
	(void)add(f, 50, "Camille", "MARTIN", "MARTIN-FICTIF");
	assert_int_equal(find(f, "martin", "camille", 0, &more), 50);
	assert_true(more);
}

/* A changed name is found, and the one before no longer. */
static void
test_changed_name(void **state)
{
	struct fixture *f = *state;
	struct add_args a = add(f, 1, "Camille", "ÉXEMPLE", "");
	bool more;

	assert_int_equal(find(f, "exemple", "c", 0, &more), 1);
	a.n.used_name = "AUTRE";
	assert_int_equal(store_run(f->store, run_put, &a), 0);
	assert_int_equal(find(f, "exemple", "c", 0, &more), 0);
	assert_int_equal(find(f, "autre", "c", 0, &more), 1);
}

static void
test_reopen(void **state)
{
	struct fixture *f = *state;
	struct add_args a = add(f, 1, "Camille", "MARTIN", "");
	struct store_consent_entry *rows;
	struct store_account who;
	unsigned n;

	a.n.text_version = "2026-01";
	a.n.text_hash = "00";
	a.n.channel = "spoken";
	a.n.email = "autre@exemple.invalid";
	/* open already: nothing of it is done */
	assert_int_equal(store_run(f->store, run_reopen, &a), -EM_E_EXISTS);
	assert_int_equal(store_consent_ledger(f->reader, f->arena, a.patient_id, &rows, &n), 0);
	assert_int_equal(n, 1);
	store_reader_end(f->reader);
	assert_int_equal(store_run(f->store, run_withdraw, &a), 0);
	assert_int_equal(store_run(f->store, run_reopen, &a), 0);
	assert_int_equal(store_consent_ledger(f->reader, f->arena, a.patient_id, &rows, &n), 0);
	assert_int_equal(n, 3);
	assert_true(rows[0].given);
	assert_string_equal(rows[0].channel, "spoken");
	assert_string_equal(rows[0].text_version, "2026-01");
	assert_false(rows[1].given);
	assert_int_equal(store_account_by_id(f->reader, f->arena, a.account_id, &who), 0);
	assert_int_equal(who.state, ACCOUNT_ACTIVE);
	assert_string_equal(who.email, "autre@exemple.invalid");
	assert_string_equal(who.identifier, "fictif0001");
	store_reader_end(f->reader);
}

struct code_args {
	uint64_t account_id;
	struct store_desk_code code;
	struct store_desk_hand by;
	int64_t at_ms;
};
JOB(run_code_put, struct code_args, store_desk_code_put(db, a->account_id, &a->code))
JOB(run_code_by, struct code_args,
    store_desk_code_by(db, a->account_id, a->code.hash, a->at_ms, &a->by))
JOB(run_code_use, struct code_args, store_desk_code_use(db, a->account_id, a->code.hash, a->at_ms))
JOB(run_code_purge, struct code_args, store_desk_code_purge(db, a->at_ms))

static void
test_code_once(void **state)
{
	struct fixture *f = *state;
	struct add_args a = add(f, 1, "Camille", "MARTIN", "");
	struct code_args c = {.account_id = a.account_id,
	    .code = {.hash = {1}, .expires_at_ms = NOW_MS + 10, .by = {7, 70}},
	    .at_ms = NOW_MS + 10};

	assert_int_equal(store_run(f->store, run_code_put, &c), 0);
	assert_int_equal(store_run(f->store, run_code_use, &c), -EM_E_NOT_FOUND); /* at its end */
	c.at_ms = NOW_MS + 9;
	c.code.hash[0] = 2;
	assert_int_equal(store_run(f->store, run_code_use, &c), -EM_E_NOT_FOUND);
	c.code.hash[0] = 1;
	assert_int_equal(store_run(f->store, run_code_by, &c), 0);
	assert_int_equal(c.by.account_id, 7);
	assert_int_equal(c.by.establishment_id, 70);
	assert_int_equal(store_run(f->store, run_code_use, &c), 0);
	assert_int_equal(store_run(f->store, run_code_use, &c), -EM_E_NOT_FOUND);
	assert_int_equal(store_run(f->store, run_code_put, &c), 0);
	c.at_ms = NOW_MS + 10;
	assert_int_equal(store_run(f->store, run_code_purge, &c), 0);
	c.at_ms--;
	assert_int_equal(store_run(f->store, run_code_use, &c), -EM_E_NOT_FOUND);
}

/* Patients of before there were searches are found after the migration. */
static void
test_migration_fills(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;
	bool more;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite_migrate(db, sqlite_migrations, 3, NULL, NULL), 0);
	assert_int_equal(
	    sqlite_do(db, "INSERT INTO patient (civility, given_name, used_name, birth_name, sex,"
			  " birth_date, created_at_ms) VALUES"
			  " ('', 'Zoé', 'L''Éxemple-Œuf', 'Naïve', '', 19750214, 1),"
			  " ('', 'Ana', '', '', '', 19750214, 1)"),
	    0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	fixture_open(f);
	assert_int_equal(find(f, "l exemple oe", "zoe", 0, &more), 1);
	assert_int_equal(find(f, "naive", "", 19750214, &more), 1);
	assert_int_equal(find(f, "", "ana", 19750214, &more), 1);
}

#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_each_patient_once),
	    T(test_by_ins),
	    T(test_fifty_and_more),
	    T(test_changed_name),
	    T(test_reopen),
	    T(test_code_once),
	    cmocka_unit_test_setup_teardown(test_migration_fills, fixture_folder, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
