/* SPDX-License-Identifier: MIT */
/*
 * From the finding of the imaging process to a row of the store.
 */
#include "server/handle/import_object.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/text.h"
#include "server/handle/fields.h"

#define SIDE_MAX	 16384u
#define FRAMES_MAX	 10000u
#define WINDOWS_MAX	 16u
#define SHORT_MAX_CHARS	 16u
#define TEXT_MAX_CHARS	 64u
#define PERSON_MAX_CHARS 128u
/* A report is read whole into the memory of one request. */
#define REPORT_MAX_BYTES (512u * 1024u)

void
import_object_refuse(struct import_object *o, const char *field, const char *reason)
{
	o->verdict = EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_REFUSED;
	o->field = field;
	o->reason = reason;
}

/* ----------------------------------------------------------------- frames */

static bool
import_finite(const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(v[i]))
			return false;
	}
	return true;
}

static bool
import_windows_good(const Emage__FrameInfo *f)
{
	if (f->n_windows > WINDOWS_MAX)
		return false;
	for (size_t i = 0; i < f->n_windows; i++) {
		const Emage__Window *w = f->windows[i];

		if (!isfinite(w->center) || !isfinite(w->width) || w->width <= 0)
			return false;
	}
	return true;
}

/* The attribute at fault, or NULL. */
static const char *
import_frame_fault(const Emage__FrameInfo *f)
{
	const double numbers[] = {
	    f->slope, f->intercept, f->slice_location_mm, f->slice_thickness_mm};

	if (f->rows == 0 || f->rows > SIDE_MAX)
		return "Rows (0028,0010)";
	if (f->columns == 0 || f->columns > SIDE_MAX)
		return "Columns (0028,0011)";
	if (f->bits_stored == 0 || f->bits_stored > 16)
		return "BitsStored (0028,0101)";
	if (f->photometric > EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB || f->min > f->max)
		return "PhotometricInterpretation (0028,0004)";
	if (!import_windows_good(f))
		return "WindowCenter (0028,1050)";
	if ((f->n_pixel_spacing_mm != 0 && f->n_pixel_spacing_mm != 2) ||
	    !import_finite(f->pixel_spacing_mm, f->n_pixel_spacing_mm))
		return "PixelSpacing (0028,0030)";
	if ((f->n_orientation != 0 && f->n_orientation != 6) ||
	    !import_finite(f->orientation, f->n_orientation))
		return "ImageOrientationPatient (0020,0037)";
	if ((f->n_position_mm != 0 && f->n_position_mm != 3) ||
	    !import_finite(f->position_mm, f->n_position_mm))
		return "ImagePositionPatient (0020,0032)";
	if (!import_finite(numbers, ARRAY_LEN(numbers)))
		return "RescaleSlope (0028,1053)";
	return NULL;
}

static int
import_frame_clean(struct arena *a, Emage__FrameInfo *f)
{
	f->patient_orientation_row =
	    fields_clean(a, f->patient_orientation_row, SHORT_MAX_CHARS, false);
	f->patient_orientation_column =
	    fields_clean(a, f->patient_orientation_column, SHORT_MAX_CHARS, false);
	if (f->patient_orientation_row == NULL || f->patient_orientation_column == NULL)
		return -EM_E_NO_MEMORY;
	for (size_t i = 0; i < f->n_windows; i++) {
		Emage__Window *w = f->windows[i];

		w->explanation = fields_clean(a, w->explanation, TEXT_MAX_CHARS, false);
		if (w->explanation == NULL)
			return -EM_E_NO_MEMORY;
	}
	return 0;
}

/* Where the slice lies along the normal of its plane. */
static double
import_place(const Emage__FrameInfo *f)
{
	const double *o = f->orientation, *p = f->position_mm;

	return (o[1] * o[5] - o[2] * o[4]) * p[0] + (o[2] * o[3] - o[0] * o[5]) * p[1] +
	       (o[0] * o[4] - o[1] * o[3]) * p[2];
}

static int
import_pack(struct arena *a, const Emage__FrameInfo *f, struct store_frame_new *to)
{
	uint8_t *packed;

	to->info_len = emage__frame_info__get_packed_size(f);
	packed = arena_alloc(a, to->info_len);
	if (packed == NULL)
		return -EM_E_NO_MEMORY;
	(void)emage__frame_info__pack(f, packed);
	to->info = packed;
	return 0;
}

/* Frames of one object: all with geometry, or all by number. */
static bool
import_has_geometry(Emage__ImagingFrame *const *frames, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (frames[i]->info->n_orientation != 6 || frames[i]->info->n_position_mm != 3)
			return false;
	}
	return true;
}

static int
import_frames(struct arena *a, const Emage__ImagingDecodeReply *found,
    Emage__ImagingFrame *const *frames, int64_t file_len, struct import_object *o)
{
	struct store_frame_new *rows = arena_alloc(a, found->n_frames * sizeof(*rows));
	bool geometry = import_has_geometry(frames, found->n_frames);
	int rc = 0;

	if (rows == NULL)
		return -EM_E_NO_MEMORY;
	for (uint32_t i = 0; rc == 0 && i < found->n_frames; i++) {
		Emage__FrameInfo *f = frames[i]->info;
		const char *fault = import_frame_fault(f);

		if (fault != NULL) {
			import_object_refuse(o, fault, "value out of range");
			return 0;
		}
		/* file_len < 0: a dry run has no codestreams */
		if (file_len >= 0 &&
		    (f->total_bytes == 0 || frames[i]->offset > (uint64_t)file_len ||
			f->total_bytes > (uint64_t)file_len - frames[i]->offset)) {
			import_object_refuse(o, "PixelData (7FE0,0010)", "frame outside its file");
			return 0;
		}
		rows[i].offset = frames[i]->offset;
		rows[i].n_bytes = f->total_bytes;
		rows[i].sort_key =
		    geometry ? import_place(f) : found->instance_number + i / (double)SIDE_MAX;
		rc = import_frame_clean(a, f);
		if (rc == 0)
			rc = import_pack(a, f, &rows[i]);
	}
	o->row.frames = rows;
	o->row.n_frames = found->n_frames;
	if (rc == 0 && found->n_frames > 0) {
		o->row.rows = frames[0]->info->rows;
		o->row.columns = frames[0]->info->columns;
	}
	return rc;
}

/* ----------------------------------------------------------------- report */

static int
import_read(int fd, char *to, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(fd, to + got, len - got, (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			log_error(
			    "import.report", "cause=%s", n < 0 ? strerrorname_np(errno) : "short");
			return -EM_E_IO;
		}
		got += (size_t)n;
	}
	return 0;
}

static int
import_report(struct arena *a, const Emage__ImagingDecodeReply *found, int fd, int64_t file_len,
    struct import_object *o)
{
	const size_t len = found->report_bytes;
	char *raw, *text;
	int rc;

	o->is_report = true;
	o->report.title = fields_clean(a, found->report_title, TEXT_MAX_CHARS, false);
	o->report.author = fields_clean(a, found->report_author, PERSON_MAX_CHARS, false);
	o->report.signed_at_ms = found->report_signed_at_ms;
	o->report.is_final = found->report_verified;
	if (o->report.title == NULL || o->report.author == NULL)
		return -EM_E_NO_MEMORY;
	if (len == 0 || len > REPORT_MAX_BYTES || (file_len >= 0 && (uint64_t)file_len < len)) {
		import_object_refuse(o, "", len == 0 ? "empty report" : "report too long");
		return 0;
	}
	if (file_len < 0)
		return 0;
	raw = arena_alloc(a, len + 1);
	text = arena_alloc(a, 3 * len + 1);
	if (raw == NULL || text == NULL)
		return -EM_E_NO_MEMORY;
	rc = import_read(fd, raw, len);
	if (rc < 0)
		return rc;
	o->report.text_len = text_sanitise(raw, len, true, text);
	o->report.text = text;
	if (o->report.text_len > REPORT_MAX_BYTES)
		import_object_refuse(o, "", "report too long");
	o->row.report = &o->report;
	return 0;
}

/* ------------------------------------------------------------------ whole */

static int64_t
import_taken_at(const Emage__ImagingDecodeReply *found)
{
	const uint32_t d = found->study_date, t = found->study_time;

	if (!fields_day(d))
		return INT64_MIN;
	if (t / 10000 > 23 || t / 100 % 100 > 59 || t % 100 > 59)
		return clock_day_start_ms(d);
	return clock_from_paris((int)(d / 10000), (int)(d / 100 % 100), (int)(d % 100),
	    (int)(t / 10000), (int)(t / 100 % 100), (int)(t % 100));
}

/* What every object must have; refuses otherwise. */
static void
import_identity(const Emage__ImagingDecodeReply *found, struct import_object *o)
{
	if (!fields_uid(found->sop_uid))
		import_object_refuse(o, "SOPInstanceUID (0008,0018)", "missing or malformed");
	else if (!fields_uid(found->study_uid))
		import_object_refuse(o, "StudyInstanceUID (0020,000D)", "missing or malformed");
	else if (!fields_uid(found->series_uid))
		import_object_refuse(o, "SeriesInstanceUID (0020,000E)", "missing or malformed");
	else if (o->row.taken_at_ms == INT64_MIN)
		import_object_refuse(o, "StudyDate (0008,0020)", "missing or malformed");
	else if (found->n_frames > FRAMES_MAX)
		import_object_refuse(o, "NumberOfFrames (0028,0008)", "too many");
	else if (found->n_frames == 0 && !found->is_report)
		import_object_refuse(o, "", "neither images nor a report");
	else if (!isfinite(found->frame_time_ms) || found->frame_time_ms < 0)
		import_object_refuse(o, "FrameTime (0018,1063)", "value out of range");
}

static int
import_texts(struct arena *a, const Emage__ImagingDecodeReply *found, struct import_object *o)
{
	const struct {
		const char **to;
		const char *from;
		size_t max_chars;
	} texts[] = {
	    {&o->patient_id, found->patient_id, TEXT_MAX_CHARS},
	    {&o->patient_issuer, found->patient_issuer, TEXT_MAX_CHARS},
	    {&o->institution, found->institution, TEXT_MAX_CHARS},
	    {&o->row.study_uid, found->study_uid, TEXT_MAX_CHARS},
	    {&o->row.series_uid, found->series_uid, TEXT_MAX_CHARS},
	    {&o->row.sop_uid, found->sop_uid, TEXT_MAX_CHARS},
	    {&o->row.sop_class_uid, found->sop_class_uid, TEXT_MAX_CHARS},
	    {&o->row.transfer_syntax_uid, found->transfer_syntax_uid, TEXT_MAX_CHARS},
	    {&o->row.accession_number, found->accession_number, SHORT_MAX_CHARS},
	    {&o->row.study_description, found->study_description, TEXT_MAX_CHARS},
	    {&o->row.series_description, found->series_description, TEXT_MAX_CHARS},
	    {&o->row.modality, found->modality, SHORT_MAX_CHARS},
	    {&o->row.body_part, found->body_part, SHORT_MAX_CHARS},
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		*texts[i].to = fields_clean(a, texts[i].from, texts[i].max_chars, false);
		if (*texts[i].to == NULL)
			return -EM_E_NO_MEMORY;
	}
	return 0;
}

static int
import_not_taken(struct arena *a, const Emage__ImagingDecodeReply *found, struct import_object *o)
{
	const char *reason = fields_clean(a, found->reason, PERSON_MAX_CHARS, false);
	const char *field = fields_clean(a, found->field, TEXT_MAX_CHARS, false);

	if (reason == NULL || field == NULL)
		return -EM_E_NO_MEMORY;
	import_object_refuse(o, field, reason[0] != '\0' ? reason : "not readable");
	if (found->ok)
		o->verdict = EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_SKIPPED;
	return 0;
}

int
import_object_make(struct arena *a, const Emage__ImagingDecodeReply *found,
    Emage__ImagingFrame *const *frames, int frames_fd, struct import_object *o)
{
	struct stat file = {.st_size = -1};
	int rc;

	*o = (struct import_object){.reason = "", .field = ""};
	o->row.taken_at_ms = import_taken_at(found);
	o->row.series_number = found->series_number;
	o->row.instance_number = found->instance_number;
	o->row.frame_time_ms = found->frame_time_ms;
	rc = import_texts(a, found, o);
	if (rc < 0)
		return rc;
	if (!found->ok || found->nothing_to_show)
		return import_not_taken(a, found, o);
	import_identity(found, o);
	if (o->verdict != EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_UNSPECIFIED)
		return 0;
	if (frames_fd >= 0 && fstat(frames_fd, &file) < 0) {
		log_error("import.stat", "cause=%s", strerrorname_np(errno));
		return -EM_E_IO;
	}
	if (found->is_report)
		return import_report(a, found, frames_fd, file.st_size, o);
	return import_frames(a, found, frames, file.st_size, o);
}
