/* SPDX-License-Identifier: MIT */
/*
 * Reception: what is handed over to the patient, shown once: identifier and
 * temporary password, or an access code. A letter can be printed, saved and read
 * as text as long as it is there. It is wiped when the screen goes.
 */
#include "client/screen/desk.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/clientconf.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/letter.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/screen/text.h"
#include "client/spawn.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/mem.h"
#include "common/secret.h"

/* The first ones are enum letter_way. */
enum letter_item {
	LETTER_PRINT = LETTER_PAPER,
	LETTER_SAVE = LETTER_FILE,
	LETTER_SHOW = LETTER_TEXT,
	LETTER_CLOSE,
};

struct screen_letter {
	struct sheet sheet;
	struct desk_letter letter; /* identifier NULL: a code */
	Emage__LetterKind kind;
	size_t way;	       /* that is under way */
	char *printed, *saved; /* what was done with it, where; NULL: not done */
	char *name, *code;
	int64_t code_until_ms; /* clock_now_ms() */
};

static struct screen_letter *
screen_letter(void *s)
{
	return s;
}

static void
screen_letter_release(struct sheet *s)
{
	struct screen_letter *l = screen_letter(s);

	desk_letter_release(&l->letter);
	session_text_free(&l->name);
	session_text_free(&l->code);
	free(l->printed);
	free(l->saved);
}

/* ------------------------------------------------------------- made elsewhere */

static void
screen_letter_show(struct screen_letter *l, const char *text)
{
	struct app *app = l->sheet.base.app;
	char *heading = mem_printf(_("Document de connexion de %s"), l->name);

	app_push(
	    app, screen_text_new(app,
		     &(struct text_page){.name = "letter-text", .heading = heading, .text = text}));
	session_text_free(&heading);
}

static void
screen_letter_made(struct screen *s, const struct spawn_result *r)
{
	struct screen_letter *l = screen_letter(s);
	char *fault = letter_fault(app_conf(s->app), r);
	char **done;

	if (fault) {
		app_message(s->app, MESSAGE_ERROR, "%s", fault);
		free(fault);
		return;
	}
	/* made, with something to say */
	if (r->err[0])
		app_message(s->app, MESSAGE_WARN, "%s", r->err);
	if (l->way == LETTER_SHOW) {
		screen_letter_show(l, r->out);
		return;
	}
	done = l->way == LETTER_SAVE ? &l->saved : &l->printed;
	free(*done);
	*done = l->way == LETTER_SAVE ? mem_printf("%.*s", (int)strcspn(r->out, "\n"), r->out)
				      : mem_strdup(app_conf(s->app)->printer);
}

static void
screen_letter_make(struct screen_letter *l, size_t way)
{
	struct screen *s = &l->sheet.base;
	struct letter_run run;

	if (app_spawns(s))
		return;
	l->way = way;
	if (letter_prepare(app_conf(s->app), &l->letter, l->kind, (enum letter_way)way, &run) < 0 ||
	    !app_spawn(s, LETTER_PROGRAM, run.args, &run.in, screen_letter_made))
		app_message(s->app, MESSAGE_ERROR, "%s",
		    _("emage-letter ne démarre pas, ou une autre lettre est encore en cours : "
		      "recommencez."));
}

/* --------------------------------------------------------------------- sheet */

/* Where the letter is by now. */
static void
screen_letter_done_lines(const struct screen_letter *l, struct sheet_flow *f)
{
	if (app_spawns(&l->sheet.base) && l->way == LETTER_PRINT)
		sheet_text(f, STYLE_INFO, "%s", _("Impression en cours…"));
	else if (l->printed)
		sheet_text(f, STYLE_INFO, _("Lettre envoyée à l'imprimante « %s »."), l->printed);
	if (l->saved) {
		sheet_text(f, STYLE_INFO, "%s", _("Lettre enregistrée :"));
		/* alone, so that it is whole on a line where it can be */
		sheet_text(f, STYLE_PLAIN, "%s", l->saved);
	}
}

static void
screen_letter_letter_lines(const struct screen_letter *l, struct sheet_flow *f)
{
	const struct app *app = l->sheet.base.app;
	const char *hint = letter_hint(app_conf(app), app_may_spawn(app));
	char day[DATES_LEN];

	dates_day(lang_now(), l->letter.until_ms, day);
	sheet_text(f, STYLE_TITLE, _("Document de connexion de %s"), l->name);
	sheet_gap(f);
	sheet_row(f, _("Identifiant :"), l->letter.identifier, SHEET_NONE);
	sheet_row(f, _("Mot de passe temporaire :"), l->letter.temporary_password, SHEET_NONE);
	sheet_row(f, _("Valable jusqu'au :"), day, SHEET_NONE);
	sheet_gap(f);
	sheet_text(f, STYLE_WARN, "%s",
	    _("Ce mot de passe n'est affiché qu'une fois : remettez-le au patient avant de "
	      "fermer."));
	if (hint || l->printed || l->saved || app_spawns(&l->sheet.base))
		sheet_gap(f);
	if (hint)
		sheet_text(f, STYLE_PLAIN, "%s", hint);
	screen_letter_done_lines(l, f);
}

static void
screen_letter_code_lines(const struct screen_letter *l, struct sheet_flow *f)
{
	char clock[DATES_LEN];

	dates_clock(l->code_until_ms, clock);
	sheet_text(f, STYLE_TITLE, _("Code d'accès pour %s"), l->name);
	sheet_gap(f);
	sheet_row(f, _("Code d'accès :"), l->code, SHEET_NONE);
	sheet_row(f, _("Valable jusqu'à :"), clock, SHEET_NONE);
	sheet_gap(f);
	sheet_text(f, STYLE_WARN, "%s",
	    _("Ce code n'est affiché qu'une fois et ne sert qu'une fois, à la place de celui qui "
	      "est envoyé."));
}

static void
screen_letter_lines(struct sheet *s, struct sheet_flow *f)
{
	if (screen_letter(s)->code == NULL)
		screen_letter_letter_lines(screen_letter(s), f);
	else
		screen_letter_code_lines(screen_letter(s), f);
	sheet_gap(f);
	sheet_buttons(f, LETTER_PRINT, LETTER_CLOSE - LETTER_PRINT + 1);
}

/* While it is being printed it could still fail, and then it is wanted once more. */
static void
screen_letter_close(struct sheet *s)
{
	if (app_spawns(&s->base))
		app_message(s->base.app, MESSAGE_WARN, "%s",
		    _("La lettre est en cours d'impression : attendez avant de fermer."));
	else
		app_pop(s->base.app, &s->base);
}

static void
screen_letter_pressed(struct sheet *s, size_t item)
{
	if (item != LETTER_CLOSE)
		screen_letter_make(screen_letter(s), item);
	else
		screen_letter_close(s);
}

static const struct sheet_ops screen_letter_sheet = {
    .lines = screen_letter_lines,
    .pressed = screen_letter_pressed,
    .back = screen_letter_close,
    .release = screen_letter_release,
};

static const struct screen_ops screen_letter_ops = {
    .name = "letter",
    .title = N_("Document à remettre"),
    .about = N_("Ce qui est à remettre au patient, affiché une seule fois : à imprimer, à "
		"enregistrer ou à lire avant de fermer. Fermer l'efface."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_DESK,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

static struct screen_letter *
screen_letter_begin(struct app *app, bool is_letter)
{
	struct screen_letter *l = mem_new(sizeof(*l));

	sheet_init(&l->sheet, app, &screen_letter_ops, &screen_letter_sheet);
	sheet_add_button(&l->sheet, LETTER_PRINT, N_("Imprimer"));
	sheet_add_button(&l->sheet, LETTER_SAVE, N_("Enregistrer"));
	sheet_add_button(&l->sheet, LETTER_SHOW, N_("Afficher le texte"));
	sheet_add_button(&l->sheet, LETTER_CLOSE, N_("Fermer"));
	for (size_t way = LETTER_PRINT; way < LETTER_CLOSE; way++)
		sheet_hide(&l->sheet, way,
		    !is_letter ||
			!letter_can(app_conf(app), app_may_spawn(app), (enum letter_way)way));
	for (size_t item = LETTER_CLOSE + 1; item-- > LETTER_PRINT;)
		if (!l->sheet.items[item].hidden)
			sheet_focus(&l->sheet, item);
	return l;
}

struct screen *
screen_desk_letter_new(struct app *app, const Emage__DeskLetter *letter, Emage__LetterKind kind)
{
	struct screen_letter *l = screen_letter_begin(app, true);
	const char *family;

	l->kind = kind;
	desk_letter_take(&l->letter, letter);
	family = l->letter.used_name[0] ? l->letter.used_name : l->letter.birth_name;
	l->name = mem_printf("%s %s", l->letter.given_name, family);
	return &l->sheet.base;
}

struct screen *
screen_desk_code_new(
    struct app *app, const struct desk_patient *p, const Emage__DeskCodeReply *reply)
{
	struct screen_letter *l = screen_letter_begin(app, false);
	char *code = session_text(reply->code);

	l->name = desk_name(&p->row);
	l->code = strlen(code) == 8 ? mem_printf("%.4s %s", code, code + 4) : mem_strdup(code);
	l->code_until_ms = clock_now_ms() + (int64_t)reply->expires_in_s * 1000;
	session_text_free(&code);
	return &l->sheet.base;
}
