/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_FIELD_H
#define EMAGE_CLIENT_WIDGET_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "client/keys.h"
#include "common/secret.h"

/*
 * One line to be filled in. What is typed lives in locked memory and is wiped,
 * whatever the field is for: identifiers and codes are secrets too.
 */
enum field_kind {
	FIELD_TEXT,
	FIELD_SECRET, /* shown as bullets unless revealed */
	FIELD_CODE,   /* digits, otherwise as FIELD_SECRET */
	FIELD_NUMBER, /* digits */
	FIELD_DATE,   /* digits and separators, over a pattern */
};

struct field {
	enum field_kind kind;
	unsigned max_chars, n_chars;
	struct secret store;
	size_t len;    /* bytes, without the NUL */
	size_t cursor; /* byte offset, at a character */
	size_t first;  /* first byte shown */
	bool reveal;
	bool fresh; /* what is typed next replaces what is there; moving or deleting mends it */
	bool full;  /* something was not taken, for max_chars are there; the reader clears it */
};

void field_init(struct field *f, enum field_kind kind, unsigned max_chars);
void field_release(struct field *f);
void field_clear(struct field *f); /* wipes */
void field_set(struct field *f, const char *text);
/* NUL-terminated, valid until the next change. */
const char *field_text(const struct field *f);
bool field_is_empty(const struct field *f);

/* True when the event was typing, deleting, moving or pasting. */
bool field_event(struct field *f, const struct event *ev);
/* Brackets included; w columns in all, at least 4. */
void field_draw(struct field *f, int y, int x, int w, bool focused);
/* A press at column `at` of what field_draw() drew: moves the cursor. */
void field_click(struct field *f, int at);

#endif
