/* SPDX-License-Identifier: MIT */
/*
 * The same screens on every terminal, without colour, and for those who follow the
 * cursor: it stands on what has the focus after every key.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"
#include "tests/lib/pty_stage.h"

static const char *const terminals[] = {
    "vt100",
    "vt220",
    "linux",
    "xterm-256color",
    "screen-256color",
    "tmux-256color",
    "foot",
};

static struct pty *
terminal_client(struct pty_stage *s, const char *term)
{
	struct pty_stage_options o = {.term = term};

	pty_stage_next_day(s);
	return pty_stage_client(s, &o);
}

static bool
terminal_shows(struct pty *p, void *arg)
{
	char *text = pty_screen_text(pty_view(p), false);
	bool same = strcmp(text, arg) == 0;

	free(text);
	return same;
}

/* Sign in, list, report, images, out. */
static void
terminal_way(struct pty_stage *s, const char *term, char **list)
{
	struct pty *p = terminal_client(s, term);

	assert_true(pty_stage_sign_in(p, s));
	assert_true(pty_wait_text(p, "11/12/2015 11:55"));
	assert_true(pty_wait_text(p, "Pg↓ page"));
	if (*list == NULL)
		*list = pty_screen_text(pty_view(p), false);
	assert_true(pty_wait(p, terminal_shows, *list, term));
	assert_true(pty_stage_choose(p, STAGE_IMAGES_AT));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "report"));
	pty_send(p, "i");
	assert_true(pty_wait_screen(p, "viewer"));
	assert_true(pty_wait_text(p, "Image non diagnostique"));
	assert_true(pty_wait_text(p, "C 40 L 400"));
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "report"));
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_stage_log_out(p));
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_wait_no_text(p, "MARTIN"));
	pty_free(&p);
}

static void
test_every_terminal(void **state)
{
	char *list = NULL;
	size_t i;

	for (i = 0; i < ARRAY_LEN(terminals); i++)
		terminal_way(*state, terminals[i], &list);
	free(list);
}

/* A terminal that answers no question holds nobody up. */
static void
test_thin_terminal(void **state)
{
	struct pty_stage *s = *state;
	struct pty_stage_options o = {.term = "xterm-256color", .mute = true};
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_stage_client(s, &o);
	assert_true(pty_stage_sign_in(p, s));
	assert_true(pty_stage_choose(p, STAGE_IMAGES_AT));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "report"));
	pty_send(p, "i");
	assert_true(pty_wait_text(p, "C 40 L 400"));
	pty_free(&p);
}

/* Screens of the personal space, opened by their digit. */
static const struct {
	const char *key, *screen, *text;
} spaces[] = {
    {"2", "history", "GHRFICTIF"},
    {"3", "blocks", "SUPPOSÉE"},
    {"4", "settings", "camille@example.org"},
    {"5", "faq", "Où trouver mon identifiant"},
    {"6", "support", "Support technique"},
};

/* ------------------------------------------------------------- without colour */

static unsigned
terminal_attrs(struct pty *p)
{
	unsigned row, column, all = 0;

	for (row = 0; row < pty_screen_rows(pty_view(p)); row++)
		for (column = 0; column < pty_screen_columns(pty_view(p)); column++)
			all |= pty_screen_attrs(pty_view(p), row, column);
	return all;
}

static void
terminal_is_mono(struct pty_stage *s, const struct pty_stage_options *o)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_stage_client(s, o);
	assert_true(pty_wait_screen(p, "signin"));
	assert_int_equal(terminal_attrs(p) & (PTY_FOREGROUND | PTY_BACKGROUND), 0);
	assert_true(pty_stage_sign_in(p, s));
	assert_true(pty_wait_text(p, "Pg↓ page"));
	assert_int_equal(terminal_attrs(p) & (PTY_FOREGROUND | PTY_BACKGROUND), 0);
	/* the brand bar is still told apart, and the focus by its mark */
	assert_true(pty_screen_attrs(pty_view(p), 0, 1) & PTY_REVERSE);
	assert_true(pty_wait_text(p, ">10/06/2016"));
	pty_free(&p);
}

static void
test_no_colour(void **state)
{
	static const char *const env[] = {"NO_COLOR=1", NULL};
	static const char *const args[] = {"--theme", "mono", NULL};

	terminal_is_mono(*state, &(struct pty_stage_options){.env = env});
	terminal_is_mono(*state, &(struct pty_stage_options){.args = args});
}

static void
test_colour_where_there_is_some(void **state)
{
	struct pty *p = terminal_client(*state, "xterm-256color");

	assert_true(pty_wait_screen(p, "signin"));
	assert_true(terminal_attrs(p) & (PTY_FOREGROUND | PTY_BACKGROUND));
	pty_free(&p);
}

/* ------------------------------------------------- the cursor on the focus */

/* Braille displays follow the cursor: it is visible, and in the row to its left
 * the mark of the focus or the bracket of a field comes before anything that
 * ends one. No other row has a mark, but what lies below a dialog. */
static void
terminal_cursor_on_focus(struct pty *p, const char *after)
{
	unsigned row, column, marked, mark_column;
	char text[1024], *open;
	size_t fit, width;

	pty_screen_cursor(pty_view(p), &row, &column);
	pty_screen_row(pty_view(p), row, text, sizeof(text));
	fit = text_fit(text, column + 1, &width);
	text[fit] = '\0';
	open = strrchr(text, '>');
	if (open == NULL)
		open = strrchr(text, '[');
	if (!pty_screen_cursor_visible(pty_view(p)) || open == NULL || strchr(open, ']') != NULL) {
		pty_print(p, after);
		fail_msg("after %s the cursor is not on the focus", after);
	}
	if (strcmp(pty_screen_name(p), "dialog") != 0 && pty_find(p, ">", &marked, &mark_column))
		assert_int_equal(marked, row);
}

static void
terminal_press(struct pty *p, enum pty_key key, const char *name)
{
	pty_key(p, key);
	assert_true(pty_wait_idle(p));
	terminal_cursor_on_focus(p, name);
}

static void
test_cursor_on_the_focus(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = terminal_client(s, "xterm-256color");
	int i;

	assert_true(pty_wait_screen(p, "signin"));
	terminal_cursor_on_focus(p, "the start");
	for (i = 0; i < 5; i++)
		terminal_press(p, PTY_KEY_TAB, "Tab at signing in");
	for (i = 0; i < 5; i++)
		terminal_press(p, PTY_KEY_BACKTAB, "Shift-Tab at signing in");
	assert_true(pty_stage_sign_in(p, s));
	assert_true(pty_wait_text(p, "Pg↓ page"));
	terminal_cursor_on_focus(p, "the list has come");
	for (i = 0; i < 12; i++)
		terminal_press(p, PTY_KEY_DOWN, "arrow down in the list");
	for (i = 0; i < 12; i++)
		terminal_press(p, PTY_KEY_UP, "arrow up in the list");
	for (i = 0; i < 14; i++)
		terminal_press(p, PTY_KEY_TAB, "Tab in the list");
	for (i = 0; i < 14; i++)
		terminal_press(p, PTY_KEY_BACKTAB, "Shift-Tab in the list");
	pty_send(p, "\x03");
	assert_true(pty_wait_screen(p, "dialog"));
	terminal_cursor_on_focus(p, "a question was asked");
	for (i = 0; i < 3; i++)
		terminal_press(p, PTY_KEY_RIGHT, "arrow right in a dialog");
	pty_free(&p);
}

/* In each section, through all that can have the focus. */
static void
test_cursor_in_every_section(void **state)
{
	struct pty *p = terminal_client(*state, "xterm-256color");

	assert_true(pty_stage_sign_in(p, *state));
	for (size_t k = 0; k < ARRAY_LEN(spaces); k++) {
		if (strcmp(spaces[k].screen, "support") == 0) /* nothing to choose there */
			continue;
		/* out of a field first, then back to the exams */
		for (int i = 0; i < 3 && strcmp(pty_screen_name(p), "exams") != 0; i++) {
			pty_key(p, PTY_KEY_ESCAPE);
			assert_true(pty_wait_idle(p));
		}
		pty_send(p, spaces[k].key);
		assert_true(pty_wait_screen(p, spaces[k].screen));
		assert_true(pty_wait_text(p, spaces[k].text));
		assert_true(pty_wait_idle(p));
		terminal_cursor_on_focus(p, spaces[k].screen);
		for (int i = 0; i < 14; i++)
			terminal_press(p, PTY_KEY_TAB, spaces[k].screen);
		for (int i = 0; i < 14; i++)
			terminal_press(p, PTY_KEY_BACKTAB, spaces[k].screen);
		for (int i = 0; i < 3; i++)
			terminal_press(p, PTY_KEY_DOWN, spaces[k].screen);
	}
	pty_free(&p);
}

/* ---------------------------------------------------------------- the mouse */

static bool
terminal_click(struct pty *p, const char *text)
{
	unsigned row, column;

	if (!pty_wait_text(p, text) || !pty_find(p, text, &row, &column))
		return false;
	pty_click(p, row, column + 1);
	return true;
}

/* A press on anything acts as focus and Enter. */
static void
test_mouse(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = terminal_client(s, "xterm-256color");

	assert_true(pty_wait_screen(p, "signin"));
	assert_true(terminal_click(p, "[ CONTINUER ]"));
	assert_true(pty_wait_text(p, "Saisissez votre identifiant."));
	assert_true(pty_stage_sign_in(p, s));
	assert_true(terminal_click(p, "[ Rechercher ]"));
	assert_true(pty_wait_text(p, "Veuillez renseigner au minimum"));
	assert_true(terminal_click(p, "Établissement producteur"));
	assert_true(pty_wait_text(p, "Établissement producteur ▲"));
	assert_true(terminal_click(p, "Établissement producteur ▲"));
	assert_true(pty_wait_text(p, "Établissement producteur ▼"));
	assert_true(terminal_click(p, "Date  "));
	assert_true(pty_wait_text(p, "Date ▼"));
	assert_true(terminal_click(p, STAGE_IMAGES_AT));
	assert_true(pty_wait_screen(p, "report"));
	pty_free(&p);
}

/* Every section of the bar, at its whole width and where its labels are cut; and
 * the two halves of blocking. */
static void
test_mouse_on_sections(void **state)
{
	static const struct {
		const char *label, *screen;
	} sections[] = {
	    {"2 Hist", "history"},
	    {"3 Bloc", "blocks"},
	    {"4 Para", "settings"},
	    {"5 FAQ", "faq"},
	    {"6 Assi", "support"},
	    {"1 Exam", "exams"},
	    {"0 Déco", "dialog"},
	};
	static const unsigned widths[] = {80, 60};
	struct pty *p = terminal_client(*state, "xterm-256color");

	assert_true(pty_stage_sign_in(p, *state));
	for (size_t w = 0; w < ARRAY_LEN(widths); w++) {
		if (w > 0) { /* to the size that it has: nothing would come */
			pty_resize(p, 24, widths[w]);
			assert_true(pty_wait_idle(p));
		}
		for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
			assert_true(terminal_click(p, sections[i].label));
			assert_true(pty_wait_screen(p, sections[i].screen));
		}
		pty_key(p, PTY_KEY_ESCAPE);
		assert_true(pty_wait_screen(p, "exams"));
	}
	assert_true(terminal_click(p, "3 Bloc"));
	assert_true(pty_wait_screen(p, "blocks"));
	assert_true(terminal_click(p, "Bloquer l'accès à un médecin"));
	assert_true(pty_wait_text(p, "Recherche d'un professionnel"));
	assert_true(terminal_click(p, "Annuler le blocage"));
	assert_true(pty_wait_text(p, "Professionnels de santé non autorisés"));
	pty_free(&p);
}

static void
test_mouse_left_to_the_terminal(void **state)
{
	static const char *const args[] = {"--no-mouse", NULL};
	static const char *const ssh[] = {"SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22", NULL};
	struct pty *p = pty_stage_client(*state, &(struct pty_stage_options){.args = args});

	assert_true(pty_wait_screen(p, "signin"));
	assert_false(pty_screen_mouse(pty_view(p)));
	pty_free(&p);
	/* over SSH it would take copy and paste away */
	p = pty_stage_client(*state, &(struct pty_stage_options){.env = ssh});
	assert_true(pty_wait_screen(p, "signin"));
	assert_false(pty_screen_mouse(pty_view(p)));
	pty_free(&p);
}

/* After logging out nothing is left, neither on the screen nor above it. */
static void
test_nothing_left_after_logout(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = terminal_client(s, "xterm-256color");
	const char *raw;
	size_t len;
	char *text;

	assert_true(pty_stage_sign_in(p, s));
	pty_mark(p);
	assert_true(pty_stage_log_out(p));
	assert_true(pty_wait_screen(p, "signin"));
	raw = pty_raw(p, &len);
	assert_non_null(memmem(raw, len, "\033[3J", 4));
	text = pty_screen_text(pty_view(p), true);
	assert_null(strstr(text, "DOPPLER"));
	assert_null(strstr(text, "MARTIN"));
	free(text);
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_terminal),
	    cmocka_unit_test(test_thin_terminal),
	    cmocka_unit_test(test_no_colour),
	    cmocka_unit_test(test_colour_where_there_is_some),
	    cmocka_unit_test(test_cursor_on_the_focus),
	    cmocka_unit_test(test_cursor_in_every_section),
	    cmocka_unit_test(test_mouse),
	    cmocka_unit_test(test_mouse_on_sections),
	    cmocka_unit_test(test_mouse_left_to_the_terminal),
	    cmocka_unit_test(test_nothing_left_after_logout),
	};

	return cmocka_run_group_tests_name(
	    "terminals", tests, pty_stage_set_up, pty_stage_tear_down);
}
