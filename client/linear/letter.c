/* SPDX-License-Identifier: MIT */
/*
 * Reception: what is handed over to the patient, said once; printed, saved or read
 * out whole as long as the person wants.
 */
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/linear/talk.h"
#include "client/model/dates.h"
#include "client/model/letter.h"
#include "client/tr.h"
#include "common/mem.h"

#define LETTER_TITLE N_("Document à remettre")
#define LETTER_CLOSE N_LETTER_WAYS

static void
letter_say(struct linear *l, const struct desk_letter *letter)
{
	const char *hint = letter_hint(l->conf, l->options->staff);
	char day[DATES_LEN];

	dates_day(lang_now(), letter->until_ms, day);
	linear_say(l, "%s %s", _("Identifiant :"), letter->identifier);
	linear_say(l, "%s %s", _("Mot de passe temporaire :"), letter->temporary_password);
	linear_say(l, "%s %s", _("Valable jusqu'au :"), day);
	linear_say(l, "%s",
	    _("Ce mot de passe n'est affiché qu'une fois : remettez-le au patient avant de "
	      "fermer."));
	if (hint)
		linear_say(l, "%s", hint);
}

/* Its lines, without the blank ones. */
static void
letter_say_text(struct linear *l, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > 0)
			linear_say(l, "%.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void
letter_say_made(struct linear *l, enum letter_way way, const struct spawn_result *r)
{
	char *fault = letter_fault(l->conf, r);

	if (fault) {
		linear_say(l, "%s", fault);
		free(fault);
		return;
	}
	if (r->err[0])
		linear_say(l, "%s", r->err);
	if (way == LETTER_TEXT)
		letter_say_text(l, r->out);
	else if (way == LETTER_FILE)
		linear_say(
		    l, "%s %.*s", _("Lettre enregistrée :"), (int)strcspn(r->out, "\n"), r->out);
	else
		linear_say(l, _("Lettre envoyée à l'imprimante « %s »."), l->conf->printer);
}

static void
letter_make(
    struct linear *l, const struct desk_letter *letter, Emage__LetterKind kind, enum letter_way way)
{
	struct letter_run run;
	struct spawn_result r;
	struct spawn *s = NULL;

	if (way == LETTER_PAPER)
		linear_say(l, "%s", _("Impression en cours…"));
	if (letter_prepare(l->conf, letter, kind, way, &run) == 0)
		s = linear_spawn(l, LETTER_PROGRAM, run.args, &run.in);
	if (!s) {
		linear_say(l, "%s",
		    _("emage-letter ne démarre pas, ou une autre lettre est encore en cours : "
		      "recommencez."));
		return;
	}
	r = spawn_result(s);
	letter_say_made(l, way, &r);
	spawn_free(&s);
}

void
linear_letter(struct linear *l, const struct desk_letter *letter, Emage__LetterKind kind)
{
	static const struct linear_command commands[] = {
	    [LETTER_PAPER] = {"i", N_("Imprimer")},
	    [LETTER_FILE] = {"e", N_("Enregistrer")},
	    [LETTER_TEXT] = {"t", N_("Afficher le texte")},
	    [LETTER_CLOSE] = {"f", N_("Fermer")},
	};
	struct linear_prompt prompt = {.title = LETTER_TITLE,
	    .question = _("Votre choix :"),
	    .commands = commands,
	    .n_commands = ARRAY_LEN(commands)};
	struct linear_answer a;

	letter_say(l, letter);
	for (unsigned way = 0; way < N_LETTER_WAYS; way++)
		if (!letter_can(l->conf, l->options->staff, (enum letter_way)way))
			prompt.hidden |= 1u << way;
	/* without the text there is nothing to choose */
	if (prompt.hidden & 1u << LETTER_TEXT)
		return;
	while (linear_ask(l, &prompt, &a) && a.kind == LINEAR_COMMAND && a.value != LETTER_CLOSE)
		letter_make(l, letter, kind, (enum letter_way)a.value);
}
