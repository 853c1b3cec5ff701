/* SPDX-License-Identifier: MIT */
/*
 * The guide from its first page to its last, line by line: first sign-in (1.1), a
 * forgotten password (1.3), exams (2.1), history (2.2), blocks (2.3), another address
 * (3), questions (4), support (5), consent withdrawn, a refused sign-in.
 */
#include "tests/lib/check.h"

#include <stdlib.h>

#include "tests/lib/person.h"

#define OWN_PASSWORD   "ma phrase de passe à moi"
#define OTHER_PASSWORD "une autre phrase de passe"
#define CHOICE	       "Votre choix : "

static void
story_new_password(struct person *h, const char *password)
{
	answer(h, "Nouveau mot de passe : ", password);
	answer(h, "Encore une fois : ", password);
	hear(h, "Mot de passe enregistré.");
}

/* 1.1 */
static void
story_first(struct person *h)
{
	answer(h, "Identifiant : ", "?");
	hear(h, "figurant sur le document qui vous a été remis lors du recueil");
	answer(h, "Identifiant : ", h->s->patient.identifier);
	answer(h, "Mot de passe : ", h->s->patient.temporary);
	answer(h, "Code d'accès : ", "?");
	hear(h, "UNE SEULE FOIS");
	answer(h, "Code d'accès : ", "t"); /* says again where it went */
	answer_code(h);
	story_new_password(h, OWN_PASSWORD);
	answer(h, "Mot de passe : ", "q");
}

/* 1.3: the temporary one comes by mail, and one's own replaces it. */
static void
story_forgotten(struct person *h)
{
	char temporary[64] = "";

	answer(h, "Identifiant : ", "o");
	hear(h, "à l'accueil de votre hôpital");
	answer(h, "Identifiant : ", h->s->patient.identifier);
	hear(h, "un nouveau mot de passe vous a été envoyé");
	while (temporary[0] == '\0') {
		char *text;
		size_t len;

		assert_int_equal(mailbox_next(h->s->mailbox, FIXTURE_DEADLINE_MS, &text, &len), 0);
		mailbox_word(text, "mot de passe temporaire :", temporary, sizeof(temporary));
		free(text);
	}
	answer(h, "garde l'identifiant déjà saisi", "");
	answer(h, "Mot de passe : ", temporary);
	answer_code(h);
	story_new_password(h, OTHER_PASSWORD);
	answer(h, "Mot de passe : ", OTHER_PASSWORD);
	answer_code(h);
}

/* 2.1: pages that are none, a period the wrong way round, one report. */
static void
story_exams(struct person *h)
{
	answer(h, CHOICE, "?");
	hear(h, "0 : Déconnexion");
	answer(h, CHOICE, "1");
	hear(h, "Résultats 1 à 10 sur 30");
	answer(h, CHOICE, "?");
	hear(h, "Cette rubrique vous permet d'avoir accès à tous vos examens");
	answer(h, CHOICE, "g");
	answer(h, "Page : ", "9999");
	hear(h, "Cette réponse n'est pas prévue");
	answer(h, "Page : ", "0"); /* back */
	answer(h, CHOICE, "f");
	answer(h, "Date : du ", "30/02/2015");
	hear(h, "Date incorrecte");
	answer(h, "Date : du ", "31/12/2015");
	answer(h, "au ", "01/12/2015");
	hear(h, "La période finit avant de commencer");
	answer(h, "Date : du ", "01/12/2015");
	answer(h, "au ", "31/12/2015");
	answer(h, "Établissement : ", "");
	hear(h, "Résultats 1 à 6 sur 6");
	answer(h, CHOICE, "2");
	answer(h, CHOICE, "t");
	hear(h, "pas de nodule pulmonaire suspect");
	hear(h, "Fin du compte rendu.");
	answer(h, CHOICE, "q");
	answer(h, CHOICE, "q");
}

/* 2.2: an access in detail, and a question about it. */
static void
story_history(struct person *h)
{
	answer(h, CHOICE, "2");
	hear(h, "Prise en charge par un professionnel de santé");
	hear(h, "Résultats 1 à 5 sur 61");
	answer(h, CHOICE, "?");
	hear(h, "dans l'obligation de renseigner le motif de leur visite");
	answer(h, CHOICE, "4");
	hear(h, "Accès n° 58");
	answer(h, CHOICE, "c");
	answer(h, "Que voulez-vous demander à l'établissement ? ", "Qui a ouvert cet examen ?");
	answer(h, CHOICE, "1");
	hear(h, "Votre question est envoyée sous la référence Q-");
	answer(h, CHOICE, "q");
	hear(h, "[contesté] ");
	answer(h, CHOICE, "q");
}

/* 2.3: a name of another script and with a picture is read out; then one is found,
 * blocked, unblocked. */
static void
story_blocks(struct person *h)
{
	answer(h, CHOICE, "3");
	answer(h, CHOICE, "b");
	hear(h, "afin de retrouver plus rapidement le médecin concerné.");
	answer(h, "Nom : ", "כהן");
	for (int criterion = 0; criterion < 4; criterion++)
		answer(h, " : ", "");
	hear(h, "Résultat 1 sur 1");
	hear(h, "דנה 🩻 ");
	answer(h, CHOICE, "q");
	answer(h, CHOICE, "b");
	answer(h, "Nom : ", "d'ete");
	for (int criterion = 0; criterion < 4; criterion++)
		answer(h, " : ", "");
	answer(h, CHOICE, "1");
	answer(h, CHOICE, "1");
	hear(h, "accès bloqué dès maintenant.");
	answer(h, CHOICE, "1");
	answer(h, CHOICE, "1");
	hear(h, "blocage annulé.");
	answer(h, CHOICE, "q");
	answer(h, CHOICE, "q");
}

static void
story_mailed(struct person *h, const char *told, const char *question)
{
	hear(h, told);
	fixture_next_code(h->s->mailbox, h->code);
	answer(h, question, h->code);
}

/* 3, 4, 5 */
static void
story_settings(struct person *h)
{
	answer(h, CHOICE, "4");
	answer(h, CHOICE, "?");
	hear(h, "Possibilité de retirer votre consentement.");
	answer(h, CHOICE, "1");
	answer(h, "Nouvelle adresse : ", "nouvelle@example.org");
	answer(h, "Mot de passe : ", OTHER_PASSWORD);
	story_mailed(h, "à une adresse déjà connue", "Code reçu : ");
	story_mailed(h, "à la nouvelle adresse", "Code reçu : ");
	hear(h, "La nouvelle adresse est enregistrée");
	answer(h, CHOICE, "q");
	answer(h, CHOICE, "5");
	hear(h, "Foire aux questions");
	answer(h, CHOICE, "?");
	hear(h, "accès à la foire aux questions du site.");
	answer(h, CHOICE, "1");
	answer(h, CHOICE, "q");
	answer(h, CHOICE, "6");
	hear(h, "Ayez sous la main pour écrire :");
}

static void
story_withdraw(struct person *h)
{
	answer(h, CHOICE, "4");
	answer(h, CHOICE, "10");
	answer(h, "Mot de passe : ", OTHER_PASSWORD);
	answer(h, "Mot : ", "RETIRER");
	hear(h, "Votre compte est désactivé");
	answer(h, "Identifiant : ", h->s->patient.identifier);
	answer(h, "Mot de passe : ", OTHER_PASSWORD);
	hear(h, "Identifiant ou mot de passe incorrect.");
	answer(h, "Mot de passe : ", "q");
	answer(h, "Identifiant : ", "q");
}

static void
test_story(void **state)
{
	struct pty_stage *s = pty_stage_new(false);
	struct person h = person_new(s, NULL);

	(void)state;
	story_first(&h);
	story_forgotten(&h);
	story_exams(&h);
	story_history(&h);
	story_blocks(&h);
	story_settings(&h);
	/* 2.4 out, and in again */
	answer(&h, CHOICE, "0");
	answer(&h, "Voulez-vous vous déconnecter maintenant ? ", "1");
	hear(&h, "Vous êtes déconnecté. À bientôt.");
	pty_stage_next_day(s);
	answer(&h, "Identifiant : ", s->patient.identifier); /* nothing is kept */
	answer(&h, "Mot de passe : ", OTHER_PASSWORD);
	story_mailed(&h, "vous a été envoyé (e-mail) : n", "Code d'accès : ");
	story_withdraw(&h);
	person_leave(&h);
	pty_stage_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_story),
	};

	return cmocka_run_group_tests_name("linear story", tests, NULL, NULL);
}
