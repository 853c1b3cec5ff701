/* SPDX-License-Identifier: MIT */
/*
 * UTF-8: strict decoding, columns, what may reach a terminal, folding.
 */
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <uniwidth.h>

#include "common/mem.h"

#define TEXT_REPLACEMENT 0xfffdu
/* More marks than this on one base character is an attack on the layout. */
#define TEXT_MARKS_MAX 4

struct range {
	uint32_t first, last;
};

/* C-01: what ncurses or a terminal would interpret, or a reader not see. */
static const struct range text_unsafe[] = {
    {0x0000, 0x001f},
    {0x007f, 0x009f},
    {0x00ad, 0x00ad},
    {0x061c, 0x061c},
    {0x115f, 0x1160},
    {0x180e, 0x180e},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xd800, 0xf8ff},
    {0xfdd0, 0xfdef},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},
    {0xe0000, 0xe0fff},
    {0xf0000, 0x10ffff},
};

size_t
text_decode(const char *s, size_t len, uint32_t *cp_r)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t n;
	uint32_t cp;

	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*cp_r = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return 0;
	cp = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (p[i] & 0x3f);
	}
	if ((n == 3 && cp < 0x800) || (n == 4 && (cp < 0x10000 || cp > 0x10ffff)) ||
	    (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*cp_r = cp;
	return n;
}

size_t
text_encode(uint32_t cp, char out_r[4])
{
	if (cp < 0x80) {
		out_r[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out_r[0] = (char)(0xc0 | cp >> 6);
		out_r[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out_r[0] = (char)(0xe0 | cp >> 12);
		out_r[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out_r[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out_r[0] = (char)(0xf0 | cp >> 18);
	out_r[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out_r[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out_r[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

bool
text_is_utf8(const char *s, size_t len)
{
	uint32_t cp;

	while (len > 0) {
		size_t n = text_decode(s, len, &cp);

		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

size_t
text_count(const char *s, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((uint8_t)s[i] & 0xc0) != 0x80;
	return count;
}

int
text_cp_width(uint32_t cp)
{
	if (cp >= 0x20 && cp < 0x7f)
		return 1;
	return uc_width(cp, "UTF-8");
}

size_t
text_width(const char *s)
{
	size_t width;

	text_fit(s, SIZE_MAX, &width);
	return width;
}

size_t
text_fit(const char *s, size_t columns, size_t *width_r)
{
	size_t len = strlen(s), used = 0, width = 0;

	while (used < len) {
		uint32_t cp;
		size_t n = text_decode(s + used, len - used, &cp);
		int w = n == 0 ? 1 : text_cp_width(cp);

		if (w > 0 && (size_t)w > columns - width)
			break;
		width += w > 0 ? (size_t)w : 0;
		used += n == 0 ? 1 : n;
	}
	*width_r = width;
	return used;
}

bool
text_cp_is_safe(uint32_t cp)
{
	if (cp >= 0x20 && cp < 0x7f)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(text_unsafe); i++) {
		if (cp >= text_unsafe[i].first && cp <= text_unsafe[i].last)
			return false;
	}
	return (cp & 0xfffe) != 0xfffe;
}

size_t
text_sanitise(const char *s, size_t len, bool keep_lines, char *out_r)
{
	size_t out = 0;
	unsigned marks = TEXT_MARKS_MAX; /* none before the first base character */

	while (len > 0) {
		uint32_t cp;
		size_t n = text_decode(s, len, &cp);

		if (n == 0) {
			n = 1;
			cp = TEXT_REPLACEMENT;
		} else if (cp == '\n' || cp == '\t') {
			cp = cp == '\n' && keep_lines ? '\n' : ' ';
		} else if (!text_cp_is_safe(cp)) {
			cp = TEXT_REPLACEMENT;
		}
		s += n;
		len -= n;
		if (cp != '\n' && text_cp_width(cp) <= 0) {
			if (marks++ >= TEXT_MARKS_MAX)
				continue;
		} else {
			marks = cp == '\n' ? TEXT_MARKS_MAX : 0;
		}
		out += text_encode(cp, out_r + out);
	}
	out_r[out] = '\0';
	return out;
}

/* Blanks, hyphens and apostrophes all separate words. */
static bool
text_is_separator(uint32_t cp)
{
	return cp == '-' || cp == '\'' || cp == '_' || cp == 0x2019 ||
	       (cp >= 0x2010 && cp <= 0x2015) || uc_is_property_white_space(cp);
}

/* Letters that Unicode does not decompose but French, German and English
 * readers do. */
static const char *
text_expand(uint32_t cp)
{
	switch (cp) {
	case 0x0153:
		return "oe";
	case 0x00e6:
		return "ae";
	case 0x00f8:
		return "o";
	case 0x0142:
		return "l";
	case 0x0111:
		return "d";
	default:
		return NULL;
	}
}

static size_t
text_fold_ascii(const char *s, size_t len, char *out_r)
{
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (text_is_separator((uint8_t)c))
			c = ' ';
		if (c != ' ' || (out > 0 && out_r[out - 1] != ' '))
			out_r[out++] = c;
	}
	while (out > 0 && out_r[out - 1] == ' ')
		out--;
	out_r[out] = '\0';
	return out;
}

static bool
text_is_ascii(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((uint8_t)s[i] >= 0x80)
			return false;
	}
	return true;
}

size_t
text_fold(const char *s, size_t len, char *out_r)
{
	size_t max = 3 * len, out = 0, folded_len = 0;
	uint8_t *folded;

	if (text_is_ascii(s, len))
		return text_fold_ascii(s, len, out_r);
	folded = u8_casefold((const uint8_t *)s, len, NULL, UNINORM_NFKD, NULL, &folded_len);
	if (folded == NULL)
		return text_fold_ascii(s, len, out_r);
	for (size_t i = 0; i < folded_len;) {
		uint32_t cp;
		size_t n = text_decode((const char *)folded + i, folded_len - i, &cp);
		const char *more = text_expand(cp);
		char bytes[4];

		i += n == 0 ? 1 : n;
		if (n == 0 || uc_combining_class(cp) != 0)
			continue;
		if (text_is_separator(cp)) {
			more = out > 0 && out_r[out - 1] != ' ' ? " " : "";
			n = strlen(more);
		} else if (more != NULL) {
			n = strlen(more);
		} else {
			n = text_encode(cp, bytes);
			more = bytes;
		}
		if (out + n > max)
			break;
		memcpy(out_r + out, more, n);
		out += n;
	}
	free(folded);
	while (out > 0 && out_r[out - 1] == ' ')
		out--;
	out_r[out] = '\0';
	return out;
}

char *
text_nfc(const char *s, size_t len)
{
	size_t n = 0;
	uint8_t *nfc;
	char *copy;

	if (!text_is_utf8(s, len))
		return NULL;
	nfc = u8_normalize(UNINORM_NFC, (const uint8_t *)s, len, NULL, &n);
	if (nfc == NULL && n != 0)
		return NULL;
	copy = mem_new(n + 1);
	if (n > 0)
		memcpy(copy, nfc, n);
	free(nfc);
	return copy;
}

/* Copies the character at s, whatever its length. */
static int
text_first_len(const char *s)
{
	uint32_t cp;
	size_t n = text_decode(s, strlen(s), &cp);

	return n == 0 ? 0 : (int)n;
}

void
text_mask_email(const char *email, char *out_r, size_t out_len)
{
	const char *at = strrchr(email, '@');
	const char *dot = at == NULL ? NULL : strrchr(at, '.');

	if (at == NULL || at == email || dot == NULL) {
		snprintf(out_r, out_len, "•••••");
		return;
	}
	snprintf(out_r, out_len, "%.*s•••••@%.*s•••%.16s", text_first_len(email), email,
	    text_first_len(at + 1), at + 1, dot);
}

void
text_mask_mobile(const char *e164, char *out_r, size_t out_len)
{
	size_t len = strlen(e164);

	if (len < 6)
		snprintf(out_r, out_len, "••");
	else if (strncmp(e164, "+33", 3) == 0)
		snprintf(out_r, out_len, "0%c •• •• •• %s", e164[3], e164 + len - 2);
	else
		snprintf(out_r, out_len, "%.3s ••• ••• %s", e164, e164 + len - 2);
}
