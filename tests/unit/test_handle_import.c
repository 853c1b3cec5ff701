/* SPDX-License-Identifier: MIT */
/*
 * Import: uploads in pieces, what becomes of each kind of file, and that files
 * and rows share one fate.
 */
#include "tests/unit/test_handle_import.h"
#include "tests/unit/test_handle_sql.h"

#include <math.h>

#include "server/handle/media.h"

static int
import_setup(void **state)
{
	int rc = place_setup(state);

	plan_reset();
	import_establishment_add(*state, "670000001", "Hôpital d'essai");
	(void)person_add(*state, "IPP-1");
	return rc;
}

/* ----------------------------------------------------------------- upload */

static void
test_upload_in_pieces(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__AdminImportDataRequest m = EMAGE__ADMIN_IMPORT_DATA_REQUEST__INIT;
	Emage__AdminImportFinishRequest finish = EMAGE__ADMIN_IMPORT_FINISH_REQUEST__INIT;
	Emage__AdminImportAbortRequest abort_rq = EMAGE__ADMIN_IMPORT_ABORT_REQUEST__INIT;

	m.upload_id = import_upload(p, &op, "0123456789", 20);
	m.data.data = (uint8_t *)(uintptr_t) "abcdefghijk";
	m.data.len = 11;
	m.offset = 9; /* not where the last piece ended */
	assert_int_equal(call_once(p, &op, METHOD_admin_import_data, &m), EM_E_INVALID);
	m.offset = 10; /* one more than was announced */
	assert_int_equal(call_once(p, &op, METHOD_admin_import_data, &m), EM_E_INVALID);
	m.data.len = 10;
	assert_int_equal(call_once(p, &op, METHOD_admin_import_data, &m), 0);
	finish.upload_id = m.upload_id;
	assert_int_equal(call_once(p, &op, METHOD_admin_import_finish, &finish), 0);
	assert_string_equal(plan.file, "0123456789abcdefghij");
	/* it is finished */
	assert_int_equal(call_once(p, &op, METHOD_admin_import_finish, &finish), EM_E_NOT_FOUND);
	abort_rq.upload_id = m.upload_id;
	assert_int_equal(call_once(p, &op, METHOD_admin_import_abort, &abort_rq), EM_E_NOT_FOUND);
}

static void
test_upload_that_is_not_whole(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__AdminImportFinishRequest finish = EMAGE__ADMIN_IMPORT_FINISH_REQUEST__INIT;

	finish.upload_id = import_upload(p, &op, "0123456789", 20);
	assert_int_equal(call_once(p, &op, METHOD_admin_import_finish, &finish), EM_E_INVALID);
	assert_int_equal(plan.n_calls, 0);
}

static void
test_uploads_are_bounded(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__AdminImportOpenRequest m = EMAGE__ADMIN_IMPORT_OPEN_REQUEST__INIT;
	Emage__AdminImportAbortRequest abort_rq = EMAGE__ADMIN_IMPORT_ABORT_REQUEST__INIT;

	assert_int_equal(call_once(p, &op, METHOD_admin_import_open, &m), EM_E_INVALID);
	m.total_bytes = ((uint64_t)2 << 30) + 1;
	assert_int_equal(call_once(p, &op, METHOD_admin_import_open, &m), EM_E_TOO_LARGE);
	m.total_bytes = (uint64_t)2 << 30;
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(call_once(p, &op, METHOD_admin_import_open, &m), 0);
	assert_int_equal(call_once(p, &op, METHOD_admin_import_open, &m), EM_E_BUSY);
	abort_rq.upload_id = 3;
	assert_int_equal(call_once(p, &op, METHOD_admin_import_abort, &abort_rq), 0);
	assert_int_equal(call_once(p, &op, METHOD_admin_import_open, &m), 0);
	/* none of them has a name */
	assert_int_equal(media_files(p), 0);
}

/* --------------------------------------------------------------- verdicts */

static void
test_stored_then_known(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	struct imported first = import_one(p, &op), again;

	assert_int_equal(first.err, 0);
	assert_int_equal(first.verdict, VERDICT(STORED));
	assert_int_equal(first.n_frames, 1);
	assert_true(first.exam_id != 0);
	assert_int_equal(media_files(p), 2);
	again = import_one(p, &op);
	assert_int_equal(again.verdict, VERDICT(KNOWN));
	assert_int_equal(again.exam_id, first.exam_id);
	assert_int_equal(media_files(p), 2);
	assert_int_equal(atomic_load(&p->server.counters.imports_stored), 1);
}

static void
test_dry_run_leaves_nothing(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	struct imported r = import_with(p, &op, &(struct import_how){.dry_run = true});

	assert_int_equal(r.verdict, VERDICT(WOULD_STORE));
	assert_int_equal(r.exam_id, 0);
	assert_int_equal(media_files(p), 0);
	assert_int_equal(import_one(p, &op).verdict, VERDICT(STORED));
	r = import_with(p, &op, &(struct import_how){.dry_run = true});
	assert_int_equal(r.verdict, VERDICT(KNOWN));
}

static void
refused(struct place *p, const char *field)
{
	struct caller op = caller_operator();
	struct imported r = import_one(p, &op);

	assert_int_equal(r.err, 0);
	assert_int_equal(r.verdict, VERDICT(REFUSED));
	assert_string_equal(r.field, field);
	assert_true(r.reason[0] != '\0');
	assert_int_equal(media_files(p), 0);
	plan_reset();
}

static void
test_unreadable_files(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();

	plan.broken = true;
	refused(p, "");
	/* the process died over it */
	plan.broken = true;
	plan.rc = -EM_E_INVALID;
	refused(p, "");
	plan.nothing_to_show = true;
	assert_int_equal(import_one(p, &op).verdict, VERDICT(SKIPPED));
	plan_reset();
	plan.rc = -EM_E_UNAVAILABLE;
	assert_int_equal(import_one(p, &op).err, EM_E_UNAVAILABLE);
	assert_int_equal(media_files(p), 0);
}

static void
test_identity_must_be_there(void **state)
{
	struct place *p = *state;

	plan.sop_uid = "";
	refused(p, "SOPInstanceUID (0008,0018)");
	plan.study_uid = "1.2.x";
	refused(p, "StudyInstanceUID (0020,000D)");
	plan.series_uid = "";
	refused(p, "SeriesInstanceUID (0020,000E)");
	plan.study_date = 0;
	refused(p, "StudyDate (0008,0020)");
	plan.study_date = 20150230;
	refused(p, "StudyDate (0008,0020)");
	plan.patient_id = "";
	refused(p, "PatientID (0010,0020)");
	plan.patient_id = "IPP-2";
	refused(p, "PatientID (0010,0020)");
	plan.issuer = "AUTRE-ESSAI";
	refused(p, "PatientID (0010,0020)");
	plan.institution = "Nulle part";
	refused(p, "InstitutionName (0008,0080)");
	plan.n_frames = 0;
	refused(p, "");
}

static void
spoil_offset(Emage__ImagingDecodeReply *r, Emage__ImagingFrame **frames)
{
	(void)r;
	frames[0]->offset = UINT64_MAX - 10;
}

static void
spoil_length(Emage__ImagingDecodeReply *r, Emage__ImagingFrame **frames)
{
	(void)r;
	frames[0]->info->total_bytes = 1001;
}

static void
spoil_rows(Emage__ImagingDecodeReply *r, Emage__ImagingFrame **frames)
{
	(void)r;
	frames[0]->info->rows = 16385;
}

static void
spoil_bits(Emage__ImagingDecodeReply *r, Emage__ImagingFrame **frames)
{
	(void)r;
	frames[0]->info->bits_stored = 17;
}

static void
spoil_slope(Emage__ImagingDecodeReply *r, Emage__ImagingFrame **frames)
{
	(void)r;
	frames[0]->info->slope = NAN;
}

static void
spoil_spacing(Emage__ImagingDecodeReply *r, Emage__ImagingFrame **frames)
{
	static double spacing[3] = {1, 1, 1};

	(void)r;
	frames[0]->info->n_pixel_spacing_mm = 3;
	frames[0]->info->pixel_spacing_mm = spacing;
}

/* A decoder that was taken over must not reach the store. */
static void
test_findings_are_not_believed(void **state)
{
	static const struct {
		void (*spoil)(Emage__ImagingDecodeReply *r, Emage__ImagingFrame **frames);
		const char *field;
	} cases[] = {
	    {spoil_offset, "PixelData (7FE0,0010)"},
	    {spoil_length, "PixelData (7FE0,0010)"},
	    {spoil_rows, "Rows (0028,0010)"},
	    {spoil_bits, "BitsStored (0028,0101)"},
	    {spoil_slope, "RescaleSlope (0028,1053)"},
	    {spoil_spacing, "PixelSpacing (0028,0030)"},
	};
	struct place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		plan.spoil = cases[i].spoil;
		refused(p, cases[i].field);
	}
}

static void
test_whose_it_is(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	struct person other = person_add(p, "IPP-2");
	struct imported r;

	/* the operator's word stands above the file's */
	plan.patient_id = "inconnu";
	r = import_with(p, &op, &(struct import_how){.patient_identifier = other.identifier});
	assert_int_equal(r.verdict, VERDICT(STORED));
	/* another object of the same study cannot be somebody else's */
	plan_reset();
	plan.sop_uid = "1.2.3.1.2";
	r = import_one(p, &op);
	assert_int_equal(r.verdict, VERDICT(REFUSED));
	assert_string_equal(r.field, "StudyInstanceUID (0020,000D)");
	assert_int_equal(media_files(p), 2);
	/* what the operator names must be there */
	r = import_with(p, &op, &(struct import_how){.patient_identifier = "XXX-0000-XXX"});
	assert_int_equal(r.err, EM_E_NOT_FOUND);
	r = import_with(p, &op, &(struct import_how){.finess = "679999999"});
	assert_int_equal(r.err, EM_E_NOT_FOUND);
	/* an establishment that the file does not name */
	plan_reset();
	plan.study_uid = "1.2.4";
	plan.sop_uid = "1.2.4.1";
	plan.institution = "";
	r = import_with(p, &op, &(struct import_how){.finess = "670000001"});
	assert_int_equal(r.verdict, VERDICT(STORED));
}

/* ------------------------------------------------- one fate, files and row */

static int
run_known(struct store_conn *db, struct place *p, void *arg)
{
	uint64_t exam;

	(void)p;
	return store_instance_known(db, "1.2.3.1.1", arg, &exam);
}

static void
test_files_have_their_content(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	uint8_t bytes[1100];
	uint64_t id;
	int fd;

	assert_int_equal(import_one(p, &op).verdict, VERDICT(STORED));
	assert_int_equal(place_write(p, run_known, &id), 0);
	fd = media_open(p->server.media_fd, id, MEDIA_FRAMES);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 1000);
	for (uint32_t k = 0; k < 1000; k++)
		assert_int_equal(bytes[k], plan_byte(1, 0, k));
	(void)close(fd);
	fd = media_open(p->server.media_fd, id, MEDIA_ORIGINAL);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 25);
	assert_memory_equal(bytes, "a DICOM file, by its name", 25);
	(void)close(fd);
	assert_int_equal(media_open(p->server.media_fd, id + 1, MEDIA_FRAMES), -EM_E_NOT_FOUND);
}

static void
test_sweep_after_a_crash(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	uint64_t lost = media_new_id(p->now_ms), kept = 0;
	int frames = media_temp(p->server.media_fd), original = media_temp(p->server.media_fd);

	/* files and mark without a row, as a crash between them leaves it */
	assert_int_equal(media_keep(p->server.media_fd, lost, frames, original), 0);
	assert_int_equal(media_files(p), 3);
	/* the number is taken, and what is there stays */
	assert_int_equal(media_keep(p->server.media_fd, lost, frames, original), -EM_E_EXISTS);
	assert_int_equal(media_files(p), 3);
	(void)close(frames);
	(void)close(original);
	/* and a mark whose row is there, as a crash just after it leaves it */
	assert_int_equal(import_one(p, &op).verdict, VERDICT(STORED));
	assert_int_equal(place_write(p, run_known, &kept), 0);
	{
		char mark[64];
		int fd;

		(void)snprintf(mark, sizeof(mark), "incoming/%016llx", (unsigned long long)kept);
		fd = openat(p->server.media_fd, mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		(void)close(fd);
	}
	assert_int_equal(media_files(p), 6);
	assert_int_equal(store_reader_begin(p->reader), 0);
	assert_int_equal(media_sweep(p->server.media_fd, p->reader), 0);
	store_reader_end(p->reader);
	assert_int_equal(media_files(p), 2);
	assert_int_equal(media_open(p->server.media_fd, lost, MEDIA_ORIGINAL), -EM_E_NOT_FOUND);
	frames = media_open(p->server.media_fd, kept, MEDIA_FRAMES);
	assert_true(frames >= 0);
	(void)close(frames);
}

/* The audit row fails: no exam, no files, and the same file can come again. */
static void
test_no_row_no_files(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();

	place_sql(p, "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN"
		     " SELECT RAISE(ABORT, 'no room'); END");
	assert_int_not_equal(import_one(p, &op).err, 0);
	assert_int_equal(media_files(p), 0);
	place_sql(p, "DROP TRIGGER full");
	assert_int_equal(import_one(p, &op).verdict, VERDICT(STORED));
	assert_int_equal(media_files(p), 2);
}

static void
test_names_stay_beneath(void **state)
{
	struct place *p = *state;
	char path[128];
	int fd;

	/* a symbolic link in the place of a file is not followed */
	assert_int_equal(mkdirat(p->server.media_fd, "07", 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/blocklist", p->dir);
	assert_int_equal(symlinkat(path, p->server.media_fd, "07/0000000000000007.dcm"), 0);
	fd = media_open(p->server.media_fd, 7, MEDIA_ORIGINAL);
	assert_true(fd < 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, import_setup, place_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_upload_in_pieces),
	    T(test_upload_that_is_not_whole),
	    T(test_uploads_are_bounded),
	    T(test_stored_then_known),
	    T(test_dry_run_leaves_nothing),
	    T(test_unreadable_files),
	    T(test_identity_must_be_there),
	    T(test_findings_are_not_believed),
	    T(test_whose_it_is),
	    T(test_files_have_their_content),
	    T(test_sweep_after_a_crash),
	    T(test_no_row_no_files),
	    T(test_names_stay_beneath),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
