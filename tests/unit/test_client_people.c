/* SPDX-License-Identifier: MIT */
/*
 * Models of the history, of the directory and of blocks, filled from replies; a
 * long list to choose from; a field of several rows.
 */
#include "tests/lib/check.h"

#include "client/model/accesses.h"
#include "client/model/blocks.h"
#include "client/model/directory.h"
#include "client/widget/box.h"
#include "client/widget/choice.h"
#include "common/mem.h"
#include "tests/unit/test_client.h"

#define TEXT(s) ((char *)(uintptr_t)(s))

/* ------------------------------------------------------------------- history */

static void
test_accesses(void **state)
{
	Emage__AccessListReply reply = EMAGE__ACCESS_LIST_REPLY__INIT;
	Emage__AccessRow row = EMAGE__ACCESS_ROW__INIT;
	Emage__AccessRow *rows[] = {&row};
	Emage__AccessListRequest request;
	struct accesses_query q;
	struct accesses m;

	(void)state;
	accesses_init(&m);
	q = m.query;
	assert_int_equal(q.page_size, 5);
	assert_false(accesses_query_is_filtered(&q));
	snprintf(q.professional, sizeof(q.professional), "%s", " -' ");
	assert_false(accesses_query_is_filtered(&q)); /* nothing is left of it */
	snprintf(q.professional, sizeof(q.professional), "%s", "é");
	assert_true(accesses_query_is_filtered(&q));
	q.page = 99;
	request = accesses_request(&q);
	assert_string_equal(request.professional, "é");
	row.number = 61;
	row.family_name = TEXT("MAR\033[2JTIN\u202e");
	row.motive = TEXT("Vu\r\n");
	reply.rows = rows;
	reply.n_rows = 1;
	reply.total = 61;
	reply.page = 13; /* past the end: the last page */
	reply.n_pages = 13;
	accesses_take(&m, &q, &reply);
	assert_int_equal(m.query.page, 13);
	assert_null(strchr(m.rows[0].family_name, '\033'));
	assert_null(strstr(m.rows[0].family_name, "\u202e"));
	assert_string_equal(m.rows[0].given_name, "");
	accesses_mark(&m, 60, EMAGE__CONTEST_STATE__CONTEST_STATE_OPEN);
	assert_int_equal(m.rows[0].contest, EMAGE__CONTEST_STATE__CONTEST_STATE_NONE);
	accesses_mark(&m, 61, EMAGE__CONTEST_STATE__CONTEST_STATE_OPEN);
	assert_int_equal(m.rows[0].contest, EMAGE__CONTEST_STATE__CONTEST_STATE_OPEN);
	accesses_release(&m);
}

static void
test_detail(void **state)
{
	Emage__AccessGetReply reply = EMAGE__ACCESS_GET_REPLY__INIT;
	Emage__AccessRow row = EMAGE__ACCESS_ROW__INIT;
	struct access_detail d = {.loaded = false};

	(void)state;
	assert_false(access_detail_take(&d, &reply)); /* without its row */
	assert_false(access_detail_may_contest(&d));
	reply.row = &row;
	reply.question = TEXT("Pourquoi\t?");
	row.contest = EMAGE__CONTEST_STATE__CONTEST_STATE_OPEN;
	assert_true(access_detail_take(&d, &reply));
	assert_string_equal(d.question, "Pourquoi ?");
	assert_false(access_detail_may_contest(&d)); /* one waits already */
	row.contest = EMAGE__CONTEST_STATE__CONTEST_STATE_ANSWERED;
	assert_true(access_detail_take(&d, &reply));
	assert_true(access_detail_may_contest(&d));
	access_detail_release(&d);
	assert_false(d.loaded);
}

static void
test_question(void **state)
{
	char long_text[2 * (ACCESS_QUESTION_MAX + 1) + 1] = "";
	size_t n, from, len;

	(void)state;
	assert_int_equal(
	    access_question_check("   123456789  ", &n, &from, &len), ACCESS_QUESTION_SHORT);
	assert_int_equal(n, 9);
	/* characters, not bytes */
	assert_int_equal(
	    access_question_check("ééééééééé", &n, &from, &len), ACCESS_QUESTION_SHORT);
	assert_int_equal(
	    access_question_check("  éééééééééé ", &n, &from, &len), ACCESS_QUESTION_OK);
	assert_int_equal(from, 2);
	assert_int_equal(len, 20);
	assert_int_equal(access_question_check("", &n, &from, &len), ACCESS_QUESTION_SHORT);
	assert_int_equal(access_question_check("     ", &n, &from, &len), ACCESS_QUESTION_SHORT);
	for (size_t i = 0; i < ACCESS_QUESTION_MAX; i++)
		memcpy(long_text + 2 * i, "é", 3);
	assert_int_equal(access_question_check(long_text, &n, &from, &len), ACCESS_QUESTION_OK);
	memcpy(long_text + 2 * ACCESS_QUESTION_MAX, "é", 3);
	assert_int_equal(access_question_check(long_text, &n, &from, &len), ACCESS_QUESTION_LONG);
}

/* ----------------------------------------------------------------- directory */

static void
test_lists(void **state)
{
	Emage__DirectoryListsReply part = EMAGE__DIRECTORY_LISTS_REPLY__INIT;
	Emage__DirectoryEntry entry = EMAGE__DIRECTORY_ENTRY__INIT;
	Emage__DirectoryEntry *entries[] = {&entry, &entry};
	Emage__DirectoryPlace place = EMAGE__DIRECTORY_PLACE__INIT;
	Emage__DirectoryPlace *places[] = {&place};
	struct directory_query q = {.specialty = 3, .place = 1, .page = 1, .page_size = 10};
	Emage__DirectorySearchRequest r;
	struct directory d;

	(void)state;
	directory_init(&d);
	entry.code = TEXT("SM44");
	entry.label = TEXT("Radio-\033diagnostic (SM)");
	part.specialties = entries;
	part.n_specialties = 2;
	directory_take_lists(&d, &part, true);
	assert_false(d.has_lists);
	place.establishment_id = 7;
	place.name = TEXT("CHRU");
	part.n_specialties = 1;
	part.places = places;
	part.n_places = 1;
	part.places_cut = true;
	directory_take_lists(&d, &part, false); /* joined in order */
	assert_true(d.has_lists);
	assert_true(d.places_cut);
	assert_int_equal(d.n_specialties, 3);
	assert_null(strchr(d.specialties[2].label, '\033'));
	r = directory_request(&d, &q);
	assert_string_equal(r.specialty, "SM44");
	assert_string_equal(r.profession, "");
	assert_int_equal(r.establishment_id, 7);
	/* a choice that is not in the list any more is none */
	q.specialty = 4;
	q.place = 2;
	r = directory_request(&d, &q);
	assert_string_equal(r.specialty, "");
	assert_int_equal(r.establishment_id, 0);
	/* asked again: not joined to what was there, nor to half of it */
	directory_take_lists(&d, &part, true);
	directory_drop_lists(&d);
	directory_take_lists(&d, &part, false);
	assert_int_equal(d.n_specialties, 1);
	assert_int_equal(d.n_places, 1);
	directory_release(&d);
}

static void
test_search(void **state)
{
	static char *where[] = {TEXT("CHRU"), TEXT("Clinique\n fictive")};
	Emage__DirectorySearchReply reply = EMAGE__DIRECTORY_SEARCH_REPLY__INIT;
	Emage__Professional who = EMAGE__PROFESSIONAL__INIT;
	Emage__Professional *rows[] = {&who};
	struct directory_query q = {.page = 1};
	struct directory d;
	char *text;

	(void)state;
	directory_init(&d);
	assert_false(directory_query_says_something(&q));
	snprintf(q.given_name, sizeof(q.given_name), "%s", " ' ");
	assert_false(directory_query_says_something(&q));
	q.place = 1;
	assert_true(directory_query_says_something(&q));
	who.professional_id = 9;
	who.family_name = TEXT("EXEMPLE");
	who.establishments = where;
	who.n_establishments = 2;
	reply.rows = rows;
	reply.n_rows = 1;
	reply.total = 1000;
	reply.more_than_counted = true;
	directory_take_found(&d, &reply);
	assert_true(d.loaded && d.more_than_counted);
	assert_int_equal(d.page, 1); /* the reply had none */
	assert_string_equal(d.rows[0].establishments, "CHRU, Clinique  fictive");
	text = professional_name(d.rows[0].given_name, d.rows[0].family_name);
	assert_string_equal(text, "EXEMPLE");
	free(text);
	text = professional_trade("Médecin", "");
	assert_string_equal(text, "Médecin");
	free(text);
	directory_mark(&d, 9, 1234);
	assert_int_equal(d.rows[0].blocked_at_ms, 1234);
	directory_forget_found(&d);
	assert_false(d.loaded);
	directory_release(&d);
}

static void
test_blocks(void **state)
{
	Emage__BlockListReply reply = EMAGE__BLOCK_LIST_REPLY__INIT;
	struct blocks_query q = {
	    .sort = EMAGE__BLOCK_SORT__BLOCK_SORT_DATE, .descending = true, .page = 4};
	Emage__BlockListRequest r = blocks_request(&q);
	struct blocks b;

	(void)state;
	assert_int_equal(r.sort, EMAGE__BLOCK_SORT__BLOCK_SORT_DATE);
	assert_true(r.descending);
	blocks_init(&b);
	assert_false(b.loaded);
	reply.page = 1; /* the pages behind are gone */
	reply.emergency_overrides = true;
	blocks_take(&b, &q, &reply);
	assert_true(b.loaded && b.emergency_overrides);
	assert_int_equal(b.query.page, 1);
	assert_int_equal(b.n_rows, 0);
	blocks_release(&b);
}

/* -------------------------------------------------------------------- choice */

static const char *
name_of(void *arg, size_t i)
{
	static const char *const names[] = {"Tous", "Cabinet du Parc", "CHRU de Strasbourg",
	    "Clinique de l’Œil", "Centre d'imagerie", "Hôpital d’Été"};
	char *out = arg;

	if (i < ARRAY_LEN(names))
		return names[i];
	snprintf(out, 32, "Zone %03zu", i);
	return out;
}

static void
type_keys(struct choice *c, const char *text)
{
	for (; *text; text++) {
		struct event ev = test_key((uint32_t)(unsigned char)*text);

		assert_int_equal(choice_event(c, &ev), CHOICE_USED);
	}
}

static void
test_choice(void **state)
{
	char text[32];
	struct choice c = {.text = name_of, .arg = text, .n = 300};
	struct area room = {.y = 3, .x = 0, .h = 19, .w = 80};
	struct event ev;

	(void)state;
	choice_open(&c);
	type_keys(&c, "cl");
	assert_int_equal(c.marked, 3);
	type_keys(&c, "q"); /* leads nowhere: not taken */
	assert_string_equal(c.typed, "cl");
	assert_int_equal(c.marked, 3);
	ev = test_key(K_BACKSPACE);
	choice_event(&c, &ev);
	assert_int_equal(c.marked, 1);
	/* the same letter again goes on to the next of them, and around */
	choice_open(&c);
	type_keys(&c, "c");
	assert_int_equal(c.marked, 1);
	type_keys(&c, "c");
	assert_int_equal(c.marked, 2);
	type_keys(&c, "ccc");
	assert_int_equal(c.marked, 1);
	/* accents, ligatures, and words further behind */
	choice_open(&c);
	type_keys(&c, "ete");
	assert_int_equal(c.marked, 5);
	choice_open(&c);
	type_keys(&c, "strasb");
	assert_int_equal(c.marked, 2);
	choice_open(&c);
	type_keys(&c, "zone 2");
	assert_int_equal(c.marked, 200);
	test_cells_clear();
	choice_draw_open(&c, 10, 5, 40, &room);
	assert_in_range(c.marked - c.top, 0, (size_t)c.place.h - 3);
	assert_non_null(strstr(test_row(c.place.y + c.place.h - 1), "zone 2"));
	/* a page is a page of what is shown */
	ev = test_key(K_PGDN);
	choice_event(&c, &ev);
	assert_int_equal(c.marked, 200 + (size_t)c.place.h - 3);
	ev = test_key(K_END);
	choice_event(&c, &ev);
	assert_int_equal(c.marked, 299);
	ev = test_key(' '); /* nothing is typed: it takes */
	assert_int_equal(choice_event(&c, &ev), CHOICE_CHOSEN);
	assert_int_equal(c.chosen, 299);
	/* more than it holds */
	choice_open(&c);
	for (size_t i = 0; i < 1000; i++)
		type_keys(&c, "z");
	assert_true(c.typed_len < sizeof(c.typed));
}

/* ----------------------------------------------------------------------- box */

static void
test_box(void **state)
{
	struct area a = {.y = 2, .x = 3, .h = 2, .w = 12};
	struct field f;
	int y, x;

	(void)state;
	field_init(&f, FIELD_TEXT, 500);
	field_set(&f, "un deux trois quatre cinq");
	test_cells_clear();
	box_draw(&f, &a, true);
	/* the cursor is at the end: the last rows are shown */
	assert_string_equal(test_row(2), "   [quatre____]");
	assert_string_equal(test_row(3), "   [cinq______]");
	assert_true(paint_cursor_wanted(&y, &x));
	assert_int_equal(y, 3);
	assert_int_equal(x, 8);
	assert_true(box_move(&f, a.w, -1));
	assert_int_equal(f.cursor, strlen("un deux trois quat"));
	assert_false(box_move(&f, a.w, -1) && box_move(&f, a.w, -1) && box_move(&f, a.w, -1));
	test_cells_clear();
	box_draw(&f, &a, true);
	assert_string_equal(test_row(2), "   [un deux___]");
	box_click(&f, &a, 3, 6);
	assert_int_equal(f.cursor, strlen("un deux tr"));
	field_clear(&f);
	test_cells_clear();
	box_draw(&f, &a, true);
	assert_true(paint_cursor_wanted(&y, &x));
	assert_int_equal(y, 2);
	assert_int_equal(x, 4);
	assert_false(box_move(&f, a.w, 1));
	field_release(&f);
}

static struct test_cells cells;

static int
open_cells(void **state)
{
	(void)state;
	test_cells_open(&cells, 24, 80);
	return 0;
}

static int
close_cells(void **state)
{
	(void)state;
	test_cells_close(&cells);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accesses),
	    cmocka_unit_test(test_detail),
	    cmocka_unit_test(test_question),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_search),
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test_setup_teardown(test_choice, open_cells, close_cells),
	    cmocka_unit_test_setup_teardown(test_box, open_cells, close_cells),
	};

	secret_setup();
	return cmocka_run_group_tests_name("client people", tests, NULL, NULL);
}
