/* SPDX-License-Identifier: MIT */
/*
 * The other sections of the personal space, as text under version control, in
 * each language and without colour.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "tests/lib/golden.h"
#include "tests/lib/pty_stage.h"
#include "tests/lib/pty_stage_people.h"

struct look {
	unsigned rows, columns;
	const char *language; /* of the client */
	const char *name;     /* of the golden files */
	const char *theme;    /* NULL = as it comes */
};

static const struct look looks[] = {
    {24, 80, "fr", "fr", NULL},
    {20, 60, "fr", "fr", NULL},
    {40, 120, "fr", "fr", NULL},
    {24, 80, "de", "de", NULL},
    {24, 80, "en", "en", NULL},
    {24, 80, "fr", "fr-mono", "mono"},
};

static struct pty *
space_client(struct pty_stage *s, const struct look *l)
{
	const char *theme[] = {"--theme", l->theme, NULL};
	struct pty_stage_options o = {
	    .rows = l->rows,
	    .columns = l->columns,
	    .language = l->language,
	    .args = l->theme ? theme : NULL,
	};
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_stage_client(s, &o);
	assert_true(pty_stage_sign_in(p, s));
	return p;
}

static void
space_key(struct pty *p, enum pty_key key)
{
	pty_key(p, key);
	assert_true(pty_wait_idle(p));
}

static void
space_type(struct pty *p, const char *keys)
{
	pty_send(p, keys);
	assert_true(pty_wait_idle(p));
}

static void
space_golden(struct pty *p, const struct look *l, const char *name)
{
	assert_true(golden_matches(p, name, l->name));
}

/* 2.2 */
static void
space_history(struct pty *p, const struct look *l)
{
	pty_send(p, "2");
	assert_true(pty_wait_screen(p, "history"));
	assert_true(pty_wait_text(p, "GHRFICTIF"));
	space_golden(p, l, "history");
	space_key(p, PTY_KEY_PAGE_DOWN);
	assert_true(pty_wait_text(p, "Élodie"));
	space_golden(p, l, "history-marks");
	space_key(p, PTY_KEY_DOWN);
	space_key(p, PTY_KEY_DOWN);
	space_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "access"));
	assert_true(pty_wait_text(p, "Q-00000"));
	space_golden(p, l, "access-answered");
	space_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "history"));
	space_key(p, PTY_KEY_PAGE_UP);
	assert_true(pty_wait_text(p, "GHRFICTIF"));
	space_key(p, PTY_KEY_HOME);
	space_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "access"));
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
	space_golden(p, l, "access");
	space_type(p, "c");
	assert_true(pty_wait_screen(p, "contest"));
	space_type(p, "Je n'étais pas hospitalisée ce jour-là : qui a ouvert mon examen, et pour "
		      "quelle raison ?");
	space_golden(p, l, "contest");
	space_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	space_golden(p, l, "contest-confirm");
	space_key(p, PTY_KEY_ESCAPE);
	space_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "access"));
}

/* 2.3 */
static void
space_blocks(struct pty *p, const struct look *l)
{
	pty_send(p, "3");
	assert_true(pty_wait_screen(p, "blocks"));
	assert_true(pty_wait_text(p, "SUPPOSÉE"));
	space_golden(p, l, "blocks");
	space_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	space_golden(p, l, "unblock-confirm");
	space_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "blocks"));
	space_type(p, "a");
	assert_true(pty_wait_screen(p, "blocks"));
	space_golden(p, l, "find");
	space_type(p, "\t\t\t\rrad");
	space_golden(p, l, "find-specialties");
	space_key(p, PTY_KEY_ESCAPE);
	space_key(p, PTY_KEY_F0 + 2);
	space_type(p, "exemple\r");
	assert_true(pty_wait_text(p, "EXEMPLE-1"));
	space_golden(p, l, "found");
	space_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	space_golden(p, l, "block-confirm");
	space_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "blocks"));
}

static void
space_look(void **state, size_t i)
{
	struct pty *p = space_client(*state, &looks[i]);

	space_history(p, &looks[i]);
	space_blocks(p, &looks[i]);
	pty_free(&p);
}

static void
test_80x24(void **state)
{
	space_look(state, 0);
}

static void
test_60x20(void **state)
{
	space_look(state, 1);
}

static void
test_120x40(void **state)
{
	space_look(state, 2);
}

static void
test_german(void **state)
{
	space_look(state, 3);
}

static void
test_english(void **state)
{
	space_look(state, 4);
}

static void
test_mono(void **state)
{
	space_look(state, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_80x24),
	    cmocka_unit_test(test_60x20),
	    cmocka_unit_test(test_120x40),
	    cmocka_unit_test(test_german),
	    cmocka_unit_test(test_english),
	    cmocka_unit_test(test_mono),
	};

	return cmocka_run_group_tests_name("space", tests, pty_stage_set_up, pty_stage_tear_down);
}
