/* SPDX-License-Identifier: MIT */
/*
 * The one list of languages, by their ISO 639-1 codes.
 */
#include "common/language.h"

#include <string.h>

static const char *const codes[N_LANGUAGES] = {
    [LANGUAGE_FR] = "fr",
    [LANGUAGE_DE] = "de",
    [LANGUAGE_EN] = "en",
};

const char *
language_code(enum language which)
{
	return codes[which];
}

/* N_LANGUAGES = none of them */
static enum language
language_find(const char *code)
{
	enum language which = 0;

	while (which < N_LANGUAGES && strcmp(codes[which], code) != 0)
		which++;
	return which;
}

bool
language_is_known(const char *code)
{
	return language_find(code) < N_LANGUAGES;
}

enum language
language_of(const char *code)
{
	enum language which = language_find(code);

	return which < N_LANGUAGES ? which : LANGUAGE_FR;
}
