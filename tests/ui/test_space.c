/* SPDX-License-Identifier: MIT */
/*
 * The other sections of the personal space, as text under version control, in
 * each language and without colour.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "tests/lib/pty_look.h"
#include "tests/lib/pty_stage_people.h"

/* 2.2 */
static void
space_history(struct pty *p, const struct pty_look *l)
{
	pty_send(p, "2");
	assert_true(pty_wait_screen(p, "history"));
	assert_true(pty_wait_text(p, "GHRFICTIF"));
	pty_look_golden(p, l, "history");
	pty_look_help(p, l, "history");
	for (int i = 0; i < 3 && !pty_has(p, "Élodie"); i++) /* a low window shows part of a page */
		step_key(p, PTY_KEY_PAGE_DOWN);
	assert_true(pty_wait_text(p, "Élodie"));
	pty_look_golden(p, l, "history-marks");
	step_key(p, PTY_KEY_DOWN);
	step_key(p, PTY_KEY_DOWN);
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "access"));
	assert_true(pty_wait_text(p, "Q-00000"));
	pty_look_golden(p, l, "access-answered");
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "history"));
	for (int i = 0; i < 3 && !pty_has(p, "GHRFICTIF"); i++)
		step_key(p, PTY_KEY_PAGE_UP);
	assert_true(pty_wait_text(p, "GHRFICTIF"));
	step_key(p, PTY_KEY_HOME);
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "access"));
	assert_true(pty_wait_text(p, "ECHO-DOPPLER"));
	pty_look_golden(p, l, "access");
	pty_look_help(p, l, "access");
	step_type(p, "c");
	assert_true(pty_wait_screen(p, "contest"));
	step_type(p, "Je n'étais pas hospitalisée ce jour-là : qui a ouvert mon examen, et pour "
		     "quelle raison ?");
	pty_look_golden(p, l, "contest");
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	pty_look_golden(p, l, "contest-confirm");
	step_key(p, PTY_KEY_ESCAPE);
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "access"));
}

/* 2.3 */
static void
space_blocks(struct pty *p, const struct pty_look *l)
{
	pty_send(p, "3");
	assert_true(pty_wait_screen(p, "blocks"));
	assert_true(pty_wait_text(p, "SUPPOSÉE"));
	pty_look_golden(p, l, "blocks");
	pty_look_help(p, l, "blocks");
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	pty_look_golden(p, l, "unblock-confirm");
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "blocks"));
	step_type(p, "a");
	assert_true(pty_wait_screen(p, "blocks"));
	pty_look_golden(p, l, "find");
	step_type(p, "\t\t\t\rrad");
	pty_look_golden(p, l, "find-specialties");
	step_key(p, PTY_KEY_ESCAPE);
	step_key(p, PTY_KEY_F0 + 2);
	step_type(p, "exemple\r");
	assert_true(pty_wait_text(p, "EXEMPLE-1"));
	pty_look_golden(p, l, "found");
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	pty_look_golden(p, l, "block-confirm");
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "blocks"));
}

static void
space_all(struct pty_stage *s, const struct pty_look *l)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_look_client(s, l, NULL, false);
	assert_true(pty_stage_sign_in(p, s));
	space_history(p, l);
	space_blocks(p, l);
	pty_free(&p);
}

int
main(void)
{
	return pty_look_run("space", pty_stage_set_up, space_all);
}
