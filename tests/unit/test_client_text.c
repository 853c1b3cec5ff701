/* SPDX-License-Identifier: MIT */
/*
 * Wrapping of running text, the pager and its search, dates in and out.
 */
#include "tests/lib/check.h"

#include "client/model/dates.h"
#include "client/widget/pager.h"
#include "client/widget/wrap.h"
#include "common/clock.h"
#include "common/mem.h"
#include "tests/unit/test_client.h"

/* ---------------------------------------------------------------------- wrap */

static void
expect_wrap(size_t columns, const char *text, const char *const *lines, size_t n)
{
	struct wrap w;

	wrap_text(text, strlen(text), columns, &w);
	for (size_t i = 0; i < w.n && i < n; i++) {
		assert_int_equal(w.lines[i].len, strlen(lines[i]));
		assert_memory_equal(text + w.lines[i].offset, lines[i], w.lines[i].len);
	}
	assert_int_equal(w.n, n);
	wrap_release(&w);
}

#define EXPECT_WRAP(columns, text, ...)                                                            \
	expect_wrap(columns, text, (const char *const[]){__VA_ARGS__},                             \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void
test_wrap(void **state)
{
	(void)state;
	EXPECT_WRAP(10, "un deux trois", "un deux", "trois");
	EXPECT_WRAP(7, "un deux trois", "un deux", "trois");
	EXPECT_WRAP(20, "a\n\nb\n", "a", "", "b");
	EXPECT_WRAP(5, "bcdfghjklmn", "bcdfg", "hjklm", "n");
	/* a word too long for a line: at a syllable */
	EXPECT_WRAP(10, "Radiodiagnostic (SM)", "Radiodiag", "nostic", "(SM)");
	EXPECT_WRAP(11, "Establishment", "Establish", "ment");
	EXPECT_WRAP(9, "Einrichtungen", "Einrich", "tungen");
	/* double words, but no address */
	EXPECT_WRAP(8, "Jean-Paul", "Jean-", "Paul");
	EXPECT_WRAP(20, "voir www.e-mage.example", "voir", "www.e-mage.example");
	/* columns, not bytes */
	EXPECT_WRAP(4, "éàèù çôî", "éàèù", "çôî");
	EXPECT_WRAP(4, "日本語", "日本", "語");
	/* indentation stays */
	EXPECT_WRAP(12, "  - un deux trois", "  - un deux", "trois");
	expect_wrap(10, "", NULL, 0);
}

/* A list: what continues a line stands below what began it. */
static void
test_wrap_list(void **state)
{
	static const char text[] = "Touches\n  F1   aide de cet écran\nfin de la liste";
	static const struct wrap_line lines[] = {
	    {.offset = 0, .len = 7},
	    {.offset = 8, .len = 14},
	    {.offset = 23, .len = 10, .indent = 7},
	    {.offset = 34, .len = 15},
	};
	struct wrap w;

	(void)state;
	wrap_list(text, strlen(text), 17, 7, &w);
	assert_int_equal(w.n, ARRAY_LEN(lines));
	for (size_t i = 0; i < w.n; i++) {
		assert_int_equal(w.lines[i].offset, lines[i].offset);
		assert_int_equal(w.lines[i].len, lines[i].len);
		assert_int_equal(w.lines[i].indent, lines[i].indent);
	}
	wrap_release(&w);
	/* too narrow for that: from the left edge */
	wrap_list(text, strlen(text), 13, 7, &w);
	for (size_t i = 0; i < w.n; i++)
		assert_int_equal(w.lines[i].indent, 0);
	wrap_release(&w);
}

/* French: no line begins with : ; ? ! » and none ends with «. */
static void
test_wrap_french(void **state)
{
	(void)state;
	EXPECT_WRAP(10, "Indication : toux", "Indication", ": toux"); /* does not fit at all */
	EXPECT_WRAP(12, "un Résultat : normal", "un", "Résultat :", "normal");
	EXPECT_WRAP(8, "que dire ?", "que", "dire ?");
	EXPECT_WRAP(9, "le mot « ici » va", "le mot", "« ici »", "va");
	EXPECT_WRAP(7, "a\u00a0b\u00a0c d", "a\u00a0b\u00a0c d");
	EXPECT_WRAP(6, "a\u00a0b\u00a0c d", "a\u00a0b\u00a0c", "d");
}

/* Whatever the text and width: nothing lost but blanks, no line too wide. */
static void
test_wrap_any(void **state)
{
	static const char *const pieces[] = {"a", "bb", " ", "  ", "é", ":", " ;", "«", "»", "日",
	    "\n", "e\u0301", "\u00a0", "mot", "!"};
	char text[512];
	uint32_t x = 7;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct wrap w;
		size_t columns = 2 + x % 9;
		size_t at = 0;

		text[0] = '\0';
		for (int i = 0; i < 40; i++) {
			x = x * 1664525 + 1013904223;
			strcat(text, pieces[(x >> 16) % 15]);
		}
		wrap_text(text, strlen(text), columns, &w);
		for (size_t i = 0; i < w.n; i++) {
			char line[512];

			for (; at < w.lines[i].offset; at++)
				assert_true(text[at] == ' ' || text[at] == '\n');
			memcpy(line, text + at, w.lines[i].len);
			line[w.lines[i].len] = '\0';
			assert_true(text_width(line) <= columns);
			at += w.lines[i].len;
		}
		for (; text[at]; at++)
			assert_true(text[at] == ' ' || text[at] == '\n');
		wrap_release(&w);
	}
}

/* --------------------------------------------------------------------- pager */

static const char report[] =
    "Indication : céphalées temporales gauches.\n"
    "Résultats : artères temporales superficielles perméables. Pas de signe du halo.\n"
    "Écho-doppler des axes carotidiens : athérome modéré,\n"
    "non sténosant.\n"
    "Conclusion : pas d'argument pour une artérite.\n";

static void
open_pager(struct pager *p, struct test_cells *c, int rows, int columns)
{
	struct area a = {.y = 0, .x = 0, .h = rows, .w = columns};

	test_cells_open(c, 24, 80);
	pager_init(p);
	pager_set(p, report, strlen(report));
	pager_draw(p, &a);
}

static void
expect_found(const struct pager *p, const char *text)
{
	assert_int_equal(p->found_len, strlen(text));
	assert_memory_equal(p->text + p->found_offset, text, p->found_len);
}

static void
test_pager_search(void **state)
{
	struct test_cells c;
	struct pager p;
	bool around;

	(void)state;
	open_pager(&p, &c, 4, 40);
	/* case, accents, hyphens and ends of lines do not count */
	assert_true(pager_search(&p, "ARTERES"));
	expect_found(&p, "artères");
	assert_true(pager_search(&p, "echo doppler"));
	expect_found(&p, "Écho-doppler");
	assert_true(pager_search(&p, "modéré, non"));
	expect_found(&p, "modéré,\nnon");
	assert_false(pager_search(&p, "fracture"));
	assert_int_equal(p.found_len, 0);
	assert_false(pager_search(&p, "  "));

	pager_home(&p);
	assert_true(pager_search(&p, "temporales"));
	assert_int_equal(p.found_offset, strstr(report, "temporales") - report);
	assert_true(pager_search_again(&p, 1, &around));
	assert_false(around);
	assert_int_equal(p.found_offset, strstr(report, "temporales superf") - report);
	assert_true(pager_search_again(&p, 1, &around));
	assert_true(around);
	assert_int_equal(p.found_offset, strstr(report, "temporales") - report);
	assert_true(pager_search_again(&p, -1, &around));
	assert_true(around);
	assert_int_equal(p.found_offset, strstr(report, "temporales superf") - report);
	pager_release(&p);
	test_cells_close(&c);
}

/* The passage is on the screen, marked, with the cursor on it. */
static void
test_pager_shows(void **state)
{
	struct test_cells c;
	struct pager p;
	struct area a = {.y = 2, .x = 1, .h = 3, .w = 40};
	int y, x;

	(void)state;
	open_pager(&p, &c, 3, 40);
	assert_true(pager_search(&p, "artérite"));
	test_cells_clear();
	pager_draw(&p, &a);
	assert_true(paint_cursor_wanted(&y, &x));
	assert_in_range(y, 2, 4);
	assert_non_null(strstr(test_row(y), "artérite"));
	assert_true((mvinch(y, x) & A_UNDERLINE) != 0);
	pager_release(&p);
	test_cells_close(&c);
}

static void
test_pager_scroll(void **state)
{
	struct test_cells c;
	struct pager p;
	struct area narrow = {.y = 0, .x = 0, .h = 3, .w = 20};
	size_t first, last, n, before;

	(void)state;
	open_pager(&p, &c, 3, 40);
	pager_where(&p, &first, &last, &n);
	assert_int_equal(first, 1);
	assert_int_equal(last, 3);
	pager_scroll(&p, -1);
	pager_page(&p, 1);
	pager_where(&p, &first, &last, &n);
	assert_int_equal(first, 3);
	pager_end(&p);
	pager_where(&p, &first, &last, &n);
	assert_int_equal(last, n);
	pager_scroll(&p, 1);
	pager_where(&p, &first, &last, &n);
	assert_int_equal(last, n);
	/* another width: the same passage at the top */
	pager_home(&p);
	pager_scroll(&p, 2);
	before = p.top_offset;
	pager_draw(&p, &narrow);
	assert_true(p.top_offset <= before);
	assert_true(before < p.top_offset + 20 * 4);
	pager_release(&p);
	test_cells_close(&c);
}

/* --------------------------------------------------------------------- dates */

static void
test_dates_parse(void **state)
{
	static const struct {
		const char *text;
		uint32_t date; /* 1: no date */
	} cases[] = {
	    {"", 0},
	    {"10/06/2016", 20160610},
	    {"10.06.2016", 20160610},
	    {"10-06-2016", 20160610},
	    {"2016-06-10", 20160610},
	    {"2016/6/1", 20160601},
	    {"1/6/2016", 20160601},
	    {"10062016", 20160610},
	    {"29/02/2016", 20160229},
	    {"29/02/2015", 1},
	    {"31/04/2016", 1},
	    {"00/01/2016", 1},
	    {"10/13/2016", 1},
	    {"10/06/16", 1},
	    {"10//06/2016", 1},
	    {"10/06/2016/", 1},
	    {"10/06", 1},
	    {"1006201", 1},
	    {"10/06/20160", 1},
	    {"01/01/1899", 1},
	    {"hier", 1},
	    {"/", 1},
	    {"99999999999/1/1", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t date = 0;
		bool ok = dates_parse(cases[i].text, &date);

		if (ok != (cases[i].date != 1))
			fail_msg("\"%s\": %s", cases[i].text, ok ? "taken" : "refused");
		if (ok)
			assert_int_equal(date, cases[i].date);
	}
}

static void
test_dates_show(void **state)
{
	char text[DATES_LEN];
	int64_t summer = clock_from_paris(2016, 6, 10, 10, 22, 0);
	int64_t winter = clock_from_paris(2015, 12, 25, 23, 37, 0);

	(void)state;
	dates_time("fr", summer, text);
	assert_string_equal(text, "10/06/2016 10:22");
	dates_time("de", summer, text);
	assert_string_equal(text, "10.06.2016 10:22");
	dates_time("en", winter, text);
	assert_string_equal(text, "25 Dec 2015 23:37");
	dates_day("fr", winter, text);
	assert_string_equal(text, "25/12/2015");
	dates_clock(winter, text);
	assert_string_equal(text, "23:37");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wrap),
	    cmocka_unit_test(test_wrap_list),
	    cmocka_unit_test(test_wrap_french),
	    cmocka_unit_test(test_wrap_any),
	    cmocka_unit_test(test_pager_search),
	    cmocka_unit_test(test_pager_shows),
	    cmocka_unit_test(test_pager_scroll),
	    cmocka_unit_test(test_dates_parse),
	    cmocka_unit_test(test_dates_show),
	};

	return cmocka_run_group_tests_name("client text", tests, NULL, NULL);
}
