/* SPDX-License-Identifier: MIT */
/*
 * Reception: what is handed over to the patient, shown once: identifier and
 * temporary password, or an access code. It is wiped when the screen goes.
 */
#include "client/screen/desk.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/lang.h"
#include "client/model/dates.h"
#include "client/model/session.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/mem.h"
#include "common/secret.h"

enum letter_item {
	LETTER_CLOSE,
};

struct screen_letter {
	struct sheet sheet;
	struct desk_letter letter; /* identifier NULL: a code */
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
}

static void
screen_letter_letter_lines(const struct screen_letter *l, struct sheet_flow *f)
{
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
	sheet_buttons(f, LETTER_CLOSE, 1);
}

static void
screen_letter_pressed(struct sheet *s, size_t item)
{
	if (item == LETTER_CLOSE)
		app_pop(s->base.app, &s->base);
}

static const struct sheet_ops screen_letter_sheet = {
    .lines = screen_letter_lines,
    .pressed = screen_letter_pressed,
    .release = screen_letter_release,
};

static const struct screen_ops screen_letter_ops = {
    .name = "letter",
    .title = N_("Document à remettre"),
    .about = N_("Ce qui est à remettre au patient, affiché une seule fois. Fermer l'efface."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_DESK,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
};

static struct screen_letter *
screen_letter_begin(struct app *app)
{
	struct screen_letter *l = mem_new(sizeof(*l));

	sheet_init(&l->sheet, app, &screen_letter_ops, &screen_letter_sheet);
	sheet_add_button(&l->sheet, LETTER_CLOSE, N_("Fermer"));
	return l;
}

struct screen *
screen_desk_letter_new(struct app *app, const Emage__DeskLetter *letter)
{
	struct screen_letter *l = screen_letter_begin(app);
	const char *family;

	desk_letter_take(&l->letter, letter);
	family = l->letter.used_name[0] ? l->letter.used_name : l->letter.birth_name;
	l->name = mem_printf("%s %s", l->letter.given_name, family);
	return &l->sheet.base;
}

struct screen *
screen_desk_code_new(
    struct app *app, const struct desk_patient *p, const Emage__DeskCodeReply *reply)
{
	struct screen_letter *l = screen_letter_begin(app);
	char *code = session_text(reply->code);

	l->name = desk_name(&p->row);
	l->code = strlen(code) == 8 ? mem_printf("%.4s %s", code, code + 4) : mem_strdup(code);
	l->code_until_ms = clock_now_ms() + (int64_t)reply->expires_in_s * 1000;
	session_text_free(&code);
	return &l->sheet.base;
}
