/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_IMPORT_H
#define EMAGE_DB_STORE_IMPORT_H

#include "db/store_exam.h"

/* Part of db/store.h: what DICOM objects bring. */

struct store_frame_new {
	uint64_t offset;
	uint32_t n_bytes;
	double sort_key; /* position along the normal, else instance number */
	const uint8_t *info;
	size_t info_len;
};
struct store_instance_new {
	uint64_t instance_id; /* chosen by the caller, who has made its files; 0 = any */
	uint64_t patient_id, establishment_id;
	const char *study_uid, *accession_number, *study_description;
	int64_t taken_at_ms;
	const char *series_uid, *series_description, *modality, *body_part;
	int32_t series_number;
	double frame_time_ms;
	uint32_t rows, columns;
	const char *sop_class_uid, *sop_uid, *transfer_syntax_uid;
	int32_t instance_number;
	const struct store_frame_new *frames;
	unsigned n_frames;
	/* a report instead of, or with, frames; text NULL = none */
	const struct store_report *report;
	bool release; /* the exam to its patient */
	int64_t now_ms;
};
/* -EM_E_EXISTS with the ids when the SOP instance is known (idempotent import),
 * -EM_E_INVALID when its study belongs to another patient. *instance_id_r names
 * the files the caller then keeps; an id of the caller's that is taken is
 * -EM_E_INTERNAL. Objects come in any order: the exam has the time of its
 * earliest, the kind of its first with pictures, and what an earlier one left
 * open. */
int store_instance_add(struct store_conn *db, const struct store_instance_new *i,
    uint64_t *instance_id_r, uint64_t *exam_id_r);
int store_instance_known(
    struct store_conn *db, const char *sop_uid, uint64_t *instance_id_r, uint64_t *exam_id_r);
/* Whether there is a row of this id: files without one are left from a crash. */
int store_instance_exists(struct store_conn *db, uint64_t instance_id, bool *exists_r);

#endif
