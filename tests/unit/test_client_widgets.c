/* SPDX-License-Identifier: MIT */
/*
 * Fields, choices, forms: keys in, state, cells and cursor out.
 */
#include "tests/lib/check.h"

#include "client/actions.h"
#include "client/tr.h"
#include "client/widget/form.h"
#include "common/mem.h"
#include "tests/unit/test_client.h"

static struct test_cells cells;

static int
open_cells(void **state)
{
	(void)state;
	secret_setup();
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
type(struct field *f, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		uint32_t cp;
		size_t n = text_decode(text, len, &cp);
		struct event ev = test_key(cp);

		assert_true(field_event(f, &ev));
		text += n;
		len -= n;
	}
}

static void
press(struct field *f, uint32_t key)
{
	struct event ev = test_key(key);

	assert_true(field_event(f, &ev));
}

static void
expect_cursor(int y, int x)
{
	int y_is = -1, x_is = -1;

	assert_true(paint_cursor_wanted(&y_is, &x_is));
	assert_int_equal(y_is, y);
	assert_int_equal(x_is, x);
}

/* --------------------------------------------------------------------- field */

static void
test_field_editing(void **state)
{
	struct field f;

	(void)state;
	field_init(&f, FIELD_TEXT, 20);
	type(&f, "Zoé d'Été");
	assert_string_equal(field_text(&f), "Zoé d'Été");
	press(&f, K_LEFT);
	press(&f, K_BACKSPACE);
	assert_string_equal(field_text(&f), "Zoé d'Éé");
	press(&f, K_DELETE);
	assert_string_equal(field_text(&f), "Zoé d'É");
	press(&f, K_HOME);
	type(&f, "«");
	assert_string_equal(field_text(&f), "«Zoé d'É");
	press(&f, K_END);
	press(&f, K_CTRL('w'));
	assert_string_equal(field_text(&f), "«Zoé ");
	press(&f, K_CTRL('u'));
	assert_true(field_is_empty(&f));
	/* a base character goes together with its marks */
	type(&f, "e\u0301x");
	press(&f, K_LEFT);
	press(&f, K_BACKSPACE);
	assert_string_equal(field_text(&f), "x");
	field_release(&f);
}

static void
test_field_limits(void **state)
{
	struct event ev = {.type = EVENT_PASTE};
	struct field f;

	(void)state;
	field_init(&f, FIELD_TEXT, 16);
	for (int i = 0; i < 1000000; i++) {
		ev.key = i % 3 == 0 ? 0x1f642 : 'x';
		assert_true(field_event(&f, &ev));
	}
	assert_int_equal(text_count(field_text(&f), strlen(field_text(&f))), 16);
	/* what could harm a terminal is not taken */
	field_clear(&f);
	ev.key = 0x202e;
	field_event(&f, &ev);
	ev.key = K_ENTER;
	field_event(&f, &ev);
	ev.key = 0x9b;
	field_event(&f, &ev);
	assert_true(field_is_empty(&f));
	field_release(&f);
}

static void
test_field_wipes(void **state)
{
	struct field f;

	(void)state;
	field_init(&f, FIELD_SECRET, 16);
	type(&f, "secret");
	press(&f, K_BACKSPACE);
	assert_int_equal(f.store.bytes[5], 0);
	field_clear(&f);
	for (size_t i = 0; i < f.store.len; i++)
		assert_int_equal(f.store.bytes[i], 0);
	field_release(&f);
}

static void
test_field_draws(void **state)
{
	struct field f;

	(void)state;
	field_init(&f, FIELD_SECRET, 16);
	type(&f, "été");
	test_cells_clear();
	field_draw(&f, 0, 0, 10, true);
	assert_string_equal(test_row(0), "[•••_____]");
	assert_true(test_is_reverse(0, 1));
	expect_cursor(0, 4);
	f.reveal = true;
	field_draw(&f, 0, 0, 10, false);
	assert_string_equal(test_row(0), "[été_____]");
	assert_false(test_is_reverse(0, 1));
	/* longer than its place: the end with the cursor is shown */
	type(&f, "0123456789");
	field_draw(&f, 0, 0, 10, true);
	assert_string_equal(test_row(0), "[3456789_]");
	expect_cursor(0, 8);
	press(&f, K_HOME);
	field_draw(&f, 0, 0, 10, true);
	assert_string_equal(test_row(0), "[été01234]");
	expect_cursor(0, 1);
	field_release(&f);
}

static void
test_field_date(void **state)
{
	struct field f;

	(void)state;
	field_init(&f, FIELD_DATE, 10);
	test_cells_clear();
	field_draw(&f, 0, 0, 12, false);
	assert_string_equal(test_row(0), "[__/__/____]");
	type(&f, "10/0x");
	field_draw(&f, 0, 0, 12, true);
	assert_string_equal(test_row(0), "[10/0_/____]");
	type(&f, "6/2016");
	field_draw(&f, 0, 0, 12, true);
	assert_string_equal(test_row(0), "[10/06/2016]");
	field_set(&f, "2016-06");
	field_draw(&f, 0, 0, 12, true);
	assert_string_equal(test_row(0), "[2016-06___]");
	field_release(&f);
}

/* A code that was refused: mended, or replaced by what is typed or pasted. */
static void
test_field_refused(void **state)
{
	struct event pasted = {.type = EVENT_PASTE, .key = '7'};
	struct field f;

	(void)state;
	field_init(&f, FIELD_CODE, 8);
	type(&f, "12345678");
	f.fresh = true;
	type(&f, "x"); /* not a digit: neither taken nor a beginning */
	assert_string_equal(field_text(&f), "12345678");
	type(&f, "87654321");
	assert_string_equal(field_text(&f), "87654321");
	f.fresh = true;
	assert_true(field_event(&f, &pasted));
	assert_true(field_event(&f, &pasted));
	assert_string_equal(field_text(&f), "77");
	f.fresh = true;
	press(&f, K_BACKSPACE);
	type(&f, "1");
	assert_string_equal(field_text(&f), "71");
	field_release(&f);
}

/* The page number: what is typed replaces what is there. */
static void
test_field_number(void **state)
{
	struct field f;

	(void)state;
	field_init(&f, FIELD_NUMBER, 4);
	field_set(&f, "1");
	test_cells_clear();
	field_draw(&f, 0, 0, 4, false);
	assert_string_equal(test_row(0), "[ 1]");
	type(&f, "12");
	assert_string_equal(field_text(&f), "12");
	field_release(&f);
}

/* ---------------------------------------------------------------------- form */

enum { I_NAME, I_TICK, I_KIND, I_BACK, I_GO, N_ITEMS };

struct form_fixture {
	struct form form;
	struct item items[N_ITEMS];
	struct field name;
	struct choice kind;
	bool ticked;
};

static const char *
kind_text(void *arg, size_t i)
{
	static const char *const names[] = {"Tous", "CHRU de Strasbourg", "Clinique", "Éps"};

	(void)arg;
	return names[i];
}

static void
draw_form(struct form_fixture *x)
{
	struct area room = {.y = 0, .x = 0, .h = 20, .w = 80};

	test_cells_clear();
	form_begin(&x->form, &room);
	form_draw(&x->form, I_NAME, 1, 2, 12);
	form_draw(&x->form, I_TICK, 2, 2, form_width(&x->form, I_TICK));
	form_draw(&x->form, I_KIND, 3, 2, 14);
	form_draw(&x->form, I_BACK, 5, 2, form_width(&x->form, I_BACK));
	form_draw(&x->form, I_GO, 5, 20, form_width(&x->form, I_GO));
	form_end(&x->form);
}

static void
open_form(struct form_fixture *x)
{
	*x = (struct form_fixture){0};
	field_init(&x->name, FIELD_TEXT, 10);
	x->kind = (struct choice){.text = kind_text, .n = 4};
	x->items[I_NAME] = (struct item){.kind = ITEM_FIELD, .field = &x->name};
	x->items[I_TICK] =
	    (struct item){.kind = ITEM_CHECK, .label = "Case", .checked = &x->ticked};
	x->items[I_KIND] = (struct item){.kind = ITEM_CHOICE, .choice = &x->kind};
	x->items[I_BACK] = (struct item){.kind = ITEM_BUTTON, .label = "Non"};
	x->items[I_GO] = (struct item){.kind = ITEM_BUTTON, .label = "Oui"};
	x->form = (struct form){.items = x->items, .n = N_ITEMS};
	draw_form(x);
}

static enum form_result
form_press(struct form_fixture *x, uint32_t key)
{
	struct event ev = test_key(key);
	enum form_result r = form_event(&x->form, &ev);

	draw_form(x);
	return r;
}

static enum form_result
form_do(struct form_fixture *x, enum action a)
{
	enum form_result r = form_act(&x->form, a);

	draw_form(x);
	return r;
}

/* The cursor and a character are where the focus is, whatever it is. */
static void
test_form_focus(void **state)
{
	struct form_fixture x;

	(void)state;
	open_form(&x);
	assert_string_equal(test_row(1), " >[__________]");
	expect_cursor(1, 3);
	form_do(&x, ACTION_NEXT);
	assert_string_equal(test_row(1), "  [__________]");
	assert_string_equal(test_row(2), " >[ ] Case");
	expect_cursor(2, 3);
	form_do(&x, ACTION_NEXT);
	assert_string_equal(test_row(3), " >[Tous       v]");
	expect_cursor(3, 3);
	form_do(&x, ACTION_NEXT);
	assert_string_equal(test_row(5), " >[ Non ]           [ Oui ]");
	expect_cursor(5, 4);
	form_do(&x, ACTION_RIGHT);
	assert_string_equal(test_row(5), "  [ Non ]          >[ Oui ]");
	form_do(&x, ACTION_NEXT);
	assert_int_equal(x.form.focus, I_NAME);
	form_do(&x, ACTION_PREVIOUS);
	assert_int_equal(x.form.focus, I_GO);
	form_do(&x, ACTION_UP);
	assert_int_equal(x.form.focus, I_KIND);
	form_do(&x, ACTION_DOWN);
	assert_int_equal(x.form.focus, I_BACK);
	field_release(&x.name);
}

static void
test_form_typing(void **state)
{
	struct form_fixture x;

	(void)state;
	open_form(&x);
	assert_true(form_wants_text(&x.form));
	assert_int_equal(form_press(&x, 'q'), FORM_CHANGED);
	assert_int_equal(form_press(&x, K_TAB), FORM_IGNORED); /* an action's key */
	/* arrows move the cursor and, at the end, are actions again */
	assert_int_equal(form_press(&x, K_LEFT), FORM_CHANGED);
	assert_int_equal(form_press(&x, K_LEFT), FORM_IGNORED);
	assert_int_equal(form_do(&x, ACTION_ACTIVATE), FORM_PRESSED);
	form_focus(&x.form, I_TICK);
	assert_false(form_wants_text(&x.form));
	assert_int_equal(form_press(&x, ' '), FORM_CHANGED);
	assert_true(x.ticked);
	assert_string_equal(test_row(2), " >[x] Case");
	assert_int_equal(form_press(&x, 'q'), FORM_IGNORED);
	x.items[I_KIND].hidden = true;
	form_do(&x, ACTION_NEXT);
	assert_int_equal(x.form.focus, I_BACK);
	field_release(&x.name);
}

static void
test_form_choice(void **state)
{
	struct form_fixture x;

	(void)state;
	open_form(&x);
	form_focus(&x.form, I_KIND);
	form_do(&x, ACTION_ACTIVATE);
	assert_true(x.kind.open);
	assert_non_null(strstr(test_row(5), ">Tous "));
	expect_cursor(5, 4);
	form_press(&x, K_DOWN);
	form_press(&x, K_DOWN);
	form_press(&x, K_DOWN);
	form_press(&x, K_DOWN);
	expect_cursor(8, 4);
	assert_int_equal(form_press(&x, K_ESC), FORM_USED);
	assert_false(x.kind.open);
	assert_int_equal(x.kind.chosen, 0);
	form_do(&x, ACTION_ACTIVATE);
	form_press(&x, 'c');
	form_press(&x, 'c');
	assert_int_equal(form_press(&x, K_ENTER), FORM_CHANGED);
	assert_int_equal(x.kind.chosen, 2);
	form_do(&x, ACTION_ACTIVATE);
	form_press(&x, 'e'); /* Éps: accents do not count */
	assert_int_equal(form_press(&x, K_ENTER), FORM_CHANGED);
	assert_int_equal(x.kind.chosen, 3);
	field_release(&x.name);
}

/* A press acts like focus and Enter. */
static void
test_form_mouse(void **state)
{
	struct form_fixture x;
	struct event ev = {.type = EVENT_MOUSE, .mouse = MOUSE_PRESS, .button = 1};

	(void)state;
	open_form(&x);
	ev.y = 5;
	ev.x = 22;
	assert_int_equal(form_event(&x.form, &ev), FORM_PRESSED);
	assert_int_equal(x.form.focus, I_GO);
	ev.y = 2;
	ev.x = 3;
	assert_int_equal(form_event(&x.form, &ev), FORM_CHANGED);
	assert_true(x.ticked);
	ev.y = 10;
	assert_int_equal(form_event(&x.form, &ev), FORM_IGNORED);
	/* a finger is three rows high */
	ev.y = 6;
	ev.x = 22;
	assert_int_equal(form_event(&x.form, &ev), FORM_IGNORED);
	x.form.touch = true;
	assert_int_equal(form_event(&x.form, &ev), FORM_PRESSED);
	assert_int_equal(x.form.focus, I_GO);
	x.form.touch = false;
	type(&x.name, "abcdef");
	ev.y = 1;
	ev.x = 5;
	assert_int_equal(form_event(&x.form, &ev), FORM_USED);
	assert_int_equal(x.name.cursor, 2);
	field_release(&x.name);
}

/* --------------------------------------------------------------------- paint */

/* Nothing leaves its place, nothing unsafe reaches a cell. */
static void
test_paint(void **state)
{
	(void)state;
	test_cells_clear();
	assert_int_equal(paint_text(0, 0, 5, STYLE_PLAIN, "abcdefgh"), 5);
	assert_string_equal(test_row(0), "abcd…");
	paint_text(1, 0, 6, STYLE_PLAIN, "日本語日本語");
	assert_true(text_width(test_row(1)) <= 6);
	paint_text(2, 78, 20, STYLE_PLAIN, "abcdef");
	assert_string_equal(test_row(3), "");
	paint_text(4, 0, 20, STYLE_PLAIN, "a\rb\033[1mc");
	assert_string_equal(test_row(4), "a?b?[1mc");
	paint_text(-1, 0, 10, STYLE_PLAIN, "x");
	paint_text(30, 0, 10, STYLE_PLAIN, "x");
	paint_text(5, 90, 10, STYLE_PLAIN, "x");
	paint_right(5, 0, 6, STYLE_PLAIN, "été");
	assert_string_equal(test_row(5), "   été");
}

/* A terminal without UTF-8: relatives of the same width. */
static void
test_paint_ascii(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_ALL, "C"));
	test_cells_clear();
	paint_text(0, 0, 20, STYLE_PLAIN, "cœur • 10 … ▲");
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	assert_string_equal(test_row(0), "cour * 10 . ^");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_field_editing),
	    cmocka_unit_test(test_field_limits),
	    cmocka_unit_test(test_field_wipes),
	    cmocka_unit_test(test_field_draws),
	    cmocka_unit_test(test_field_date),
	    cmocka_unit_test(test_field_number),
	    cmocka_unit_test(test_field_refused),
	    cmocka_unit_test(test_form_focus),
	    cmocka_unit_test(test_form_typing),
	    cmocka_unit_test(test_form_choice),
	    cmocka_unit_test(test_form_mouse),
	    cmocka_unit_test(test_paint),
	    cmocka_unit_test(test_paint_ascii),
	};

	return cmocka_run_group_tests_name("client widgets", tests, open_cells, close_cells);
}
