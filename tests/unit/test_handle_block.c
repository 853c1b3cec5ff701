/* SPDX-License-Identifier: MIT */
/*
 * Finding professionals, shutting them out, and loading the directory.
 */
#include "tests/unit/test_handle_access.h"

#include "tests/lib/verify.h"

static Emage__DirectorySearchRequest
search_request(const char *family, const char *given)
{
	Emage__DirectorySearchRequest m = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;

	m.family_name = TEXT(family);
	m.given_name = TEXT(given);
	m.page = 1;
	m.page_size = 10;
	return m;
}

/* ----------------------------------------------------------------- search */

static void
test_search(void **state)
{
	struct place *p = *state;
	Emage__DirectorySearchRequest m = search_request("Müll", "");
	struct call c = {.n_replies = 0};
	const Emage__DirectorySearchReply *r;

	call_begin(&c, p, &ward.me, METHOD_directory_search, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 1);
	assert_false(r->more_than_counted);
	assert_string_equal(r->rows[0]->family_name, "MULLER");
	assert_string_equal(r->rows[0]->specialty, "Radiologie (SCH)");
	assert_int_equal(r->rows[0]->n_establishments, 1);
	assert_string_equal(r->rows[0]->establishments[0], "Hôpital d'essai");
	assert_int_equal(r->rows[0]->blocked_at_ms, 0);
	call_end(&c);

	m = search_request("", "");
	m.profession = TEXT("10");
	m.page_size = 3;
	m.page = 9999;
	call_begin(&c, p, &ward.me, METHOD_directory_search, &m);
	r = c.rq.reply;
	assert_int_equal(r->total, 4);
	assert_int_equal(r->page, 2);
	assert_int_equal(r->n_rows, 1);
	assert_string_equal(r->rows[0]->family_name, "MULLER");
	call_end(&c);
}

static void
test_search_is_checked(void **state)
{
	static const struct {
		const char *family, *given, *profession;
		uint32_t page, size;
		int err;
		const char *field;
	} cases[] = {
	    {"", "", "", 1, 10, EM_E_FILTER_EMPTY, "family_name"},
	    {"  ", "-'-", "", 1, 10, EM_E_FILTER_EMPTY, "family_name"},
	    {"a", "", "", 0, 10, EM_E_INVALID, "page"},
	    {"a", "", "", 1, 0, EM_E_INVALID, "page_size"},
	    {"a", "", "", 1, 51, EM_E_INVALID, "page_size"},
	    {"a\x1b", "", "", 1, 10, EM_E_INVALID, "family_name"},
	    {"a", "\xe2\x80\xae", "", 1, 10, EM_E_INVALID, "given_name"},
	    {"", "", "12345678901234567", 1, 10, EM_E_INVALID, "profession"},
	    {"%", "_", "", 1, 10, 0, ""},
	    {"\xf0\x9f\x98\x80", "", "", 1, 10, 0, ""},
	    {"\xd7\x90\xd7\x91", "", "", 1, 10, 0, ""},
	};
	struct place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		Emage__DirectorySearchRequest m = search_request(cases[i].family, cases[i].given);
		struct call c = {.n_replies = 0};

		m.profession = TEXT(cases[i].profession);
		m.page = cases[i].page;
		m.page_size = cases[i].size;
		call_begin(&c, p, &ward.me, METHOD_directory_search, &m);
		assert_int_equal(c.err, cases[i].err);
		if (c.err != 0)
			assert_string_equal(c.rq.refuse_field, cases[i].field);
		else
			assert_int_equal(((Emage__DirectorySearchReply *)c.rq.reply)->total, 0);
		call_end(&c);
	}
}

struct lists {
	unsigned n_professions, n_specialties, n_places;
	char first_specialty[64], place[64];
	bool cut;
};

static void
join_lists(struct call *c, const void *reply)
{
	const Emage__DirectoryListsReply *r = reply;
	struct lists *l = c->arg;

	assert_true(emage__directory_lists_reply__get_packed_size(r) <= FRAME_BODY_MAX);
	if (l->n_specialties == 0 && r->n_specialties > 0)
		(void)snprintf(l->first_specialty, sizeof(l->first_specialty), "%s %s",
		    r->specialties[0]->code, r->specialties[0]->label);
	if (l->n_places == 0 && r->n_places > 0)
		(void)snprintf(l->place, sizeof(l->place), "%s", r->places[0]->name);
	l->n_professions += (unsigned)r->n_professions;
	l->n_specialties += (unsigned)r->n_specialties;
	l->n_places += (unsigned)r->n_places;
	l->cut |= r->places_cut;
}

static void
test_lists(void **state)
{
	struct place *p = *state;
	Emage__DirectoryListsRequest m = EMAGE__DIRECTORY_LISTS_REQUEST__INIT;
	struct lists l = {.cut = false};
	struct call c = {.on_reply = join_lists, .arg = &l};

	call_begin(&c, p, &ward.me, METHOD_directory_lists, &m);
	assert_int_equal(c.err, 0);
	assert_int_equal(c.n_replies, 1);
	assert_int_equal(l.n_professions, 1);
	assert_int_equal(l.n_specialties, 3);
	assert_string_equal(l.first_specialty, "SM42 Psychiatrie (SM)");
	assert_int_equal(l.n_places, 1);
	assert_string_equal(l.place, "Hôpital d'essai");
	assert_false(l.cut);
	call_end(&c);
}

/* More than one reply, each of which fits a frame; and more places than are
 * listed. */
static void
test_long_lists_are_parted(void **state)
{
	struct place *p = *state;
	Emage__DirectoryListsRequest m = EMAGE__DIRECTORY_LISTS_REQUEST__INIT;
	struct caller op = caller_operator();
	struct lists l = {.cut = false};
	struct call c = {.on_reply = join_lists, .arg = &l};

	for (unsigned k = 0; k < 1100; k += 100) {
		Emage__AdminProfessionalsPutRequest put =
		    EMAGE__ADMIN_PROFESSIONALS_PUT_REQUEST__INIT;
		Emage__AdminProfessional row[100], *rows[100];
		char finess[100][10], name[100][201];

		for (unsigned i = 0; i < 100; i++) {
			row[i] = professional_message(0);
			(void)snprintf(finess[i], sizeof(finess[i]), "99%07u", k + i);
			memset(name[i], 'N', 200);
			name[i][200] = '\0';
			row[i].finess = finess[i];
			row[i].establishment = name[i];
			rows[i] = &row[i];
		}
		put.load_id = 5;
		put.add_establishments = true;
		put.professionals = rows;
		put.n_professionals = 100;
		assert_int_equal(call_once(p, &op, METHOD_admin_professionals_put, &put), 0);
	}
	call_begin(&c, p, &ward.me, METHOD_directory_lists, &m);
	assert_int_equal(c.err, 0);
	assert_true(c.n_replies > 3);
	assert_int_equal(l.n_places, 1000);
	assert_true(l.cut);
	assert_int_equal(l.n_specialties, 3);
	call_end(&c);
}

/* ----------------------------------------------------------------- blocks */

static int
block_once(struct place *p, struct caller *who, uint64_t id, bool *was_r, int64_t *at_ms_r)
{
	Emage__BlockAddRequest m = EMAGE__BLOCK_ADD_REQUEST__INIT;
	struct call c = {.n_replies = 0};

	m.professional_id = id;
	call_begin(&c, p, who, METHOD_block_add, &m);
	if (c.err == 0) {
		*was_r = ((Emage__BlockAddReply *)c.rq.reply)->was_blocked;
		*at_ms_r = ((Emage__BlockAddReply *)c.rq.reply)->blocked_at_ms;
	}
	call_end(&c);
	return c.err;
}

static int
unblock_once(struct place *p, struct caller *who, uint64_t id, bool *was_r)
{
	Emage__BlockRemoveRequest m = EMAGE__BLOCK_REMOVE_REQUEST__INIT;
	struct call c = {.n_replies = 0};

	m.professional_id = id;
	call_begin(&c, p, who, METHOD_block_remove, &m);
	if (c.err == 0)
		*was_r = ((Emage__BlockRemoveReply *)c.rq.reply)->was_blocked;
	call_end(&c);
	return c.err;
}

static void
test_block_and_unblock(void **state)
{
	struct place *p = *state;
	uint64_t id = ward_professional(p, 3), n;
	int64_t at_ms = 0;
	bool was = true;

	n = verify_rows(p->reader);
	assert_int_equal(block_once(p, &ward.me, id, &was, &at_ms), 0);
	assert_false(was);
	assert_int_equal(at_ms, p->now_ms);
	assert_int_equal(verify_rows(p->reader), n + 1);
	/* once more, later: as it was, and no further row */
	p->now_ms += 5000;
	assert_int_equal(block_once(p, &ward.me, id, &was, &at_ms), 0);
	assert_true(was);
	assert_int_equal(at_ms, p->now_ms - 5000);
	assert_int_equal(verify_rows(p->reader), n + 1);
	/* it is this patient's alone */
	assert_int_equal(store_block_get(p->reader, ward.them.patient_id, id, &at_ms), 0);
	assert_int_equal(at_ms, 0);
	assert_int_equal(unblock_once(p, &ward.them, id, &was), 0);
	assert_false(was);

	assert_int_equal(unblock_once(p, &ward.me, id, &was), 0);
	assert_true(was);
	assert_int_equal(verify_rows(p->reader), n + 2);
	/* somebody did it elsewhere already: no error */
	assert_int_equal(unblock_once(p, &ward.me, id, &was), 0);
	assert_false(was);
	assert_int_equal(verify_rows(p->reader), n + 2);
}

static void
test_nobody_is_not_blocked(void **state)
{
	struct place *p = *state;
	int64_t at_ms;
	bool was;

	assert_int_equal(block_once(p, &ward.me, 0, &was, &at_ms), EM_E_INVALID);
	assert_int_equal(block_once(p, &ward.me, 4711, &was, &at_ms), EM_E_NOT_FOUND);
	assert_int_equal(block_once(p, &ward.me, UINT64_MAX, &was, &at_ms), EM_E_NOT_FOUND);
	assert_int_equal(unblock_once(p, &ward.me, 4711, &was), EM_E_NOT_FOUND);
}

static int
run_account(struct store_conn *db, struct place *p, void *arg)
{
	(void)p;
	return store_staff_set_professional(db, 2, *(uint64_t *)arg);
}

/* What they have open ends at once: their connections are told after the commit. */
static void
test_a_block_is_signalled(void **state)
{
	struct place *p = *state;
	uint64_t id = ward_professional(p, 3);
	int64_t at_ms;
	bool was;

	/* somebody without an account has nothing open */
	assert_int_equal(block_once(p, &ward.me, ward_professional(p, 2), &was, &at_ms), 0);
	assert_int_equal(world.shut_out_account, 0);
	assert_int_equal(place_write(p, run_account, &id), 0);
	assert_int_equal(block_once(p, &ward.me, id, &was, &at_ms), 0);
	assert_int_equal(world.shut_out_account, 2);
	assert_int_equal(world.shut_out_patient, ward.me.patient_id);
}

static void
test_block_list(void **state)
{
	struct place *p = *state;
	Emage__BlockListRequest m = EMAGE__BLOCK_LIST_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__BlockListReply *r;
	int64_t at_ms;
	bool was;

	m.page = 1;
	m.page_size = 2;
	call_begin(&c, p, &ward.me, METHOD_block_list, &m);
	r = c.rq.reply;
	assert_int_equal(c.err, 0);
	assert_int_equal(r->total, 0);
	assert_int_equal(r->n_pages, 1);
	assert_false(r->emergency_overrides);
	call_end(&c);
	for (unsigned i = 0; i < 3; i++) {
		p->now_ms += 1000;
		assert_int_equal(block_once(p, &ward.me, ward_professional(p, i), &was, &at_ms), 0);
	}
	p->settings.access_emergency_overrides_block = 1;
	call_begin(&c, p, &ward.me, METHOD_block_list, &m);
	r = c.rq.reply;
	assert_int_equal(r->total, 3);
	assert_int_equal(r->n_pages, 2);
	assert_int_equal(r->n_rows, 2);
	assert_true(r->emergency_overrides);
	assert_string_equal(r->rows[0]->family_name, "ESSAI");
	assert_string_equal(r->rows[1]->family_name, "MARTEAU");
	assert_int_equal(r->rows[1]->n_establishments, 1);
	call_end(&c);
	m.sort = EMAGE__BLOCK_SORT__BLOCK_SORT_DATE;
	m.descending = true;
	m.page = 2;
	call_begin(&c, p, &ward.me, METHOD_block_list, &m);
	r = c.rq.reply;
	assert_int_equal(r->n_rows, 1);
	assert_string_equal(r->rows[0]->family_name, "MULLER");
	assert_int_equal(r->rows[0]->blocked_at_ms, PLACE_NOW_MS + 1000);
	call_end(&c);
	m.page = 0;
	assert_int_equal(call_once(p, &ward.me, METHOD_block_list, &m), EM_E_INVALID);
	m.page = 1;
	m.page_size = 51;
	assert_int_equal(call_once(p, &ward.me, METHOD_block_list, &m), EM_E_INVALID);
}

static void
test_search_shows_ones_own_blocks(void **state)
{
	struct place *p = *state;
	Emage__DirectorySearchRequest m = search_request("fictif", "");
	struct caller *who[] = {&ward.me, &ward.them};
	int64_t at_ms;
	bool was;

	assert_int_equal(block_once(p, &ward.me, ward_professional(p, 3), &was, &at_ms), 0);
	for (unsigned i = 0; i < 2; i++) {
		struct call c = {.n_replies = 0};
		const Emage__DirectorySearchReply *r;

		call_begin(&c, p, who[i], METHOD_directory_search, &m);
		r = c.rq.reply;
		assert_int_equal(r->rows[0]->blocked_at_ms, i == 0 ? p->now_ms : 0);
		call_end(&c);
	}
}

/* ---------------------------------------------------------------- loading */

static void
test_lines_are_judged_one_by_one(void **state)
{
	static const struct {
		size_t offset;
		const char *value, *field;
	} cases[] = {
#define AT(member) offsetof(Emage__AdminProfessional, member)
	    {AT(rpps), "10000000018", "rpps"},
	    {AT(rpps), "1000000001", "rpps"},
	    {AT(rpps), "1000000000x", "rpps"},
	    {AT(family_name), "", "family_name"},
	    {AT(family_name), "A\x1b[31m", "family_name"},
	    {AT(given_name), " Anne", "given_name"},
	    {AT(profession_code), "", "profession_code"},
	    {AT(profession), "", "profession"},
	    {AT(specialty), "", "specialty"},
	    {AT(specialty_code), "12345678901234567", "specialty_code"},
	    {AT(finess), "12", "finess"},
	};
	struct place *p = *state;
	struct caller op = caller_operator();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		Emage__AdminProfessionalsPutRequest m =
		    EMAGE__ADMIN_PROFESSIONALS_PUT_REQUEST__INIT;
		Emage__AdminProfessional row[2] = {
		    professional_message(0), professional_message(1)};
		Emage__AdminProfessional *rows[2] = {&row[0], &row[1]};
		struct call c = {.n_replies = 0};
		const Emage__AdminProfessionalsPutReply *r;
		char *value = TEXT(cases[i].value);

		memcpy((char *)&row[0] + cases[i].offset, &value, sizeof(value));
		m.load_id = 10 + i;
		m.professionals = rows;
		m.n_professionals = 2;
		call_begin(&c, p, &op, METHOD_admin_professionals_put, &m);
		r = c.rq.reply;
		assert_int_equal(c.err, 0);
		assert_int_equal(r->n_refused, 1);
		assert_int_equal(r->refused[0]->line, 2);
		assert_string_equal(r->refused[0]->field, cases[i].field);
		assert_int_equal(r->n_renewed, 1);
		call_end(&c);
	}
}

static void
test_a_dry_run_stores_nothing(void **state)
{
	struct place *p = *state;
	Emage__AdminProfessionalsPutRequest m = EMAGE__ADMIN_PROFESSIONALS_PUT_REQUEST__INIT;
	Emage__AdminProfessional row = professional_message(0), *rows = &row;
	struct caller op = caller_operator();
	struct call c = {.n_replies = 0};
	struct arena *a = arena_new(8192);
	struct store_professional who;
	uint64_t n = verify_rows(p->reader);

	row.rpps = TEXT("10000000041");
	row.finess = TEXT("999999999");
	m.load_id = 2;
	m.dry_run = m.add_establishments = true;
	m.professionals = &rows;
	m.n_professionals = 1;
	call_begin(&c, p, &op, METHOD_admin_professionals_put, &m);
	assert_int_equal(((Emage__AdminProfessionalsPutReply *)c.rq.reply)->n_new, 1);
	call_end(&c);
	assert_int_equal(
	    store_professional_by_rpps(p->reader, a, "10000000041", &who), -EM_E_NOT_FOUND);
	assert_int_equal(verify_rows(p->reader), n);
	m.load_id = 0;
	assert_int_equal(call_once(p, &op, METHOD_admin_professionals_put, &m), EM_E_INVALID);
	arena_free(&a);
}

static void
test_accesses_are_judged_one_by_one(void **state)
{
	static const struct {
		size_t offset;
		const char *value, *field;
	} cases[] = {
#undef AT
#define AT(member) offsetof(Emage__AdminAccess, member)
	    {AT(ipp), "IPP-9", "ipp"},
	    {AT(ipp), "", "patient"},
	    {AT(patient), "AAA-AAA-AAA", "patient"},
	    {AT(rpps), "10000000018", "rpps"},
	    {AT(rpps), "", "rpps"},
	    {AT(rpps), "10000000066", "rpps"},
	    {AT(motive), "", "motive"},
	    {AT(motive), "a\nb", "motive"},
	    {AT(finess), "679999999", "finess"},
	    {AT(study_uid), "1.2.9999", "study_uid"},
	    {AT(study_uid), "x", "study_uid"},
	    {AT(terminal), "\x1b", "terminal"},
	};
	struct place *p = *state;
	Emage__AdminAccess a;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *value = TEXT(cases[i].value);

		a = access_message(0, PLACE_NOW_MS - 1000, "seen");
		memcpy((char *)&a + cases[i].offset, &value, sizeof(value));
		ward_put_access(p, &a);
		assert_string_equal(ward_why, cases[i].field);
	}
	a = access_message(0, PLACE_NOW_MS + 1000, "seen");
	ward_put_access(p, &a);
	assert_string_equal(ward_why, "at");
	a = access_message(0, 0, "seen");
	ward_put_access(p, &a);
	assert_string_equal(ward_why, "at");
	a = access_message(0, PLACE_NOW_MS - 1000, "seen");
	a.until_ms = 5;
	ward_put_access(p, &a);
	assert_string_equal(ward_why, "until");
	a.until_ms = 0;
	a.result = (Emage__AccessResult)7;
	ward_put_access(p, &a);
	assert_string_equal(ward_why, "result");
	/* nobody of the directory, with the names of that day */
	a = access_message(0, PLACE_NOW_MS - 1000, "seen");
	a.rpps = TEXT("");
	a.family_name = TEXT("GHRMSA");
	ward_put_access(p, &a);
	assert_string_equal(ward_why, "");
	ward_put_access(p, &a);
	assert_string_equal(ward_why, "(known)");
	/* by identifier */
	a = access_message(1, PLACE_NOW_MS - 1000, "seen");
	a.ipp = TEXT("");
	a.patient = ward.mine.identifier;
	ward_put_access(p, &a);
	assert_string_equal(ward_why, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, access_ward_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_search),
	    TEST(test_search_is_checked),
	    TEST(test_lists),
	    TEST(test_long_lists_are_parted),
	    TEST(test_block_and_unblock),
	    TEST(test_nobody_is_not_blocked),
	    TEST(test_a_block_is_signalled),
	    TEST(test_block_list),
	    TEST(test_search_shows_ones_own_blocks),
	    TEST(test_lines_are_judged_one_by_one),
	    TEST(test_a_dry_run_stores_nothing),
	    TEST(test_accesses_are_judged_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
