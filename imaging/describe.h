/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_DESCRIBE_H
#define EMAGE_IMAGING_DESCRIBE_H

#include "imaging/attr.h"
#include "imaging/refusal.h"
#include "imaging/scan.h"
#include "proto/internal.pb-c.h"

/* What kind of object a file holds. */
enum describe_kind {
	DESCRIBE_IMAGE,
	DESCRIBE_REPORT, /* structured */
	DESCRIBE_PDF,
	DESCRIBE_NOTHING, /* *why_r says in words what it is */
	DESCRIBE_REFUSED, /* likewise */
};

enum describe_kind describe_kind_of(
    const struct scan *s, const struct dicom_item *ds, const char *sop_class, const char **why_r);

/* Identity, study, series and instance. Refuses an object without its UIDs. */
int describe_object(const struct attr *at, const struct dicom_item *ds,
    Emage__ImagingDecodeReply *r, struct refusal *why);

#endif
