/* SPDX-License-Identifier: MIT */
/*
 * Administration, 1 Comptes: who works with e-mage, in which role.
 */
#include "client/screen/admin.h"

#include <stdlib.h>

#include "client/tr.h"
#include "common/mem.h"

enum accounts_column {
	ACCOUNTS_NAME,
	ACCOUNTS_ROLE,
	ACCOUNTS_IDENTIFIER,
	ACCOUNTS_PLACE,
	ACCOUNTS_STATE
};

static const struct table_column accounts_columns[] = {
    [ACCOUNTS_NAME] = {.title = N_("Nom"), .least = 16, .ideal = 24, .stretch = true},
    [ACCOUNTS_ROLE] = {.title = N_("Rôle"), .least = 14, .ideal = 22},
    [ACCOUNTS_IDENTIFIER] = {.title = N_("Identifiant"), .least = 12, .ideal = 14},
    [ACCOUNTS_PLACE] = {.title = N_("Lieu ou RPPS"), .least = 11, .ideal = 24, .drop = 1},
    [ACCOUNTS_STATE] = {.title = N_("État"), .least = 9, .ideal = 10},
};

static const char *
accounts_cell(struct admin_list *l, const ProtobufCMessage *row, size_t column, int width)
{
	const Emage__StaffRow *r = (const Emage__StaffRow *)row;

	(void)width;
	switch ((enum accounts_column)column) {
	case ACCOUNTS_NAME:
		free(l->whole);
		l->whole = mem_printf(
		    "%s%s%s", r->family_name, r->given_name[0] != '\0' ? " " : "", r->given_name);
		return l->whole;
	case ACCOUNTS_ROLE:
		return _(admin_role(r->role));
	case ACCOUNTS_IDENTIFIER:
		return r->identifier;
	case ACCOUNTS_PLACE:
		return *r->rpps ? r->rpps : r->establishment;
	case ACCOUNTS_STATE:
		return r->disabled ? _("désactivé") : _("actif");
	}
	return "";
}

static void
accounts_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__StaffListReply *r = (const Emage__StaffListReply *)msg;

	(void)more;
	if (admin_list_came(s, err, e))
		admin_list_take_page((struct admin_list *)s, (ProtobufCMessage *const *)r->rows,
		    r->n_rows, r->page, r->n_pages, r->total);
}

static void
accounts_ask(struct admin_list *l)
{
	Emage__StaffListRequest r = EMAGE__STAFF_LIST_REQUEST__INIT;

	r.name = l->sought;
	r.page = l->asked;
	r.page_size = admin_list_size(l);
	admin_list_call(l, METHOD_staff_list, &r.base, accounts_done);
}

static void
accounts_open(struct admin_list *l, const ProtobufCMessage *row)
{
	l->stale = true;
	app_push(l->base.app, screen_admin_account_new(l->base.app, (const Emage__StaffRow *)row));
}

static void
accounts_add(struct admin_list *l)
{
	l->stale = true;
	app_push(l->base.app, screen_admin_account_new(l->base.app, NULL));
}

static const struct admin_list_ops accounts_list = {
    .heading = N_("Comptes des personnes qui travaillent avec e-mage"),
    .empty = N_("Aucun compte"),
    .filter = N_("Nom ou identifiant :"),
    .button = N_("Nouveau compte"),
    .paged = true,
    .columns = accounts_columns,
    .n_columns = ARRAY_LEN(accounts_columns),
    .cell = accounts_cell,
    .ask = accounts_ask,
    .open = accounts_open,
    .pressed = accounts_add,
};

static const struct screen_ops accounts_ops = {
    .name = "admin-accounts",
    .title = N_("Comptes"),
    .about = N_("Les comptes de l'accueil, des professionnels de santé et des administrateurs. "
		"Entrée ouvre un compte : rôle, adresses, nouveau mot de passe temporaire, "
		"désactivation."),
    .section = ACTION_SECTION_ACCOUNTS,
    ADMIN_LIST_OPS,
};

struct screen *
screen_admin_accounts_new(struct app *app)
{
	struct admin_list *l = mem_new(sizeof(*l));

	admin_list_init(l, app, &accounts_ops, &accounts_list);
	return &l->base;
}
