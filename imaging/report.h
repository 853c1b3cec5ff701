/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_REPORT_H
#define EMAGE_IMAGING_REPORT_H

#include "common/buf.h"
#include "imaging/attr.h"
#include "imaging/refusal.h"
#include "proto/internal.pb-c.h"

/*
 * Reports as plain text. Both append UTF-8 to text (whose limit is the
 * report's) and fill title, author, signature and verification of the reply.
 * A PDF without text is a scan: 1 instead of 0, and its pages are pictures.
 */
int report_structured(const struct attr *at, const struct dicom_item *ds, struct buf *text,
    Emage__ImagingDecodeReply *r, struct refusal *why);
int report_pdf(const struct attr *at, const struct dicom_item *ds, struct buf *text,
    Emage__ImagingDecodeReply *r, struct refusal *why);
/* The encapsulated document itself. */
int report_document(
    const struct dicom_item *ds, const char **pdf_r, size_t *len_r, struct refusal *why);

/* Who signed and when, from either kind. */
void report_signature(
    const struct attr *at, const struct dicom_item *ds, Emage__ImagingDecodeReply *r);

#endif
