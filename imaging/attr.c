/* SPDX-License-Identifier: MIT */
/*
 * Attributes: text, names, dates, numbers.
 */
#include "imaging/attr.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/text.h"

#define TAG_CHARSET  DICOM_TAG(0x0008, 0x0005)
#define TAG_TIMEZONE DICOM_TAG(0x0008, 0x0201)
#define TAG_MEANING  DICOM_TAG(0x0008, 0x0104)
#define STRING_CHARS 256u

/* "+0100" to minutes. */
static bool
attr_offset(const char *s, int *minutes_r)
{
	int h, m;

	if ((s[0] != '+' && s[0] != '-') || sscanf(s + 1, "%2d%2d", &h, &m) != 2)
		return false;
	*minutes_r = (s[0] == '-' ? -1 : 1) * (h * 60 + m);
	return h >= 0 && h <= 14 && m >= 0 && m < 60;
}

struct attr
attr_inside(const struct attr *at, const struct dicom_item *item)
{
	struct attr inner = *at;
	const char *s;
	size_t len;

	if (dicom_text(item, TAG_CHARSET, &s, &len))
		charset_parse(s, len, &inner.charset);
	return inner;
}

void
attr_init(struct attr *at, struct arena *a, const struct dicom_item *ds)
{
	*at = (struct attr){.a = a};
	*at = attr_inside(at, ds);
	at->has_offset = attr_offset(attr_string(at, ds, TAG_TIMEZONE), &at->offset_min);
}

static const char *
attr_or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

/* At most STRING_CHARS characters of s. */
static const char *
attr_cut(struct arena *a, const char *s, size_t len)
{
	size_t n = 0, step;
	uint32_t cp;

	for (unsigned i = 0; i < STRING_CHARS && n < len; i++) {
		step = text_decode(s + n, len - n, &cp);
		n += step == 0 ? 1 : step;
	}
	while (n > 0 && s[n - 1] == ' ')
		n--;
	while (n > 0 && *s == ' ') {
		s++;
		n--;
	}
	return attr_or_empty(arena_strndup(a, s, n));
}

const char *
attr_string_at(const struct attr *at, const struct dicom_item *item, uint32_t tag, unsigned i)
{
	const char *raw, *s, *stop;
	size_t len;

	if (!dicom_text(item, tag, &raw, &len))
		return "";
	s = charset_to_utf8(at->a, &at->charset, false, false, raw, len);
	for (; s != NULL; s = stop == NULL ? NULL : stop + 1) {
		stop = strchr(s, '\\');
		if (i-- == 0)
			return attr_cut(at->a, s, stop == NULL ? strlen(s) : (size_t)(stop - s));
	}
	return "";
}

const char *
attr_string(const struct attr *at, const struct dicom_item *item, uint32_t tag)
{
	return attr_string_at(at, item, tag, 0);
}

const char *
attr_long_text(const struct attr *at, const struct dicom_item *item, uint32_t tag)
{
	const char *raw;
	size_t len;

	if (!dicom_text(item, tag, &raw, &len))
		return "";
	return attr_or_empty(charset_to_utf8(at->a, &at->charset, false, true, raw, len));
}

const char *
attr_name(const struct attr *at, const struct dicom_item *item, uint32_t tag)
{
	const char *raw, *s;
	size_t len;

	if (!dicom_text(item, tag, &raw, &len))
		return "";
	s = charset_to_utf8(at->a, &at->charset, true, false, raw, len);
	if (s == NULL)
		return "";
	s += strspn(s, "=^ ");
	len = strcspn(s, "=\\");
	while (len > 0 && (s[len - 1] == '^' || s[len - 1] == ' '))
		len--;
	return attr_cut(at->a, s, len);
}

const char *
attr_spoken_name(const struct attr *at, const struct dicom_item *item, uint32_t tag)
{
	enum { FAMILY, GIVEN, MIDDLE, PREFIX, SUFFIX, N_PARTS };
	static const int ORDER[] = {PREFIX, GIVEN, MIDDLE, FAMILY, SUFFIX};
	const char *s = attr_name(at, item, tag), *parts[N_PARTS];
	size_t lens[N_PARTS], n = 0;
	char *out = arena_alloc(at->a, strlen(s) + N_PARTS + 1);

	if (out == NULL)
		return "";
	for (int i = 0; i < N_PARTS; i++) {
		parts[i] = s;
		lens[i] = strcspn(s, "^");
		s += lens[i] + (s[lens[i]] == '^');
	}
	for (size_t i = 0; i < ARRAY_LEN(ORDER); i++) {
		if (lens[ORDER[i]] == 0)
			continue;
		if (n > 0)
			out[n++] = ' ';
		memcpy(out + n, parts[ORDER[i]], lens[ORDER[i]]);
		n += lens[ORDER[i]];
	}
	out[n] = '\0';
	return out;
}

const char *
attr_uid(const struct attr *at, const struct dicom_item *item, uint32_t tag)
{
	const char *s;
	size_t len;

	if (!dicom_text(item, tag, &s, &len))
		return "";
	while (len > 0 && (s[len - 1] == '\0' || s[len - 1] == ' '))
		len--;
	if (len == 0 || len > 64)
		return "";
	for (size_t i = 0; i < len; i++)
		if (strchr("0123456789.", s[i]) == NULL || s[i] == '\0')
			return "";
	return attr_or_empty(arena_strndup(at->a, s, len));
}

const char *
attr_code_meaning(const struct attr *at, const struct dicom_item *item, uint32_t sequence)
{
	const struct dicom_item *code = dicom_item_at(item, sequence, 0);

	return code == NULL ? "" : attr_string(at, code, TAG_MEANING);
}

/* Digits of s from `at`, as a number; -1 when there are fewer. */
static int
attr_digits(const char *s, size_t from, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		/* s is a string: stops at its end */
		if (s[from + i] < '0' || s[from + i] > '9')
			return -1;
		v = v * 10 + (s[from + i] - '0');
	}
	return v;
}

static bool
attr_is_date(int y, int m, int d)
{
	static const int DAYS[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	if (y < 1800 || m < 1 || m > 12 || d < 1 || d > DAYS[m - 1])
		return false;
	return m != 2 || d != 29 || leap;
}

uint32_t
attr_date(const struct attr *at, const struct dicom_item *item, uint32_t tag)
{
	const char *s = attr_string(at, item, tag);
	bool dots = strlen(s) == 10 && s[4] == '.' && s[7] == '.'; /* before 1993 */
	int y, m, d;

	if (strlen(s) < 8)
		return 0;
	y = attr_digits(s, 0, 4);
	m = attr_digits(s, dots ? 5 : 4, 2);
	d = attr_digits(s, dots ? 8 : 6, 2);
	return attr_is_date(y, m, d) ? (uint32_t)(y * 10000 + m * 100 + d) : 0;
}

uint32_t
attr_time(const struct attr *at, const struct dicom_item *item, uint32_t tag)
{
	const char *s = attr_string(at, item, tag);
	size_t step = strlen(s) >= 8 && s[2] == ':' ? 3 : 2;
	int h, m = 0, sec = 0;

	if (strlen(s) < 2)
		return 0;
	h = attr_digits(s, 0, 2);
	if (strlen(s) >= step + 2)
		m = attr_digits(s, step, 2);
	if (strlen(s) >= 2 * step + 2)
		sec = attr_digits(s, 2 * step, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59)
		return 0;
	return (uint32_t)(h * 10000 + m * 100 + sec);
}

int64_t
attr_datetime_ms(const struct attr *at, const struct dicom_item *item, uint32_t tag)
{
	const char *s = attr_string(at, item, tag);
	int y, mo, d, h = 0, mi = 0, sec = 0, offset = at->offset_min;
	bool has_offset = at->has_offset;
	size_t n = strspn(s, "0123456789");
	struct clock_civil paris;
	int64_t ms;

	if (n < 8)
		return 0;
	y = attr_digits(s, 0, 4);
	mo = attr_digits(s, 4, 2);
	d = attr_digits(s, 6, 2);
	if (n >= 10)
		h = attr_digits(s, 8, 2);
	if (n >= 12)
		mi = attr_digits(s, 10, 2);
	if (n >= 14)
		sec = attr_digits(s, 12, 2);
	if (!attr_is_date(y, mo, d) || y < 1970 || h > 23 || mi > 59 || sec > 59)
		return 0;
	s += strcspn(s, "+-");
	if (*s != '\0')
		has_offset = attr_offset(s, &offset);
	ms = clock_from_paris(y, mo, d, h, mi, sec);
	if (!has_offset)
		return ms;
	/* as if UTC, then the written offset */
	paris = clock_paris(ms);
	return ms + ((int64_t)paris.offset_min - offset) * 60000;
}

double
attr_number(const struct dicom_item *item, uint32_t tag, double otherwise)
{
	double v;

	if (dicom_numbers(item, tag, &v, 1) == 0 || !isfinite(v))
		return otherwise;
	return v;
}

bool
attr_vector(const struct dicom_item *item, uint32_t tag, double *v_r, size_t n)
{
	if (dicom_numbers(item, tag, v_r, n) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(v_r[i]))
			return false;
	return true;
}
