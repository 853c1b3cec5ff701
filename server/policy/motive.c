/* SPDX-License-Identifier: MIT */
/* The list of motives, read where it lies in the program. */
#include "server/policy/motive.h"

#include <string.h>

#include "common/language.h"
#include "common/text.h"

static const char motive_list[] =
#include "data/motives.txt.h"
    ;

/* Columns of words follow, in the order of enum language. */
enum { COLUMN_CODE, COLUMN_NEEDS, COLUMN_WORDS };

/* Line after line without comments; NULL at the end. */
static const char *
motive_line(const char **next)
{
	while (**next != '\0') {
		const char *line = *next;

		*next += strcspn(line, "\n");
		*next += **next == '\n';
		if (*line != '#' && *line != '\n')
			return line;
	}
	return NULL;
}

/* Column i of a line, 0 = the code. */
static size_t
motive_column(const char *line, unsigned i, const char **from_r)
{
	for (; i > 0; i--) {
		line += strcspn(line, "|\n");
		line += *line == '|';
	}
	*from_r = line;
	return strcspn(line, "|\n");
}

static bool
motive_copy(const char *from, size_t len, char *out_r)
{
	if (len == 0 || len >= POLICY_MOTIVE_MAX)
		return false;
	memcpy(out_r, from, len);
	out_r[len] = '\0';
	return true;
}

bool
policy_motive_label(const char *code, const char *language, char *out_r)
{
	const char *next = motive_list, *line, *from;
	size_t len;

	while ((line = motive_line(&next)) != NULL) {
		len = motive_column(line, COLUMN_CODE, &from);
		if (strlen(code) != len || strncmp(code, from, len) != 0)
			continue;
		len = motive_column(line, COLUMN_WORDS + language_of(language), &from);
		return motive_copy(from, len, out_r);
	}
	return false;
}

static void
motive_fill(const char *line, const char *language, struct policy_motive *m_r)
{
	const char *from;
	size_t len = motive_column(line, COLUMN_CODE, &from);

	(void)motive_copy(from, len, m_r->code);
	len = motive_column(line, COLUMN_WORDS + language_of(language), &from);
	(void)motive_copy(from, len, m_r->label);
	m_r->needs_detail = motive_column(line, COLUMN_NEEDS, &from) > 0;
	m_r->emergency = strcmp(m_r->code, POLICY_MOTIVE_EMERGENCY) == 0;
}

unsigned
policy_motives(const char *language, struct policy_motive *list_r, unsigned max)
{
	const char *next = motive_list, *line;
	unsigned n = 0;

	while (n < max && (line = motive_line(&next)) != NULL)
		motive_fill(line, language, &list_r[n++]);
	return n;
}

bool
policy_motive_find(const char *code, const char *language, struct policy_motive *m_r)
{
	const char *next = motive_list, *line;

	while ((line = motive_line(&next)) != NULL) {
		motive_fill(line, language, m_r);
		if (strcmp(m_r->code, code) == 0)
			return true;
	}
	return false;
}

bool
policy_motive_code(const char *label, char *out_r)
{
	char asked[3 * POLICY_MOTIVE_MAX + 1], known[3 * POLICY_MOTIVE_MAX + 1];
	const char *next = motive_list, *line, *from;
	size_t len = strlen(label);

	if (len >= POLICY_MOTIVE_MAX)
		return false;
	asked[text_fold(label, len, asked)] = '\0';
	while ((line = motive_line(&next)) != NULL) {
		len = motive_column(line, COLUMN_WORDS, &from);
		if (len >= POLICY_MOTIVE_MAX)
			continue;
		known[text_fold(from, len, known)] = '\0';
		if (strcmp(asked, known) != 0)
			continue;
		len = motive_column(line, COLUMN_CODE, &from);
		return motive_copy(from, len, out_r);
	}
	return false;
}
