/* SPDX-License-Identifier: MIT */
/*
 * Forms of values that come from outside.
 */
#include "server/handle/fields.h"

#include <string.h>

#include "common/clock.h"
#include "common/text.h"

#define EMAIL_MAX_BYTES 254u
#define UID_MAX_BYTES	64u
#define FINESS_LEN	9u
#define FIRST_DAY	18500101u

/* Characters of s, or SIZE_MAX when one of them cannot be shown. */
static size_t
fields_count(const char *s)
{
	size_t len = strlen(s), count = 0, n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = text_decode(s + i, len - i, &cp);
		if (n == 0 || !text_cp_is_safe(cp))
			return SIZE_MAX;
		count++;
	}
	return count;
}

bool
fields_line(const char *s, size_t min, size_t max)
{
	size_t len = strlen(s), count = fields_count(s);

	if (len > 0 && (s[0] == ' ' || s[len - 1] == ' '))
		return false;
	return count >= min && count <= max;
}

bool
fields_typed(const char *s, size_t max)
{
	return fields_count(s) <= max;
}

bool
fields_email(const char *s)
{
	size_t len = strlen(s);
	const char *at = strchr(s, '@');

	if (len > EMAIL_MAX_BYTES || at == NULL || at == s || strchr(at + 1, '@') != NULL)
		return false;
	for (size_t i = 0; i < len; i++) {
		/* what would end or reorder a header's address */
		if (s[i] <= ' ' || s[i] > '~' || strchr("<>()[],;:\\\"", s[i]) != NULL)
			return false;
	}
	return at[1] != '.' && at[1] != '\0' && strchr(at, '.') != NULL && s[len - 1] != '.';
}

bool
fields_mobile(const char *s)
{
	size_t n = strlen(s);

	return s[0] == '+' && n >= 9 && n <= 16 && s[1] != '0' &&
	       strspn(s + 1, "0123456789") == n - 1;
}

bool
fields_finess(const char *s)
{
	if (strlen(s) != FINESS_LEN || strspn(s, "0123456789AB") != FINESS_LEN)
		return false;
	for (size_t i = 0; i < FINESS_LEN; i++) {
		if (i != 1 && s[i] >= 'A')
			return false;
	}
	return true;
}

bool
fields_uid(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= UID_MAX_BYTES && strspn(s, "0123456789.") == n;
}

bool
fields_day(uint32_t yyyymmdd)
{
	return yyyymmdd >= FIRST_DAY && clock_day_start_ms(yyyymmdd) != INT64_MIN;
}

char *
fields_clean(struct arena *a, const char *s, size_t max_chars, bool keep_lines)
{
	size_t len = strlen(s), at = 0, n = 1;
	char *out = arena_alloc(a, 3 * len + 1);

	if (out == NULL)
		return NULL;
	len = text_sanitise(s, len, keep_lines, out);
	for (size_t count = 0; at < len && count < max_chars && n > 0; count++) {
		uint32_t cp;

		n = text_decode(out + at, len - at, &cp);
		at += n;
	}
	while (at > 0 && out[at - 1] == ' ')
		at--;
	out[at] = '\0';
	return out;
}
