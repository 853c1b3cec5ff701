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
 */
int report_structured(const struct attr *at, const struct dicom_item *ds, struct buf *text,
    Emage__ImagingDecodeReply *r, struct refusal *why);
int report_pdf(const struct attr *at, const struct dicom_item *ds, struct buf *text,
    Emage__ImagingDecodeReply *r, struct refusal *why);

/* Who signed and when, from either kind. */
void report_signature(
    const struct attr *at, const struct dicom_item *ds, Emage__ImagingDecodeReply *r);

#endif
