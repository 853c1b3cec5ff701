/* SPDX-License-Identifier: MIT */
/*
 * A professional through the real client and the real server: finding a patient,
 * the motive, the exams of the open record, and the ways in which it closes.
 */
#include "tests/lib/check.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "proto/access.pb-c.h"
#include "tests/lib/pty_look.h"
#include "tests/lib/staff_fixture.h"

static struct staff doctor;

static int
set_up(void **state)
{
	struct pty_stage *s = pty_stage_new(true);

	*state = s;
	staff_new(s->fixture, EMAGE__ROLE__ROLE_PROFESSIONAL, 7, 0, &doctor);
	pty_stage_withhold(s);
	return 0;
}

static struct pty *
doctor_in(struct pty_stage *s, const struct pty_stage_options *o)
{
	return pty_stage_staff(s, o, &doctor.person, "record");
}

static void
at_motive(struct pty *p)
{
	step_find_martin(p);
	step_enter(p, "motive");
}

/* The nth motive of the list, then the button that opens. */
static void
choose_motive(struct pty *p, unsigned n)
{
	step_key(p, PTY_KEY_ENTER);
	for (unsigned i = 0; i < n; i++)
		step_key(p, PTY_KEY_DOWN);
	step_key(p, PTY_KEY_ENTER);
}

static void
open_martin(struct pty *p)
{
	at_motive(p);
	choose_motive(p, 1);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	step_enter(p, "exams");
}

/* ------------------------------------------------------------------ ways in */

static void
test_motive_is_needed(void **state)
{
	struct pty *p = doctor_in(*state, NULL);

	/* nothing is open yet */
	step_key(p, PTY_KEY_ESCAPE);
	pty_stage_choose(p, "Effacer");
	pty_send(p, "2");
	assert_true(pty_wait_text(p, "Aucun dossier n'est ouvert"));
	step_key(p, PTY_KEY_TAB);
	pty_stage_choose(p, "Nom :");
	step_key(p, PTY_KEY_F0 + 2);
	at_motive(p);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "sans motif, pas d'accès"));
	/* an emergency is explained */
	choose_motive(p, 4);
	assert_true(pty_wait_text(p, "Précisez :"));
	step_key(p, PTY_KEY_TAB);
	step_type(p, "court");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "de 10 à 500 caractères"));
	step_type(p, ", mais inconsciente");
	step_enter(p, "exams");
	assert_true(pty_wait_text(p, "Dossier de Camille MARTIN · Accès en urgence"));
	pty_free(&p);
}

static void
test_exams_release_close(void **state)
{
	struct pty *p = doctor_in(*state, NULL);

	open_martin(p);
	assert_true(pty_wait_text(p, "[non libéré]"));
	step_enter(p, "report");
	assert_true(pty_wait_text(p, "Dossier de Camille MARTIN · Vu en consultation"));
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "exams");
	pty_send(p, "l");
	step_wait(p, "dialog");
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Le patient voit maintenant cet examen."));
	assert_true(pty_wait_no_text(p, "[non libéré]"));
	/* nothing to release any more */
	step_type(p, "l");
	step_wait(p, "exams");
	/* away and back: it is still open */
	step_type(p, "4");
	step_wait(p, "settings");
	step_type(p, "2");
	step_wait(p, "exams");
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "dialog");
	step_key(p, PTY_KEY_RIGHT);
	step_enter(p, "record");
	assert_true(pty_wait_text(p, "Le dossier est fermé."));
	step_key(p, PTY_KEY_DOWN);
	assert_true(pty_wait_no_text(p, "Dossier de"));
	pty_free(&p);
	pty_stage_withhold(*state);
}

/* --------------------------------------------------------------- ways out */

/* The server's clock alone goes on: the record is over there. */
static void
test_time_is_over(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = doctor_in(s, NULL);

	open_martin(p);
	fixture_stop(s->fixture);
	fixture_sql(s->fixture, "UPDATE record SET until_ms = 1");
	fixture_start(s->fixture);
	pty_send(p, "r");
	step_wait(p, "record");
	assert_true(pty_wait_text(p, "Le temps du dossier est écoulé"));
	assert_true(pty_wait_no_text(p, "[Voir]"));
	pty_free(&p);
}

static void
block_doctor(struct pty_stage *s, bool block)
{
	Emage__DirectorySearchRequest find = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;
	Emage__BlockAddRequest add = EMAGE__BLOCK_ADD_REQUEST__INIT;
	Emage__BlockRemoveRequest take = EMAGE__BLOCK_REMOVE_REQUEST__INIT;
	struct wire *w = wire_open_greeted(s->fixture);
	const Emage__DirectorySearchReply *found;

	wire_sign_in(w, &s->patient);
	find.family_name = (char *)(uintptr_t) "MEDECIN";
	find.page = 1;
	find.page_size = 10;
	assert_int_equal(wire_call(w, METHOD_directory_search, &find), 0);
	found = (const Emage__DirectorySearchReply *)w->reply;
	assert_int_equal(found->n_rows, 1);
	add.professional_id = take.professional_id = found->rows[0]->professional_id;
	if (block)
		assert_int_equal(wire_call(w, METHOD_block_add, &add), 0);
	else
		assert_int_equal(wire_call(w, METHOD_block_remove, &take), 0);
	wire_free(&w);
}

/* A block: all of the patient goes, and what is said is what an unknown patient
 * gets; so does who tries again. */
static void
test_block(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = doctor_in(s, NULL);

	open_martin(p);
	pty_key(p, PTY_KEY_DOWN);
	step_enter(p, "report");
	step_key(p, PTY_KEY_ESCAPE);
	block_doctor(s, true);
	pty_send(p, "r");
	step_wait(p, "record");
	assert_true(pty_wait_text(p, "Cet élément n'existe pas ou plus."));
	assert_false(pty_has(p, "MARTIN"));
	block_doctor(s, false);
	at_motive(p);
	block_doctor(s, true);
	choose_motive(p, 1);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Cet élément n'existe pas ou plus."));
	block_doctor(s, false);
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_motive_is_needed),
	    cmocka_unit_test(test_exams_release_close),
	    cmocka_unit_test(test_time_is_over),
	    cmocka_unit_test(test_block),
	};

	return cmocka_run_group_tests(tests, set_up, pty_stage_tear_down);
}
