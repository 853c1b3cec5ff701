/* SPDX-License-Identifier: MIT */
/* Accounts of staff in the store: who is behind them, lists, and what ends with them. */
#include "tests/unit/test_store.h"

#define ROLE_RECEPTION	  2
#define ROLE_PROFESSIONAL 3
#define ROLE_ADMIN	  4

struct job {
	int (*run)(struct store_conn *db, struct job *j);
	struct store_staff_new n;
	struct store_session session;
	const char *rpps;
	uint64_t account_id, other_id, session_id;
	int value;
	int64_t now_ms;
};

static int
job_run(struct store_conn *db, void *arg)
{
	struct job *j = arg;

	return j->run(db, j);
}

static int
job(struct fixture *f, struct job *j, int (*run)(struct store_conn *db, struct job *j))
{
	j->run = run;
	return store_run(f->store, job_run, j);
}

#define RUN(name, call)                                                                            \
	static int name(struct store_conn *db, struct job *j)                                      \
	{                                                                                          \
		return call;                                                                       \
	}

RUN(run_add, store_staff_add(db, &j->n, &j->account_id))
RUN(run_role, store_staff_set_role(db, j->account_id, j->value))
RUN(run_state, store_staff_set_state(db, j->account_id, (enum account_state)j->value))
RUN(run_place, store_staff_set_establishment(db, j->account_id, j->other_id))
RUN(run_professional, store_staff_set_professional(db, j->account_id, j->other_id))
RUN(run_end_all, store_staff_end_all(db, j->account_id))
RUN(run_signed_in, store_staff_signed_in(db, j->account_id, j->now_ms))
RUN(run_session, store_session_add(db, &j->session, &j->session_id))

static int
run_establishment(struct store_conn *db, struct job *j)
{
	bool existed;

	return store_establishment_add(db, j->rpps, "Clinique Fictive", &j->other_id, &existed);
}

static int
run_directory(struct store_conn *db, struct job *j)
{
	struct arena *a = arena_new(65536);
	struct store_professional p = {.professional_id = 0};
	enum store_put put;
	int rc = store_professional_put(db,
	    &(struct store_professional_line){.rpps = j->rpps,
		.family_name = "MEDECIN",
		.given_name = "Paul",
		.profession_code = "10",
		.profession = "Médecin",
		.specialty_code = "",
		.specialty = "",
		.load_id = 1},
	    &put);

	if (rc == 0)
		rc = store_professional_by_rpps(db, a, j->rpps, &p);
	j->other_id = p.professional_id;
	arena_free(&a);
	return rc;
}

static struct job
staff_of(int role, const char *identifier, const char *family, const char *given)
{
	return (struct job){.n = {.role = role,
				.identifier = identifier,
				.family_name = family,
				.given_name = given,
				.email = "x@exemple.invalid",
				.mobile = "",
				.language = "fr",
				.now_ms = NOW_MS}};
}

static uint64_t
add(struct fixture *f, int role, const char *identifier, const char *family, const char *given)
{
	struct job j = staff_of(role, identifier, family, given);

	assert_int_equal(job(f, &j, run_add), 0);
	return j.account_id;
}

static uint64_t
professional(struct fixture *f, const char *rpps)
{
	struct job j = {.rpps = rpps};

	assert_int_equal(job(f, &j, run_directory), 0);
	return j.other_id;
}

static struct store_staff_row
row_of(struct fixture *f, uint64_t account_id)
{
	struct store_staff_row r;

	assert_int_equal(store_staff_row(f->reader, f->arena, account_id, &r), 0);
	store_reader_end(f->reader);
	return r;
}

static void
test_add(void **state)
{
	struct fixture *f = *state;
	struct job place = {.rpps = "990000001"};
	struct job j = staff_of(ROLE_RECEPTION, "line", "ÉTÉ-FICTIF", "Line");
	struct store_staff who;
	struct store_staff_row r;

	assert_int_equal(job(f, &place, run_establishment), 0);
	j.n.establishment_id = place.other_id;
	assert_int_equal(job(f, &j, run_add), 0);
	r = row_of(f, j.account_id);
	assert_string_equal(r.who.establishment, "Clinique Fictive");
	assert_string_equal(r.who.rpps, "");
	assert_int_equal(r.state, ACCOUNT_ACTIVE);
	assert_int_equal(r.created_at_ms, NOW_MS);
	assert_int_equal(r.last_session_at_ms, 0);
	assert_int_equal(store_staff_get(f->reader, f->arena, j.account_id, &who), 0);
	assert_int_equal(who.role, ROLE_RECEPTION);
	store_reader_end(f->reader);
	/* an identifier is one account's, and an establishment must be there */
	assert_int_equal(job(f, &j, run_add), -EM_E_EXISTS);
	j.n.identifier = "autre";
	j.n.establishment_id = 4711;
	assert_int_equal(job(f, &j, run_add), -EM_E_INVALID);
	assert_int_equal(
	    store_staff_get(f->reader, f->arena, j.account_id + 1, &who), -EM_E_NOT_FOUND);
	store_reader_end(f->reader);
}

/* A person of the directory stands for one account at a time. */
static void
test_professional(void **state)
{
	struct fixture *f = *state;
	uint64_t paul = professional(f, "10000000009");
	struct job j = staff_of(ROLE_PROFESSIONAL, "paul", "MEDECIN", "Paul");
	struct job other = staff_of(ROLE_PROFESSIONAL, "paul2", "MEDECIN", "Paul");

	j.n.professional_id = other.n.professional_id = paul;
	assert_int_equal(job(f, &j, run_add), 0);
	assert_string_equal(row_of(f, j.account_id).who.rpps, "10000000009");
	assert_int_equal(job(f, &other, run_add), -EM_E_EXISTS);
	/* once it is free again it can be another's */
	j.other_id = 0;
	assert_int_equal(job(f, &j, run_professional), 0);
	assert_string_equal(row_of(f, j.account_id).who.rpps, "");
	assert_int_equal(job(f, &other, run_add), 0);
	j.other_id = paul;
	assert_int_equal(job(f, &j, run_professional), -EM_E_EXISTS);
	/* from one person of the directory to another, never both */
	other.other_id = professional(f, "10000000017");
	assert_int_equal(job(f, &other, run_professional), 0);
	assert_string_equal(row_of(f, other.account_id).who.rpps, "10000000017");
	assert_int_equal(job(f, &j, run_professional), 0);
}

static unsigned
page(struct fixture *f, int role, const char *name, const char *identifier, const char *first)
{
	const struct store_staff_query q = {
	    .role = role, .name = name, .identifier = identifier, .limit = 10};
	struct store_staff_row *rows;
	uint32_t total = 0;
	unsigned n = 0;

	assert_int_equal(store_staff_page(f->reader, f->arena, &q, &rows, &n), 0);
	assert_int_equal(store_staff_count(f->reader, &q, &total), 0);
	assert_int_equal(n, total);
	if (n > 0 && first != NULL)
		assert_string_equal(rows[0].who.family_name, first);
	store_reader_end(f->reader);
	return n;
}

/* By the beginning of a name, folded, or of the identifier; patients are none. */
static void
test_page(void **state)
{
	struct fixture *f = *state;

	(void)fixture_patient(f, "camille");
	(void)add(f, ROLE_RECEPTION, "line", "ÉTÉ-FICTIF", "Line");
	(void)add(f, ROLE_ADMIN, "ada", "ADMIN", "Ada");
	(void)add(f, ROLE_ADMIN, "adele", "Zoé-FICTIVE", "Adèle");
	assert_int_equal(page(f, 0, "", "", "ADMIN"), 3);
	assert_int_equal(page(f, ROLE_ADMIN, "", "", "ADMIN"), 2);
	assert_int_equal(page(f, ROLE_RECEPTION, "", "", "ÉTÉ-FICTIF"), 1);
	assert_int_equal(page(f, 0, "ete f", "", "ÉTÉ-FICTIF"), 1);
	assert_int_equal(page(f, 0, "ad", "ad", "ADMIN"), 2);
	assert_int_equal(page(f, 0, "adele", "adele", "Zoé-FICTIVE"), 1);
	assert_int_equal(page(f, 0, "fictive", "fictive", NULL), 0);
	assert_int_equal(page(f, 0, "%", "%", NULL), 0);
}

static unsigned
sessions(struct fixture *f, int64_t now_ms)
{
	struct store_session_row *rows;
	uint32_t total = 0;
	unsigned n = 0;

	assert_int_equal(store_sessions_page(f->reader, f->arena, now_ms, 0, 10, &rows, &n), 0);
	assert_int_equal(store_sessions_count(f->reader, now_ms, &total), 0);
	assert_int_equal(n, total);
	for (unsigned i = 1; i < n; i++)
		assert_true(rows[i - 1].opened_at_ms >= rows[i].opened_at_ms);
	store_reader_end(f->reader);
	return n;
}

static void
open_session(struct fixture *f, uint64_t account_id, int role, uint8_t n)
{
	struct job j = {.session = {.account_id = account_id,
			    .role = role,
			    .kind = 1,
			    .opened_at_ms = NOW_MS + n,
			    .active_at_ms = NOW_MS + n,
			    .idle_limit_ms = 1000,
			    .ends_at_ms = NOW_MS + 5000,
			    .generation = 1,
			    .factors = 1,
			    .token_hash = {n, 1}}};

	assert_int_equal(job(f, &j, run_session), 0);
}

/* Sessions count as long as they could be gone on with; ending all of somebody leaves
 * the others'. */
static void
test_sessions(void **state)
{
	struct fixture *f = *state;
	struct job j = {.account_id = add(f, ROLE_ADMIN, "ada", "ADMIN", "Ada")};
	uint64_t line = add(f, ROLE_RECEPTION, "line", "ACCUEIL", "Line");

	open_session(f, j.account_id, ROLE_ADMIN, 1);
	open_session(f, line, ROLE_RECEPTION, 2);
	open_session(f, j.account_id, ROLE_ADMIN, 3);
	assert_int_equal(sessions(f, NOW_MS + 10), 3);
	assert_int_equal(sessions(f, NOW_MS + 1002), 1); /* idle for too long */
	assert_int_equal(sessions(f, NOW_MS + 6000), 0);
	assert_int_equal(job(f, &j, run_end_all), 0);
	assert_int_equal(sessions(f, NOW_MS + 10), 1);
	j.now_ms = NOW_MS + 77;
	assert_int_equal(job(f, &j, run_signed_in), 0);
	assert_int_equal(row_of(f, j.account_id).last_session_at_ms, NOW_MS + 77);
}

/* A patient's account is no staff's, whatever number is asked for. */
static void
test_set(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient camille = fixture_patient(f, "camille");
	struct job j = {.account_id = add(f, ROLE_ADMIN, "ada", "ADMIN", "Ada")};
	struct store_account who;
	struct store_staff staff;
	uint32_t others = 9;

	assert_int_equal(store_staff_other_admins(f->reader, j.account_id, &others), 0);
	store_reader_end(f->reader);
	assert_int_equal(others, 0);
	(void)add(f, ROLE_ADMIN, "eve", "ADMIN", "Ève");
	assert_int_equal(store_staff_other_admins(f->reader, j.account_id, &others), 0);
	store_reader_end(f->reader);
	assert_int_equal(others, 1);
	j.value = ROLE_RECEPTION;
	assert_int_equal(job(f, &j, run_role), 0);
	assert_int_equal(row_of(f, j.account_id).who.role, ROLE_RECEPTION);
	j.value = ACCOUNT_WITHDRAWN;
	assert_int_equal(job(f, &j, run_state), 0);
	assert_int_equal(row_of(f, j.account_id).state, ACCOUNT_WITHDRAWN);
	j.other_id = 4711;
	assert_int_equal(job(f, &j, run_place), -EM_E_INVALID);
	j.account_id = camille.account_id;
	j.value = ROLE_ADMIN;
	assert_true(job(f, &j, run_role) != 0);
	assert_int_equal(store_account_by_id(f->reader, f->arena, camille.account_id, &who), 0);
	assert_int_equal(who.role, 1);
	assert_int_equal(
	    store_staff_get(f->reader, f->arena, camille.account_id, &staff), -EM_E_NOT_FOUND);
	store_reader_end(f->reader);
}

#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_add),
	    T(test_professional),
	    T(test_page),
	    T(test_sessions),
	    T(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
