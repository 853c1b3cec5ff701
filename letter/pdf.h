/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_LETTER_PDF_H
#define EMAGE_LETTER_PDF_H

#include <stdbool.h>

#include "common/buf.h"
#include "letter/content.h"

/* What there is to tell of a letter that was made. */
struct pdf_report {
	unsigned n_pages;
	bool has_unknown; /* characters that no font here has: boxes stand for them */
};

/* The letter as PDF: A4, the address in the window of an envelope, fonts
 * embedded. Appends to out_r. 0; -EM_E_NOT_FOUND when the fonts are not
 * installed; -EM_E_TOO_LARGE past out_r's limit; -EM_E_INTERNAL. */
int pdf_make(const struct content *c, struct buf *out_r, struct pdf_report *report_r);

#endif
