/* SPDX-License-Identifier: MIT */
/*
 * Lists of exams, and reports, as their patient gets them.
 */
#include "tests/unit/test_handle_ward.h"

/* ------------------------------------------------------------------- list */

static int
list(struct place *p, struct caller *who, const Emage__ExamListRequest *m, struct call *c)
{
	call_begin(c, p, who, METHOD_exam_list, m);
	return c->err;
}

static void
import_more_exams(struct place *p, unsigned n)
{
	char study[32];

	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(study, sizeof(study), "1.2.77.%u", i);
		plan_reset();
		plan.study_uid = study;
		plan.series_uid = study;
		plan.study_date = 20160101 + i;
		plan.study_time = 0;
		import_slices(p, 1);
	}
	plan_reset();
}

static void
test_list_pages_and_filters(void **state)
{
	struct place *p = *state;
	Emage__ExamListRequest m = EMAGE__EXAM_LIST_REQUEST__INIT;
	const Emage__ExamListReply *r;
	struct call c = {.n_replies = 0};

	import_more_exams(p, 11);
	m.page = 1;
	m.page_size = 5;
	assert_int_equal(list(p, &ward.me, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 12);
	assert_int_equal(r->n_pages, 3);
	assert_int_equal(r->n_rows, 5);
	assert_int_equal(r->rows[0]->taken_at_ms, INT64_C(1452466800000)); /* 11/01/2016 Paris */
	call_end(&c);
	/* past the end: the last page, with the CT */
	m.page = 9;
	assert_int_equal(list(p, &ward.me, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->page, 3);
	assert_int_equal(r->n_rows, 2);
	assert_int_equal(r->rows[1]->exam_id, ward.ct);
	assert_int_equal(r->rows[1]->taken_at_ms, INT64_C(1450969080000)); /* 24/12/2015 15:58 */
	assert_string_equal(r->rows[1]->establishment, "Hôpital d'essai");
	assert_string_equal(r->rows[1]->description, "SCANNER THORAX");
	assert_string_equal(r->rows[1]->modality, "CT");
	assert_true(r->rows[1]->has_report);
	assert_int_equal(r->rows[1]->n_images, 5);
	call_end(&c);
	/* whole days of Paris, both included */
	m.page = 1;
	m.from_date = 20160103;
	m.to_date = 20160104;
	assert_int_equal(list(p, &ward.me, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 2);
	call_end(&c);
	m.establishment_id = 999;
	assert_int_equal(list(p, &ward.me, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 0);
	assert_int_equal(r->page, 1);
	assert_int_equal(r->n_pages, 1);
	call_end(&c);
	/* somebody else's are not in it */
	m = (Emage__ExamListRequest)EMAGE__EXAM_LIST_REQUEST__INIT;
	m.page = m.page_size = 1;
	assert_int_equal(list(p, &ward.them, &m, &c), 0);
	r = c.rq.reply;
	assert_int_equal(r->total, 0);
	call_end(&c);
}

static void
test_list_checks_its_request(void **state)
{
	static const struct {
		uint32_t from, to, page, size;
		int err;
	} cases[] = {
	    {0, 0, 0, 10, EM_E_INVALID},
	    {0, 0, 1, 0, EM_E_INVALID},
	    {0, 0, 1, 51, EM_E_INVALID},
	    {20160230, 0, 1, 10, EM_E_INVALID},
	    {0, 20161301, 1, 10, EM_E_INVALID},
	    {20160102, 20160101, 1, 10, EM_E_DATE_ORDER},
	    {20160101, 20160101, 1, 50, 0},
	};
	struct place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		Emage__ExamListRequest m = EMAGE__EXAM_LIST_REQUEST__INIT;

		m.from_date = cases[i].from;
		m.to_date = cases[i].to;
		m.page = cases[i].page;
		m.page_size = cases[i].size;
		assert_int_equal(call_once(p, &ward.me, METHOD_exam_list, &m), cases[i].err);
	}
}

static void
test_establishments_of_mine(void **state)
{
	struct place *p = *state;
	Emage__ExamEstablishmentsRequest m = EMAGE__EXAM_ESTABLISHMENTS_REQUEST__INIT;
	const Emage__ExamEstablishmentsReply *r;
	struct call c = {.n_replies = 0};

	import_establishment_add(p, "670000002", "Clinique d'essai");
	call_begin(&c, p, &ward.me, METHOD_exam_establishments, &m);
	assert_int_equal(c.err, 0);
	r = c.rq.reply;
	assert_int_equal(r->n_establishments, 1);
	assert_string_equal(r->establishments[0]->name, "Hôpital d'essai");
	assert_string_equal(r->establishments[0]->finess, "670000001");
	call_end(&c);
	call_begin(&c, p, &ward.them, METHOD_exam_establishments, &m);
	r = c.rq.reply;
	assert_int_equal(r->n_establishments, 0);
	call_end(&c);
}

/* ----------------------------------------------------------------- report */

static void
test_report_is_whole(void **state)
{
	struct place *p = *state;
	unsigned n;
	struct joined j = report_of(p, &ward.me, ward.ct, 0, &n);

	assert_int_equal(n, 1);
	assert_string_equal(j.text, "Pas d'anomalie décelée.\nŒdème absent.\n");
	assert_string_equal(j.title, "Compte rendu");
	assert_string_equal(j.author, "Dr Modèle");
	assert_int_equal(j.total, j.len);
	free(j.text);
}

/* Long reports, shifted so that every place of a character meets the border. */
static void
test_long_report_is_cut_between_characters(void **state)
{
	static const char *const characters[] = {"é", "€", "𝄞"};
	struct place *p = *state;

	for (unsigned k = 0; k < ARRAY_LEN(characters); k++) {
		const size_t width = strlen(characters[k]), len = 150000;
		char *text = calloc(1, len + 8), study[48];
		struct joined j;
		unsigned n;

		for (size_t shift = 0; shift < width; shift++) {
			memset(text, 0, len + 8);
			memset(text, 'x', shift);
			for (size_t at = shift; at + width <= len; at += width)
				memcpy(text + at, characters[k], width);
			plan_reset();
			(void)snprintf(study, sizeof(study), "1.9.%u.%zu", k, shift);
			plan.study_uid = study;
			j = report_of(p, &ward.me, import_report(p, text, strlen(text)), 0, &n);
			assert_int_equal(n, 3);
			assert_false(j.broken);
			assert_true(j.longest > 59990 && j.longest <= 60000);
			assert_int_equal(j.total, strlen(text));
			assert_string_equal(j.text, text);
			free(j.text);
		}
		free(text);
	}
}

static void
test_report_text_is_clean(void **state)
{
	static const char dirty[] = "a\x1b[31mb\r\nc\xff\xe2\x80\xae z\n";
	struct place *p = *state;
	struct joined j;
	unsigned n;

	plan_reset();
	plan.study_uid = "1.55";
	j = report_of(p, &ward.me, import_report(p, dirty, sizeof(dirty) - 1), 0, &n);
	assert_null(strchr(j.text, '\x1b'));
	assert_null(strchr(j.text, '\r'));
	assert_null(strstr(j.text, "\xe2\x80\xae"));
	assert_true(text_is_utf8(j.text, strlen(j.text)));
	free(j.text);
}

static void
test_release_rule(void **state)
{
	struct place *p = *state;
	struct caller op = caller_operator();
	Emage__AdminReleaseRequest release = EMAGE__ADMIN_RELEASE_REQUEST__INIT;
	struct imported r;
	unsigned n;

	/* "report": images alone are not shown */
	plan_reset();
	plan.study_uid = "1.66";
	plan.sop_uid = "1.66.1";
	r = import_with(p, &op, &(struct import_how){.release = false});
	assert_int_equal(r.verdict, VERDICT(STORED));
	free(report_of(p, &ward.me, r.exam_id, EM_E_NOT_FOUND, &n).text);
	/* nor with a report that is not final */
	plan.sop_uid = "1.66.2";
	plan.series_uid = "1.66.3";
	plan.report = "provisoire";
	plan.report_len = strlen(plan.report);
	r = import_with(p, &op, &(struct import_how){.release = false});
	assert_int_equal(r.verdict, VERDICT(STORED));
	free(report_of(p, &ward.me, r.exam_id, EM_E_NOT_FOUND, &n).text);
	release.exam_id = r.exam_id;
	assert_int_equal(call_once(p, &op, METHOD_admin_release, &release), 0);
	free(report_of(p, &ward.me, r.exam_id, 0, &n).text);
	assert_int_equal(n, 1);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, ward_setup, place_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_list_pages_and_filters),
	    T(test_list_checks_its_request),
	    T(test_establishments_of_mine),
	    T(test_report_is_whole),
	    T(test_long_report_is_cut_between_characters),
	    T(test_report_text_is_clean),
	    T(test_release_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
