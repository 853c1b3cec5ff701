/* SPDX-License-Identifier: MIT */
/*
 * Administration: one account of staff, new or to be changed. The temporary password
 * goes to the person; it is never shown here.
 */
#include "client/screen/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/model/dates.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

#define ACCOUNT_NAME_MAX  100
#define ACCOUNT_EMAIL_MAX 254

/* The establishment is named by a word of its name or its number; there must be one
 * such. */
enum account_item {
	ACCOUNT_ROLE,
	ACCOUNT_FAMILY,
	ACCOUNT_GIVEN,
	ACCOUNT_IDENTIFIER,
	ACCOUNT_PLACE,
	ACCOUNT_RPPS,
	ACCOUNT_EMAIL,
	ACCOUNT_MOBILE,
	ACCOUNT_SAVE,
	ACCOUNT_RESET,
	ACCOUNT_ENABLE,
	ACCOUNT_BACK,
};

struct screen_account {
	struct sheet sheet;
	struct choice role;
	Emage__StaffRow *row; /* NULL: a new one */
	uint64_t place_id;    /* found for what was typed */
	Emage__StaffSetRequest__Enabled enabled;
};

static struct screen_account *
screen_account(void *s)
{
	return s;
}

static void
account_release(struct sheet *s)
{
	if (screen_account(s)->row)
		emage__staff_row__free_unpacked(screen_account(s)->row, NULL);
}

static Emage__Role
account_role(const struct screen_account *a)
{
	return admin_role_at(a->role.chosen);
}

static void
account_plan(struct screen_account *a)
{
	struct sheet *s = &a->sheet;

	for (size_t i = ACCOUNT_FAMILY; i <= ACCOUNT_IDENTIFIER; i++)
		sheet_hide(s, i, a->row != NULL);
	sheet_hide(s, ACCOUNT_PLACE, account_role(a) == EMAGE__ROLE__ROLE_ADMIN);
	sheet_hide(s, ACCOUNT_RPPS, account_role(a) != EMAGE__ROLE__ROLE_PROFESSIONAL);
	sheet_hide(s, ACCOUNT_RESET, !a->row || a->row->disabled);
	sheet_hide(s, ACCOUNT_ENABLE, !a->row);
	s->items[ACCOUNT_ENABLE].label =
	    a->row && a->row->disabled ? N_("Réactiver") : N_("Désactiver");
}

/* ------------------------------------------------------------- what is wrong */

static void
account_fault(struct screen_account *a, int err, const Emage__Error *e)
{
	static const struct {
		int err;
		const char *field;
		enum account_item item;
		const char *text;
	} faults[] = {
	    {EM_E_INVALID, "identifier", ACCOUNT_IDENTIFIER,
		N_("Identifiant incorrect : de 3 à 40 caractères, ou rien pour un identifiant "
		   "tiré au sort.")},
	    {EM_E_EXISTS, "identifier", ACCOUNT_IDENTIFIER, N_("Cet identifiant est déjà pris.")},
	    {EM_E_INVALID, "family_name", ACCOUNT_FAMILY, N_("Indiquez le nom de la personne.")},
	    {EM_E_INVALID, "establishment_id", ACCOUNT_PLACE,
		N_("Indiquez l'établissement : un mot de son nom, ou son numéro FINESS.")},
	    {EM_E_INVALID, "rpps", ACCOUNT_RPPS,
		N_("Numéro RPPS incorrect : onze chiffres, le dernier est une clé.")},
	    {EM_E_NOT_FOUND, "rpps", ACCOUNT_RPPS,
		N_("Ce numéro RPPS n'est pas dans l'annuaire des professionnels.")},
	    {EM_E_EXISTS, "rpps", ACCOUNT_RPPS, N_("Ce professionnel a déjà un compte.")},
	    {EM_E_INVALID, "email", ACCOUNT_EMAIL,
		N_("Indiquez une adresse mail ou un téléphone mobile : les codes d'accès y vont.")},
	    {EM_E_INVALID, "mobile", ACCOUNT_MOBILE,
		N_("Téléphone mobile incorrect : 06 12 34 56 78, ou avec l'indicatif du pays.")},
	};

	for (size_t i = 0; e && i < ARRAY_LEN(faults); i++) {
		if (faults[i].err != -err || strcmp(faults[i].field, e->field) != 0)
			continue;
		sheet_mend(&a->sheet, faults[i].item, _(faults[i].text));
		return;
	}
	app_message_error(a->sheet.base.app, err, e);
}

/* ------------------------------------------------------------------- sending */

static void
account_added(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__StaffAddReply *r = (const Emage__StaffAddReply *)msg;
	struct app *app = s->app;
	char to[ADMIN_TEXT_LEN];

	(void)more;
	if (err < 0) {
		account_fault(screen_account(s), err, e);
		return;
	}
	admin_sent_to(r->sent_to, r->n_sent_to, to);
	app_message(app, MESSAGE_INFO,
	    _("Compte %1$s ouvert ; mot de passe temporaire envoyé à %2$s."), r->identifier, to);
	app_pop(app, s);
}

static void
account_add(struct screen_account *a)
{
	Emage__StaffAddRequest r = EMAGE__STAFF_ADD_REQUEST__INIT;
	struct sheet *s = &a->sheet;
	char mobile[ADMIN_TEXT_LEN];

	admin_mobile(sheet_value(s, ACCOUNT_MOBILE), mobile);
	r.role = account_role(a);
	r.identifier = sheet_value(s, ACCOUNT_IDENTIFIER);
	r.family_name = sheet_value(s, ACCOUNT_FAMILY);
	r.given_name = sheet_value(s, ACCOUNT_GIVEN);
	r.establishment_id = a->place_id;
	if (r.role == EMAGE__ROLE__ROLE_PROFESSIONAL)
		r.rpps = sheet_value(s, ACCOUNT_RPPS);
	r.email = sheet_value(s, ACCOUNT_EMAIL);
	r.mobile = mobile;
	app_call(&s->base, METHOD_staff_add, &r.base, CALL_WAIT, account_added);
}

static void
account_changed(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_account *a = screen_account(s);
	struct app *app = s->app;

	(void)msg;
	(void)more;
	if (err < 0) {
		account_fault(a, err, e);
		return;
	}
	app_message(app, MESSAGE_INFO, "%s",
	    a->enabled == EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO
		? _("Compte désactivé ; ses sessions sont terminées.")
	    : a->enabled == EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_YES
		? _("Compte réactivé.")
		: _("Compte modifié."));
	app_pop(app, s);
}

static void
account_set(struct screen_account *a)
{
	Emage__StaffSetRequest r = EMAGE__STAFF_SET_REQUEST__INIT;
	struct sheet *s = &a->sheet;
	char mobile[ADMIN_TEXT_LEN];

	admin_mobile(sheet_value(s, ACCOUNT_MOBILE), mobile);
	r.account_id = a->row->account_id;
	r.enabled = a->enabled;
	if (a->enabled == EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_STAYS) {
		r.role = account_role(a);
		r.establishment_id = a->place_id;
		if (r.role == EMAGE__ROLE__ROLE_PROFESSIONAL)
			r.rpps = sheet_value(s, ACCOUNT_RPPS);
		r.email = sheet_value(s, ACCOUNT_EMAIL);
		r.mobile = mobile;
	}
	app_call(&s->base, METHOD_staff_set, &r.base, CALL_WAIT, account_changed);
}

static void
account_send(struct screen_account *a)
{
	if (a->row)
		account_set(a);
	else
		account_add(a);
}

static void
account_place_found(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__EstablishmentListReply *r = (const Emage__EstablishmentListReply *)msg;
	struct screen_account *a = screen_account(s);

	(void)more;
	if (err < 0)
		app_message_error(s->app, err, e);
	else if (r->total == 0)
		sheet_mend(&a->sheet, ACCOUNT_PLACE,
		    _("Aucun établissement de ce nom : voyez la liste de la rubrique 3."));
	else if (r->total > 1)
		sheet_mend(&a->sheet, ACCOUNT_PLACE,
		    _("Plusieurs établissements ont ce mot : indiquez le numéro FINESS."));
	else {
		a->place_id = r->rows[0]->establishment_id;
		account_send(a);
	}
}

static void
account_save(struct screen_account *a)
{
	Emage__EstablishmentListRequest r = EMAGE__ESTABLISHMENT_LIST_REQUEST__INIT;
	const char *typed = sheet_value(&a->sheet, ACCOUNT_PLACE);

	a->enabled = EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_STAYS;
	a->place_id = 0;
	if (*typed == '\0' || account_role(a) == EMAGE__ROLE__ROLE_ADMIN ||
	    (a->row && strcmp(typed, a->row->establishment) == 0)) {
		account_send(a);
		return;
	}
	r.name = sheet_value(&a->sheet, ACCOUNT_PLACE);
	r.page = 1;
	r.page_size = 2;
	app_call(
	    &a->sheet.base, METHOD_establishment_list, &r.base, CALL_WAIT, account_place_found);
}

static void
account_reset_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__StaffResetReply *r = (const Emage__StaffResetReply *)msg;
	char to[ADMIN_TEXT_LEN];

	(void)more;
	if (err < 0) {
		app_message_error(s->app, err, e);
		return;
	}
	admin_sent_to(r->sent_to, r->n_sent_to, to);
	app_message(s->app, MESSAGE_INFO, _("Mot de passe temporaire envoyé à %s."), to);
}

static void
account_reset(struct screen *s)
{
	Emage__StaffResetRequest r = EMAGE__STAFF_RESET_REQUEST__INIT;

	r.account_id = screen_account(s)->row->account_id;
	app_call(s, METHOD_staff_reset, &r.base, CALL_WAIT, account_reset_done);
}

static void
account_switch(struct screen *s)
{
	struct screen_account *a = screen_account(s);

	a->enabled = a->row->disabled ? EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_YES
				      : EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO;
	account_set(a);
}

/* -------------------------------------------------------------------- sheet */

static void
account_lines(struct sheet *s, struct sheet_flow *f)
{
	struct screen_account *a = screen_account(s);
	char when[DATES_LEN];

	if (a->row)
		sheet_text(f, STYLE_TITLE, "%s %s · %s%s", a->row->family_name, a->row->given_name,
		    a->row->identifier, a->row->disabled ? _(" · désactivé") : "");
	else
		sheet_text(f, STYLE_TITLE, "%s", _("Nouveau compte"));
	if (a->row && a->row->last_session_at_ms) {
		dates_time(lang_now(), a->row->last_session_at_ms, when);
		sheet_text(f, STYLE_LABEL, _("Dernière session : %s"), when);
	}
	sheet_gap(f);
	sheet_field(f, _("Rôle"), ACCOUNT_ROLE);
	if (!a->row) {
		sheet_field(f, _("Nom"), ACCOUNT_FAMILY);
		sheet_field(f, _("Prénom"), ACCOUNT_GIVEN);
		sheet_field(f, _("Identifiant (au choix)"), ACCOUNT_IDENTIFIER);
	}
	if (account_role(a) != EMAGE__ROLE__ROLE_ADMIN)
		sheet_field(f, _("Établissement"), ACCOUNT_PLACE);
	if (account_role(a) == EMAGE__ROLE__ROLE_PROFESSIONAL)
		sheet_field(f, _("Numéro RPPS"), ACCOUNT_RPPS);
	sheet_field(f, _("Adresse mail"), ACCOUNT_EMAIL);
	sheet_field(f, _("Téléphone mobile"), ACCOUNT_MOBILE);
	sheet_gap(f);
	sheet_text(f, STYLE_LABEL, "%s",
	    a->row ? _("Un autre rôle termine aussitôt les sessions de la personne. Une adresse "
		       "remplacée en est avertie.")
		   : _("Le mot de passe temporaire est envoyé à la personne ; l'identifiant, à "
		       "vous de le lui dire."));
	sheet_gap(f);
	sheet_buttons(f, ACCOUNT_SAVE, 4);
}

static void
account_pressed(struct sheet *s, size_t item)
{
	struct screen_account *a = screen_account(s);
	struct app *app = s->base.app;

	if (app_waits(&s->base))
		return;
	switch ((enum account_item)item) {
	case ACCOUNT_BACK:
		app_pop(app, &s->base);
		break;
	case ACCOUNT_RESET:
		app_push(app,
		    screen_question_new(&s->base, N_("Nouveau mot de passe"),
			mem_strdup(_("Envoyer un mot de passe temporaire à la personne ? Le sien "
				     "reste valable jusque-là.")),
			N_("Ne rien envoyer"), N_("Envoyer"), account_reset));
		break;
	case ACCOUNT_ENABLE:
		app_push(app,
		    screen_question_new(&s->base, N_("Compte"),
			mem_strdup(a->row->disabled
				       ? _("Réactiver ce compte ? La personne pourra de nouveau "
					   "s'identifier.")
				       : _("Désactiver ce compte ? La personne ne pourra plus "
					   "s'identifier, et ses sessions se terminent aussitôt.")),
			N_("Annuler"), s->items[ACCOUNT_ENABLE].label, account_switch));
		break;
	default:
		account_save(a);
	}
}

static void
account_value_changed(struct sheet *s, size_t item)
{
	if (item == ACCOUNT_ROLE)
		account_plan(screen_account(s));
}

static const char *
account_role_text(void *arg, size_t i)
{
	(void)arg;
	return _(admin_role(admin_role_at(i)));
}

static const struct sheet_ops account_sheet = {
    .lines = account_lines,
    .pressed = account_pressed,
    .changed = account_value_changed,
    .release = account_release,
};

static const struct screen_ops account_ops = {
    .name = "admin-account",
    .title = N_("Compte"),
    .about = N_("Un compte de l'accueil, d'un professionnel de santé ou d'un administrateur. Le "
		"mot de passe temporaire est envoyé à la personne : personne d'autre ne le voit."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_ACCOUNTS,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

static void
account_fill(struct screen_account *a, const Emage__StaffRow *row)
{
	struct sheet *s = &a->sheet;

	a->row = (Emage__StaffRow *)admin_keep(&row->base);
	a->role.chosen = admin_role_index(row->role);
	field_set(s->items[ACCOUNT_PLACE].field, row->establishment);
	field_set(s->items[ACCOUNT_RPPS].field, row->rpps);
	field_set(s->items[ACCOUNT_EMAIL].field, row->email);
	field_set(s->items[ACCOUNT_MOBILE].field, row->mobile);
}

struct screen *
screen_admin_account_new(struct app *app, const Emage__StaffRow *row)
{
	struct screen_account *a = mem_new(sizeof(*a));
	struct sheet *s = &a->sheet;

	sheet_init(s, app, &account_ops, &account_sheet);
	a->role = (struct choice){.text = account_role_text, .arg = a, .n = ADMIN_N_ROLES};
	sheet_add_choice(s, ACCOUNT_ROLE, &a->role);
	sheet_add_field(s, ACCOUNT_FAMILY, FIELD_TEXT, ACCOUNT_NAME_MAX);
	sheet_add_field(s, ACCOUNT_GIVEN, FIELD_TEXT, ACCOUNT_NAME_MAX);
	sheet_add_field(s, ACCOUNT_IDENTIFIER, FIELD_TEXT, 40);
	sheet_add_field(s, ACCOUNT_PLACE, FIELD_TEXT, ACCOUNT_NAME_MAX);
	sheet_add_field(s, ACCOUNT_RPPS, FIELD_NUMBER, 11);
	sheet_add_field(s, ACCOUNT_EMAIL, FIELD_TEXT, ACCOUNT_EMAIL_MAX);
	sheet_add_field(s, ACCOUNT_MOBILE, FIELD_TEXT, 20);
	sheet_add_button(s, ACCOUNT_SAVE, N_("Enregistrer"));
	sheet_add_button(s, ACCOUNT_RESET, N_("Nouveau mot de passe"));
	sheet_add_button(s, ACCOUNT_ENABLE, N_("Désactiver"));
	sheet_add_button(s, ACCOUNT_BACK, N_("Annuler"));
	if (row)
		account_fill(a, row);
	account_plan(a);
	return &s->base;
}
