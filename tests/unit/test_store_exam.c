/* SPDX-License-Identifier: MIT */
/* Exams, reports, series and frames in a real database. */
#include "tests/unit/test_store.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define DAY	   INT64_C(86400000)

/* ------------------------------------------------------------ establishments */

struct place_args {
	const char *finess, *name;
	uint64_t id;
	bool existed;
};

static int
run_place(struct store_conn *db, void *arg)
{
	struct place_args *a = arg;

	return store_establishment_add(db, a->finess, a->name, &a->id, &a->existed);
}

static uint64_t
place(struct fixture *f, const char *finess, const char *name)
{
	struct place_args a = {.finess = finess, .name = name};

	assert_int_equal(store_run(f->store, run_place, &a), 0);
	return a.id;
}

static void
test_establishments(void **state)
{
	struct fixture *f = *state;
	struct place_args a = {.finess = "679900019", .name = "CHU fictif de Strasbourg"};
	struct place_args b = {.finess = "", .name = "Cabinet Élan-d'Or"};
	uint64_t id;

	assert_int_equal(store_run(f->store, run_place, &a), 0);
	assert_false(a.existed);
	assert_int_equal(store_run(f->store, run_place, &b), 0);
	assert_false(b.existed);
	id = a.id;
	a.name = "another name";
	assert_int_equal(store_run(f->store, run_place, &a), 0);
	assert_true(a.existed);
	assert_int_equal(a.id, id);
	b.name = "CABINET ELAN D'OR";
	id = b.id;
	assert_int_equal(store_run(f->store, run_place, &b), 0);
	assert_true(b.existed);
	assert_int_equal(b.id, id);

	assert_int_equal(store_establishment_by_finess(f->reader, "679900019", &id), 0);
	assert_int_equal(id, a.id);
	assert_int_equal(store_establishment_by_finess(f->reader, "1", &id), -EM_E_NOT_FOUND);
	assert_int_equal(store_establishment_by_finess(f->reader, "", &id), -EM_E_NOT_FOUND);
	assert_int_equal(
	    store_establishment_by_name(f->reader, "chu FICTIF de   strasbourg", &id), 0);
	assert_int_equal(id, a.id);
	assert_int_equal(store_establishment_by_name(f->reader, "chu", &id), -EM_E_NOT_FOUND);
}

/* --------------------------------------------------------------------- pages */

struct exam_spec {
	int day;
	const char *where, *what;
};

/* An exam of one slice; returns its number. */
static uint64_t
exam(struct fixture *f, uint64_t patient_id, const struct exam_spec *e, unsigned nr, bool release)
{
	static const uint8_t info[] = {8, 1};
	const struct store_frame_new frame = {.n_bytes = 10, .info = info, .info_len = 2};
	char study[32], sop[32];
	struct store_instance_new in;

	snprintf(study, sizeof(study), "2.25.1.%u", nr);
	snprintf(sop, sizeof(sop), "2.25.2.%u", nr);
	in = fixture_instance(patient_id, study, sop);
	in.taken_at_ms = NOW_MS + e->day * DAY;
	in.study_description = e->what;
	in.establishment_id = e->where ? place(f, "", e->where) : 0;
	in.frames = &frame;
	in.n_frames = 1;
	in.release = release;
	return fixture_add(f, &in).exam_id;
}

static const struct exam_spec specs[] = {
    {3, "Zentrum Kehl", "écho-doppler"},
    {1, "CHU Fictif", "IRM CÉRÉBRALE"},
    {2, "chu fictif", "Abdomen"},
    {2, "Élan", "irm cérébrale"},
    {9, "CHU Fictif", "BODY SCAN"},
    {5, NULL, "Thorax"},
};

static void
page_is(struct fixture *f, const struct store_exam_query *q, const uint64_t *ids, const char *want)
{
	struct store_exam *rows;
	char got[16] = "";
	unsigned n, i, k;

	assert_int_equal(store_exam_page(f->reader, f->arena, q, &rows, &n), 0);
	for (i = 0; i < n; i++) {
		for (k = 0; k < ARRAY_LEN(specs) && ids[k] != rows[i].exam_id; k++)
			continue;
		assert_true(k < ARRAY_LEN(specs));
		got[i] = (char)('0' + k);
	}
	assert_string_equal(got, want);
}

static void
test_pages_sort_both_ways(void **state)
{
	static const struct {
		enum exam_sort sort;
		bool ascending;
		const char *want;
	} rows[] = {
	    {EXAM_BY_DATE, false, "450321"},
	    {EXAM_BY_DATE, true, "123054"},
	    /* no establishment, then chu, elan, zentrum; newest first within */
	    {EXAM_BY_ESTABLISHMENT, true, "542130"},
	    {EXAM_BY_ESTABLISHMENT, false, "034215"},
	    {EXAM_BY_DESCRIPTION, true, "240315"},
	    {EXAM_BY_DESCRIPTION, false, "531042"},
	};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct store_exam_query q = {
	    .patient_id = p.patient_id, .from_ms = INT64_MIN, .before_ms = INT64_MAX, .limit = 10};
	uint64_t ids[ARRAY_LEN(specs)];
	uint32_t total;
	unsigned i, k;

	for (i = 0; i < ARRAY_LEN(specs); i++)
		ids[i] = exam(f, p.patient_id, &specs[i], i, true);
	assert_int_equal(store_exam_count(f->reader, &q, &total), 0);
	assert_int_equal(total, ARRAY_LEN(specs));
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		q.sort = rows[i].sort;
		q.ascending = rows[i].ascending;
		q.offset = 0;
		q.limit = 10;
		page_is(f, &q, ids, rows[i].want);
		/* the same, two rows at a time */
		q.limit = 2;
		for (k = 0; k < 3; k++) {
			char part[3] = {rows[i].want[2 * k], rows[i].want[2 * k + 1], '\0'};

			q.offset = 2 * k;
			page_is(f, &q, ids, part);
		}
	}
	q.offset = 6;
	page_is(f, &q, ids, "");
	q.sort = (enum exam_sort)7;
	{
		struct store_exam *none;
		unsigned n;

		assert_int_equal(
		    store_exam_page(f->reader, f->arena, &q, &none, &n), -EM_E_INVALID);
	}
}

static void
test_filters(void **state)
{
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	uint64_t ids[ARRAY_LEN(specs)], chu;
	struct store_exam_query q = {
	    .patient_id = p.patient_id, .from_ms = INT64_MIN, .before_ms = INT64_MAX, .limit = 10};
	struct store_establishment *places;
	uint32_t total;
	unsigned i, n;

	for (i = 0; i < ARRAY_LEN(specs); i++)
		ids[i] = exam(f, p.patient_id, &specs[i], i, true);
	/* half open */
	q.from_ms = NOW_MS + 2 * DAY;
	q.before_ms = NOW_MS + 5 * DAY;
	page_is(f, &q, ids, "032");
	assert_int_equal(store_exam_count(f->reader, &q, &total), 0);
	assert_int_equal(total, 3);
	chu = place(f, "", "CHU FICTIF");
	q.establishment_id = chu;
	page_is(f, &q, ids, "2");
	q.from_ms = INT64_MIN;
	q.before_ms = INT64_MAX;
	page_is(f, &q, ids, "421");
	q.establishment_id = 999;
	page_is(f, &q, ids, "");
	assert_int_equal(store_exam_count(f->reader, &q, &total), 0);
	assert_int_equal(total, 0);

	assert_int_equal(
	    store_establishments_of(f->reader, f->arena, EYES(p.patient_id), &places, &n), 0);
	assert_int_equal(n, 3);
	assert_string_equal(places[0].name, "CHU Fictif");
	assert_string_equal(places[1].name, "Élan");
	assert_string_equal(places[2].name, "Zentrum Kehl");
	assert_int_equal(places[0].establishment_id, chu);
}

/* -------------------------------------------- somebody else's, not released */

struct release_args {
	uint64_t exam_id;
	bool was;
};

static int
run_release(struct store_conn *db, void *arg)
{
	struct release_args *a = arg;

	return store_exam_release(db, a->exam_id, NOW_MS, &a->was);
}

/* All ways to ask for an exam and what is in it say the same. */
static void
all_say(struct fixture *f, uint64_t patient_id, uint64_t exam_id, uint64_t series_id, bool there)
{
	struct store_exam_query q = {
	    .patient_id = patient_id, .from_ms = INT64_MIN, .before_ms = INT64_MAX, .limit = 10};
	struct store_exam e, *exams;
	struct store_report r;
	struct store_series *series;
	struct store_frame *frames;
	struct store_establishment *places;
	uint32_t total = 0;
	unsigned n;
	const int want = there ? 0 : -EM_E_NOT_FOUND;

	assert_int_equal(store_exam_get(f->reader, f->arena, EYES(patient_id), exam_id, &e), want);
	assert_int_equal(
	    store_report_get(f->reader, f->arena, EYES(patient_id), exam_id, &r), want);
	assert_int_equal(
	    store_series_of(f->reader, f->arena, EYES(patient_id), exam_id, &series, &n), 0);
	assert_int_equal(n, there);
	assert_int_equal(store_frames_get(f->reader, f->arena, EYES(patient_id), series_id, 0, 9,
			     &frames, &n, &total),
	    want);
	assert_int_equal(n, there);
	assert_int_equal(store_exam_page(f->reader, f->arena, &q, &exams, &n), 0);
	assert_int_equal(n, there);
	assert_int_equal(store_exam_count(f->reader, &q, &total), 0);
	assert_int_equal(total, there);
	assert_int_equal(
	    store_establishments_of(f->reader, f->arena, EYES(patient_id), &places, &n), 0);
	assert_int_equal(n, there);
}

static void
test_foreign_is_absent(void **state)
{
	static const uint8_t info[] = {1};
	const struct store_frame_new frame = {.n_bytes = 10, .info = info, .info_len = 1};
	const struct store_report report = {
	    .title = "CR", .author = "Dr FICTIF", .text = "Rien.", .text_len = 5, .is_final = true};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct fixture_patient other = fixture_patient(f, "emautre2");
	struct store_instance_new in = fixture_instance(p.patient_id, "2.25.1", "2.25.2");
	struct release_args release;
	struct store_series *series;
	uint64_t exam_id, series_id;
	unsigned n;

	in.establishment_id = place(f, "", "CHU Fictif");
	in.frames = &frame;
	in.n_frames = 1;
	in.report = &report;
	in.release = false;
	exam_id = fixture_add(f, &in).exam_id;
	/* the number that the first series of a database gets */
	series_id = 1;
	all_say(f, p.patient_id, exam_id, series_id, false);
	all_say(f, other.patient_id, exam_id, series_id, false);

	release = (struct release_args){.exam_id = exam_id};
	assert_int_equal(store_run(f->store, run_release, &release), 0);
	assert_false(release.was);
	assert_int_equal(store_run(f->store, run_release, &release), 0);
	assert_true(release.was);
	assert_int_equal(
	    store_series_of(f->reader, f->arena, EYES(p.patient_id), exam_id, &series, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(series[0].series_id, series_id);
	all_say(f, p.patient_id, exam_id, series_id, true);
	all_say(f, other.patient_id, exam_id, series_id, false);
	all_say(f, p.patient_id + 77, exam_id, series_id, false);

	release.exam_id = 999;
	assert_int_equal(store_run(f->store, run_release, &release), -EM_E_NOT_FOUND);
}

/* -------------------------------------------------------------------- import */

static void
test_import_is_idempotent(void **state)
{
	static const uint8_t info[] = {1, 2, 3};
	const struct store_frame_new frames[] = {
	    {.n_bytes = 10, .sort_key = 1, .info = info, .info_len = 3},
	    {.offset = 10, .n_bytes = 20, .sort_key = 1, .info = info, .info_len = 2},
	};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct fixture_patient other = fixture_patient(f, "emautre2");
	struct fixture_add a = {.in = fixture_instance(p.patient_id, "2.25.1", "2.25.2")}, b;
	struct store_exam e;
	uint64_t instance_id, exam_id;
	bool exists;

	a.in.frames = frames;
	a.in.n_frames = 2;
	a.in.instance_id = 4711;
	assert_int_equal(
	    store_instance_known(f->reader, "2.25.2", &instance_id, &exam_id), -EM_E_NOT_FOUND);
	assert_int_equal(store_instance_exists(f->reader, 4711, &exists), 0);
	assert_false(exists);
	assert_int_equal(store_run(f->store, fixture_run_add, &a), 0);
	assert_int_equal(a.instance_id, 4711);
	assert_int_equal(store_instance_exists(f->reader, 4711, &exists), 0);
	assert_true(exists);

	b = a;
	b.in.instance_id = 0;
	b.instance_id = b.exam_id = 0;
	assert_int_equal(store_run(f->store, fixture_run_add, &b), -EM_E_EXISTS);
	assert_int_equal(b.instance_id, 4711);
	assert_int_equal(b.exam_id, a.exam_id);
	assert_int_equal(store_instance_known(f->reader, "2.25.2", &instance_id, &exam_id), 0);
	assert_int_equal(instance_id, 4711);
	assert_int_equal(exam_id, a.exam_id);

	assert_int_equal(store_exam_get(f->reader, f->arena, EYES(p.patient_id), a.exam_id, &e), 0);
	assert_int_equal(e.n_images, 2);
	assert_string_equal(e.study_uid, "2.25.1");
	assert_string_equal(e.accession_number, "ACC1");

	/* somebody else cannot take the study, nor the object */
	b.in.patient_id = other.patient_id;
	assert_int_equal(store_run(f->store, fixture_run_add, &b), -EM_E_INVALID);
	b.in.sop_uid = "2.25.99";
	assert_int_equal(store_run(f->store, fixture_run_add, &b), -EM_E_INVALID);
	assert_int_equal(
	    store_instance_known(f->reader, "2.25.99", &instance_id, &exam_id), -EM_E_NOT_FOUND);

	/* a number that is taken is refused, and draws differ */
	b.in = fixture_instance(p.patient_id, "2.25.1", "2.25.98");
	b.in.instance_id = 4711;
	assert_int_equal(store_run(f->store, fixture_run_add, &b), -EM_E_INTERNAL);
	b.in.instance_id = 0;
	assert_int_equal(store_run(f->store, fixture_run_add, &b), 0);
	assert_true(b.instance_id != 0 && b.instance_id != 4711 && b.instance_id <= INT64_MAX);
}

/* What objects tell about their exam, in whatever order they come. */
static void
test_exam_is_completed(void **state)
{
	static const uint8_t info[] = {1};
	const struct store_frame_new frame = {.n_bytes = 10, .info = info, .info_len = 1};
	const struct store_report draft = {
	    .title = "CR", .author = "", .text = "draft", .text_len = 5, .signed_at_ms = 9};
	const struct store_report early = {.title = "CR",
	    .author = "",
	    .text = "first",
	    .text_len = 5,
	    .signed_at_ms = 5,
	    .is_final = true};
	const struct store_report late = {.title = "CR 2",
	    .author = "Dr FICTIF",
	    .text = "corrected",
	    .text_len = 9,
	    .signed_at_ms = 7,
	    .is_final = true};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct store_instance_new in = fixture_instance(p.patient_id, "2.25.1", "2.25.11");
	struct store_exam e;
	struct store_report r;
	struct store_series *series;
	uint64_t exam_id;
	unsigned n;

	/* a report comes first, without a description and without a place */
	in.series_uid = "2.25.31";
	in.modality = "SR";
	in.study_description = "";
	in.report = &draft;
	in.taken_at_ms = NOW_MS + 500;
	exam_id = fixture_add(f, &in).exam_id;
	assert_int_equal(store_exam_get(f->reader, f->arena, EYES(p.patient_id), exam_id, &e), 0);
	assert_string_equal(e.modality, "SR");
	assert_true(e.has_report);
	assert_int_equal(e.n_images, 0);
	assert_string_equal(e.establishment, "");
	assert_int_equal(
	    store_series_of(f->reader, f->arena, EYES(p.patient_id), exam_id, &series, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_report_get(f->reader, f->arena, EYES(p.patient_id), exam_id, &r), 0);
	assert_string_equal(r.text, "draft");
	assert_false(r.is_final);

	/* then pictures, taken earlier */
	in = fixture_instance(p.patient_id, "2.25.1", "2.25.12");
	in.establishment_id = place(f, "", "CHU Fictif");
	in.taken_at_ms = NOW_MS + 100;
	in.frames = &frame;
	in.n_frames = 1;
	fixture_add(f, &in);
	in.sop_uid = "2.25.13";
	in.taken_at_ms = NOW_MS + 200;
	in.study_description = "something else";
	in.modality = "MR";
	in.series_uid = "2.25.32";
	in.series_number = 1;
	fixture_add(f, &in);
	assert_int_equal(store_exam_get(f->reader, f->arena, EYES(p.patient_id), exam_id, &e), 0);
	assert_string_equal(e.modality, "CT");
	assert_string_equal(e.description, "SCANNER THORAX");
	assert_string_equal(e.establishment, "CHU Fictif");
	assert_int_equal(e.taken_at_ms, NOW_MS + 100);
	assert_int_equal(e.n_images, 2);
	assert_true(e.has_report);
	assert_true(e.released);

	/* series by number */
	assert_int_equal(
	    store_series_of(f->reader, f->arena, EYES(p.patient_id), exam_id, &series, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(series[0].number, 1);
	assert_string_equal(series[0].modality, "MR");
	assert_int_equal(series[1].number, 2);
	assert_string_equal(series[1].series_uid, "2.25.3");
	assert_int_equal(series[1].rows, 512);

	/* final goes before draft, the newest final before the others */
	in = fixture_instance(p.patient_id, "2.25.1", "2.25.14");
	in.series_uid = "2.25.31";
	in.report = &late;
	fixture_add(f, &in);
	in.sop_uid = "2.25.15";
	in.report = &early;
	fixture_add(f, &in);
	assert_int_equal(store_report_get(f->reader, f->arena, EYES(p.patient_id), exam_id, &r), 0);
	assert_string_equal(r.text, "corrected");
	assert_int_equal(r.text_len, 9);
	assert_string_equal(r.author, "Dr FICTIF");
	assert_int_equal(r.signed_at_ms, 7);
	assert_true(r.is_final);
}

/* -------------------------------------------------------------------- frames */

#define N_SLICES 700

/* Every slice by itself, in an order that a folder may have; its offset tells
 * where it belongs. */
static void
slices(
    struct fixture *f, uint64_t patient_id, const char *study, unsigned step, uint64_t *exam_id_r)
{
	static const uint8_t info[200] = {1};
	unsigned i, k;

	for (i = 0, k = step / 2; i < N_SLICES; i++, k = (k + step) % N_SLICES) {
		const struct store_frame_new frame = {
		    .offset = k,
		    .n_bytes = 10,
		    .sort_key = -300.0 + 0.625 * k,
		    .info = info,
		    .info_len = sizeof(info),
		};
		char sop[64];
		struct store_instance_new in;

		snprintf(sop, sizeof(sop), "%s.%u", study, k);
		in = fixture_instance(patient_id, study, sop);
		/* numbered the other way round, as feet-first scans may be */
		in.instance_number = (int32_t)(N_SLICES - k);
		in.rows = k == 0 ? 256 : 512;
		in.frame_time_ms = k == 0 ? 40.0 : 0.0;
		in.frames = &frame;
		in.n_frames = 1;
		*exam_id_r = fixture_add(f, &in).exam_id;
	}
}

static void
test_frames_are_in_order(void **state)
{
	static const unsigned steps[] = {1, N_SLICES - 1, 277};
	static const char *const studies[] = {"2.25.71", "2.25.72", "2.25.73"};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	unsigned i, n, k;

	for (i = 0; i < ARRAY_LEN(steps); i++) {
		struct store_series *series;
		struct store_frame *frames;
		uint64_t exam_id;
		uint32_t first, total;

		slices(f, p.patient_id, studies[i], steps[i], &exam_id);
		assert_int_equal(
		    store_series_of(f->reader, f->arena, EYES(p.patient_id), exam_id, &series, &n),
		    0);
		assert_int_equal(n, 1);
		assert_int_equal(series->n_frames, N_SLICES);
		/* size and pace of the slice shown first, whenever it came */
		assert_int_equal(series->rows, 256);
		assert_true(series->frame_time_ms == 40.0);
		/* from every frame on, over every seam between runs */
		for (first = 0; first < N_SLICES; first += 7) {
			assert_int_equal(store_frames_get(f->reader, f->arena, EYES(p.patient_id),
					     series->series_id, first, 64, &frames, &n, &total),
			    0);
			assert_int_equal(total, N_SLICES);
			assert_int_equal(n, first + 64 > N_SLICES ? N_SLICES - first : 64);
			for (k = 0; k < n; k++)
				assert_int_equal(frames[k].offset, first + k);
			assert_int_equal(frames[0].exam_id, exam_id);
			assert_int_equal(frames[0].info_len, 200);
			arena_reset(f->arena);
			assert_int_equal(store_series_of(f->reader, f->arena, EYES(p.patient_id),
					     exam_id, &series, &n),
			    0);
		}
		/* past the end: no rows, but the total */
		assert_int_equal(store_frames_get(f->reader, f->arena, EYES(p.patient_id),
				     series->series_id, N_SLICES, 1, &frames, &n, &total),
		    0);
		assert_int_equal(n, 0);
		assert_int_equal(total, N_SLICES);
	}
}

/* Frames of one object, and objects at one place, keep their numbers' order. */
static void
test_frames_at_one_place(void **state)
{
	static const uint8_t info[] = {1};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct store_frame_new loop[300];
	struct store_instance_new in = fixture_instance(p.patient_id, "2.25.1", "2.25.2");
	struct store_frame *frames;
	uint32_t total, first;
	unsigned i, n;

	for (i = 0; i < 300; i++)
		loop[i] = (struct store_frame_new){
		    .offset = 1000 + i, .n_bytes = 1, .sort_key = 7, .info = info, .info_len = 1};
	in.frames = loop;
	in.n_frames = 300;
	in.instance_number = 2;
	fixture_add(f, &in);
	in.sop_uid = "2.25.3";
	in.instance_number = 1;
	in.n_frames = 1;
	loop[0].offset = 999;
	fixture_add(f, &in);
	in.sop_uid = "2.25.4";
	in.instance_number = -1;
	loop[0].offset = 998;
	fixture_add(f, &in);
	in.sop_uid = "2.25.5";
	loop[0].sort_key = -7;
	loop[0].offset = 997;
	fixture_add(f, &in);
	for (first = 0; first < 303; first += 50) {
		assert_int_equal(store_frames_get(f->reader, f->arena, EYES(p.patient_id), 1, first,
				     50, &frames, &n, &total),
		    0);
		assert_int_equal(total, 303);
		for (i = 0; i < n; i++)
			assert_int_equal(frames[i].offset, 997 + first + i);
	}
}

/* A failed object leaves nothing of itself behind. */
static void
test_failed_import_leaves_nothing(void **state)
{
	static const uint8_t info[] = {1};
	const struct store_frame_new frames[] = {
	    {.n_bytes = 10, .info = info, .info_len = 1},
	    {.n_bytes = 0, .info = info, .info_len = 1}, /* refused by the schema */
	};
	struct fixture *f = *state;
	struct fixture_patient p = fixture_patient(f, "emmartin1");
	struct fixture_add a = {.in = fixture_instance(p.patient_id, "2.25.1", "2.25.2")};
	struct store_exam_query q = {
	    .patient_id = p.patient_id, .from_ms = INT64_MIN, .before_ms = INT64_MAX, .limit = 10};
	uint64_t id;
	uint32_t total;

	a.in.frames = frames;
	a.in.n_frames = 2;
	assert_int_equal(store_run(f->store, fixture_run_add, &a), -EM_E_INVALID);
	assert_int_equal(store_instance_known(f->reader, "2.25.2", &id, &id), -EM_E_NOT_FOUND);
	assert_int_equal(store_exam_count(f->reader, &q, &total), 0);
	assert_int_equal(total, 0);
	a.in.n_frames = 1;
	assert_int_equal(store_run(f->store, fixture_run_add, &a), 0);
	assert_int_equal(a.exam_id, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_establishments),
	    TEST(test_pages_sort_both_ways),
	    TEST(test_filters),
	    TEST(test_foreign_is_absent),
	    TEST(test_import_is_idempotent),
	    TEST(test_exam_is_completed),
	    TEST(test_frames_are_in_order),
	    TEST(test_frames_at_one_place),
	    TEST(test_failed_import_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
