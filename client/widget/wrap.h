/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_WIDGET_WRAP_H
#define EMAGE_CLIENT_WIDGET_WRAP_H

#include <stddef.h>

#include "client/widget/paint.h"

/*
 * Running text in lines: breaks at blanks and behind the hyphen of a double
 * word, but as French typography wants it never before : ; ? ! » % nor after «,
 * whichever blank stands there. Words longer than a line are parted at a syllable if
 * one begins near its end, else between characters; no hyphen is set.
 */
struct wrap_line {
	size_t offset, len; /* bytes of the text; len without the break */
	size_t indent;	    /* columns that it stands in from the left */
};

struct wrap {
	struct wrap_line *lines;
	size_t n;
};

/* text must be UTF-8; "\n" ends a paragraph. */
void wrap_text(const char *text, size_t len, size_t columns, struct wrap *w_r);
/* Likewise for a list: what continues a line that begins with a blank stands in
 * from the left by `hang` columns, unless that leaves fewer than it takes. */
void wrap_list(const char *text, size_t len, size_t columns, size_t hang, struct wrap *w_r);
void wrap_release(struct wrap *w);

/* Draws a text into the area, cut at its last row. Returns the rows used. */
int wrap_draw(const struct area *a, enum style style, const char *text);
/* Rows it would need. */
int wrap_rows(int columns, const char *text);

#endif
