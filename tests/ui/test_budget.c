/* SPDX-License-Identifier: MIT */
/*
 * The byte budget: what each screen of a patient costs on a line of 9600 baud,
 * which carries 960 bytes a second, and on a fast one. tests/ui/golden/budget.txt
 * says what it costs today; a tenth more fails. EMAGE_GOLDEN=update writes it.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/pty_bytes.h"
#include "tests/lib/pty_stage.h"

/* 1.2 s until what she came for can be read; a tenth more for the whole screen; and
 * 0.25 s for an arrow key. */
#define BUDGET_READ_BYTES   1152u
#define BUDGET_SCREEN_BYTES 1267u
#define BUDGET_ARROW_BYTES  240u
#define BUDGET_LATE_MAX	    10 /* walks begun anew because the machine was busy */

enum budget_figure {
	BUDGET_OPEN,  /* from the screen before to the last byte of this one */
	BUDGET_READ,  /* the same, until what she came for is there, the cursor on it */
	BUDGET_WHOLE, /* Ctrl-L */
	BUDGET_ARROW, /* the dearest of three */
	N_BUDGET_FIGURES,
};

static const char *const budget_figures[N_BUDGET_FIGURES] = {
    [BUDGET_OPEN] = "open",
    [BUDGET_READ] = "read",
    [BUDGET_WHOLE] = "whole",
    [BUDGET_ARROW] = "arrow",
};

static const struct budget_line {
	const char *name, *term;
	unsigned baud;
} budget_lines[] = {
    {"vt100-9600", "vt100", 9600},
    {"vt220-9600", "vt220", 9600},
    {"linux-9600", "linux", 9600},
    {"xterm-9600", "xterm-256color", 9600},
    {"vt100-fast", "vt100", 0},
    {"xterm-fast", "xterm-256color", 0},
};

struct budget {
	struct pty_stage *stage;
	struct pty *p;
	struct pty_screen *seen; /* what the terminal showed byte by byte */
	char *conf;
	size_t today[N_BUDGET_FIGURES];
	unsigned paints; /* that it took to open */
	unsigned late;	 /* walks given up */
	FILE *out;	 /* NULL = compare */
};

struct budget_screen {
	const char *name;
	const char *screen;
	/* Brings about the state from which it is opened; NULL = it is there. */
	void (*before)(struct budget *b);
	const char *keys;	  /* open it; NULL = the program's start does */
	const char *whole;	  /* the last that comes */
	const char *first, *last; /* of the rows that she came for */
	bool quiet;		  /* no figure of an arrow and of Ctrl-L */
	bool still;		  /* an arrow loads the next picture: no figure of it */
	bool wordy;		  /* its words alone are near the ceiling of a whole screen */
};

/* ------------------------------------------------------------------ the way */

static void
budget_press(struct budget *b, enum pty_key key, const char *screen)
{
	pty_key(b->p, key);
	assert_true(pty_wait_screen(b->p, screen));
}

static void
budget_before_code(struct budget *b)
{
	budget_press(b, PTY_KEY_ESCAPE, "signin");
	/* the arrows have left the first field */
	for (int i = 0; i < 12 && !pty_has(b->p, "Identifiant : >"); i++) {
		pty_key(b->p, PTY_KEY_BACKTAB);
		assert_true(pty_wait_idle(b->p));
	}
	assert_true(
	    pty_stage_fill_in(b->p, b->stage->patient.identifier, b->stage->patient.password));
}

static void
budget_before_exams(struct budget *b)
{
	char code[16];

	for (int i = 0; i < 12 && !pty_has(b->p, "Code d'accès : >"); i++) {
		pty_key(b->p, PTY_KEY_BACKTAB);
		assert_true(pty_wait_idle(b->p));
	}
	fixture_next_code(b->stage->mailbox, code);
	pty_send(b->p, code);
	assert_true(pty_wait_idle(b->p));
}

static void
budget_before_report(struct budget *b)
{
	budget_press(b, PTY_KEY_PAGE_UP, "exams");
	assert_true(pty_wait_text(b->p, STAGE_IMAGES_AT));
	assert_true(pty_stage_choose(b->p, STAGE_IMAGES_AT));
}

static void
budget_before_history(struct budget *b)
{
	budget_press(b, PTY_KEY_ESCAPE, "report");
	budget_press(b, PTY_KEY_ESCAPE, "exams");
}

static const struct budget_screen budget_screens[] = {
    {.name = "home",
	.screen = "home",
	.whole = "assistance",
	.first = "Choisissez",
	.last = "en Alsace"},
    {.name = "signin",
	.screen = "signin",
	.keys = "\r",
	.whole = "assistance",
	.first = "Identifiant",
	.last = "CONTINUER"},
    {.name = "help",
	.screen = "help",
	.keys = "\033OP",
	.whole = "suite du texte",
	.first = "Authentification",
	.last = "Touches"},
    {.name = "code",
	.screen = "code",
	.before = budget_before_code,
	.keys = "\r",
	.whole = "Temps restant",
	.first = "Un code",
	.last = "Code d'accès :"},
    {.name = "exams",
	.screen = "exams",
	.before = budget_before_exams,
	.keys = "\r",
	.whole = "11/12/2015 11:55",
	.first = "10/06/2016 10:22",
	.last = "11/12/2015 11:55",
	.wordy = true},
    {.name = "exams-page",
	.screen = "exams",
	.keys = "\033[6~",
	.whole = "11 à 20",
	.first = "02/06/2015",
	.last = "[Voir]",
	.quiet = true},
    {.name = "report",
	.screen = "report",
	.before = budget_before_report,
	.keys = "\r",
	.whole = "Conclusion",
	.first = "Compte rendu de",
	.last = "Conclusion"},
    {.name = "viewer",
	.screen = "viewer",
	.keys = "i",
	.whole = "2 cm",
	.first = "C 40 L 400",
	.last = "2 cm",
	.still = true},
    {.name = "history",
	.screen = "history",
	.before = budget_before_history,
	.keys = "2",
	.whole = "20/04/2017",
	.first = "06/06/2017",
	.last = "20/04/2017"},
    {.name = "blocks",
	.screen = "blocks",
	.keys = "3",
	.whole = "SUPPOSÉE",
	.first = "INVENTÉE",
	.last = "SUPPOSÉE"},
    {.name = "settings",
	.screen = "settings",
	.keys = "4",
	.whole = "camille@example.org",
	.first = "Identifiant",
	.last = "Consentement"},
    {.name = "faq",
	.screen = "faq",
	.keys = "5",
	.whole = "Où trouver mon identifiant",
	.first = "Comment me connecter",
	.last = "Comment empêcher"},
    {.name = "support",
	.screen = "support",
	.keys = "6",
	.whole = "Support technique",
	.first = "Support technique",
	.last = "Ne communiquez"},
    {.name = "logout",
	.screen = "dialog",
	.keys = "0",
	.whole = "Rester",
	.first = "Pour des raisons",
	.last = "Rester"},
    {.name = "logout-not",
	.screen = "support",
	.keys = "\033",
	.whole = "Ne communiquez",
	.first = "Ne communiquez",
	.last = "Ne communiquez",
	.quiet = true},
};

/* ------------------------------------------------------------------ figures */

/* The rows that she came for are as they stay, and the cursor where it stays. */
static bool
budget_is_readable(const struct budget *b, unsigned first, unsigned last)
{
	const struct pty_screen *end = pty_view(b->p);
	unsigned row, column, row_now, column_now;
	char want[1024], have[1024];

	pty_screen_cursor(end, &row, &column);
	pty_screen_cursor(b->seen, &row_now, &column_now);
	if (row != row_now || column != column_now)
		return false;
	for (unsigned i = first; i <= last; i++) {
		pty_screen_row(end, i, want, sizeof(want));
		pty_screen_row(b->seen, i, have, sizeof(have));
		if (strcmp(want, have) != 0)
			return false;
	}
	return true;
}

/* Shows what has come since the mark; bytes until it could be read. */
static size_t
budget_replay(struct budget *b, unsigned first, unsigned last)
{
	size_t len, until = 0;
	const char *raw = pty_raw(b->p, &len);

	for (size_t i = 0; i < len; i++) {
		pty_screen_feed(b->seen, &raw[i], 1);
		if (until == 0 && budget_is_readable(b, first, last))
			until = i + 1;
	}
	return until;
}

static void
budget_mark(struct budget *b)
{
	pty_poll(b->p);
	budget_replay(b, 1, 0);
	pty_mark(b->p);
}

static void
budget_say(struct budget *b, const char *line, const char *name, const char *figure)
{
	size_t counts[N_PTY_BYTES] = {0}, len;
	const char *raw = pty_raw(b->p, &len);
	char text[256];

	pty_bytes_count(raw, len, counts);
	pty_bytes_print(counts, text, sizeof(text));
	print_message("%s %s %s: %zu (%s)\n", line, name, figure, len, text);
}

static void
budget_open(struct budget *b, const char *line, const struct budget_screen *s)
{
	unsigned first, last, column;

	assert_true(pty_wait_screen(b->p, s->screen));
	assert_true(pty_wait_text(b->p, s->whole));
	assert_true(pty_wait_screen(b->p, s->screen));
	assert_true(pty_find(b->p, s->first, &first, &column));
	assert_true(pty_find(b->p, s->last, &last, &column));
	budget_say(b, line, s->name, "open");
	b->today[BUDGET_OPEN] = pty_bytes(b->p);
	b->today[BUDGET_READ] = budget_replay(b, first, last);
	b->paints = pty_paints(b->p);
	pty_mark(b->p);
	assert_int_not_equal(b->today[BUDGET_READ], 0);
}

/* Text and looks of every cell, and where the cursor is. */
static char *
budget_picture(const struct budget *b)
{
	const struct pty_screen *v = pty_view(b->p);
	char *text = pty_screen_text(v, false), *all = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&all, &size);
	unsigned row, column;

	assert_non_null(f);
	pty_screen_cursor(v, &row, &column);
	fprintf(f, "%s%u %u", text, row, column);
	for (row = 0; row < pty_screen_rows(v); row++)
		for (column = 0; column < pty_screen_columns(v); column++)
			fputc((int)('0' + (pty_screen_attrs(v, row, column) & ~(unsigned)PTY_BOLD)),
			    f);
	assert_int_equal(fclose(f), 0);
	free(text);
	return all;
}

/* Ctrl-L shows what was there: nothing was left out that a person would miss. */
static void
budget_whole(struct budget *b, const char *line, const struct budget_screen *s)
{
	char *before = budget_picture(b), *after;

	budget_mark(b);
	pty_send(b->p, "\x0c");
	assert_true(pty_wait_idle(b->p));
	budget_say(b, line, s->name, "whole");
	b->today[BUDGET_WHOLE] = pty_bytes(b->p);
	after = budget_picture(b);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
budget_key(struct budget *b, const struct budget_screen *s, enum pty_key key)
{
	budget_mark(b);
	pty_key(b->p, key);
	assert_true(pty_wait_idle(b->p));
	assert_string_equal(pty_screen_name(b->p), s->screen);
	if (pty_bytes(b->p) > b->today[BUDGET_ARROW])
		b->today[BUDGET_ARROW] = pty_bytes(b->p);
}

static void
budget_measure(struct budget *b, const char *line, const struct budget_screen *s)
{
	static const enum pty_key arrows[] = {PTY_KEY_DOWN, PTY_KEY_DOWN, PTY_KEY_UP};

	memset(b->today, 0, sizeof(b->today));
	if (s->before)
		s->before(b);
	if (s->keys) {
		budget_mark(b);
		pty_send(b->p, s->keys);
	}
	budget_open(b, line, s);
	if (s->quiet)
		return;
	budget_whole(b, line, s);
	for (size_t i = 0; i < ARRAY_LEN(arrows) && !s->still; i++) {
		budget_key(b, s, arrows[i]);
		budget_say(b, line, s->name, "arrow");
	}
}

/* ------------------------------------------------------------ today's figures */

static char *
budget_path(void)
{
	const char *source = getenv("EMAGE_SOURCE");

	return mem_printf("%s/tests/ui/golden/budget.txt", source ? source : ".");
}

/* The row of a screen on a line, as the file has it; false: there is none. */
static bool
budget_known(const char *line, const char *name, size_t known[N_BUDGET_FIGURES])
{
	char *path = budget_path();
	FILE *f = fopen(path, "re");
	char row[256], at[64], what[64];
	bool found = false;

	while (f && !found && fgets(row, sizeof(row), f))
		found = sscanf(row, "%63s %63s %zu %zu %zu %zu", at, what, &known[0], &known[1],
			    &known[2], &known[3]) == 6 &&
			strcmp(at, line) == 0 && strcmp(what, name) == 0;
	if (f)
		fclose(f);
	free(path);
	return found;
}

/* The most that a figure may be; 0: no figure. */
static size_t
budget_most(
    const struct budget_line *l, const struct budget_screen *s, enum budget_figure f, size_t known)
{
	static const size_t ceilings[N_BUDGET_FIGURES] = {
	    [BUDGET_OPEN] = BUDGET_SCREEN_BYTES,
	    [BUDGET_READ] = BUDGET_READ_BYTES,
	    [BUDGET_WHOLE] = BUDGET_SCREEN_BYTES,
	    [BUDGET_ARROW] = BUDGET_ARROW_BYTES,
	};
	bool bound = l->baud > 0 && !(s->wordy && ceilings[f] == BUDGET_SCREEN_BYTES);
	size_t most = known + known / 10;

	return bound && ceilings[f] < most ? ceilings[f] : most;
}

/* False: a figure is too high because an answer came late, so that what awaits it
 * was painted as well; that is another thing than what is measured. */
static bool
budget_compare(const struct budget *b, const struct budget_line *l, const struct budget_screen *s)
{
	size_t known[N_BUDGET_FIGURES];

	if (!budget_known(l->name, s->name, known))
		fail_msg("budget.txt has no row of %s %s: EMAGE_GOLDEN=update", l->name, s->name);
	for (unsigned i = 0; i < N_BUDGET_FIGURES; i++) {
		size_t most = budget_most(l, s, (enum budget_figure)i, known[i]);

		if (b->today[i] <= most)
			continue;
		if (b->paints > 1 && b->late < BUDGET_LATE_MAX)
			return false;
		fail_msg("%s %s %s: %zu bytes, %zu allowed", l->name, s->name, budget_figures[i],
		    b->today[i], most);
	}
	return true;
}

static bool
budget_judge(struct budget *b, const struct budget_line *l, const struct budget_screen *s)
{
	if (!b->out)
		return budget_compare(b, l, s);
	fprintf(b->out, "%-10s %-10s %5zu %5zu %5zu %5zu\n", l->name, s->name, b->today[0],
	    b->today[1], b->today[2], b->today[3]);
	return true;
}

static bool
budget_walk(struct budget *b, const struct budget_line *l)
{
	const char *args[] = {"--config", b->conf, "--graphics", "plain", NULL};
	struct pty_stage_options o = {
	    .term = l->term,
	    .baud = l->baud,
	    .args = args,
	    .bare = true,
	};
	bool good = true;

	pty_stage_next_day(b->stage);
	b->seen = pty_screen_new(24, 80);
	b->p = pty_stage_client(b->stage, &o);
	for (size_t i = 0; i < ARRAY_LEN(budget_screens) && good; i++) {
		budget_measure(b, l->name, &budget_screens[i]);
		good = budget_judge(b, l, &budget_screens[i]);
	}
	pty_free(&b->p);
	pty_screen_free(&b->seen);
	return good;
}

static void
test_budget(void **state)
{
	struct budget b = {.stage = *state};
	const char *golden = getenv("EMAGE_GOLDEN");
	char *path = budget_path();

	b.conf = pty_stage_regions(b.stage);
	if (golden && strcmp(golden, "update") == 0) {
		b.out = fopen(path, "we");
		assert_non_null(b.out);
		fprintf(b.out, "# line     screen      open  read whole arrow\n");
	}
	for (size_t i = 0; i < ARRAY_LEN(budget_lines); i++)
		for (b.late = 0; !budget_walk(&b, &budget_lines[i]); b.late++)
			pty_stage_new_mailbox(b.stage);
	if (b.out)
		assert_int_equal(fclose(b.out), 0);
	free(path);
	free(b.conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_budget),
	};

	return cmocka_run_group_tests_name("budget", tests, pty_stage_set_up, pty_stage_tear_down);
}
