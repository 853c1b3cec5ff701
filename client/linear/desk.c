/* SPDX-License-Identifier: MIT */
/*
 * Reception: one patient, the account, the consents, and what can be done about them
 * by lines; an address is corrected on the screen.
 */
#include <stdio.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/account_text.h"
#include "client/model/dates.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"

#define DESK_TITLE N_("Un patient")

/* ------------------------------------------------------------- handed over */

static int
desk_take_letter(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	desk_letter_take(arg, ((const Emage__DeskLetterReply *)msg)->letter);
	return 0;
}

static int
desk_take_resumed(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	desk_letter_take(arg, ((const Emage__DeskResumeReply *)msg)->letter);
	return 0;
}

static int
desk_take_suspended(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)msg;
	(void)more;
	linear_say(arg, "%s", _("Le compte est suspendu : plus personne ne s'y connecte."));
	return 0;
}

static int
desk_take_withdrawn(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)msg;
	(void)more;
	linear_say(arg, "%s", _("Le consentement est retiré et le compte fermé."));
	return 0;
}

static int
desk_take_reset(void *arg, const ProtobufCMessage *msg, bool more)
{
	const Emage__DeskResetReply *r = (const Emage__DeskResetReply *)msg;
	char *to = session_text(r->n_sent_to > 0 ? r->sent_to[0]->masked : "");

	(void)more;
	linear_say(arg, _("Un mot de passe temporaire est envoyé à %s."), to);
	session_text_free(&to);
	return 0;
}

static int
desk_take_code(void *arg, const ProtobufCMessage *msg, bool more)
{
	const Emage__DeskCodeReply *r = (const Emage__DeskCodeReply *)msg;
	char *code = session_text(r->code);
	char until[DATES_LEN];

	(void)more;
	dates_clock(clock_now_ms() + (int64_t)r->expires_in_s * 1000, until);
	linear_say(arg, "%s %s", _("Code d'accès :"), code);
	linear_say(arg, "%s %s", _("Valable jusqu'à :"), until);
	session_text_free(&code);
	return 0;
}

/* ------------------------------------------------------------------ actions */

/* The birth date of the document, until it is the patient's; false when the person goes
 * back. */
static bool
desk_identity(struct linear *l, const char *title, const struct desk_row *r, uint32_t *birth_date_r)
{
	linear_say(l, "%s",
	    _("Pour confirmer, retapez la date de naissance lue sur la pièce d'identité."));
	while (linear_ask_date(l, title, _("Né(e) le :"), birth_date_r)) {
		if (*birth_date_r == r->birth_date)
			return true;
		linear_say(
		    l, "%s", _("Ce n'est pas la même date de naissance : vérifiez l'identité."));
	}
	return false;
}

static void
desk_do(struct linear *l, const struct desk_patient *p, enum desk_act act)
{
	Emage__DeskLetterRequest letter = EMAGE__DESK_LETTER_REQUEST__INIT;
	Emage__DeskResetRequest reset = EMAGE__DESK_RESET_REQUEST__INIT;
	Emage__DeskCodeRequest code = EMAGE__DESK_CODE_REQUEST__INIT;
	Emage__DeskSuspendRequest suspend = EMAGE__DESK_SUSPEND_REQUEST__INIT;
	Emage__DeskResumeRequest resume = EMAGE__DESK_RESUME_REQUEST__INIT;
	Emage__DeskWithdrawRequest withdraw = EMAGE__DESK_WITHDRAW_REQUEST__INIT;
	struct desk_letter given = {.patient_id = 0};
	const struct {
		enum method_index method;
		const ProtobufCMessage *request;
		linear_take *take;
		void *arg;
	} calls[N_DESK_ACTS] = {
	    [DESK_LETTER] = {METHOD_desk_letter, &letter.base, desk_take_letter, &given},
	    [DESK_RESET] = {METHOD_desk_reset, &reset.base, desk_take_reset, l},
	    [DESK_CODE] = {METHOD_desk_code, &code.base, desk_take_code, l},
	    [DESK_SUSPEND] = {METHOD_desk_suspend, &suspend.base, desk_take_suspended, l},
	    [DESK_RESUME] = {METHOD_desk_resume, &resume.base, desk_take_resumed, &given},
	    [DESK_WITHDRAW] = {METHOD_desk_withdraw, &withdraw.base, desk_take_withdrawn, l},
	};
	const struct desk_question *q = desk_question(act);
	char *text = desk_question_text(act, &p->row);
	int err;

	letter.patient_id = reset.patient_id = code.patient_id = p->row.id;
	suspend.patient_id = resume.patient_id = withdraw.patient_id = p->row.id;
	linear_say(l, "%s", text);
	session_text_free(&text);
	if (linear_pick(l, q->title, _("Votre choix :"), 1, q->yes, N_("Ne rien changer")) != 1)
		return;
	if (act >= DESK_RESUME && !desk_identity(l, q->title, &p->row, &resume.birth_date))
		return;
	withdraw.birth_date = resume.birth_date;
	err = linear_call(
	    l, calls[act].method, calls[act].request, LINEAR_ONCE, calls[act].take, calls[act].arg);
	if (err == -EM_E_NO_CHANNEL)
		linear_say(
		    l, "%s", _("Ce patient n'a ni adresse ni mobile : réimprimez le document."));
	else if (err < 0)
		linear_say_error(l, err);
	else if (act == DESK_LETTER || act == DESK_RESUME)
		linear_letter(l, &given, EMAGE__LETTER_KIND__LETTER_KIND_AGAIN);
	desk_letter_release(&given);
}

/* -------------------------------------------------------------------- sheet */

static int
desk_take(void *arg, const ProtobufCMessage *msg, bool more)
{
	(void)more;
	desk_patient_take(arg, (const Emage__PatientGetReply *)msg);
	return 0;
}

static void
desk_say_account(struct linear *l, const struct desk_patient *p)
{
	char text[DESK_TEXT_LEN], mobile[ACCOUNT_MOBILE_LEN];

	desk_password_text(p, text);
	account_mobile_text(p->mobile, mobile);
	linear_say(l, "%s %s", _("Identifiant :"), p->identifier);
	linear_say(l, "%s %s", _("Mot de passe :"), text);
	linear_say(l, "%s %s", _("Adresse mail :"), p->email[0] ? p->email : _("aucune"));
	linear_say(l, "%s %s", _("Mobile :"), mobile[0] ? mobile : _("aucun"));
}

static void
desk_say(struct linear *l, const struct desk_patient *p)
{
	char *name = desk_name(&p->row);
	char born[DESK_TEXT_LEN];

	desk_day_text(p->row.birth_date, born);
	linear_say(l, "%s", name);
	session_text_free(&name);
	linear_say(l, "%s %s", _("Né(e) le :"), born);
	linear_say(l, "%s %s", _("IPP :"), p->numbers[0] ? p->numbers : _("aucun"));
	if (p->ins[0])
		linear_say(l, "%s %s", _("INS :"), p->ins);
	linear_say(l, "%s %s", _("Compte :"), desk_account_text(p->row.account));
	if (p->row.account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE)
		desk_say_account(l, p);
	linear_say(l, "%s", _("Consentements"));
	if (p->n_consents == 0)
		linear_say(l, "%s", _("Aucun n'a été recueilli."));
	for (size_t i = 0; i < p->n_consents; i++)
		linear_say(l, "- %s", p->consents[i]);
}

/* The first ones are enum desk_act. */
enum desk_command { DESK_ASK_CONSENT = N_DESK_ACTS };

/* As bits: what is not offered in this state of the account. */
static unsigned
desk_hidden(const struct desk_patient *p)
{
	const unsigned open = 1u << DESK_LETTER | 1u << DESK_RESET | 1u << DESK_SUSPEND |
			      1u << DESK_WITHDRAW | (desk_has_way(p) ? 0 : 1u << DESK_CODE);
	const unsigned all = (1u << (DESK_ASK_CONSENT + 1)) - 1;

	switch (p->row.account) {
	case EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE:
		return all & ~open;
	case EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED:
		return all & ~(1u << DESK_RESUME | 1u << DESK_WITHDRAW);
	default:
		return all & ~(1u << DESK_ASK_CONSENT);
	}
}

/* False when the person goes back. */
static bool
desk_choose(struct linear *l, const struct desk_patient *p)
{
	static const struct linear_command commands[] = {
	    [DESK_LETTER] = {"d", N_("Réimprimer")},
	    [DESK_RESET] = {"r", N_("Réinitialiser")},
	    [DESK_CODE] = {"c", N_("Afficher un code")},
	    [DESK_SUSPEND] = {"s", N_("Suspendre")},
	    [DESK_RESUME] = {"a", N_("Lever la suspension")},
	    [DESK_WITHDRAW] = {"w", N_("Retirer le consentement")},
	    [DESK_ASK_CONSENT] = {"o", N_("Recueillir le consentement")},
	};
	const struct linear_prompt prompt = {.title = DESK_TITLE,
	    .question = _("Votre choix :"),
	    .commands = commands,
	    .n_commands = ARRAY_LEN(commands),
	    .hidden = desk_hidden(p)};
	struct linear_answer a;

	if (!linear_ask(l, &prompt, &a) || a.kind == LINEAR_BACK)
		return false;
	if ((int)a.value == DESK_ASK_CONSENT)
		linear_desk_consent(l, p);
	else
		desk_do(l, p, (enum desk_act)a.value);
	return true;
}

void
linear_desk(struct linear *l)
{
	Emage__PatientGetRequest r = EMAGE__PATIENT_GET_REQUEST__INIT;
	struct desk_found found = {.n = 0};
	struct desk_patient p = {.n_consents = 0};
	const struct desk_row *chosen = linear_find_patient(l, &found);
	int err;

	r.patient_id = chosen ? chosen->id : 0;
	while (chosen && l->end == LINEAR_GO) {
		err = linear_call(l, METHOD_patient_get, &r.base, LINEAR_AGAIN, desk_take, &p);
		if (err < 0) {
			linear_say_error(l, err);
			break;
		}
		desk_say(l, &p);
		if (!desk_choose(l, &p))
			break;
	}
	desk_patient_release(&p);
	desk_found_release(&found);
}
