/* SPDX-License-Identifier: MIT */
/*
 * Reception: another address for a patient who stands here. A code goes to the
 * new one and is read to the desk; the old one is told.
 */
#include "client/screen/desk.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/model/account_text.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define ADDRESS_MAX 254

enum desk_contact_item {
	CONTACT_ADDRESS,
	CONTACT_CODE,
	CONTACT_CONTINUE,
	CONTACT_BACK,
};

struct screen_desk_contact {
	struct sheet sheet;
	uint64_t patient_id;
	Emage__Channel channel;
	char *name, *now; /* the person, the present address or "" */
	char *sent_to;	  /* masked; NULL before a code was sent */
};

static struct screen_desk_contact *
screen_desk_contact(void *s)
{
	return s;
}

static void
desk_contact_release(struct sheet *s)
{
	struct screen_desk_contact *c = screen_desk_contact(s);

	session_text_free(&c->name);
	session_text_free(&c->now);
	session_text_free(&c->sent_to);
}

/* sent_to NULL: the address is asked for (again). */
static void
desk_contact_enter(struct screen_desk_contact *c, const char *sent_to)
{
	struct sheet *s = &c->sheet;

	session_text_free(&c->sent_to);
	c->sent_to = sent_to == NULL ? NULL : session_text(sent_to);
	sheet_hide(s, CONTACT_ADDRESS, sent_to != NULL);
	sheet_hide(s, CONTACT_CODE, sent_to == NULL);
	field_clear(s->items[CONTACT_CODE].field);
	sheet_focus(s, sent_to == NULL ? CONTACT_ADDRESS : CONTACT_CODE);
	s->top = 0;
}

static void
desk_contact_started(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_desk_contact *c = screen_desk_contact(s);
	char text[2 * DESK_TEXT_LEN] = "";

	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (e != NULL)
		desk_contact_refusal(err, e->field, e->retry_after_s, text);
	if (text[0]) /* no other address would do */
		app_message(s->app, MESSAGE_ERROR, "%s", text);
	else if (err == -EM_E_INVALID)
		sheet_mend(&c->sheet, CONTACT_ADDRESS, account_contact_form(c->channel));
	else if (err == -EM_E_EXISTS)
		sheet_mend(&c->sheet, CONTACT_ADDRESS, _("C'est déjà l'adresse de ce patient."));
	else if (err < 0)
		app_message_error(s->app, err, e);
	else
		desk_contact_enter(c, ((const Emage__DeskContactStartReply *)msg)->masked);
}

static void
desk_contact_confirmed(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_desk_contact *c = screen_desk_contact(s);
	struct app *app = s->app;

	(void)msg;
	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (err == -EM_E_CODE_EXPIRED || err == -EM_E_CODE_DEAD)
		desk_contact_enter(c, NULL);
	if (err < 0) {
		app_message_error(app, err, e);
		return;
	}
	app_pop(app, s);
	app_message(app, MESSAGE_INFO, "%s",
	    _("La nouvelle adresse est enregistrée ; l'ancienne a reçu un avis."));
}

static void
desk_contact_submit(struct screen_desk_contact *c)
{
	Emage__DeskContactStartRequest start = EMAGE__DESK_CONTACT_START_REQUEST__INIT;
	Emage__DeskContactConfirmRequest confirm = EMAGE__DESK_CONTACT_CONFIRM_REQUEST__INIT;
	struct sheet *s = &c->sheet;

	if (c->sent_to == NULL) {
		start.patient_id = c->patient_id;
		start.channel = c->channel;
		start.address = sheet_value(s, CONTACT_ADDRESS);
		app_call(&s->base, METHOD_desk_contact_start, &start.base, CALL_WAIT,
		    desk_contact_started);
		return;
	}
	confirm.patient_id = c->patient_id;
	confirm.code = sheet_value(s, CONTACT_CODE);
	if (confirm.code[0] == '\0')
		sheet_mend(s, CONTACT_CODE, _("Entrez le code que le patient a reçu."));
	else
		app_call(&s->base, METHOD_desk_contact_confirm, &confirm.base, CALL_WAIT,
		    desk_contact_confirmed);
}

/* -------------------------------------------------------------------- sheet */

static void
desk_contact_lines(struct sheet *s, struct sheet_flow *f)
{
	struct screen_desk_contact *c = screen_desk_contact(s);
	bool mobile = c->channel == EMAGE__CHANNEL__CHANNEL_MOBILE;

	sheet_text(f, STYLE_TITLE, _("%1$s : %2$s"),
	    mobile ? _("Corriger le mobile") : _("Corriger l'adresse mail"), c->name);
	if (c->now[0])
		sheet_text(f, STYLE_PLAIN, _("Actuellement : %s"), c->now);
	sheet_gap(f);
	if (c->sent_to == NULL) {
		sheet_field(
		    f, mobile ? _("Nouveau mobile :") : _("Nouvelle adresse :"), CONTACT_ADDRESS);
	} else {
		sheet_text(f, STYLE_PLAIN, _("Un code est envoyé à %s : le patient vous le lit."),
		    c->sent_to);
		sheet_gap(f);
		sheet_field(f, _("Code reçu :"), CONTACT_CODE);
	}
	sheet_gap(f);
	sheet_buttons(f, CONTACT_CONTINUE, 2);
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("L'ancienne adresse reçoit un avis, avec un code qui annule le changement pendant "
	      "72 heures. Jusque-là, le document n'est pas réimprimé."));
}

static void
desk_contact_back(struct sheet *s)
{
	if (screen_desk_contact(s)->sent_to == NULL)
		app_pop(s->base.app, &s->base);
	else
		desk_contact_enter(screen_desk_contact(s), NULL);
}

static void
desk_contact_pressed(struct sheet *s, size_t item)
{
	if (item == CONTACT_BACK)
		desk_contact_back(s);
	else if (!app_waits(&s->base))
		desk_contact_submit(screen_desk_contact(s));
}

static const struct sheet_ops desk_contact_sheet = {
    .lines = desk_contact_lines,
    .pressed = desk_contact_pressed,
    .back = desk_contact_back,
    .release = desk_contact_release,
};

static const struct screen_ops desk_contact_ops = {
    .name = "desk-contact",
    .title = N_("Corriger une adresse"),
    .about = N_("Saisissez la nouvelle adresse ; un code y est envoyé, que le patient vous lit. "
		"Elle n'est enregistrée qu'avec ce code."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_DESK,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

struct screen *
screen_desk_contact_new(struct app *app, const struct desk_patient *p, Emage__Channel channel)
{
	struct screen_desk_contact *c = mem_new(sizeof(*c));
	struct sheet *s = &c->sheet;
	char mobile[ACCOUNT_MOBILE_LEN];
	unsigned digits = app_session(app)->code_digits;

	sheet_init(s, app, &desk_contact_ops, &desk_contact_sheet);
	c->patient_id = p->row.id;
	c->channel = channel;
	c->name = desk_name(&p->row);
	account_mobile_text(p->mobile, mobile);
	c->now = mem_strdup(channel == EMAGE__CHANNEL__CHANNEL_MOBILE ? mobile : p->email);
	sheet_add_field(s, CONTACT_ADDRESS, FIELD_TEXT, ADDRESS_MAX);
	sheet_add_field(s, CONTACT_CODE, FIELD_NUMBER, digits >= 4 && digits <= 16 ? digits : 8);
	sheet_add_button(s, CONTACT_CONTINUE, N_("CONTINUER"));
	sheet_add_button(s, CONTACT_BACK, N_("Précédent"));
	desk_contact_enter(c, NULL);
	return &s->base;
}
