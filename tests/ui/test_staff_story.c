/* SPDX-License-Identifier: MIT */
/*
 * The story of an establishment, in three clients at once on one server: consent
 * collected in Strasbourg and the letter printed, first sign-in, a doctor who states a motive,
 * the patient who sees it and blocks, the doctor who gets the answer of an unknown
 * patient, the withdrawal, and the desk that opens the account again.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/mem.h"
#include "tests/lib/file.h"
#include "tests/lib/pty_look.h"
#include "tests/lib/staff_fixture.h"

#define STORY_FINESS   "670000033"
#define STORY_PASSWORD "mon grand chat orange 7"
#define STORY_BORN     "29/02/1980"
#define STORY_NAME     "Noémie FICTIVE"

struct story {
	struct pty_stage *stage;
	struct staff line, paul;
	struct pty *desk, *patient, *doctor;
	char identifier[32], temporary[32];
	char lp[96], lp_env[112], config[96];
};

/* Yes, which is never the answer with the focus. */
static void
story_yes(struct pty *p, const char *screen)
{
	step_wait(p, "dialog");
	step_key(p, PTY_KEY_RIGHT);
	step_enter(p, screen);
}

static void
story_open(struct pty *p, const char *digit, const char *screen)
{
	pty_send(p, digit);
	step_wait(p, screen);
}

/* Somebody who is there already, or not yet known to the stage. */
static struct pty *
story_enter(struct story *t, const char *identifier, const char *password, const char *screen)
{
	struct pty *p = pty_stage_client(t->stage, NULL);

	assert_true(pty_stage_password(p, identifier, password));
	assert_true(pty_stage_code(p, t->stage));
	step_wait(p, screen);
	return p;
}

static void
story_word(struct pty *p, const char *label, char *out_r, size_t len)
{
	char line[512];
	unsigned row, column;
	const char *at;

	assert_true(pty_find(p, label, &row, &column));
	pty_screen_row(pty_view(p), row, line, sizeof(line));
	at = strstr(line, label) + strlen(label);
	at += strspn(at, " ");
	assert_true(*at != '\0');
	snprintf(out_r, len, "%.*s", (int)strcspn(at, " "), at);
}

/* ------------------------------------------------------------------ the desk */

/* An lp(1) that keeps what it gets, and the desk's configuration. */
static void
story_printer(struct story *t)
{
	snprintf(t->lp, sizeof(t->lp), "%s/lp", t->stage->fixture->folder);
	snprintf(t->lp_env, sizeof(t->lp_env), "EMAGE_LP=%s", t->lp);
	snprintf(t->config, sizeof(t->config), "%s/emage.conf", t->stage->fixture->folder);
	file_write_script("#!/bin/sh\ncat > \"$0.pdf\"\n", "%s", t->lp);
	file_write("[staff]\nprinter = accueil\n", "%s", t->config);
}

/* What is on the paper is what lets her in. */
static void
story_print(struct story *t)
{
	char pdf[sizeof(t->lp) + 8], *paper;
	const char *read[] = {"/usr/bin/pdftotext", "-layout", pdf, "-", NULL};

	snprintf(pdf, sizeof(pdf), "%s.pdf", t->lp);
	assert_true(pty_wait_text(t->desk, ">[ Imprimer ]"));
	pty_key(t->desk, PTY_KEY_ENTER);
	assert_true(pty_wait_text(t->desk, "Lettre envoyée à l'imprimante « accueil »."));
	fixture_must_run(t->stage->fixture, read, &paper);
	assert_non_null(strstr(paper, t->identifier));
	assert_non_null(strstr(paper, t->temporary));
	assert_non_null(strstr(paper, "CHU FICTIF STRASBOURG"));
	free(paper);
}

/* What is alike for a first consent and a second: from the language on. NULL: no
 * address is typed. */
static void
story_consent(struct story *t, const char *email)
{
	struct pty *p = t->desk;

	step_tabs(p, 1);
	step_enter(p, "consent-text");
	pty_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_text(p, "Texte du consentement :  lu "));
	step_type(p, " ");
	step_tabs(p, 2);
	if (email != NULL)
		step_type(p, email);
	step_tabs(p, 2);
	step_type(p, STORY_BORN);
	step_tabs(p, 1);
	step_enter(p, "letter");
	assert_true(pty_wait_text(p, "Document de connexion de " STORY_NAME));
	story_word(p, "Identifiant :", t->identifier, sizeof(t->identifier));
	story_word(p, "Mot de passe temporaire :", t->temporary, sizeof(t->temporary));
	story_print(t);
	pty_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "patient");
	assert_false(pty_has(p, t->temporary));
}

static void
story_collect(struct story *t)
{
	const char *args[] = {"--staff", "--config", t->config, NULL};
	const char *env[] = {t->lp_env, NULL};
	struct pty *p = t->desk = pty_stage_staff(t->stage,
	    &(struct pty_stage_options){.args = args, .env = env}, &t->line.person, "desk");

	/* nobody of that name yet */
	step_seek(p, "fictive", STORY_BORN);
	assert_true(pty_wait_text(p, "Aucun patient trouvé"));
	step_key(p, PTY_KEY_ESCAPE);
	story_open(p, "2", "desk-new");
	step_tabs(p, 1);
	step_type(p, "Noémie");
	step_tabs(p, 1);
	step_type(p, "FICTIVE");
	step_tabs(p, 2);
	step_type(p, STORY_BORN);
	step_tabs(p, 1);
	step_type(p, "S-0042");
	step_tabs(p, 1);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Recueil du consentement"));
	story_consent(t, "noemie@example.org");
	assert_true(pty_wait_text(p, "S-0042"));
	assert_true(pty_wait_text(p, "CHU FICTIF STRASBOURG"));
}

/* --------------------------------------------------------------- the patient */

static void
story_first_sign_in(struct story *t)
{
	struct pty *p = story_enter(t, t->identifier, t->temporary, "newpass");

	step_type(p, STORY_PASSWORD);
	step_tabs(p, 1);
	step_type(p, STORY_PASSWORD);
	step_enter(p, "signin");
	pty_free(&p);
	p = t->patient = story_enter(t, t->identifier, STORY_PASSWORD, "exams");
	story_open(p, "2", "history");
	assert_true(pty_wait_text(p, "Aucun"));
	assert_false(pty_has(p, "MEDECIN"));
}

/* What the doctor has just done stands there as soon as she looks. */
static void
story_see_and_block(struct story *t)
{
	struct pty *p = t->patient;

	pty_send(p, "r");
	assert_true(pty_wait_text(p, "MEDECIN"));
	assert_true(pty_wait_text(p, "consultation"));
	story_open(p, "3", "blocks");
	step_type(p, "a");
	assert_true(pty_wait_text(p, "Recherche d'un professionnel"));
	step_type(p, "medecin\r");
	assert_true(pty_wait_text(p, "[Bloquer]"));
	pty_key(p, PTY_KEY_ENTER);
	story_yes(p, "blocks");
	assert_true(pty_wait_text(p, "Paul MEDECIN : accès bloqué dès maintenant."));
}

/* The doctor's attempts are in her history; then she withdraws. */
static void
story_withdraw(struct story *t)
{
	struct pty *p = t->patient;

	step_key(p, PTY_KEY_ESCAPE);
	story_open(p, "2", "history");
	assert_true(pty_wait_text(p, "[refusé]"));
	story_open(p, "4", "settings");
	assert_true(pty_wait_text(p, "Retirer votre consentement"));
	step_key(p, PTY_KEY_BACKTAB); /* the last of the list */
	step_enter(p, "consent");
	step_type(p, STORY_PASSWORD);
	step_tabs(p, 2);
	step_type(p, "RETIRER");
	step_tabs(p, 2);
	step_enter(p, "closed");
	pty_free(&t->patient);
}

/* ---------------------------------------------------------------- the doctor */

static void
story_find(struct story *t)
{
	step_seek(t->doctor, "fictive", STORY_BORN);
}

static void
story_motive(struct story *t)
{
	struct pty *p = t->doctor;

	t->doctor = p =
	    story_enter(t, t->paul.person.identifier, t->paul.person.password, "record");
	story_find(t);
	assert_true(pty_wait_text(p, ">FICTIVE"));
	step_enter(p, "motive");
	/* no motive, no access */
	step_tabs(p, 2);
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "sans motif, pas d'accès"));
	step_key(p, PTY_KEY_ENTER);
	step_key(p, PTY_KEY_DOWN);
	step_key(p, PTY_KEY_ENTER);
	step_tabs(p, 2);
	step_enter(p, "exams");
	assert_true(pty_wait_text(p, "Dossier de " STORY_NAME " · Vu en consultation"));
}

/* Nothing of her is left, and a search says what it says of anybody unknown. */
static void
story_shut_out(struct story *t)
{
	struct pty *p = t->doctor;

	pty_send(p, "r");
	step_wait(p, "record");
	assert_true(pty_wait_text(p, "Cet élément n'existe pas ou plus."));
	assert_false(pty_has(p, "FICTIVE"));
	story_find(t);
	assert_true(pty_wait_text(p, "Aucun patient trouvé"));
	pty_free(&t->doctor);
}

/* -------------------------------------------------------------------- again */

static void
story_reopen(struct story *t)
{
	struct pty *p = t->desk;
	char before[sizeof(t->identifier)];

	snprintf(before, sizeof(before), "%s", t->identifier);
	step_key(p, PTY_KEY_ESCAPE);
	step_wait(p, "desk");
	/* what was looked for then is still in the fields */
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, ">FICTIVE"));
	assert_true(pty_wait_text(p, "fermé"));
	step_enter(p, "patient");
	assert_true(pty_wait_text(p, "retiré le"));
	assert_true(pty_wait_text(p, ">[ Rouvrir ]"));
	step_enter(p, "desk-consent");
	/* the address of before is taken again */
	story_consent(t, NULL);
	assert_true(pty_wait_text(p, "noemie@example.org"));
	assert_string_equal(t->identifier, before);
	t->patient = story_enter(t, t->identifier, t->temporary, "newpass");
	pty_free(&t->patient);
	pty_free(&t->desk);
}

static void
test_story(void **state)
{
	struct story t = {.stage = *state};
	struct fixture *f = t.stage->fixture;
	uint64_t strasbourg = fixture_add_establishment(f, STORY_FINESS, "CHU FICTIF STRASBOURG");

	staff_new(f, EMAGE__ROLE__ROLE_RECEPTION, 1, strasbourg, &t.line);
	staff_new(f, EMAGE__ROLE__ROLE_PROFESSIONAL, 7, 0, &t.paul);
	story_printer(&t);
	story_collect(&t);
	story_first_sign_in(&t);
	story_motive(&t);
	story_see_and_block(&t);
	story_shut_out(&t);
	story_withdraw(&t);
	story_reopen(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_story),
	};

	return cmocka_run_group_tests_name(
	    "story of an establishment", tests, pty_stage_set_up, pty_stage_tear_down);
}
