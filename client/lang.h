/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_LANG_H
#define EMAGE_CLIENT_LANG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Languages of the screens. French works without any generated locale: the
 * catalogue is chosen by LANGUAGE, the characters by LC_CTYPE.
 */
struct lang {
	const char *code; /* fr */
	const char *name; /* in itself: Français */
};

#define N_LANGS 3
const struct lang *lang_at(size_t i);
bool lang_is_known(const char *code);
/* The language that LANGUAGE, LC_ALL, LC_MESSAGES or LANG ask for, else fr. */
const char *lang_from_environment(void);

/* Finds the catalogues: beside the executable in a build tree, else where they
 * are installed. */
void lang_start(void);
void lang_set(const char *code);
const char *lang_now(void);

#endif
