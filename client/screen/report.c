/* SPDX-License-Identifier: MIT */
/*
 * Visualiser un examen: the report.
 */
#include "client/screen/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/exams.h"
#include "client/model/report.h"
#include "client/screen/text.h"
#include "client/tr.h"
#include "client/widget/field.h"
#include "client/widget/pager.h"
#include "client/widget/wrap.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

#define REPORT_SEARCH_MAX 60

struct screen_report {
	struct screen base;
	struct exam exam;
	struct report report;
	struct pager pager;
	struct field words;
	bool asking;  /* the words to look for are being typed */
	bool missing; /* asked while there was no connection */
	bool absent;  /* there is none */
};

static struct screen_report *
screen_report(struct screen *s)
{
	return (struct screen_report *)s;
}

static void
screen_report_free(struct screen *s)
{
	struct screen_report *r = screen_report(s);

	pager_release(&r->pager);
	field_release(&r->words);
	report_release(&r->report);
	exam_release(&r->exam);
	free(r);
}

/* ------------------------------------------------------------------ loading */

static void
screen_report_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_report *r = screen_report(s);

	if (err == -EM_E_CLOSED) {
		r->missing = true;
	} else if (err == -EM_E_NOT_FOUND) {
		r->absent = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else if (!report_take(&r->report, (const Emage__ExamReportReply *)msg, more)) {
		app_forget_all(s);
		report_release(&r->report);
		app_message_error(s->app, -EM_E_PROTOCOL, NULL);
	} else if (!more) {
		pager_set(&r->pager, r->report.text, r->report.len);
	}
}

static void
screen_report_load(struct screen_report *r)
{
	Emage__ExamReportRequest q = EMAGE__EXAM_REPORT_REQUEST__INIT;

	pager_set(&r->pager, "", 0);
	report_release(&r->report);
	q.exam_id = r->exam.id;
	r->missing =
	    app_call(&r->base, METHOD_exam_report, &q.base, CALL_WAIT, screen_report_done) == 0;
}

static void
screen_report_resumed(struct screen *s)
{
	if (screen_report(s)->missing)
		screen_report_load(screen_report(s));
}

/* ------------------------------------------------------------------ drawing */

static void
screen_report_draw_brand(struct screen *s, const struct area *row)
{
	screen_exam_draw_brand(&screen_report(s)->exam, row);
}

static void
screen_report_draw_way(struct screen *s, const struct area *row)
{
	const struct exam *e = &screen_report(s)->exam;
	char detail[64];

	if (e->n_images > 0)
		snprintf(detail, sizeof(detail), "%u", e->n_images);
	else
		snprintf(detail, sizeof(detail), "%s", _("aucune"));
	screen_exam_draw_way(row, false, detail);
}

static void
screen_report_signature(const struct report *m, char *out, size_t len)
{
	char when[DATES_LEN];

	if (m->signed_at_ms == 0) {
		snprintf(out, len, "%s", _("non signé"));
		return;
	}
	dates_time(lang_now(), m->signed_at_ms, when);
	snprintf(out, len, _("signé le %s"), when);
}

/* Title, place in the text, author and signature. Returns the rows used. */
static int
screen_report_draw_head(struct screen_report *r, const struct area *room)
{
	const struct report *m = &r->report;
	char signature[96];
	char line[512];
	char where[64];
	size_t first, last, n;
	int w = room->w - 2;

	pager_where(&r->pager, &first, &last, &n);
	snprintf(where, sizeof(where), _("lignes %zu à %zu sur %zu"), first, last, n);
	paint_text(room->y, 1, w, STYLE_TITLE, m->title[0] ? m->title : _("Compte rendu"));
	if ((int)(text_width(m->title) + text_width(where)) + 2 < w)
		paint_right(room->y, 1 + w - (int)text_width(where), (int)text_width(where),
		    STYLE_PLAIN, where);
	screen_report_signature(m, signature, sizeof(signature));
	snprintf(line, sizeof(line), "%.300s%s%s%s%s", m->author, m->author[0] ? " · " : "",
	    signature, m->is_final ? "" : " · ", m->is_final ? "" : _("provisoire"));
	paint_text(room->y + 1, 1, w, STYLE_LABEL, line);
	return room->h >= 10 ? 3 : 2;
}

static void
screen_report_draw_state(const struct screen_report *r, const struct area *room)
{
	char text[128];

	if (r->absent)
		snprintf(
		    text, sizeof(text), "%s", _("Il n'y a pas de compte rendu pour cet examen."));
	else if (r->report.total_bytes > 0)
		snprintf(text, sizeof(text), _("Chargement du compte rendu : %zu %%"),
		    r->report.received_bytes * 100 / r->report.total_bytes);
	else
		snprintf(text, sizeof(text), "%s", _("Chargement du compte rendu…"));
	paint_text(room->y, 1, room->w - 2, STYLE_PLAIN, text);
	paint_cursor(room->y, 1);
}

static void
screen_report_draw(struct screen *s, const struct area *room)
{
	struct screen_report *r = screen_report(s);
	struct area a = {.x = 1, .w = room->w - 2};
	int bottom = room->y + room->h - 1;
	int used;

	if (!r->report.complete) {
		screen_report_draw_state(r, room);
		return;
	}
	used = room->h >= 10 ? 3 : 2;
	a.y = room->y + used;
	a.h = room->h - used - (r->asking ? 1 : 0);
	pager_draw(&r->pager, &a);
	screen_report_draw_head(r, room);
	if (r->asking) {
		int x = 1 + paint_text(bottom, 1, 20, STYLE_LABEL, _("Chercher :")) + 1;

		field_draw(&r->words, bottom, x, room->w - x - 1, true);
	}
}

/* ---------------------------------------------------------------- searching */

static void
screen_report_search(struct screen_report *r)
{
	r->asking = false;
	if (field_is_empty(&r->words))
		return;
	if (!pager_search(&r->pager, field_text(&r->words)))
		app_message(r->base.app, MESSAGE_WARN, _("« %s » ne figure pas dans ce texte."),
		    field_text(&r->words));
}

static void
screen_report_search_again(struct screen_report *r, int direction)
{
	bool around;

	if (!pager_search_again(&r->pager, direction, &around))
		app_message(r->base.app, MESSAGE_WARN, "%s", _("Pas d'autre passage."));
	else if (around)
		app_message(r->base.app, MESSAGE_INFO, "%s",
		    direction > 0 ? _("Repris au début du texte.")
				  : _("Repris à la fin du texte."));
}

/* --------------------------------------------------------------------- keys */

static bool
screen_report_event(struct screen *s, const struct event *ev)
{
	struct screen_report *r = screen_report(s);

	if (screen_text_wheel(&r->pager, ev))
		return true;
	if (!r->asking)
		return false;
	if (ev->type == EVENT_KEY && ev->key == K_ENTER) {
		screen_report_search(r);
		return true;
	}
	if (ev->type == EVENT_KEY && ev->key == K_ESC) {
		r->asking = false;
		return true;
	}
	return field_event(&r->words, ev);
}

static void
screen_report_images(struct screen_report *r)
{
	if (r->exam.n_images == 0)
		app_message(
		    r->base.app, MESSAGE_INFO, "%s", _("Il n'y a pas d'image pour cet examen."));
	else
		app_push(r->base.app, screen_viewer_new(r->base.app, &r->exam));
}

static void
screen_report_act(struct screen *s, enum action a)
{
	struct screen_report *r = screen_report(s);

	if (screen_text_scroll(&r->pager, a))
		return;
	switch (a) {
	case ACTION_SEARCH:
		r->asking = r->report.complete;
		field_clear(&r->words);
		break;
	case ACTION_SEARCH_NEXT:
		screen_report_search_again(r, 1);
		break;
	case ACTION_SEARCH_PREVIOUS:
		screen_report_search_again(r, -1);
		break;
	case ACTION_SHOW_IMAGES:
		screen_report_images(r);
		break;
	case ACTION_BACK:
	case ACTION_BACK_LIST:
		app_pop(s->app, s);
		break;
	default:
		break;
	}
}

static bool
screen_report_wants_text(const struct screen *s)
{
	return ((const struct screen_report *)s)->asking;
}

static bool
screen_report_can(const struct screen *s, enum action a)
{
	const struct screen_report *r = (const struct screen_report *)s;

	if (a == ACTION_SEARCH || a == ACTION_SCROLL_DOWN)
		return r->report.complete;
	if (a == ACTION_SEARCH_NEXT || a == ACTION_SEARCH_PREVIOUS)
		return r->pager.sought != NULL;
	if (a == ACTION_SHOW_IMAGES)
		return r->exam.n_images > 0;
	return true;
}

static const struct screen_ops screen_report_ops = {
    .name = "report",
    .title = N_("Visualiser un examen"),
    .about = N_("Le compte rendu du radiologue. Les images du même examen s'ouvrent avec la "
		"touche I."),
    .contexts = CTX_REPORT | CTX_SPACE,
    .free = screen_report_free,
    .draw = screen_report_draw,
    .draw_brand = screen_report_draw_brand,
    .draw_way = screen_report_draw_way,
    .event = screen_report_event,
    .act = screen_report_act,
    .wants_text = screen_report_wants_text,
    .can = screen_report_can,
    .resumed = screen_report_resumed,
};

struct screen *
screen_report_new(struct app *app, const struct exam *exam)
{
	struct screen_report *r = mem_new(sizeof(*r));

	r->base.ops = &screen_report_ops;
	r->base.app = app;
	exam_copy(exam, &r->exam);
	pager_init(&r->pager);
	field_init(&r->words, FIELD_TEXT, REPORT_SEARCH_MAX);
	if (exam->has_report)
		screen_report_load(r);
	else
		r->absent = true;
	return &r->base;
}
