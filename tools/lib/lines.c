/* SPDX-License-Identifier: MIT */
/*
 * Reading lines whose encoding is not told. A line that is no UTF-8 is taken as
 * Windows-1252, in which every byte means something.
 */
#include "tools/lib/lines.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

/* What 0x80 to 0x9f mean; 0 = nothing, shown as U+FFFD. */
static const uint16_t lines_1252[32] = {0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178};

void
lines_begin(struct lines *l, FILE *f)
{
	*l = (struct lines){
	    .f = f,
	    .raw = mem_new(LINES_MAX_BYTES + 1),
	    .text = mem_new(3 * LINES_MAX_BYTES + 1),
	};
}

void
lines_end(struct lines *l)
{
	free(l->raw);
	free(l->text);
	*l = (struct lines){.f = NULL};
}

/* As UTF-8 into `text`. */
static void
lines_decode(struct lines *l, size_t len)
{
	size_t out = 0;

	if (text_is_utf8(l->raw, len)) {
		memcpy(l->text, l->raw, len + 1);
		return;
	}
	l->n_1252++;
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = (uint8_t)l->raw[i];
		uint32_t cp = byte;

		if (byte >= 0x80 && byte < 0xa0)
			cp = lines_1252[byte - 0x80] ? lines_1252[byte - 0x80] : 0xfffd;
		out += text_encode(cp, l->text + out);
	}
	l->text[out] = '\0';
}

int
lines_next(struct lines *l)
{
	size_t len = 0, skip;
	bool too_long = false, has_nul = false;
	int c;

	while ((c = getc_unlocked(l->f)) != EOF && c != '\n') {
		has_nul |= c == '\0';
		if (len < LINES_MAX_BYTES)
			l->raw[len++] = (char)c;
		else
			too_long = true;
	}
	if (c == EOF && ferror(l->f))
		return -EM_E_IO;
	if (c == EOF && len == 0)
		return 0;
	l->number++;
	if (len > 0 && l->raw[len - 1] == '\r')
		len--;
	skip = l->number == 1 && len >= 3 && memcmp(l->raw, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	memmove(l->raw, l->raw + skip, len - skip);
	len -= skip;
	l->raw[len] = '\0';
	l->raw_len = len;
	l->text[0] = '\0';
	if (too_long || has_nul)
		return too_long ? -EM_E_TOO_LARGE : -EM_E_INVALID;
	lines_decode(l, len);
	return 1;
}

/* --------------------------------------------------------------- splitting */

/* Takes a quoted field at p (its opening quote); returns what is behind it. */
static char *
lines_unquote(char *p, char **field_r)
{
	char *out = p + 1;

	*field_r = out;
	for (p++; *p != '\0'; p++) {
		if (*p == '"' && p[1] != '"')
			break;
		p += *p == '"';
		*out++ = *p;
	}
	p += *p == '"';
	*out = '\0';
	return p;
}

size_t
lines_split(char *line, char separator, bool quoted, char **fields_r, size_t max)
{
	const char separators[] = {separator, '\0'};
	char *p = line;
	size_t n = 0;

	for (;;) {
		char *field, *end, *tail;
		bool last;

		p += strspn(p, " \t");
		field = p;
		if (quoted && *p == '"')
			p = lines_unquote(p, &field);
		end = tail = p + strcspn(p, separators);
		last = *end == '\0';
		while (field == p && tail > p && (tail[-1] == ' ' || tail[-1] == '\t'))
			tail--;
		*end = '\0';
		if (field == p)
			*tail = '\0';
		if (n < max)
			fields_r[n] = field;
		n++;
		if (last)
			return n;
		p = end + 1;
	}
}
