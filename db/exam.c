/* SPDX-License-Identifier: MIT */
/*
 * Exams as their patient sees them, or a professional who has the record open.
 * Each statement names the patient and asks for a released exam itself, unless
 * all are to be seen, so that somebody else's is no row at all.
 */
#include "db/conn.h"

static const struct db_field exam_fields[] = {
    DB_COL(struct store_exam, exam_id),
    DB_COL(struct store_exam, patient_id),
    DB_COL(struct store_exam, taken_at_ms),
    DB_COL(struct store_exam, establishment_id),
    DB_COL(struct store_exam, establishment),
    DB_COL(struct store_exam, modality),
    DB_COL(struct store_exam, description),
    DB_COL(struct store_exam, study_uid),
    DB_COL(struct store_exam, accession_number),
    DB_COL(struct store_exam, released),
    DB_COL(struct store_exam, has_report),
    DB_COL(struct store_exam, n_images),
};
static const struct db_field page_fields[] = {
    DB_COL(struct store_exam, exam_id),
    DB_COL(struct store_exam, taken_at_ms),
    DB_COL(struct store_exam, establishment_id),
    DB_COL(struct store_exam, establishment),
    DB_COL(struct store_exam, modality),
    DB_COL(struct store_exam, description),
    DB_COL(struct store_exam, released),
    DB_COL(struct store_exam, has_report),
    DB_COL(struct store_exam, n_images),
};
static const struct db_field report_fields[] = {
    DB_COL(struct store_report, title),
    DB_COL(struct store_report, author),
    DB_COL_BYTES(struct store_report, text, text_len),
    DB_COL(struct store_report, signed_at_ms),
    DB_COL(struct store_report, is_final),
};
static const struct db_field series_fields[] = {
    DB_COL(struct store_series, series_id),
    DB_COL(struct store_series, exam_id),
    DB_COL(struct store_series, number),
    DB_COL(struct store_series, series_uid),
    DB_COL(struct store_series, modality),
    DB_COL(struct store_series, description),
    DB_COL(struct store_series, body_part),
    DB_COL(struct store_series, n_frames),
    DB_COL(struct store_series, rows),
    DB_COL(struct store_series, columns),
    DB_COL(struct store_series, frame_time_ms),
};

static const enum db_query exam_page_queries[][2] = {
    [EXAM_BY_DATE] = {Q_exam_page_date_desc, Q_exam_page_date_asc},
    [EXAM_BY_ESTABLISHMENT] = {Q_exam_page_establishment_desc, Q_exam_page_establishment_asc},
    [EXAM_BY_DESCRIPTION] = {Q_exam_page_description_desc, Q_exam_page_description_asc},
};

int
store_exam_page(struct store_conn *db, struct arena *a, const struct store_exam_query *q,
    struct store_exam **rows_r, unsigned *n_r)
{
	struct store_exam *exams;
	void *rows = NULL;
	unsigned i;
	int rc;

	*rows_r = NULL;
	*n_r = 0;
	if ((unsigned)q->sort >= ARRAY_LEN(exam_page_queries))
		return -EM_E_INVALID;
	rc = db_all(db, a, exam_page_queries[q->sort][q->ascending],
	    BINDS(db_u64(q->patient_id), db_i64(q->from_ms), db_i64(q->before_ms),
		db_u64(q->establishment_id), db_i64(q->all), db_i64(q->limit), db_i64(q->offset)),
	    DB_FIELDS(struct store_exam, page_fields), &rows, n_r);
	exams = rows;
	for (i = 0; i < *n_r; i++) {
		exams[i].patient_id = q->patient_id;
		exams[i].study_uid = exams[i].accession_number = "";
	}
	*rows_r = exams;
	return rc;
}

int
store_exam_count(struct store_conn *db, const struct store_exam_query *q, uint32_t *n_r)
{
	int64_t n = 0;
	int rc = db_scalar(db, Q_exam_count,
	    BINDS(db_u64(q->patient_id), db_i64(q->from_ms), db_i64(q->before_ms),
		db_u64(q->establishment_id), db_i64(q->all)),
	    &n);

	if (!rc)
		*n_r = (uint32_t)n;
	return rc;
}

int
store_exam_get(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t exam_id, struct store_exam *r)
{
	return db_one(db, a, Q_exam_get,
	    BINDS(db_u64(exam_id), db_u64(eyes->patient_id), db_i64(eyes->all)),
	    DB_FIELDS(struct store_exam, exam_fields), r);
}

int
store_exam_by_study(
    struct store_conn *db, uint64_t patient_id, const char *study_uid, uint64_t *exam_id_r)
{
	return db_id(db, Q_exam_by_study, BINDS(db_u64(patient_id), db_text(study_uid)), exam_id_r);
}

int
store_exam_release(struct store_conn *db, uint64_t exam_id, int64_t now_ms, bool *was_r)
{
	uint64_t changed = 0;
	int64_t at = 0;
	int rc = db_exec(db, Q_exam_release, BINDS(db_i64(now_ms), db_u64(exam_id)), &changed);

	if (rc)
		return rc;
	if (!changed) {
		rc = db_scalar(db, Q_exam_released_at, BINDS(db_u64(exam_id)), &at);
		if (rc)
			return rc;
	}
	*was_r = !changed;
	return 0;
}

struct waiting {
	uint64_t exam_id;
};

int
store_exams_waiting(
    struct store_conn *db, int64_t arrived_by_ms, uint64_t *ids_r, unsigned max, unsigned *n_r)
{
	static const struct db_field fields[] = {DB_COL(struct waiting, exam_id)};

	_Static_assert(sizeof(struct waiting) == sizeof(*ids_r), "rows are ids");
	return db_some(db, NULL, Q_exams_waiting, BINDS(db_i64(arrived_by_ms), db_i64(max)),
	    DB_FIELDS(struct waiting, fields), ids_r, max, n_r);
}

int
store_report_get(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t exam_id, struct store_report *r)
{
	return db_one(db, a, Q_report_get,
	    BINDS(db_u64(eyes->patient_id), db_i64(eyes->all), db_u64(exam_id)),
	    DB_FIELDS(struct store_report, report_fields), r);
}

int
store_series_of(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t exam_id, struct store_series **rows_r, unsigned *n_r)
{
	void *rows = NULL;
	int rc = db_all(db, a, Q_series_of,
	    BINDS(db_u64(eyes->patient_id), db_i64(eyes->all), db_u64(exam_id)),
	    DB_FIELDS(struct store_series, series_fields), &rows, n_r);

	*rows_r = rows;
	return rc;
}
