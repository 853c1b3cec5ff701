/* SPDX-License-Identifier: MIT */
/*
 * The letter as plain text: for screens, braille and printers without pages.
 */
#include "letter/plain.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"

#define PLAIN_SECRET 8u /* column of what is to be typed, where it fits there */

struct plain {
	struct buf *out;
	size_t columns;
	int rc;
};

static void
plain_put(struct plain *p, const char *s, size_t len)
{
	if (p->rc == 0)
		p->rc = buf_append(p->out, s, len);
}

static void
plain_blanks(struct plain *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		plain_put(p, " ", 1);
}

/* Bytes of s that go on a line of so many columns: whole words where there are
 * any. */
static size_t
plain_line(const char *s, size_t columns)
{
	size_t width, fits = text_fit(s, columns, &width), at;

	if (s[fits] == '\0')
		return fits;
	for (at = fits; at > 0 && s[at] != ' '; at--)
		;
	if (at > 0)
		return at;
	/* not even one character fits: it goes there all the same */
	return fits > 0 ? fits : strlen(s);
}

/* Wrapped; `first` is what stands in the margin of the first line. */
static void
plain_wrapped(struct plain *p, size_t margin, const char *first, const char *s)
{
	size_t lead = strlen(first);

	do {
		size_t n = plain_line(s, p->columns - margin);

		plain_blanks(p, margin - lead);
		plain_put(p, first, lead);
		plain_put(p, s, n);
		plain_put(p, "\n", 1);
		first += lead;
		lead = 0;
		s += n;
		s += strspn(s, " ");
	} while (*s);
}

static void
plain_gap(struct plain *p)
{
	plain_put(p, "\n", 1);
}

static void
plain_title(struct plain *p, const struct content_block *b)
{
	plain_wrapped(p, 0, "", b->text);
	for (size_t i = 0; i < text_width(b->text) && i < p->columns; i++)
		plain_put(p, "=", 1);
	plain_gap(p);
}

/* A label and its value on one line where they fit. */
static void
plain_field(struct plain *p, const struct content_block *b)
{
	size_t used = text_width(b->label) + 1;

	if (used + text_width(b->text) > p->columns) {
		plain_wrapped(p, 0, "", b->label);
		plain_wrapped(p, 4, "", b->text);
		return;
	}
	plain_put(p, b->label, strlen(b->label));
	plain_put(p, " ", 1);
	plain_put(p, b->text, strlen(b->text));
	plain_gap(p);
}

static void
plain_secret(struct plain *p, const struct content_block *b)
{
	plain_wrapped(p, 0, "", b->label);
	plain_gap(p);
	if (PLAIN_SECRET + text_width(b->text) <= p->columns)
		plain_blanks(p, PLAIN_SECRET);
	plain_put(p, b->text, strlen(b->text));
	plain_gap(p);
	plain_gap(p);
	plain_wrapped(p, 0, "", b->note);
	plain_wrapped(p, 0, "", b->use);
}

static void
plain_block(struct plain *p, const struct content_block *b)
{
	switch (b->kind) {
	case CONTENT_TITLE:
		plain_title(p, b);
		break;
	case CONTENT_FIELD:
		plain_field(p, b);
		break;
	case CONTENT_ITEM:
		plain_wrapped(p, 2, "- ", b->text);
		break;
	case CONTENT_SECRET:
		plain_secret(p, b);
		break;
	default:
		plain_wrapped(p, 0, "", b->text);
		break;
	}
}

/* Lines that belong together have no blank one between them. */
static bool
plain_goes_on(const struct content_block *before, const struct content_block *b)
{
	bool lines =
	    b->kind == CONTENT_ADDRESS || b->kind == CONTENT_FIELD || b->kind == CONTENT_ITEM;

	return lines && (before->kind == b->kind ||
			    (b->kind == CONTENT_ITEM && before->kind == CONTENT_HEADING));
}

int
plain_make(const struct content *c, unsigned columns, struct buf *out_r)
{
	struct plain p = {.out = out_r, .columns = columns ? columns : SIZE_MAX};

	for (size_t i = 0; i < c->n; i++) {
		if (i > 0 && !plain_goes_on(&c->blocks[i - 1], &c->blocks[i]))
			plain_gap(&p);
		plain_block(&p, &c->blocks[i]);
	}
	return p.rc;
}
