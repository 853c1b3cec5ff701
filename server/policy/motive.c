/* SPDX-License-Identifier: MIT */
/* The list of motives, read where it lies in the program. */
#include "server/policy/motive.h"

#include <string.h>

#include "common/mem.h"
#include "common/text.h"

static const char motive_list[] =
#include "data/motives.txt.h"
    ;

/* In the order of the columns after the code. */
static const char *const motive_languages[] = {"fr", "de", "en"};

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
	unsigned column = 1;

	for (unsigned i = 0; i < ARRAY_LEN(motive_languages); i++) {
		if (strcmp(motive_languages[i], language) == 0)
			column = i + 1;
	}
	while ((line = motive_line(&next)) != NULL) {
		size_t len = motive_column(line, 0, &from);

		if (strlen(code) != len || strncmp(code, from, len) != 0)
			continue;
		len = motive_column(line, column, &from);
		return motive_copy(from, len, out_r);
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
		len = motive_column(line, 1, &from);
		if (len >= POLICY_MOTIVE_MAX)
			continue;
		known[text_fold(from, len, known)] = '\0';
		if (strcmp(asked, known) != 0)
			continue;
		len = motive_column(line, 0, &from);
		return motive_copy(from, len, out_r);
	}
	return false;
}
