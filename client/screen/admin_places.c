/* SPDX-License-Identifier: MIT */
/*
 * Administration, 3 Établissements: their list, and a new one.
 */
#include "client/screen/admin.h"

#include <stdio.h>
#include <string.h>

#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/admin.pb-c.h"

/* --------------------------------------------------------------------- list */

enum places_column { PLACES_NUMBER, PLACES_FINESS, PLACES_NAME, PLACES_CONTACT };

static const struct table_column places_columns[] = {
    [PLACES_NUMBER] = {.title = N_("N°"), .least = 6, .ideal = 6},
    [PLACES_FINESS] = {.title = N_("FINESS"), .least = 10, .ideal = 10},
    [PLACES_NAME] = {.title = N_("Nom"), .least = 24, .ideal = 40, .stretch = true},
    [PLACES_CONTACT] = {.title = N_("Adresse des questions"), .least = 20, .ideal = 28, .drop = 1},
};

static const char *
places_cell(struct admin_list *l, const ProtobufCMessage *row, size_t column, int width)
{
	const Emage__EstablishmentRow *r = (const Emage__EstablishmentRow *)row;

	(void)width;
	switch ((enum places_column)column) {
	case PLACES_NUMBER:
		snprintf(l->text, sizeof(l->text), "%llu", (unsigned long long)r->establishment_id);
		return l->text;
	case PLACES_FINESS:
		return r->finess;
	case PLACES_NAME:
		return r->name;
	case PLACES_CONTACT:
		return r->contact;
	}
	return "";
}

static void
places_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__EstablishmentListReply *r = (const Emage__EstablishmentListReply *)msg;

	(void)more;
	if (admin_list_came(s, err, e))
		admin_list_take_page((struct admin_list *)s, (ProtobufCMessage *const *)r->rows,
		    r->n_rows, r->page, r->n_pages, r->total);
}

static void
places_ask(struct admin_list *l)
{
	Emage__EstablishmentListRequest r = EMAGE__ESTABLISHMENT_LIST_REQUEST__INIT;

	r.name = l->sought;
	r.page = l->asked;
	r.page_size = admin_list_size(l);
	admin_list_call(l, METHOD_establishment_list, &r.base, places_done);
}

static void
places_add(struct admin_list *l)
{
	l->stale = true;
	app_push(l->base.app, screen_admin_establishment_new(l->base.app));
}

static const struct admin_list_ops places_list = {
    .heading = N_("Établissements"),
    .empty = N_("Aucun établissement"),
    .filter = N_("Mot du nom ou FINESS :"),
    .button = N_("Nouvel établissement"),
    .paged = true,
    .columns = places_columns,
    .n_columns = ARRAY_LEN(places_columns),
    .cell = places_cell,
    .ask = places_ask,
    .pressed = places_add,
};

static const struct screen_ops places_ops = {
    .name = "admin-places",
    .title = N_("Établissements"),
    .about = N_("Les établissements de la région, par leur nom. À l'adresse des questions, "
		"l'établissement apprend qu'un patient conteste un accès."),
    .section = ACTION_SECTION_PLACES,
    ADMIN_LIST_OPS,
};

struct screen *
screen_admin_places_new(struct app *app)
{
	struct admin_list *l = mem_new(sizeof(*l));

	admin_list_init(l, app, &places_ops, &places_list);
	return &l->base;
}

/* -------------------------------------------------------------------- adding */

#define PLACE_NAME_MAX	  200
#define PLACE_CONTACT_MAX 254

enum place_item { PLACE_FINESS, PLACE_NAME, PLACE_CONTACT, PLACE_SAVE, PLACE_BACK };

struct screen_place {
	struct sheet sheet;
};

static void
place_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__AdminEstablishmentAddReply *r = (const Emage__AdminEstablishmentAddReply *)msg;
	struct sheet *sheet = (struct sheet *)s;
	struct app *app = s->app;

	(void)more;
	if (err == -EM_E_INVALID && e && strcmp(e->field, "finess") == 0) {
		sheet_mend(sheet, PLACE_FINESS,
		    _("Numéro FINESS incorrect : neuf chiffres, le deuxième peut être A ou B."));
	} else if (err == -EM_E_INVALID && e && strcmp(e->field, "name") == 0) {
		sheet_mend(sheet, PLACE_NAME, _("Indiquez le nom de l'établissement."));
	} else if (err == -EM_E_INVALID && e && strcmp(e->field, "contact") == 0) {
		sheet_mend(sheet, PLACE_CONTACT, _("Adresse mail incorrecte."));
	} else if (err < 0) {
		app_message_error(app, err, e);
	} else {
		app_message(app, MESSAGE_INFO, "%s",
		    r->existed ? _("Cet établissement était déjà connu ; son adresse est à jour.")
			       : _("Établissement ajouté."));
		app_pop(app, s);
	}
}

static void
place_pressed(struct sheet *s, size_t item)
{
	Emage__AdminEstablishmentAddRequest r = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;

	if (item == PLACE_BACK) {
		app_pop(s->base.app, &s->base);
		return;
	}
	if (app_waits(&s->base))
		return;
	r.finess = sheet_value(s, PLACE_FINESS);
	r.name = sheet_value(s, PLACE_NAME);
	r.contact = sheet_value(s, PLACE_CONTACT);
	app_call(&s->base, METHOD_admin_establishment_add, &r.base, CALL_WAIT, place_done);
}

static void
place_lines(struct sheet *s, struct sheet_flow *f)
{
	(void)s;
	sheet_text(f, STYLE_TITLE, "%s", _("Nouvel établissement"));
	sheet_gap(f);
	sheet_field(f, _("Numéro FINESS"), PLACE_FINESS);
	sheet_field(f, _("Nom"), PLACE_NAME);
	sheet_field(f, _("Adresse des questions"), PLACE_CONTACT);
	sheet_gap(f);
	sheet_text(f, STYLE_LABEL, "%s",
	    _("À cette adresse, l'établissement apprend qu'un patient conteste un accès ; elle peut "
	      "rester vide. Pour un numéro déjà connu, elle remplace celle d'avant."));
	sheet_gap(f);
	sheet_buttons(f, PLACE_SAVE, 2);
}

static const struct sheet_ops place_sheet = {
    .lines = place_lines,
    .pressed = place_pressed,
};

static const struct screen_ops place_ops = {
    .name = "admin-place",
    .title = N_("Nouvel établissement"),
    .about = N_("Ajoute un établissement, connu par son numéro FINESS."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_PLACES,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

struct screen *
screen_admin_establishment_new(struct app *app)
{
	struct screen_place *p = mem_new(sizeof(*p));
	struct sheet *s = &p->sheet;

	sheet_init(s, app, &place_ops, &place_sheet);
	sheet_add_field(s, PLACE_FINESS, FIELD_TEXT, 9);
	sheet_add_field(s, PLACE_NAME, FIELD_TEXT, PLACE_NAME_MAX);
	sheet_add_field(s, PLACE_CONTACT, FIELD_TEXT, PLACE_CONTACT_MAX);
	sheet_add_button(s, PLACE_SAVE, N_("Enregistrer"));
	sheet_add_button(s, PLACE_BACK, N_("Annuler"));
	return &s->base;
}
