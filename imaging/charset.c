/* SPDX-License-Identifier: MIT */
/*
 * Character repertoires of DICOM to UTF-8. The C library converts; switching
 * between repertoires inside a value is done here, since none of the
 * converters at hand does it the way DICOM wants.
 */
#include "imaging/charset.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/text.h"

enum charset_id {
	CS_NONE, /* ASCII, or a guess */
	CS_LATIN1,
	CS_LATIN2,
	CS_LATIN3,
	CS_LATIN4,
	CS_CYRILLIC,
	CS_ARABIC,
	CS_GREEK,
	CS_HEBREW,
	CS_LATIN5,
	CS_LATIN9,
	CS_THAI,
	CS_KATAKANA,
	CS_KANJI,
	CS_KANJI_MORE,
	CS_HANGUL,
	CS_HANZI,
	CS_UTF8,
	CS_GB18030,
	CS_GBK,
	CS_WINDOWS,
	N_CHARSETS,
};

struct charset_row {
	const char *number;  /* behind "ISO_IR " or "ISO 2022 IR ", or the whole term */
	const char *iconv;   /* converter of its bytes */
	const char *escapes; /* that select it, "" = none; separated by a blank */
	bool two_bytes;
	bool into_g0; /* its bytes are below 0x80 */
};

/* clang-format off */
#define ROW(id, nr, name, esc, ...) \
	[CS_##id] = {.number = nr, .iconv = name, .escapes = esc, __VA_ARGS__}
static const struct charset_row CHARSETS[N_CHARSETS] = {
    ROW(NONE, "6", "", "(B (J", .into_g0 = true),
    ROW(LATIN1, "100", "ISO-8859-1", "-A"),
    ROW(LATIN2, "101", "ISO-8859-2", "-B"),
    ROW(LATIN3, "109", "ISO-8859-3", "-C"),
    ROW(LATIN4, "110", "ISO-8859-4", "-D"),
    ROW(CYRILLIC, "144", "ISO-8859-5", "-L"),
    ROW(ARABIC, "127", "ISO-8859-6", "-G"),
    ROW(GREEK, "126", "ISO-8859-7", "-F"),
    ROW(HEBREW, "138", "ISO-8859-8", "-H"),
    ROW(LATIN5, "148", "ISO-8859-9", "-M"),
    ROW(LATIN9, "203", "ISO-8859-15", "-b"),
    ROW(THAI, "166", "TIS-620", "-T"),
    ROW(KATAKANA, "13", "SHIFT_JIS", ")I"),
    ROW(KANJI, "87", "EUC-JP", "$B", .two_bytes = true, .into_g0 = true),
    ROW(KANJI_MORE, "159", "EUC-JP", "$(D", .two_bytes = true, .into_g0 = true),
    ROW(HANGUL, "149", "EUC-KR", "$)C", .two_bytes = true),
    ROW(HANZI, "58", "EUC-CN", "$)A", .two_bytes = true),
    ROW(UTF8, "192", "", ""),
    ROW(GB18030, "GB18030", "GB18030", ""),
    ROW(GBK, "GBK", "GBK", ""),
    ROW(WINDOWS, "", "WINDOWS-1252", ""),
};
#undef ROW
/* clang-format on */

static iconv_t converters[N_CHARSETS];

static const char UNREADABLE[] = "\xef\xbf\xbd";

/* A character of each converter makes the C library load all it needs now. */
static int
charset_warm(enum charset_id id)
{
	char in[] = "A", out[8];
	char *in_at = in, *out_at = out;
	size_t in_left = 1, out_left = sizeof(out);

	converters[id] = iconv_open("UTF-8", CHARSETS[id].iconv);
	if (converters[id] == (iconv_t)-1)
		return -EM_E_CONFIG;
	if (iconv(converters[id], &in_at, &in_left, &out_at, &out_left) == (size_t)-1)
		return -EM_E_CONFIG;
	return 0;
}

int
charset_init(void)
{
	for (unsigned i = 0; i < N_CHARSETS; i++) {
		if (CHARSETS[i].iconv[0] != '\0' && charset_warm((enum charset_id)i) < 0)
			return -EM_E_CONFIG;
	}
	return 0;
}

static enum charset_id
charset_by_term(const char *term, size_t len)
{
	static const char *const PREFIXES[] = {"ISO_IR ", "ISO 2022 IR ", "ISO-IR ", "ISO_IR_", ""};
	size_t n;

	for (size_t p = 0; p < ARRAY_LEN(PREFIXES); p++) {
		n = strlen(PREFIXES[p]);
		if (len <= n || memcmp(term, PREFIXES[p], n) != 0)
			continue;
		for (unsigned i = 0; i < N_CHARSETS; i++) {
			if (strlen(CHARSETS[i].number) == len - n &&
			    memcmp(CHARSETS[i].number, term + n, len - n) == 0)
				return (enum charset_id)i;
		}
	}
	return CS_NONE;
}

void
charset_parse(const char *value, size_t len, struct charset *cs_r)
{
	const char *end = value + len, *stop;
	size_t n;

	*cs_r = (struct charset){0};
	while (value < end && cs_r->n < CHARSET_VALUES) {
		stop = memchr(value, '\\', (size_t)(end - value));
		if (stop == NULL)
			stop = end;
		while (value < stop && *value == ' ')
			value++;
		n = (size_t)(stop - value);
		while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\0'))
			n--;
		cs_r->values[cs_r->n++] = (uint8_t)charset_by_term(value, n);
		value = stop + 1;
	}
}

/* Converts a run in one repertoire; each byte that cannot be read becomes U+FFFD. */
static int
charset_run(struct buf *out, enum charset_id id, const char *s, size_t len)
{
	iconv_t cd = converters[id];
	char *in = (char *)(uintptr_t)s;
	char *start, *at;
	size_t room;
	int rc = 0;

	iconv(cd, NULL, NULL, NULL, NULL);
	while (len > 0 && rc == 0) {
		room = len * 4 + 16;
		start = at = (char *)buf_reserve(out, room);
		if (start == NULL)
			return -EM_E_TOO_LARGE;
		iconv(cd, &in, &len, &at, &room);
		buf_commit(out, (size_t)(at - start));
		if (len == 0)
			break;
		rc = buf_append(out, UNREADABLE, strlen(UNREADABLE));
		in++;
		len--;
	}
	return rc;
}

static int
charset_utf8_run(struct buf *out, const char *s, size_t len)
{
	uint32_t cp;
	size_t n;
	int rc;

	for (size_t i = 0; i < len; i += n) {
		n = text_decode(s + i, len - i, &cp);
		rc = n > 0 ? buf_append(out, s + i, n)
			   : buf_append(out, UNREADABLE, strlen(UNREADABLE));
		if (rc < 0)
			return rc;
		if (n == 0)
			n = 1;
	}
	return 0;
}

/* What the escapes have selected. */
struct charset_state {
	enum charset_id g0, g1;
};

static struct charset_state
charset_initial(const struct charset *cs)
{
	enum charset_id first = cs->n > 0 ? (enum charset_id)cs->values[0] : CS_NONE;
	struct charset_state st = {.g0 = CS_NONE, .g1 = first};

	if (CHARSETS[first].into_g0)
		st.g1 = CS_NONE;
	return st;
}

/* The escape sequence behind ESC at s: its length, 0 when it is none of ours. */
static size_t
charset_escape(const char *s, size_t len, struct charset_state *st)
{
	const char *e;
	size_t n;

	for (unsigned i = 0; i < N_CHARSETS; i++) {
		for (e = CHARSETS[i].escapes; *e != '\0'; e += n + (e[n] == ' ')) {
			n = strcspn(e, " ");
			if (n > len || memcmp(e, s, n) != 0)
				continue;
			if (CHARSETS[i].into_g0)
				st->g0 = (enum charset_id)i;
			else
				st->g1 = (enum charset_id)i;
			return n;
		}
	}
	return 0;
}

/* One character of a switched repertoire; returns the bytes it took. */
static size_t
charset_one(struct buf *out, const struct charset_state *st, const char *s, size_t len)
{
	bool high = (s[0] & 0x80) != 0;
	enum charset_id id = high ? st->g1 : st->g0;
	char c[3];
	size_t n = 0;

	if (id == CS_NONE) {
		if (high)
			charset_run(out, CS_WINDOWS, s, 1);
		else
			buf_append(out, s, 1);
		return 1;
	}
	if (!CHARSETS[id].two_bytes) {
		charset_run(out, id, s, 1);
		return 1;
	}
	if (len < 2) {
		buf_append(out, UNREADABLE, strlen(UNREADABLE));
		return 1;
	}
	/* the EUC form is the same bytes with the high bit set */
	if (id == CS_KANJI_MORE)
		c[n++] = (char)0x8f;
	c[n++] = (char)(s[0] | 0x80);
	c[n++] = (char)(s[1] | 0x80);
	charset_run(out, id, c, n);
	return 2;
}

static bool
charset_resets(char c, bool is_name)
{
	return (c >= 0 && c < 0x20 && c != 0x1b) || c == '\\' ||
	       (is_name && (c == '^' || c == '='));
}

static int
charset_switched(struct buf *out, const struct charset *cs, bool is_name, const char *s, size_t len)
{
	struct charset_state first = charset_initial(cs), st = first;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = 1;
		if (s[i] == 0x1b) {
			n = 1 + charset_escape(s + i + 1, len - i - 1, &st);
			continue;
		}
		if (st.g0 == CS_NONE && charset_resets(s[i], is_name))
			st = first;
		/* a line always ends what a careless writer left selected */
		if (s[i] == '\n' || s[i] == '\r')
			st = first;
		n = charset_one(out, &st, s + i, len - i);
	}
	return 0;
}

static int
charset_convert(struct buf *out, const struct charset *cs, bool is_name, const char *s, size_t len)
{
	enum charset_id id = cs->n > 0 ? (enum charset_id)cs->values[0] : CS_NONE;

	if (id == CS_UTF8)
		return charset_utf8_run(out, s, len);
	if (id == CS_GB18030 || id == CS_GBK)
		return charset_run(out, id, s, len);
	if (cs->n > 1 || memchr(s, 0x1b, len) != NULL)
		return charset_switched(out, cs, is_name, s, len);
	if (id == CS_NONE && text_is_utf8(s, len))
		return buf_append(out, s, len);
	if (CHARSETS[id].iconv[0] == '\0' || CHARSETS[id].two_bytes)
		id = CS_WINDOWS;
	return charset_run(out, id, s, len);
}

static size_t
charset_put(char *out, size_t n, const char *s, size_t len)
{
	memcpy(out + n, s, len);
	return n + len;
}

/* Control characters out, line ends to "\n", blanks at both ends out. */
static char *
charset_clean(struct arena *a, const char *s, size_t len, bool keep_lines)
{
	char *out = arena_alloc(a, len + 1);
	uint32_t cp;
	size_t n = 0, step, from = 0;

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < len; i += step) {
		step = text_decode(s + i, len - i, &cp);
		if (step == 0)
			step = 1;
		else if (cp == '\r' && i + 1 < len && s[i + 1] == '\n')
			continue;
		else if (cp == '\n' || cp == '\r' || cp == '\f')
			out[n++] = keep_lines ? '\n' : ' ';
		else if (cp == '\t')
			out[n++] = ' ';
		else if (cp >= 0x20 && (cp < 0x7f || cp > 0x9f))
			n = charset_put(out, n, s + i, step);
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\n'))
		n--;
	while (from < n && (out[from] == ' ' || out[from] == '\n') && !keep_lines)
		from++;
	out[n] = '\0';
	return out + from;
}

char *
charset_to_utf8(struct arena *a, const struct charset *cs, bool is_name, bool keep_lines,
    const char *s, size_t len)
{
	struct buf out;
	char *composed = NULL, *clean = NULL;

	while (len > 0 && s[len - 1] == '\0')
		len--;
	if (len == 0)
		return arena_strdup(a, "");
	buf_init(&out, len * 8 + 64);
	if (charset_convert(&out, cs, is_name, s, len) == 0 && out.len > 0)
		composed = text_nfc((const char *)buf_bytes(&out), out.len);
	if (composed != NULL)
		clean = charset_clean(a, composed, strlen(composed), keep_lines);
	else
		clean = arena_strdup(a, "");
	free(composed);
	buf_release(&out);
	return clean;
}
