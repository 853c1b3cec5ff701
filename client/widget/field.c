/* SPDX-License-Identifier: MIT */
/*
 * A line of input: UTF-8 in fixed locked memory, so a pasted megabyte fills
 * the field and no more. The cursor moves over a base character together with
 * its combining marks.
 */
#include "client/widget/field.h"

#include <string.h>

#include "client/widget/paint.h"
#include "common/text.h"

static const char field_date_pattern[] = "__/__/____";

void
field_init(struct field *f, enum field_kind kind, unsigned max_chars)
{
	*f = (struct field){.kind = kind, .max_chars = max_chars};
	f->store = secret_new(max_chars * 4 + 1);
	f->store.bytes[0] = '\0';
}

void
field_release(struct field *f)
{
	secret_free(&f->store);
	*f = (struct field){0};
}

void
field_clear(struct field *f)
{
	secret_wipe(f->store.bytes, f->store.len);
	f->len = f->cursor = f->first = 0;
	f->full = false;
	f->n_chars = 0;
}

static char *
field_bytes(const struct field *f)
{
	return (char *)f->store.bytes;
}

const char *
field_text(const struct field *f)
{
	return field_bytes(f);
}

bool
field_is_empty(const struct field *f)
{
	return f->len == 0;
}

/* ------------------------------------------------------------------ editing */

static bool
field_accepts(const struct field *f, uint32_t cp)
{
	switch (f->kind) {
	case FIELD_CODE:
	case FIELD_NUMBER:
		return cp >= '0' && cp <= '9';
	case FIELD_DATE:
		return (cp >= '0' && cp <= '9') || cp == '/' || cp == '.' || cp == '-';
	default:
		return cp < K_BASE && text_cp_is_safe(cp) && text_cp_width(cp) >= 0;
	}
}

static void
field_insert(struct field *f, uint32_t cp)
{
	char bytes[4];
	size_t n;

	if (!field_accepts(f, cp))
		return;
	if (f->n_chars >= f->max_chars) {
		f->full = true;
		return;
	}
	n = text_encode(cp, bytes);
	memmove(field_bytes(f) + f->cursor + n, field_bytes(f) + f->cursor, f->len - f->cursor + 1);
	memcpy(field_bytes(f) + f->cursor, bytes, n);
	f->cursor += n;
	f->len += n;
	f->n_chars++;
}

void
field_set(struct field *f, const char *text)
{
	size_t len = strlen(text);

	field_clear(f);
	while (len > 0) {
		uint32_t cp;
		size_t n = text_decode(text, len, &cp);

		if (n == 0)
			break;
		field_insert(f, cp);
		text += n;
		len -= n;
	}
}

/* Width of the character at i; -1 at the end. */
static int
field_width_at(const struct field *f, size_t i)
{
	uint32_t cp;

	if (i >= f->len || text_decode(field_bytes(f) + i, f->len - i, &cp) == 0)
		return -1;
	return text_cp_width(cp);
}

static size_t
field_next(const struct field *f, size_t i)
{
	uint32_t cp;

	if (i >= f->len)
		return f->len;
	do {
		size_t n = text_decode(field_bytes(f) + i, f->len - i, &cp);

		i += n ? n : 1;
	} while (field_width_at(f, i) == 0);
	return i;
}

static size_t
field_previous(const struct field *f, size_t i)
{
	while (i > 0) {
		do
			i--;
		while (i > 0 && ((unsigned char)field_bytes(f)[i] & 0xc0) == 0x80);
		if (field_width_at(f, i) != 0)
			break;
	}
	return i;
}

static void
field_delete(struct field *f, size_t from, size_t to)
{
	char *s = field_bytes(f);

	if (to <= from)
		return;
	memmove(s + from, s + to, f->len - to + 1);
	secret_wipe(s + f->len - (to - from) + 1, to - from);
	f->len -= to - from;
	f->n_chars = (unsigned)text_count(s, f->len);
	f->cursor = from;
}

/* What is typed or pasted first replaces what only stood there to be mended. */
static void
field_type(struct field *f, uint32_t cp)
{
	if (f->fresh && field_accepts(f, cp)) {
		field_clear(f);
		f->fresh = false;
	}
	field_insert(f, cp);
}

/* Beginning of the word before the cursor. */
static size_t
field_word(const struct field *f)
{
	size_t i = f->cursor;

	while (i > 0 && field_bytes(f)[i - 1] == ' ')
		i--;
	while (i > 0 && field_bytes(f)[i - 1] != ' ')
		i--;
	return i;
}

static bool
field_key(struct field *f, uint32_t key)
{
	switch (key) {
	case K_LEFT:
	case K_CTRL('b'):
		f->cursor = field_previous(f, f->cursor);
		return true;
	case K_RIGHT:
	case K_CTRL('f'):
		f->cursor = field_next(f, f->cursor);
		return true;
	case K_HOME:
	case K_CTRL('a'):
		f->cursor = 0;
		return true;
	case K_END:
	case K_CTRL('e'):
		f->cursor = f->len;
		return true;
	case K_BACKSPACE:
		field_delete(f, field_previous(f, f->cursor), f->cursor);
		return true;
	case K_DELETE:
	case K_CTRL('d'):
		field_delete(f, f->cursor, field_next(f, f->cursor));
		return true;
	case K_CTRL('u'):
		field_delete(f, 0, f->cursor);
		return true;
	case K_CTRL('k'):
		field_delete(f, f->cursor, f->len);
		return true;
	case K_CTRL('w'):
		field_delete(f, field_word(f), f->cursor);
		return true;
	default:
		break;
	}
	if (key < ' ' || key >= K_BASE)
		return false;
	field_type(f, key);
	return true;
}

bool
field_event(struct field *f, const struct event *ev)
{
	if (ev->type == EVENT_KEY) {
		bool used = field_key(f, ev->key);

		if (ev->key < ' ' || ev->key >= K_BASE)
			f->fresh = false; /* it is being mended */
		return used;
	}
	if (ev->type != EVENT_PASTE)
		return false;
	if (ev->key >= ' ' && ev->key < K_BASE)
		field_type(f, ev->key);
	return true;
}

/* ------------------------------------------------------------------ drawing */

static bool
field_is_hidden(const struct field *f)
{
	return (f->kind == FIELD_SECRET || f->kind == FIELD_CODE) && !f->reveal;
}

/* Columns of the characters in [from, to). */
static int
field_columns(const struct field *f, size_t from, size_t to)
{
	int columns = 0;

	for (size_t i = from; i < to; i = field_next(f, i))
		columns += field_is_hidden(f) ? 1 : field_width_at(f, i);
	return columns;
}

/* Moves the part that is shown until the cursor is in it. */
static void
field_scroll(struct field *f, int room)
{
	/* where everything fits, the cursor may stand on the bracket */
	if ((int)f->max_chars <= room)
		room++;
	if (f->first > f->cursor)
		f->first = f->cursor;
	while (field_columns(f, f->first, f->cursor) >= room)
		f->first = field_next(f, f->first);
	while (f->first > 0 && field_columns(f, field_previous(f, f->first), f->len) < room)
		f->first = field_previous(f, f->first);
}

/* Whether what is typed still fits the pattern day/month/year. */
static bool
field_fits_pattern(const struct field *f)
{
	const char *s = field_text(f);

	if (f->kind != FIELD_DATE || f->len >= sizeof(field_date_pattern))
		return false;
	for (size_t i = 0; i < f->len; i++) {
		bool mark = field_date_pattern[i] == '/';

		if (mark != (s[i] < '0' || s[i] > '9'))
			return false;
	}
	return true;
}

static void
field_draw_line(struct field *f, int y, int x, int w, bool focused)
{
	enum style style = focused ? STYLE_FOCUS : STYLE_FIELD;
	int room = w - 2;
	int at = x + 1;
	int end = x + w - 1;

	field_scroll(f, room);
	paint_text(y, x, 1, style, "[");
	for (size_t i = f->first; i < f->len && at < end;) {
		size_t next = field_next(f, i);

		if (focused && i == f->cursor)
			paint_cursor(y, at);
		if (field_is_hidden(f))
			at += paint_text(y, at, 1, style, "•");
		else
			at += paint_bytes(y, at, end - at, style, field_text(f) + i, next - i);
		i = next;
	}
	if (focused && f->cursor == f->len)
		paint_cursor(y, at < end || (int)f->max_chars <= room ? at : end - 1);
	if (field_fits_pattern(f) && f->first == 0)
		at += paint_bytes(y, at, end - at, style, field_date_pattern + f->len,
		    sizeof(field_date_pattern) - 1 - f->len);
	while (at < end)
		at += paint_text(y, at, 1, style, "_");
	paint_text(y, end, 1, style, "]");
}

/* A number stands at the right end, without underscores. */
static void
field_draw_number(struct field *f, int y, int x, int w, bool focused)
{
	enum style style = focused ? STYLE_FOCUS : STYLE_FIELD;
	int room = w - 2;
	int len = (int)f->len < room ? (int)f->len : room;
	int at = x + 1 + room - len;

	f->fresh = f->fresh || !focused;
	paint_fill(y, x, w, style);
	paint_text(y, x, 1, style, "[");
	paint_bytes(y, at, len, style, field_text(f), (size_t)len);
	paint_text(y, x + w - 1, 1, style, "]");
	at += (int)f->cursor;
	if (focused)
		paint_cursor(y, at < x + w - 1 ? at : x + w - 2);
}

void
field_draw(struct field *f, int y, int x, int w, bool focused)
{
	if (f->kind == FIELD_NUMBER) {
		field_draw_number(f, y, x, w, focused);
		return;
	}
	field_draw_line(f, y, x, w, focused);
}

void
field_click(struct field *f, int at)
{
	size_t i = f->first;
	int column = 1;

	while (i < f->len && column < at) {
		column += field_is_hidden(f) ? 1 : field_width_at(f, i);
		i = field_next(f, i);
	}
	f->cursor = i;
}
