/* SPDX-License-Identifier: MIT */
/*
 * A person's own account through the real client and the real server: forgotten
 * password, addresses, authenticator app, sessions, export, consent; questions
 * and support. Stories, each for a person of its own.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/mem.h"
#include "tests/lib/pty_steps.h"

#define OTHER_PASSWORD "une autre phrase de passe"

/* ---------------------------------------------------------------------- steps */

/* -------------------------------------------------------------------- stories */

/* 1.3: a temporary password by mail, a code, a password of one's own; the old
 * one does until then, and not afterwards. */
static void
test_forgotten(void **state)
{
	struct pty_stage *s = *state;
	struct fixture_patient who;
	struct pty *p;
	char temporary[64];

	step_somebody(s, "Fabienne", "fabienne@example.org", &who);
	p = pty_stage_client(s, NULL);
	assert_true(pty_wait_screen(p, "signin"));
	step_type(p, who.identifier);
	assert_true(pty_stage_choose(p, "Mot de passe oublié ?"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "forgot"));
	assert_true(pty_wait_text(p, "Afin de pouvoir vous transmettre"));
	assert_true(pty_wait_text(p, who.identifier)); /* taken along */
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Si cet identifiant est celui d'un compte"));
	step_message_word(s, "mot de passe temporaire :", temporary, sizeof(temporary));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "signin"));
	step_type(p, temporary);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, "newpass"));
	step_type(p, OTHER_PASSWORD);
	step_key(p, PTY_KEY_TAB);
	step_type(p, OTHER_PASSWORD);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_wait_text(p, "Mot de passe enregistré"));
	step_type(p, who.password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Identifiant ou mot de passe incorrect"));
	pty_free(&p);
}

/* An identifier that nobody has gets the same answer. */
static void
test_forgotten_nobody(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = pty_stage_client(s, NULL);

	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_stage_choose(p, "Mot de passe oublié ?"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "forgot"));
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Saisissez votre identifiant."));
	step_type(p, "PERSONNE\xf0\x9f\x98\x80");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Si cet identifiant est celui d'un compte"));
	pty_free(&p);
}

/* Another e-mail address: a wrong form and a wrong password first; then both
 * codes; the notice's code takes it back without signing in. */
static void
test_contact(void **state)
{
	struct pty_stage *s = *state;
	struct fixture_patient who;
	struct pty *p;
	char undo[64];

	step_somebody(s, "Gisèle", "gisele@example.org", &who);
	p = step_signed_in(s, &who, NULL);
	step_open_setting(p, "gisele@example.org", "contact");
	step_type(p, "pas une adresse");
	step_key(p, PTY_KEY_TAB);
	step_type(p, who.password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Cette adresse n'est pas complète"));
	step_type(p, "\x15");
	step_type(p, "nouvelle@example.org");
	step_key(p, PTY_KEY_TAB);
	step_type(p, "x");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce mot de passe n'est pas le bon"));
	fixture_advance(s->fixture, 5000);
	step_type(p, "\x15");
	step_type(p, who.password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Pour vérifier que c'est bien vous"));
	step_type_code(p, s);
	assert_true(pty_wait_text(p, "à la nouvelle adresse"));
	step_type_code(p, s);
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_wait_text(p, "nouvelle@example.org"));
	assert_true(pty_wait_text(p, "Une adresse vient de changer"));
	assert_true(pty_stage_log_out(p));
	step_message_word(s, "entrez ce code :", undo, sizeof(undo));
	assert_true(pty_wait_screen(p, "signin"));
	assert_true(pty_stage_choose(p, "Annuler un changement d'adresse"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "undo"));
	step_type(p, "FAUX");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce code d'annulation n'est pas le bon"));
	step_type(p, "\x15");
	step_type(p, undo);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "L'ancienne adresse est rétablie"));
	pty_free(&p);
}

static void
test_password(void **state)
{
	struct pty_stage *s = *state;
	struct fixture_patient who;
	struct pty *p;

	step_somebody(s, "Hortense", "hortense@example.org", &who);
	p = step_signed_in(s, &who, NULL);
	step_open_setting(p, "Mot de passe", "password");
	step_type(p, "faux mot de passe");
	step_key(p, PTY_KEY_TAB);
	step_type(p, "court");
	step_key(p, PTY_KEY_TAB);
	step_type(p, "court");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce mot de passe est trop court"));
	step_type(p, "\x15" OTHER_PASSWORD);
	step_key(p, PTY_KEY_TAB);
	step_type(p, "\x15" OTHER_PASSWORD);
	assert_true(pty_wait_text(p, "[x] les deux saisies sont identiques"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce mot de passe n'est pas le bon"));
	fixture_advance(s->fixture, 5000);
	step_type(p, "\x15");
	step_type(p, who.password);
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_wait_text(p, "Mot de passe changé"));
	pty_free(&p);
}

/* Withdrawn: told how to come back, and signing in is refused. */
static void
test_consent(void **state)
{
	struct pty_stage *s = *state;
	struct fixture_patient who;
	struct pty *p;

	step_somebody(s, "Irène", "irene@example.org", &who);
	p = step_signed_in(s, &who, NULL);
	step_open_setting(p, "Retirer votre consentement", "consent");
	assert_true(pty_wait_text(p, "recopiez ce mot : RETIRER"));
	step_type(p, who.password);
	step_key(p, PTY_KEY_ENTER);
	step_type(p, "GARDER");
	/* Enter goes to the safe answer, Tab to the other one */
	step_key(p, PTY_KEY_ENTER);
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce n'est pas le mot demandé"));
	step_type(p, "\x15");
	step_type(p, "retirer");
	step_key(p, PTY_KEY_TAB);
	step_key(p, PTY_KEY_TAB);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "closed"));
	assert_true(pty_wait_text(p, "toute autre structure habilitée"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_stage_password(p, who.identifier, who.password));
	assert_true(pty_wait_text(p, "Identifiant ou mot de passe incorrect"));
	pty_free(&p);
}

/* One archive, for its owner alone, that tar can list; never over another file
 * without asking. */
static void
test_export(void **state)
{
	struct pty_stage *s = *state;
	struct fixture_patient who;
	struct pty *p;
	char *image = fixture_dicom("CT_small.dcm");
	const char *images[] = {image, NULL};
	char *path = mem_printf("%s/mes-données.tar", s->fixture->folder);
	const char *list[] = {"/bin/tar", "-tf", path, NULL};
	struct stat st;
	FILE *f;
	char *out;

	step_somebody(s, "Léonie", "leonie@example.org", &who);
	fixture_import(s->fixture, &who, images);
	free(image);
	p = step_signed_in(s, &who, NULL);
	step_open_setting(p, "Mes données", "export");
	assert_true(pty_wait_text(p, "~/e-mage-export-"));
	step_type(p, "\x15/nulle/part/x.tar");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce dossier n'existe pas"));
	f = fopen(path, "we");
	assert_non_null(f);
	fclose(f);
	step_type(p, "\x15");
	step_type(p, path);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	step_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "export"));
	assert_int_equal(unlink(path), 0);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_wait_text(p, "Vos données sont dans"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	fixture_must_run(s->fixture, list, &out);
	assert_non_null(strstr(out, ".dcm"));
	free(out);
	free(path);
	pty_free(&p);
}

/* The secret as the screen shows it, in groups of four. */
static void
totp_secret(struct pty *p, char secret_r[64])
{
	char *text = pty_screen_text(pty_view(p), false);
	size_t n = 0, groups = 0;

	for (char *w = strtok(text, " \n"); w != NULL && groups < 8; w = strtok(NULL, " \n")) {
		if (strlen(w) != 4 || strspn(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != 4)
			continue;
		memcpy(secret_r + n, w, 4);
		n += 4;
		groups++;
	}
	secret_r[n] = '\0';
	assert_int_equal(groups, 8);
	free(text);
}

/* The first of the recovery codes: "7HK9-M2XC". */
static void
recovery_code(struct pty *p, char code_r[16])
{
	char *text = pty_screen_text(pty_view(p), false);
	char *w = strtok(text, " \n");

	while (w != NULL && (strlen(w) != 9 || w[4] != '-' ||
				strspn(w, "0123456789ABCDEFGHJKMNPQRSTVWXYZ-") != 9))
		w = strtok(NULL, " \n");
	assert_non_null(w);
	snprintf(code_r, 16, "%s", w);
	free(text);
}

static void
test_totp(void **state)
{
	struct pty_stage *s = *state;
	struct fixture_patient who;
	struct pty *p;
	char secret[64], code[16], recovery[16];
	char *text;

	step_somebody(s, "Jeanne", "jeanne@example.org", &who);
	p = step_signed_in(s, &who, NULL);
	step_open_setting(p, "Application d'authentification", "totp");
	step_type(p, who.password);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Scannez ce QR code"));
	assert_true(pty_wait_idle(p)); /* the whole of it is drawn */
	totp_secret(p, secret);
	step_type(p, "000000");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce code n'est pas celui de l'application"));
	step_totp_code(s, secret, code);
	step_type(p, "\x15");
	step_type(p, code);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "codes de secours"));
	assert_true(pty_wait_text(p, "J'ai copié les codes"));
	assert_true(pty_wait_idle(p));
	recovery_code(p, recovery);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_wait_text(p, "activée, 10 codes de secours"));
	text = pty_screen_text(pty_view(p), true);
	assert_null(strstr(text, "Copiez-les"));
	assert_null(strstr(text, recovery));
	free(text);
	assert_true(pty_stage_log_out(p));
	fixture_advance(s->fixture, 60000);
	assert_true(pty_stage_password(p, who.identifier, who.password));
	assert_true(pty_wait_screen(p, "code"));
	assert_true(pty_wait_text(p, "votre application d'authentification affiche"));
	step_totp_code(s, secret, code);
	step_type(p, code);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "exams"));
	/* without the device: a recovery code, once */
	assert_true(pty_stage_log_out(p));
	assert_true(pty_stage_password(p, who.identifier, who.password));
	assert_true(pty_wait_screen(p, "code"));
	step_type(p, recovery);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "exams"));
	/* off again: with a wrong code not, with one of the app */
	step_open_setting(p, "activée, 9 codes de secours", "totp");
	step_type(p, who.password);
	step_key(p, PTY_KEY_TAB);
	step_type(p, "000000");
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Ce n'est ni le code de l'application ni un code de secours"));
	assert_true(pty_has(p, "Après la désactivation"));
	fixture_advance(s->fixture, 60000);
	step_totp_code(s, secret, code);
	step_type(p, "\x15");
	step_type(p, code);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_wait_text(p, "non activée"));
	pty_free(&p);
}

/* Two sessions; one ends the other. Language at once, and kept. */
static void
test_sessions(void **state)
{
	struct pty_stage *s = *state;
	struct fixture_patient who;
	static const char *const kiosk[] = {"--kiosk", NULL};
	struct pty_stage_options shared = {.args = kiosk};
	struct pty *p, *other;

	step_somebody(s, "Karine", "karine@example.org", &who);
	/* one on a kiosk, one elsewhere: more at a time there cannot be */
	other = pty_stage_client(s, &shared);
	assert_true(pty_stage_password(other, who.identifier, who.password));
	assert_true(pty_stage_code(other, s));
	assert_true(pty_wait_screen(other, "exams"));
	fixture_advance(s->fixture, 61000);
	p = step_signed_in(s, &who, NULL);
	step_open_setting(p, "Sessions ouvertes", "sessions");
	assert_true(pty_wait_text(p, "celle-ci"));
	assert_true(pty_wait_text(p, "[ Terminer ]"));
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "dialog"));
	step_key(p, PTY_KEY_RIGHT);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "1 session terminée"));
	assert_true(pty_wait_no_text(p, "[ Terminer ]"));
	step_type(other, "r");
	assert_true(pty_wait_screen(other, "signin"));
	pty_free(&other);
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "settings"));
	assert_true(pty_stage_choose(p, "Langue"));
	step_key(p, PTY_KEY_ENTER);
	step_key(p, PTY_KEY_DOWN);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_text(p, "Einstellungen"));
	assert_true(pty_wait_text(p, "Sprache gespeichert"));
	pty_free(&p);
}

/* Questions without signing in: F5, a search without accents, an answer; and the
 * support. */
static void
test_help(void **state)
{
	struct pty_stage *s = *state;
	struct pty *p = pty_stage_client(s, NULL);

	assert_true(pty_wait_screen(p, "signin"));
	pty_key(p, PTY_KEY_F0 + 5);
	assert_true(pty_wait_screen(p, "faq"));
	assert_true(pty_wait_text(p, "Où trouver mon identifiant"));
	step_type(p, "/");
	step_type(p, "reediter");
	assert_true(pty_wait_no_text(p, "Pourquoi un code"));
	step_key(p, PTY_KEY_ENTER);
	pty_key(p, PTY_KEY_ENTER);
	assert_true(pty_wait_screen(p, "answer"));
	assert_true(pty_wait_text(p, "rééditer"));
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "faq"));
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_text(p, "Pourquoi un code"));
	step_key(p, PTY_KEY_ESCAPE);
	assert_true(pty_wait_screen(p, "signin"));
	pty_key(p, PTY_KEY_F0 + 6);
	assert_true(pty_wait_screen(p, "support"));
	assert_true(pty_wait_text(p, "Ayez sous la main"));
	pty_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_help),
	    cmocka_unit_test(test_forgotten),
	    cmocka_unit_test(test_forgotten_nobody),
	    cmocka_unit_test(test_contact),
	    cmocka_unit_test(test_password),
	    cmocka_unit_test(test_sessions),
	    cmocka_unit_test(test_totp),
	    cmocka_unit_test(test_export),
	    cmocka_unit_test(test_consent),
	};

	return cmocka_run_group_tests_name(
	    "settings", tests, pty_stage_set_up, pty_stage_tear_down);
}
