/* SPDX-License-Identifier: MIT */
/*
 * What a file is, whose it is, and where it belongs.
 */
#include "imaging/describe.h"

#include <string.h>

#define UID_ROOT	"1.2.840.10008."
#define UID_MEDIA_DIR	UID_ROOT "1.3.10"
#define UID_STORAGE	UID_ROOT "5.1.4.1.1."
#define TAG_DIRECTORY	DICOM_TAG(0x0004, 0x1220)
#define TAG_PIXEL_DATA	DICOM_TAG(0x7fe0, 0x0010)
#define TAG_FLOAT_DATA	DICOM_TAG(0x7fe0, 0x0008)
#define TAG_DOUBLE_DATA DICOM_TAG(0x7fe0, 0x0009)
#define TAG_CONTENT	DICOM_TAG(0x0040, 0xa730)

/* SOP classes, first match wins; "." at the end matches all below. */
struct describe_class {
	const char *uid;
	enum describe_kind kind;
	const char *why;
};

static const struct describe_class CLASSES[] = {
    {UID_MEDIA_DIR, DESCRIBE_NOTHING, "directory of a medium (DICOMDIR)"},
    {UID_STORAGE "481.1", DESCRIBE_IMAGE, NULL},
    {UID_STORAGE "481.", DESCRIBE_NOTHING, "radiotherapy plan, structures or dose"},
    {UID_STORAGE "11.", DESCRIBE_NOTHING, "presentation state"},
    {UID_STORAGE "9.", DESCRIBE_NOTHING, "waveform (ECG, sound)"},
    {UID_STORAGE "4.2", DESCRIBE_NOTHING, "MR spectroscopy"},
    {UID_STORAGE "66", DESCRIBE_NOTHING, "raw data of a modality"},
    {UID_STORAGE "66.4", DESCRIBE_NOTHING, "segmentation"},
    {UID_STORAGE "66.", DESCRIBE_NOTHING, "registration, fiducials or surface"},
    {UID_STORAGE "67", DESCRIBE_NOTHING, "real world value mapping"},
    {UID_STORAGE "68.", DESCRIBE_NOTHING, "surface scan"},
    {UID_STORAGE "78.", DESCRIBE_NOTHING, "ophthalmic measurements"},
    {UID_STORAGE "88.11", DESCRIBE_REPORT, NULL},
    {UID_STORAGE "88.22", DESCRIBE_REPORT, NULL},
    {UID_STORAGE "88.33", DESCRIBE_REPORT, NULL},
    {UID_STORAGE "88.34", DESCRIBE_REPORT, NULL},
    {UID_STORAGE "88.35", DESCRIBE_REPORT, NULL},
    {UID_STORAGE "88.59", DESCRIBE_NOTHING, "key object selection"},
    {UID_STORAGE "88.67", DESCRIBE_NOTHING, "radiation dose record"},
    {UID_STORAGE "88.", DESCRIBE_NOTHING, "record for machines (CAD, dose, log)"},
    {UID_STORAGE "104.1", DESCRIBE_PDF, NULL},
    {UID_STORAGE "104.2", DESCRIBE_REFUSED, "an encapsulated CDA document is not read"},
    {UID_STORAGE "104.", DESCRIBE_NOTHING, "model for 3D printing"},
    {UID_ROOT "5.1.4.34.", DESCRIBE_NOTHING, "work list or procedure step"},
    {UID_ROOT "5.1.4.38.", DESCRIBE_NOTHING, "hanging protocol"},
    {UID_ROOT "5.1.4.39.", DESCRIBE_NOTHING, "colour palette"},
    {UID_ROOT "5.1.4.43.", DESCRIBE_NOTHING, "implant template"},
};

static bool
describe_class_is(const char *row, const char *uid)
{
	size_t n = strlen(row);

	return row[n - 1] == '.' ? strncmp(row, uid, n) == 0 : strcmp(row, uid) == 0;
}

enum describe_kind
describe_kind_of(
    const struct scan *s, const struct dicom_item *ds, const char *sop_class, const char **why_r)
{
	*why_r = "";
	if (dicom_has(ds, TAG_DIRECTORY))
		sop_class = UID_MEDIA_DIR;
	else if (sop_class[0] == '\0')
		sop_class = s->media_sop_class;
	for (size_t i = 0; i < ARRAY_LEN(CLASSES); i++) {
		if (!describe_class_is(CLASSES[i].uid, sop_class))
			continue;
		if (CLASSES[i].why != NULL)
			*why_r = CLASSES[i].why;
		return CLASSES[i].kind;
	}
	if (dicom_has(ds, TAG_PIXEL_DATA))
		return DESCRIBE_IMAGE;
	if (dicom_has(ds, TAG_FLOAT_DATA) || dicom_has(ds, TAG_DOUBLE_DATA)) {
		*why_r = "floating point pixels are not read";
		return DESCRIBE_REFUSED;
	}
	if (dicom_has(ds, TAG_CONTENT))
		return DESCRIBE_REPORT;
	*why_r = "no image and no report in it";
	return DESCRIBE_NOTHING;
}

/* Strings of the reply are filled from a table: a row each. */
struct describe_row {
	size_t at; /* in the reply */
	uint32_t tag;
	const char *(*get)(const struct attr *, const struct dicom_item *, uint32_t);
	const char *required; /* field named when it is missing */
};

#define AT(member) offsetof(Emage__ImagingDecodeReply, member)

static const struct describe_row ROWS[] = {
    {AT(patient_id), DICOM_TAG(0x0010, 0x0020), attr_string, NULL},
    {AT(patient_issuer), DICOM_TAG(0x0010, 0x0021), attr_string, NULL},
    {AT(patient_name), DICOM_TAG(0x0010, 0x0010), attr_name, NULL},
    {AT(sex), DICOM_TAG(0x0010, 0x0040), attr_string, NULL},
    {AT(study_uid), DICOM_TAG(0x0020, 0x000d), attr_uid, "StudyInstanceUID (0020,000D)"},
    {AT(accession_number), DICOM_TAG(0x0008, 0x0050), attr_string, NULL},
    {AT(study_description), DICOM_TAG(0x0008, 0x1030), attr_string, NULL},
    {AT(institution), DICOM_TAG(0x0008, 0x0080), attr_string, NULL},
    {AT(series_uid), DICOM_TAG(0x0020, 0x000e), attr_uid, "SeriesInstanceUID (0020,000E)"},
    {AT(series_description), DICOM_TAG(0x0008, 0x103e), attr_string, NULL},
    {AT(modality), DICOM_TAG(0x0008, 0x0060), attr_string, NULL},
    {AT(body_part), DICOM_TAG(0x0018, 0x0015), attr_string, NULL},
    {AT(sop_class_uid), DICOM_TAG(0x0008, 0x0016), attr_uid, "SOPClassUID (0008,0016)"},
    {AT(sop_uid), DICOM_TAG(0x0008, 0x0018), attr_uid, "SOPInstanceUID (0008,0018)"},
};

static uint32_t
describe_first_date(const struct attr *at, const struct dicom_item *ds, const uint32_t *tags,
    size_t n, uint32_t (*get)(const struct attr *, const struct dicom_item *, uint32_t))
{
	uint32_t v;

	for (size_t i = 0; i < n; i++) {
		v = get(at, ds, tags[i]);
		if (v != 0)
			return v;
	}
	return 0;
}

/* Milliseconds between the frames of a loop, 0 for a stack. */
static double
describe_frame_time(const struct dicom_item *ds)
{
	double ms = attr_number(ds, DICOM_TAG(0x0018, 0x1063), 0), rate, second[2];

	if (ms <= 0 && dicom_numbers(ds, DICOM_TAG(0x0018, 0x1065), second, 2) >= 2)
		ms = second[1]; /* the vector's first entry is 0 */
	if (ms <= 0) {
		rate = attr_number(ds, DICOM_TAG(0x0018, 0x0040), 0);
		if (rate <= 0)
			rate = attr_number(ds, DICOM_TAG(0x0008, 0x2144), 0);
		ms = rate > 0 ? 1000 / rate : 0;
	}
	return ms > 0 && ms < 60000 ? ms : 0;
}

static int32_t
describe_int(const struct dicom_item *ds, uint32_t tag)
{
	double v = attr_number(ds, tag, 0);

	return v > -2147483648.0 && v < 2147483647.0 ? (int32_t)v : 0;
}

int
describe_object(const struct attr *at, const struct dicom_item *ds, Emage__ImagingDecodeReply *r,
    struct refusal *why)
{
	/* study, series, acquisition, content */
	static const uint32_t DATES[] = {DICOM_TAG(0x0008, 0x0020), DICOM_TAG(0x0008, 0x0021),
	    DICOM_TAG(0x0008, 0x0022), DICOM_TAG(0x0008, 0x0023)};
	static const uint32_t TIMES[] = {DICOM_TAG(0x0008, 0x0030), DICOM_TAG(0x0008, 0x0031),
	    DICOM_TAG(0x0008, 0x0032), DICOM_TAG(0x0008, 0x0033)};
	const char *s;

	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		s = ROWS[i].get(at, ds, ROWS[i].tag);
		if (s[0] == '\0' && ROWS[i].required != NULL)
			return refuse(why, ROWS[i].required, "missing or no identifier");
		memcpy((char *)r + ROWS[i].at, &s, sizeof(s));
	}
	r->birth_date = attr_date(at, ds, DICOM_TAG(0x0010, 0x0030));
	r->study_date = describe_first_date(at, ds, DATES, ARRAY_LEN(DATES), attr_date);
	r->study_time = describe_first_date(at, ds, TIMES, ARRAY_LEN(TIMES), attr_time);
	r->series_number = describe_int(ds, DICOM_TAG(0x0020, 0x0011));
	r->instance_number = describe_int(ds, DICOM_TAG(0x0020, 0x0013));
	r->frame_time_ms = describe_frame_time(ds);
	return 0;
}
