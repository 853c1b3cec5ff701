/* SPDX-License-Identifier: MIT */
/*
 * Reception: the letter on paper, in a file or as text. emage-letter(8) makes
 * it; here is what it is told, and the words for what came of it.
 */
#include "client/screen/desk.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/clientconf.h"
#include "client/model/session.h"
#include "client/spawn.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/day.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "letter/exit.h"
#include "proto/letter.pb-c.h"

#define DESK_PRINT_PROGRAM "emage-letter"
#define DESK_PRINT_MAX	   16384u /* bytes of a message */

bool
desk_print_can(const struct app *app, enum desk_print_way way)
{
	const struct clientconf *c = app_conf(app);

	if (!app_may_spawn(app))
		return false;
	if (way == DESK_PRINT_PAPER)
		return c->printer != NULL;
	return way == DESK_PRINT_TEXT || c->letters != NULL;
}

/* Packed, for the program's standard input. The date is today's. */
static int
desk_print_pack(const struct desk_letter *l, Emage__LetterKind kind, struct buf *out)
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

bool
desk_print(struct screen *s, const struct desk_letter *l, Emage__LetterKind kind,
    enum desk_print_way way, void (*done)(struct screen *s, const struct spawn_result *r))
{
	const struct clientconf *c = app_conf(s->app);
	const char *const args[][4] = {
	    [DESK_PRINT_PAPER] = {"--print", c->printer},
	    [DESK_PRINT_FILE] = {"--pdf", "--folder", c->letters},
	    [DESK_PRINT_TEXT] = {"--text", "--columns", "0"}, /* the page wraps */
	};
	struct buf in;

	buf_init(&in, DESK_PRINT_MAX);
	if (desk_print_pack(l, kind, &in) == 0 &&
	    app_spawn(s, DESK_PRINT_PROGRAM, args[way], &in, done))
		return true;
	buf_release(&in);
	return false;
}

/* ------------------------------------------------------------------- outcome */

/* A text takes the printer's name, what the program has said, or both in this
 * order. */
static const struct {
	int status;
	bool printer, detail;
	const char *text;
} desk_print_faults[] = {
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
desk_print_detail(const char *err)
{
	static const char name[] = DESK_PRINT_PROGRAM ": ";
	char *text;
	size_t len;

	text = mem_strdup(strncmp(err, name, strlen(name)) == 0 ? err + strlen(name) : err);
	for (len = strlen(text); len > 0 && (text[len - 1] == '.' || text[len - 1] == ' '); len--)
		text[len - 1] = '\0';
	return text;
}

char *
desk_print_fault(const struct app *app, const struct spawn_result *r)
{
	const char *printer = app_conf(app)->printer ? app_conf(app)->printer : "";
	char *detail, *text = NULL;

	if (r->status == LETTER_EXIT_OK)
		return NULL;
	detail = desk_print_detail(r->err);
	for (size_t i = 0; i < ARRAY_LEN(desk_print_faults) && !text; i++) {
		if (desk_print_faults[i].status != r->status)
			continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		text = mem_printf(_(desk_print_faults[i].text),
		    desk_print_faults[i].printer ? printer : detail, detail);
#pragma GCC diagnostic pop
	}
	free(detail);
	return text ? text
		    : mem_strdup(
			  _("emage-letter ne marche pas sur cette machine : réinstallez e-mage."));
}
