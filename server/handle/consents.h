/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_CONSENTS_H
#define EMAGE_SERVER_HANDLE_CONSENTS_H

#include <stddef.h>

/*
 * The text that is consented to, per language, from data/consent. An operator
 * puts own files in its place: "version: ...", an empty line, the text; "#" in
 * front is a remark. Lines of a paragraph are joined.
 */
struct consents;

struct consents_text {
	const char *version; /* "2026-01" */
	const char *text;    /* "\n" ends a paragraph, an empty line is between two */
	const char *hash;    /* hexadecimal BLAKE2b-256 of the text */
};

/* The texts built in or, when `dir` is neither NULL nor empty, the files
 * <language>.txt of that folder, all of which must be there. 0, or -EM_E_CONFIG with
 * every fault in err_r, one "file: what" a line. */
int consents_new(const char *dir, struct consents **consents_r, char *err_r, size_t err_len);
void consents_free(struct consents **c);

/* A language that is not there becomes French. Lives as long as the texts. */
const struct consents_text *consents_get(const struct consents *c, const char *language);

#endif
