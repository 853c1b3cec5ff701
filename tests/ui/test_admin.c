/* SPDX-License-Identifier: MIT */
/*
 * Administration through the real client and the real server: what its screens look
 * like, and the ways through them.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/pty_look.h"
#include "tests/lib/staff_fixture.h"

static struct staff ada, line;

static int
set_up(void **state)
{
	struct pty_stage *s = pty_stage_new(true);

	*state = s;
	staff_new(s->fixture, EMAGE__ROLE__ROLE_ADMIN, 1, 0, &ada);
	staff_new(s->fixture, EMAGE__ROLE__ROLE_RECEPTION, 2, 0, &line);
	/* of whom everything is always the same */
	fixture_stop(s->fixture);
	fixture_sql(s->fixture,
	    "UPDATE account SET identifier = 'ada' WHERE email = 'ada1@example.org';"
	    "UPDATE account SET identifier = 'line' WHERE email = 'line2@example.org';");
	fixture_start(s->fixture);
	snprintf(ada.person.identifier, sizeof(ada.person.identifier), "ada");
	snprintf(line.person.identifier, sizeof(line.person.identifier), "line");
	return 0;
}

static struct pty *
as_admin(struct pty_stage *s, const struct pty_stage_options *o)
{
	return pty_stage_staff(s, o, &ada.person, "admin-accounts");
}

static void
test_accounts(void **state)
{
	struct pty *p = as_admin(*state, NULL);

	assert_true(pty_wait_text(p, "ACCUEIL Line"));
	/* somebody new: what is missing is said, then it is there */
	step_key(p, PTY_KEY_F0 + 2);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	step_enter(p, "admin-account");
	step_key(p, PTY_KEY_TAB);
	step_type(p, "NOUVELLE");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Indiquez l'établissement"));
	step_type(p, "fictif");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "les codes d'accès y vont"));
	step_type(p, "nouvelle@example.org");
	step_enter(p, "admin-accounts");
	assert_true(pty_wait_text(p, "mot de passe temporaire envoyé à"));
	assert_true(pty_wait_text(p, "NOUVELLE"));
	pty_free(&p);
}

static void
test_account(void **state)
{
	struct pty *p = as_admin(*state, NULL);

	assert_true(pty_wait_text(p, ">ACCUEIL Line"));
	step_enter(p, "admin-account");
	assert_true(pty_wait_text(p, "line2@example.org"));
	/* Désactiver, after a question whose safe answer has the focus */
	for (int i = 0; i < 6; i++)
		step_key(p, PTY_KEY_TAB);
	step_enter(p, "dialog");
	step_key(p, PTY_KEY_RIGHT);
	step_enter(p, "admin-accounts");
	assert_true(pty_wait_text(p, "désactivé"));
	pty_free(&p);
}

static void
test_sections(void **state)
{
	struct pty *p = as_admin(*state, NULL);

	step_type(p, "2");
	step_wait(p, "admin-sessions");
	assert_true(pty_wait_text(p, "(celle-ci)"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "C'est votre session"));
	step_type(p, "3");
	step_wait(p, "admin-places");
	assert_true(pty_wait_text(p, "Centre hospitalier fictif"));
	step_type(p, "4");
	step_wait(p, "admin-contests");
	assert_true(pty_wait_text(p, "Aucune question"));
	step_type(p, "5");
	step_wait(p, "admin-trail");
	assert_true(pty_wait_text(p, "session.opened"));
	step_key(p, PTY_KEY_F0 + 2);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	step_enter(p, "admin-verify");
	assert_true(pty_wait_text(p, "Intact"));
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "admin-trail");
	step_type(p, "6");
	step_wait(p, "admin-service");
	assert_true(pty_wait_text(p, "en marche"));
	step_type(p, "7");
	step_wait(p, "settings");
	pty_free(&p);
}

/* A question goes all the way: the patient asks, an administrator finds it in the
 * queue and answers, the patient reads the answer. */
static void
test_contest(void **state)
{
	struct pty_stage *s = *state;
	struct pty *admin = as_admin(s, NULL), *p = pty_stage_client(s, NULL);

	assert_true(pty_stage_sign_in(p, s));
	pty_send(p, "2");
	step_wait(p, "history");
	assert_true(pty_stage_choose(p, "Vincent"));
	step_enter(p, "access");
	step_type(p, "c");
	step_wait(p, "contest");
	step_type(p, "Qui a ouvert cet examen ?\r");
	step_wait(p, "dialog");
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Votre question est envoyée"));

	step_type(admin, "4");
	step_wait(admin, "admin-contests");
	assert_true(pty_wait_text(admin, "Vincent EXEMPLE"));
	step_enter(admin, "admin-answer");
	assert_true(pty_wait_text(admin, "Qui a ouvert cet examen ?"));
	pty_key(admin, PTY_KEY_TAB); /* nothing is written yet */
	pty_key(admin, PTY_KEY_ENTER);
	assert_true(pty_wait_text(admin, "Écrivez la réponse au patient."));
	step_type(admin, "C'était le radiologue de garde.");
	step_key(admin, PTY_KEY_TAB);
	step_enter(admin, "dialog");
	/* Enter twice sends nothing: the safe answer has the focus */
	step_enter(admin, "admin-answer");
	assert_true(pty_wait_text(admin, "radiologue de garde"));
	step_enter(admin, "dialog");
	step_key(admin, PTY_KEY_RIGHT);
	step_enter(admin, "admin-contests");
	assert_true(pty_wait_text(admin, "Aucune question n'attend de réponse."));

	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "history");
	step_enter(p, "access");
	assert_true(pty_wait_text(p, "C'était le radiologue de garde."));
	pty_free(&p);
	pty_free(&admin);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accounts),
	    cmocka_unit_test(test_sections),
	    cmocka_unit_test(test_contest),
	    cmocka_unit_test(test_account),
	};

	return cmocka_run_group_tests(tests, set_up, pty_stage_tear_down);
}
