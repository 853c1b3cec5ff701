/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_LETTER_WORDS_H
#define EMAGE_LETTER_WORDS_H

#include "common/mem.h"

/* Placeholders, as bits. */
enum { WORDS_REGION = 1, WORDS_SUPPORT = 2, WORDS_EXPIRES = 4 };

enum words_part {
#define WORD(name, needs) WORDS_PART_##name,
#include "letter/words.def"
#undef WORD
	N_WORDS,
};

/* In a part **something** is strong, once at most. */
struct words {
	const char *part[N_WORDS];
};

/* The words built in for a language, allocated in `a`. 0; -EM_E_INVALID for a
 * language without any; -EM_E_CONFIG when a section is absent, empty, unknown
 * or double, or lacks a placeholder or has one too many, or "**" without an end;
 * -EM_E_NO_MEMORY. */
int words_load(struct arena *a, const char *language, struct words *w_r);

#endif
