/* SPDX-License-Identifier: MIT */
/*
 * Tables: which columns, how many lines a row takes, what is selected.
 */
#include "tests/lib/check.h"

#include "client/widget/table.h"
#include "common/mem.h"
#include "tests/unit/test_client.h"

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

static void
expect_cursor(int y, int x)
{
	int y_is = -1, x_is = -1;

	assert_true(paint_cursor_wanted(&y_is, &x_is));
	assert_int_equal(y_is, y);
	assert_int_equal(x_is, x);
}

static const struct table_column columns[] = {
    {.title = "Date", .least = 10, .ideal = 16, .sorts = true},
    {.title = "Lieu", .least = 8, .ideal = 12, .drop = 1, .sorts = true},
    {.title = "Description", .least = 8, .ideal = 12, .stretch = true, .sorts = true},
    {.title = "Action", .least = 6, .ideal = 6, .drop = 2},
};

static const char *
cell_text(void *arg, size_t row, size_t column, int width)
{
	static char text[32];

	(void)arg;
	(void)width;
	snprintf(text, sizeof(text), "r%zuc%zu", row, column);
	return text;
}

static struct table
new_table(size_t rows)
{
	return (struct table){
	    .columns = columns,
	    .n_columns = ARRAY_LEN(columns),
	    .cell = cell_text,
	    .n_rows = rows,
	};
}

static void
draw_table(struct table *t, int h, int w, enum table_focus focus)
{
	struct area a = {.y = 0, .x = 0, .h = h, .w = w};

	test_cells_clear();
	table_draw(t, &a, focus);
}

static void
test_table_columns(void **state)
{
	struct table t = new_table(2);

	(void)state;
	for (int w = 30; w <= 80; w++) {
		int end = 1;

		draw_table(&t, 5, w, TABLE_NO_FOCUS);
		for (size_t i = 0; i < t.n_columns; i++) {
			if (t.width[i] == 0)
				continue;
			assert_true(t.width[i] >= columns[i].least);
			assert_int_equal(t.x[i], end);
			end = t.x[i] + t.width[i] + 1;
		}
		assert_int_equal(end - 1, w);
		/* what is dropped goes by priority */
		assert_true(t.width[0] > 0 && t.width[2] > 0);
		assert_true(t.width[3] == 0 || t.width[1] > 0);
	}
	assert_true(t.width[3] > 0);
	draw_table(&t, 5, 30, TABLE_NO_FOCUS);
	assert_int_equal(t.width[3], 0);
}

static void
test_table_rows(void **state)
{
	struct table t = new_table(10);

	(void)state;
	draw_table(&t, 5, 60, TABLE_ON_ROWS);
	assert_string_equal(
	    test_row(0), " Date ▼           Lieu         Description            Action");
	assert_int_equal(strncmp(test_row(1), ">r0c0", 5), 0);
	expect_cursor(1, 1);
	assert_true(test_is_reverse(1, 1));
	assert_false(test_is_reverse(1, 40)); /* few bytes to move */
	for (int i = 0; i < 5; i++)
		assert_true(table_move(&t, 1));
	draw_table(&t, 5, 60, TABLE_ON_ROWS);
	assert_int_equal(t.top, 2);
	assert_int_equal(strncmp(test_row(4), ">r5c0", 5), 0);
	expect_cursor(4, 1);
	for (int i = 0; i < 4; i++)
		assert_true(table_move(&t, 1));
	assert_false(table_move(&t, 1));
	t.n_rows = 3; /* another page is shorter */
	draw_table(&t, 5, 60, TABLE_ON_ROWS);
	assert_int_equal(t.selected, 2);
	assert_int_equal(t.top, 0);
	t.n_rows = 0;
	draw_table(&t, 5, 60, TABLE_ON_ROWS);
	assert_string_equal(test_row(1), "");
	expect_cursor(1, 1);
}

static void
test_table_headers(void **state)
{
	struct table t = new_table(3);

	(void)state;
	t.sorted_by = 2;
	t.ascending = true;
	draw_table(&t, 5, 60, TABLE_ON_HEADER);
	assert_string_equal(
	    test_row(0), ">Date             Lieu         Description ▲          Action");
	expect_cursor(0, 1);
	assert_true(table_move_header(&t, 1));
	assert_true(table_move_header(&t, 1));
	assert_int_equal(t.header, 2);
	assert_false(table_move_header(&t, 1)); /* "Action" does not sort */
	assert_false(table_click_header(&t, 58));
	assert_true(table_click_header(&t, 2));
	assert_int_equal(t.header, 0);
	assert_true(table_click_row(&t, 2));
	assert_int_equal(t.selected, 1);
	assert_false(table_click_row(&t, 4));
}

/* --------------------------------------------------------------- lines of a row */

/* A long text goes on below, what is dropped stands below, nothing is cut. */
static const char *const people[][4] = {
    {"EXEMPLE", "Zoé", "Médecin", "Strasbourg"},
    {"MULLER-FICTIF", "Jean", "Radiodiagnosticien", "Colmar et Mulhouse"},
    {"ESSAI", "Léa", "Sage-femme", ""},
};

static const struct table_column people_columns[] = {
    {.title = "Nom de famille", .least = 8, .ideal = 14},
    {.title = "Prénom", .least = 6, .ideal = 6},
    {.title = "Profession", .least = 10, .ideal = 12, .drop = 1},
    {.title = "Lieux", .least = 10, .ideal = 20, .drop = 2},
    {.title = "Action", .least = 4, .ideal = 4, .button = true},
};

static const char *
people_cell(void *arg, size_t row, size_t column, int width)
{
	(void)arg;
	(void)width;
	return column == 4 ? "[Montrer]" : people[row][column];
}

static struct table
people_table(void)
{
	return (struct table){
	    .columns = people_columns,
	    .n_columns = ARRAY_LEN(people_columns),
	    .cell = people_cell,
	    .n_rows = ARRAY_LEN(people),
	    .wraps = true,
	    .ascending = true,
	};
}

static void
test_table_lines(void **state)
{
	struct table t = people_table();

	(void)state;
	draw_table(&t, 12, 50, TABLE_ON_ROWS);
	assert_string_equal(test_row(0), " Nom de     Prénom Profession Lieux      Action");
	assert_string_equal(test_row(1), " famille");
	assert_string_equal(test_row(2), ">EXEMPLE    Zoé    Médecin    Strasbourg [Montrer]");
	assert_string_equal(test_row(3), " MULLER-    Jean   Radiodiag- Colmar et  [Montrer]");
	assert_string_equal(test_row(4), " FICTIF            nosticien  Mulhouse");
	assert_string_equal(test_row(5), " ESSAI      Léa    Sage-femme            [Montrer]");
	assert_true(table_click_row(&t, 4));
	assert_int_equal(t.selected, 1);
}

static void
test_table_below(void **state)
{
	struct table t = people_table();

	(void)state;
	draw_table(&t, 12, 30, TABLE_ON_ROWS);
	assert_int_equal(t.width[2], 0);
	assert_int_equal(t.width[3], 0);
	assert_true(t.width[4] >= 9); /* a button is never cut */
	assert_string_equal(test_row(0), " Nom de       Prénom Action");
	assert_string_equal(test_row(1), " famille");
	assert_string_equal(test_row(2), ">EXEMPLE      Zoé    [Montrer]");
	assert_string_equal(test_row(3), "  Médecin · Strasbourg");
	assert_string_equal(test_row(4), " MULLER-      Jean   [Montrer]");
	assert_string_equal(test_row(5), " FICTIF");
	assert_string_equal(test_row(6), "  Radiodiagnosticien · Colmar");
	assert_string_equal(test_row(7), "  et Mulhouse");
	assert_string_equal(test_row(8), " ESSAI        Léa    [Montrer]");
	assert_string_equal(test_row(9), "  Sage-femme");
}

/* The selected row is whole, whatever heights the others have. */
static void
test_table_scrolls_by_lines(void **state)
{
	struct table t = people_table();

	(void)state;
	draw_table(&t, 5, 30, TABLE_ON_ROWS);
	assert_int_equal(t.top, 0);
	assert_int_equal(table_rows_shown(&t), 1);
	assert_true(table_move(&t, 1));
	draw_table(&t, 5, 30, TABLE_ON_ROWS);
	assert_int_equal(t.top, 1);
	expect_cursor(1, 1);
	assert_string_equal(test_row(4), "  et Mulhouse");
	assert_true(table_turn(&t, 1));
	draw_table(&t, 5, 30, TABLE_ON_ROWS);
	assert_int_equal(t.selected, 2);
	assert_false(table_turn(&t, 1));
	assert_true(table_turn(&t, -1));
	assert_int_equal(t.selected, 1);
	assert_true(table_turn(&t, -1));
	assert_int_equal(t.selected, 0);
	assert_false(table_turn(&t, -1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table_columns),
	    cmocka_unit_test(test_table_rows),
	    cmocka_unit_test(test_table_headers),
	    cmocka_unit_test(test_table_lines),
	    cmocka_unit_test(test_table_below),
	    cmocka_unit_test(test_table_scrolls_by_lines),
	};

	return cmocka_run_group_tests_name("client table", tests, open_cells, close_cells);
}
