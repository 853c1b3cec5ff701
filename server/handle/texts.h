/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_TEXTS_H
#define EMAGE_SERVER_HANDLE_TEXTS_H

#include <stddef.h>

#include "common/mem.h"

/*
 * The words of the messages that leave the house, per language, from
 * data/messages. A message tells a code and how long it lives, or the number of a
 * question: the table of placeholders below is all that it can name, so no name, exam or identifier
 * can get into one. Every text is checked when it is loaded.
 */
struct texts;

enum text_id {
	TEXT_CODE_EMAIL,    /* code, minutes, support */
	TEXT_CODE_MOBILE,   /* code, minutes */
	TEXT_CONTEST_EMAIL, /* reference, support; to an establishment */
	N_TEXTS,
};

struct text_values {
	const char *code;
	const char *minutes;
	const char *support;
	const char *reference; /* of a patient's question: a number and no more */
};

/*
 * The texts built in or, when `dir` is neither NULL nor empty, the files of
 * that folder in their place. 0, or -EM_E_CONFIG with every fault in err_r, one
 * "file:line: what" a line.
 */
int texts_new(const char *dir, struct texts **texts_r, char *err_r, size_t err_len);
void texts_free(struct texts **t);

/* Subject ("" for a mobile) and body with the values put in, from the arena; a
 * language that is not there becomes French. 0 or -EM_E_NO_MEMORY. */
int texts_make(const struct texts *t, struct arena *a, enum text_id id, const char *language,
    const struct text_values *v, const char **subject_r, const char **body_r);

#endif
