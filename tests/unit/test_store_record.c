/* SPDX-License-Identifier: MIT */
/* Open records in the store: one a session, and everything that shuts one. */
#include "tests/unit/test_store.h"

#define ROLE_PROFESSIONAL 3

struct world {
	struct fixture *f;
	struct fixture_patient camille, other;
	uint64_t account_id, professional_id, session_id;
	struct store_record record;
	int (*run)(struct store_conn *db, struct world *w);
	int64_t now_ms;
	bool was;
};

static struct world world;

static int
world_run(struct store_conn *db, void *arg)
{
	struct world *w = arg;

	return w->run(db, w);
}

static int
job(int (*run)(struct store_conn *db, struct world *w))
{
	world.run = run;
	return store_run(world.f->store, world_run, &world);
}

#define RUN(name, call)                                                                            \
	static int name(struct store_conn *db, struct world *w)                                    \
	{                                                                                          \
		return call;                                                                       \
	}

/* who withdraws */
static const struct store_consent_by by_patient = {.operator_name = "", .channel = ""};

RUN(run_put, store_record_put(db, &w->record))
RUN(run_told, store_record_set_told(db, w->session_id))
RUN(run_end, store_record_end(db, w->session_id, &w->was))
RUN(run_purge, store_record_purge(db, w->now_ms))
RUN(run_disable, store_staff_set_state(db, w->account_id, ACCOUNT_WITHDRAWN))
RUN(run_role, store_staff_set_role(db, w->account_id, 2))
RUN(run_leave, store_staff_set_professional(db, w->account_id, 0))
RUN(run_withdraw,
    store_consent_withdraw(db, w->camille.account_id, w->camille.patient_id, &by_patient, NOW_MS))
RUN(run_end_sessions, store_session_end_all(db, w->account_id, 0))

static int
run_block(struct store_conn *db, struct world *w)
{
	int64_t at_ms;

	return store_block_add(
	    db, w->camille.patient_id, w->professional_id, NOW_MS, 10, &at_ms, &w->was);
}

static int
run_doctor(struct store_conn *db, struct world *w)
{
	struct store_professional p = {.professional_id = 0};
	struct arena *a = arena_new(65536);
	enum store_put put;
	int rc = store_professional_put(db,
	    &(struct store_professional_line){.rpps = "10000000009",
		.family_name = "MEDECIN",
		.given_name = "Paul",
		.profession_code = "10",
		.profession = "Médecin",
		.specialty_code = "",
		.specialty = "",
		.load_id = 1},
	    &put);

	if (rc == 0)
		rc = store_professional_by_rpps(db, a, "10000000009", &p);
	w->professional_id = p.professional_id;
	if (rc == 0)
		rc = store_staff_add(db,
		    &(struct store_staff_new){.role = ROLE_PROFESSIONAL,
			.identifier = "paul",
			.family_name = "MEDECIN",
			.given_name = "Paul",
			.professional_id = w->professional_id,
			.email = "p@exemple.invalid",
			.mobile = "",
			.language = "fr",
			.now_ms = NOW_MS},
		    &w->account_id);
	if (rc == 0)
		rc = store_session_add(db,
		    &(struct store_session){.account_id = w->account_id,
			.role = ROLE_PROFESSIONAL,
			.kind = 1,
			.opened_at_ms = NOW_MS,
			.active_at_ms = NOW_MS,
			.idle_limit_ms = 1000,
			.ends_at_ms = NOW_MS + 5000,
			.generation = 1,
			.factors = 1,
			.token_hash = {1}},
		    &w->session_id);
	arena_free(&a);
	return rc;
}

static int
set_up(void **state)
{
	int rc = fixture_setup(state);

	world = (struct world){.f = *state};
	world.camille = fixture_patient(world.f, "camille");
	world.other = fixture_patient(world.f, "autre");
	assert_int_equal(job(run_doctor), 0);
	world.record = (struct store_record){.session_id = world.session_id,
	    .account_id = world.account_id,
	    .professional_id = world.professional_id,
	    .patient_id = world.camille.patient_id,
	    .access_number = 7,
	    .motive = "other",
	    .motive_label = "Autre motif",
	    .motive_detail = "Avis demandé par un confrère",
	    .result = ACCESS_GRANTED,
	    .opened_at_ms = NOW_MS,
	    .until_ms = NOW_MS + 1000};
	assert_int_equal(job(run_put), 0);
	return rc;
}

/* Both looks agree, always. */
static int
get(struct store_record *r)
{
	struct store_record look;
	int rc = store_record_get(world.f->reader, world.f->arena, world.session_id, r);
	int again = store_record_look(world.f->reader, world.session_id, &look);

	store_reader_end(world.f->reader);
	assert_int_equal(rc, again);
	if (rc == 0) {
		assert_int_equal(look.patient_id, r->patient_id);
		assert_int_equal(look.until_ms, r->until_ms);
	}
	return rc;
}

static unsigned
holders(uint64_t patient_id)
{
	uint64_t accounts[4];
	unsigned n = 0;

	assert_int_equal(store_record_holders(world.f->reader, patient_id, accounts, 4, &n), 0);
	store_reader_end(world.f->reader);
	if (n > 0)
		assert_int_equal(accounts[0], world.account_id);
	return n;
}

static void
test_put_and_get(void **state)
{
	struct store_record r;

	(void)state;
	assert_int_equal(get(&r), 0);
	assert_int_equal(r.access_number, 7);
	assert_string_equal(r.motive, "other");
	assert_string_equal(r.motive_label, "Autre motif");
	assert_string_equal(r.motive_detail, "Avis demandé par un confrère");
	assert_false(r.told);
	assert_int_equal(holders(world.camille.patient_id), 1);
	assert_int_equal(job(run_told), 0);
	assert_int_equal(get(&r), 0);
	assert_true(r.told);
	/* another one takes its place, untold */
	world.record.patient_id = world.other.patient_id;
	assert_int_equal(job(run_put), 0);
	assert_int_equal(get(&r), 0);
	assert_int_equal(r.patient_id, world.other.patient_id);
	assert_false(r.told);
	assert_int_equal(holders(world.camille.patient_id), 0);
	assert_int_equal(job(run_end), 0);
	assert_true(world.was);
	assert_int_equal(get(&r), -EM_E_NOT_FOUND);
	assert_int_equal(job(run_end), 0);
	assert_false(world.was);
}

/* Whichever of them happens, whoever looks finds it shut. */
static void
test_what_shuts_it(void **state)
{
	static int (*const shut[])(struct store_conn * db, struct world * w) = {
	    run_block, run_disable, run_role, run_leave, run_withdraw, run_end_sessions};

	for (size_t i = 0; i < ARRAY_LEN(shut); i++) {
		struct store_record r;

		if (i > 0) {
			assert_int_equal(fixture_teardown(state), 0);
			assert_int_equal(set_up(state), 0);
		}
		assert_int_equal(get(&r), 0);
		assert_int_equal(job(shut[i]), 0);
		if (get(&r) != -EM_E_NOT_FOUND)
			fail_msg("still open after change %zu", i);
	}
}

/* An emergency that overrode the block is not shut by it; its time is kept all the
 * same. */
static void
test_over_a_block(void **state)
{
	struct store_record r;

	(void)state;
	assert_int_equal(job(run_block), 0);
	assert_int_equal(get(&r), -EM_E_NOT_FOUND);
	world.record.result = ACCESS_OVER_BLOCK;
	assert_int_equal(job(run_put), 0);
	assert_int_equal(get(&r), 0);
	world.now_ms = NOW_MS + 999;
	assert_int_equal(job(run_purge), 0);
	assert_int_equal(get(&r), 0);
	world.now_ms = NOW_MS + 1000;
	assert_int_equal(job(run_purge), 0);
	assert_int_equal(get(&r), -EM_E_NOT_FOUND);
}

static void
test_person(void **state)
{
	struct store_person p;

	(void)state;
	assert_int_equal(
	    store_record_person(world.f->reader, world.f->arena, world.camille.patient_id, &p), 0);
	assert_true(p.consents);
	assert_string_equal(p.birth_name, "EXEMPLE");
	assert_int_equal(p.birth_date, 19750214);
	store_reader_end(world.f->reader);
	assert_int_equal(job(run_withdraw), 0);
	assert_int_equal(
	    store_record_person(world.f->reader, world.f->arena, world.camille.patient_id, &p), 0);
	assert_false(p.consents);
	assert_int_equal(
	    store_record_person(world.f->reader, world.f->arena, 4711, &p), -EM_E_NOT_FOUND);
	store_reader_end(world.f->reader);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_put_and_get),
	    T(test_what_shuts_it),
	    T(test_over_a_block),
	    T(test_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
