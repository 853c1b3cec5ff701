/* SPDX-License-Identifier: MIT */
/*
 * A line of 9600 baud, where the client's own painter stands in for curses: the same
 * words on every terminal, and nothing on the screen that a repaint would not show.
 */
#include "tests/lib/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/pty_stage.h"

static struct pty *
slow_client(struct pty_stage *s, const char *term, const char *const *args)
{
	struct pty_stage_options o = {.term = term, .baud = 9600, .args = args};

	pty_stage_next_day(s);
	return pty_stage_client(s, &o);
}

/* Text, looks that can be seen, and the cursor. */
static char *
slow_picture(const struct pty *p)
{
	const struct pty_screen *v = pty_view(p);
	char *text = pty_screen_text(v, false), *all = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&all, &size);
	unsigned row, column;

	assert_non_null(f);
	pty_screen_cursor(v, &row, &column);
	fprintf(f, "%scursor %u %u\n", text, row, column);
	for (row = 0; row < pty_screen_rows(v); row++, fputc('\n', f))
		for (column = 0; column < pty_screen_columns(v); column++)
			fputc("-r"[(pty_screen_attrs(v, row, column) & PTY_REVERSE) != 0], f);
	assert_int_equal(fclose(f), 0);
	free(text);
	return all;
}

/* Ctrl-L changes nothing. */
static void
slow_is_whole(struct pty *p)
{
	char *before = slow_picture(p), *after;

	pty_send(p, "\x0c");
	assert_true(pty_wait_idle(p));
	after = slow_picture(p);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static bool
slow_shows(struct pty *p, void *arg)
{
	char *text = pty_screen_text(pty_view(p), false);
	bool same = strcmp(text, arg) == 0;

	free(text);
	return same;
}

/* Sign in, list, report, images, out. */
static void
slow_way(struct pty_stage *s, const char *term, char **list)
{
	struct pty *p = slow_client(s, term, NULL);

	assert_true(pty_stage_sign_in(p, s));
	assert_true(pty_wait_text(p, "11/12/2015 11:55"));
	if (*list == NULL)
		*list = pty_screen_text(pty_view(p), false);
	assert_true(pty_wait(p, slow_shows, *list, term));
	slow_is_whole(p);
	assert_true(pty_stage_choose(p, STAGE_IMAGES_AT));
	slow_is_whole(p);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "report"));
	pty_send(p, "i");
	assert_true(pty_wait_text(p, "2 cm"));
	assert_true(pty_wait_screen(p, "viewer"));
	for (int i = 0; i < 3; i++) {
		pty_key(p, PTY_KEY_DOWN);
		assert_true(pty_wait_idle(p));
	}
	assert_true(pty_wait_text(p, "image 4/12"));
	assert_true(pty_wait_screen(p, "viewer"));
	slow_is_whole(p);
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "report"));
	slow_is_whole(p);
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "exams"));
	assert_true(pty_stage_log_out(p));
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_wait_no_text(p, "MARTIN"));
	pty_free(&p);
}

static void
test_every_slow_terminal(void **state)
{
	static const char *const terminals[] = {
	    "vt100",
	    "vt220",
	    "linux",
	    "xterm-256color",
	    "screen-256color",
	    "foot",
	};
	char *list = NULL;

	for (size_t i = 0; i < ARRAY_LEN(terminals); i++)
		slow_way(*state, terminals[i], &list);
	free(list);
}

/* A terminal that cannot set margins is left to curses. */
static void
test_another_kind_of_terminal(void **state)
{
	struct pty *p = slow_client(*state, "ansi", NULL);
	const char *raw;
	size_t len;

	assert_true(pty_stage_sign_in(p, *state));
	assert_true(pty_wait_text(p, "11/12/2015 11:55"));
	pty_mark(p);
	pty_send(p, "?");
	assert_true(pty_wait_screen(p, "help"));
	pty_key(p, PTY_KEY_DOWN);
	assert_true(pty_wait_idle(p));
	raw = pty_raw(p, &len);
	assert_non_null(memmem(raw, len, "Touches", strlen("Touches")));
	assert_null(memmem(raw, len, "\033[r", strlen("\033[r")));
	pty_free(&p);
}

static unsigned
slow_attrs(struct pty *p)
{
	unsigned all = 0;

	for (unsigned row = 0; row < pty_screen_rows(pty_view(p)); row++)
		for (unsigned column = 0; column < pty_screen_columns(pty_view(p)); column++)
			all |= pty_screen_attrs(pty_view(p), row, column);
	return all;
}

/* Colours come when they are asked for. */
static void
test_colour_when_named(void **state)
{
	static const char *const args[] = {"--theme", "clair", NULL};
	struct pty *p = slow_client(*state, "xterm-256color", args);

	assert_true(pty_wait_screen(p, "signin"));
	assert_true(slow_attrs(p) & (PTY_FOREGROUND | PTY_BACKGROUND));
	slow_is_whole(p);
	pty_free(&p);
	p = slow_client(*state, "xterm-256color", NULL);
	assert_true(pty_wait_screen(p, "signin"));
	assert_false(slow_attrs(p) & (PTY_FOREGROUND | PTY_BACKGROUND));
	pty_free(&p);
}

static void
test_sizes(void **state)
{
	static const struct {
		unsigned rows, columns;
	} sizes[] = {{20, 60}, {24, 80}, {11, 39}, {50, 132}, {24, 80}};
	struct pty *p = slow_client(*state, "vt100", NULL);

	assert_true(pty_stage_sign_in(p, *state));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		pty_resize(p, sizes[i].rows, sizes[i].columns);
		assert_true(pty_wait_idle(p));
		slow_is_whole(p);
	}
	assert_true(pty_wait_text(p, "Liste des examens"));
	pty_free(&p);
}

/* A question, its frame, and what it lay on; a long text that scrolls both ways. */
static void
test_over_and_back(void **state)
{
	struct pty *p = slow_client(*state, "vt100", NULL);

	assert_true(pty_stage_sign_in(p, *state));
	pty_send(p, "0");
	assert_true(pty_wait_screen(p, "dialog"));
	slow_is_whole(p);
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "exams"));
	slow_is_whole(p);
	pty_send(p, "?");
	assert_true(pty_wait_screen(p, "help"));
	for (int i = 0; i < 12; i++) {
		pty_key(p, i < 7 ? PTY_KEY_DOWN : PTY_KEY_UP);
		assert_true(pty_wait_idle(p));
		slow_is_whole(p);
	}
	pty_key(p, PTY_KEY_PAGE_DOWN);
	assert_true(pty_wait_idle(p));
	slow_is_whole(p);
	pty_free(&p);
}

/* Stopped and continued: the shell's screen in between is unknown. */
static void
test_continued(void **state)
{
	struct pty *p = slow_client(*state, "vt100", NULL);

	assert_true(pty_wait_screen(p, "signin"));
	pty_mark(p);
	kill(pty_pid(p), SIGCONT);
	assert_true(pty_wait_idle(p));
	assert_true(pty_wait_text(p, "Identifiant"));
	slow_is_whole(p);
	pty_free(&p);
}

/* Neither on the screen nor above it. */
static void
test_nothing_left(void **state)
{
	struct pty *p = slow_client(*state, "xterm-256color", NULL);
	char *text;
	int status;

	assert_true(pty_stage_sign_in(p, *state));
	assert_true(pty_stage_log_out(p));
	assert_true(pty_wait_screen(p, "signin"));
	text = pty_screen_text(pty_view(p), true);
	assert_null(strstr(text, "DOPPLER"));
	assert_null(strstr(text, "MARTIN"));
	free(text);
	kill(pty_pid(p), SIGTERM);
	assert_true(pty_wait_exit(p, &status));
	text = pty_screen_text(pty_view(p), true);
	assert_null(strstr(text, "e-mage"));
	free(text);
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_slow_terminal),
	    cmocka_unit_test(test_another_kind_of_terminal),
	    cmocka_unit_test(test_colour_when_named),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_over_and_back),
	    cmocka_unit_test(test_continued),
	    cmocka_unit_test(test_nothing_left),
	};

	return cmocka_run_group_tests_name(
	    "slow line", tests, pty_stage_set_up, pty_stage_tear_down);
}
