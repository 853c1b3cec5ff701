/* SPDX-License-Identifier: MIT */
/*
 * The words of the letter: sections of the files in data/letter, each held
 * against the list of parts.
 */
#include "letter/words.h"

#include <stdbool.h>
#include <string.h>

#include "common/err.h"
#include "common/language.h"

static const char built_in_fr[] =
#include "data/letter/fr.txt.h"
    ;
static const char built_in_de[] =
#include "data/letter/de.txt.h"
    ;
static const char built_in_en[] =
#include "data/letter/en.txt.h"
    ;

static const char *const built_in[N_LANGUAGES] = {
    [LANGUAGE_FR] = built_in_fr,
    [LANGUAGE_DE] = built_in_de,
    [LANGUAGE_EN] = built_in_en,
};

static const struct {
	const char *name;
	unsigned needs;
} parts[] = {
#define WORD(name, needs) {#name, needs},
#include "letter/words.def"
#undef WORD
};

static const char *const placeholders[] = {"{region}", "{support}", "{expires}"};

/* None, or one that is not empty. */
static bool
words_strong_is_whole(const char *text)
{
	const char *from = strstr(text, "**"), *to = from ? strstr(from + 2, "**") : NULL;

	return !from || (to && to > from + 2 && !strstr(to + 2, "**"));
}

static int
words_check(const char *text, unsigned needs)
{
	size_t n_open = 0, n_known = 0;

	if (!words_strong_is_whole(text))
		return -EM_E_CONFIG;
	for (const char *s = text; (s = strchr(s, '{')) != NULL; s++)
		n_open++;
	for (size_t i = 0; i < ARRAY_LEN(placeholders); i++) {
		bool there = strstr(text, placeholders[i]) != NULL;

		if (there != ((needs >> i & 1) != 0))
			return -EM_E_CONFIG;
		n_known += there;
	}
	return *text && n_open == n_known ? 0 : -EM_E_CONFIG;
}

static int
words_section(struct words *w, char *section)
{
	char *end = strstr(section, "]\n"), *text;

	if (!end)
		return -EM_E_CONFIG;
	*end = '\0';
	text = end + 2;
	for (size_t n = strlen(text); n > 0 && text[n - 1] == '\n'; n--)
		text[n - 1] = '\0';
	for (size_t i = 0; i < N_WORDS; i++)
		if (strcmp(parts[i].name, section) == 0) {
			if (w->part[i])
				return -EM_E_CONFIG;
			w->part[i] = text;
			return words_check(text, parts[i].needs);
		}
	return -EM_E_CONFIG;
}

static int
words_read(struct arena *a, const char *file, struct words *w)
{
	char *text = arena_strdup(a, file), *next;
	int rc = 0;

	if (!text)
		return -EM_E_NO_MEMORY;
	next = strstr(text, "\n[");
	while (rc == 0 && next) {
		char *section = next + 2;

		next = strstr(section, "\n[");
		if (next)
			*next = '\0';
		rc = words_section(w, section);
	}
	for (size_t i = 0; rc == 0 && i < N_WORDS; i++)
		if (!w->part[i])
			rc = -EM_E_CONFIG;
	return rc;
}

int
words_load(struct arena *a, const char *language, struct words *w_r)
{
	*w_r = (struct words){0};
	if (!language_is_known(language))
		return -EM_E_INVALID;
	return words_read(a, built_in[language_of(language)], w_r);
}
