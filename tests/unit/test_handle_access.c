/* SPDX-License-Identifier: MIT */
/*
 * The history of accesses as its patient gets it, and questions about it.
 */
#include "tests/unit/test_handle_access.h"

#include "tests/lib/verify.h"

#define DAY_MS INT64_C(86400000)
/* 24 November 2016, 16:06 in Paris */
#define AT_MS (PLACE_NOW_MS - DAY_MS)

static Emage__AccessListRequest
list_request(uint32_t page, uint32_t page_size)
{
	Emage__AccessListRequest m = EMAGE__ACCESS_LIST_REQUEST__INIT;

	m.page = page;
	m.page_size = page_size;
	return m;
}

/* ------------------------------------------------------------------- list */

static void
test_the_guides_page(void **state)
{
	struct place *p = *state;
	Emage__AccessListRequest m = list_request(1, 5);
	struct call c = {.n_replies = 0};
	const Emage__AccessListReply *r;
	uint64_t next = 61;

	for (int i = 0; i < 61; i++)
		ward_add_access(p, (unsigned)i % 4, AT_MS + i * 60000, "Vu en consultation");
	for (m.page = 1; m.page <= 13; m.page++) {
		call_begin(&c, p, &ward.me, METHOD_access_list, &m);
		assert_int_equal(c.err, 0);
		r = c.rq.reply;
		assert_int_equal(r->total, 61);
		assert_int_equal(r->n_pages, 13);
		assert_int_equal(r->page, m.page);
		assert_int_equal(r->page_size, 5);
		assert_int_equal(r->n_rows, m.page == 13 ? 1 : 5);
		for (size_t i = 0; i < r->n_rows; i++)
			assert_int_equal(r->rows[i]->number, next--);
		call_end(&c);
	}
	assert_int_equal(next, 0);
	/* far past the end: the last one */
	m.page = 9999;
	call_begin(&c, p, &ward.me, METHOD_access_list, &m);
	r = c.rq.reply;
	assert_int_equal(c.err, 0);
	assert_int_equal(r->page, 13);
	assert_int_equal(r->n_rows, 1);
	assert_int_equal(r->rows[0]->number, 1);
	assert_string_equal(r->rows[0]->family_name, "MULLER");
	assert_string_equal(r->rows[0]->given_name, "Jean-Paul");
	assert_string_equal(r->rows[0]->profession, "Médecin");
	assert_string_equal(r->rows[0]->specialty, "Radiologie (SCH)");
	assert_string_equal(r->rows[0]->motive, "Vu en consultation");
	assert_int_equal(r->rows[0]->at_ms, AT_MS);
	call_end(&c);
	/* nobody else's */
	m.page = 1;
	call_begin(&c, p, &ward.them, METHOD_access_list, &m);
	r = c.rq.reply;
	assert_int_equal(r->total, 0);
	assert_int_equal(r->n_pages, 1);
	call_end(&c);
}

static void
test_filters(void **state)
{
	static const struct {
		uint32_t from, to;
		const char *name;
		uint32_t total;
	} cases[] = {
	    {0, 0, "", 3},
	    {20161123, 20161123, "", 2},
	    {20161122, 20161122, "", 1},
	    {20161122, 20161123, "", 3},
	    {20161124, 0, "", 0},
	    {0, 0, "mul", 1},
	    {0, 0, "JEAN PAUL", 1},
	    {0, 0, " marteau ", 1},
	    {20161122, 20161122, "marteau", 0},
	    {0, 0, "%", 0},
	    {0, 0, "m*", 0},
	    {0, 0, "--", 3},
	};
	struct place *p = *state;

	ward_add_access(p, 0, AT_MS, "seen");
	ward_add_access(p, 1, AT_MS + 60000, "Médecin traitant");
	ward_add_access(p, 2, AT_MS - DAY_MS, "Prise en charge inhabituelle");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		Emage__AccessListRequest m = list_request(1, 10);
		struct call c = {.n_replies = 0};

		m.from_date = cases[i].from;
		m.to_date = cases[i].to;
		m.professional = TEXT(cases[i].name);
		call_begin(&c, p, &ward.me, METHOD_access_list, &m);
		assert_int_equal(c.err, 0);
		if (((Emage__AccessListReply *)c.rq.reply)->total != cases[i].total)
			fail_msg("case %zu: %u", i, ((Emage__AccessListReply *)c.rq.reply)->total);
		call_end(&c);
	}
}

static void
test_requests_are_checked(void **state)
{
	static const struct {
		uint32_t from, to, page, size;
		const char *name, *field;
		int err;
	} cases[] = {
	    {0, 0, 0, 5, "", "page", EM_E_INVALID},
	    {0, 0, 1, 0, "", "page_size", EM_E_INVALID},
	    {0, 0, 1, 51, "", "page_size", EM_E_INVALID},
	    {20160230, 0, 1, 5, "", "from_date", EM_E_INVALID},
	    {0, 99999999, 1, 5, "", "to_date", EM_E_INVALID},
	    {20160102, 20160101, 1, 5, "", "to_date", EM_E_DATE_ORDER},
	    {0, 0, 1, 5, "a\x1b[2Jb", "professional", EM_E_INVALID},
	    {0, 0, 1, 5,
		"a\xe2\x80\xae"
		"b",
		"professional", EM_E_INVALID},
	};
	struct place *p = *state;
	char long_name[202];
	Emage__AccessListRequest m = list_request(1, 5);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct call c = {.n_replies = 0};

		m = list_request(cases[i].page, cases[i].size);
		m.from_date = cases[i].from;
		m.to_date = cases[i].to;
		m.professional = TEXT(cases[i].name);
		call_begin(&c, p, &ward.me, METHOD_access_list, &m);
		assert_int_equal(c.err, cases[i].err);
		assert_string_equal(c.rq.refuse_field, cases[i].field);
		call_end(&c);
	}
	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	m = list_request(1, 5);
	m.professional = long_name;
	assert_int_equal(call_once(p, &ward.me, METHOD_access_list, &m), EM_E_INVALID);
}

/* The reader's language for what the list of motives knows. */
static void
test_motives_are_translated(void **state)
{
	static const struct {
		const char *language, *words;
	} cases[] = {
	    {"fr", "Accès en urgence"},
	    {"de", "Notfallzugriff"},
	    {"en", "Emergency access"},
	    {"xx", "Accès en urgence"},
	};
	struct place *p = *state;
	Emage__AccessListRequest m = list_request(1, 5);

	ward_add_access(p, 0, AT_MS, "Motif d'autrefois");
	ward_add_access(p, 0, AT_MS + 1, "ACCES EN URGENCE");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct call c = {.n_replies = 0};
		const Emage__AccessListReply *r;

		(void)snprintf(ward.me.language, sizeof(ward.me.language), "%s", cases[i].language);
		call_begin(&c, p, &ward.me, METHOD_access_list, &m);
		r = c.rq.reply;
		assert_string_equal(r->rows[0]->motive, cases[i].words);
		assert_string_equal(r->rows[1]->motive, "Motif d'autrefois");
		call_end(&c);
	}
}

/* What the directory says later changes nothing. */
static void
test_history_keeps_the_words_of_its_day(void **state)
{
	struct place *p = *state;
	Emage__AdminProfessionalsPutRequest put = EMAGE__ADMIN_PROFESSIONALS_PUT_REQUEST__INIT;
	Emage__AdminProfessional row = professional_message(0), *rows = &row;
	Emage__AccessListRequest m = list_request(1, 5);
	struct caller op = caller_operator();
	struct call c = {.n_replies = 0};
	const Emage__AccessListReply *r;

	ward_add_access(p, 0, AT_MS, "seen");
	row.family_name = TEXT("MULLER-NOUVEAU");
	row.specialty = TEXT("Radiologie et imagerie (SCH)");
	put.load_id = 2;
	put.professionals = &rows;
	put.n_professionals = 1;
	assert_int_equal(call_once(p, &op, METHOD_admin_professionals_put, &put), 0);
	call_begin(&c, p, &ward.me, METHOD_access_list, &m);
	r = c.rq.reply;
	assert_string_equal(r->rows[0]->family_name, "MULLER");
	assert_string_equal(r->rows[0]->specialty, "Radiologie (SCH)");
	call_end(&c);
}

/* ----------------------------------------------------------------- detail */

static void
test_detail(void **state)
{
	struct place *p = *state;
	Emage__AdminAccess a = access_message(1, AT_MS, "attending");
	Emage__AccessGetRequest m = EMAGE__ACCESS_GET_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__AccessGetReply *r;

	a.study_uid = TEXT(plan.study_uid);
	a.finess = TEXT("670000001");
	a.motive_detail = TEXT("suivi");
	a.until_ms = AT_MS + DAY_MS;
	a.terminal = TEXT("poste 4");
	ward_put_access(p, &a);
	assert_string_equal(ward_why, "");
	m.number = 1;
	call_begin(&c, p, &ward.me, METHOD_access_get, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	assert_string_equal(r->row->family_name, "MARTEAU");
	assert_string_equal(r->row->motive, "Médecin traitant");
	assert_string_equal(r->motive_detail, "suivi");
	assert_string_equal(r->professional_establishment, "Hôpital d'essai");
	assert_int_equal(r->exam_id, ward.ct);
	assert_string_equal(r->exam_description, "SCANNER THORAX");
	assert_string_equal(r->exam_establishment, "Hôpital d'essai");
	assert_int_equal(r->until_ms, AT_MS + DAY_MS);
	assert_string_equal(r->terminal, "poste 4");
	assert_false(r->exam_unreleased);
	assert_string_equal(r->question, "");
	call_end(&c);
}

/* An exam that was opened before its patient may see it: said, not described. */
static void
test_an_unreleased_exam_is_not_described(void **state)
{
	struct place *p = *state;
	Emage__AdminAccess a = access_message(1, AT_MS, "attending");
	Emage__AccessGetRequest m = EMAGE__ACCESS_GET_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__AccessGetReply *r;
	struct caller op = caller_operator();

	p->settings.imaging_release = TEXT("hand");
	plan.study_uid = plan.series_uid = "1.2.77.2";
	plan.sop_uid = "1.2.77.2.1";
	assert_int_equal(
	    import_with(p, &op, &(struct import_how){.release = false}).verdict, VERDICT(STORED));
	a.study_uid = TEXT("1.2.77.2");
	ward_put_access(p, &a);
	assert_string_equal(ward_why, "");
	m.number = 1;
	call_begin(&c, p, &ward.me, METHOD_access_get, &m);
	r = c.rq.reply;
	assert_true(r->exam_unreleased);
	assert_int_equal(r->exam_id, 0);
	assert_string_equal(r->exam_description, "");
	call_end(&c);
}

/* Somebody else's number and one that does not exist: the same bytes (S-08). */
static void
test_foreign_numbers(void **state)
{
	struct place *p = *state;
	Emage__AccessGetRequest m = EMAGE__ACCESS_GET_REQUEST__INIT;
	Emage__AccessContestRequest q = EMAGE__ACCESS_CONTEST_REQUEST__INIT;
	uint8_t foreign[128], missing[128];
	struct call c = {.n_replies = 0};
	size_t n;

	ward_add_access(p, 0, AT_MS, "seen");
	m.number = 1;
	call_begin(&c, p, &ward.them, METHOD_access_get, &m);
	assert_int_equal(c.err, EM_E_NOT_FOUND);
	n = call_error_bytes(&c, foreign);
	call_end(&c);
	m.number = 77;
	call_begin(&c, p, &ward.them, METHOD_access_get, &m);
	assert_int_equal(c.err, EM_E_NOT_FOUND);
	assert_int_equal(call_error_bytes(&c, missing), n);
	assert_memory_equal(foreign, missing, n);
	call_end(&c);
	m.number = 0;
	assert_int_equal(call_once(p, &ward.me, METHOD_access_get, &m), EM_E_INVALID);
	q.number = 1;
	q.question = TEXT("Qui est cette personne ?");
	assert_int_equal(call_once(p, &ward.them, METHOD_access_contest, &q), EM_E_NOT_FOUND);
	q.number = UINT64_MAX;
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), EM_E_NOT_FOUND);
	assert_int_equal(place_posted(p).n, 0);
}

/* --------------------------------------------------------------- question */

/* The newest message waiting: to whom, and its words. */
static void
posted_is(struct place *p, const char *address, const char *reference)
{
	struct arena *a = arena_new(1 << 20);
	struct store_message m[32];
	unsigned n = 0;
	char *body = NULL;

	assert_int_equal(store_outbox_waiting(p->reader, a, 0, m, 32, &n), 0);
	while (n > 1 && strcmp(m[n - 1].address, address) != 0)
		n--;
	assert_true(n > 0);
	assert_int_equal(m[n - 1].kind, OUTBOX_NOTICE);
	assert_string_equal(m[n - 1].address, address);
	assert_int_equal(message_open(&p->server.pepper, a, &m[n - 1], &body), 0);
	assert_non_null(strstr(body, reference));
	/* nothing of the patient, of the professional, of the exam, of the question */
	assert_null(strstr(body, "Fictive"));
	assert_null(strstr(body, "Camille"));
	assert_null(strstr(body, "MULLER"));
	assert_null(strstr(body, "SCANNER"));
	assert_null(strstr(body, "personne ?"));
	arena_free(&a);
}

static void
set_contact(struct place *p, const char *contact)
{
	Emage__AdminEstablishmentAddRequest m = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;
	struct caller op = caller_operator();

	m.finess = TEXT("670000001");
	m.name = TEXT("Hôpital d'essai");
	m.contact = TEXT(contact);
	assert_int_equal(call_once(p, &op, METHOD_admin_establishment_add, &m), 0);
}

static void
test_a_question_goes_to_the_establishment(void **state)
{
	struct place *p = *state;
	Emage__AdminAccess a = access_message(0, AT_MS, "seen");
	Emage__AccessContestRequest q = EMAGE__ACCESS_CONTEST_REQUEST__INIT;
	Emage__AccessGetRequest m = EMAGE__ACCESS_GET_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	const Emage__AccessGetReply *r;

	a.finess = TEXT("670000001");
	ward_put_access(p, &a);
	set_contact(p, "contact@hopital.invalid");
	q.number = 1;
	q.question = TEXT("Qui est cette personne ?");
	world.n_wakes = 0;
	call_begin(&c, p, &ward.me, METHOD_access_contest, &q);
	assert_int_equal(c.err, 0);
	assert_string_equal(((Emage__AccessContestReply *)c.rq.reply)->reference, "Q-000001");
	call_end(&c);
	assert_int_equal(world.n_wakes, 1);
	posted_is(p, "contact@hopital.invalid", "Q-000001");
	/* one at a time */
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), EM_E_EXISTS);
	m.number = 1;
	call_begin(&c, p, &ward.me, METHOD_access_get, &m);
	r = c.rq.reply;
	assert_int_equal(r->row->contest, EMAGE__CONTEST_STATE__CONTEST_STATE_OPEN);
	assert_string_equal(r->question, "Qui est cette personne ?");
	assert_string_equal(r->contest_reference, "Q-000001");
	assert_int_equal(r->contested_at_ms, p->now_ms);
	call_end(&c);
}

/* Nobody at the place of the access: where the exam was made; else the region. */
static void
test_who_is_asked_failing_that(void **state)
{
	struct place *p = *state;
	Emage__AdminAccess a = access_message(2, AT_MS, "seen");
	Emage__AccessContestRequest q = EMAGE__ACCESS_CONTEST_REQUEST__INIT;

	ward_put_access(p, &a);
	a.at_ms += 1;
	a.study_uid = TEXT(plan.study_uid);
	ward_put_access(p, &a);
	set_contact(p, "contact@hopital.invalid");
	q.question = TEXT("Qui est cette personne ?");
	q.number = 1;
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), 0);
	posted_is(p, "aide@exemple.invalid", "Q-000001");
	q.number = 2;
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), 0);
	posted_is(p, "contact@hopital.invalid", "Q-000002");
}

static void
test_questions_are_checked(void **state)
{
	struct place *p = *state;
	Emage__AccessContestRequest q = EMAGE__ACCESS_CONTEST_REQUEST__INIT;
	char text[503];

	ward_add_access(p, 0, AT_MS, "seen");
	q.number = 1;
	q.question = TEXT("Trop bref");
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), EM_E_INVALID);
	q.question = TEXT("Deux\nlignes au lieu d'une");
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), EM_E_INVALID);
	memset(text, 'x', sizeof(text));
	text[501] = '\0';
	q.question = text;
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), EM_E_INVALID);
	text[500] = '\0';
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), 0);
}

static void
test_an_answer_reaches_the_patient(void **state)
{
	struct place *p = *state;
	Emage__AccessContestRequest q = EMAGE__ACCESS_CONTEST_REQUEST__INIT;
	Emage__AdminContestListRequest l = EMAGE__ADMIN_CONTEST_LIST_REQUEST__INIT;
	Emage__AdminContestAnswerRequest answer = EMAGE__ADMIN_CONTEST_ANSWER_REQUEST__INIT;
	Emage__AccessGetRequest m = EMAGE__ACCESS_GET_REQUEST__INIT;
	struct caller op = caller_operator();
	struct call c = {.n_replies = 0};
	const Emage__AccessGetReply *r;
	const Emage__AdminContestListReply *open;

	ward_add_access(p, 0, AT_MS, "seen");
	m.number = q.number = 1;
	q.question = TEXT("Qui est cette personne ?");
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), 0);
	call_begin(&c, p, &op, METHOD_admin_contest_list, &l);
	open = c.rq.reply;
	assert_int_equal(open->n_contests, 1);
	assert_string_equal(open->contests[0]->reference, "Q-000001");
	assert_string_equal(open->contests[0]->professional, "Jean-Paul MULLER");
	assert_string_equal(open->contests[0]->question, "Qui est cette personne ?");
	answer.contest_id = open->contests[0]->contest_id;
	call_end(&c);
	answer.author = TEXT("Hôpital d'essai");
	answer.answer = TEXT("Le radiologue de garde.");
	assert_int_equal(call_once(p, &op, METHOD_admin_contest_answer, &answer), 0);
	assert_int_equal(call_once(p, &op, METHOD_admin_contest_answer, &answer), EM_E_EXISTS);
	call_begin(&c, p, &ward.me, METHOD_access_get, &m);
	r = c.rq.reply;
	assert_int_equal(r->row->contest, EMAGE__CONTEST_STATE__CONTEST_STATE_ANSWERED);
	assert_string_equal(r->answer, "Le radiologue de garde.");
	assert_int_equal(r->answered_at_ms, p->now_ms);
	call_end(&c);
	call_begin(&c, p, &op, METHOD_admin_contest_list, &l);
	assert_int_equal(((Emage__AdminContestListReply *)c.rq.reply)->n_contests, 0);
	call_end(&c);
	answer.contest_id = 99;
	assert_int_equal(call_once(p, &op, METHOD_admin_contest_answer, &answer), EM_E_NOT_FOUND);
}

/* Everything of it is in the audit trail, and both chains hold. */
static void
test_chains_hold(void **state)
{
	struct place *p = *state;
	Emage__AccessContestRequest q = EMAGE__ACCESS_CONTEST_REQUEST__INIT;
	struct store_verdict v;

	ward_add_access(p, 0, AT_MS, "seen");
	ward_add_access(p, 1, AT_MS, "seen");
	q.number = 2;
	q.question = TEXT("Qui est cette personne ?");
	assert_int_equal(call_once(p, &ward.me, METHOD_access_contest, &q), 0);
	assert_int_equal(verify_store(p->reader, &v), 0);
	assert_string_equal(v.why, "");
	assert_true(v.sound);
	assert_int_equal(v.n_accesses, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, access_ward_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_the_guides_page),
	    TEST(test_filters),
	    TEST(test_requests_are_checked),
	    TEST(test_motives_are_translated),
	    TEST(test_history_keeps_the_words_of_its_day),
	    TEST(test_detail),
	    TEST(test_an_unreleased_exam_is_not_described),
	    TEST(test_foreign_numbers),
	    TEST(test_a_question_goes_to_the_establishment),
	    TEST(test_who_is_asked_failing_that),
	    TEST(test_questions_are_checked),
	    TEST(test_an_answer_reaches_the_patient),
	    TEST(test_chains_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
