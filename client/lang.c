/* SPDX-License-Identifier: MIT */
/*
 * Catalogues and the switch between them while the program runs.
 */
#include "client/lang.h"

#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct lang lang_table[N_LANGS] = {
    {"fr", "Français"},
    {"de", "Deutsch"},
    {"en", "English"},
};

/* Language in force: a row of the table. */
static const struct lang *lang_current = &lang_table[0];

const struct lang *
lang_at(size_t i)
{
	return &lang_table[i];
}

static const struct lang *
lang_find(const char *code)
{
	for (size_t i = 0; i < N_LANGS; i++)
		if (strncmp(code, lang_table[i].code, 2) == 0)
			return &lang_table[i];
	return NULL;
}

bool
lang_is_known(const char *code)
{
	return strlen(code) == 2 && lang_find(code);
}

const char *
lang_from_environment(void)
{
	static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		const struct lang *l = value ? lang_find(value) : NULL;

		if (l)
			return l->code;
	}
	return lang_table[0].code;
}

void
lang_start(void)
{
	char exe[512];
	char folder[sizeof(exe) + 16];
	char probe[sizeof(folder) + 32];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	bindtextdomain("emage", EMAGE_LOCALEDIR);
	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	if (slash) {
		*slash = '\0';
		snprintf(folder, sizeof(folder), "%s/locale", exe);
		snprintf(probe, sizeof(probe), "%s/fr/LC_MESSAGES/emage.mo", folder);
		if (access(probe, R_OK) == 0)
			bindtextdomain("emage", folder);
	}
	bind_textdomain_codeset("emage", "UTF-8");
	textdomain("emage");
}

void
lang_set(const char *code)
{
	const struct lang *l = lang_find(code);

	if (l)
		lang_current = l;
	setenv("LANGUAGE", lang_current->code, 1);
	/* makes gettext forget what it has found for the language before */
	textdomain("emage");
}

const char *
lang_now(void)
{
	return lang_current->code;
}
