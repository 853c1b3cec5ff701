/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_LETTER_PLAIN_H
#define EMAGE_LETTER_PLAIN_H

#include "common/buf.h"
#include "letter/content.h"

#define PLAIN_COLUMNS 72u

/* The letter as lines of PLAIN_COLUMNS at most, UTF-8. Appends to out_r; 0 or
 * -EM_E_TOO_LARGE. */
int plain_make(const struct content *c, struct buf *out_r);

#endif
