/* SPDX-License-Identifier: MIT */
/*
 * The reception desk through the real client and the real server: what its
 * screens look like, and the ways through them.
 */
#include "tests/lib/check.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/pty_look.h"
#include "tests/lib/staff_fixture.h"

static struct staff line;

static int
set_up(void **state)
{
	struct pty_stage *s = pty_stage_new(true);

	*state = s;
	staff_new(s->fixture, EMAGE__ROLE__ROLE_RECEPTION, 1, 0, &line);
	staff_example(s->fixture);
	return 0;
}

static struct pty *
at_desk(struct pty_stage *s, const struct pty_stage_options *o)
{
	return pty_stage_staff(s, o, &line.person, "desk");
}

static void
test_find(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = at_desk(s, NULL);

	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Indiquez un numéro, ou deux"));
	step_find_martin(p);
	assert_true(pty_wait_text(p, "[Voir]"));
	step_enter(p, "patient");
	assert_true(pty_wait_text(p, s->patient.identifier));
	assert_true(pty_wait_text(p, "donné le"));
	assert_true(pty_wait_text(p, "choisi par le patient"));
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "desk");
	pty_free(&p);
}

/* By the INS, as it is written on a card; a wrong key is told, and is no hindrance. */
static void
test_ins(void **state)
{
	struct pty *p = at_desk(*state, NULL);

	for (int i = 0; i < 5; i++)
		step_key(p, PTY_KEY_TAB);
	step_type(p, "2 60 02 999 000 01 07\r");
	assert_true(pty_wait_text(p, "1 patient trouvé"));
	assert_true(pty_has(p, ">EXEMPLE"));
	assert_false(pty_has(p, "La clé de cet INS"));
	step_key(p, PTY_KEY_BACKTAB); /* past the buttons, to what was typed */
	step_key(p, PTY_KEY_BACKTAB);
	step_key(p, PTY_KEY_BACKTAB);
	step_key(p, PTY_KEY_BACKSPACE);
	step_type(p, "8\r");
	assert_true(pty_wait_text(p, "La clé de cet INS n'est pas la bonne"));
	assert_true(pty_has(p, ">EXEMPLE"));
	step_enter(p, "patient");
	assert_true(pty_wait_text(p, "260029990000107 · identité qualifiée"));
	pty_free(&p);
}

/* The letter again: asked for, shown once, gone with its screen. */
static void
test_letter(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p;

	/* three days after the address was corrected */
	pty_stage_next_day(s);
	pty_stage_next_day(s);
	p = at_desk(s, NULL);
	step_find_martin(p);
	step_enter(p, "patient");
	assert_true(pty_wait_text(p, "Réimprimer"));
	step_enter(p, "dialog");
	step_key(p, PTY_KEY_RIGHT);
	step_enter(p, "letter");
	assert_true(pty_wait_text(p, "Mot de passe temporaire :"));
	assert_true(pty_wait_text(p, s->patient.identifier));
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "patient");
	assert_true(pty_wait_no_text(p, "Mot de passe temporaire :"));
	assert_true(pty_wait_text(p, "temporaire en attente"));
	pty_free(&p);
}

/* Somebody new: traits, text, the birth date twice, the letter. */
static void
test_new_patient(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = at_desk(s, NULL);

	step_key(p, PTY_KEY_ESCAPE);
	step_type(p, "2");
	step_wait(p, "desk-new");
	step_next(p, "Sasha");
	step_next(p, "IMAGINAIRE");
	step_key(p, PTY_KEY_TAB);
	step_next(p, "01/02/1990");
	step_next(p, "A-77");
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Recueil du consentement"));
	assert_true(pty_wait_text(p, "à faire lire"));
	step_key(p, PTY_KEY_TAB);
	step_enter(p, "consent-text");
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "desk-new");
	step_type(p, " ");
	step_key(p, PTY_KEY_TAB);
	step_next(p, "sasha@example.org");
	step_key(p, PTY_KEY_TAB);
	step_next(p, "02/02/1990");
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "pas la même date de naissance"));
	for (int i = 0; i < 12; i++)
		step_key(p, PTY_KEY_BACKSPACE);
	step_type(p, "01/02/1990");
	step_key(p, PTY_KEY_TAB);
	step_enter(p, "letter");
	assert_true(pty_wait_text(p, "Document de connexion de Sasha IMAGINAIRE"));
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "patient");
	assert_true(pty_wait_text(p, "sur papier"));
	assert_true(pty_wait_text(p, "A-77"));
	pty_free(&p);
}

static void
test_contact_and_code(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = at_desk(s, NULL);
	char code[16];

	step_find_martin(p);
	step_enter(p, "patient");
	assert_true(pty_wait_text(p, "Adresse mail :"));
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	step_enter(p, "desk-contact");
	step_type(p, "pas une adresse");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "pas complète"));
	for (int i = 0; i < 16; i++)
		step_key(p, PTY_KEY_BACKSPACE);
	step_type(p, "corrigee@example.org");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "le patient vous le lit"));
	fixture_next_code(s->mailbox, code);
	step_type(p, code);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "La nouvelle adresse est enregistrée"));
	assert_true(pty_wait_text(p, "corrigee@example.org"));
	/* the other one waits, and so does a password */
	step_key(p, PTY_KEY_TAB);
	step_enter(p, "desk-contact");
	step_type(p, "06 00 00 00 43");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "il y a moins de 72 heures"));
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "patient");
	for (int i = 0; i < 3; i++)
		step_key(p, PTY_KEY_BACKTAB);
	step_enter(p, "dialog");
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Une adresse vient d'être corrigée."));
	assert_true(pty_has(p, "Réessayez dans 72 heures."));
	/* no code is shown to whom it can be sent */
	assert_true(pty_has(p, "envoyé au patient"));
	assert_false(pty_has(p, "Afficher un code"));
	pty_free(&p);
}

/* Somebody else is in the account: suspended after a question whose safe answer has the
 * focus, given back with the birth date of a document, which also withdraws the consent. */
static void
test_shut(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = at_desk(s, NULL);

	step_find_martin(p);
	step_enter(p, "patient");
	assert_true(pty_wait_text(p, "Réimprimer"));
	step_key(p, PTY_KEY_BACKTAB);
	step_enter(p, "dialog");
	assert_true(pty_has(p, "Quelqu'un d'autre se sert du compte"));
	step_enter(p, "patient");
	assert_true(pty_has(p, "ouvert"));
	step_enter(p, "dialog");
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Le compte est suspendu"));
	assert_true(pty_wait_text(p, "[ Lever la suspension ]"));
	assert_false(pty_has(p, "Réimprimer"));
	step_enter(p, "desk-identity");
	step_type(p, "30/05/1984");
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "pas la même date de naissance"));
	for (int i = 0; i < 12; i++)
		step_key(p, PTY_KEY_BACKSPACE);
	step_type(p, "31/05/1984");
	step_key(p, PTY_KEY_TAB);
	step_enter(p, "letter");
	assert_true(pty_wait_text(p, "Mot de passe temporaire :"));
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "patient");
	assert_true(pty_wait_text(p, "ouvert"));
	for (int i = 0; i < 4; i++)
		step_key(p, PTY_KEY_TAB);
	step_enter(p, "desk-identity");
	step_type(p, "31/05/1984");
	step_key(p, PTY_KEY_TAB);
	step_enter(p, "patient");
	assert_true(pty_wait_text(p, "Le consentement est retiré et le compte fermé."));
	assert_true(pty_wait_text(p, "[ Rouvrir ]"));
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_find),
	    cmocka_unit_test(test_ins),
	    cmocka_unit_test(test_new_patient),
	    cmocka_unit_test(test_contact_and_code),
	    cmocka_unit_test(test_letter),
	    cmocka_unit_test(test_shut),
	};

	return cmocka_run_group_tests_name("desk", tests, set_up, pty_stage_tear_down);
}
