/* SPDX-License-Identifier: MIT */
/*
 * Reception: one patient, the account, the consents, and what can be done about
 * them. The sheet is asked for again whenever it is uppermost after something was
 * done.
 */
#include "client/screen/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/account.h"
#include "client/model/dates.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"

enum patient_item {
	PATIENT_CONSENT,
	PATIENT_SUSPEND,
	PATIENT_RESUME,
	PATIENT_LETTER,
	PATIENT_RESET,
	PATIENT_EMAIL,
	PATIENT_MOBILE,
	PATIENT_CODE,
	PATIENT_WITHDRAW,
	PATIENT_BACK,
};

struct screen_patient {
	struct sheet sheet;
	uint64_t patient_id;
	struct desk_patient model;
	bool stale;   /* to be asked for */
	bool missing; /* asked while there was no connection */
};

static struct screen_patient *
screen_patient(void *s)
{
	return s;
}

static void
screen_patient_release(struct sheet *s)
{
	desk_patient_release(&screen_patient(s)->model);
}

/* ------------------------------------------------------------------- asking */

/* What is looked for most often. */
static enum patient_item
screen_patient_first(const struct screen_patient *p)
{
	if (p->model.row.id == 0)
		return PATIENT_BACK;
	if (p->model.row.account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE)
		return PATIENT_LETTER;
	return p->model.row.account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED
		   ? PATIENT_RESUME
		   : PATIENT_CONSENT;
}

static void
screen_patient_show(struct screen_patient *p)
{
	Emage__AccountState account = p->model.row.account;
	bool open = account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE;
	bool suspended = account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED;
	struct sheet *s = &p->sheet;

	s->items[PATIENT_CONSENT].label = account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_WITHDRAWN
					      ? N_("Rouvrir")
					      : N_("Recueillir le consentement");
	sheet_hide(s, PATIENT_CONSENT, open || suspended || p->model.row.id == 0);
	sheet_hide(s, PATIENT_SUSPEND, !open);
	sheet_hide(s, PATIENT_RESUME, !suspended);
	sheet_hide(s, PATIENT_WITHDRAW, !open && !suspended);
	for (size_t i = PATIENT_LETTER; i <= PATIENT_CODE; i++)
		sheet_hide(s, i, !open);
	if (desk_has_way(&p->model))
		sheet_hide(s, PATIENT_CODE, true);
	if (s->items[s->form.focus].hidden)
		sheet_focus(s, screen_patient_first(p));
}

static void
screen_patient_got(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_patient *p = screen_patient(s);
	bool first = p->model.row.id == 0;

	(void)more;
	if (err == -EM_E_CLOSED) {
		p->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else {
		desk_patient_take(&p->model, (const Emage__PatientGetReply *)msg);
		screen_patient_show(p);
		if (first)
			sheet_focus(&p->sheet, screen_patient_first(p));
	}
}

static void
screen_patient_load(struct screen_patient *p)
{
	Emage__PatientGetRequest r = EMAGE__PATIENT_GET_REQUEST__INIT;

	p->stale = false;
	r.patient_id = p->patient_id;
	p->missing = app_call(&p->sheet.base, METHOD_patient_get, &r.base, CALL_WAIT,
			 screen_patient_got) == 0;
}

static void
screen_patient_resumed(struct screen *s)
{
	if (screen_patient(s)->missing)
		screen_patient_load(screen_patient(s));
}

/* ------------------------------------------------------------------ actions */

/* The connection was lost before the answer: it may be done or not, so what there is
 * now is asked for as soon as it is back. */
static bool
screen_patient_cut(struct screen *s, int err)
{
	screen_patient(s)->missing |= err == -EM_E_CLOSED;
	return err == -EM_E_CLOSED;
}

static void
screen_patient_lettered(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)more;
	if (screen_patient_cut(s, err))
		return;
	screen_patient(s)->stale = true;
	if (err < 0)
		app_message_error(s->app, err, e);
	else
		app_push(s->app,
		    screen_desk_letter_new(s->app, ((const Emage__DeskLetterReply *)msg)->letter,
			EMAGE__LETTER_KIND__LETTER_KIND_AGAIN));
}

static void
screen_patient_letter(struct screen *s)
{
	Emage__DeskLetterRequest r = EMAGE__DESK_LETTER_REQUEST__INIT;

	r.patient_id = screen_patient(s)->patient_id;
	app_call(s, METHOD_desk_letter, &r.base, CALL_WAIT, screen_patient_lettered);
}

static void
screen_patient_was_reset(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__DeskResetReply *r = (const Emage__DeskResetReply *)msg;
	char *to;

	(void)more;
	if (screen_patient_cut(s, err))
		return;
	if (err == -EM_E_NO_CHANNEL) {
		app_message(s->app, MESSAGE_ERROR, "%s",
		    _("Ce patient n'a ni adresse ni mobile : réimprimez le document."));
		return;
	}
	if (err < 0) {
		app_message_error(s->app, err, e);
		return;
	}
	screen_patient(s)->stale = true;
	to = session_text(r->n_sent_to > 0 ? r->sent_to[0]->masked : "");
	app_message(s->app, MESSAGE_INFO, _("Un mot de passe temporaire est envoyé à %s."), to);
	session_text_free(&to);
}

static void
screen_patient_reset(struct screen *s)
{
	Emage__DeskResetRequest r = EMAGE__DESK_RESET_REQUEST__INIT;

	r.patient_id = screen_patient(s)->patient_id;
	app_call(s, METHOD_desk_reset, &r.base, CALL_WAIT, screen_patient_was_reset);
}

static void
screen_patient_coded(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)more;
	if (screen_patient_cut(s, err))
		return;
	if (err < 0)
		app_message_error(s->app, err, e);
	else
		app_push(s->app, screen_desk_code_new(s->app, &screen_patient(s)->model,
				     (const Emage__DeskCodeReply *)msg));
}

static void
screen_patient_code(struct screen *s)
{
	Emage__DeskCodeRequest r = EMAGE__DESK_CODE_REQUEST__INIT;

	r.patient_id = screen_patient(s)->patient_id;
	app_call(s, METHOD_desk_code, &r.base, CALL_WAIT, screen_patient_coded);
}

static void
screen_patient_was_suspended(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)msg;
	(void)more;
	if (screen_patient_cut(s, err))
		return;
	screen_patient(s)->stale = true;
	if (err < 0)
		app_message_error(s->app, err, e);
	else
		app_message(s->app, MESSAGE_INFO, "%s",
		    _("Le compte est suspendu : plus personne ne s'y connecte."));
}

static void
screen_patient_suspend(struct screen *s)
{
	Emage__DeskSuspendRequest r = EMAGE__DESK_SUSPEND_REQUEST__INIT;

	r.patient_id = screen_patient(s)->patient_id;
	app_call(s, METHOD_desk_suspend, &r.base, CALL_WAIT, screen_patient_was_suspended);
}

static const struct {
	enum patient_item item;
	enum desk_act act;
	void (*yes)(struct screen *s);
} screen_patient_acts[] = {
    {PATIENT_LETTER, DESK_LETTER, screen_patient_letter},
    {PATIENT_RESET, DESK_RESET, screen_patient_reset},
    {PATIENT_CODE, DESK_CODE, screen_patient_code},
    {PATIENT_SUSPEND, DESK_SUSPEND, screen_patient_suspend},
};

static void
screen_patient_ask(struct screen_patient *p, size_t item)
{
	for (size_t i = 0; i < ARRAY_LEN(screen_patient_acts); i++) {
		enum desk_act act = screen_patient_acts[i].act;
		const struct desk_question *q = desk_question(act);

		if (screen_patient_acts[i].item == item)
			app_push(p->sheet.base.app,
			    screen_question_new(&p->sheet.base, q->title,
				desk_question_text(act, &p->model.row), N_("Annuler"), q->yes,
				screen_patient_acts[i].yes));
	}
}

/* -------------------------------------------------------------------- sheet */

static void
screen_patient_pressed(struct sheet *s, size_t item)
{
	struct screen_patient *p = screen_patient(s);
	struct app *app = s->base.app;

	if (item == PATIENT_BACK) {
		app_pop(app, &s->base);
		return;
	}
	if (app_waits(&s->base) || p->model.row.id == 0)
		return;
	p->stale = item == PATIENT_CONSENT || item == PATIENT_EMAIL || item == PATIENT_MOBILE ||
		   item == PATIENT_RESUME || item == PATIENT_WITHDRAW;
	if (item == PATIENT_CONSENT)
		app_push(app, screen_desk_consent_new(app, &p->model));
	else if (item == PATIENT_EMAIL)
		app_push(
		    app, screen_desk_contact_new(app, &p->model, EMAGE__CHANNEL__CHANNEL_EMAIL));
	else if (item == PATIENT_MOBILE)
		app_push(
		    app, screen_desk_contact_new(app, &p->model, EMAGE__CHANNEL__CHANNEL_MOBILE));
	else if (item == PATIENT_RESUME || item == PATIENT_WITHDRAW)
		app_push(app, screen_desk_identity_new(app, &p->model,
				  item == PATIENT_RESUME ? DESK_RESUME : DESK_WITHDRAW));
	else
		screen_patient_ask(p, item);
}

static void
screen_patient_account_lines(const struct desk_patient *m, struct sheet_flow *f)
{
	char text[DESK_TEXT_LEN], mobile[ACCOUNT_MOBILE_LEN];

	sheet_row(f, _("Compte :"), desk_account_text(m->row.account),
	    m->row.account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE      ? PATIENT_SUSPEND
	    : m->row.account == EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED ? PATIENT_RESUME
									      : PATIENT_CONSENT);
	if (m->row.account != EMAGE__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE)
		return;
	desk_password_text(m, text);
	account_mobile_text(m->mobile, mobile);
	sheet_row(f, _("Identifiant :"), m->identifier, PATIENT_LETTER);
	sheet_row(f, _("Mot de passe :"), text, PATIENT_RESET);
	sheet_row(f, _("Adresse mail :"), m->email[0] ? m->email : _("aucune"), PATIENT_EMAIL);
	sheet_row(f, _("Mobile :"), mobile[0] ? mobile : _("aucun"), PATIENT_MOBILE);
	sheet_row(f, _("Code d'accès :"),
	    desk_has_way(m) ? _("envoyé au patient") : _("en personne"), PATIENT_CODE);
}

static void
screen_patient_lines(struct sheet *s, struct sheet_flow *f)
{
	struct screen_patient *p = screen_patient(s);
	const struct desk_patient *m = &p->model;
	char born[DESK_TEXT_LEN];
	char *name;

	if (p->stale && app_top(s->base.app) == &s->base)
		screen_patient_load(p);
	if (m->row.id == 0) {
		sheet_text(f, STYLE_PLAIN, "%s", _("Chargement…"));
		sheet_buttons(f, PATIENT_BACK, 1);
		return;
	}
	name = desk_name(&m->row);
	desk_day_text(m->row.birth_date, born);
	sheet_text(f, STYLE_TITLE, "%s", name);
	sheet_row(f, _("Né(e) le :"), born, SHEET_NONE);
	sheet_row(f, _("IPP :"), m->numbers[0] ? m->numbers : _("aucun"), SHEET_NONE);
	if (m->ins[0])
		sheet_row(f, _("INS :"), m->ins, SHEET_NONE);
	screen_patient_account_lines(m, f);
	sheet_gap(f);
	sheet_text(f, STYLE_LABEL, "%s", _("Consentements"));
	if (m->n_consents == 0)
		sheet_text(f, STYLE_PLAIN, "%s", _("Aucun n'a été recueilli."));
	for (size_t i = 0; i < m->n_consents && i < 8; i++)
		sheet_text(f, STYLE_PLAIN, "- %s", m->consents[i]);
	if (m->n_consents > 8)
		sheet_text(f, STYLE_PLAIN,
		    ngettext(
			"et %u plus ancien", "et %u plus anciens", (unsigned)m->n_consents - 8),
		    (unsigned)m->n_consents - 8);
	sheet_gap(f);
	sheet_buttons(f, PATIENT_WITHDRAW, 2);
	session_text_free(&name);
}

static const struct sheet_ops screen_patient_sheet = {
    .lines = screen_patient_lines,
    .pressed = screen_patient_pressed,
    .release = screen_patient_release,
};

static const struct screen_ops screen_patient_ops = {
    .name = "patient",
    .title = N_("Un patient"),
    .about = N_("L'état du compte et les consentements. Réimprimer crée un nouveau mot de passe "
		"temporaire, Réinitialiser l'envoie au patient, Corriger change une adresse avec "
		"un code. Un code d'accès est remis en personne à qui n'a ni adresse ni mobile. "
		"Suspendre ferme un compte dont quelqu'un d'autre se sert. Vérifiez toujours "
		"l'identité."),
    .contexts = CTX_FORM | CTX_SHEET | CTX_SPACE,
    .section = ACTION_SECTION_DESK,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
    .resumed = screen_patient_resumed,
};

struct screen *
screen_desk_patient_new(struct app *app, uint64_t patient_id)
{
	struct screen_patient *p = mem_new(sizeof(*p));
	struct sheet *s = &p->sheet;

	sheet_init(s, app, &screen_patient_ops, &screen_patient_sheet);
	p->patient_id = patient_id;
	sheet_add_button(s, PATIENT_CONSENT, N_("Recueillir le consentement"));
	sheet_add_button(s, PATIENT_SUSPEND, N_("Suspendre"));
	sheet_add_button(s, PATIENT_RESUME, N_("Lever la suspension"));
	sheet_add_button(s, PATIENT_LETTER, N_("Réimprimer"));
	sheet_add_button(s, PATIENT_RESET, N_("Réinitialiser"));
	sheet_add_button(s, PATIENT_EMAIL, N_("Corriger"));
	sheet_add_button(s, PATIENT_MOBILE, N_("Corriger"));
	sheet_add_button(s, PATIENT_CODE, N_("Afficher un code"));
	sheet_add_button(s, PATIENT_WITHDRAW, N_("Retirer le consentement"));
	sheet_add_button(s, PATIENT_BACK, N_("Retour"));
	screen_patient_show(p);
	screen_patient_load(p);
	return &s->base;
}
