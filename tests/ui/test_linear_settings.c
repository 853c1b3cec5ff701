/* SPDX-License-Identifier: MIT */
/*
 * One's own account line by line: addresses and the undo of their change, password,
 * language, notices, authenticator app, sessions, export, consent; where the code
 * goes, the warning before the session ends, two regions. Stories, each for a person
 * of its own, with what can be answered wrongly.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/mem.h"
#include "tests/lib/person.h"
#include "tests/lib/pty_steps.h"
#include "tests/lib/wire.h"

#define OTHER_PASSWORD "une autre phrase de passe"
#define CHOICE	       "Votre choix : "

/* ----------------------------------------------------------------------- steps */

/* At the settings of somebody new. */
static struct person
begin(struct pty_stage *s, const char *name, const char *email)
{
	struct person h;

	step_somebody(s, name, email, &s->patient);
	h = person_new(s, NULL);
	sign_in(&h);
	answer(&h, CHOICE, "4");
	hear(&h, "Paramètres de votre compte personnel");
	return h;
}

/* From the settings to the end. */
static void
finish(struct person *h)
{
	answer(h, CHOICE, "q");
	answer(h, CHOICE, "0");
	answer(h, "Voulez-vous vous déconnecter maintenant ? ", "1");
	answer(h, "Identifiant : ", "q");
	person_leave(h);
}

static void
answer_mailed(struct person *h, const char *question)
{
	hear(h, question);
	fixture_next_code(h->s->mailbox, h->code);
	pty_send(h->p, h->code);
	pty_send(h->p, "\n");
}

/* --------------------------------------------------------------------- addresses */

static void
contact_wrongly(struct person *h)
{
	answer(h, CHOICE, "9999");
	hear(h, "Cette réponse n'est pas prévue");
	answer(h, CHOICE, "1");
	hear(h, "Actuellement : celeste@example.org");
	answer(h, "Nouvelle adresse : ", "");
	hear(h, "Cette adresse n'est pas complète");
	answer(h, "Nouvelle adresse : ", "pas une adresse 😀");
	answer(h, "Mot de passe : ", "");
	hear(h, "Saisissez votre mot de passe.");
	answer(h, "Mot de passe : ", h->s->patient.password);
	hear(h, "Cette adresse n'est pas complète");
	answer(h, "Nouvelle adresse : ", "celeste@example.org");
	answer(h, "Mot de passe : ", h->s->patient.password);
	hear(h, "C'est déjà celle de votre compte.");
	answer(h, "Nouvelle adresse : ", "nouvelle@example.org");
	answer(h, "Mot de passe : ", "faux");
	hear(h, "Ce mot de passe n'est pas le bon.");
	fixture_advance(h->s->fixture, 5000);
}

/* Both codes; then the notice's code takes it back without signing in. */
static void
test_email(void **state)
{
	struct pty_stage *s = *state;
	struct person h = begin(s, "Céleste", "celeste@example.org");
	char undo[64];

	contact_wrongly(&h);
	answer(&h, "Mot de passe : ", s->patient.password);
	hear(&h, "à une adresse déjà connue : c");
	answer(&h, "Code reçu : ", "");
	hear(&h, "Entrez le code reçu.");
	answer(&h, "Code reçu : ", "abc");
	hear(&h, "Un code d'accès a 8 chiffres.");
	answer(&h, "Code reçu : ", "0000 0000");
	hear(&h, "Ce code d'accès n'est pas le bon.");
	answer_mailed(&h, "Code reçu : ");
	hear(&h, "à la nouvelle adresse, pour la confirmer : n");
	answer_mailed(&h, "Code reçu : ");
	hear(&h, "La nouvelle adresse est enregistrée ; l'ancienne a reçu un avis.");
	hear(&h, "Une adresse vient de changer");
	hear(&h, "1. Adresse mail : nouvelle@example.org [Modifier]");
	answer(&h, CHOICE, "2");
	answer(&h, "Nouveau mobile : ", "06 12 34 56 78");
	answer(&h, "Mot de passe : ", s->patient.password);
	hear(&h, "L'autre adresse a changé il y a moins de 72 heures");
	step_message_word(s, "entrez ce code :", undo, sizeof(undo));
	answer(&h, CHOICE, "q");
	answer(&h, CHOICE, "0");
	answer(&h, "Voulez-vous vous déconnecter maintenant ? ", "1");
	answer(&h, "Identifiant : ", "u");
	answer(&h, "Code d'annulation : ", "FAUX");
	hear(&h, "Ce code d'annulation n'est pas le bon");
	answer(&h, "Code d'annulation : ", undo);
	hear(&h, "L'ancienne adresse est rétablie");
	answer(&h, "Identifiant : ", "q");
	person_leave(&h);
}

/* A mobile is added, chosen for the code, and removed. */
static void
test_mobile(void **state)
{
	struct pty_stage *s = *state;
	char *clock = mem_printf("EMAGE_TEST_CLOCK=@%s", s->fixture->clock);
	static const char *const args[] = {"--linear", NULL};
	const char *const env[] = {clock, NULL};
	struct pty_stage_options o = {.term = "vt100", .args = args, .env = env};
	struct person h = begin(s, "Cunégonde", "cunegonde@example.org");

	hear(&h, "2. Téléphone mobile : aucun [Ajouter]");
	answer(&h, CHOICE, "2");
	answer(&h, "Nouveau mobile : ", "03 88 00 00 00");
	answer(&h, "Mot de passe : ", s->patient.password);
	hear(&h, "Ce numéro n'est pas celui d'un mobile");
	answer(&h, "Nouveau mobile : ", "06 12 34 56 42");
	answer(&h, "Mot de passe : ", s->patient.password);
	answer_mailed(&h, "Code reçu : ");
	answer_mailed(&h, "Code reçu : ");
	hear(&h, "La nouvelle adresse est enregistrée");
	hear(&h, "2. Téléphone mobile : 06 12 34 56 42 [Modifier]");
	finish(&h);
	fixture_advance(s->fixture, INT64_C(73) * 3600 * 1000);
	h = person_new(s, &o);
	answer(&h, "Identifiant : ", s->patient.identifier);
	answer(&h, "Mot de passe : ", s->patient.password);
	hear(&h, "Un code d'accès à usage unique vous a été envoyé (e-mail) : c");
	fixture_next_code(s->mailbox, h.code);
	answer(&h, "Code d'accès : ", "r");
	hear(&h, "Il est trop tôt pour un autre code d'accès.");
	fixture_advance(s->fixture, 61000);
	answer(&h, "Code d'accès : ", "r");
	answer(&h, CHOICE, "2");
	hear(&h, "vous a été envoyé (mobile) : ");
	answer_mailed(&h, "Code d'accès : ");
	answer(&h, CHOICE, "4");
	answer(&h, CHOICE, "2");
	hear(&h, "s : Supprimer");
	answer(&h, "Nouveau mobile : ", "s");
	answer(&h, "Mot de passe : ", s->patient.password);
	answer_mailed(&h, "Code reçu : ");
	hear(&h, "L'adresse est supprimée de votre compte.");
	/* the last one stays */
	answer(&h, CHOICE, "1");
	answer(&h, "Nouvelle adresse : ", "q");
	finish(&h);
	free(clock);
}

/* ---------------------------------------------------------------------- password */

static void
test_password(void **state)
{
	struct pty_stage *s = *state;
	struct person h = begin(s, "Clémence", "clemence@example.org");

	answer(&h, CHOICE, "3");
	hear(&h, "au moins ");
	answer(&h, "Mot de passe actuel : ", "");
	hear(&h, "Saisissez votre mot de passe actuel.");
	answer(&h, "Mot de passe actuel : ", "faux mot de passe");
	answer(&h, "Nouveau mot de passe : ", "court");
	hear(&h, "Ce mot de passe est trop court");
	answer(&h, "Nouveau mot de passe : ", OTHER_PASSWORD);
	answer(&h, "Encore une fois : ", "autre chose en entier");
	hear(&h, "Les deux saisies sont différentes.");
	answer(&h, "Nouveau mot de passe : ", OTHER_PASSWORD);
	answer(&h, "Encore une fois : ", OTHER_PASSWORD);
	hear(&h, "Ce mot de passe n'est pas le bon.");
	fixture_advance(s->fixture, 5000);
	answer(&h, "Mot de passe actuel : ", s->patient.password);
	answer(&h, "Nouveau mot de passe : ", OTHER_PASSWORD);
	answer(&h, "Encore une fois : ", OTHER_PASSWORD);
	hear(&h, "Mot de passe changé.");
	finish(&h);
}

/* ------------------------------------------------------------- language, notices */

static void
test_language_and_notices(void **state)
{
	struct pty_stage *s = *state;
	struct person h = begin(s, "Coralie", "coralie@example.org");

	hear(&h, "un professionnel a consulté mes examens : ");
	answer(&h, CHOICE, "5");
	hear(&h, "Avis enregistrés.");
	hear(&h, "un professionnel a consulté mes examens : non [Activer]");
	answer(&h, CHOICE, "6");
	hear(&h, "Avis enregistrés.");
	hear(&h, "un nouveau compte rendu est là : non [Activer]");
	answer(&h, CHOICE, "4");
	answer(&h, CHOICE, "q");
	hear(&h, "4. Langue : Français [Changer]");
	answer(&h, CHOICE, "4");
	answer(&h, CHOICE, "2");
	hear(&h, "Sprache gespeichert");
	hear(&h, "4. Sprache: Deutsch");
	answer(&h, "Ihre Wahl: ", "4");
	answer(&h, "Ihre Wahl: ", "3");
	hear(&h, "4. Language: English");
	pty_send(h.p, "q\n0\n1\nq\n");
	person_leave(&h);
}

/* --------------------------------------------------------------- authenticator app */

/* The line behind what was heard last. */
static void
next_line(struct person *h, char *out, size_t len)
{
	size_t n, n_raw;
	const char *raw;

	hear(h, "\n");
	raw = pty_raw(h->p, &n_raw) + h->at;
	/* it is whole: the next question stands behind it already */
	n = strcspn(raw, "\r\n");
	assert_true(n > 0 && n < len);
	memcpy(out, raw, n);
	out[n] = '\0';
}

static void
without_blanks(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (*s != ' ')
			*to++ = *s;
	*to = '\0';
}

static void
totp_set_up(struct person *h, char key[64], char recovery[16])
{
	struct person before;
	char code[16];

	answer(h, CHOICE, "7");
	answer(h, "Mot de passe : ", "faux");
	hear(h, "Ce mot de passe n'est pas le bon.");
	fixture_advance(h->s->fixture, 5000);
	answer(h, "Mot de passe : ", h->s->patient.password);
	hear(h, "Tapez cette clé dans votre application d'authentification :");
	before = *h;
	hear(h, "Code : ");
	next_line(&before, key, 64);
	without_blanks(key);
	assert_int_equal(strlen(key), 32);
	pty_send(h->p, "000000\n");
	hear(h, "Ce code n'est pas celui de l'application");
	step_totp_code(h->s, key, code);
	answer(h, "Code : ", code);
	hear(h, "plus jamais affichés.");
	before = *h;
	answer(h, CHOICE, "1");
	next_line(&before, recovery, 16);
	assert_int_equal(strlen(recovery), 9);
	hear(h, "Application activée");
	hear(h, "activée, 10 codes de secours [Désactiver]");
}

static void
test_totp(void **state)
{
	struct pty_stage *s = *state;
	struct person h = begin(s, "Constance", "constance@example.org");
	char key[64], code[16], recovery[16];

	totp_set_up(&h, key, recovery);
	finish(&h);
	fixture_advance(s->fixture, 60000);
	h = person_new(s, NULL);
	answer(&h, "Identifiant : ", s->patient.identifier);
	answer(&h, "Mot de passe : ", s->patient.password);
	hear(&h, "votre application d'authentification, ou un code de secours");
	answer(&h, "Code d'accès : ", "000000");
	hear(&h, "Ce code d'accès n'est pas le bon.");
	step_totp_code(s, key, code);
	answer(&h, "Code d'accès : ", code);
	answer(&h, CHOICE, "4");
	answer(&h, CHOICE, "7");
	answer(&h, "Mot de passe : ", s->patient.password);
	answer(&h, "Code de l'application ou de secours : ", "");
	hear(&h, "Entrez le code de l'application.");
	answer(&h, "Code de l'application ou de secours : ", "ZZZZ-ZZZZ");
	hear(&h, "Ce n'est ni le code de l'application ni un code de secours.");
	fixture_advance(s->fixture, 5000);
	answer(&h, "Mot de passe : ", s->patient.password);
	answer(&h, "Code de l'application ou de secours : ", recovery);
	hear(&h, "Application désactivée");
	hear(&h, "Application d'authentification : non activée [Activer]");
	finish(&h);
}

/* ---------------------------------------------------------------------- sessions */

static void
test_sessions(void **state)
{
	struct pty_stage *s = *state;
	static const char *const kiosk[] = {"--linear", "--kiosk", NULL};
	struct pty_stage_options shared = {.term = "vt100", .args = kiosk};
	struct person h, other;

	step_somebody(s, "Capucine", "capucine@example.org", &s->patient);
	other = person_new(s, &shared);
	sign_in(&other);
	fixture_advance(s->fixture, 61000);
	h = person_new(s, NULL);
	sign_in(&h);
	answer(&h, CHOICE, "4");
	answer(&h, CHOICE, "8");
	hear(&h, ", celle-ci, ouverte le ");
	hear(&h, "1. ");
	answer(&h, CHOICE, "1");
	answer(&h, "Ce qui y est affiché disparaît aussitôt. ", "");
	hear(&h, "1. ");
	answer(&h, CHOICE, "t");
	answer(&h, "Terminer toutes vos sessions, sauf celle-ci ? ", "1");
	hear(&h, "1 session terminée.");
	answer(&h, CHOICE, "q");
	answer(&other, CHOICE, "1");
	hear(&other, "Votre session est terminée : identifiez-vous à nouveau.");
	answer(&other, "Identifiant : ", "q");
	person_leave(&other);
	finish(&h);
}

/* ------------------------------------------------------------------------ export */

static void
test_export(void **state)
{
	struct pty_stage *s = *state;
	char *image = fixture_dicom("CT_small.dcm");
	const char *images[] = {image, NULL};
	char *path = mem_printf("%s/mes-données.tar", s->fixture->folder);
	const char *list[] = {"/bin/tar", "-tf", path, NULL};
	struct person h = begin(s, "Cosima 🩻 דנה", "cosima@example.org");
	struct stat st;
	FILE *f;
	char *out;

	fixture_import(s->fixture, &s->patient, images);
	answer(&h, CHOICE, "9");
	answer(&h, "Fichier : ", "/nulle/part/x.tar");
	hear(&h, "Ce dossier n'existe pas.");
	answer(&h, "Fichier : ", s->fixture->folder);
	hear(&h, "C'est un dossier");
	f = fopen(path, "we");
	assert_non_null(f);
	fclose(f);
	answer(&h, "Fichier : ", path);
	answer(&h, "existe déjà. Le remplacer ? ", "");
	answer(&h, "Fichier : ", path);
	answer(&h, "existe déjà. Le remplacer ? ", "1");
	hear(&h, "Préparation de l'archive");
	hear(&h, "100 % : ");
	hear(&h, "Vos données sont dans ");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	fixture_must_run(s->fixture, list, &out);
	assert_non_null(strstr(out, ".dcm"));
	finish(&h);
	free(out);
	free(path);
	free(image);
}

/* ----------------------------------------------------------------------- consent */

static void
test_consent(void **state)
{
	struct pty_stage *s = *state;
	struct person h = begin(s, "Cerise", "cerise@example.org");

	answer(&h, CHOICE, "10");
	hear(&h, "toute autre structure habilitée");
	answer(&h, "Mot de passe : ", "faux");
	hear(&h, "recopiez ce mot : RETIRER");
	answer(&h, "Mot : ", ""); /* keeps it */
	answer(&h, CHOICE, "10");
	answer(&h, "Mot de passe : ", "faux");
	answer(&h, "Mot : ", "RETIRER");
	hear(&h, "Ce mot de passe n'est pas le bon.");
	fixture_advance(s->fixture, 5000);
	answer(&h, "Mot de passe : ", s->patient.password);
	answer(&h, "Mot : ", "GARDER");
	hear(&h, "Ce n'est pas le mot demandé");
	answer(&h, "Mot : ", "retirer");
	hear(&h, "Votre compte est désactivé");
	answer(&h, "Identifiant : ", s->patient.identifier);
	answer(&h, "Mot de passe : ", s->patient.password);
	hear(&h, "Identifiant ou mot de passe incorrect.");
	answer(&h, "Mot de passe : ", "q");
	answer(&h, "Identifiant : ", "q");
	person_leave(&h);
}

/* -------------------------------------------------------------- regions, idleness */

static void
test_regions(void **state)
{
	struct pty_stage *s = *state;
	char *conf = pty_stage_regions(s);
	const char *regions[] = {"--linear", "--config", conf, NULL};
	struct pty_stage_options o = {.term = "vt100", .args = regions, .bare = true};
	struct person h;

	pty_stage_next_day(s);
	h = person_new(s, &o);
	hear(&h, "e-mage est un service sécurisé");
	hear(&h, "Choisissez ce qui correspond à votre situation :");
	hear(&h, "1. J'ai réalisé mes examens d'imagerie en Alsace");
	hear(&h, "2. J'ai réalisé mes examens d'imagerie en Lorraine");
	answer(&h, CHOICE, "3");
	hear(&h, "Cette réponse n'est pas prévue");
	answer(&h, CHOICE, "2");
	answer(&h, "Identifiant : ", "q");
	hear(&h, "1. J'ai réalisé");
	answer(&h, CHOICE, "1");
	answer(&h, "Identifiant : ", "q");
	answer(&h, CHOICE, "l"); /* the whole page in the other language */
	answer(&h, CHOICE, "2");
	hear(&h, "e-mage ist ein sicherer Dienst");
	hear(&h, "Region Lorraine");
	answer(&h, "Ihre Wahl: ", "q");
	person_leave(&h);
	free(conf);
}

/* Told as a line, the question again behind it; Enter is an answer. */
static void
test_idle(void **state)
{
	struct pty_stage *s = *state;
	struct person h;

	fixture_stop(s->fixture);
	fixture_set(s->fixture, "session", "terminal_idle_s = 61");
	fixture_start(s->fixture);
	step_somebody(s, "Colombe", "colombe@example.org", &s->patient);
	h = person_new(s, NULL);
	sign_in(&h);
	hear(&h, "Êtes-vous toujours là ? Appuyez sur Entrée (60 s)");
	answer(&h, CHOICE, "");
	answer(&h, CHOICE, "4");
	hear(&h, "Paramètres de votre compte personnel");
	/* too long: the server has closed it meanwhile */
	fixture_advance(s->fixture, 120000);
	answer(&h, CHOICE, "8");
	hear(&h, "Votre session a été fermée faute d'activité.");
	answer(&h, "Identifiant : ", "q");
	person_leave(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_email),
	    cmocka_unit_test(test_mobile),
	    cmocka_unit_test(test_password),
	    cmocka_unit_test(test_language_and_notices),
	    cmocka_unit_test(test_totp),
	    cmocka_unit_test(test_sessions),
	    cmocka_unit_test(test_export),
	    cmocka_unit_test(test_consent),
	    cmocka_unit_test(test_regions),
	    cmocka_unit_test(test_idle),
	};

	return cmocka_run_group_tests_name(
	    "linear settings", tests, pty_stage_set_up, pty_stage_tear_down);
}
