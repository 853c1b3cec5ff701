/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: one's open sessions, and ending them (S-05).
 */
#include "client/screen/settings.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/app.h"
#include "client/model/account_text.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

/* One button a session, in the model's order. */
enum sessions_item {
	SESSIONS_FIRST,
	SESSIONS_OTHERS = ACCOUNT_MAX_SESSIONS,
	SESSIONS_BACK,
};

struct screen_sessions {
	struct sheet sheet;
	struct account_sessions model;
	uint64_t ending; /* that the question is about; 0: all others */
	bool missing;	 /* asked while there was no connection */
};

static struct screen_sessions *
screen_sessions(void *s)
{
	return s;
}

/* ------------------------------------------------------------------- asking */

static void
screen_sessions_plan(struct screen_sessions *u)
{
	size_t n = u->model.loaded ? u->model.n : 0;

	for (size_t i = 0; i < ACCOUNT_MAX_SESSIONS; i++)
		sheet_hide(&u->sheet, i, i >= n || u->model.rows[i].is_this_one);
	sheet_hide(&u->sheet, SESSIONS_OTHERS, n < 2);
	sheet_focus(&u->sheet, n > 1 ? 1 : SESSIONS_BACK);
}

static void
screen_sessions_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_sessions *u = screen_sessions(s);

	(void)more;
	if (err == -EM_E_CLOSED) {
		u->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else {
		account_take_sessions(&u->model, (const Emage__SessionListReply *)msg);
		screen_sessions_plan(u);
	}
}

static void
screen_sessions_load(struct screen_sessions *u)
{
	Emage__SessionListRequest r = EMAGE__SESSION_LIST_REQUEST__INIT;

	u->missing = app_call(&u->sheet.base, METHOD_session_list, &r.base, CALL_WAIT,
			 screen_sessions_done) == 0;
}

static void
screen_sessions_ended(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__SessionEndReply *r = (const Emage__SessionEndReply *)msg;

	(void)more;
	if (err < 0 && err != -EM_E_NOT_FOUND)
		app_message_error(s->app, err, e);
	else if (err < 0) /* ended by itself meanwhile */
		app_message(s->app, MESSAGE_INFO, "%s", _("Cette session était déjà terminée."));
	else
		app_message(s->app, MESSAGE_INFO,
		    ngettext("%u session terminée.", "%u sessions terminées.", r->ended), r->ended);
	if (err != -EM_E_CLOSED)
		screen_sessions_load(screen_sessions(s));
}

static void
screen_sessions_end(struct screen *s)
{
	Emage__SessionEndRequest r = EMAGE__SESSION_END_REQUEST__INIT;

	r.session_id = screen_sessions(s)->ending;
	app_call(s, METHOD_session_end, &r.base, CALL_WAIT, screen_sessions_ended);
}

static void
screen_sessions_resumed(struct screen *s)
{
	if (screen_sessions(s)->missing)
		screen_sessions_load(screen_sessions(s));
}

/* -------------------------------------------------------------------- sheet */

static void
screen_sessions_row(const struct account_session *a, size_t item, struct sheet_flow *f)
{
	char label[64], text[ACCOUNT_TEXT_LEN];

	snprintf(label, sizeof(label), "%s", account_session_kind(a->kind));
	account_session_text(a, text);
	sheet_row(f, label, text, a->is_this_one ? SHEET_NONE : item);
}

static void
screen_sessions_lines(struct sheet *s, struct sheet_flow *f)
{
	struct screen_sessions *u = screen_sessions(s);

	sheet_text(f, STYLE_TITLE, "%s", _("Sessions ouvertes"));
	sheet_gap(f);
	if (!u->model.loaded)
		sheet_text(f, STYLE_PLAIN, "%s", _("Chargement…"));
	for (size_t i = 0; u->model.loaded && i < u->model.n; i++)
		screen_sessions_row(&u->model.rows[i], i, f);
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Une session que vous ne reconnaissez pas ? Terminez-la, puis changez votre mot de "
	      "passe."));
	sheet_gap(f);
	sheet_buttons(f, SESSIONS_OTHERS, 2);
}

static void
screen_sessions_pressed(struct sheet *s, size_t item)
{
	struct screen_sessions *u = screen_sessions(s);
	char *text;

	if (item == SESSIONS_BACK) {
		app_pop(s->base.app, &s->base);
		return;
	}
	u->ending = item == SESSIONS_OTHERS ? 0 : u->model.rows[item].id;
	text = mem_strdup(
	    item == SESSIONS_OTHERS
		? _("Terminer toutes vos sessions, sauf celle-ci ?")
		: _("Terminer cette session ? Ce qui y est affiché disparaît aussitôt."));
	app_push(s->base.app, screen_question_new(&s->base, N_("Sessions ouvertes"), text,
				  N_("Garder"), N_("Terminer"), screen_sessions_end));
}

static const struct sheet_ops screen_sessions_sheet = {
    .lines = screen_sessions_lines,
    .pressed = screen_sessions_pressed,
};

static const struct screen_ops screen_sessions_ops = {
    .name = "sessions",
    .title = N_("Sessions ouvertes"),
    .about = N_("Où vous êtes identifié en ce moment. Vous pouvez terminer une session oubliée "
		"ailleurs."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
    .resumed = screen_sessions_resumed,
};

struct screen *
screen_sessions_new(struct app *app)
{
	struct screen_sessions *u = mem_new(sizeof(*u));
	struct sheet *s = &u->sheet;

	sheet_init(s, app, &screen_sessions_ops, &screen_sessions_sheet);
	for (size_t i = 0; i < ACCOUNT_MAX_SESSIONS; i++)
		sheet_add_button(s, SESSIONS_FIRST + i, N_("Terminer"));
	sheet_add_button(s, SESSIONS_OTHERS, N_("Terminer les autres"));
	sheet_add_button(s, SESSIONS_BACK, N_("Précédent"));
	screen_sessions_plan(u);
	screen_sessions_load(u);
	return &s->base;
}
