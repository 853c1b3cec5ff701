/* SPDX-License-Identifier: MIT */
/*
 * Signatures of reports, and reports that are a PDF in a DICOM object.
 */
#include "imaging/report.h"

#include <string.h>

#include "common/err.h"
#include "imaging/limits.h"
#include "imaging/pdf.h"

#define TAG_VERIFICATION DICOM_TAG(0x0040, 0xa493)
#define TAG_PRELIMINARY	 DICOM_TAG(0x0040, 0xa496)
#define TAG_VERIFIERS	 DICOM_TAG(0x0040, 0xa073)
#define TAG_VERIFIER	 DICOM_TAG(0x0040, 0xa075)
#define TAG_VERIFIED_AT	 DICOM_TAG(0x0040, 0xa030)
#define TAG_AUTHORS	 DICOM_TAG(0x0040, 0xa078)
#define TAG_AUTHOR	 DICOM_TAG(0x0040, 0xa123)
#define TAG_DOCUMENT	 DICOM_TAG(0x0042, 0x0011)
#define TAG_DOCUMENT_LEN DICOM_TAG(0x0042, 0x0015)
#define TAG_TITLE	 DICOM_TAG(0x0042, 0x0010)
#define TAG_CONCEPT	 DICOM_TAG(0x0040, 0xa043)

static const char DOCUMENT[] = "EncapsulatedDocument (0042,0011)";

/* The last one who verified signs; an unverified report has only an author. */
static const struct dicom_item *
report_last_verifier(const struct attr *at, const struct dicom_item *ds)
{
	const struct dicom_item *last = NULL, *item;
	size_t n = dicom_n_items(ds, TAG_VERIFIERS);
	int64_t newest = -1, when;

	for (size_t i = 0; i < n && i < 64; i++) {
		item = dicom_item_at(ds, TAG_VERIFIERS, i);
		when = attr_datetime_ms(at, item, TAG_VERIFIED_AT);
		if (when > newest) {
			newest = when;
			last = item;
		}
	}
	return last;
}

void
report_signature(const struct attr *at, const struct dicom_item *ds, Emage__ImagingDecodeReply *r)
{
	const struct dicom_item *who = report_last_verifier(at, ds);
	struct attr inside;
	const char *name = "";

	r->report_verified = strcmp(attr_string(at, ds, TAG_VERIFICATION), "VERIFIED") == 0 &&
			     strcmp(attr_string(at, ds, TAG_PRELIMINARY), "PRELIMINARY") != 0;
	if (who != NULL) {
		inside = attr_inside(at, who);
		name = attr_spoken_name(&inside, who, TAG_VERIFIER);
		r->report_signed_at_ms = attr_datetime_ms(at, who, TAG_VERIFIED_AT);
	} else if ((who = dicom_item_at(ds, TAG_AUTHORS, 0)) != NULL) {
		inside = attr_inside(at, who);
		name = attr_spoken_name(&inside, who, TAG_AUTHOR);
	}
	r->report_author = (char *)(uintptr_t)name;
}

int
report_document(const struct dicom_item *ds, const char **pdf_r, size_t *len_r, struct refusal *why)
{
	const uint8_t *bytes;
	double given;

	if (!dicom_bytes(ds, TAG_DOCUMENT, &bytes, len_r))
		return refuse(why, DOCUMENT, "missing");
	given = attr_number(ds, TAG_DOCUMENT_LEN, (double)*len_r);
	if (given > 0 && given < (double)*len_r)
		*len_r = (size_t)given;
	*pdf_r = (const char *)bytes;
	return 0;
}

int
report_pdf(const struct attr *at, const struct dicom_item *ds, struct buf *text,
    Emage__ImagingDecodeReply *r, struct refusal *why)
{
	const char *title = attr_string(at, ds, TAG_TITLE), *pdf;
	size_t len;
	int rc;

	if (title[0] == '\0')
		title = attr_code_meaning(at, ds, TAG_CONCEPT);
	r->report_title = (char *)(uintptr_t)title;
	report_signature(at, ds, r);
	rc = report_document(ds, &pdf, &len, why);
	if (rc < 0)
		return rc;
	switch (pdf_to_text(pdf, len, LIMIT_PDF_PAGES, text)) {
	case 0:
		return 0;
	case -EM_E_NOT_FOUND:
		return 1;
	case -EM_E_TOO_LARGE:
		return refuse(why, DOCUMENT, "the report is too long");
	case -EM_E_REFUSED:
		return refuse(why, DOCUMENT, "the PDF is protected by a password");
	default:
		return refuse(why, DOCUMENT, "no readable PDF");
	}
}
