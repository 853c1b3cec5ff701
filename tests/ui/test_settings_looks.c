/* SPDX-License-Identifier: MIT */
/*
 * The screens of one's own account, as text under version control, in each
 * language and without colour.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "tests/lib/pty_look.h"

/* ------------------------------------------------------------ before signing in */

static void
looks_outside(struct pty_stage *s, const struct pty_look *l)
{
	struct pty *p = pty_look_client(s, l, NULL, false);

	assert_true(pty_wait_screen(p, "signin"));
	for (int i = 0; i < 3; i++)
		step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "forgot"));
	pty_look_golden(p, l, "forgot");
	pty_look_help(p, l, "forgot");
	step_type(p, "PERSONNE\r");
	pty_look_golden(p, l, "forgot-sent");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "signin"));
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "undo"));
	pty_look_golden(p, l, "undo");
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "signin"));
	pty_key(p, PTY_KEY_F0 + 6);
	assert_true(pty_wait_screen(p, "support"));
	pty_look_golden(p, l, "support-outside");
	step_key(p, PTY_KEY_ESCAPE);
	pty_key(p, PTY_KEY_F0 + 5);
	assert_true(pty_wait_screen(p, "faq"));
	step_key(p, PTY_KEY_DOWN);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "answer"));
	pty_look_golden(p, l, "answer");
	pty_free(&p);
}

/* --------------------------------------------------------------------- settings */

/* Goes down the settings to its n-th button and opens it. */
static void
looks_open(struct pty *p, unsigned item, const char *screen)
{
	pty_send(p, "4");
	assert_true(pty_wait_screen(p, "settings"));
	for (unsigned i = 0; i < item; i++)
		step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, screen));
}

static void
looks_leave(struct pty *p)
{
	pty_send(p, "\x1b");
	assert_true(pty_wait_screen(p, "settings"));
	/* another section and back: the first button again */
	step_type(p, "1");
	assert_true(pty_wait_screen(p, "exams"));
}

static void
looks_inside(struct pty_stage *s, const struct pty_look *l)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_look_client(s, l, NULL, false);
	assert_true(pty_stage_sign_in(p, s));
	pty_send(p, "4");
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_wait_text(p, "camille@example.org"));
	pty_look_golden(p, l, "settings");
	pty_look_help(p, l, "settings");
	step_type(p, "1");
	looks_open(p, 0, "contact");
	pty_look_golden(p, l, "contact");
	looks_leave(p);
	looks_open(p, 2, "password");
	step_type(p, "mot de passe actuel\tun nouveau mot de passe\tun nouveau");
	pty_look_golden(p, l, "password");
	looks_leave(p);
	looks_open(p, 6, "totp");
	pty_look_golden(p, l, "totp");
	looks_leave(p);
	looks_open(p, 8, "export");
	step_type(p, "\x15~/mes-examens.tar");
	pty_look_golden(p, l, "export");
	looks_leave(p);
	looks_open(p, 9, "consent");
	pty_look_golden(p, l, "consent");
	pty_look_help(p, l, "consent");
	looks_leave(p);
	pty_free(&p);
}

static void
looks_all(struct pty_stage *s, const struct pty_look *l)
{
	looks_outside(s, l);
	looks_inside(s, l);
}

/* An identifier and dates that are always the same. */
static int
looks_set_up(void **state)
{
	struct pty_stage *s = pty_stage_new(true);
	char sql[768];

	*state = s;
	fixture_stop(s->fixture);
	snprintf(sql, sizeof(sql),
	    "UPDATE account SET identifier = 'wtm3rhwxhj', password_changed_at_ms = %lld;"
	    "INSERT INTO consent (patient_id, given, at_ms, operator_name, establishment_id)"
	    " SELECT patient_id, 1, %lld, 'x', (SELECT min(establishment_id) FROM establishment"
	    " WHERE name = '" STAGE_PLACE "') FROM account;",
	    (long long)clock_from_paris(2026, 3, 2, 9, 0, 0),
	    (long long)clock_from_paris(2026, 1, 15, 9, 0, 0));
	fixture_sql(s->fixture, sql);
	fixture_start(s->fixture);
	snprintf(s->patient.identifier, sizeof(s->patient.identifier), "WTM3RHWXHJ");
	return 0;
}

int
main(void)
{
	return pty_look_run("settings looks", looks_set_up, looks_all);
}
