/* SPDX-License-Identifier: MIT */
/*
 * Administration, 2 Sessions: all that are open, and ending one. Patients have no
 * name here.
 */
#include "client/screen/admin.h"

#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/model/dates.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

enum sessions_column {
	SESSIONS_WHO,
	SESSIONS_ROLE,
	SESSIONS_WHERE,
	SESSIONS_SINCE,
	SESSIONS_ACTIVE
};

static const struct table_column sessions_columns[] = {
    [SESSIONS_WHO] = {.title = N_("Personne"), .least = 14, .ideal = 24, .stretch = true},
    [SESSIONS_ROLE] = {.title = N_("Rôle"), .least = 13, .ideal = 22},
    [SESSIONS_WHERE] = {.title = N_("Poste"), .least = 8, .ideal = 9, .drop = 1},
    [SESSIONS_SINCE] = {.title = N_("Ouverte le"), .least = 16, .ideal = 17},
    [SESSIONS_ACTIVE] = {.title = N_("Active à"), .least = 8, .ideal = 8, .drop = 2},
};

static const char *
sessions_where(const char *terminal)
{
	static const struct {
		const char *name, *label;
	} labels[] = {
	    {"terminal", N_("terminal")},
	    {"kiosk", N_("borne")},
	    {"script", N_("script")},
	};

	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (strcmp(labels[i].name, terminal) == 0)
			return _(labels[i].label);
	return "";
}

static const char *
sessions_cell(struct admin_list *l, const ProtobufCMessage *row, size_t column, int width)
{
	const Emage__SessionRow *r = (const Emage__SessionRow *)row;

	(void)width;
	switch ((enum sessions_column)column) {
	case SESSIONS_WHO:
		if (!r->mine)
			return r->name;
		free(l->whole);
		l->whole = mem_printf("%s %s", r->name, _("(celle-ci)"));
		return l->whole;
	case SESSIONS_ROLE:
		return _(admin_role(r->role));
	case SESSIONS_WHERE:
		return sessions_where(r->terminal);
	case SESSIONS_SINCE:
		dates_time(lang_now(), r->opened_at_ms, l->text);
		return l->text;
	case SESSIONS_ACTIVE:
		dates_clock(r->active_at_ms, l->text);
		return l->text;
	}
	return "";
}

static void
sessions_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__AdminSessionListReply *r = (const Emage__AdminSessionListReply *)msg;

	(void)more;
	if (admin_list_came(s, err, e))
		admin_list_take_page((struct admin_list *)s, (ProtobufCMessage *const *)r->rows,
		    r->n_rows, r->page, r->n_pages, r->total);
}

static void
sessions_ask(struct admin_list *l)
{
	Emage__AdminSessionListRequest r = EMAGE__ADMIN_SESSION_LIST_REQUEST__INIT;

	r.page = l->asked;
	r.page_size = admin_list_size(l);
	admin_list_call(l, METHOD_admin_session_list, &r.base, sessions_done);
}

static void
sessions_ended(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)msg;
	(void)more;
	if (err == -EM_E_NOT_FOUND)
		app_message(s->app, MESSAGE_INFO, "%s", _("Cette session était déjà terminée."));
	else if (err < 0)
		app_message_error(s->app, err, e);
	else
		app_message(s->app, MESSAGE_INFO, "%s", _("Session terminée."));
	if (err != -EM_E_CLOSED)
		admin_list_again((struct admin_list *)s);
}

static void
sessions_end(struct screen *s)
{
	Emage__AdminSessionEndRequest r = EMAGE__ADMIN_SESSION_END_REQUEST__INIT;

	r.session_id = ((struct admin_list *)s)->picked;
	app_call(s, METHOD_admin_session_end, &r.base, CALL_WAIT, sessions_ended);
}

static void
sessions_open(struct admin_list *l, const ProtobufCMessage *row)
{
	const Emage__SessionRow *r = (const Emage__SessionRow *)row;

	if (r->mine) {
		app_message(l->base.app, MESSAGE_INFO, "%s",
		    _("C'est votre session : terminez-la avec 0 Déconnexion."));
		return;
	}
	l->picked = r->session_id;
	app_push(l->base.app,
	    screen_question_new(&l->base, N_("Terminer une session"),
		mem_strdup(_("Terminer cette session ? Ce qui y est affiché disparaît aussitôt.")),
		N_("Garder"), N_("Terminer"), sessions_end));
}

static const struct admin_list_ops sessions_list = {
    .heading = N_("Sessions ouvertes"),
    .empty = N_("Aucune session"),
    .paged = true,
    .columns = sessions_columns,
    .n_columns = ARRAY_LEN(sessions_columns),
    .cell = sessions_cell,
    .ask = sessions_ask,
    .open = sessions_open,
};

static const struct screen_ops sessions_ops = {
    .name = "admin-sessions",
    .title = N_("Sessions ouvertes"),
    .about = N_("Toutes les sessions ouvertes, les plus récentes d'abord. Les patients n'y ont "
		"pas de nom. Entrée termine une session, après confirmation."),
    .section = ACTION_SECTION_SESSIONS,
    ADMIN_LIST_OPS,
};

struct screen *
screen_admin_sessions_new(struct app *app)
{
	struct admin_list *l = mem_new(sizeof(*l));

	admin_list_init(l, app, &sessions_ops, &sessions_list);
	return &l->base;
}
