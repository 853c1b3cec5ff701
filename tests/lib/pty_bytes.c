/* SPDX-License-Identifier: MIT */
/*
 * Sorts what a program sends to a terminal by what it is for.
 */
#include "tests/lib/pty_bytes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"

#define BYTES_SHIFT_OUT '\016'
#define BYTES_SHIFT_IN	'\017'

static const char *const bytes_names[N_PTY_BYTES] = {
    [PTY_BYTE_TEXT] = "text",
    [PTY_BYTE_BLANK] = "blank",
    [PTY_BYTE_RULE] = "rule",
    [PTY_BYTE_MOVE] = "move",
    [PTY_BYTE_LOOK] = "look",
    [PTY_BYTE_ERASE] = "erase",
    [PTY_BYTE_OTHER] = "other",
};

/* Final bytes of control sequences. */
static const struct {
	const char *finals;
	enum pty_byte kind;
} bytes_finals[] = {
    {"ABCDEFGHdf`a", PTY_BYTE_MOVE},
    {"m", PTY_BYTE_LOOK},
    {"JKXP@LM", PTY_BYTE_ERASE},
};

struct bytes_scan {
	bool lines; /* the set of line drawing is in use */
	size_t *counts;
};

/* ESC and what belongs to it; its length, never more than there is. */
static size_t
bytes_escape(struct bytes_scan *s, const char *at, size_t len)
{
	enum pty_byte kind = PTY_BYTE_OTHER;
	size_t n = 2;

	if (len >= 3 && at[1] == '[') {
		while (n < len && (unsigned char)at[n] < 0x40)
			n++;
		for (size_t i = 0; n < len && i < ARRAY_LEN(bytes_finals); i++)
			if (strchr(bytes_finals[i].finals, at[n]))
				kind = bytes_finals[i].kind;
		n++;
	} else if (len >= 3 && (at[1] == '(' || at[1] == ')')) {
		kind = PTY_BYTE_LOOK;
		if (at[1] == '(')
			s->lines = at[2] == '0';
		n = 3;
	} else if (len >= 2 && strchr("78DEM", at[1])) {
		kind = PTY_BYTE_MOVE;
	}
	n = n < len ? n : len;
	s->counts[kind] += n;
	return n;
}

static size_t
bytes_blanks(struct bytes_scan *s, const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && at[n] == ' ')
		n++;
	s->counts[n > 1 ? PTY_BYTE_BLANK : PTY_BYTE_TEXT] += n;
	return n;
}

static size_t
bytes_character(struct bytes_scan *s, const char *at, size_t len)
{
	uint32_t cp = 0;
	size_t n = text_decode(at, len, &cp);
	bool is_rule = s->lines || (cp >= 0x2500 && cp < 0x2580);

	n = n ? n : 1;
	s->counts[is_rule ? PTY_BYTE_RULE : PTY_BYTE_TEXT] += n;
	return n;
}

void
pty_bytes_count(const char *bytes, size_t len, size_t counts[N_PTY_BYTES])
{
	struct bytes_scan s = {.counts = counts};

	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == 0x1B) {
			i += bytes_escape(&s, bytes + i, len - i);
		} else if (c == ' ') {
			i += bytes_blanks(&s, bytes + i, len - i);
		} else if (c == BYTES_SHIFT_OUT || c == BYTES_SHIFT_IN) {
			s.lines = c == BYTES_SHIFT_OUT;
			counts[PTY_BYTE_LOOK]++;
			i++;
		} else if (c < ' ') {
			counts[strchr("\r\n\b\t", c) ? PTY_BYTE_MOVE : PTY_BYTE_OTHER]++;
			i++;
		} else {
			i += bytes_character(&s, bytes + i, len - i);
		}
	}
}

void
pty_bytes_print(const size_t counts[N_PTY_BYTES], char *out, size_t out_len)
{
	size_t len = 0;

	for (size_t i = 0; i < N_PTY_BYTES && len < out_len; i++)
		if (counts[i] > 0)
			len += (size_t)snprintf(out + len, out_len - len, "%s%s %zu",
			    len > 0 ? ", " : "", bytes_names[i], counts[i]);
}
