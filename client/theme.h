/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_THEME_H
#define EMAGE_CLIENT_THEME_H

#include <stdbool.h>

#include "client/widget/paint.h"

/* How styles look. Colour only repeats what a character, a word or reverse
 * video already says; THEME_MONO is complete. */
enum theme { THEME_DARK, THEME_LIGHT, THEME_CONTRAST, THEME_MONO, N_THEMES };

/* "sombre", "clair", "contraste", "mono". */
bool theme_by_name(const char *name, enum theme *theme_r);

/* After newterm(). Falls back to THEME_MONO where the terminal has fewer than
 * 8 colours. Returns the theme in force. */
enum theme theme_start(enum theme wish);
/* For slow lines: bold is for warnings and errors only. */
void theme_spare_bold(void);
/* Attributes (attr_t of curses.h) and colour pair of a style. */
unsigned theme_attr(enum style style);
short theme_pair(enum style style);
/* First colour pair that no style uses. */
short theme_first_free_pair(void);

#endif
