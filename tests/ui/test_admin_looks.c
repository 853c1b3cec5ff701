/* SPDX-License-Identifier: MIT */
/*
 * What an administrator is shown: accounts, sessions, establishments, the queue of
 * questions and an answer being written, the trail and its verifying, the service. In
 * each look, as text under version control.
 */
#include "tests/lib/check.h"

#include <stdio.h>

#include "tests/lib/golden.h"
#include "tests/lib/pty_look.h"
#include "tests/lib/pty_stage_people.h"
#include "tests/lib/staff_fixture.h"

#define LOOKS_SERVICE_ROWS 14

static struct staff ada, line;

/* Rows of the trail that are Ada's: enough for a page, and for the trail's length to
 * be of three digits. */
static void
looks_switch_line(struct fixture *f)
{
	Emage__StaffSetRequest r = EMAGE__STAFF_SET_REQUEST__INIT;
	struct wire *w = staff_sign_in(f, &ada);

	r.account_id = line.account_id;
	for (int i = 0; i < 20; i++) {
		r.enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO;
		assert_int_equal(wire_call(w, METHOD_staff_set, &r), 0);
		r.enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_YES;
		assert_int_equal(wire_call(w, METHOD_staff_set, &r), 0);
	}
	wire_free(&w);
}

/* Everything later than the stage's, on days that are always the same. */
static int
looks_set_up(void **state)
{
	struct pty_stage *s = pty_stage_new(true);
	char sql[512];

	*state = s;
	pty_look_day(s, 1);
	staff_new(s->fixture, EMAGE__ROLE__ROLE_ADMIN, 1, 0, &ada);
	staff_new(s->fixture, EMAGE__ROLE__ROLE_RECEPTION, 2, 0, &line);
	looks_switch_line(s->fixture);
	fixture_stop(s->fixture);
	snprintf(sql, sizeof(sql),
	    "UPDATE account SET identifier = 'ada' WHERE email = 'ada1@example.org';"
	    "UPDATE account SET identifier = 'line' WHERE email = 'line2@example.org';"
	    "INSERT INTO contest (patient_id, number, at_ms, question) VALUES"
	    " (%llu, %u, 1496500000000, 'Qui a ouvert cet examen, et pourquoi ?');",
	    (unsigned long long)s->patient.patient_id, STAGE_N_ACCESSES - 3);
	fixture_sql(s->fixture, sql);
	snprintf(ada.person.identifier, sizeof(ada.person.identifier), "ada");
	fixture_start(s->fixture);
	return 0;
}

static void
looks_section(struct pty *p, const char *digit, const char *screen)
{
	pty_send(p, digit);
	step_wait(p, screen);
}

/* What is counted there is another number each time. */
static void
looks_counted(struct pty *p, const struct pty_look *l, const char *name)
{
	assert_true(golden_matches_but(p, name, l->name,
	    (const char *const[]){"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NULL}));
}

static void
looks_accounts(struct pty *p, const struct pty_look *l)
{
	assert_true(pty_wait_text(p, ">ACCUEIL Line"));
	pty_look_golden(p, l, "admin-accounts");
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "admin-account");
	pty_look_golden(p, l, "admin-account");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "admin-accounts");
	step_key(p, PTY_KEY_F0 + 2);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "admin-account");
	pty_look_golden(p, l, "admin-account-new");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "admin-accounts");
	step_key(p, PTY_KEY_ESCAPE); /* out of the search: digits open sections */
}

static void
looks_contests(struct pty *p, const struct pty_look *l)
{
	looks_section(p, "4", "admin-contests");
	assert_true(pty_wait_text(p, ">Q-0000"));
	pty_look_golden(p, l, "admin-contests");
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "admin-answer");
	step_type(p, "Le radiologue de garde");
	pty_look_golden(p, l, "admin-answer");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "admin-contests");
}

static void
looks_trail(struct pty *p, const struct pty_look *l)
{
	looks_section(p, "5", "admin-trail");
	assert_true(pty_wait_text(p, "session.opened"));
	step_key(p, PTY_KEY_F0 + 2);
	step_type(p, "staff.ch\r");
	assert_true(pty_wait_text(p, "staff.changed"));
	assert_true(pty_wait_no_text(p, "session.opened"));
	for (int i = 0; i < 3; i++) /* past the buttons, to the rows */
		step_key(p, PTY_KEY_TAB);
	pty_look_golden(p, l, "admin-trail");
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "admin-row");
	looks_counted(p, l, "admin-row");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "admin-trail");
	step_key(p, PTY_KEY_F0 + 2);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	step_wait(p, "admin-verify");
	assert_true(pty_wait_text(p, "61"));
	looks_counted(p, l, "admin-verify");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "admin-trail");
	step_key(p, PTY_KEY_ESCAPE);
}

static void
looks_play(struct pty_stage *s, const struct pty_look *l)
{
	struct pty *p = pty_look_client(s, l, NULL, false);

	pty_look_day(s, 2 + (int)l->number);
	assert_true(pty_stage_password(p, ada.person.identifier, ada.person.password));
	assert_true(pty_stage_code(p, s));
	step_wait(p, "admin-accounts");
	looks_accounts(p, l);
	looks_section(p, "2", "admin-sessions");
	pty_look_golden(p, l, "admin-sessions");
	looks_section(p, "3", "admin-places");
	assert_true(pty_wait_text(p, ">"));
	pty_look_golden(p, l, "admin-places");
	looks_contests(p, l);
	looks_trail(p, l);
	looks_section(p, "6", "admin-service");
	assert_true(pty_wait_text(p, "connections_accepted"));
	/* the first counters only: there are more of them from time to time */
	pty_resize(p, LOOKS_SERVICE_ROWS, l->columns);
	assert_true(pty_wait_idle(p));
	looks_counted(p, l, "admin-service");
	pty_free(&p);
}

int
main(void)
{
	return pty_look_run("administration's looks", looks_set_up, looks_play);
}
