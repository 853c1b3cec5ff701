/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_IMPORT_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_IMPORT_H

#include <ftw.h>

#include "tests/unit/test_handle_person.h"

/*
 * An imaging process that finds in every file what the test has planned, and
 * the requests of an import around it.
 */
#define PLAN_FRAMES 200u

static struct {
	int rc;
	bool broken; /* found->ok stays false */
	bool nothing_to_show;
	const char *study_uid, *series_uid, *sop_uid, *patient_id, *issuer, *institution;
	const char *description, *modality;
	uint32_t study_date, study_time;
	int32_t instance_number;
	uint32_t n_frames;
	uint32_t frame_bytes;
	bool geometry; /* frames on a stack, in falling order */
	void (*spoil)(Emage__ImagingDecodeReply *r, Emage__ImagingFrame **frames);
	/* a report instead of frames */
	const char *report;
	size_t report_len;
	bool verified;
	/* what came */
	unsigned n_calls;
	char file[64]; /* front of the newest file */
} plan;

static inline uint8_t
plan_byte(int32_t instance_number, uint32_t frame, uint32_t at)
{
	return (uint8_t)((uint32_t)instance_number * 31 + frame * 7 + at);
}

static inline void
plan_reset(void)
{
	memset(&plan, 0, sizeof(plan));
	plan.study_uid = "1.2.3";
	plan.series_uid = "1.2.3.1";
	plan.sop_uid = "1.2.3.1.1";
	plan.patient_id = "IPP-1";
	plan.issuer = "HOPITAL-ESSAI";
	plan.institution = "Hôpital d'essai";
	plan.description = "SCANNER THORAX";
	plan.modality = "CT";
	plan.study_date = 20151224;
	plan.study_time = 155800;
	plan.instance_number = 1;
	plan.n_frames = 1;
	plan.frame_bytes = 1000;
}

static inline Emage__ImagingFrame *
plan_frame(struct arena *a, uint32_t i)
{
	Emage__ImagingFrame *f = arena_alloc(a, sizeof(*f));
	Emage__FrameInfo *info = arena_alloc(a, sizeof(*info));
	double *numbers = arena_alloc(a, 9 * sizeof(*numbers));

	assert_true(f != NULL && info != NULL && numbers != NULL);
	emage__imaging_frame__init(f);
	emage__frame_info__init(info);
	f->info = info;
	f->offset = (uint64_t)i * plan.frame_bytes;
	info->rows = 4;
	info->columns = 8;
	info->bits_stored = 12;
	info->total_bytes = plan.frame_bytes;
	info->slope = 1;
	info->max = 4095;
	info->instance_number = plan.instance_number;
	if (plan.geometry) {
		numbers[0] = numbers[4] = 1; /* an axial plane: the normal is z */
		numbers[8] = -1.5 * plan.instance_number - i;
		info->n_orientation = 6;
		info->orientation = numbers;
		info->n_position_mm = 3;
		info->position_mm = numbers + 6;
	}
	return f;
}

static inline void
plan_write(int fd)
{
	static uint8_t bytes[1 << 20];

	if (plan.report != NULL) {
		assert_int_equal(write(fd, plan.report, plan.report_len), plan.report_len);
		return;
	}
	assert_true(plan.frame_bytes <= sizeof(bytes));
	for (uint32_t i = 0; i < plan.n_frames; i++) {
		for (uint32_t k = 0; k < plan.frame_bytes; k++)
			bytes[k] = plan_byte(plan.instance_number, i, k);
		assert_int_equal(write(fd, bytes, plan.frame_bytes), plan.frame_bytes);
	}
}

int
imaging_decode(struct imaging_pool *p, struct arena *a, int in_fd, int out_fd, bool metadata_only,
    Emage__ImagingDecodeReply **reply_r, Emage__ImagingFrame ***frames_r)
{
	static Emage__ImagingFrame *frames[PLAN_FRAMES];
	Emage__ImagingDecodeReply *r = arena_alloc(a, sizeof(*r));

	(void)p;
	plan.n_calls++;
	memset(plan.file, 0, sizeof(plan.file));
	assert_true(pread(in_fd, plan.file, sizeof(plan.file) - 1, 0) >= 0);
	emage__imaging_decode_reply__init(r);
	*reply_r = r;
	*frames_r = frames;
	r->ok = !plan.broken;
	r->nothing_to_show = plan.nothing_to_show;
	if (plan.broken || plan.nothing_to_show)
		r->reason = (char *)(uintptr_t) "as planned";
	r->patient_id = (char *)(uintptr_t)plan.patient_id;
	r->patient_issuer = (char *)(uintptr_t)plan.issuer;
	r->institution = (char *)(uintptr_t)plan.institution;
	r->study_uid = (char *)(uintptr_t)plan.study_uid;
	r->study_description = (char *)(uintptr_t)plan.description;
	r->study_date = plan.study_date;
	r->study_time = plan.study_time;
	r->series_uid = (char *)(uintptr_t)plan.series_uid;
	r->series_number = 2;
	r->modality = (char *)(uintptr_t)plan.modality;
	r->sop_uid = (char *)(uintptr_t)plan.sop_uid;
	r->instance_number = plan.instance_number;
	if (plan.report != NULL) {
		r->is_report = true;
		r->report_bytes = (uint32_t)plan.report_len;
		r->report_title = (char *)(uintptr_t) "Compte rendu";
		r->report_author = (char *)(uintptr_t) "Dr Modèle";
		r->report_verified = plan.verified;
		r->report_signed_at_ms = PLACE_NOW_MS;
	} else {
		r->n_frames = plan.n_frames;
		for (uint32_t i = 0; i < plan.n_frames; i++)
			frames[i] = plan_frame(a, i);
	}
	if (!metadata_only)
		plan_write(out_fd);
	if (plan.spoil != NULL)
		plan.spoil(r, frames);
	return plan.rc;
}

/* --------------------------------------------------------------- requests */

struct imported {
	int err;
	Emage__ImportVerdict verdict;
	char reason[128], field[64];
	uint64_t exam_id;
	uint32_t n_frames;
};

struct import_how {
	bool dry_run, release;
	const char *patient_identifier, *finess;
};

static inline uint32_t
import_upload(struct place *p, struct caller *op, const char *bytes, uint64_t total)
{
	Emage__AdminImportOpenRequest open_rq = EMAGE__ADMIN_IMPORT_OPEN_REQUEST__INIT;
	Emage__AdminImportDataRequest data_rq = EMAGE__ADMIN_IMPORT_DATA_REQUEST__INIT;
	struct call c = {.n_replies = 0};

	open_rq.total_bytes = total;
	call_begin(&c, p, op, METHOD_admin_import_open, &open_rq);
	assert_int_equal(c.err, 0);
	data_rq.upload_id = ((const Emage__AdminImportOpenReply *)c.rq.reply)->upload_id;
	call_end(&c);
	data_rq.data.data = (uint8_t *)(uintptr_t)bytes;
	data_rq.data.len = strlen(bytes);
	assert_int_equal(call_once(p, op, METHOD_admin_import_data, &data_rq), 0);
	return data_rq.upload_id;
}

static inline struct imported
import_with(struct place *p, struct caller *op, const struct import_how *how)
{
	static const char bytes[] = "a DICOM file, by its name";
	Emage__AdminImportFinishRequest m = EMAGE__ADMIN_IMPORT_FINISH_REQUEST__INIT;
	struct imported r = {.err = 0};
	struct call c = {.n_replies = 0};

	m.upload_id = import_upload(p, op, bytes, strlen(bytes));
	m.dry_run = how->dry_run;
	m.release = how->release;
	if (how->patient_identifier != NULL)
		m.patient_identifier = (char *)(uintptr_t)how->patient_identifier;
	if (how->finess != NULL)
		m.finess = (char *)(uintptr_t)how->finess;
	call_begin(&c, p, op, METHOD_admin_import_finish, &m);
	r.err = c.err;
	if (c.err == 0) {
		const Emage__AdminImportFinishReply *reply = c.rq.reply;

		r.verdict = reply->verdict;
		r.exam_id = reply->exam_id;
		r.n_frames = reply->n_frames;
		(void)snprintf(r.reason, sizeof(r.reason), "%s", reply->reason);
		(void)snprintf(r.field, sizeof(r.field), "%s", reply->field);
	}
	call_end(&c);
	return r;
}

static inline struct imported
import_one(struct place *p, struct caller *op)
{
	return import_with(p, op, &(struct import_how){.release = true});
}

static inline void
import_establishment_add(struct place *p, const char *finess, const char *name)
{
	Emage__AdminEstablishmentAddRequest m = EMAGE__ADMIN_ESTABLISHMENT_ADD_REQUEST__INIT;
	struct caller op = caller_operator();

	m.finess = (char *)(uintptr_t)finess;
	m.name = (char *)(uintptr_t)name;
	assert_int_equal(call_once(p, &op, METHOD_admin_establishment_add, &m), 0);
}

#define VERDICT(name) EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_##name

/* ------------------------------------------------------------------ files */

static unsigned media_n_files;

static inline int
media_count_one(const char *path, const struct stat *st, int kind, struct FTW *w)
{
	(void)path;
	(void)st;
	(void)w;
	media_n_files += kind == FTW_F;
	return 0;
}

/* Files of the media folder, marks included. */
static inline unsigned
media_files(const struct place *p)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/media", p->dir);
	media_n_files = 0;
	assert_int_equal(nftw(path, media_count_one, 8, FTW_PHYS), 0);
	return media_n_files;
}

#endif
