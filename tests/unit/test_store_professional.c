/* SPDX-License-Identifier: MIT */
/*
 * The directory of professionals: loading line by line, the search by whatever
 * index fits, and blocks.
 */
#include "tests/unit/test_store_access.h"

#include "db/sqlite/sqlite.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

/* ---------------------------------------------------------------- loading */

static void
places_are(struct fixture *f, uint64_t professional_id, const char *want)
{
	struct store_place places[8];
	char got[256] = "";
	unsigned n = 0;

	assert_int_equal(
	    store_professional_places(f->reader, f->arena, professional_id, places, 8, &n), 0);
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? ", " : "",
		    places[i].name);
	assert_string_equal(got, want);
}

static void
test_several_lines_are_one_person(void **state)
{
	struct fixture *f = *state;
	uint64_t metz = establishment(f, "579900010", "CH FICTIF METZ");
	uint64_t strasbourg = establishment(f, "679900019", "CHU FICTIF STRASBOURG");
	struct store_professional_line l = professional_line("10000000017", "MARTEAU", "Dominique");
	struct store_professional p;

	l.specialty_code = l.specialty = "";
	l.establishment_id = strasbourg;
	assert_int_equal(put_line(f, &l), STORE_PUT_NEW);
	l.establishment_id = metz;
	l.specialty_code = "SM44";
	l.specialty = "Radio-diagnostic (SM)";
	assert_int_equal(put_line(f, &l), STORE_PUT_AGAIN);
	assert_int_equal(put_line(f, &l), STORE_PUT_AGAIN);
	p = professional_of(f, "10000000017");
	assert_string_equal(p.specialty, "Radio-diagnostic (SM)");
	places_are(f, p.professional_id, "CH FICTIF METZ, CHU FICTIF STRASBOURG");

	/* a later loading says it anew; the label of a code may change */
	l.load_id = 2;
	l.family_name = "MARTEAU-ESSAI";
	l.specialty = "Radiodiagnostic (SM)";
	assert_int_equal(put_line(f, &l), STORE_PUT_CHANGED);
	assert_int_equal(professional_of(f, "10000000017").professional_id, p.professional_id);
	p = professional_of(f, "10000000017");
	assert_string_equal(p.family_name, "MARTEAU-ESSAI");
	assert_string_equal(p.specialty, "Radiodiagnostic (SM)");
	places_are(f, p.professional_id, "CH FICTIF METZ");
}

static void
test_choices(void **state)
{
	struct fixture *f = *state;
	uint64_t metz = establishment(f, "579900010", "CH FICTIF METZ");
	struct store_professional_line l = professional_line("10000000017", "MARTEAU", "Dominique");
	struct store_entry entries[4];
	struct store_place places[4];
	unsigned n = 0;

	establishment(f, "679900019", "SANS PERSONNE");
	l.establishment_id = metz;
	put_line(f, &l);
	l.rpps = "10000000025";
	l.specialty_code = "SM42";
	l.specialty = "Psychiatrie (SM)";
	put_line(f, &l);
	assert_int_equal(store_professions(f->reader, f->arena, entries, 4, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(entries[0].label, "Médecin");
	assert_int_equal(store_specialties(f->reader, f->arena, entries, 4, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(entries[0].code, "SM42");
	assert_string_equal(entries[1].code, "SM44");
	assert_int_equal(store_specialties(f->reader, f->arena, entries, 1, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_places(f->reader, f->arena, places, 4, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(places[0].establishment_id, metz);
}

/* -------------------------------------------------------------- searching */

static const struct {
	const char *rpps, *family, *given, *specialty;
	bool in_metz;
} people[] = {
    {"10000000009", "MULLER", "Jean-Paul", "SCH55", false},
    {"10000000017", "MÜLLER", "Anne", "SM44", true},
    {"10000000025", "MULLER-FICTIF", "Dominique", "SM44", true},
    {"10000000033", "D'ESSAI", "Zoé", "SM42", false},
    {"10000000041", "ŒILLET", "Jean", "SM44", false},
    {"10000000058", "EXEMPLE", "Jean-Paul", "SM42", true},
    {"10000000066", "", "", "", false},
};

static uint64_t
load_people(struct fixture *f)
{
	uint64_t metz = establishment(f, "579900010", "CH FICTIF METZ");

	for (size_t i = 0; *people[i].family; i++) {
		struct store_professional_line l =
		    professional_line(people[i].rpps, people[i].family, people[i].given);

		l.specialty_code = l.specialty = people[i].specialty;
		l.establishment_id = people[i].in_metz ? metz : 0;
		put_line(f, &l);
	}
	return metz;
}

static struct store_find
find_nothing(void)
{
	return (struct store_find){
	    .family_name = "", .given_name = "", .profession_code = "", .specialty_code = ""};
}

static void
found_are(struct fixture *f, const struct store_find *asked, const char *want)
{
	struct store_professional *rows = NULL;
	struct store_find q = *asked;
	char got[512] = "";
	unsigned n = 0;
	uint32_t counted = 99;

	assert_int_equal(store_find_count(f->reader, &q, 1000, &counted), 0);
	assert_int_equal(store_find_page(f->reader, f->arena, &q, 0, 50, &rows, &n), 0);
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s %s",
		    i ? ", " : "", rows[i].family_name, rows[i].given_name);
	assert_string_equal(got, want);
	assert_int_equal(counted, n);
}

static void
test_search(void **state)
{
	static const struct {
		struct store_find q;
		const char *want;
	} cases[] = {
#define Q(f, g, p, s, e)                                                                           \
	{.family_name = (f),                                                                       \
	    .given_name = (g),                                                                     \
	    .profession_code = (p),                                                                \
	    .specialty_code = (s),                                                                 \
	    .establishment_id = (e)}
	    {Q("mul", "", "", "", 0), "MÜLLER Anne, MULLER Jean-Paul, MULLER-FICTIF Dominique"},
	    {Q("Müller", "j", "", "", 0), "MULLER Jean-Paul"},
	    {Q("MULLER fic", "", "", "", 0), "MULLER-FICTIF Dominique"},
	    {Q("d essai", "", "", "", 0), "D'ESSAI Zoé"},
	    {Q("oeil", "", "", "", 0), "ŒILLET Jean"},
	    {Q("", "jean", "", "", 0), "EXEMPLE Jean-Paul, MULLER Jean-Paul, ŒILLET Jean"},
	    {Q("", "JEAN PAUL", "", "SM42", 0), "EXEMPLE Jean-Paul"},
	    {Q("", "zoe", "10", "", 0), "D'ESSAI Zoé"},
	    {Q("", "", "", "SM44", 0), "MÜLLER Anne, MULLER-FICTIF Dominique, ŒILLET Jean"},
	    {Q("", "", "10", "SCH55", 0), "MULLER Jean-Paul"},
	    {Q("", "", "60", "", 0), ""},
	    {Q("", "", "", "", 1), "EXEMPLE Jean-Paul, MÜLLER Anne, MULLER-FICTIF Dominique"},
	    {Q("mu", "d", "10", "SM44", 1), "MULLER-FICTIF Dominique"},
	    {Q("", "", "", "", 77), ""},
	    {Q("%", "", "", "", 0), ""},
	    {Q("_uller", "", "", "", 0), ""},
	    {Q("m%r", "", "", "", 0), ""},
	    {Q("*", "", "", "", 0), ""},
	    {Q("uller", "", "", "", 0), ""},
	    {Q("' OR '1'='1", "", "", "", 0), ""},
	    {Q("\xf0\x9f\x98\x80", "", "", "", 0), ""},
	};
	struct fixture *f = *state;
	struct store_find q = find_nothing();
	struct store_professional *rows;
	uint32_t n;
	unsigned n_rows;

	assert_int_equal(load_people(f), 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		found_are(f, &cases[i].q, cases[i].want);
	/* nothing asked, also when nothing is left of a name */
	assert_int_equal(store_find_count(f->reader, &q, 10, &n), -EM_E_FILTER_EMPTY);
	q.family_name = " -' ";
	assert_int_equal(store_find_count(f->reader, &q, 10, &n), -EM_E_FILTER_EMPTY);
	assert_int_equal(
	    store_find_page(f->reader, f->arena, &q, 0, 5, &rows, &n_rows), -EM_E_FILTER_EMPTY);
}

static void
test_a_full_profession_is_listed_in_order(void **state)
{
	struct fixture *f = *state;
	struct store_find q = find_nothing();

	load_people(f);
	q.profession_code = "10";
	found_are(f, &q,
	    "D'ESSAI Zoé, EXEMPLE Jean-Paul, MÜLLER Anne, MULLER Jean-Paul,"
	    " MULLER-FICTIF Dominique, ŒILLET Jean");
}

#define N_MANY 17000 /* more than are sorted (db/professional.c) */

static int
run_many(struct store_conn *db, void *arg)
{
	struct fixture *f = arg;
	int rc = 0;

	for (unsigned i = 0; i < N_MANY && !rc; i++) {
		char rpps[12], family[16];
		struct store_professional_line l;
		enum store_put put;

		(void)snprintf(rpps, sizeof(rpps), "2%010u", i);
		/* in no order */
		(void)snprintf(family, sizeof(family), "F%05u", i * 7919 % N_MANY);
		l = professional_line(rpps, family, "Jean");
		l.specialty_code = l.specialty = i % 2 ? "SM01" : "SM02";
		rc = store_professional_put(db, &l, &put);
	}
	(void)f;
	return rc;
}

/* A given name that very many bear is walked to instead of sorted: the same
 * rows in the same order. */
static void
test_a_common_given_name(void **state)
{
	static const char *const specialties[] = {"", "SM01"};
	struct fixture *f = *state;

	assert_int_equal(store_run(f->store, run_many, f), 0);
	for (size_t k = 0; k < ARRAY_LEN(specialties); k++) {
		struct store_find q = find_nothing();
		struct store_professional *rows = NULL;
		unsigned n = 0, step = k ? 2 : 1;
		uint32_t counted = 0;

		q.given_name = "jean";
		q.specialty_code = specialties[k];
		assert_int_equal(store_find_count(f->reader, &q, 1000, &counted), 0);
		assert_int_equal(counted, 1001);
		assert_int_equal(store_find_page(f->reader, f->arena, &q, 10, 20, &rows, &n), 0);
		assert_int_equal(n, 20);
		for (unsigned i = 1; i < n; i++)
			assert_true(strcmp(rows[i - 1].family_name, rows[i].family_name) < 0);
		if (step == 1)
			assert_string_equal(rows[0].family_name, "F00010");
	}
}

/* Each search goes along its own index; only the one by given name sorts. */
static void
test_plans(void **state)
{
	static const struct {
		enum db_query query;
		const char *index;
		bool sorts;
	} plans[] = {
	    {Q_find_count_family, "PRIMARY KEY", false},
	    {Q_find_count_given, "directory_by_given", false},
	    {Q_find_count_profession, "directory_by_profession", false},
	    {Q_find_count_specialty, "directory_by_specialty", false},
	    {Q_find_count_place, "PRIMARY KEY", false},
	    {Q_find_page_family, "PRIMARY KEY", false},
	    {Q_find_page_given, "directory_by_given", true},
	    {Q_find_page_profession, "directory_by_profession", false},
	    {Q_find_page_specialty, "directory_by_specialty", false},
	    {Q_find_page_place, "PRIMARY KEY", false},
	    {Q_access_page, "access_by_time", false},
	    {Q_access_count, "access_by_time", false},
	    {Q_access_known, "access_by_time", false},
	};
	struct fixture *f = *state;
	sqlite3 *r = ((struct sqlite_conn *)f->reader->db)->db;

	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		char *sql = mem_printf("EXPLAIN QUERY PLAN %s", db_query_sql(plans[i].query));
		const char *name = db_query_name(plans[i].query);
		char all[2048] = "";
		unsigned n_sorts = 0;
		sqlite3_stmt *stmt = NULL;

		assert_int_equal(sqlite3_prepare_v2(r, sql, -1, &stmt, NULL), SQLITE_OK);
		while (sqlite3_step(stmt) == SQLITE_ROW) {
			const char *step = (const char *)sqlite3_column_text(stmt, 3);

			n_sorts += strstr(step, "TEMP B-TREE") != NULL;
			(void)snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s\n", step);
		}
		sqlite3_finalize(stmt);
		free(sql);
		if (!strstr(all, plans[i].index) || strstr(all, "SCAN w\n"))
			fail_msg("%s: not along %s:\n%s", name, plans[i].index, all);
		/* the rows of the page itself may be put in order */
		if (n_sorts > (plans[i].sorts ? 2u : 1u))
			fail_msg("%s sorts:\n%s", name, all);
	}
}

/* ----------------------------------------------------------------- blocks */

struct block_args {
	uint64_t patient_id, professional_id;
	uint32_t max;
	int64_t at_ms;
	bool was;
};

static int
run_block(struct store_conn *db, void *arg)
{
	struct block_args *b = arg;

	return store_block_add(
	    db, b->patient_id, b->professional_id, b->at_ms, b->max, &b->at_ms, &b->was);
}

static int
run_unblock(struct store_conn *db, void *arg)
{
	struct block_args *b = arg;

	return store_block_remove(db, b->patient_id, b->professional_id, &b->was);
}

static struct block_args
block(struct fixture *f, uint64_t patient_id, const char *rpps, int64_t at_ms)
{
	struct block_args b = {.patient_id = patient_id,
	    .professional_id = professional_of(f, rpps).professional_id,
	    .max = 10,
	    .at_ms = at_ms};

	assert_int_equal(store_run(f->store, run_block, &b), 0);
	return b;
}

static void
blocked_are(
    struct fixture *f, uint64_t patient_id, enum block_sort sort, bool descending, const char *want)
{
	struct store_professional *rows = NULL;
	char got[256] = "";
	unsigned n = 0;

	assert_int_equal(
	    store_block_page(f->reader, f->arena, patient_id, sort, descending, 0, 10, &rows, &n),
	    0);
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? ", " : "",
		    rows[i].given_name);
	assert_string_equal(got, want);
}

static void
test_blocks(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1"), other = fixture_patient(f, "b1");
	struct store_find q = find_nothing();
	struct store_professional *rows = NULL;
	struct block_args b;
	int64_t at_ms = 0;
	unsigned n = 0;
	uint32_t counted = 0;

	load_people(f);
	b = block(f, p.patient_id, "10000000017", NOW_MS + 2);
	assert_false(b.was);
	/* again: it was, and since when */
	b = block(f, p.patient_id, "10000000017", NOW_MS + 9);
	assert_true(b.was);
	assert_int_equal(b.at_ms, NOW_MS + 2);
	block(f, p.patient_id, "10000000033", NOW_MS + 1);
	block(f, p.patient_id, "10000000058", NOW_MS + 3);
	blocked_are(f, p.patient_id, BLOCK_BY_NAME, false, "Zoé, Jean-Paul, Anne");
	blocked_are(f, p.patient_id, BLOCK_BY_NAME, true, "Anne, Jean-Paul, Zoé");
	blocked_are(f, p.patient_id, BLOCK_BY_DATE, false, "Zoé, Anne, Jean-Paul");
	blocked_are(f, p.patient_id, BLOCK_BY_DATE, true, "Jean-Paul, Anne, Zoé");
	blocked_are(f, p.patient_id, BLOCK_BY_PROFESSION, false, "Zoé, Jean-Paul, Anne");
	blocked_are(f, p.patient_id, BLOCK_BY_PROFESSION, true, "Anne, Zoé, Jean-Paul");
	blocked_are(f, other.patient_id, BLOCK_BY_NAME, false, "");

	/* shown in the search, to the patient alone */
	q.family_name = "müller";
	q.given_name = "anne";
	q.patient_id = p.patient_id;
	assert_int_equal(store_find_page(f->reader, f->arena, &q, 0, 5, &rows, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].blocked_at_ms, NOW_MS + 2);
	q.patient_id = other.patient_id;
	assert_int_equal(store_find_page(f->reader, f->arena, &q, 0, 5, &rows, &n), 0);
	assert_int_equal(rows[0].blocked_at_ms, 0);

	assert_int_equal(store_run(f->store, run_unblock, &b), 0);
	assert_true(b.was);
	assert_int_equal(store_run(f->store, run_unblock, &b), 0);
	assert_false(b.was);
	assert_int_equal(store_block_get(f->reader, p.patient_id, b.professional_id, &at_ms), 0);
	assert_int_equal(at_ms, 0);
	assert_int_equal(store_block_count(f->reader, p.patient_id, &counted), 0);
	assert_int_equal(counted, 2);
}

static void
test_blocks_have_limits(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "a1");
	struct block_args b = {
	    .patient_id = p.patient_id, .professional_id = 99, .max = 2, .at_ms = NOW_MS};

	load_people(f);
	assert_int_equal(store_run(f->store, run_block, &b), -EM_E_NOT_FOUND);
	b.professional_id = UINT64_MAX;
	assert_int_equal(store_run(f->store, run_block, &b), -EM_E_NOT_FOUND);
	block(f, p.patient_id, "10000000017", NOW_MS);
	block(f, p.patient_id, "10000000033", NOW_MS);
	b.professional_id = professional_of(f, "10000000058").professional_id;
	assert_int_equal(store_run(f->store, run_block, &b), -EM_E_TOO_LARGE);
	/* one who is blocked already is no further one */
	b.professional_id = professional_of(f, "10000000033").professional_id;
	assert_int_equal(store_run(f->store, run_block, &b), 0);
	assert_true(b.was);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_several_lines_are_one_person),
	    TEST(test_choices),
	    TEST(test_search),
	    TEST(test_a_full_profession_is_listed_in_order),
	    TEST(test_a_common_given_name),
	    TEST(test_plans),
	    TEST(test_blocks),
	    TEST(test_blocks_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
