/* SPDX-License-Identifier: MIT */
/*
 * What a reception and a professional are shown: finding a patient, the patient's
 * sheet, a consent, another address; the motive, the exams of the open record, a
 * release. In each look, as text under version control.
 */
#include "tests/lib/check.h"

#include <string.h>

#include "tests/lib/pty_look.h"
#include "tests/lib/staff_fixture.h"

static struct staff line, doctor;

static int
looks_set_up(void **state)
{
	int rc = pty_stage_set_up(state);
	struct pty_stage *s = *state;

	if (rc != 0)
		return rc;
	staff_new(s->fixture, EMAGE__ROLE__ROLE_RECEPTION, 1, 0, &line);
	staff_new(s->fixture, EMAGE__ROLE__ROLE_PROFESSIONAL, 7, 0, &doctor);
	staff_example(s->fixture);
	fixture_stop(s->fixture);
	/* the newest exam waits for its release */
	fixture_sql(s->fixture, "UPDATE exam SET released_at_ms = 0 WHERE taken_at_ms ="
				" (SELECT max(taken_at_ms) FROM exam)");
	fixture_start(s->fixture);
	return 0;
}

static struct pty *
looks_sign_in(
    struct pty_stage *s, const struct pty_look *l, const struct staff *who, const char *screen)
{
	struct pty *p = pty_look_client(s, l, NULL, false);

	assert_true(pty_stage_password(p, who->person.identifier, who->person.password));
	assert_true(pty_stage_code(p, s));
	pty_look_wait(p, screen);
	return p;
}

/* --------------------------------------------------------------- the reception */

static void
looks_patient(struct pty *p, const struct pty_look *l)
{
	pty_look_golden(p, l, "desk-find");
	pty_look_type(p, "inventee\tdom");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, ">EXEMPLE"));
	pty_look_golden(p, l, "desk-found");
	pty_look_enter(p, "patient");
	assert_true(pty_wait_text(p, "Dominique"));
	pty_look_golden(p, l, "desk-patient");
	pty_look_tabs(p, 2);
	pty_look_enter(p, "desk-contact");
	pty_look_golden(p, l, "desk-contact");
	pty_key(p, PTY_KEY_ESCAPE);
	pty_look_wait(p, "patient");
	pty_key(p, PTY_KEY_ESCAPE);
	pty_look_wait(p, "desk");
}

static void
looks_consent(struct pty *p, const struct pty_look *l)
{
	pty_send(p, "2");
	pty_look_wait(p, "desk-new");
	pty_look_golden(p, l, "desk-new");
	pty_look_tabs(p, 1);
	pty_look_type(p, "Sasha");
	pty_look_tabs(p, 1);
	pty_look_type(p, "IMAGINAIRE");
	pty_look_tabs(p, 2);
	pty_look_type(p, "01/02/1990");
	pty_look_tabs(p, 2);
	pty_look_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Sasha IMAGINAIRE"));
	pty_look_golden(p, l, "desk-consent");
	pty_look_tabs(p, 1);
	pty_look_enter(p, "consent-text");
	pty_look_golden(p, l, "desk-text");
}

/* ------------------------------------------------------------ the professional */

/* The nth motive of the list. */
static void
looks_motive(struct pty *p, unsigned n)
{
	pty_look_key(p, PTY_KEY_ENTER);
	while (n-- > 0)
		pty_look_key(p, PTY_KEY_DOWN);
	pty_look_key(p, PTY_KEY_ENTER);
}

static void
looks_record(struct pty *p, const struct pty_look *l)
{
	pty_look_golden(p, l, "record-find");
	pty_look_find_martin(p);
	pty_look_enter(p, "motive");
	pty_look_golden(p, l, "record-motive");
	looks_motive(p, 4);
	pty_look_tabs(p, 1);
	pty_look_type(p, "Patiente inconsciente, scanner demandé");
	pty_look_golden(p, l, "record-emergency");
	pty_key(p, PTY_KEY_ESCAPE);
	pty_look_wait(p, "record");
	pty_look_enter(p, "motive");
	looks_motive(p, 1);
	pty_look_tabs(p, 2);
	pty_look_enter(p, "exams");
	pty_look_golden(p, l, "record-exams");
	pty_send(p, "l");
	pty_look_wait(p, "dialog");
	pty_look_golden(p, l, "record-release");
}

static void
looks_play(struct pty_stage *s, const struct pty_look *l)
{
	struct pty *p;

	pty_look_day(s, 2 + (int)l->number);
	p = looks_sign_in(s, l, &line, "desk");
	looks_patient(p, l);
	looks_consent(p, l);
	pty_free(&p);
	p = looks_sign_in(s, l, &doctor, "record");
	looks_record(p, l);
	pty_free(&p);
}

int
main(void)
{
	return pty_look_run(
	    "looks of the reception and of a professional", looks_set_up, looks_play);
}
