/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_EXAM_H
#define EMAGE_DB_STORE_EXAM_H

#include "db/store_core.h"

/* Part of db/store.h: exams as they are looked at. */

enum exam_sort { EXAM_BY_DATE, EXAM_BY_ESTABLISHMENT, EXAM_BY_DESCRIPTION };

struct store_exam_query {
	uint64_t patient_id;
	int64_t from_ms, before_ms; /* half open; INT64_MIN / INT64_MAX = open end */
	uint64_t establishment_id;  /* 0 = any */
	bool all;		    /* as in store_eyes */
	enum exam_sort sort;
	bool ascending;
	uint32_t offset, limit;
};
/* Whose exams are looked at, and by whom: a patient sees released ones, a
 * professional with the record open all of them. */
struct store_eyes {
	uint64_t patient_id;
	bool all;
};
struct store_exam {
	uint64_t exam_id;
	uint64_t patient_id;
	int64_t taken_at_ms;
	uint64_t establishment_id;
	const char *establishment;
	const char *modality, *description;
	const char *study_uid, *accession_number;
	bool released, has_report;
	uint32_t n_images;
};
/* Exams of one patient, without study_uid and accession_number ("").
 * Rows in the arena. */
int store_exam_page(struct store_conn *db, struct arena *a, const struct store_exam_query *q,
    struct store_exam **rows_r, unsigned *n_r);
int store_exam_count(struct store_conn *db, const struct store_exam_query *q, uint32_t *n_r);
/* An exam of this patient; somebody else's is -EM_E_NOT_FOUND, by the
 * same path as one that does not exist (S-08). */
int store_exam_get(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t exam_id, struct store_exam *r);
/* Released or not, by its study UID. */
int store_exam_by_study(
    struct store_conn *db, uint64_t patient_id, const char *study_uid, uint64_t *exam_id_r);
int store_exam_release(struct store_conn *db, uint64_t exam_id, int64_t now_ms, bool *was_r);
/* Exams that came in by then and wait for their release, the longest first; at
 * most max. */
int store_exams_waiting(
    struct store_conn *db, int64_t arrived_by_ms, uint64_t *ids_r, unsigned max, unsigned *n_r);

/* ----------------------------------------------------------- what is in one */

struct store_report {
	const char *title, *author, *text;
	size_t text_len;
	int64_t signed_at_ms;
	bool is_final;
};
/* The newest final report, else the newest. -EM_E_NOT_FOUND = none. The exam's
 * patient must match. */
int store_report_get(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t exam_id, struct store_report *r);

struct store_series {
	uint64_t series_id;
	uint64_t exam_id;
	uint32_t number;
	const char *series_uid, *modality, *description, *body_part;
	uint32_t n_frames, rows, columns;
	double frame_time_ms;
};
/* Those with something to show, by number. */
int store_series_of(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t exam_id, struct store_series **rows_r, unsigned *n_r);

/* One frame: where its codestream lies, and its packed emage.FrameInfo. Order
 * in a series: by slice position along the normal where geometry allows, else
 * by instance number, then frame number. */
struct store_frame {
	uint64_t exam_id;
	uint64_t instance_id; /* names the file of codestreams */
	uint64_t offset;
	uint32_t n_bytes;
	const uint8_t *info;
	size_t info_len;
};
/* Frames first .. first+max-1 of a series, if these eyes may see its exam;
 * *total_r = frames in the series. -EM_E_NOT_FOUND otherwise. */
int store_frames_get(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t series_id, uint32_t first, uint32_t max, struct store_frame **rows_r, unsigned *n_r,
    uint32_t *total_r);

#endif
