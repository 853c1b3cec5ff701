/* SPDX-License-Identifier: MIT */
/*
 * The reception and a professional by lines: one question at a time, nothing drawn.
 */
#include "tests/lib/check.h"

#include <string.h>

#include "tests/lib/person.h"
#include "tests/lib/staff_fixture.h"

#define CHOICE "Votre choix : "

static struct staff line, doctor;

static int
set_up(void **state)
{
	struct pty_stage *s = pty_stage_new(true);

	*state = s;
	staff_new(s->fixture, EMAGE__ROLE__ROLE_RECEPTION, 1, 0, &line);
	staff_new(s->fixture, EMAGE__ROLE__ROLE_PROFESSIONAL, 7, 0, &doctor);
	staff_example(s->fixture);
	return 0;
}

static struct person
staff_in(struct pty_stage *s, const struct staff *who, const char *first)
{
	struct person h;

	pty_stage_next_day(s);
	pty_stage_new_mailbox(s);
	h = person_new(s, NULL);
	answer(&h, "Identifiant : ", who->person.identifier);
	answer(&h, "Mot de passe : ", who->person.password);
	hear(&h, "Un code d'accès à usage unique vous a été envoyé");
	fixture_next_code(s->mailbox, h.code);
	answer(&h, "Code d'accès :", h.code);
	hear(&h, first);
	return h;
}

static void
leave(struct person *h)
{
	answer(h, CHOICE, "0"); /* to log out */
	answer(h, "maintenant ?", "1");
	hear(h, "Vous êtes déconnecté");
	answer(h, "Identifiant : ", "0");
	person_leave(h);
}

/* Two of one name; the letter again, and what is asked for before. */
static void
test_desk(void **state)
{
	struct person h = staff_in(*state, &line, "2 Nouveau patient");

	answer(&h, CHOICE, "1");
	answer(&h, "Nom : ", "");
	answer(&h, "Prénom : ", "");
	answer(&h, "Né(e) le : ", "31/02/1960");
	hear(&h, "Date incorrecte");
	answer(&h, "Né(e) le : ", "29/02/1960");
	for (int i = 0; i < 3; i++) /* one is too few: a number would do */
		answer(&h, i == 0 ? "Identifiant : " : i == 1 ? "IPP : " : "INS : ", "");
	hear(&h, "Indiquez un numéro, ou deux de");
	answer(&h, "Nom : ", "inventee");
	answer(&h, "Prénom : ", "dom");
	answer(&h, "Né(e) le : ", "");
	hear(&h, "2 patients trouvés");
	hear(&h, "l'IPP les distingue");
	hear(&h, "1. Dominique EXEMPLE (INVENTEE), 29/02/1960 !, IPP : 0900");
	hear(&h, "2. Dominique EXEMPLE (INVENTEE), 29/02/1960 !, IPP : 0901");
	answer(&h, CHOICE, "1");
	hear(&h, "INS : 260029990000107 · identité qualifiée");
	hear(&h, "Mot de passe : choisi par le patient");
	answer(&h, CHOICE, "d");
	hear(&h, "Vérifiez l'identité de Dominique EXEMPLE");
	answer(&h, CHOICE, ""); /* Enter changes nothing */
	hear(&h, "Mot de passe : choisi par le patient");
	answer(&h, CHOICE, "d");
	answer(&h, CHOICE, "1");
	hear(&h, "Mot de passe temporaire : ");
	hear(&h, "temporaire en attente");
	/* no code is shown to whom it can be sent */
	answer(&h, CHOICE, "c");
	hear(&h, "Cette réponse n'est pas prévue");
	answer(&h, CHOICE, "s");
	hear(&h, "Quelqu'un d'autre se sert du compte de Dominique EXEMPLE");
	answer(&h, CHOICE, "1");
	hear(&h, "Le compte est suspendu");
	hear(&h, "Compte : suspendu");
	answer(&h, CHOICE, "a");
	answer(&h, CHOICE, "1");
	answer(&h, "Né(e) le : ", "28/02/1960");
	hear(&h, "pas la même date de naissance");
	answer(&h, "Né(e) le : ", "29/02/1960");
	hear(&h, "Mot de passe temporaire : ");
	hear(&h, "Compte : ouvert");
	answer(&h, CHOICE, "w");
	answer(&h, CHOICE, "1");
	answer(&h, "Né(e) le : ", "29/02/1960");
	hear(&h, "Le consentement est retiré et le compte fermé.");
	hear(&h, "Compte : fermé");
	answer(&h, CHOICE, "q");
	leave(&h);
}

/* The consent of somebody new; what is wrong is asked for again, and only that. */
static void
test_new_patient(void **state)
{
	struct person h = staff_in(*state, &line, "2 Nouveau patient");

	answer(&h, CHOICE, "2");
	answer(&h, "Civilité : ", "1");
	answer(&h, "Prénom : ", "Noémie");
	answer(&h, "Nom d'usage : ", "FICTIVE");
	answer(&h, "Nom de naissance : ", "");
	answer(&h, "Né(e) le : ", "29/02/1980");
	answer(&h, "IPP : ", "L-0042");
	answer(&h, "Langue du patient : ", "1");
	hear(&h, "Texte du consentement (version 2026-02)");
	hear(&h, "Votre consentement est libre.");
	answer(&h, CHOICE, "1");
	answer(&h, "Recueilli : ", "2");
	answer(&h, "Adresse mail : ", "pas une adresse");
	answer(&h, "Mobile : ", "");
	answer(&h, "Né(e) le : ", "28/02/1980");
	hear(&h, "pas la même date de naissance");
	answer(&h, "Né(e) le : ", "29/02/1980");
	hear(&h, "Saisissez une adresse mail valable");
	answer(&h, "Adresse mail : ", "noemie@example.org");
	hear(&h, "Mot de passe temporaire : ");
	hear(&h, "remettez-le au patient");
	leave(&h);
}

/* No motive, no access; then the exams, and the record is closed. */
static void
test_record(void **state)
{
	struct person h = staff_in(*state, &doctor, "2 Examens");

	answer(&h, CHOICE, "2");
	hear(&h, "Aucun dossier n'est ouvert");
	answer(&h, CHOICE, "1");
	answer(&h, "Nom : ", "martin");
	answer(&h, "Prénom : ", "camille");
	answer(&h, "Né(e) le : ", "");
	answer(&h, CHOICE, "1");
	hear(&h, "4. Accès en urgence");
	answer(&h, "Motif : ", "0"); /* back, and nothing is open */
	answer(&h, CHOICE, "1");
	answer(&h, "Nom : ", "martin");
	answer(&h, "Prénom : ", "camille");
	answer(&h, "Né(e) le : ", "");
	answer(&h, CHOICE, "1");
	answer(&h, "Motif : ", "4");
	answer(&h, "Précisez : ", "court");
	hear(&h, "de 10 à 500 caractères");
	answer(&h, "Précisez : ", "patiente inconsciente");
	hear(&h, "Dossier de Camille MARTIN · Accès en urgence");
	hear(&h, "Résultats 1 à 10 sur 30");
	answer(&h, CHOICE, "q");
	answer(&h, "Fermer le dossier ?", "1");
	hear(&h, "Le dossier est fermé.");
	leave(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_desk),
	    cmocka_unit_test(test_new_patient),
	    cmocka_unit_test(test_record),
	};

	return cmocka_run_group_tests_name("staff by lines", tests, set_up, pty_stage_tear_down);
}
