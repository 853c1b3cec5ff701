/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_UNIT_TEST_HANDLE_WARD_H
#define EMAGE_TESTS_UNIT_TEST_HANDLE_WARD_H

#include "tests/unit/test_handle_import.h"

#include "common/frame.h"
#include "common/text.h"

/*
 * Two patients; one has an exam of five slices and a report, imported by the
 * import's own methods.
 */
#define TERMINAL EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL

static struct {
	struct person mine, other;
	struct caller me, them;
	uint64_t ct; /* my exam: 5 slices and a report */
} ward;

static inline struct caller
patient_caller(const struct person *person, uint8_t n)
{
	struct caller who = caller_new(TERMINAL, n);

	who.phase = PH_O;
	who.role = EMAGE__ROLE__ROLE_PATIENT;
	who.patient_id = person->patient_id;
	who.account_id = n;
	who.session_id = n;
	return who;
}

static inline void
import_slices(struct place *p, unsigned n)
{
	struct caller op = caller_operator();
	char uid[64];

	for (unsigned i = 1; i <= n; i++) {
		(void)snprintf(uid, sizeof(uid), "%s.9.%u", plan.study_uid, i);
		plan.sop_uid = uid;
		plan.instance_number = (int32_t)i;
		plan.geometry = true;
		assert_int_equal(import_one(p, &op).verdict, VERDICT(STORED));
	}
}

static inline uint64_t
import_report(struct place *p, const char *text, size_t len)
{
	struct caller op = caller_operator();
	struct imported r;
	char uid[64];

	(void)snprintf(uid, sizeof(uid), "%s.8.1", plan.study_uid);
	plan.sop_uid = uid;
	plan.series_uid = "1.2.3.8";
	plan.modality = "SR";
	plan.report = text;
	plan.report_len = len;
	plan.verified = true;
	r = import_with(p, &op, &(struct import_how){.release = false});
	assert_int_equal(r.err, 0);
	assert_string_equal(r.reason, "");
	assert_int_equal(r.verdict, VERDICT(STORED));
	plan.report = NULL;
	return r.exam_id;
}

static inline int
ward_setup(void **state)
{
	static const char text[] = "Pas d'anomalie décelée.\nŒdème absent.\n";
	int rc = place_setup(state);
	struct place *p = *state;

	plan_reset();
	memset(&ward, 0, sizeof(ward));
	import_establishment_add(p, "670000001", "Hôpital d'essai");
	ward.mine = person_add(p, "IPP-1");
	ward.other = person_add(p, "IPP-2");
	ward.me = patient_caller(&ward.mine, 1);
	ward.them = patient_caller(&ward.other, 2);
	import_slices(p, 5);
	ward.ct = import_report(p, text, sizeof(text) - 1);
	return rc;
}

struct joined {
	char *text;
	size_t len, longest;
	uint32_t total;
	bool broken;
	char title[64], author[64];
};

static inline void
join_report(struct call *c, const void *reply)
{
	const Emage__ExamReportReply *r = reply;
	struct joined *j = c->arg;
	size_t n = strlen(r->text);

	if (c->n_replies == 1) {
		j->total = r->total_bytes;
		(void)snprintf(j->title, sizeof(j->title), "%s", r->title);
		(void)snprintf(j->author, sizeof(j->author), "%s", r->author);
	} else {
		assert_string_equal(r->title, "");
	}
	assert_true(emage__exam_report_reply__get_packed_size(r) <= FRAME_BODY_MAX);
	j->broken |= !text_is_utf8(r->text, n);
	j->longest = n > j->longest ? n : j->longest;
	j->text = realloc(j->text, j->len + n + 1);
	assert_non_null(j->text);
	memcpy(j->text + j->len, r->text, n + 1);
	j->len += n;
}

static inline struct joined
report_of(
    struct place *p, struct caller *who, uint64_t exam_id, int want_err, unsigned *n_replies_r)
{
	Emage__ExamReportRequest m = EMAGE__EXAM_REPORT_REQUEST__INIT;
	struct joined j = {.len = 0};
	struct call c = {.on_reply = join_report, .arg = &j};

	m.exam_id = exam_id;
	call_begin(&c, p, who, METHOD_exam_report, &m);
	assert_int_equal(c.err, want_err);
	*n_replies_r = c.n_replies;
	call_end(&c);
	return j;
}

#endif
