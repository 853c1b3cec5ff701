/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_WIRE_TEST_RECORD_OPEN_H
#define EMAGE_TESTS_WIRE_TEST_RECORD_OPEN_H

#include "tests/lib/check.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "proto/access.pb-c.h"
#include "proto/exam.pb-c.h"
#include "proto/record.pb-c.h"
#include "tests/lib/staff_fixture.h"

/*
 * Two professionals and three patients on a real server: one with images, one with
 * nothing, one whose consent is withdrawn.
 */
#define N_FRAMES 10 /* of the ultrasound loop of octave-dicom */
#define RECORD_S 300

static struct fixture *server;
static struct fixture_patient camille, paule, gone;
static struct staff doctor, colleague;

static inline int
record_set_up(void **state)
{
	static const char *const sets[] = {
	    "access.record_s=300", "session.terminal_idle_s=3600", NULL};
	char *ct = fixture_dicom("CT_small.dcm");
	const char *paths[] = {NULL, ct, NULL};
	glob_t loop;

	(void)state;
	server = fixture_new(sets);
	fixture_start(server);
	fixture_add_establishment(server, "679900019", "CHU FICTIF");
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	fixture_add_patient(server, "Paule", "paule@example.org", &paule);
	fixture_add_patient(server, "Partie", "partie@example.org", &gone);
	wire_first_sign_in(server, &camille);
	/* whatever the version of octave-dicom */
	assert_int_equal(
	    glob("/usr/share/octave/packages/dicom-*/imdata/US-PAL-8-10x-echo.dcm", 0, NULL, &loop),
	    0);
	paths[0] = loop.gl_pathv[0];
	fixture_import(server, &camille, paths);
	globfree(&loop);
	free(ct);
	staff_new(server, EMAGE__ROLE__ROLE_PROFESSIONAL, 1, 0, &doctor);
	staff_new(server, EMAGE__ROLE__ROLE_PROFESSIONAL, 2, 0, &colleague);
	fixture_stop(server);
	/* the loop waits for its release, the third patient's consent is withdrawn */
	fixture_sql(server, "UPDATE exam SET released_at_ms = 0 WHERE n_images = 10");
	fixture_sql(server,
	    "INSERT INTO consent (patient_id, given, at_ms, operator_name)"
	    " SELECT patient_id, 0, 1, '' FROM patient WHERE given_name = 'Partie'");
	fixture_start(server);
	return 0;
}

static inline int
record_tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* A day later, so that nothing is left of the test before. */
static inline struct wire *
sign_in(const struct fixture_patient *p)
{
	struct wire *w = wire_open_greeted(server);

	wire_sign_in(w, p);
	return w;
}

static inline struct wire *
doctor_in(void)
{
	fixture_advance(server, 24 * 3600 * 1000);
	return sign_in(&doctor.person);
}

static inline int
open_record(struct wire *w, uint64_t patient_id, const char *motive, const char *detail)
{
	Emage__RecordOpenRequest rq = EMAGE__RECORD_OPEN_REQUEST__INIT;

	rq.patient_id = patient_id;
	rq.motive = (char *)(uintptr_t)motive;
	rq.motive_detail = (char *)(uintptr_t)detail;
	return wire_call(w, METHOD_record_open, &rq);
}

static inline int
list_exams(struct wire *w)
{
	Emage__ExamListRequest rq = EMAGE__EXAM_LIST_REQUEST__INIT;

	rq.page = 1;
	rq.page_size = 10;
	return wire_call(w, METHOD_exam_list, &rq);
}

/* Of the newest list: the exam that waits for its release, or the other. */
static inline uint64_t
exam_of(struct wire *w, bool withheld)
{
	const Emage__ExamListReply *list;

	assert_int_equal(list_exams(w), 0);
	list = (const Emage__ExamListReply *)w->reply;
	for (size_t i = 0; i < list->n_rows; i++)
		if (list->rows[i]->withheld == withheld)
			return list->rows[i]->exam_id;
	return 0;
}

static inline int
series(struct wire *w, uint64_t exam_id, uint64_t *series_id_r)
{
	Emage__ExamSeriesRequest rq = EMAGE__EXAM_SERIES_REQUEST__INIT;
	int rc;

	rq.exam_id = exam_id;
	rc = wire_call(w, METHOD_exam_series, &rq);
	if (rc == 0 && series_id_r)
		*series_id_r = ((const Emage__ExamSeriesReply *)w->reply)->series[0]->series_id;
	return rc;
}

static inline uint64_t
open_now(struct wire *w)
{
	assert_int_equal(wire_call_empty(w, METHOD_record_get), 0);
	return ((const Emage__RecordGetReply *)w->reply)->patient_id;
}

/* Of those who are staff, all of one name, in the order in which they were added. */
static inline uint64_t
professional_at(struct wire *patient, size_t i)
{
	Emage__DirectorySearchRequest rq = EMAGE__DIRECTORY_SEARCH_REQUEST__INIT;
	const Emage__DirectorySearchReply *r;

	rq.family_name = (char *)(uintptr_t) "MEDECIN";
	rq.page = 1;
	rq.page_size = 50;
	assert_int_equal(wire_call(patient, METHOD_directory_search, &rq), 0);
	r = (const Emage__DirectorySearchReply *)patient->reply;
	assert_true(i < r->n_rows);
	return r->rows[i]->professional_id;
}

static inline void
block(struct wire *patient, uint64_t professional_id)
{
	Emage__BlockAddRequest rq = EMAGE__BLOCK_ADD_REQUEST__INIT;

	rq.professional_id = professional_id;
	assert_int_equal(wire_call(patient, METHOD_block_add, &rq), 0);
}

static inline void
unblock(struct wire *patient, uint64_t professional_id)
{
	Emage__BlockRemoveRequest rq = EMAGE__BLOCK_REMOVE_REQUEST__INIT;

	rq.professional_id = professional_id;
	assert_int_equal(wire_call(patient, METHOD_block_remove, &rq), 0);
}

static inline void
expect_same_refusal(struct wire *w, uint64_t patient_id)
{
	uint8_t got[128], want[128];
	Emage__Error e = EMAGE__ERROR__INIT;
	size_t n;

	assert_int_equal(open_record(w, patient_id, "seen", ""), -EM_E_NOT_FOUND);
	e.code = EM_E_NOT_FOUND;
	n = emage__error__pack(&e, want);
	assert_int_equal(emage__error__get_packed_size(w->error), n);
	emage__error__pack(w->error, got);
	assert_memory_equal(got, want, n);
}

#endif
