/* SPDX-License-Identifier: MIT */
/*
 * One DICOM object into the store: its study becomes an exam, its series and
 * frames are put in order, its report kept. Objects come in any order and any
 * number of times; the result is the same.
 */
#include "db/frame.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Scratch for one frame: a few places. */
#define IMPORT_SCRATCH_BYTES 16384

struct import_known {
	uint64_t instance_id, exam_id, patient_id;
};
struct import_exam {
	uint64_t exam_id, patient_id;
	int64_t taken_at_ms;
	uint64_t establishment_id;
	uint32_t n_images;
	bool described;
};

static const struct db_field known_fields[] = {
    DB_COL(struct import_known, instance_id),
    DB_COL(struct import_known, exam_id),
    DB_COL(struct import_known, patient_id),
};
static const struct db_field exam_fields[] = {
    DB_COL(struct import_exam, exam_id),
    DB_COL(struct import_exam, patient_id),
    DB_COL(struct import_exam, taken_at_ms),
    DB_COL(struct import_exam, establishment_id),
    DB_COL(struct import_exam, n_images),
    DB_COL(struct import_exam, described),
};

static int
import_find(struct store_conn *db, const char *sop_uid, struct import_known *k)
{
	return db_one(db, NULL, Q_instance_known, BINDS(db_text(sop_uid)),
	    DB_FIELDS(struct import_known, known_fields), k);
}

int
store_instance_known(
    struct store_conn *db, const char *sop_uid, uint64_t *instance_id_r, uint64_t *exam_id_r)
{
	struct import_known k;
	int rc = import_find(db, sop_uid, &k);

	if (rc)
		return rc;
	*instance_id_r = k.instance_id;
	*exam_id_r = k.exam_id;
	return 0;
}

int
store_instance_exists(struct store_conn *db, uint64_t instance_id, bool *exists_r)
{
	int64_t n = 0;
	int rc = db_scalar(db, Q_instance_exists, BINDS(db_u64(instance_id)), &n);

	if (!rc)
		*exists_r = n > 0;
	return rc;
}

/* ------------------------------------------------------------------- exam */

static int
import_new_exam(
    struct store_conn *db, const struct store_instance_new *i, struct import_exam *exam_r)
{
	char *fold = db_fold(i->study_description);
	uint64_t id;
	int rc = db_id(db, Q_sequence_next, BINDS(db_text("exam")), &id);

	if (!rc)
		rc = db_exec(db, Q_exam_insert,
		    BINDS(db_u64(i->patient_id), db_i64(i->taken_at_ms), db_u64(id),
			db_u64(i->establishment_id), db_text(i->modality),
			db_text(i->study_description), db_text(fold), db_text(i->study_uid),
			db_text(i->accession_number), db_i64(i->now_ms)),
		    NULL);
	else if (rc == -EM_E_NOT_FOUND)
		rc = -EM_E_INTERNAL;
	free(fold);
	*exam_r = (struct import_exam){.exam_id = id, .patient_id = i->patient_id};
	return rc;
}

static int
import_describe(struct store_conn *db, const struct store_instance_new *i, uint64_t exam_id)
{
	char *fold = db_fold(i->study_description);
	int rc = db_exec_one(db, Q_exam_set_description,
	    BINDS(db_text(i->study_description), db_text(fold), db_u64(exam_id)));

	free(fold);
	return rc;
}

/* What an earlier object of the study left open, this one may tell. */
static int
import_complete_exam(
    struct store_conn *db, const struct store_instance_new *i, const struct import_exam *exam)
{
	bool earlier = i->taken_at_ms && (!exam->taken_at_ms || i->taken_at_ms < exam->taken_at_ms);
	int rc = 0;

	if (earlier)
		rc = db_exec_one(
		    db, Q_exam_set_taken, BINDS(db_i64(i->taken_at_ms), db_u64(exam->exam_id)));
	if (!rc && !exam->establishment_id && i->establishment_id)
		rc = db_exec_one(db, Q_exam_set_establishment,
		    BINDS(db_u64(i->establishment_id), db_u64(exam->exam_id)));
	if (!rc && !exam->described && *i->study_description)
		rc = import_describe(db, i, exam->exam_id);
	return rc;
}

static int
import_exam(struct store_conn *db, const struct store_instance_new *i, struct import_exam *exam_r)
{
	int rc = db_one(db, NULL, Q_study_known, BINDS(db_text(i->study_uid)),
	    DB_FIELDS(struct import_exam, exam_fields), exam_r);

	if (rc == -EM_E_NOT_FOUND)
		return import_new_exam(db, i, exam_r);
	if (rc)
		return rc;
	if (exam_r->patient_id != i->patient_id)
		return -EM_E_INVALID;
	return import_complete_exam(db, i, exam_r);
}

/* -------------------------------------------------------- series, instance */

static int
import_series(struct store_conn *db, const struct store_instance_new *i, uint64_t exam_id,
    uint64_t *series_id_r)
{
	int64_t number = i->series_number > 0 ? i->series_number : 0;
	int rc =
	    db_id(db, Q_series_known, BINDS(db_u64(exam_id), db_text(i->series_uid)), series_id_r);

	if (rc != -EM_E_NOT_FOUND)
		return rc;
	return db_id(db, Q_series_insert,
	    BINDS(db_u64(exam_id), db_text(i->series_uid), db_i64(number), db_text(i->modality),
		db_text(i->series_description), db_text(i->body_part)),
	    series_id_r);
}

/* Files are made before their row, under the number that the row will have. */
static uint64_t
import_draw_id(void)
{
	uint64_t id;

	do {
		randombytes_buf(&id, sizeof(id));
		id >>= 2;
	} while (!id);
	return id;
}

static int
import_instance(struct store_conn *db, const struct store_instance_new *i, uint64_t series_id,
    uint64_t *instance_id_r)
{
	*instance_id_r = i->instance_id ? i->instance_id : import_draw_id();
	return db_exec(db, Q_instance_insert,
	    BINDS(db_u64(*instance_id_r), db_u64(series_id), db_text(i->sop_uid),
		db_text(i->sop_class_uid), db_text(i->transfer_syntax_uid),
		db_i64(i->instance_number), db_i64(i->rows), db_i64(i->columns),
		db_i64(i->n_frames), db_i64(i->now_ms)),
	    NULL);
}

/* Puts the frames in their places; *least_r is the first of these. */
static int
import_places(struct store_conn *db, struct arena *scratch, const struct store_instance_new *i,
    uint64_t series_id, uint64_t instance_id, uint8_t least_r[PLACE_LEN])
{
	uint8_t place[PLACE_LEN];
	unsigned k;
	int rc = 0;

	for (k = 0; k < i->n_frames && !rc; k++) {
		place_make(i->frames[k].sort_key, i->instance_number, i->sop_uid, k, place);
		if (k == 0 || memcmp(place, least_r, PLACE_LEN) < 0)
			memcpy(least_r, place, PLACE_LEN);
		rc = frame_add(db, scratch, series_id, instance_id, place, &i->frames[k]);
		arena_reset(scratch);
	}
	return rc;
}

static int
import_frames(struct store_conn *db, const struct store_instance_new *i, uint64_t series_id,
    uint64_t instance_id)
{
	struct arena *scratch;
	uint8_t least[PLACE_LEN];
	int rc;

	if (!i->n_frames)
		return 0;
	scratch = arena_new(IMPORT_SCRATCH_BYTES);
	rc = import_places(db, scratch, i, series_id, instance_id, least);
	if (!rc)
		rc = db_exec_one(db, Q_series_grow, BINDS(db_i64(i->n_frames), db_u64(series_id)));
	/* a series has the size and the pace of what is shown first in it */
	if (!rc)
		rc = frame_place_is_first(db, scratch, series_id, least);
	if (rc == 1)
		rc = db_exec_one(db, Q_series_set_size,
		    BINDS(db_i64(i->rows), db_i64(i->columns), db_f64(i->frame_time_ms),
			db_u64(series_id)));
	arena_free(&scratch);
	return rc;
}

static int
import_report(struct store_conn *db, const struct store_instance_new *i, uint64_t exam_id,
    uint64_t instance_id)
{
	const struct store_report *r = i->report;

	if (!r || !r->text)
		return 0;
	return db_exec(db, Q_report_insert,
	    BINDS(db_u64(exam_id), db_u64(instance_id), db_text(r->title), db_text(r->author),
		(struct db_value){.type = DB_TEXT, .p = r->text, .len = r->text_len},
		db_i64(r->signed_at_ms), db_i64(r->is_final), db_i64(i->now_ms)),
	    NULL);
}

static int
import_new(struct store_conn *db, const struct store_instance_new *i, uint64_t *instance_id_r,
    uint64_t *exam_id_r)
{
	struct import_exam exam;
	uint64_t series_id = 0;
	bool was, has_report = i->report && i->report->text;
	int rc = import_exam(db, i, &exam);

	if (!rc)
		rc = import_series(db, i, exam.exam_id, &series_id);
	if (!rc)
		rc = import_instance(db, i, series_id, instance_id_r);
	if (!rc)
		rc = import_frames(db, i, series_id, *instance_id_r);
	if (!rc)
		rc = import_report(db, i, exam.exam_id, *instance_id_r);
	/* an exam is of the kind of its first pictures, not of its report */
	if (!rc)
		rc = db_exec_one(db, Q_exam_grow,
		    BINDS(db_i64(i->n_frames),
			db_text(i->n_frames && !exam.n_images ? i->modality : ""),
			db_i64(has_report), db_u64(exam.exam_id)));
	if (!rc && i->release)
		rc = store_exam_release(db, exam.exam_id, i->now_ms, &was);
	*exam_id_r = exam.exam_id;
	/* EXISTS would say that the object is known; what is taken here is its number */
	return rc == -EM_E_NOT_FOUND || rc == -EM_E_EXISTS ? -EM_E_INTERNAL : rc;
}

int
store_instance_add(struct store_conn *db, const struct store_instance_new *i,
    uint64_t *instance_id_r, uint64_t *exam_id_r)
{
	struct import_known k;
	int rc = import_find(db, i->sop_uid, &k);

	if (rc == -EM_E_NOT_FOUND)
		return import_new(db, i, instance_id_r, exam_id_r);
	if (rc)
		return rc;
	if (k.patient_id != i->patient_id)
		return -EM_E_INVALID;
	*instance_id_r = k.instance_id;
	*exam_id_r = k.exam_id;
	return -EM_E_EXISTS;
}
