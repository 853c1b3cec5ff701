/* SPDX-License-Identifier: MIT */
/*
 * The harness itself, on a small curses program: this file run with "--child".
 * What the screen tests rely on is shown here to hold, and to fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/mem.h"
#include "tests/lib/golden.h"
#include "tests/lib/pty.h"

#define N_ITEMS 3

static char *self;

/* -------------------------------------------------------------- the program */

static void
child_sync(const char *screen)
{
	static unsigned seq;
	const char *fd = getenv("EMAGE_SYNC_FD");

	dprintf(atoi(fd), "screen=%s seq=%u idle\n", screen, ++seq);
}

static void
child_draw(int at, const char *news)
{
	int i;

	erase();
	box(stdscr, 0, 0);
	for (i = 0; i < N_ITEMS; i++) {
		if (i == at)
			attron(A_REVERSE);
		mvprintw(2 + i, 3, "%cÉlément %d", i == at ? '>' : ' ', i + 1);
		attroff(A_REVERSE);
	}
	mvprintw(LINES - 2, 3, "%s %dx%d", news, COLS, LINES);
	move(2 + at, 3);
	refresh();
	child_sync("list");
}

/* SIGWINCH comes only while waiting, so that none is lost before getch(). */
static int
child_key(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	sigset_t none;
	int key;

	sigemptyset(&none);
	do {
		key = getch();
		if (key != ERR)
			return key;
		in.revents = 0;
		ppoll(&in, 1, NULL, &none);
	} while ((in.revents & (POLLHUP | POLLERR)) == 0);
	return ERR;
}

static int
child_run(void)
{
	int at = 0, key;
	sigset_t winch;

	sigemptyset(&winch);
	sigaddset(&winch, SIGWINCH);
	sigprocmask(SIG_BLOCK, &winch, NULL);
	setlocale(LC_ALL, "");
	if (newterm(NULL, stdout, stdin) == NULL)
		return 3;
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED, NULL);
	child_draw(at, "begin");
	while ((key = child_key()) != 'q' && key != ERR) {
		if (key == KEY_DOWN && at + 1 < N_ITEMS)
			at++;
		else if (key == KEY_UP && at > 0)
			at--;
		child_draw(at, keyname(key));
	}
	endwin();
	return 7;
}

/* ---------------------------------------------------------------- the tests */

static struct pty *
child_start(const char *term, int deadline_ms)
{
	const char *argv[] = {self, "--child", NULL};
	struct pty_options o = {
	    .argv = argv,
	    .term = term,
	    .rows = 12,
	    .columns = 40,
	    .deadline_ms = deadline_ms,
	    .quiet = deadline_ms != 0,
	};

	return pty_start(&o);
}

static void
test_every_terminal_shows_the_same(void **state)
{
	static const char *const terms[] = {
	    "vt100",
	    "vt220",
	    "linux",
	    "xterm-256color",
	    "screen-256color",
	    "tmux-256color",
	};
	char *first = NULL, *text;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(terms); i++) {
		struct pty *p = child_start(terms[i], 0);

		assert_true(pty_wait_screen(p, "list"));
		assert_true(pty_has(p, ">Élément 1"));
		pty_key(p, PTY_KEY_DOWN);
		assert_true(pty_wait_cursor(p, 3, 3));
		assert_true(pty_wait_text(p, "KEY_DOWN 40x12"));
		assert_true(pty_screen_attrs(pty_view(p), 3, 4) & PTY_REVERSE);
		assert_false(pty_screen_attrs(pty_view(p), 2, 4) & PTY_REVERSE);
		text = pty_screen_text(pty_view(p), false);
		if (first == NULL)
			first = text;
		else
			assert_string_equal(first, text);
		if (first != text)
			free(text);
		pty_free(&p);
		assert_null(p);
	}
	/* lines, not the letters of the alternate character set */
	assert_non_null(strstr(first, "┌──────────────────────────────────────┐"));
	free(first);
}

static void
test_rows_and_places(void **state)
{
	struct pty *p = child_start(NULL, 0);
	unsigned row, column;
	char text[64];

	(void)state;
	assert_true(pty_wait_screen(p, "list"));
	assert_string_equal(pty_screen_name(p), "list");
	pty_screen_row(pty_view(p), 2, text, sizeof(text));
	assert_string_equal(text, "│  >Élément 1                          │");
	/* a buffer too small ends before a character, not in it */
	pty_screen_row(pty_view(p), 2, text, 4);
	assert_string_equal(text, "│");
	assert_true(pty_find(p, "lément 3", &row, &column));
	assert_int_equal(row, 4);
	assert_int_equal(column, 5);
	assert_false(pty_has(p, "Élément 4"));
	assert_true(pty_screen_alternate(pty_view(p)));
	pty_free(&p);
}

static void
test_resize_reaches_both_ends(void **state)
{
	struct pty *p = child_start(NULL, 0);

	(void)state;
	assert_true(pty_wait_screen(p, "list"));
	pty_resize(p, 20, 61);
	assert_true(pty_wait_text(p, "KEY_RESIZE 61x20"));
	assert_int_equal(pty_screen_columns(pty_view(p)), 61);
	pty_free(&p);
}

static void
test_named_keys_and_clicks(void **state)
{
	struct pty *p = child_start(NULL, 0);

	(void)state;
	assert_true(pty_wait_screen(p, "list"));
	pty_key(p, PTY_KEY_F0 + 5);
	assert_true(pty_wait_text(p, "KEY_F(5)"));
	pty_key(p, PTY_KEY_BACKTAB);
	assert_true(pty_wait_text(p, "KEY_BTAB"));
	pty_key(p, PTY_KEY_PAGE_DOWN);
	assert_true(pty_wait_text(p, "KEY_NPAGE"));
	pty_send(p, "x");
	assert_true(pty_wait_text(p, "x 40x12"));
	assert_true(pty_screen_mouse(pty_view(p)));
	pty_click(p, 2, 3);
	assert_true(pty_wait_text(p, "KEY_MOUSE"));
	pty_free(&p);
}

static void
test_bytes_are_counted(void **state)
{
	struct pty *p = child_start(NULL, 0);
	size_t len;

	(void)state;
	assert_true(pty_wait_screen(p, "list"));
	assert_true(pty_bytes(p) > 100);
	pty_mark(p);
	assert_int_equal(pty_bytes(p), 0);
	pty_key(p, PTY_KEY_DOWN);
	assert_true(pty_wait_cursor(p, 3, 3));
	assert_true(pty_wait_idle(p));
	assert_in_range(pty_bytes(p), 10, 200);
	assert_non_null(pty_raw(p, &len));
	assert_int_equal(len, pty_bytes(p));
	pty_free(&p);
}

/* After a sync line the screen holds the whole repaint, however often. */
static void
test_sync_line_means_all_is_read(void **state)
{
	struct pty *p = child_start(NULL, 0);
	char want[16];
	int i;

	(void)state;
	assert_true(pty_wait_screen(p, "list"));
	for (i = 0; i < 300; i++) {
		snprintf(want, sizeof(want), "%c 40x12", 'A' + i % 26);
		pty_send_bytes(p, &(char){(char)('A' + i % 26)}, 1);
		assert_true(pty_wait_idle(p));
		assert_true(pty_find(p, want, NULL, NULL));
	}
	pty_free(&p);
}

static void
test_end_and_its_status(void **state)
{
	struct pty *p = child_start(NULL, 0);
	int status;

	(void)state;
	assert_true(pty_wait_screen(p, "list"));
	pty_send(p, "q");
	assert_true(pty_wait_exit(p, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_false(pty_screen_alternate(pty_view(p)));
	pty_free(&p);
}

static void
test_hangup_ends_the_program(void **state)
{
	struct pty *p = child_start(NULL, 0);
	int status;

	(void)state;
	assert_true(pty_wait_screen(p, "list"));
	pty_hangup(p);
	assert_true(pty_wait_exit(p, &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
	assert_true(pty_cpu_ms(p) < 2000);
	pty_free(&p);
}

/* A wait that cannot come true fails, and says so. */
static void
test_deadline_is_kept(void **state)
{
	struct pty *p = child_start(NULL, 300);
	int status;

	(void)state;
	assert_true(pty_wait_screen(p, "list"));
	assert_false(pty_wait_text(p, "never shown"));
	assert_false(pty_wait_screen(p, "other"));
	assert_false(pty_wait_exit(p, &status));
	pty_free(&p);
}

static void
test_missing_program_is_seen(void **state)
{
	const char *argv[] = {"/nonexistent/program", NULL};
	struct pty_options o = {.argv = argv, .quiet = true};
	struct pty *p = pty_start(&o);
	int status;

	(void)state;
	assert_false(pty_wait_text(p, "anything"));
	assert_true(pty_wait_exit(p, &status));
	assert_int_equal(WEXITSTATUS(status), 127);
	pty_free(&p);
}

static void
test_terminal_in_memory(void **state)
{
	struct pty_screen *s = pty_screen_new(3, 20);
	static const char five[] = "1\r\n2\r\n3\r\n4\r\n5";
	static const char repeat[] = "\033[2J\033[H-\033[9b|";
	char row[64], out[64];
	char *text;
	size_t n;

	(void)state;
	pty_screen_feed(s, five, sizeof(five) - 1);
	text = pty_screen_text(s, true);
	assert_string_equal(text, "3\n4\n5\n1\n2\n");
	free(text);
	pty_screen_feed(s, "\033[3J", 4);
	text = pty_screen_text(s, true);
	assert_string_equal(text, "3\n4\n5\n");
	free(text);
	/* split at every place, as a pty may deliver it */
	for (n = 0; n < sizeof(repeat); n++) {
		pty_screen_feed(s, repeat, n);
		pty_screen_feed(s, repeat + n, sizeof(repeat) - 1 - n);
		pty_screen_row(s, 0, row, sizeof(row));
		assert_string_equal(row, "----------|");
	}
	pty_screen_feed(s, "\033[c", 3); /* who are you? */
	n = pty_screen_answers(s, out, sizeof(out));
	assert_true(n > 3 && out[0] == '\033');
	pty_screen_free(&s);
}

static void
test_golden_notices_text_and_cursor(void **state)
{
	struct pty *p = child_start(NULL, 300);
	char dir[] = "/tmp/emage-golden-XXXXXX";
	char *kept = getenv("EMAGE_SOURCE"), *path;

	(void)state;
	kept = kept != NULL ? mem_strdup(kept) : NULL;
	assert_non_null(mkdtemp(dir));
	path = mem_printf("mkdir -p %s/tests/ui/golden", dir);
	assert_int_equal(system(path), 0);
	free(path);
	setenv("EMAGE_SOURCE", dir, 1);
	assert_true(pty_wait_screen(p, "list"));
	assert_false(golden_matches(p, "list", "fr")); /* no file yet */
	setenv("EMAGE_GOLDEN", "update", 1);
	assert_true(golden_matches(p, "list", "fr"));
	unsetenv("EMAGE_GOLDEN");
	assert_true(golden_matches(p, "list", "fr"));
	assert_false(golden_matches(p, "list", "de"));
	pty_key(p, PTY_KEY_UP); /* one word changes */
	assert_true(pty_wait_text(p, "KEY_UP"));
	assert_false(golden_matches(p, "list", "fr"));
	path = mem_printf("rm -r %s", dir);
	assert_int_equal(system(path), 0);
	free(path);
	if (kept != NULL)
		setenv("EMAGE_SOURCE", kept, 1);
	else
		unsetenv("EMAGE_SOURCE");
	free(kept);
	pty_free(&p);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_terminal_shows_the_same),
	    cmocka_unit_test(test_rows_and_places),
	    cmocka_unit_test(test_resize_reaches_both_ends),
	    cmocka_unit_test(test_named_keys_and_clicks),
	    cmocka_unit_test(test_bytes_are_counted),
	    cmocka_unit_test(test_sync_line_means_all_is_read),
	    cmocka_unit_test(test_end_and_its_status),
	    cmocka_unit_test(test_hangup_ends_the_program),
	    cmocka_unit_test(test_deadline_is_kept),
	    cmocka_unit_test(test_missing_program_is_seen),
	    cmocka_unit_test(test_terminal_in_memory),
	    cmocka_unit_test(test_golden_notices_text_and_cursor),
	};

	if (argc == 2 && strcmp(argv[1], "--child") == 0)
		return child_run();
	self = realpath(argv[0], NULL);
	return cmocka_run_group_tests_name("pty", tests, NULL, NULL);
}
