/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_LETTER_H
#define EMAGE_CLIENT_MODEL_LETTER_H

#include <stdbool.h>

#include "client/clientconf.h"
#include "client/model/desk.h"
#include "client/spawn.h"
#include "common/buf.h"
#include "proto/letter.pb-c.h"

/*
 * The letter on paper, in a file or as text. emage-letter(8) makes it; here is
 * what it is told, and the words for what came of it.
 */
#define LETTER_PROGRAM "emage-letter"

enum letter_way { LETTER_PAPER, LETTER_FILE, LETTER_TEXT, N_LETTER_WAYS };

/* Whether this client, on this machine, is set up for it. */
bool letter_can(const struct clientconf *c, bool is_staff, enum letter_way way);
/* What it takes to print or save, or NULL when one of them can be done. */
const char *letter_hint(const struct clientconf *c, bool is_staff);

/* One run of the program: spawn_new() takes `in`, which is the caller's to release
 * otherwise. */
struct letter_run {
	const char *args[4]; /* ended by NULL; of c */
	struct buf in;
};
/* The letter's date is today. 0 or -EM_E_TOO_LARGE. */
int letter_prepare(const struct clientconf *c, const struct desk_letter *l, Emage__LetterKind kind,
    enum letter_way way, struct letter_run *r_r);
/* What went wrong and how to mend it, or NULL. */
char *letter_fault(const struct clientconf *c, const struct spawn_result *r);

#endif
