/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: everything the person can see as one archive on this machine,
 * unless the machine is everybody's.
 */
#include "client/screen/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/export.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/exam.pb-c.h"

#define EXPORT_PATH_MAX	   1000
#define EXPORT_BAR_COLUMNS 40
#define EXPORT_LOOK_MS	   1000 /* the numbers change no more often */

enum export_item { EXPORT_PATH, EXPORT_START, EXPORT_BACK, EXPORT_CANCEL };

struct screen_export {
	struct sheet sheet;
	struct export_file model;
	uint32_t call; /* 0: none under way */
	/* as shown */
	unsigned percent;
	uint64_t received_bytes;
};

static struct screen_export *
screen_export(void *s)
{
	return s;
}

static void
screen_export_release(struct sheet *s)
{
	export_abort(&screen_export(s)->model);
}

static void
screen_export_show(struct screen_export *x, bool running)
{
	struct sheet *s = &x->sheet;
	bool kiosk = app_is_kiosk(s->base.app);

	sheet_hide(s, EXPORT_PATH, running || kiosk);
	sheet_hide(s, EXPORT_START, running || kiosk);
	sheet_hide(s, EXPORT_BACK, running);
	sheet_hide(s, EXPORT_CANCEL, !running);
	sheet_focus(s, running ? EXPORT_CANCEL : kiosk ? EXPORT_BACK : EXPORT_PATH);
	x->percent = 0;
	x->received_bytes = 0;
	s->base.wake_at_ms = running ? clock_boot_ms() + EXPORT_LOOK_MS : 0;
}

static void
screen_export_tick(struct screen *s)
{
	struct screen_export *x = screen_export(s);

	if (x->call == 0)
		return;
	x->percent = export_percent(&x->model);
	x->received_bytes = x->model.received_bytes;
	s->wake_at_ms = clock_boot_ms() + EXPORT_LOOK_MS;
}

/* ------------------------------------------------------------------- asking */

static void
screen_export_cancelled(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)s;
	(void)err;
	(void)msg;
	(void)e;
	(void)more;
}

/* Tells the server to stop, and leaves no half archive. */
static void
screen_export_stop(struct screen_export *x)
{
	Emage__FrameCancelRequest r = EMAGE__FRAME_CANCEL_REQUEST__INIT;
	struct screen *s = &x->sheet.base;

	if (x->call != 0) {
		app_forget(s, x->call);
		r.request_id = x->call;
		app_call(s, METHOD_frame_cancel, &r.base, CALL_BACKGROUND, screen_export_cancelled);
	}
	x->call = 0;
	export_abort(&x->model);
	screen_export_show(x, false);
}

static void
screen_export_failed(struct screen_export *x, int error)
{
	screen_export_stop(x);
	app_message(x->sheet.base.app, MESSAGE_ERROR, "%s", export_error_text(error));
}

static void
screen_export_finished(struct screen_export *x)
{
	struct app *app = x->sheet.base.app;
	int error = export_finish(&x->model);

	if (error != 0) {
		screen_export_failed(x, error);
		return;
	}
	app_message(app, MESSAGE_INFO, _("Vos données sont dans %.300s"), x->model.path);
	export_abort(&x->model);
	app_pop(app, &x->sheet.base);
}

static void
screen_export_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_export *x = screen_export(s);
	int error;

	if (!more)
		x->call = 0;
	if (err < 0) {
		screen_export_stop(x);
		if (err == -EM_E_CLOSED)
			app_message(s->app, MESSAGE_ERROR, "%s",
			    _("La connexion a été coupée : rien n'a été gardé, recommencez."));
		else
			app_message_error(s->app, err, e);
		return;
	}
	error = export_take(&x->model, (const Emage__ExportGetReply *)msg);
	if (error != 0)
		screen_export_failed(x, error);
	else if (!more)
		screen_export_finished(x);
}

static void screen_export_begin(struct screen_export *x, bool may_replace);

static void
screen_export_replace(struct screen *s)
{
	screen_export_begin(screen_export(s), true);
}

static void
screen_export_ask(struct screen_export *x)
{
	char *text = mem_printf(_("Le fichier %.200s existe déjà. Le remplacer ?"),
	    sheet_value(&x->sheet, EXPORT_PATH));

	app_push(
	    x->sheet.base.app, screen_question_new(&x->sheet.base, N_("Exporter mes données"), text,
				   N_("Garder"), N_("Remplacer"), screen_export_replace));
}

static void
screen_export_begin(struct screen_export *x, bool may_replace)
{
	Emage__ExportGetRequest r = EMAGE__EXPORT_GET_REQUEST__INIT;
	struct sheet *s = &x->sheet;
	int error;

	if (sheet_value(s, EXPORT_PATH)[0] == '\0') {
		sheet_mend(s, EXPORT_PATH, _("Indiquez le fichier à créer."));
		return;
	}
	error = export_open(&x->model, sheet_value(s, EXPORT_PATH), may_replace);
	if (error == EEXIST) {
		screen_export_ask(x);
		return;
	}
	if (error != 0) {
		sheet_mend(s, EXPORT_PATH, export_error_text(error));
		return;
	}
	x->call =
	    app_call(&s->base, METHOD_export_get, &r.base, CALL_BACKGROUND, screen_export_done);
	if (x->call == 0)
		export_abort(&x->model);
	else
		screen_export_show(x, true);
}

/* -------------------------------------------------------------------- sheet */

static void
screen_export_progress(const struct screen_export *x, struct sheet_flow *f)
{
	char bar[EXPORT_BAR_COLUMNS + 1];
	char received[EXPORT_SIZE_LEN], total[EXPORT_SIZE_LEN];
	unsigned done = x->percent * EXPORT_BAR_COLUMNS / 100;

	memset(bar, '.', EXPORT_BAR_COLUMNS);
	memset(bar, '#', done);
	bar[EXPORT_BAR_COLUMNS] = '\0';
	export_size_text(lang_now(), x->received_bytes, received);
	export_size_text(lang_now(), x->model.total_bytes, total);
	sheet_text(f, STYLE_TITLE, "[%s] %u %%", bar, x->percent);
	if (x->received_bytes > 0)
		sheet_text(f, STYLE_PLAIN, _("%1$s sur %2$s, Échap annule"), received, total);
	else
		sheet_text(f, STYLE_PLAIN, "%s", _("Préparation de l'archive, Échap annule"));
	sheet_gap(f);
	sheet_buttons(f, EXPORT_CANCEL, 1);
}

static void
screen_export_lines(struct sheet *s, struct sheet_flow *f)
{
	sheet_text(f, STYLE_TITLE, "%s", _("Exporter mes données"));
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Une archive avec tout ce que vous pouvez voir : vos informations, vos comptes "
	      "rendus, "
	      "l'historique des accès, les blocages, et les images d'origine au format DICOM, que "
	      "tout professionnel de santé peut lire."));
	sheet_gap(f);
	if (app_is_kiosk(s->base.app)) {
		sheet_text(f, STYLE_WARN, "%s",
		    _("Pas sur une borne : l'archive resterait sur une machine que d'autres "
		      "utilisent. Connectez-vous depuis votre ordinateur, ou demandez vos images à "
		      "l'établissement qui les a réalisées."));
		sheet_gap(f);
		sheet_buttons(f, EXPORT_BACK, 1);
	} else if (screen_export(s)->call != 0) {
		screen_export_progress(screen_export(s), f);
	} else {
		sheet_field(f, _("Fichier :"), EXPORT_PATH);
		sheet_gap(f);
		sheet_buttons(f, EXPORT_START, 2);
		sheet_gap(f);
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("Le fichier n'est lisible que par vous. Il contient des données médicales : "
		      "rangez-le en lieu sûr."));
	}
}

static void
screen_export_back(struct sheet *s)
{
	struct screen_export *x = screen_export(s);

	if (x->call == 0) {
		app_pop(s->base.app, &s->base);
		return;
	}
	screen_export_stop(x);
	app_message(s->base.app, MESSAGE_INFO, "%s", _("Annulé : rien n'a été gardé."));
}

static void
screen_export_pressed(struct sheet *s, size_t item)
{
	if (item == EXPORT_BACK || item == EXPORT_CANCEL)
		screen_export_back(s);
	else
		screen_export_begin(screen_export(s), false);
}

static const struct sheet_ops screen_export_sheet = {
    .lines = screen_export_lines,
    .pressed = screen_export_pressed,
    .back = screen_export_back,
    .release = screen_export_release,
};

static const struct screen_ops screen_export_ops = {
    .name = "export",
    .title = N_("Exporter mes données"),
    .about = N_("Indiquez le fichier à créer, puis Exporter. L'archive est au format tar ; elle "
		"prend son nom quand elle est complète. Échap annule."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
    .tick = screen_export_tick,
};

struct screen *
screen_export_new(struct app *app)
{
	struct screen_export *x = mem_new(sizeof(*x));
	struct sheet *s = &x->sheet;
	char path[EXPORT_PATH_LEN];

	x->model.fd = -1;
	sheet_init(s, app, &screen_export_ops, &screen_export_sheet);
	sheet_add_field(s, EXPORT_PATH, FIELD_TEXT, EXPORT_PATH_MAX);
	sheet_add_button(s, EXPORT_START, N_("EXPORTER"));
	sheet_add_button(s, EXPORT_BACK, N_("Précédent"));
	sheet_add_button(s, EXPORT_CANCEL, N_("Annuler"));
	export_default_path(clock_now_ms(), path);
	field_set(s->items[EXPORT_PATH].field, path);
	s->items[EXPORT_PATH].field->cursor = s->items[EXPORT_PATH].field->len;
	screen_export_show(x, false);
	return &s->base;
}
