/* SPDX-License-Identifier: MIT */
/*
 * A professional, 1 Patients: why the record is opened. No motive, no access; and
 * the patient will read it.
 */
#include "client/screen/record.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/model/record.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

#define DETAIL_MIN 10
#define DETAIL_MAX 500

enum motive_item { MOTIVE_CHOICE, MOTIVE_DETAIL, MOTIVE_CANCEL, MOTIVE_OPEN };

struct screen_motive {
	struct sheet sheet;
	uint64_t patient_id;
	char *name, *born, *ipp;
	bool namesake;
	struct motives motives;
	struct choice choice; /* 0: none yet */
	bool missing;	      /* asked while there was no connection */
};

static struct screen_motive *
screen_motive(void *s)
{
	return s;
}

static void
screen_motive_release(struct sheet *s)
{
	struct screen_motive *m = screen_motive(s);

	session_text_free(&m->name);
	session_text_free(&m->born);
	session_text_free(&m->ipp);
	motives_release(&m->motives);
}

static const struct motive *
screen_motive_chosen(const struct screen_motive *m)
{
	return m->choice.chosen > 0 ? &m->motives.rows[m->choice.chosen - 1] : NULL;
}

static const char *
screen_motive_text(void *arg, size_t i)
{
	const struct screen_motive *m = arg;

	return i == 0 ? _("Choisissez un motif") : m->motives.rows[i - 1].label;
}

/* Words of one's own only where they are needed. */
static void
screen_motive_follow(struct screen_motive *m)
{
	const struct motive *chosen = screen_motive_chosen(m);

	sheet_hide(&m->sheet, MOTIVE_DETAIL, !chosen || !chosen->needs_detail);
}

/* ------------------------------------------------------------------- asking */

static void
screen_motive_got(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_motive *m = screen_motive(s);

	(void)more;
	if (err == -EM_E_CLOSED) {
		m->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else {
		motives_take(&m->motives, (const Emage__MotiveListReply *)msg);
		m->choice.n = m->motives.n + 1;
		m->choice.chosen = 0;
		screen_motive_follow(m);
	}
}

static void
screen_motive_load(struct screen_motive *m)
{
	Emage__MotiveListRequest r = EMAGE__MOTIVE_LIST_REQUEST__INIT;

	m->missing = app_call(&m->sheet.base, METHOD_motive_list, &r.base, CALL_WAIT,
			 screen_motive_got) == 0;
}

static void
screen_motive_resumed(struct screen *s)
{
	if (screen_motive(s)->missing)
		screen_motive_load(screen_motive(s));
}

static void
screen_motive_refused(struct screen_motive *m, int err, const Emage__Error *e)
{
	if (err == -EM_E_INVALID && e && strcmp(e->field, "motive_detail") == 0)
		sheet_mend(
		    &m->sheet, MOTIVE_DETAIL, _("Précisez le motif : de 10 à 500 caractères."));
	else
		app_message_error(m->sheet.base.app, err, e);
}

static void
screen_motive_opened(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_motive *m = screen_motive(s);
	struct record *record = &app_session(s->app)->record;
	struct app *app = s->app;

	(void)more;
	if (err == -EM_E_CLOSED)
		return;
	if (err < 0) {
		screen_motive_refused(m, err, e);
		return;
	}
	record_take(record, m->patient_id, (const Emage__RecordOpenReply *)msg);
	app_pop(app, s);
	app_push(app, screen_record_exams_new(app));
	if (record->over_block)
		app_message(app, MESSAGE_WARN, "%s",
		    _("Accès en urgence malgré un blocage : le patient en est averti."));
}

static void
screen_motive_submit(struct screen_motive *m)
{
	Emage__RecordOpenRequest r = EMAGE__RECORD_OPEN_REQUEST__INIT;
	const struct motive *chosen = screen_motive_chosen(m);
	struct sheet *s = &m->sheet;

	if (app_waits(&s->base))
		return;
	if (!chosen) {
		sheet_mend(s, MOTIVE_CHOICE, _("Choisissez un motif : sans motif, pas d'accès."));
		return;
	}
	if (chosen->needs_detail) {
		const char *text = sheet_value(s, MOTIVE_DETAIL);

		if (text_count(text, strlen(text)) < DETAIL_MIN) {
			sheet_mend(
			    s, MOTIVE_DETAIL, _("Précisez le motif : de 10 à 500 caractères."));
			return;
		}
		r.motive_detail = (char *)(uintptr_t)text;
	}
	r.patient_id = m->patient_id;
	r.motive = chosen->code;
	app_call(&s->base, METHOD_record_open, &r.base, CALL_WAIT, screen_motive_opened);
}

/* -------------------------------------------------------------------- sheet */

static void
screen_motive_lines(struct sheet *s, struct sheet_flow *f)
{
	const struct screen_motive *m = screen_motive(s);
	const struct motive *chosen = screen_motive_chosen(m);

	sheet_text(f, STYLE_TITLE, "%s", _("Ouvrir un dossier"));
	sheet_gap(f);
	sheet_row(f, _("Patient :"), m->name, SHEET_NONE);
	sheet_row(f, _("Né(e) le :"), m->born, SHEET_NONE);
	if (m->ipp[0])
		sheet_row(f, _("IPP :"), m->ipp, SHEET_NONE);
	if (m->namesake)
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("! Un autre patient a le même nom et la même date de naissance."));
	sheet_gap(f);
	sheet_field(f, _("Motif :"), MOTIVE_CHOICE);
	if (chosen && chosen->needs_detail)
		sheet_field(f, _("Précisez :"), MOTIVE_DETAIL);
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("Le patient verra cet accès dans son historique, avec votre nom, la date et ce "
	      "motif. Le dossier se referme de lui-même."));
	sheet_gap(f);
	sheet_buttons(f, MOTIVE_CANCEL, 2);
}

static void
screen_motive_pressed(struct sheet *s, size_t item)
{
	if (item == MOTIVE_CANCEL)
		app_pop(s->base.app, &s->base);
	else
		screen_motive_submit(screen_motive(s));
}

static void
screen_motive_changed(struct sheet *s, size_t item)
{
	if (item == MOTIVE_CHOICE)
		screen_motive_follow(screen_motive(s));
}

static const struct sheet_ops screen_motive_sheet = {
    .lines = screen_motive_lines,
    .pressed = screen_motive_pressed,
    .changed = screen_motive_changed,
    .release = screen_motive_release,
};

static const struct screen_ops screen_motive_ops = {
    .name = "motive",
    .title = N_("Ouvrir un dossier"),
    .about = N_("Choisissez pourquoi vous ouvrez le dossier de ce patient. Un accès en urgence "
		"et un autre motif se précisent. Chaque ouverture est dans l'historique du "
		"patient."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
    .resumed = screen_motive_resumed,
};

struct screen *
screen_record_motive_new(struct app *app, const struct desk_row *patient)
{
	struct screen_motive *m = mem_new(sizeof(*m));
	struct sheet *s = &m->sheet;
	char born[DESK_TEXT_LEN];

	sheet_init(s, app, &screen_motive_ops, &screen_motive_sheet);
	m->patient_id = patient->id;
	m->name = desk_name(patient);
	desk_day_text(patient->birth_date, born);
	m->born = mem_strdup(born);
	m->ipp = mem_strdup(patient->ipp);
	m->namesake = patient->n_namesakes > 0;
	m->choice = (struct choice){.text = screen_motive_text, .arg = m, .n = 1};
	sheet_add_choice(s, MOTIVE_CHOICE, &m->choice);
	sheet_add_field(s, MOTIVE_DETAIL, FIELD_TEXT, DETAIL_MAX);
	sheet_add_button(s, MOTIVE_CANCEL, N_("Annuler"));
	sheet_add_button(s, MOTIVE_OPEN, N_("Ouvrir le dossier"));
	screen_motive_follow(m);
	screen_motive_load(m);
	return &s->base;
}
