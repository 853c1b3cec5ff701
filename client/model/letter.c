/* SPDX-License-Identifier: MIT */
/*
 * Reception: the letter on paper, in a file or as text. emage-letter(8) makes
 * it; here is what it is told, and the words for what came of it.
 */
#include "client/model/letter.h"

#include <stdlib.h>
#include <string.h>

#include "client/tr.h"
#include "common/clock.h"
#include "common/day.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "letter/exit.h"
#include "proto/letter.pb-c.h"

#define LETTER_MAX_MESSAGE 16384u

bool
letter_can(const struct clientconf *c, bool is_staff, enum letter_way way)
{
	if (!is_staff)
		return false;
	if (way == LETTER_PAPER)
		return c->printer != NULL;
	return way == LETTER_TEXT || c->letters != NULL;
}

const char *
letter_hint(const struct clientconf *c, bool is_staff)
{
	if (!is_staff)
		return _("Pour imprimer ou enregistrer la lettre, il faut emage --staff.");
	if (!c->printer && !c->letters)
		return _("Pour imprimer ou enregistrer la lettre, l'administrateur de cette "
			 "machine remplit [staff] dans emage.conf.");
	return NULL;
}

/* Packed, for the program's standard input. The date is today's. */
static int
letter_pack(const struct desk_letter *l, Emage__LetterKind kind, struct buf *out)
{
	Emage__Letter m = EMAGE__LETTER__INIT;
	uint8_t *room;

	m.language = l->language;
	m.date = day_paris(clock_now_ms());
	m.civility = l->civility;
	m.given_name = l->given_name;
	m.used_name = l->used_name;
	m.birth_name = l->birth_name;
	m.identifier = l->identifier;
	m.temporary_password = l->temporary_password;
	m.expires = l->until_ms > 0 ? day_paris(l->until_ms) : 0;
	m.establishment = l->establishment;
	m.support_address = l->support_address;
	m.region = l->region;
	m.kind = kind;
	room = buf_reserve(out, emage__letter__get_packed_size(&m));
	if (!room)
		return -EM_E_TOO_LARGE;
	buf_commit(out, emage__letter__pack(&m, room));
	return 0;
}

int
letter_prepare(const struct clientconf *c, const struct desk_letter *l, Emage__LetterKind kind,
    enum letter_way way, struct letter_run *r_r)
{
	const struct letter_run runs[] = {
	    [LETTER_PAPER] = {.args = {"--print", c->printer}},
	    [LETTER_FILE] = {.args = {"--pdf", "--folder", c->letters}},
	    /* whoever shows it wraps it */
	    [LETTER_TEXT] = {.args = {"--text", "--columns", "0"}},
	};

	*r_r = runs[way];
	buf_init(&r_r->in, LETTER_MAX_MESSAGE);
	return letter_pack(l, kind, &r_r->in);
}

/* ------------------------------------------------------------------- outcome */

/* A text takes the printer's name, what the program has said, or both in this
 * order. */
static const struct {
	int status;
	bool printer, detail;
	const char *text;
} letter_faults[] = {
    {LETTER_EXIT_MESSAGE, false, true, N_("Cette lettre ne peut pas être mise en page : %s")},
    {LETTER_EXIT_FONTS, false, false,
	N_("Les polices DejaVu manquent sur cette machine : installez fonts-dejavu-core.")},
    {LETTER_EXIT_FILE, false, true,
	N_("La lettre n'est pas enregistrée : %s. Vérifiez « letters » dans emage.conf.")},
    {LETTER_EXIT_NO_LP, false, false,
	N_("lp(1) manque sur cette machine : installez cups-client.")},
    {LETTER_EXIT_PRINTER, true, true,
	N_("L'imprimante « %s » n'a pas pris la lettre : %s. Vérifiez-la, ou « printer » dans "
	   "emage.conf.")},
    {LETTER_EXIT_LATE, true, false,
	N_("L'imprimante « %s » ne répond pas. La lettre n'est peut-être pas imprimée : vérifiez, "
	   "puis recommencez.")},
};

/* Without the name of the program and the full stop, which our own sentence has. */
static char *
letter_detail(const char *err)
{
	static const char name[] = LETTER_PROGRAM ": ";
	char *text;
	size_t len;

	text = mem_strdup(strncmp(err, name, strlen(name)) == 0 ? err + strlen(name) : err);
	for (len = strlen(text); len > 0 && (text[len - 1] == '.' || text[len - 1] == ' '); len--)
		text[len - 1] = '\0';
	return text;
}

char *
letter_fault(const struct clientconf *c, const struct spawn_result *r)
{
	const char *printer = c->printer ? c->printer : "";
	char *detail, *text = NULL;

	if (r->status == LETTER_EXIT_OK)
		return NULL;
	detail = letter_detail(r->err);
	for (size_t i = 0; i < ARRAY_LEN(letter_faults) && !text; i++) {
		if (letter_faults[i].status != r->status)
			continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		text = mem_printf(
		    _(letter_faults[i].text), letter_faults[i].printer ? printer : detail, detail);
#pragma GCC diagnostic pop
	}
	free(detail);
	return text ? text
		    : mem_strdup(
			  _("emage-letter ne marche pas sur cette machine : réinstallez e-mage."));
}
