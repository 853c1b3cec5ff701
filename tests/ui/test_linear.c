/* SPDX-License-Identifier: MIT */
/*
 * The client by lines: a person's whole way through the real client and the real
 * server, in each language, and that nothing but text and line ends is sent.
 */
#include "tests/lib/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/lib/person.h"

#define OWN_PASSWORD "ma phrase de passe à moi"

/* ------------------------------------------------------------------- golden text */

/* Replaces what differs from run to run: it is known, for it was typed. */
static char *
mask(char *text, const char *value, const char *name)
{
	char *found;

	while (value[0] && (found = strstr(text, value)) != NULL) {
		char *next =
		    mem_printf("%.*s%s%s", (int)(found - text), text, name, found + strlen(value));

		free(text);
		text = next;
	}
	return text;
}

static char *
transcript(const struct person *h)
{
	size_t len, n = 0;
	const char *raw = pty_raw(h->p, &len);
	char *text = mem_new(len + 1);

	for (size_t i = 0; i < len; i++)
		if (raw[i] != '\r')
			text[n++] = raw[i];
	text = mask(text, h->s->patient.identifier, "<identifiant>");
	text = mask(text, h->first_code, "<code>");
	return mask(text, h->code, "<code>");
}

static void
assert_golden(char *have, const char *name)
{
	char *path = fixture_source(name);
	const char *mode = getenv("EMAGE_GOLDEN");
	FILE *f = fopen(path, mode && strcmp(mode, "update") == 0 ? "w+e" : "re");
	char *want = NULL;
	size_t cap = 0;

	if (f == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	if (mode && strcmp(mode, "update") == 0) {
		fputs(have, f);
		rewind(f);
	}
	if (getdelim(&want, &cap, '\0', f) < 0)
		fail_msg("%s: empty", path);
	fclose(f);
	if (strcmp(want, have) != 0) {
		size_t i = 0;

		while (want[i] == have[i])
			i++;
		while (i > 0 && want[i - 1] != '\n')
			i--;
		fprintf(stderr, "%s:\n-%.300s\n+%.300s\n", path, want + i, have + i);
		fail();
	}
	free(want);
	free(path);
}

/* ---------------------------------------------------------------------- the way */

static void
way_first_sign_in(struct person *h)
{
	answer(h, "Identifiant : ", h->s->patient.identifier);
	answer(h, "Mot de passe : ", "pas le bon mot de passe");
	hear(h, "Identifiant ou mot de passe incorrect.");
	fixture_advance(h->s->fixture, 2000); /* the next try is not at once */
	answer(h, "Mot de passe : ", h->s->patient.temporary);
	hear(h, "Un code d'accès à usage unique vous a été envoyé (e-mail) : c");
	answer(h, "Code d'accès :", "?");
	hear(h, "r : demande un autre code d'accès");
	answer(h, "Code d'accès :", "123"); /* not as long as a code */
	hear(h, "Ce code d'accès n'est pas le bon.");
	answer(h, "Code d'accès :", "00000000");
	hear(h, "Ce code d'accès n'est pas le bon.");
	fixture_next_code(h->s->mailbox, h->first_code);
	answer(h, "Code d'accès :", h->first_code);
	answer(h, "Nouveau mot de passe : ", "trop court");
	hear(h, "Ce mot de passe est trop court.");
	answer(h, "Nouveau mot de passe : ", OWN_PASSWORD);
	answer(h, "Encore une fois : ", "autre chose en entier");
	hear(h, "Les deux saisies sont différentes.");
	answer(h, "Nouveau mot de passe : ", OWN_PASSWORD);
	answer(h, "Encore une fois : ", OWN_PASSWORD);
	hear(h, "Mot de passe enregistré.");
	h->s->patient.password = OWN_PASSWORD;
}

static void
way_list(struct person *h)
{
	answer(h, "Votre choix : ", "?");
	hear(h, "ouvre cette rubrique");
	answer(h, "Votre choix : ", "1");
	hear(h, "Résultats 1 à 10 sur 30");
	hear(h, "1. 10/06/2016 10:22, CHRU de Strasbourg, ECHO-DOPPLER ARTÈRES TEMPORALES");
	answer(h, "Votre choix : ", "n");
	hear(h, "Résultats 11 à 20 sur 30");
	answer(h, "Votre choix : ", "p");
	hear(h, "Résultats 1 à 10 sur 30");
	answer(h, "Votre choix : ", "n'importe quoi");
	hear(h, "Cette réponse n'est pas prévue");
	answer(h, "Votre choix : ", "t");
	answer(h, "Votre choix : ", "3");
	hear(h, "1. 16/02/2016 11:28, CHRU de Strasbourg, ABDOMINAL");
	answer(h, "Votre choix : ", "t");
	answer(h, "Votre choix : ", "1");
	answer(h, "Votre choix : ", "f");
	answer(h, "Date : du ", "31/02/2015");
	hear(h, "Date incorrecte");
	answer(h, "Date : du ", "31/12/2015");
	answer(h, "au ", "01/12/2015");
	hear(h, "La période finit avant de commencer");
	answer(h, "Date : du ", "01/12/2015");
	answer(h, "au ", "31-12-2015");
	answer(h, "Établissement : ", "");
	hear(h, "Résultats 1 à 6 sur 6");
	hear(h, "2. 24/12/2015 15:58, CHRU de Strasbourg, THORAX");
}

static void
way_report(struct person *h)
{
	answer(h, "Votre choix : ", "2");
	hear(h, "Dr Alix FICTIF, signé le 25/12/2015");
	hear(h, "Indication : douleurs thoraciques.");
	answer(h, "Votre choix : ", "");
	hear(h, "Technique : ");
	answer(h, "Votre choix : ", "c");
	answer(h, "Chercher : ", "epanchement");
	hear(h, "Résultats : pas de nodule");
	answer(h, "Votre choix : ", "c");
	answer(h, "Chercher : ", "licorne");
	hear(h, "« licorne » ne figure pas dans ce texte.");
	answer(h, "Votre choix : ", "t");
	hear(h, "Fin du compte rendu.");
}

static void
way_images(struct person *h)
{
	answer(h, "Votre choix : ", "i");
	hear(h, "2. ");
	answer(h, "Votre choix : ", "1");
	hear(h, "image 1/12");
	hear(h, "Fenêtre : C 40 L 400");
	hear(h, "Image non diagnostique");
	answer(h, "Votre choix : ", "w");
	hear(h, "Poumon");
	answer(h, "Votre choix : ", "2");
	hear(h, "Fenêtre : C ");
	answer(h, "Votre choix : ", "12");
	hear(h, "image 12/12");
	answer(h, "Votre choix : ", "");
	hear(h, "dernière image");
	answer(h, "Votre choix : ", "d");
	hear(h, "Image non diagnostique");
	answer(h, "Votre choix : ", "q");
}

static void
test_whole_way(void **state)
{
	struct pty_stage *s = pty_stage_new(false);
	struct person h = person_new(s, NULL);
	char *text;

	(void)state;
	way_first_sign_in(&h);
	answer(&h, "Mot de passe : ", OWN_PASSWORD); /* the identifier is kept */
	answer_code(&h);
	way_list(&h);
	way_report(&h);
	way_images(&h);
	answer(&h, "Votre choix : ", "q"); /* the report */
	answer(&h, "Votre choix : ", "q"); /* the list */
	answer(&h, "Votre choix : ", "0");
	answer(&h, "Voulez-vous vous déconnecter maintenant ? ", "1");
	hear(&h, "Vous êtes déconnecté. À bientôt.");
	answer(&h, "Identifiant : ", "q");
	person_end(&h);
	text = transcript(&h);
	pty_free(&h.p);
	/* no password was shown */
	assert_null(strstr(text, OWN_PASSWORD));
	assert_null(strstr(text, s->patient.temporary));
	assert_golden(text, "tests/ui/golden/linear-journey.fr.txt");
	free(text);
	pty_stage_free(&s);
}

/* ---------------------------------------------------------------- other sections */

static struct person
way_begin(struct pty_stage *s)
{
	struct person h;

	pty_stage_next_day(s);
	h = person_new(s, NULL);
	sign_in(&h);
	return h;
}

static void
way_end(struct person *h)
{
	pty_send(h->p, "q\n1\nq\n");
	hear(h, "Vous êtes déconnecté. À bientôt.");
	person_leave(h);
}

static void
test_history(void **state)
{
	struct pty_stage *s = *state;
	struct person h = way_begin(s);
	char *notice;
	size_t len;

	answer(&h, "Votre choix : ", "2");
	hear(&h, "Résultats 1 à 5 sur 61");
	answer(&h, "Votre choix : ", "g");
	answer(&h, "Page : ", "14");
	hear(&h, "Cette réponse n'est pas prévue");
	answer(&h, "Page : ", "13");
	hear(&h, "Résultats 61 à 61 sur 61");
	answer(&h, "Votre choix : ", "f");
	answer(&h, "Date : du ", "01/05/2017");
	answer(&h, "au ", "31-05-2017");
	answer(&h, "Professionnel : ", "");
	hear(&h, "Résultat 1 sur 1");
	hear(&h, "Vincent");
	answer(&h, "Votre choix : ", "1");
	hear(&h, "Accès n° 58");
	hear(&h, "Accès possible jusqu'au : 02/06/2017 17:14");
	answer(&h, "Votre choix : ", "c");
	answer(&h, "Que voulez-vous demander à l'établissement ? ", "Qui ?");
	hear(&h, "Posez votre question en 10 à 500 caractères.");
	answer(&h, "Que voulez-vous demander à l'établissement ? ", "Qui a ouvert cet examen ?");
	answer(&h, "Votre choix : ", "1");
	hear(&h, "Votre question est envoyée sous la référence Q-");
	hear(&h, "Qui a ouvert cet examen ?");
	hear(&h, "Réponse : pas encore reçue");
	/* the establishment is told: not a message with a code */
	assert_int_equal(mailbox_next(s->mailbox, FIXTURE_DEADLINE_MS, &notice, &len), 0);
	assert_non_null(strstr(notice, "Q-00000"));
	free(notice);
	answer(&h, "Votre choix : ", "q");
	hear(&h, "1. [contesté] ");
	answer(&h, "Votre choix : ", "q");
	way_end(&h);
}

static void
test_blocks(void **state)
{
	struct person h = way_begin(*state);

	answer(&h, "Votre choix : ", "3");
	hear(&h, "Résultats 1 à 2 sur 2");
	answer(&h, "Votre choix : ", "b");
	for (int criterion = 0; criterion < 5; criterion++)
		answer(&h, " : ", "");
	hear(&h, "Veuillez renseigner au minimum un critère de recherche");
	answer(&h, "Votre choix : ", "b");
	answer(&h, "Nom : ", "d'ete");
	answer(&h, "Prénom : ", "");
	answer(&h, "Profession : ", "");
	answer(&h, "Spécialité : ", "generale");
	hear(&h, "1. Médecine générale");
	answer(&h, "Spécialité : ", "1");
	answer(&h, "Établissement : ", "");
	hear(&h, "Résultat 1 sur 1");
	/* Enter changes nothing */
	answer(&h, "Votre choix : ", "1");
	hear(&h, "Élodie D’ÉTÉ-FICTIF (Médecin");
	hear(&h, "1 : Bloquer, Entrée : Ne rien changer");
	answer(&h, "Votre choix : ", "");
	answer(&h, "Votre choix : ", "1");
	answer(&h, "Votre choix : ", "1");
	hear(&h, "Élodie D’ÉTÉ-FICTIF : accès bloqué dès maintenant.");
	hear(&h, ", bloqué le ");
	answer(&h, "Votre choix : ", "1");
	hear(&h, "pourra de nouveau consulter vos examens");
	answer(&h, "Votre choix : ", "1");
	hear(&h, "Élodie D’ÉTÉ-FICTIF : blocage annulé.");
	answer(&h, "Votre choix : ", "q");
	hear(&h, "Résultats 1 à 2 sur 2");
	answer(&h, "Votre choix : ", "q");
	way_end(&h);
}

/* What helps is there without signing in. */
static void
test_help(void **state)
{
	struct person h = person_new(*state, NULL);

	answer(&h, "Identifiant : ", "f");
	hear(&h, "Foire aux questions");
	hear(&h, "1. ");
	answer(&h, "Votre choix : ", "c");
	answer(&h, "Chercher : ", "licorne");
	hear(&h, "Aucune question ne contient ces mots");
	answer(&h, "Votre choix : ", "c");
	answer(&h, "Chercher : ", "CODE");
	answer(&h, "Votre choix : ", "1");
	answer(&h, "Votre choix : ", "q");
	answer(&h, "Identifiant : ", "a");
	hear(&h, "Support technique : ");
	hear(&h, "Ayez sous la main pour écrire :");
	answer(&h, "Identifiant : ", "o");
	answer(&h, "Identifiant : ", "XXX-0000-XXX");
	hear(&h, "Si cet identifiant est celui d'un compte");
	answer(&h, "Identifiant : ", "q");
	person_leave(&h);
}

/* -------------------------------------------------------------------- languages */

static void
way_short(struct person *h, const char *const words[6])
{
	answer(h, words[0], h->s->patient.identifier);
	answer(h, words[1], h->s->patient.password);
	fixture_next_code(h->s->mailbox, h->code);
	answer(h, words[2], h->code);
	answer(h, words[3], "1");
	hear(h, words[4]);
	hear(h, "ECHO-DOPPLER");
	answer(h, words[3], "q");
	answer(h, words[3], "2");
	answer(h, words[3], "?");
	hear(h, words[5]);
	pty_send(h->p, "q\nq\n1\nq\n");
	person_leave(h);
}

static void
test_languages(void **state)
{
	static const char *const args[] = {"--linear", NULL};
	static const char *const en[] = {"Identifier: ", "Password: ", "Access code: ",
	    "Your choice: ", "1. 10 Jun 2016 10:22", "obliged to state the reason of their visit"};
	static const char *const de[] = {"Kennung: ", "Passwort: ", "Zugangscode: ", "Ihre Wahl: ",
	    "1. 10.06.2016 10:22", "sind verpflichtet, den Grund dafür anzugeben"};
	struct pty_stage *s = *state;
	struct pty_stage_options o = {.term = "vt100", .args = args, .language = "en"};
	struct person h;

	pty_stage_next_day(s);
	h = person_new(s, &o);
	way_short(&h, en);
	o.language = "de";
	h = person_new(s, &o);
	way_short(&h, de);
}

/* Where the locale has no more than ASCII, no more is sent. */
static void
test_ascii(void **state)
{
	static const char *const args[] = {"--linear", NULL};
	static const char *const env[] = {"LC_ALL=C", NULL};
	struct pty_stage *s = *state;
	struct pty_stage_options o = {.term = "dumb", .args = args, .env = env};
	struct person h;
	size_t len;
	const char *raw;

	pty_stage_next_day(s);
	h = person_new(s, &o);
	answer(&h, "Identifiant : ", s->patient.identifier);
	answer(&h, "Mot de passe : ", s->patient.password);
	hear(&h, "Un code d'acces a usage unique vous a ete envoye (e-mail) : c**");
	fixture_next_code(s->mailbox, h.code);
	answer(&h, "Code d'acces : ", h.code);
	answer(&h, "Votre choix : ", "1");
	hear(&h, "ARTERES TEMPORALES");
	raw = pty_raw(h.p, &len);
	for (size_t i = 0; i < len; i++)
		assert_in_range(raw[i] & 0xff, '\n', '~');
	pty_send(h.p, "q\nq\n1\nq\n");
	person_leave(&h);
}

/* A terminal without a cursor, or that nobody knows, gets lines unasked. */
static void
test_chosen_by_itself(void **state)
{
	static const char *const terms[] = {"dumb", "no-such-terminal"};

	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		struct pty_stage_options o = {.term = terms[i]};
		struct person h = person_new(*state, &o);

		answer(&h, "Identifiant : ", "q");
		person_leave(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_history),
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test(test_help),
	    cmocka_unit_test(test_languages),
	    cmocka_unit_test(test_ascii),
	    cmocka_unit_test(test_chosen_by_itself),
	    cmocka_unit_test(test_whole_way),
	};

	return cmocka_run_group_tests_name("linear", tests, pty_stage_set_up, pty_stage_tear_down);
}
