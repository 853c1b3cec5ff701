/* SPDX-License-Identifier: MIT */
/*
 * 3 Paramètres: the authenticator app as second step: password, QR code and
 * secret with the app's first code, recovery codes shown once. And taking it off.
 */
#include "client/screen/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/model/otpauth.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "client/widget/qr.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"

#define TOTP_PASSWORD_MAX 256
#define TOTP_CODE_MAX	  16
#define TOTP_MAX_CODES	  16
#define TOTP_FORM_COLUMNS 36 /* that the form needs beside the QR code */
#define TOTP_ABOVE	  3  /* rows of the frame that the QR code may cover */

enum totp_item {
	TOTP_PASSWORD,
	TOTP_CODE,
	TOTP_REVEAL,
	TOTP_GROUND, /* mono: the terminal's ground is light */
	TOTP_CONTINUE,
	TOTP_BACK,
	TOTP_DONE,
};

enum totp_stage {
	TOTP_ASK,    /* password */
	TOTP_SCAN,   /* QR code, first code */
	TOTP_CODES,  /* recovery codes */
	TOTP_REMOVE, /* password and a code */
};

struct screen_totp {
	struct sheet sheet;
	enum totp_stage stage;
	char *uri, *secret; /* while it is being set up */
	char *codes[TOTP_MAX_CODES];
	size_t n_codes;
	bool ground_is_light;
};

static struct screen_totp *
screen_totp(void *s)
{
	return s;
}

static void
screen_totp_forget(struct screen_totp *t)
{
	session_text_free(&t->uri);
	session_text_free(&t->secret);
	for (size_t i = 0; i < t->n_codes; i++)
		session_text_free(&t->codes[i]);
	t->n_codes = 0;
}

static void
screen_totp_release(struct sheet *s)
{
	screen_totp_forget(screen_totp(s));
}

static void
screen_totp_enter(struct screen_totp *t, enum totp_stage stage)
{
	struct sheet *s = &t->sheet;
	bool password = stage == TOTP_ASK || stage == TOTP_REMOVE;
	bool code = stage == TOTP_SCAN || stage == TOTP_REMOVE;

	t->stage = stage;
	sheet_hide(s, TOTP_PASSWORD, !password);
	sheet_hide(s, TOTP_CODE, !code);
	sheet_hide(s, TOTP_REVEAL, stage == TOTP_CODES);
	sheet_hide(s, TOTP_GROUND, true);
	sheet_hide(s, TOTP_CONTINUE, stage == TOTP_CODES);
	sheet_hide(s, TOTP_BACK, stage == TOTP_CODES);
	sheet_hide(s, TOTP_DONE, stage != TOTP_CODES);
	field_clear(s->items[TOTP_PASSWORD].field);
	field_clear(s->items[TOTP_CODE].field);
	sheet_focus(s, password ? TOTP_PASSWORD : stage == TOTP_SCAN ? TOTP_CODE : TOTP_DONE);
	s->top = 0;
}

/* ------------------------------------------------------------------- asking */

static void
screen_totp_refused(struct screen_totp *t, int err, const Emage__Error *e)
{
	struct sheet *s = &t->sheet;

	if (err == -EM_E_CLOSED)
		return;
	if (err == -EM_E_AUTH) {
		sheet_wrong_password(s, TOTP_PASSWORD, e);
	} else if (err == -EM_E_CODE_WRONG || err == -EM_E_INVALID) {
		sheet_mend(s, TOTP_CODE,
		    t->stage == TOTP_REMOVE
			? _("Ce n'est ni le code de l'application ni un code de secours.")
			: _("Ce code n'est pas celui de l'application : vérifiez l'heure de "
			    "l'appareil et entrez le code affiché maintenant."));
	} else if (err == -EM_E_CODE_EXPIRED) {
		screen_totp_forget(t);
		screen_totp_enter(t, TOTP_ASK);
		app_message(s->base.app, MESSAGE_WARN, "%s",
		    _("Trop de temps a passé : recommencez avec une autre clé."));
	} else {
		app_message_error(s->base.app, err, e);
	}
}

static void
screen_totp_started(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__TotpStartReply *r = (const Emage__TotpStartReply *)msg;
	struct screen_totp *t = screen_totp(s);

	(void)more;
	if (err < 0) {
		screen_totp_refused(t, err, e);
		return;
	}
	screen_totp_forget(t);
	t->uri = session_text(r->uri);
	t->secret = session_text(r->secret_base32);
	screen_totp_enter(t, TOTP_SCAN);
}

static void
screen_totp_confirmed(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	const Emage__TotpConfirmReply *r = (const Emage__TotpConfirmReply *)msg;
	struct screen_totp *t = screen_totp(s);

	(void)more;
	if (err < 0) {
		screen_totp_refused(t, err, e);
		return;
	}
	screen_totp_forget(t);
	for (size_t i = 0; i < r->n_recovery_codes && i < TOTP_MAX_CODES; i++)
		t->codes[t->n_codes++] = session_text(r->recovery_codes[i]);
	screen_totp_enter(t, TOTP_CODES);
}

static void
screen_totp_removed(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct app *app = s->app;

	(void)msg;
	(void)more;
	if (err < 0) {
		screen_totp_refused(screen_totp(s), err, e);
		return;
	}
	app_pop(app, s);
	app_message(app, MESSAGE_INFO, "%s",
	    _("Application désactivée : un code vous sera de nouveau envoyé à chaque connexion."));
}

static void
screen_totp_send(struct screen_totp *t)
{
	Emage__TotpStartRequest start = EMAGE__TOTP_START_REQUEST__INIT;
	Emage__TotpConfirmRequest confirm = EMAGE__TOTP_CONFIRM_REQUEST__INIT;
	Emage__TotpRemoveRequest off = EMAGE__TOTP_REMOVE_REQUEST__INIT;
	struct screen *s = &t->sheet.base;

	start.password = off.password = sheet_value(&t->sheet, TOTP_PASSWORD);
	confirm.code = off.code = sheet_value(&t->sheet, TOTP_CODE);
	if (t->stage == TOTP_ASK)
		app_call(s, METHOD_totp_start, &start.base, CALL_WAIT, screen_totp_started);
	else if (t->stage == TOTP_SCAN)
		app_call(s, METHOD_totp_confirm, &confirm.base, CALL_WAIT, screen_totp_confirmed);
	else
		app_call(s, METHOD_totp_remove, &off.base, CALL_WAIT, screen_totp_removed);
}

static void
screen_totp_submit(struct screen_totp *t)
{
	struct sheet *s = &t->sheet;

	if (app_waits(&s->base))
		return;
	if (!s->items[TOTP_PASSWORD].hidden && sheet_value(s, TOTP_PASSWORD)[0] == '\0')
		sheet_mend(s, TOTP_PASSWORD, _("Saisissez votre mot de passe."));
	else if (!s->items[TOTP_CODE].hidden && sheet_value(s, TOTP_CODE)[0] == '\0')
		sheet_mend(s, TOTP_CODE, _("Entrez le code de l'application."));
	else
		screen_totp_send(t);
}

/* -------------------------------------------------------------------- lines */

static void
screen_totp_scan_lines(struct screen_totp *t, struct sheet_flow *f)
{
	char secret[96];

	account_group_secret(t->secret, secret, sizeof(secret));
	if (t->sheet.left > 0)
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("Scannez ce QR code avec votre application d'authentification, ou tapez-y "
		      "cette clé :"));
	else
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("Tapez cette clé dans votre application d'authentification (le QR code ne "
		      "tient pas dans cette fenêtre : agrandissez-la pour le voir) :"));
	sheet_gap(f);
	sheet_text(f, STYLE_TITLE, "%s", secret);
	sheet_gap(f);
	sheet_text(f, STYLE_PLAIN, "%s", _("Puis entrez le code à 6 chiffres qu'elle affiche."));
	sheet_field(f, _("Code :"), TOTP_CODE);
	sheet_check(f, TOTP_REVEAL);
	if (!t->sheet.items[TOTP_GROUND].hidden)
		sheet_check(f, TOTP_GROUND);
	sheet_gap(f);
	sheet_buttons(f, TOTP_CONTINUE, 2);
	secret_wipe(secret, sizeof(secret));
}

/* Two a row. */
static void
screen_totp_codes_lines(struct screen_totp *t, struct sheet_flow *f)
{
	sheet_text(f, STYLE_PLAIN, "%s",
	    _("L'application est activée. Voici vos codes de secours : chacun remplace une fois le "
	      "code de l'application si vous la perdez. Copiez-les maintenant : ils ne seront "
	      "plus jamais affichés."));
	sheet_gap(f);
	for (size_t i = 0; i < t->n_codes; i += 2)
		sheet_text(f, STYLE_TITLE, "    %s      %s", t->codes[i],
		    i + 1 < t->n_codes ? t->codes[i + 1] : "");
	sheet_gap(f);
	sheet_buttons(f, TOTP_DONE, 1);
}

static void
screen_totp_lines(struct sheet *s, struct sheet_flow *f)
{
	struct screen_totp *t = screen_totp(s);

	sheet_text(f, STYLE_TITLE, "%s", _("Application d'authentification"));
	sheet_gap(f);
	switch (t->stage) {
	case TOTP_ASK:
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("Une application sur votre téléphone affiche un code qui change toutes les "
		      "30 secondes. Il remplace le code d'accès envoyé par message."));
		sheet_gap(f);
		sheet_field(f, _("Mot de passe :"), TOTP_PASSWORD);
		sheet_check(f, TOTP_REVEAL);
		sheet_gap(f);
		sheet_buttons(f, TOTP_CONTINUE, 2);
		break;
	case TOTP_SCAN:
		screen_totp_scan_lines(t, f);
		break;
	case TOTP_CODES:
		screen_totp_codes_lines(t, f);
		break;
	case TOTP_REMOVE:
		sheet_text(f, STYLE_PLAIN, "%s",
		    _("Après la désactivation, un code d'accès vous sera de nouveau envoyé par "
		      "message à chaque connexion. Vos codes de secours ne serviront plus."));
		sheet_gap(f);
		sheet_field(f, _("Mot de passe :"), TOTP_PASSWORD);
		sheet_field(f, _("Code de l'application ou de secours :"), TOTP_CODE);
		sheet_check(f, TOTP_REVEAL);
		sheet_gap(f);
		sheet_buttons(f, TOTP_CONTINUE, 2);
		break;
	}
}

/* ------------------------------------------------------------------ QR code */

/* The fullest address whose code fits beside the form; false when none does. */
static bool
screen_totp_fit(const struct screen_totp *t, const struct area *room, bool halves, struct qr *q)
{
	for (unsigned how = 0; how <= OTPAUTH_SHORTER; how++) {
		char *uri = otpauth_shorten(t->uri, how);
		bool made = qr_make(q, uri);

		secret_wipe(uri, strlen(uri));
		free(uri);
		if (made && qr_rows(q, halves) <= room->h + TOTP_ABOVE &&
		    qr_columns(q, halves) + TOTP_FORM_COLUMNS <= room->w)
			return true;
	}
	return false;
}

static void
screen_totp_draw(struct screen *s, const struct area *room)
{
	struct screen_totp *t = screen_totp(s);
	bool halves = qr_has_halves();
	struct qr q = {0};
	bool fits = t->stage == TOTP_SCAN && screen_totp_fit(t, room, halves, &q);

	t->sheet.left = fits ? qr_columns(&q, halves) : 0;
	sheet_hide(&t->sheet, TOTP_GROUND, !fits || !app_is_mono(s->app));
	sheet_draw(s, room);
	if (fits) { /* higher than the room: over the left part of the frame */
		int rows = qr_rows(&q, halves);
		int y = rows <= room->h ? room->y : room->y + room->h - rows;

		for (int above = y; above < room->y; above++) /* no halves of words */
			paint_fill(above, t->sheet.left, room->w - t->sheet.left, STYLE_PLAIN);
		qr_draw(&q, y, 0, halves, t->ground_is_light);
	}
	qr_release(&q);
}

/* --------------------------------------------------------------------- keys */

static void
screen_totp_leave(struct sheet *s)
{
	bool was_shown = screen_totp(s)->stage == TOTP_CODES;
	struct app *app = s->base.app;

	app_pop(app, &s->base);
	if (was_shown)
		app_message(app, MESSAGE_INFO, "%s",
		    _("Application activée : son code sera demandé à la prochaine connexion."));
}

static void
screen_totp_pressed(struct sheet *s, size_t item)
{
	struct screen_totp *t = screen_totp(s);

	if (item == TOTP_BACK || item == TOTP_DONE)
		screen_totp_leave(s);
	else if (item == TOTP_PASSWORD && t->stage == TOTP_REMOVE)
		sheet_focus(s, TOTP_CODE);
	else
		screen_totp_submit(t);
}

static const struct sheet_ops screen_totp_sheet = {
    .lines = screen_totp_lines,
    .pressed = screen_totp_pressed,
    .back = screen_totp_leave,
    .release = screen_totp_release,
};

static const struct screen_ops screen_totp_ops = {
    .name = "totp",
    .title = N_("Application d'authentification"),
    .about = N_("Une application d'authentification donne le code de la deuxième étape à la place "
		"d'un message. Scannez le QR code ou tapez la clé, confirmez par un premier code, "
		"puis copiez les codes de secours : ils ne sont montrés qu'une fois."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_PASSWORD | CTX_SPACE,
    .free = sheet_free,
    .draw = screen_totp_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

struct screen *
screen_totp_new(struct app *app, bool in_force)
{
	struct screen_totp *t = mem_new(sizeof(*t));
	struct sheet *s = &t->sheet;

	sheet_init(s, app, &screen_totp_ops, &screen_totp_sheet);
	sheet_add_field(s, TOTP_PASSWORD, FIELD_SECRET, TOTP_PASSWORD_MAX);
	sheet_add_field(s, TOTP_CODE, FIELD_SECRET, TOTP_CODE_MAX);
	sheet_add_reveal(s, TOTP_REVEAL);
	sheet_add_check(s, TOTP_GROUND, N_("fond d'écran clair"), &t->ground_is_light);
	sheet_add_button(s, TOTP_CONTINUE, N_("CONTINUER"));
	sheet_add_button(s, TOTP_BACK, N_("Précédent"));
	sheet_add_button(s, TOTP_DONE, N_("J'ai copié les codes"));
	screen_totp_enter(t, in_force ? TOTP_REMOVE : TOTP_ASK);
	return &s->base;
}
