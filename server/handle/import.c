/* SPDX-License-Identifier: MIT */
/*
 * Import of a DICOM object that has come whole (import_upload.c): the imaging
 * process decodes it on a worker, the files become durable under the number of
 * the instance to be, and then the row is written. Without the row the files go
 * again.
 */
#include "server/handle.h"

#include <string.h>
#include <unistd.h>

#include "proto/admin.pb-c.h"
#include "server/handle/fields.h"
#include "server/handle/import_object.h"
#include "server/handle/import_upload.h"
#include "server/handle/media.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/imaging_pool.h"
#include "server/policy/identifier.h"
#include "server/policy/release.h"
#include "server/server.h"

#define IDENTIFIER_MAX_BYTES 128u
/* Descriptions of 10,000 frames, and a report three times over. */
#define OBJECT_ARENA_BYTES ((size_t)64 << 20)
#define ID_DRAWS	   4u

struct import_state {
	struct arena *arena; /* of the object */
	int original_fd, frames_fd;
	uint64_t patient_id;	   /* named by the operator, or 0 */
	uint64_t establishment_id; /* likewise */
	struct import_object object;
	uint64_t instance_id; /* files under this number are there, 0 = none */
	bool row_added;
	bool told; /* the patient, perhaps */
};

int
check_admin_import_finish(struct request *rq)
{
	const Emage__AdminImportFinishRequest *m = rq->msg;

	if (m->upload_id == 0)
		return request_invalid(rq, "upload_id");
	if (strlen(m->patient_identifier) > IDENTIFIER_MAX_BYTES)
		return request_invalid(rq, "patient_identifier");
	if (m->finess[0] != '\0' && !fields_finess(m->finess))
		return request_invalid(rq, "finess");
	return 0;
}

/* On the io thread, however it ended. A commit that may or may not have been
 * made leaves the mark, and the next start decides. */
static void
import_cleanup(struct request *rq)
{
	struct import_state *st = rq->state;

	if (st->told)
		notice_wake(rq);
	if (st->instance_id != 0 && rq->result != -EM_E_UNCERTAIN)
		media_settle(
		    rq->server->media_fd, st->instance_id, st->row_added && rq->result == 0);
	if (st->original_fd >= 0)
		(void)close(st->original_fd);
	if (st->frames_fd >= 0)
		(void)close(st->frames_fd);
	arena_free(&st->arena);
}

/* What the operator names must be there, or the command has a fault. */
static int
import_named(struct request *rq, struct store_conn *db, struct import_state *st)
{
	const Emage__AdminImportFinishRequest *m = rq->msg;
	struct store_account who;
	char *kept;
	int rc = 0;

	if (m->patient_identifier[0] != '\0') {
		kept = arena_alloc(rq->arena, 3 * strlen(m->patient_identifier) + 1);
		if (kept == NULL)
			return -EM_E_NO_MEMORY;
		(void)policy_identifier_normalise(m->patient_identifier, kept);
		rc = store_account_by_identifier(db, rq->arena, kept, &who);
		if (rc == 0 && who.patient_id == 0)
			rc = -EM_E_NOT_FOUND;
		if (rc == -EM_E_NOT_FOUND)
			request_refuse(rq, EM_E_NOT_FOUND, "patient_identifier", 0, 0);
		if (rc < 0)
			return rc;
		st->patient_id = who.patient_id;
	}
	if (m->finess[0] != '\0') {
		rc = store_establishment_by_finess(db, m->finess, &st->establishment_id);
		if (rc == -EM_E_NOT_FOUND)
			request_refuse(rq, EM_E_NOT_FOUND, "finess", 0, 0);
	}
	return rc;
}

int
handle_admin_import_finish_read(struct request *rq, struct store_conn *db)
{
	const Emage__AdminImportFinishRequest *m = rq->msg;
	struct import_state *st = arena_alloc(rq->arena, sizeof(*st));
	bool whole = false;

	if (st == NULL)
		return -EM_E_NO_MEMORY;
	st->original_fd = import_take_upload(rq, m->upload_id, &whole);
	if (st->original_fd < 0)
		return st->original_fd;
	st->frames_fd = -1;
	st->arena = arena_new(OBJECT_ARENA_BYTES);
	rq->state = st;
	rq->cleanup = import_cleanup;
	return whole ? import_named(rq, db, st) : request_invalid(rq, "upload_id");
}

/* Both files under a number that nothing else has. */
static int
import_keep(struct request *rq, struct import_state *st)
{
	int rc = -EM_E_EXISTS;

	for (unsigned i = 0; rc == -EM_E_EXISTS && i < ID_DRAWS; i++) {
		uint64_t id = media_new_id(rq->now_ms);

		rc = media_keep(rq->server->media_fd, id,
		    st->object.row.n_frames > 0 ? st->frames_fd : -1, st->original_fd);
		if (rc == 0)
			st->instance_id = id;
	}
	return rc == -EM_E_EXISTS ? -EM_E_INTERNAL : rc;
}

int
handle_admin_import_finish_work(struct request *rq)
{
	const Emage__AdminImportFinishRequest *m = rq->msg;
	struct import_state *st = rq->state;
	Emage__ImagingDecodeReply *found = NULL;
	Emage__ImagingFrame **frames = NULL;
	int rc;

	st->frames_fd = media_temp(rq->server->media_fd);
	if (st->frames_fd < 0)
		return st->frames_fd;
	rc = imaging_decode(rq->server->imaging, st->arena, st->original_fd, st->frames_fd,
	    m->dry_run, &found, &frames);
	if (rc < 0 && (rc != -EM_E_INVALID || found == NULL))
		return rc;
	if (rc < 0)
		found->ok = false;
	rc = import_object_make(
	    st->arena, found, frames, m->dry_run ? -1 : st->frames_fd, &st->object);
	if (rc < 0)
		return rc;
	if (m->dry_run || st->object.verdict != EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_UNSPECIFIED)
		return 0;
	return import_keep(rq, st);
}

/* Whose object it is: the operator's word, else the local number with who gave
 * it; where the file names no issuer, the establishment that was named is. */
static int
import_patient(struct request *rq, struct store_conn *db, struct import_state *st)
{
	const Emage__AdminImportFinishRequest *m = rq->msg;
	struct import_object *o = &st->object;
	const char *authority = o->patient_issuer[0] != '\0' ? o->patient_issuer : m->finess;
	int rc;

	o->row.patient_id = st->patient_id;
	if (st->patient_id != 0)
		return 0;
	if (o->patient_id[0] == '\0') {
		import_object_refuse(o, "PatientID (0010,0020)", "missing");
		return 0;
	}
	rc = store_patient_by_ipp(db, authority, o->patient_id, &o->row.patient_id);
	if (rc != -EM_E_NOT_FOUND)
		return rc;
	import_object_refuse(o, "PatientID (0010,0020)",
	    o->patient_issuer[0] != '\0' ? "no patient has this number of this issuer"
					 : "no patient has this number (the file names no issuer)");
	return 0;
}

static int
import_establishment(struct store_conn *db, struct import_state *st)
{
	struct import_object *o = &st->object;
	int rc = -EM_E_NOT_FOUND;

	if (o->institution[0] != '\0')
		rc = store_establishment_by_name(db, o->institution, &o->row.establishment_id);
	if (rc != -EM_E_NOT_FOUND)
		return rc;
	o->row.establishment_id = st->establishment_id;
	if (st->establishment_id == 0)
		import_object_refuse(o, "InstitutionName (0008,0080)", "no such establishment");
	return 0;
}

/* The rule was looked at when the settings were read; one that is not known
 * releases nothing. */
static bool
import_releases(struct request *rq, const struct import_object *o)
{
	const Emage__AdminImportFinishRequest *m = rq->msg;
	enum policy_release how = POLICY_RELEASE_HAND;

	(void)policy_release_parse(server_settings(rq->server)->imaging_release, &how);
	return policy_releases(how, o->is_report && o->report.is_final, m->release);
}

static int
import_row(struct request *rq, struct store_conn *db, struct import_state *st, uint64_t *exam_r)
{
	const Emage__AdminImportFinishRequest *m = rq->msg;
	struct import_object *o = &st->object;
	uint64_t instance;
	int rc = store_instance_known(db, o->row.sop_uid, &instance, exam_r);

	if (rc == 0)
		o->verdict = EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_KNOWN;
	if (rc != -EM_E_NOT_FOUND)
		return rc;
	if (m->dry_run) {
		o->verdict = EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_WOULD_STORE;
		return 0;
	}
	o->row.instance_id = st->instance_id;
	o->row.now_ms = rq->now_ms;
	o->row.release = import_releases(rq, o);
	rc = store_instance_add(db, &o->row, &instance, exam_r);
	if (rc == -EM_E_INVALID) {
		import_object_refuse(
		    o, "StudyInstanceUID (0020,000D)", "this study belongs to another patient");
		return 0;
	}
	if (rc < 0)
		return rc;
	o->verdict = EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_STORED;
	return 0;
}

/* One row of the trail for an exam, not one for each of its images. */
static int
import_audit(
    struct request *rq, struct store_conn *db, const struct import_state *st, uint64_t exam_id)
{
	if (st->object.verdict != EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_STORED ||
	    (opened_is_recorded(rq, exam_id) && !st->object.row.release))
		return 0;
	rq->change.opened_exam_id = exam_id;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = "exam.imported",
		.patient_id = st->object.row.patient_id,
		.exam_id = exam_id,
		.detail = st->object.row.release ? "released" : "",
	    });
}

/* A report that its patient can read from now on. */
static int
import_tell(struct request *rq, struct store_conn *db, struct import_state *st, uint64_t exam_id)
{
	const struct import_object *o = &st->object;
	const struct notice_from from = notice_from(rq);

	if (o->verdict != EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_STORED ||
	    !(o->is_report || o->row.release))
		return 0;
	st->told = true;
	return notice_report_of(&from, db, exam_id);
}

static int
import_answer(struct request *rq, const struct import_object *o, uint64_t exam_id)
{
	Emage__AdminImportFinishReply *reply = rq->reply;

	reply->verdict = o->verdict;
	reply->reason = arena_strdup(rq->arena, o->reason);
	reply->field = arena_strdup(rq->arena, o->field);
	reply->study_uid = arena_strdup(rq->arena, o->row.study_uid);
	reply->modality = arena_strdup(rq->arena, o->row.modality);
	reply->n_frames = o->row.n_frames;
	reply->exam_id = exam_id;
	if (reply->reason == NULL || reply->field == NULL || reply->study_uid == NULL ||
	    reply->modality == NULL)
		return -EM_E_NO_MEMORY;
	if (o->verdict == EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_STORED)
		server_count(rq->server, imports_stored);
	if (o->verdict == EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_REFUSED)
		server_count(rq->server, imports_refused);
	return 0;
}

int
handle_admin_import_finish_write(struct request *rq, struct store_conn *db)
{
	const Emage__ImportVerdict good = EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_UNSPECIFIED;
	struct import_state *st = rq->state;
	struct import_object *o = &st->object;
	uint64_t exam_id = 0;
	int rc = 0;

	if (o->verdict == good)
		rc = import_patient(rq, db, st);
	if (rc == 0 && o->verdict == good)
		rc = import_establishment(db, st);
	if (rc == 0 && o->verdict == good)
		rc = import_row(rq, db, st, &exam_id);
	if (rc == 0)
		rc = import_audit(rq, db, st, exam_id);
	if (rc == 0)
		rc = import_tell(rq, db, st, exam_id);
	if (rc == 0)
		rc = import_answer(rq, o, exam_id);
	/* last: whatever failed before this undoes the row */
	st->row_added = rc == 0 && o->verdict == EMAGE__IMPORT_VERDICT__IMPORT_VERDICT_STORED;
	return rc;
}
