/* SPDX-License-Identifier: MIT */
/*
 * Professionals, accesses and blocks, let down by the database at every call: an
 * error never reads as success nor as "not found", no cursor stays open.
 */
#include "tests/unit/test_store_access.h"

#include "tests/lib/db_fake.h"
#include "tests/lib/verify.h"

/* What the functions are called with: two professionals of whom one is blocked,
 * two accesses, a question. */
struct world {
	struct arena *a;
	uint64_t patient_id, place_id, blocked_id, free_id, contest_id;
};

static struct store_professional who, *people;
static struct store_professional_line line, again;
static struct store_entry entries[2];
static struct store_place places[2];
static struct store_find find, find_given, find_place;
static struct store_access got;
static struct access_args access_args;
static struct store_access_query all, some;
static struct store_access_row *rows;
static struct store_verdict verdict;
static struct store_contest contest, contests[2];
static const struct store_actor by = {.name = "", .terminal = ""};
static enum store_put put;
static const char *text;
static uint64_t id;
static int64_t at_ms;
static uint32_t n32;
static unsigned n;
static bool flag;

#define CALL(name, call)                                                                           \
	static int name(struct store_conn *db, struct world *w)                                    \
	{                                                                                          \
		(void)w;                                                                           \
		return call;                                                                       \
	}

CALL(get, store_professional_get(db, w->a, w->free_id, &who))
CALL(by_rpps, store_professional_by_rpps(db, w->a, "10000000017", &who))
CALL(set_account, store_staff_set_professional(db, 1, w->free_id))
CALL(where, store_professional_places(db, w->a, w->free_id, places, 2, &n))
CALL(put_new, store_professional_put(db, &line, &put))
CALL(put_again, store_professional_put(db, &again, &put))
CALL(professions, store_professions(db, w->a, entries, 2, &n))
CALL(specialties, store_specialties(db, w->a, entries, 2, &n))
CALL(all_places, store_places(db, w->a, places, 2, &n))
CALL(find_count, store_find_count(db, &find, 10, &n32))
CALL(find_page, store_find_page(db, w->a, &find, 0, 5, &people, &n))
CALL(given_count, store_find_count(db, &find_given, 10, &n32))
CALL(given_page, store_find_page(db, w->a, &find_given, 0, 5, &people, &n))
CALL(place_count, store_find_count(db, &find_place, 10, &n32))
CALL(place_page, store_find_page(db, w->a, &find_place, 0, 5, &people, &n))
CALL(block_get, store_block_get(db, w->patient_id, w->blocked_id, &at_ms))
CALL(block_add, store_block_add(db, w->patient_id, w->free_id, 5, 9, &at_ms, &flag))
CALL(block_again, store_block_add(db, w->patient_id, w->blocked_id, 5, 9, &at_ms, &flag))
CALL(block_remove, store_block_remove(db, w->patient_id, w->blocked_id, &flag))
CALL(block_count, store_block_count(db, w->patient_id, &n32))
CALL(block_page, store_block_page(db, w->a, w->patient_id, BLOCK_BY_NAME, false, 0, 5, &people, &n))
CALL(append, store_access_append(db, &access_args.e, &by, &id))
CALL(append_kept, store_access_append_alike(db, &access_args.e, &by, true, &id))
CALL(append_undone, store_access_append_alike(db, &access_args.e, &by, false, &id))
CALL(known, store_access_known(db, &access_args.e, &flag))
CALL(access_page, store_access_page(db, w->a, &all, &rows, &n))
CALL(count_all, store_access_count(db, &all, &n32))
CALL(count_some, store_access_count(db, &some, &n32))
CALL(access_get, store_access_get(db, w->a, w->patient_id, 1, &got))
CALL(verify, verify_store(db, &verdict))
CALL(ask, store_contest_add(db, w->patient_id, 2, "Qui ?", 5, &id))
CALL(ask_of, store_contest_of(db, w->a, w->patient_id, 1, &contest))
CALL(ask_open, store_contests_open(db, w->a, 0, contests, 2, &n))
CALL(answer, store_contest_answer(db, w->a, w->contest_id, "x", "y", 6, &contest))
CALL(name_of, store_establishment_name(db, w->a, w->place_id, &text))
CALL(contact_of, store_establishment_contact(db, w->a, w->place_id, &text))
CALL(set_contact, store_establishment_set_contact(db, w->place_id, "a@b.invalid"))

static const struct {
	const char *name;
	int (*call)(struct store_conn *db, struct world *w);
} functions[] = {
#define F(name)                                                                                    \
	{                                                                                          \
#name, name                                                                        \
	}
    F(get),
    F(by_rpps),
    F(set_account),
    F(where),
    F(put_new),
    F(put_again),
    F(professions),
    F(specialties),
    F(all_places),
    F(find_count),
    F(find_page),
    F(given_count),
    F(given_page),
    F(place_count),
    F(place_page),
    F(block_get),
    F(block_add),
    F(block_again),
    F(block_remove),
    F(block_count),
    F(block_page),
    F(append),
    F(append_kept),
    F(append_undone),
    F(known),
    F(access_page),
    F(count_all),
    F(count_some),
    F(access_get),
    F(verify),
    F(ask),
    F(ask_of),
    F(ask_open),
    F(answer),
    F(name_of),
    F(contact_of),
    F(set_contact),
#undef F
};

static uint64_t
world_person(struct store_conn *db, struct world *w, const char *rpps)
{
	struct store_professional_line l = professional_line(rpps, "MARTEAU", "Dominique");
	struct store_professional p;

	l.establishment_id = w->place_id;
	assert_int_equal(store_professional_put(db, &l, &put), 0);
	assert_int_equal(store_professional_by_rpps(db, w->a, rpps, &p), 0);
	return p.professional_id;
}

static void
world_make(struct store_conn *db, struct world *w)
{
	struct store_patient_new patient = fixture_patient_new("emmartin1");
	uint64_t account_id;

	assert_int_equal(store_patient_add(db, &patient, &w->patient_id, &account_id), 0);
	assert_int_equal(
	    store_establishment_add(db, "679900019", "CHU FICTIF", &w->place_id, &flag), 0);
	w->blocked_id = world_person(db, w, "10000000017");
	w->free_id = world_person(db, w, "10000000025");
	assert_int_equal(store_block_add(db, w->patient_id, w->blocked_id, 5, 9, &at_ms, &flag), 0);
	access_args = access_new(w->patient_id, NOW_MS);
	assert_int_equal(store_access_append(db, &access_args.e, &by, &id), 0);
	assert_int_equal(store_access_append(db, &access_args.e, &by, &id), 0);
	assert_int_equal(store_contest_add(db, w->patient_id, 1, "Qui ?", 5, &w->contest_id), 0);

	line = again = professional_line("10000000033", "ESSAI", "Zoé");
	line.establishment_id = w->place_id;
	again.rpps = "10000000025";
	again.establishment_id = w->place_id;
	find = find_given = find_place = (struct store_find){
	    .family_name = "", .given_name = "", .profession_code = "", .specialty_code = ""};
	find.family_name = "mar";
	find_given.given_name = "dom";
	find_place.establishment_id = w->place_id;
	all = some = (struct store_access_query){.patient_id = w->patient_id,
	    .from_ms = INT64_MIN,
	    .before_ms = INT64_MAX,
	    .name = "",
	    .limit = 5};
	some.name = "mu";
}

/* Calls that are made when nothing fails. */
static unsigned
call_once(struct store_conn *db, struct world *w, unsigned f, unsigned k, int inject, int *rc_r)
{
	unsigned n_calls;

	db->fault = 0;
	find_given.n_given = 0;
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
	struct world w = {.a = f->arena};
	unsigned n_injected = 0;
	int rc;

	fake_reset(&db_sqlite);
	assert_int_equal(db_fake.open(&o, true, &db.db), 0);
	assert_int_equal(db_txn(&db, DB_BEGIN_WRITE), 0);
	world_make(&db, &w);
	for (unsigned i = 0; i < ARRAY_LEN(functions); i++) {
		unsigned n_calls = call_once(&db, &w, i, 0, 0, &rc);

		if (rc != 0)
			fail_msg("%s: %s", functions[i].name, err_name(rc));
		assert_true(n_calls >= 2);
		for (unsigned k = 1; k <= n_calls; k++) {
			for (unsigned e = 0; e < ARRAY_LEN(injected); e++) {
				call_once(&db, &w, i, k, injected[e], &rc);
				if (rc >= 0 || rc == -EM_E_NOT_FOUND)
					fail_msg("%s: call %u failed with %s and it said %d",
					    functions[i].name, k, err_name(injected[e]), rc);
				assert_int_equal(db.fault, e < 2 ? injected[e] : 0);
				n_injected++;
			}
		}
		/* and all is as before */
		assert_int_equal(call_once(&db, &w, i, 0, 0, &rc), n_calls);
		assert_int_equal(rc, 0);
	}
	assert_true(n_injected > 400);
	assert_string_equal(verdict.why, "");
	assert_int_equal(db_txn(&db, DB_COMMIT), 0);
	db_fake.close(db.db, true);
	fixture_open(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_every_function_at_every_call, fixture_folder, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
