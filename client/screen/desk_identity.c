/* SPDX-License-Identifier: MIT */
/*
 * Reception: what is done only with an identity document in hand, whose birth date is
 * typed once more: giving a suspended account back, withdrawing a consent.
 */
#include "client/screen/desk.h"

#include "client/app.h"
#include "client/model/dates.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

enum desk_identity_item {
	IDENTITY_BORN,
	IDENTITY_CONTINUE,
	IDENTITY_BACK,
};

struct screen_desk_identity {
	struct sheet sheet;
	uint64_t patient_id;
	enum desk_act act;
	char *text;
};

static struct screen_desk_identity *
screen_desk_identity(void *s)
{
	return s;
}

static void
desk_identity_release(struct sheet *s)
{
	session_text_free(&screen_desk_identity(s)->text);
}

/* Whether it is not done: then the person has been told, and may try again. */
static bool
desk_identity_failed(struct screen *s, int err, const Emage__Error *e)
{
	if (err == -EM_E_INVALID)
		sheet_mend(&screen_desk_identity(s)->sheet, IDENTITY_BORN,
		    _("Ce n'est pas la même date de naissance : vérifiez l'identité."));
	else if (err < 0 && err != -EM_E_CLOSED)
		app_message_error(s->app, err, e);
	return err < 0;
}

static void
desk_identity_resumed(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app *app = s->app;

	(void)more;
	if (desk_identity_failed(s, err, e))
		return;
	app_pop(app, s);
	app_push(app, screen_desk_letter_new(app, ((const Emage__DeskResumeReply *)msg)->letter,
			  EMAGE__LETTER_KIND__LETTER_KIND_AGAIN));
}

static void
desk_identity_withdrawn(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app *app = s->app;

	(void)msg;
	(void)more;
	if (desk_identity_failed(s, err, e))
		return;
	app_pop(app, s);
	app_message(app, MESSAGE_INFO, "%s", _("Le consentement est retiré et le compte fermé."));
}

static void
desk_identity_submit(struct screen_desk_identity *c)
{
	Emage__DeskResumeRequest resume = EMAGE__DESK_RESUME_REQUEST__INIT;
	Emage__DeskWithdrawRequest withdraw = EMAGE__DESK_WITHDRAW_REQUEST__INIT;
	struct sheet *s = &c->sheet;
	uint32_t born;

	if (!dates_parse(sheet_value(s, IDENTITY_BORN), &born) || born == 0) {
		sheet_mend(s, IDENTITY_BORN, desk_field_text("birth_date"));
		return;
	}
	resume.patient_id = withdraw.patient_id = c->patient_id;
	resume.birth_date = withdraw.birth_date = born;
	if (c->act == DESK_RESUME)
		app_call(
		    &s->base, METHOD_desk_resume, &resume.base, CALL_WAIT, desk_identity_resumed);
	else
		app_call(&s->base, METHOD_desk_withdraw, &withdraw.base, CALL_WAIT,
		    desk_identity_withdrawn);
}

/* -------------------------------------------------------------------- sheet */

static void
desk_identity_lines(struct sheet *s, struct sheet_flow *f)
{
	struct screen_desk_identity *c = screen_desk_identity(s);

	sheet_text(f, STYLE_TITLE, "%s", _(desk_question(c->act)->title));
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s", c->text);
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Pour confirmer, retapez la date de naissance lue sur la pièce d'identité."));
	sheet_field(f, _("Né(e) le :"), IDENTITY_BORN);
	sheet_gap(f);
	sheet_buttons(f, IDENTITY_CONTINUE, 2);
}

static void
desk_identity_pressed(struct sheet *s, size_t item)
{
	if (item == IDENTITY_BACK)
		app_pop(s->base.app, &s->base);
	else if (item == IDENTITY_BORN) /* Enter in a field goes on */
		form_act(&s->form, ACTION_NEXT);
	else if (!app_waits(&s->base))
		desk_identity_submit(screen_desk_identity(s));
}

static const struct sheet_ops desk_identity_sheet = {
    .lines = desk_identity_lines,
    .pressed = desk_identity_pressed,
    .release = desk_identity_release,
};

static const struct screen_ops desk_identity_ops = {
    .name = "desk-identity",
    .title = N_("Vérifier l'identité"),
    .about =
	N_("Retapez la date de naissance lue sur la pièce d'identité : l'opération n'est faite "
	   "que si c'est celle du patient."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_DESK,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

struct screen *
screen_desk_identity_new(struct app *app, const struct desk_patient *p, enum desk_act act)
{
	struct screen_desk_identity *c = mem_new(sizeof(*c));
	struct sheet *s = &c->sheet;

	sheet_init(s, app, &desk_identity_ops, &desk_identity_sheet);
	c->patient_id = p->row.id;
	c->act = act;
	c->text = desk_question_text(act, &p->row);
	sheet_add_field(s, IDENTITY_BORN, FIELD_DATE, 10);
	sheet_add_button(s, IDENTITY_CONTINUE, desk_question(act)->yes);
	sheet_add_button(s, IDENTITY_BACK, N_("Annuler"));
	sheet_focus(s, IDENTITY_BORN);
	return &s->base;
}
