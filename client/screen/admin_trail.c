/* SPDX-License-Identifier: MIT */
/*
 * Administration, 5 Journal: the audit trail, newest first; a row in full; and its
 * verifying, with how far it has come.
 */
#include "client/screen/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/model/dates.h"
#include "client/screen/sheet.h"
#include "client/screen/text.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"

/* --------------------------------------------------------------------- list */

enum trail_column { TRAIL_AT, TRAIL_EVENT, TRAIL_ACTOR, TRAIL_RESULT, TRAIL_ABOUT };

static const struct table_column trail_columns[] = {
    [TRAIL_AT] = {.title = N_("Date"), .least = 16, .ideal = 17},
    [TRAIL_EVENT] = {.title = N_("Événement"), .least = 16, .ideal = 17},
    [TRAIL_ACTOR] = {.title = N_("Par"), .least = 14, .ideal = 15},
    [TRAIL_RESULT] = {.title = N_("Résultat"), .least = 8, .ideal = 9, .drop = 2},
    [TRAIL_ABOUT] =
	{.title = N_("Détail"), .least = 10, .ideal = 24, .tall = 20, .stretch = true, .drop = 1},
};

/* Whom and what a row is about, and its detail, whole. free() it. */
static char *
trail_about(const Emage__AuditRow *r)
{
	char patient[48] = "", exam[48] = "";

	if (r->patient_id)
		snprintf(patient, sizeof(patient), _("patient %llu "),
		    (unsigned long long)r->patient_id);
	if (r->exam_id)
		snprintf(exam, sizeof(exam), _("examen %llu "), (unsigned long long)r->exam_id);
	return mem_printf("%s%s%s", patient, exam, r->detail);
}

static const char *
trail_cell(struct admin_list *l, const ProtobufCMessage *row, size_t column, int width)
{
	const Emage__AuditRow *r = (const Emage__AuditRow *)row;

	(void)width;
	switch ((enum trail_column)column) {
	case TRAIL_AT:
		dates_time(lang_now(), r->at_ms, l->text);
		return l->text;
	case TRAIL_EVENT:
		return r->event;
	case TRAIL_ACTOR:
		return r->actor;
	case TRAIL_RESULT:
		return r->result;
	case TRAIL_ABOUT:
		free(l->whole);
		l->whole = trail_about(r);
		return l->whole;
	}
	return "";
}

static void
trail_done(struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__AuditListReply *r = (const Emage__AuditListReply *)msg;

	(void)more;
	if (admin_list_came(s, err, e))
		admin_list_take_stretch((struct admin_list *)s, (ProtobufCMessage *const *)r->rows,
		    r->n_rows, r->next_seq != 0, r->next_seq);
}

static void
trail_ask(struct admin_list *l)
{
	Emage__AuditListRequest r = EMAGE__AUDIT_LIST_REQUEST__INIT;

	r.before_seq = l->next;
	r.limit = admin_list_size(l);
	/* a number is a patient's */
	if (*l->sought && strspn(l->sought, "0123456789") == strlen(l->sought))
		r.patient_id = strtoull(l->sought, NULL, 10);
	else
		r.event = l->sought;
	admin_list_call(l, METHOD_audit_list, &r.base, trail_done);
}

static void
trail_open(struct admin_list *l, const ProtobufCMessage *row)
{
	const Emage__AuditRow *r = (const Emage__AuditRow *)row;
	char when[DATES_LEN];
	char *heading, *text, *about;

	dates_time(lang_now(), r->at_ms, when);
	about = trail_about(r);
	heading = mem_printf(_("Ligne %llu du journal"), (unsigned long long)r->seq);
	text = mem_printf(
	    _("Date : %1$s\nÉvénement : %2$s\nPar : %3$s\nPoste : %4$s\nRésultat : %5$s\n\n%6$s"),
	    when, r->event, r->actor, r->terminal, r->result, about);
	app_push(l->base.app,
	    screen_text_new(l->base.app,
		&(struct text_page){.name = "admin-row", .heading = heading, .text = text}));
	free(about);
	free(heading);
	free(text);
}

static void
trail_verify(struct admin_list *l)
{
	app_push(l->base.app, screen_admin_verify_new(l->base.app));
}

static const struct admin_list_ops trail_list = {
    .heading = N_("Journal"),
    .empty = N_("Aucune ligne"),
    .filter = N_("Événement ou n° de patient :"),
    .button = N_("Vérifier"),
    .columns = trail_columns,
    .n_columns = ARRAY_LEN(trail_columns),
    .cell = trail_cell,
    .ask = trail_ask,
    .open = trail_open,
    .pressed = trail_verify,
};

static const struct screen_ops trail_ops = {
    .name = "admin-trail",
    .title = N_("Journal"),
    .about = N_("Tout ce qui a été fait, le plus récent d'abord. Le filtre prend le début d'un "
		"événement (session, exam.opened) ou le numéro d'un patient. « Vérifier » "
		"recalcule tout le journal et l'historique de chaque patient."),
    .section = ACTION_SECTION_TRAIL,
    ADMIN_LIST_OPS,
};

struct screen *
screen_admin_trail_new(struct app *app)
{
	struct admin_list *l = mem_new(sizeof(*l));

	admin_list_init(l, app, &trail_ops, &trail_list);
	return &l->base;
}

/* ---------------------------------------------------------------- verifying */

enum verify_item { VERIFY_BACK };

struct screen_verify {
	struct sheet sheet;
	Emage__AuditVerifyReply state;
	bool failed;
};

static struct screen_verify *
screen_verify(void *s)
{
	return s;
}

static void
verify_came(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_verify *v = screen_verify(s);

	(void)more;
	if (err < 0) {
		v->failed = true;
		app_message_error(s->app, err, e);
		return;
	}
	v->state = *(const Emage__AuditVerifyReply *)msg;
	v->state.why = NULL; /* the message's */
	app_repaint(s->app);
}

static void
verify_lines(struct sheet *s, struct sheet_flow *f)
{
	const struct screen_verify *v = screen_verify(s);
	char text[ADMIN_TEXT_LEN];

	sheet_text(f, STYLE_TITLE, "%s", _("Vérification du journal"));
	sheet_gap(f);
	admin_verdict(&v->state, text);
	if (v->failed)
		sheet_text(f, STYLE_PLAIN, "%s", _("La vérification n'a pas pu aller au bout."));
	else
		sheet_text(f, v->state.done ? STYLE_TITLE : STYLE_PLAIN, "%s", text);
	if (!v->state.done && !v->failed && v->state.n_total > 0)
		sheet_text(f, STYLE_LABEL, _("%u %%"),
		    (unsigned)(100 * v->state.n_rows / v->state.n_total));
	sheet_gap(f);
	sheet_text(f, STYLE_LABEL, "%s",
	    _("Un journal dont la fin a été coupée se voit avec un point de contrôle signé, gardé "
	      "ailleurs : emagectl audit checkpoint."));
	sheet_gap(f);
	sheet_buttons(f, VERIFY_BACK, 1);
}

static void
verify_pressed(struct sheet *s, size_t item)
{
	(void)item;
	app_pop(s->base.app, &s->base);
}

static const struct sheet_ops verify_sheet = {
    .lines = verify_lines,
    .pressed = verify_pressed,
};

static const struct screen_ops verify_ops = {
    .name = "admin-verify",
    .title = N_("Vérification du journal"),
    .about = N_("Recalcule chaque ligne du journal et de l'historique de chaque patient. Vous "
		"pouvez quitter l'écran : la vérification s'arrête alors."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_TRAIL,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

struct screen *
screen_admin_verify_new(struct app *app)
{
	Emage__AuditVerifyRequest r = EMAGE__AUDIT_VERIFY_REQUEST__INIT;
	struct screen_verify *v = mem_new(sizeof(*v));
	struct sheet *s = &v->sheet;

	sheet_init(s, app, &verify_ops, &verify_sheet);
	emage__audit_verify_reply__init(&v->state);
	sheet_add_button(s, VERIFY_BACK, N_("Précédent"));
	v->failed =
	    app_call(&s->base, METHOD_audit_verify, &r.base, CALL_BACKGROUND, verify_came) == 0;
	return &s->base;
}
