/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_PDF_H
#define EMAGE_IMAGING_PDF_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "common/buf.h"

/* Makes Poppler load what it needs of the file system; before the sandbox. */
int pdf_init(void);

/*
 * Appends the text of a PDF, laid out as on its pages, margins taken off.
 * 0; -EM_E_TOO_LARGE past the buffer's limit; -EM_E_REFUSED when a password
 * protects it; -EM_E_NOT_FOUND when there is no text; -EM_E_INVALID.
 */
int pdf_to_text(const char *pdf, size_t len, int max_pages, struct buf *text);

#ifdef __cplusplus
}
#endif

#endif
