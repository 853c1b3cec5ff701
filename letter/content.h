/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_LETTER_CONTENT_H
#define EMAGE_LETTER_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "common/mem.h"
#include "proto/letter.pb-c.h"

/* What stands in a letter, from top to bottom, whatever it is printed as. */
enum content_kind {
	CONTENT_SENDER,	 /* the establishment */
	CONTENT_ADDRESS, /* one line of whom it is for */
	CONTENT_TITLE,
	CONTENT_FIELD, /* label: text */
	CONTENT_TEXT,
	CONTENT_ITEM,	/* of a list */
	CONTENT_SECRET, /* label: text, to be typed as it stands; note, use */
	CONTENT_HEADING,
	CONTENT_SMALL,
};

/* Never NULL; "" where a kind has none. */
struct content_block {
	enum content_kind kind;
	const char *label, *text;
	const char *note;	      /* how long it is good */
	const char *use;	      /* what it is for */
	size_t strong_at, strong_len; /* bytes of text that are stressed; 0 long: none */
};

#define CONTENT_MAX_BLOCKS    40u
#define CONTENT_MAX_MESSAGE   16384u
#define CONTENT_MAX_CHARS     250u /* of a text that comes in */
#define CONTENT_MAX_SECRET    40u
#define CONTENT_MAX_RECIPIENT 6u

struct content {
	const char *language, *title;
	const char *identifier;
	uint32_t date; /* yyyymmdd */
	struct content_block blocks[CONTENT_MAX_BLOCKS];
	size_t n;
};

/* Reads a packed Letter and lays out its blocks, all of it in `a`. 0,
 * -EM_E_INVALID with the name of the field at fault in *field_r ("" = it is no
 * such message), -EM_E_CONFIG when the words built in are not whole,
 * -EM_E_NO_MEMORY. */
int content_read(
    struct arena *a, const uint8_t *bytes, size_t len, struct content *c_r, const char **field_r);

#endif
