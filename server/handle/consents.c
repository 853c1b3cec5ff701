/* SPDX-License-Identifier: MIT */
/*
 * Texts of consent: read, checked and hashed when the server starts. What was
 * consented to can be proven later by version and hash.
 */
#include "server/handle/consents.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/err.h"
#include "common/language.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "server/handle/reading.h"

#define FILE_MAX_BYTES	  32768u
#define TEXT_MAX_BYTES	  30000u
#define VERSION_MAX_CHARS 32u
#define HASH_BYTES	  32u

static const char consent_fr[] =
#include "data/consent/fr.txt.h"
    ;
static const char consent_de[] =
#include "data/consent/de.txt.h"
    ;
static const char consent_en[] =
#include "data/consent/en.txt.h"
    ;

static const char *const built_in[N_LANGUAGES] = {
    [LANGUAGE_FR] = consent_fr,
    [LANGUAGE_DE] = consent_de,
    [LANGUAGE_EN] = consent_en,
};

struct consents {
	struct consents_text in[N_LANGUAGES];
};

/* Adds a line: those of one paragraph are joined, an empty one is kept between
 * two. */
static void
consents_add(char *text, const char *line, size_t len)
{
	size_t used = strlen(text);

	if (len == 0 && (used == 0 || text[used - 1] == '\n'))
		return;
	if (len == 0) {
		memcpy(text + used, "\n\n", 3);
		return;
	}
	if (used > 0 && text[used - 1] != '\n')
		text[used++] = ' ';
	memcpy(text + used, line, len);
	text[used + len] = '\0';
}

static void
consents_hash(struct consents_text *t)
{
	uint8_t hash[HASH_BYTES];
	char *hex = mem_new(2 * HASH_BYTES + 1);

	secret_hash(NULL, t->text, strlen(t->text), hash);
	(void)sodium_bin2hex(hex, 2 * HASH_BYTES + 1, hash, HASH_BYTES);
	t->hash = hex;
}

static void
consents_parse(struct reading *r, struct consents_text *t, const char *file)
{
	static const char key[] = "version: ";
	char *text = mem_new(2 * strlen(file) + 1);
	char *version = mem_strdup("");
	const char *next;

	(void)reading_shown(r, file, strlen(file));
	for (const char *s = file; *s != '\0'; s = next) {
		size_t len = strcspn(s, "\n");

		next = s + len + (s[len] == '\n');
		while (len > 0 && s[len - 1] == ' ')
			len--;
		if (s[0] == '#')
			continue;
		if (version[0] == '\0' && len > strlen(key) && strncmp(s, key, strlen(key)) == 0) {
			free(version);
			version = mem_printf("%.*s", (int)(len - strlen(key)), s + strlen(key));
			continue;
		}
		consents_add(text, s, len);
	}
	for (size_t len = strlen(text); len > 0 && text[len - 1] == '\n'; len--)
		text[len - 1] = '\0';
	if (version[0] == '\0' || text_count(version, strlen(version)) > VERSION_MAX_CHARS)
		reading_fault(r, "needs a first line \"version: ...\" of 1 to 32 characters");
	if (text[0] == '\0' || strlen(text) > TEXT_MAX_BYTES)
		reading_fault(r, "needs a text of at most 30000 bytes");
	t->version = version;
	t->text = text;
	consents_hash(t);
}

int
consents_new(const char *dir, struct consents **consents_r, char *err_r, size_t err_len)
{
	struct reading r = {.err = err_r, .err_len = err_len};
	struct consents *c = mem_new(sizeof(*c));
	const bool own = dir != NULL && dir[0] != '\0';

	if (err_len > 0)
		err_r[0] = '\0';
	for (enum language i = 0; i < N_LANGUAGES; i++) {
		char *path = mem_printf("%s/%s.txt", own ? dir : "consent", language_code(i));
		char *file;

		r.file = path;
		file = own ? reading_file(&r, FILE_MAX_BYTES, NULL) : mem_strdup(built_in[i]);
		if (file != NULL)
			consents_parse(&r, &c->in[i], file);
		free(file);
		free(path);
	}
	if (r.n_faults > 0) {
		consents_free(&c);
		return -EM_E_CONFIG;
	}
	*consents_r = c;
	return 0;
}

void
consents_free(struct consents **c)
{
	if (*c == NULL)
		return;
	for (size_t i = 0; i < N_LANGUAGES; i++) {
		free((char *)(uintptr_t)(*c)->in[i].version);
		free((char *)(uintptr_t)(*c)->in[i].text);
		free((char *)(uintptr_t)(*c)->in[i].hash);
	}
	free(*c);
	*c = NULL;
}

const struct consents_text *
consents_get(const struct consents *c, const char *language)
{
	return &c->in[language_of(language)];
}
