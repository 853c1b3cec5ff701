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
	struct pty_stage *s = pty_stage_new(true);

	*state = s;
	staff_new(s->fixture, EMAGE__ROLE__ROLE_RECEPTION, 1, 0, &line);
	staff_new(s->fixture, EMAGE__ROLE__ROLE_PROFESSIONAL, 7, 0, &doctor);
	staff_example(s->fixture);
	pty_stage_withhold(s);
	return 0;
}

static struct pty *
looks_sign_in(
    struct pty_stage *s, const struct pty_look *l, const struct staff *who, const char *screen)
{
	struct pty *p = pty_look_client(s, l, NULL, false);

	assert_true(pty_stage_password(p, who->person.identifier, who->person.password));
	assert_true(pty_stage_code(p, s));
	step_wait(p, screen);
	return p;
}

/* --------------------------------------------------------------- the reception */

static void
looks_patient(struct pty *p, const struct pty_look *l)
{
	pty_look_golden(p, l, "desk-find");
	step_type(p, "inventee\tdom");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, ">EXEMPLE"));
	pty_look_golden(p, l, "desk-found");
	step_enter(p, "patient");
	assert_true(pty_wait_text(p, "Dominique"));
	pty_look_golden(p, l, "desk-patient");
	step_tabs(p, 2);
	step_enter(p, "desk-contact");
	pty_look_golden(p, l, "desk-contact");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "patient");
	step_tabs(p, 2);
	step_enter(p, "desk-identity");
	pty_look_golden(p, l, "desk-identity");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "patient");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "desk");
}

static void
looks_consent(struct pty *p, const struct pty_look *l)
{
	pty_send(p, "2");
	step_wait(p, "desk-new");
	pty_look_golden(p, l, "desk-new");
	step_tabs(p, 1);
	step_type(p, "Sasha");
	step_tabs(p, 1);
	step_type(p, "IMAGINAIRE");
	step_tabs(p, 2);
	step_type(p, "01/02/1990");
	step_tabs(p, 2);
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Sasha IMAGINAIRE"));
	pty_look_golden(p, l, "desk-consent");
	step_tabs(p, 1);
	step_enter(p, "consent-text");
	pty_look_golden(p, l, "desk-text");
}

/* ------------------------------------------------------------ the professional */

/* The nth motive of the list. */
static void
looks_motive(struct pty *p, unsigned n)
{
	step_key(p, PTY_KEY_ENTER);
	while (n-- > 0)
		step_key(p, PTY_KEY_DOWN);
	step_key(p, PTY_KEY_ENTER);
}

static void
looks_record(struct pty *p, const struct pty_look *l)
{
	pty_look_golden(p, l, "record-find");
	step_find_martin(p);
	step_enter(p, "motive");
	pty_look_golden(p, l, "record-motive");
	looks_motive(p, 4);
	step_tabs(p, 1);
	step_type(p, "Patiente inconsciente, scanner demandé");
	pty_look_golden(p, l, "record-emergency");
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "record");
	step_enter(p, "motive");
	looks_motive(p, 1);
	step_tabs(p, 2);
	step_enter(p, "exams");
	pty_look_golden(p, l, "record-exams");
	pty_send(p, "l");
	step_wait(p, "dialog");
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
