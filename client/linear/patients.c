/* SPDX-License-Identifier: MIT */
/*
 * 1 Patients, at the reception and for a professional: two of name, given name and
 * birth date, or a number; those who are found, one of whom is chosen.
 */
#include <stdio.h>
#include <string.h>

#include "client/linear/talk.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define PATIENTS_TITLE	    N_("Recherche d'un patient")
#define PATIENTS_TEXT_MAX   100
#define PATIENTS_TEXT_BYTES (PATIENTS_TEXT_MAX * 4 + 1)

struct patients_sought {
	char name[PATIENTS_TEXT_BYTES], given[PATIENTS_TEXT_BYTES];
	char identifier[PATIENTS_TEXT_BYTES], ipp[PATIENTS_TEXT_BYTES], ins[PATIENTS_TEXT_BYTES];
	uint32_t born;
};

static bool
patients_ask_text(struct linear *l, const char *question, char out_r[PATIENTS_TEXT_BYTES])
{
	return linear_ask_text(l, PATIENTS_TITLE, question, N_("sans ce critère"),
	    PATIENTS_TEXT_MAX, out_r, PATIENTS_TEXT_BYTES);
}

/* Numbers are asked for when the names do not do. False when the person goes back. */
static bool
patients_ask(struct linear *l, struct patients_sought *q)
{
	if (!patients_ask_text(l, _("Nom :"), q->name) ||
	    !patients_ask_text(l, _("Prénom :"), q->given) ||
	    !linear_ask_date(l, PATIENTS_TITLE, _("Né(e) le :"), &q->born))
		return false;
	if ((q->name[0] != '\0') + (q->given[0] != '\0') + (q->born != 0) >= 2)
		return true;
	return patients_ask_text(l, _("Identifiant :"), q->identifier) &&
	       patients_ask_text(l, _("IPP :"), q->ipp) && patients_ask_text(l, _("INS :"), q->ins);
}

static int
patients_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	desk_found_take(arg, (const Emage__PatientFindReply *)msg);
	return 0;
}

static int
patients_send(struct linear *l, struct patients_sought *q, struct desk_found *found)
{
	Emage__PatientFindRequest r = EMAGE__PATIENT_FIND_REQUEST__INIT;

	r.name = q->name;
	r.given_name = q->given;
	r.birth_date = q->born;
	r.identifier = q->identifier;
	r.ipp = q->ipp;
	r.ins = q->ins;
	return linear_call(l, METHOD_patient_find, &r.base, LINEAR_AGAIN, patients_take, found);
}

/* "1. Camille MARTIN, 14/02/1975, IPP 0042, compte ouvert" */
static void
patients_say_row(struct linear *l, unsigned number, const struct desk_row *r)
{
	bool of_desk = l->session.role == EMAGE__ROLE__ROLE_RECEPTION;
	char *name = desk_name(r);
	char born[DESK_TEXT_LEN];

	desk_day_text(r->birth_date, born);
	linear_say(l, "%u. %s, %s%s%s%s%s%s%s", number, name, born, r->n_namesakes > 0 ? " !" : "",
	    r->ipp[0] ? ", " : "", r->ipp[0] ? _("IPP :") : "", r->ipp[0] ? " " : "", r->ipp,
	    of_desk ? ", " : "");
	if (of_desk)
		linear_say(l, "%s %s", _("Compte :"), desk_account_text(r->account));
	session_text_free(&name);
}

static void
patients_say(struct linear *l, const struct desk_found *found)
{
	const unsigned n = (unsigned)found->n;

	if (found->ins_key_wrong)
		linear_say(
		    l, "%s", _("La clé de cet INS n'est pas la bonne : relisez les chiffres."));
	if (n == 0) {
		linear_say(l, "%s", _("Aucun patient trouvé."));
		return;
	}
	linear_say(l, ngettext("%u patient trouvé", "%u patients trouvés", n), n);
	if (found->more)
		linear_say(
		    l, _("Les %u premiers ; il y en a d'autres : précisez la recherche."), n);
	if (found->namesakes)
		linear_say(l, "%s",
		    _("! : même nom et même date de naissance qu'un autre, l'IPP les distingue."));
	for (unsigned i = 0; i < n; i++)
		patients_say_row(l, i + 1, &found->rows[i]);
}

const struct desk_row *
linear_find_patient(struct linear *l, struct desk_found *found)
{
	while (l->end == LINEAR_GO) {
		struct patients_sought q = {.born = 0};
		int choice, err;

		linear_say(l, "%s", _(PATIENTS_TITLE));
		if (!patients_ask(l, &q))
			return NULL;
		err = patients_send(l, &q, found);
		if (err == -EM_E_FILTER_EMPTY)
			linear_say(l, "%s",
			    _("Indiquez un numéro, ou deux de : nom, prénom, date de naissance."));
		else if (err < 0)
			linear_say_error(l, err);
		if (err < 0)
			continue;
		patients_say(l, found);
		if (found->n == 0)
			continue;
		choice = linear_pick(l, PATIENTS_TITLE, _("Votre choix :"), (unsigned)found->n,
		    N_("ouvre ce patient"), N_("cherche encore"));
		if (choice < 0)
			return NULL;
		if (choice > 0)
			return &found->rows[choice - 1];
	}
	return NULL;
}
