/* SPDX-License-Identifier: MIT */
/*
 * Completion of command lines, from the tables that read them.
 */
#include "tools/lib/complete.h"

#include <string.h>

void
complete_words(FILE *f, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, " ");

		fprintf(f, "%.*s\n", (int)len, words);
		words += len + (words[len] == ' ');
	}
}

void
complete_command(FILE *f, const char *name, int n_typed, char **typed)
{
	for (int i = 0; i < n_typed; i++) {
		size_t len = strcspn(name, " ");

		if (strlen(typed[i]) != len || strncmp(typed[i], name, len) != 0)
			return;
		name += len + (name[len] == ' ');
	}
	if (*name)
		fprintf(f, "%.*s\n", (int)strcspn(name, " "), name);
}

bool
complete_value(FILE *f, const struct option_row *rows, size_t n, const char *before)
{
	for (size_t i = 0; i < n; i++) {
		bool is_short = before[0] == '-' && before[1] != '\0' &&
				before[1] == rows[i].letter && before[2] == '\0';
		bool is_long =
		    strncmp(before, "--", 2) == 0 && strcmp(before + 2, rows[i].name) == 0;

		if (!rows[i].arg || (!is_short && !is_long))
			continue;
		if (rows[i].words)
			complete_words(f, rows[i].words);
		return true;
	}
	return false;
}

void
complete_options(FILE *f, const struct option_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(f, "--%s\n", rows[i].name);
}
