/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_LETTER_PLAIN_H
#define EMAGE_LETTER_PLAIN_H

#include "common/buf.h"
#include "letter/content.h"

#define PLAIN_COLUMNS	  72u /* as usual */
#define PLAIN_COLUMNS_MIN 40u /* what is to be typed is never broken */
#define PLAIN_COLUMNS_MAX 1000u

/* The letter as lines of so many columns at most, UTF-8; 0: each paragraph is one
 * line, for whoever wraps it. Appends to out_r; 0 or -EM_E_TOO_LARGE. */
int plain_make(const struct content *c, unsigned columns, struct buf *out_r);

#endif
