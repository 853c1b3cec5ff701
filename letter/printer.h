/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_LETTER_PRINTER_H
#define EMAGE_LETTER_PRINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "letter/exit.h"

/* Whether this can be the name of a printer: no option of lp(1), one word. */
bool printer_is_name(const char *name);

#define PRINTER_TEXT_LEN 256u
/* Hands a document to lp(1) on its standard input and waits for it. text_r: lp's
 * own first line, for what the status alone does not say. */
enum letter_exit printer_send(
    const char *printer, const void *bytes, size_t len, char text_r[PRINTER_TEXT_LEN]);

#endif
