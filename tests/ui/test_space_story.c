/* SPDX-License-Identifier: MIT */
/*
 * A patient looks up who has seen her exams, questions an access, blocks a
 * doctor and lets him in again: the real client on the real server.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/pty_stage_people.h"
#include "tests/lib/pty_steps.h"

static struct pty *
story_begin(struct pty_stage *s)
{
	struct pty *p;

	pty_stage_next_day(s);
	p = pty_stage_client(s, NULL);
	assert_true(pty_stage_sign_in(p, s));
	return p;
}

static void
story_open(struct pty *p, const char *digit, const char *screen)
{
	pty_send(p, digit);
	assert_true(pty_wait_screen(p, screen));
}

/* ------------------------------------------------------------------- history */

/* The page field takes the page, and tells which there are. */
static void
story_pages(struct pty *p)
{
	assert_true(pty_wait_text(p, "Résultats 1 à 5 sur 61"));
	for (unsigned first = 6; first <= STAGE_N_ACCESSES; first += 5) {
		char text[64];
		unsigned last = first + 4 < STAGE_N_ACCESSES ? first + 4 : STAGE_N_ACCESSES;

		pty_key(p, PTY_KEY_PAGE_DOWN);
		snprintf(
		    text, sizeof(text), "Résultats %u à %u sur %u", first, last, STAGE_N_ACCESSES);
		assert_true(pty_wait_text(p, text));
	}
	assert_true(pty_wait_text(p, "[13] sur 13"));
	step_key(p, PTY_KEY_PAGE_DOWN);
	assert_true(pty_wait_text(p, "Dernière page."));
	step_key(p, PTY_KEY_BACKTAB); /* from the rows to the page */
	step_type(p, "9999\r");
	assert_true(pty_wait_text(p, "Page inconnue : choisissez un nombre de 1 à 13."));
	assert_true(pty_has(p, "9999"));
	step_type(p, "\x15"
		     "0\r");
	assert_true(pty_wait_text(p, "Page inconnue"));
	step_type(p, "\x15"
		     "7\r");
	assert_true(pty_wait_text(p, "Résultats 31 à 35 sur 61"));
	step_type(p, "\x15"
		     "1\r");
	assert_true(pty_wait_text(p, "Résultats 1 à 5 sur 61"));
	step_key(p, PTY_KEY_ESCAPE);
}

/* By professional and by period; case and accents do not count. */
static void
story_filter(struct pty *p)
{
	step_key(p, PTY_KEY_F0 + 2);
	step_type(p, "\t\tELODIE\r");
	assert_true(pty_wait_text(p, "Résultat 1 sur 1"));
	assert_true(pty_has(p, "[contesté]"));
	step_key(p, PTY_KEY_F0 + 2);
	step_type(p, "01/05/2017\t30/04/2017\r");
	assert_true(pty_wait_text(p, "La période finit avant de commencer"));
	step_key(p, PTY_KEY_TAB);
	step_type(p, "\x15"
		     "31-05-2017\t\x15\r");
	assert_true(pty_wait_text(p, "Résultat 1 sur 1"));
	assert_true(pty_wait_text(p, "Vincent"));
	/* nobody of that name; the filter stays as it was typed */
	step_type(p, "מולר 🩻\r");
	assert_true(pty_wait_text(p, "Aucun résultat"));
	assert_true(pty_has(p, "[01/05/2017]"));
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_ENTER); /* [ Effacer ] */
	assert_true(pty_wait_text(p, "Résultats 1 à 5 sur 61"));
	step_key(p, PTY_KEY_ESCAPE);
}

/* The row is marked, the question is in the detail, a second one waits. */
static void
story_contest(struct pty *p)
{
	assert_true(pty_stage_choose(p, "Vincent"));
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "access"));
	assert_true(pty_wait_text(p, "Accès n° 58"));
	assert_true(pty_wait_text(p, "ECHO-DOPPLER ARTÈRES TEMPORALES · 10/06/2016 10:22"));
	assert_true(pty_has(p, "Accès possible jusqu'au : 02/06/2017 17:14"));
	step_type(p, "c");
	assert_true(pty_wait_screen(p, "contest"));
	step_type(p, "Qui ?\r");
	assert_true(pty_wait_text(p, "Posez votre question en 10 à 500 caractères."));
	step_type(p, " Qui a ouvert cet examen ?\r");
	assert_true(pty_wait_screen(p, "dialog"));
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "access"));
	assert_true(pty_wait_text(p, "Votre question est envoyée sous la référence Q-"));
	assert_true(pty_wait_text(p, "Qui ? Qui a ouvert"));
	assert_true(pty_wait_text(p, "Réponse : pas encore reçue"));
	assert_false(pty_has(p, "[ Contester cet accès ]"));
	step_type(p, "q");
	assert_true(pty_wait_screen(p, "history"));
	assert_true(pty_wait_text(p, "[contesté]"));
}

/* The establishment is told that there is a question, and nothing else. */
static void
story_notice(struct pty_stage *s)
{
	char *text;
	size_t len;

	assert_int_equal(mailbox_next(s->mailbox, FIXTURE_DEADLINE_MS, &text, &len), 0);
	assert_non_null(strstr(text, "Q-00000"));
	assert_null(strstr(text, "ouvert cet examen"));
	assert_null(strstr(text, "MARTIN"));
	free(text);
}

static void
test_history(void **state)
{
	struct pty *p = story_begin(*state);

	story_open(p, "2", "history");
	story_pages(p);
	story_filter(p);
	story_contest(p);
	story_notice(*state);
	assert_true(pty_stage_log_out(p));
	assert_true(pty_wait_screen(p, "signin"));
	pty_free(&p);
}

/* -------------------------------------------------------------------- blocks */

/* The doctor is found by the beginning of her name, whatever its accents. */
static void
story_find(struct pty *p)
{
	step_type(p, "a");
	assert_true(pty_wait_text(p, "Recherche d'un professionnel"));
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "! Veuillez renseigner au minimum un critère"));
	step_type(p, "d'ete\r");
	assert_true(pty_wait_text(p, "Résultat 1 sur 1"));
	assert_true(pty_wait_text(p, "Élodie"));
	assert_true(pty_wait_text(p, "[Bloquer]"));
}

static void
story_confirm(struct pty *p)
{
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	assert_true(pty_has(p, "Élodie D’ÉTÉ-FICTIF (Médecin"));
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "blocks"));
}

static void
test_blocks(void **state)
{
	struct pty *p = story_begin(*state);

	story_open(p, "3", "blocks");
	assert_true(pty_wait_text(p, "Résultats 1 à 2 sur 2"));
	story_find(p);
	/* Enter twice changes nothing: the safe answer has the focus */
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	assert_true(pty_has(p, ">[ Ne rien changer ]"));
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "blocks"));
	assert_true(pty_has(p, "[Bloquer]"));
	story_confirm(p);
	assert_true(pty_wait_text(p, "Élodie D’ÉTÉ-FICTIF : accès bloqué dès maintenant."));
	step_type(p, "a");
	assert_true(pty_wait_text(p, "Résultats 1 à 3 sur 3"));
	assert_true(pty_wait_text(p, "Élodie"));
	/* newest first */
	step_type(p, "oo");
	assert_true(pty_wait_text(p, ">D’ÉTÉ"));
	story_confirm(p);
	assert_true(pty_wait_text(p, "Élodie D’ÉTÉ-FICTIF : blocage annulé."));
	assert_true(pty_wait_text(p, "Résultats 1 à 2 sur 2"));
	/* and it shows in what was found */
	step_type(p, "a");
	assert_true(pty_wait_text(p, "[Bloquer]"));
	pty_free(&p);
}

/* Somebody has unblocked the doctor elsewhere: told, and the list is mended. */
static void
test_stale_list(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = story_begin(s);

	story_open(p, "3", "blocks");
	assert_true(pty_wait_text(p, "Charlotte"));
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	assert_true(pty_has(p, "Charlotte INVENTÉE (Médecin"));
	fixture_stop(s->fixture);
	fixture_sql(s->fixture,
	    "DELETE FROM block WHERE blocked_at_ms = (SELECT min(blocked_at_ms) FROM block)");
	/* without a connection nothing is changed, and nothing is lost */
	assert_true(pty_wait_text(p, "Le serveur est arrêté"));
	step_key(p, PTY_KEY_RIGHT);
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "blocks"));
	assert_true(pty_wait_text(p, "Pas de connexion : rien n'a été changé."));
	assert_true(pty_has(p, "Charlotte"));
	fixture_start(s->fixture);
	assert_true(pty_wait_text(p, "Connexion rétablie."));
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "blocage déjà annulé ailleurs, liste à jour."));
	assert_true(pty_wait_text(p, "Résultat 1 sur 1"));
	assert_true(pty_wait_text(p, "Catherine"));
	pty_free(&p);
}

/* Lists are long: typing goes to the entry, "urgences" as well as its first word. */
static void
test_type_ahead(void **state)
{
	struct pty *p = story_begin(*state);

	story_open(p, "3", "blocks");
	step_type(p, "a\t\t\t\r");
	step_type(p, "generale\r");
	assert_true(pty_wait_text(p, "[Médecine générale"));
	step_type(p, "\t\r");
	step_type(p, "stras\r");
	assert_true(pty_wait_text(p, "[CHRU de"));
	step_type(p, "\t\r");
	assert_true(pty_wait_text(p, "Résultat 1 sur 1"));
	assert_true(pty_wait_text(p, "Élodie"));
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_history),
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test(test_type_ahead),
	    cmocka_unit_test(test_stale_list),
	};

	return cmocka_run_group_tests_name(
	    "space story", tests, pty_stage_set_up, pty_stage_tear_down);
}
