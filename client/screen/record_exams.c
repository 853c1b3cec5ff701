/* SPDX-License-Identifier: MIT */
/*
 * A professional, 2 Examens: the list of exams of the open record, with those that
 * the patient does not see yet; releasing one, closing the record.
 */
#include "client/screen/exams.h"

#include "client/app.h"
#include "client/model/session.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/record.pb-c.h"

static const struct exam *
record_exams_chosen(const struct screen_exams *x)
{
	return x->table.selected < x->model.n_rows ? &x->model.rows[x->table.selected] : NULL;
}

/* ---------------------------------------------------------------- releasing */

static void
record_exams_released(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)msg;
	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (err < 0) {
		app_message_error(s->app, err, e);
		return;
	}
	screen_exams_act(s, ACTION_REFRESH);
	app_message(s->app, MESSAGE_INFO, "%s", _("Le patient voit maintenant cet examen."));
}

static void
record_exams_release(struct screen *s)
{
	Emage__RecordReleaseRequest r = EMAGE__RECORD_RELEASE_REQUEST__INIT;
	const struct exam *e = record_exams_chosen((const struct screen_exams *)s);

	if (!e || app_waits(s))
		return;
	r.exam_id = e->id;
	app_call(s, METHOD_record_release, &r.base, CALL_WAIT, record_exams_released);
}

static void
record_exams_ask_release(struct screen *s)
{
	const struct exam *e = record_exams_chosen((const struct screen_exams *)s);

	app_push(s->app,
	    screen_question_new(s, N_("Libérer l'examen au patient"),
		mem_printf(_("Le patient verra « %s » et son compte rendu dès maintenant. Cela ne "
			     "se reprend pas."),
		    e->description[0] ? e->description : e->modality),
		N_("Attendre"), N_("Libérer"), record_exams_release));
}

/* ------------------------------------------------------------------ closing */

static void
record_exams_closed(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app *app = s->app;

	(void)msg;
	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (err < 0) {
		app_message_error(app, err, e);
		return;
	}
	app_record_closed(app, 0);
	app_message(app, MESSAGE_INFO, "%s", _("Le dossier est fermé."));
}

static void
record_exams_close(struct screen *s)
{
	Emage__RecordCloseRequest r = EMAGE__RECORD_CLOSE_REQUEST__INIT;

	app_forget_all(s);
	app_call(s, METHOD_record_close, &r.base, CALL_WAIT, record_exams_closed);
}

static void
record_exams_ask_close(struct screen *s)
{
	app_push(s->app,
	    screen_question_new(s, N_("Fermer le dossier"),
		mem_printf(_("Le dossier de %s se ferme. Pour le rouvrir, il faudra de nouveau un "
			     "motif."),
		    app_session(s->app)->record.name),
		N_("Garder ouvert"), N_("Fermer"), record_exams_close));
}

/* --------------------------------------------------------------------- keys */

static void
record_exams_act(struct screen *s, enum action a)
{
	const struct screen_exams *x = (const struct screen_exams *)s;

	if (a == ACTION_RELEASE)
		record_exams_ask_release(s);
	else if (a == ACTION_CLOSE_RECORD)
		record_exams_ask_close(s);
	else if ((a == ACTION_BACK || a == ACTION_BACK_LIST) && x->form.focus == EXAMS_ROWS)
		record_exams_ask_close(s);
	else
		screen_exams_act(s, a == ACTION_SECTION_RECORD_EXAMS ? ACTION_SECTION_EXAMS : a);
}

static bool
record_exams_can(const struct screen *s, enum action a)
{
	const struct exam *e = record_exams_chosen((const struct screen_exams *)s);

	return a != ACTION_RELEASE || (e && e->withheld);
}

static const struct screen_ops record_exams_ops = {
    .name = "exams",
    .title = N_("Examens du patient"),
    .about = N_("Tous les examens du dossier ouvert. Ceux que le patient ne voit pas encore "
		"portent « non libéré » : L les libère. Chaque examen que vous ouvrez est dans "
		"l'historique du patient, avec le motif. Échap ferme le dossier."),
    .contexts = CTX_LIST | CTX_FORM | CTX_SPACE | CTX_RECORD,
    .section = ACTION_SECTION_RECORD_EXAMS,
    .free = screen_exams_free,
    .draw = screen_exams_draw,
    .event = screen_exams_event,
    .act = record_exams_act,
    .can = record_exams_can,
    .wants_text = screen_exams_wants_text,
    .resumed = screen_exams_resumed,
};

struct screen *
screen_record_exams_new(struct app *app)
{
	if (!record_is_open(&app_session(app)->record)) {
		app_message_error(app, -EM_E_NO_RECORD, NULL);
		return NULL;
	}
	return screen_exams_new_with(app, &record_exams_ops);
}
