/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_LANGUAGE_H
#define EMAGE_COMMON_LANGUAGE_H

#include <stdbool.h>

/* The languages that e-mage speaks: a table of words has a row for each. */
enum language { LANGUAGE_FR, LANGUAGE_DE, LANGUAGE_EN, N_LANGUAGES };

/* "fr"; lives as long as the program. */
const char *language_code(enum language which);
bool language_is_known(const char *code);
/* An unknown code becomes French. */
enum language language_of(const char *code);

#endif
