/* SPDX-License-Identifier: MIT */
/*
 * Wrapping of running text.
 */
#include "client/widget/wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"

#define WRAP_STEP	 32
#define WRAP_ADDRESS_MAX 64 /* bytes on each side of a hyphen that are looked at */
#define WRAP_PART_BACK	 6  /* bytes that a line may be shorter for a syllable's sake */
#define WRAP_PART_LEAST	 3  /* bytes of the word that stay in it */

static void
wrap_add(struct wrap *w, size_t offset, size_t len, size_t indent)
{
	if (w->n % WRAP_STEP == 0)
		w->lines = mem_grow(w->lines, w->n + WRAP_STEP, sizeof(*w->lines));
	w->lines[w->n++] = (struct wrap_line){.offset = offset, .len = len, .indent = indent};
}

static bool
wrap_is_closer(uint32_t cp)
{
	return cp == ':' || cp == ';' || cp == '?' || cp == '!' || cp == '%' || cp == 0xbb;
}

/* Whether a line may end at the blank at s[i]. */
static bool
wrap_may_break(const char *s, size_t len, size_t i, uint32_t before)
{
	uint32_t after = 0;
	size_t next = i;

	while (next < len && s[next] == ' ')
		next++;
	if (next < len)
		text_decode(s + next, len - next, &after);
	return before != 0xab && !wrap_is_closer(after);
}

/* Whether s[i] stands in an address: "www.e-mage.org" is no double word. */
static bool
wrap_is_address(const char *s, size_t len, size_t i)
{
	size_t from = i, to = i;

	while (from > 0 && i - from < WRAP_ADDRESS_MAX && s[from - 1] != ' ')
		from--;
	while (to < len && to - i < WRAP_ADDRESS_MAX && s[to] != ' ' && s[to] != '\n')
		to++;
	for (size_t at = from; at + 1 < to; at++)
		if (s[at] == '@' || s[at] == '/' || (s[at] == '.' && s[at + 1] != '.'))
			return true;
	return false;
}

/* Whether a line may end behind a hyphen: "Jean-|Paul", not "10-12" or "--". */
static bool
wrap_is_double_word(uint32_t before, uint32_t hyphen, uint32_t after)
{
	return hyphen == '-' && before != 0 && before != ' ' && before != '-' && after != ' ' &&
	       after != '-' && (after < '0' || after > '9');
}

static bool
wrap_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Letters beyond ASCII are nearly all vowels in the languages here. */
static bool
wrap_is_vowel(char c)
{
	return (unsigned char)c >= 0x80 || (c != '\0' && strchr("aeiouyAEIOUY", c) != NULL);
}

/* Whether a syllable begins at s[i]: a consonant before a vowel, "diag|nostic",
 * which is none of the second letters of "ch", "ck", "ph", "sh", "th". */
static bool
wrap_is_syllable(const char *s, size_t len, size_t i)
{
	return i + 1 < len && wrap_is_letter(s[i - 1]) && wrap_is_letter(s[i]) &&
	       !wrap_is_vowel(s[i]) && wrap_is_vowel(s[i + 1]) && strchr("hHkK", s[i]) == NULL;
}

/* Where a word too long for a line is parted: at a syllable close before s[i], else
 * there. */
static size_t
wrap_part(const char *s, size_t len, size_t i)
{
	for (size_t at = i; at >= WRAP_PART_LEAST && i - at <= WRAP_PART_BACK; at--) {
		if (!wrap_is_letter(s[at]) || !wrap_is_letter(s[at - 1]))
			break;
		if (wrap_is_syllable(s, len, at))
			return at;
	}
	return i;
}

/* The longest front of s that makes one line; *next_r: where the next begins. */
static size_t
wrap_line_len(const char *s, size_t len, size_t columns, size_t *next_r)
{
	size_t column = 0;
	size_t break_at = 0;
	bool in_indent = true;
	uint32_t before = 0, before_that = 0;
	size_t i = 0;

	while (i < len) {
		uint32_t cp = 0xfffd;
		size_t n = text_decode(s + i, len - i, &cp);
		int width = text_cp_width(cp);

		n = n ? n : 1;
		width = width < 0 ? 1 : width;
		if (cp == ' ' && !in_indent && before != ' ' && wrap_may_break(s, len, i, before))
			break_at = i;
		if (wrap_is_double_word(before_that, before, cp) && !wrap_is_address(s, len, i))
			break_at = i;
		if (cp != ' ')
			in_indent = false;
		if (column + (size_t)width > columns && i > 0)
			break;
		column += (size_t)width;
		before_that = before;
		before = cp;
		i += n;
	}
	if (i >= len) {
		*next_r = len;
		return len;
	}
	i = break_at > 0 ? break_at : wrap_part(s, len, i);
	*next_r = i;
	while (*next_r < len && s[*next_r] == ' ')
		(*next_r)++;
	return i;
}

void
wrap_text(const char *text, size_t len, size_t columns, struct wrap *w_r)
{
	wrap_list(text, len, columns, 0, w_r);
}

void
wrap_list(const char *text, size_t len, size_t columns, size_t hang, struct wrap *w_r)
{
	size_t start = 0;

	*w_r = (struct wrap){0};
	columns = columns > 0 ? columns : 1;
	hang = columns >= 2 * hang ? hang : 0;
	while (start < len) {
		const char *end = memchr(text + start, '\n', len - start);
		size_t stop = end ? (size_t)(end - text) : len;
		size_t more = text[start] == ' ' ? hang : 0;
		size_t indent = 0;

		do {
			size_t next;
			size_t n =
			    wrap_line_len(text + start, stop - start, columns - indent, &next);

			wrap_add(w_r, start, n, indent);
			indent = more;
			start += next;
		} while (start < stop);
		start = stop + 1;
	}
}

void
wrap_release(struct wrap *w)
{
	free(w->lines);
	*w = (struct wrap){0};
}

int
wrap_draw(const struct area *a, enum style style, const char *text)
{
	struct wrap w;
	int rows = 0;

	if (a->w <= 0)
		return 0;
	wrap_text(text, strlen(text), (size_t)a->w, &w);
	for (size_t i = 0; i < w.n && rows < a->h; i++, rows++)
		paint_bytes(
		    a->y + rows, a->x, a->w, style, text + w.lines[i].offset, w.lines[i].len);
	wrap_release(&w);
	return rows;
}

int
wrap_rows(int columns, const char *text)
{
	struct wrap w;
	int rows;

	wrap_text(text, strlen(text), columns > 0 ? (size_t)columns : 1, &w);
	rows = (int)w.n;
	wrap_release(&w);
	return rows;
}
