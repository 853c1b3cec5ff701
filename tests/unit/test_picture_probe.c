/* SPDX-License-Identifier: MIT */
/*
 * Terminals as they answer (replies measured on real ones), and the way that is
 * chosen for each.
 */
#include "client/picture/probe.h"

#include <string.h>

#include "common/mem.h"
#include "tests/lib/check.h"

static enum probe_reply
say(struct probe *p, const char *reply)
{
	return probe_reply(p, reply, strlen(reply));
}

static const struct probe_env XTERM = {.term = "xterm-256color", .is_utf8 = true, .n_colors = 256};

static void
xterm_with_sixel(void **state)
{
	struct probe p = {0};

	(void)state;
	assert_int_equal(say(&p, "\033P>|XTerm(379)\033\\"), PROBE_REPLY_ANSWER);
	assert_string_equal(p.name, "XTerm(379)");
	assert_int_equal(say(&p, "\033[?1;0;256S"), PROBE_REPLY_ANSWER);
	assert_int_equal(say(&p, "\033[?2;0;1000;1000S"), PROBE_REPLY_ANSWER);
	assert_false(p.fenced);
	assert_int_equal(say(&p, "\033[?63;1;2;4;6;9;15;22c"), PROBE_REPLY_LAST);
	assert_true(p.fenced && p.sixel && !p.kitty);
	assert_int_equal(p.sixel_registers, 256);
	assert_int_equal(p.sixel_max_width, 1000);
	assert_int_equal(probe_choose(&p, &XTERM, PROBE_AUTO), PICTURE_SIXEL);
}

static void
xterm_without(void **state)
{
	struct probe p = {0};

	(void)state;
	assert_int_equal(say(&p, "\033[?1;3S"), PROBE_REPLY_ANSWER);
	/* 64 is the class and 42 a feature: neither is a 4 */
	assert_int_equal(say(&p, "\033[?64;1;2;6;9;15;18;21;22;42c"), PROBE_REPLY_LAST);
	assert_true(p.fenced && !p.sixel);
	assert_int_equal(p.sixel_registers, 0);
	assert_int_equal(probe_choose(&p, &XTERM, PROBE_AUTO), PICTURE_CELLS_256);
	/* class 4 first is no sixel either */
	p = (struct probe){0};
	assert_int_equal(say(&p, "\033[?4;6c"), PROBE_REPLY_LAST);
	assert_false(p.sixel);
}

static void
kitty(void **state)
{
	struct probe p = {0};

	(void)state;
	assert_int_equal(say(&p, "\033_Gi=31;OK\033\\"), PROBE_REPLY_ANSWER);
	assert_int_equal(say(&p, "\033[6;20;10t"), PROBE_REPLY_ANSWER);
	assert_int_equal(say(&p, "\033[?62;c"), PROBE_REPLY_LAST);
	assert_true(p.kitty && p.cell_width == 10 && p.cell_height == 20);
	assert_int_equal(probe_choose(&p, &XTERM, PROBE_AUTO), PICTURE_KITTY);
	/* one that knows the question and refuses */
	p = (struct probe){0};
	assert_int_equal(say(&p, "\033_Gi=31;ENOTSUPPORTED:no\033\\"), PROBE_REPLY_ANSWER);
	assert_false(p.kitty);
}

static void
iterm2(void **state)
{
	struct probe p = {0};
	struct probe_env env = XTERM;

	(void)state;
	assert_int_equal(say(&p, "\033P>|iTerm2 3.5.0\033\\"), PROBE_REPLY_ANSWER);
	assert_int_equal(probe_choose(&p, &env, PROBE_AUTO), PICTURE_ITERM2);
	p = (struct probe){0};
	env.term_program = "iTerm.app";
	assert_int_equal(probe_choose(&p, &env, PROBE_AUTO), PICTURE_ITERM2);
	p.sixel = true;
	assert_int_equal(probe_choose(&p, &env, PROBE_AUTO), PICTURE_SIXEL);
}

/* Whatever a terminal says: bounded, printable, and nothing of it ours. */
static void
strange_replies(void **state)
{
	struct probe p = {0};
	char long_name[300] = "\033P>|";

	(void)state;
	assert_int_equal(say(&p, "\033[0n"), PROBE_REPLY_FENCE);
	assert_int_equal(say(&p, "\033[3n"), PROBE_REPLY_NONE);
	assert_int_equal(say(&p, "\033[A"), PROBE_REPLY_NONE);
	assert_int_equal(say(&p, "x"), PROBE_REPLY_NONE);
	assert_int_equal(say(&p, ""), PROBE_REPLY_NONE);
	assert_int_equal(say(&p, "\033[9t"), PROBE_REPLY_NONE);
	assert_int_equal(say(&p, "\033P>|na\001me\033\\"), PROBE_REPLY_ANSWER);
	assert_string_equal(p.name, "na");
	memset(long_name + 4, 'x', 200);
	assert_int_equal(say(&p, long_name), PROBE_REPLY_ANSWER);
	assert_int_equal(strlen(p.name), sizeof(p.name) - 1);
	memset(long_name + 4, 'x', sizeof(long_name) - 5);
	assert_int_equal(probe_reply(&p, long_name, 299), PROBE_REPLY_NONE);
	assert_int_equal(say(&p, "\033[6;99999999999999999999;5t"), PROBE_REPLY_ANSWER);
	assert_false(p.sixel || p.kitty || p.iterm2 || p.fenced);
}

/* One row per terminal of the matrix. */
static void
ways(void **state)
{
	static const struct {
		struct probe_env env;
		struct probe p;
		enum picture_way want;
		bool asked;
	} rows[] = {
	    {{.term = "linux", .is_utf8 = true, .n_colors = 8}, {0}, PICTURE_SHADE, false},
	    {{.term = "linux-16color", .is_utf8 = true, .n_colors = 16}, {0}, PICTURE_SHADE, false},
	    {{.term = "vt100", .is_utf8 = true, .n_colors = -1}, {0}, PICTURE_PLAIN, false},
	    {{.term = "vt220", .is_utf8 = false, .n_colors = -1}, {0}, PICTURE_PLAIN, false},
	    {{.term = "dumb", .is_utf8 = true, .n_colors = -1}, {0}, PICTURE_PLAIN, false},
	    {{.term = NULL, .is_utf8 = true, .n_colors = -1}, {0}, PICTURE_PLAIN, false},
	    {{.term = "xterm", .is_utf8 = false, .n_colors = 8}, {0}, PICTURE_PLAIN, true},
	    {{.term = "xterm", .is_utf8 = true, .n_colors = 8}, {0}, PICTURE_SHADE, true},
	    {{.term = "xterm-16color", .is_utf8 = true, .n_colors = 16}, {0}, PICTURE_CELLS_16,
		true},
	    {{.term = "xterm-256color", .is_utf8 = true, .n_colors = 256, .colorterm = "truecolor"},
		{0}, PICTURE_CELLS_TRUE, true},
	    {{.term = "xterm-direct", .is_utf8 = true, .n_colors = 1 << 24}, {0},
		PICTURE_CELLS_TRUE, true},
	    /* modest by name, but it told its version */
	    {{.term = "xterm", .is_utf8 = true, .n_colors = 8}, {.name = "XTerm(379)"},
		PICTURE_CELLS_256, true},
	    /* no colour wished: still pixels, but no coloured cells */
	    {{.term = "xterm-256color", .is_utf8 = true, .n_colors = 256, .no_color = true}, {0},
		PICTURE_SHADE, true},
	    {{.term = "xterm-256color", .is_utf8 = true, .n_colors = 256, .no_color = true},
		{.sixel = true}, PICTURE_SIXEL, true},
	    /* a multiplexer swallows pixels, whatever lies behind it has answered */
	    {{.term = "tmux-256color", .is_utf8 = true, .n_colors = 256, .in_tmux = true},
		{.sixel = true, .kitty = true}, PICTURE_CELLS_256, false},
	    {{.term = "screen", .is_utf8 = true, .n_colors = 8}, {0}, PICTURE_SHADE, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(probe_choose(&rows[i].p, &rows[i].env, PROBE_AUTO), rows[i].want);
		assert_int_equal(probe_should_ask(&rows[i].env), rows[i].asked);
	}
}

static void
wishes(void **state)
{
	struct probe p = {.kitty = true};
	enum probe_wish wish;
	static const struct {
		const char *name;
		enum picture_way want;
	} rows[] = {
	    {"auto", PICTURE_KITTY},
	    {"kitty", PICTURE_KITTY},
	    {"sixel", PICTURE_SIXEL},
	    {"iterm", PICTURE_ITERM2},
	    {"half", PICTURE_CELLS_256},
	    {"shade", PICTURE_SHADE},
	    {"plain", PICTURE_PLAIN},
	    {"none", PICTURE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(probe_wish_by_name(rows[i].name, &wish));
		assert_int_equal(probe_choose(&p, &XTERM, wish), rows[i].want);
	}
	assert_true(probe_wish_by_name(NULL, &wish));
	assert_int_equal(wish, PROBE_AUTO);
	assert_false(probe_wish_by_name("best", &wish));
	assert_string_equal(picture_way_name(PICTURE_SIXEL), "sixel");
}

static void
cell_sizes(void **state)
{
	struct probe p = {.area_width = 800, .area_height = 480};
	unsigned w, h;

	(void)state;
	probe_cell_size(&p, 24, 80, 9, 18, &w, &h);
	assert_true(w == 9 && h == 18); /* the kernel knows */
	probe_cell_size(&p, 24, 80, 0, 0, &w, &h);
	assert_true(w == 10 && h == 20); /* the area divided */
	p.cell_width = 12;
	p.cell_height = 25;
	probe_cell_size(&p, 24, 80, 9, 18, &w, &h);
	assert_true(w == 12 && h == 25); /* said by the terminal */
	p = (struct probe){.cell_width = 1, .cell_height = 100000};
	probe_cell_size(&p, 0, 0, 0, -5, &w, &h);
	assert_true(w == 8 && h == 16); /* nonsense is nothing */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(xterm_with_sixel),
	    cmocka_unit_test(xterm_without),
	    cmocka_unit_test(kitty),
	    cmocka_unit_test(iterm2),
	    cmocka_unit_test(strange_replies),
	    cmocka_unit_test(ways),
	    cmocka_unit_test(wishes),
	    cmocka_unit_test(cell_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
