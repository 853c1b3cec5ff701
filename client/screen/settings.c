/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: every setting with its present value. Language and notices
 * change here; the others have a form of their own.
 */
#include "client/screen/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/account_text.h"
#include "client/model/session.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "client/words.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"

enum settings_item {
	SETTINGS_EMAIL,
	SETTINGS_MOBILE,
	SETTINGS_PASSWORD,
	SETTINGS_LANGUAGE,
	SETTINGS_NOTICE_OPENED,
	SETTINGS_NOTICE_REPORT,
	SETTINGS_TOTP,
	SETTINGS_SESSIONS,
	SETTINGS_EXPORT,
	SETTINGS_CONSENT,
	N_SETTINGS_ITEMS,
};

struct screen_settings {
	struct sheet sheet;
	struct account model;
	struct choice language;
	bool notice_opened, notice_report;
	bool missing;	       /* asked while there was no connection */
	bool language_unsaved; /* likewise told */
	bool notices_unsaved;
};

static struct screen_settings *
screen_settings(void *s)
{
	return s;
}

static void
screen_settings_release(struct sheet *s)
{
	account_release(&screen_settings(s)->model);
}

static const char *
screen_settings_language_name(void *arg, size_t i)
{
	(void)arg;
	return lang_at(i)->name;
}

static size_t
screen_settings_language_now(void)
{
	size_t i = 0;

	while (i + 1 < N_LANGS && lang_at(i)->code != lang_now())
		i++;
	return i;
}

/* ------------------------------------------------------------------ loading */

static void
screen_settings_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_settings *m = screen_settings(s);

	(void)more;
	if (err == -EM_E_CLOSED) {
		m->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else {
		account_take(&m->model, (const Emage__AccountGetReply *)msg);
		m->notice_opened = m->model.notice_exam_opened;
		m->notice_report = m->model.notice_new_report;
	}
}

static void
screen_settings_load(struct screen_settings *m)
{
	Emage__AccountGetRequest r = EMAGE__ACCOUNT_GET_REQUEST__INIT;

	m->missing = app_call(&m->sheet.base, METHOD_account_get, &r.base,
			 m->model.loaded ? CALL_BACKGROUND : CALL_WAIT, screen_settings_done) == 0;
}

/* ------------------------------------------------------------------- saving */

static void
screen_settings_language_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	(void)msg;
	(void)more;
	if (err == -EM_E_CLOSED)
		screen_settings(s)->language_unsaved = true;
	else if (err < 0)
		app_message_error(s->app, err, e);
	else
		app_message(s->app, MESSAGE_INFO, "%s", _("Langue enregistrée."));
}

static void
screen_settings_save_language(struct screen_settings *m)
{
	Emage__AccountSetLanguageRequest r = EMAGE__ACCOUNT_SET_LANGUAGE_REQUEST__INIT;
	char code[4];

	snprintf(code, sizeof(code), "%s", lang_at(m->language.chosen)->code);
	r.language = code;
	m->language_unsaved = app_call(&m->sheet.base, METHOD_account_set_language, &r.base,
				  CALL_WAIT, screen_settings_language_done) == 0;
}

static void
screen_settings_notices_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_settings *m = screen_settings(s);

	(void)msg;
	(void)more;
	if (err == -EM_E_CLOSED) {
		m->notices_unsaved = true;
	} else if (err < 0) { /* what is ticked is what the server has */
		m->notice_opened = m->model.notice_exam_opened;
		m->notice_report = m->model.notice_new_report;
		app_message_error(s->app, err, e);
	} else {
		m->model.notice_exam_opened = m->notice_opened;
		m->model.notice_new_report = m->notice_report;
		app_message(s->app, MESSAGE_INFO, "%s", _("Avis enregistrés."));
	}
}

static void
screen_settings_save_notices(struct screen_settings *m)
{
	Emage__AccountSetNoticesRequest r = EMAGE__ACCOUNT_SET_NOTICES_REQUEST__INIT;

	r.exam_opened = m->notice_opened;
	r.new_report = m->notice_report;
	m->notices_unsaved = app_call(&m->sheet.base, METHOD_account_set_notices, &r.base,
				 CALL_WAIT, screen_settings_notices_done) == 0;
}

static void
screen_settings_resumed(struct screen *s)
{
	struct screen_settings *m = screen_settings(s);

	if (m->language_unsaved)
		screen_settings_save_language(m);
	if (m->notices_unsaved)
		screen_settings_save_notices(m);
	if (m->missing)
		screen_settings_load(m);
}

/* A form that stood over it may have changed something. */
static void
screen_settings_covered(struct screen *s, bool is_covered)
{
	if (!is_covered)
		screen_settings_load(screen_settings(s));
}

/* -------------------------------------------------------------------- lines */

static void
screen_settings_contact(struct sheet *s, struct sheet_flow *f, size_t item, Emage__Channel channel)
{
	const bool is_mobile = channel == EMAGE__CHANNEL__CHANNEL_MOBILE;
	char mobile[ACCOUNT_MOBILE_LEN];
	const char *address = account_address(&screen_settings(s)->model, channel, mobile);

	s->items[item].label = address[0] ? N_("Modifier") : N_("Ajouter");
	sheet_row(f, is_mobile ? _("Téléphone mobile") : _("Adresse mail"),
	    address[0]	? address
	    : is_mobile ? _("aucun")
			: _("aucune"),
	    item);
}

/* After a change of one address the other waits. */
static void
screen_settings_wait(const struct account *a, struct sheet_flow *f)
{
	char text[ACCOUNT_TEXT_LEN];

	account_wait_text(a, clock_now_ms(), text);
	if (text[0])
		sheet_text(f, STYLE_WARN, "%s", text);
}

static void
screen_settings_password(const struct account *a, struct sheet_flow *f)
{
	char text[ACCOUNT_TEXT_LEN];

	account_password_text(a, text);
	sheet_row(f, _("Mot de passe"), text, SETTINGS_PASSWORD);
}

static void
screen_settings_totp(struct sheet *s, struct sheet_flow *f)
{
	const struct account *a = &screen_settings(s)->model;
	char text[ACCOUNT_TEXT_LEN];

	account_totp_text(a, text);
	s->items[SETTINGS_TOTP].label = a->totp ? N_("Désactiver") : N_("Activer");
	sheet_row(f, _("Application d'authentification"), text, SETTINGS_TOTP);
}

static void
screen_settings_consent(const struct account *a, struct sheet_flow *f)
{
	char text[ACCOUNT_TEXT_LEN];

	account_consent_text(a, text);
	sheet_row(f, _("Consentement"), text, SETTINGS_CONSENT);
}

/* What only somebody with exams can set. */
static bool
screen_settings_is_patients(size_t item)
{
	return item == SETTINGS_NOTICE_OPENED || item == SETTINGS_NOTICE_REPORT ||
	       item == SETTINGS_EXPORT || item == SETTINGS_CONSENT;
}

static void
screen_settings_lines(struct sheet *s, struct sheet_flow *f)
{
	struct screen_settings *m = screen_settings(s);
	const struct account *a = &m->model;
	bool patient = app_session(s->base.app)->role == EMAGE__ROLE__ROLE_PATIENT;

	for (size_t i = 0; i < N_SETTINGS_ITEMS; i++)
		sheet_hide(s, i, !a->loaded || (!patient && screen_settings_is_patients(i)));
	sheet_text(f, STYLE_TITLE, "%s", _("Paramètres de votre compte personnel"));
	if (!a->loaded) {
		sheet_text(f, STYLE_PLAIN, "%s", _("Chargement…"));
		return;
	}
	m->language.chosen = m->language.open ? m->language.chosen : screen_settings_language_now();
	sheet_row(f, _("Identifiant"), a->identifier, SHEET_NONE);
	sheet_gap(f);
	screen_settings_contact(s, f, SETTINGS_EMAIL, EMAGE__CHANNEL__CHANNEL_EMAIL);
	screen_settings_contact(s, f, SETTINGS_MOBILE, EMAGE__CHANNEL__CHANNEL_MOBILE);
	screen_settings_wait(a, f);
	screen_settings_password(a, f);
	sheet_row(f, _("Langue"), "", SETTINGS_LANGUAGE);
	sheet_gap(f);
	if (patient) {
		sheet_text(f, STYLE_LABEL, "%s", _("Me prévenir par message :"));
		sheet_check(f, SETTINGS_NOTICE_OPENED);
		sheet_check(f, SETTINGS_NOTICE_REPORT);
		sheet_gap(f);
	}
	screen_settings_totp(s, f);
	sheet_row(f, _("Sessions ouvertes"), "", SETTINGS_SESSIONS);
	if (!patient)
		return;
	sheet_row(f, _("Mes données"), "", SETTINGS_EXPORT);
	screen_settings_consent(a, f);
}

/* --------------------------------------------------------------------- keys */

static void
screen_settings_pressed(struct sheet *s, size_t item)
{
	struct app *app = s->base.app;
	const struct account *a = &screen_settings(s)->model;

	switch (item) {
	case SETTINGS_EMAIL:
		app_push(app, screen_contact_new(app, EMAGE__CHANNEL__CHANNEL_EMAIL, a));
		break;
	case SETTINGS_MOBILE:
		app_push(app, screen_contact_new(app, EMAGE__CHANNEL__CHANNEL_MOBILE, a));
		break;
	case SETTINGS_PASSWORD:
		app_push(app, screen_password_new(app));
		break;
	case SETTINGS_TOTP:
		app_push(app, screen_totp_new(app, a->totp));
		break;
	case SETTINGS_SESSIONS:
		app_push(app, screen_sessions_new(app));
		break;
	case SETTINGS_EXPORT:
		app_push(app, screen_export_new(app));
		break;
	case SETTINGS_CONSENT:
		app_push(app, screen_consent_new(app));
		break;
	default:
		break;
	}
}

static void
screen_settings_changed(struct sheet *s, size_t item)
{
	struct screen_settings *m = screen_settings(s);

	if (item == SETTINGS_LANGUAGE) {
		app_set_language(s->base.app, lang_at(m->language.chosen)->code);
		screen_settings_save_language(m);
	} else {
		screen_settings_save_notices(m);
	}
}

static const struct sheet_ops screen_settings_sheet = {
    .lines = screen_settings_lines,
    .pressed = screen_settings_pressed,
    .changed = screen_settings_changed,
    .release = screen_settings_release,
};

/* The section that it is depends on whose space it stands in. */
#define SETTINGS_OPS(of)                                                                           \
	{                                                                                          \
		.name = "settings",                                                                \
		.title = N_("Régler les paramètres de votre compte personnel"),                    \
		.about = WORDS_SETTINGS, .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,             \
		.section = (of), .free = sheet_free, .draw = sheet_draw, .event = sheet_event,     \
		.act = sheet_act, .wants_text = sheet_wants_text,                                  \
		.resumed = screen_settings_resumed, .covered = screen_settings_covered,            \
	}

static const struct screen_ops screen_settings_ops = SETTINGS_OPS(ACTION_SECTION_SETTINGS);
static const struct screen_ops screen_settings_own_ops = SETTINGS_OPS(ACTION_SECTION_OWN);

struct screen *
screen_settings_new(struct app *app)
{
	struct screen_settings *m = mem_new(sizeof(*m));
	struct sheet *s = &m->sheet;

	sheet_init(s, app, &screen_settings_ops, &screen_settings_sheet);
	m->language.text = screen_settings_language_name;
	m->language.n = N_LANGS;
	sheet_add_button(s, SETTINGS_EMAIL, N_("Modifier"));
	sheet_add_button(s, SETTINGS_MOBILE, N_("Modifier"));
	sheet_add_button(s, SETTINGS_PASSWORD, N_("Changer"));
	sheet_add_choice(s, SETTINGS_LANGUAGE, &m->language);
	sheet_add_check(s, SETTINGS_NOTICE_OPENED, N_("un professionnel a consulté mes examens"),
	    &m->notice_opened);
	sheet_add_check(
	    s, SETTINGS_NOTICE_REPORT, N_("un nouveau compte rendu est là"), &m->notice_report);
	sheet_add_button(s, SETTINGS_TOTP, N_("Activer"));
	sheet_add_button(s, SETTINGS_SESSIONS, N_("Voir"));
	sheet_add_button(s, SETTINGS_EXPORT, N_("Exporter mes données"));
	sheet_add_button(s, SETTINGS_CONSENT, N_("Retirer votre consentement"));
	screen_settings_load(m);
	return &s->base;
}

struct screen *
screen_settings_own_new(struct app *app)
{
	struct screen *s = screen_settings_new(app);

	s->ops = &screen_settings_own_ops;
	return s;
}
