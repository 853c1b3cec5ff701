/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_PDF_H
#define EMAGE_IMAGING_PDF_H

#include <stddef.h>
#include <stdint.h>

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

/*
 * A PDF without text is a scan: its pages as pictures of 150 dots an inch (less
 * when a page is large). The bytes must outlive the pages. rgb_r: 3 bytes a
 * pixel, to be freed. 0, -EM_E_TOO_LARGE or -EM_E_INVALID.
 */
struct pdf_pages;
int pdf_pages_open(const char *pdf, size_t len, int max_pages, struct pdf_pages **p_r);
int pdf_pages_count(const struct pdf_pages *p);
int pdf_pages_render(
    const struct pdf_pages *p, int page, uint8_t **rgb_r, uint32_t *rows_r, uint32_t *columns_r);
void pdf_pages_close(struct pdf_pages **p); /* nulls */

#ifdef __cplusplus
}
#endif

#endif
