/* SPDX-License-Identifier: MIT */
/*
 * A professional opens a patient's record: no motive, no access (L-01). An
 * unknown patient, one without a consent in force and one who has blocked the
 * caller are answered by the same bytes, and each costs one commit of the same
 * statements (V-02).
 */
#include "server/handle/record.h"

#include <string.h>

#include "proto/record.pb-c.h"
#include "server/handle.h"
#include "server/handle/fields.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/policy/access.h"
#include "server/policy/motive.h"
#include "server/server.h"

/* --------------------------------------------------------------- motives */

int
check_motive_list(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_motive_list_local(struct request *rq)
{
	Emage__MotiveListReply *reply = rq->reply;
	struct policy_motive *list = arena_alloc(rq->arena, POLICY_MOTIVES_MAX * sizeof(*list));
	Emage__Motive *rows = arena_alloc(rq->arena, POLICY_MOTIVES_MAX * sizeof(*rows));

	reply->motives = arena_alloc(rq->arena, POLICY_MOTIVES_MAX * sizeof(*reply->motives));
	if (list == NULL || rows == NULL || reply->motives == NULL)
		return -EM_E_NO_MEMORY;
	reply->n_motives = policy_motives(rq->caller.language, list, POLICY_MOTIVES_MAX);
	for (size_t i = 0; i < reply->n_motives; i++) {
		emage__motive__init(&rows[i]);
		rows[i].code = list[i].code;
		rows[i].label = list[i].label;
		rows[i].needs_detail = list[i].needs_detail;
		rows[i].emergency = list[i].emergency;
		reply->motives[i] = &rows[i];
	}
	return 0;
}

/* ----------------------------------------------------------------- history */

/* Who opens something, as the directory has them today. */
struct record_caller {
	struct store_staff staff;
	struct store_professional who;
};

static int
record_caller(struct request *rq, struct store_conn *db, struct record_caller *c_r)
{
	int rc = store_staff_get(db, rq->arena, rq->caller.account_id, &c_r->staff);

	if (rc == 0)
		rc = store_professional_get(db, rq->arena, c_r->staff.professional_id, &c_r->who);
	if (rc != -EM_E_NOT_FOUND)
		return rc;
	/* an account that stands for nobody of the directory opens nothing */
	request_refuse(rq, EM_E_INVALID, "professional", 0, 0);
	return -EM_E_INVALID;
}

static struct store_access
record_access(const struct request *rq, const struct record_caller *c, const struct store_record *r,
    int result, uint64_t exam_id)
{
	return (struct store_access){
	    .patient_id = r->patient_id,
	    .at_ms = rq->now_ms,
	    .recorded_at_ms = rq->now_ms,
	    .rpps = c->who.rpps,
	    .family_name = c->who.family_name,
	    .given_name = c->who.given_name,
	    .profession = c->who.profession,
	    .specialty = c->who.specialty,
	    .establishment_id = c->staff.establishment_id,
	    .establishment = c->staff.establishment,
	    .motive = r->motive,
	    .motive_label = r->motive_label,
	    .motive_detail = r->motive_detail,
	    .result = (enum access_result)result,
	    .exam_id = exam_id,
	    .until_ms = result == ACCESS_REFUSED ? 0 : r->until_ms,
	    .terminal = people_terminal(rq->caller.kind),
	};
}

static struct store_actor
record_actor(const struct request *rq)
{
	return (struct store_actor){.account_id = rq->caller.account_id,
	    .name = "",
	    .terminal = people_terminal(rq->caller.kind)};
}

static int
record_append(struct request *rq, struct store_conn *db, const struct record_caller *c,
    const struct store_record *r, int result, uint64_t exam_id, uint64_t *number_r)
{
	const struct store_access e = record_access(rq, c, r, result, exam_id);
	const struct store_actor by = record_actor(rq);

	return store_access_append(db, &e, &by, number_r);
}

/* In the patient's history, or in none: at the same cost (V-02). */
static int
record_append_refused(struct request *rq, struct store_conn *db, const struct record_caller *c,
    const struct store_record *r, bool in_history)
{
	const struct store_access e = record_access(rq, c, r, ACCESS_REFUSED, 0);
	const struct store_actor by = record_actor(rq);
	uint64_t number;

	return store_access_append_alike(db, &e, &by, in_history, &number);
}

int
record_current(struct request *rq, struct store_conn *db, struct store_record *r_r)
{
	int rc = store_record_get(db, rq->arena, rq->caller.session_id, r_r);

	if (rc == 0 && r_r->until_ms <= rq->now_ms)
		rc = -EM_E_NO_RECORD;
	return rc;
}

int
record_exam_opened(struct request *rq, struct store_conn *db, uint64_t exam_id)
{
	const struct notice_from from = notice_from(rq);
	struct record_caller caller;
	struct store_record r;
	uint64_t number;
	int rc = record_current(rq, db, &r);

	if (rc == 0 && r.patient_id != rq->caller.patient_id)
		rc = -EM_E_NO_RECORD;
	if (rc == 0)
		rc = record_caller(rq, db, &caller);
	if (rc == 0)
		rc = record_append(rq, db, &caller, &r, r.result, exam_id, &number);
	if (rc < 0 || r.told)
		return rc;
	if (rq->cleanup == NULL)
		rq->cleanup = notice_wake;
	rc = notice_exam_opened(&from, db, r.patient_id);
	return rc < 0 ? rc : store_record_set_told(db, r.session_id);
}

/* ------------------------------------------------------------------ opening */

struct record_opening {
	struct policy_motive motive;
	struct record_caller caller;
	struct store_person person;
	struct store_record record;
	const char *why; /* refused: for the audit trail alone */
	bool in_history; /* refused: the patient is told */
};

int
check_record_open(struct request *rq)
{
	const Emage__RecordOpenRequest *m = rq->msg;

	return m->patient_id == 0 ? request_invalid(rq, "patient_id") : 0;
}

/* The field at fault, or NULL. */
static const char *
record_motive_fault(struct request *rq, struct policy_motive *motive_r)
{
	const Emage__RecordOpenRequest *m = rq->msg;
	size_t least = 0;

	if (!policy_motive_find(m->motive, rq->caller.language, motive_r))
		return "motive";
	if (motive_r->needs_detail)
		least = POLICY_MOTIVE_DETAIL_MIN;
	return fields_line(m->motive_detail, least, POLICY_MOTIVE_DETAIL_MAX) ? NULL
									      : "motive_detail";
}

/* No motive, no access; that it was tried stands in the audit trail. */
static int
record_refuse_motive(struct request *rq, struct store_conn *db, const char *field)
{
	request_refuse(rq, EM_E_INVALID, field, 0, 0);
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = "record.refused",
		.result = "INVALID",
		.detail = field,
	    });
}

/* Whether, and as what, the record opens; `why` when it does not. */
static int
record_judge(struct request *rq, struct store_conn *db, struct record_opening *o)
{
	const bool overrides = server_settings(rq->server)->access_emergency_overrides_block != 0;
	int64_t blocked_at_ms = 0;
	int known = store_record_person(db, rq->arena, o->record.patient_id, &o->person);
	int rc = store_block_get(
	    db, o->record.patient_id, o->caller.who.professional_id, &blocked_at_ms);

	if (rc < 0 || (known < 0 && known != -EM_E_NOT_FOUND))
		return rc < 0 ? rc : known;
	switch (policy_access(blocked_at_ms != 0, o->motive.emergency, overrides)) {
	case POLICY_ACCESS_GRANTED:
		o->record.result = ACCESS_GRANTED;
		break;
	case POLICY_ACCESS_OVER_BLOCK:
		o->record.result = ACCESS_OVER_BLOCK;
		break;
	case POLICY_ACCESS_REFUSED:
		o->why = "blocked";
		o->in_history = true;
		break;
	}
	if (known == 0 && o->person.consents)
		return 0;
	o->why = known == 0 ? "no consent" : "unknown";
	o->in_history = false;
	return 0;
}

static int
record_refuse(struct request *rq, struct store_conn *db, const struct record_opening *o)
{
	const struct store_record *r = &o->record;
	int rc;
	const char *detail = arena_printf(rq->arena, "motive=%s cause=\"%s\" asked=%llu", r->motive,
	    o->why, (unsigned long long)r->patient_id);

	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	rc = record_append_refused(rq, db, &o->caller, r, o->in_history);
	if (rc < 0)
		return rc;
	request_refuse(rq, EM_E_NOT_FOUND, NULL, 0, 0);
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = "record.refused",
		.patient_id = o->in_history ? r->patient_id : 0,
		.result = "NOT_FOUND",
		.detail = detail,
	    });
}

static int
record_audit(struct request *rq, struct store_conn *db, const char *event,
    const struct store_record *r, const char *how)
{
	const char *detail = arena_printf(rq->arena, "motive=%s %s", r->motive, how);

	if (detail == NULL)
		return -EM_E_NO_MEMORY;
	return people_audit(rq, db,
	    &(struct store_audit){.event = event, .patient_id = r->patient_id, .detail = detail});
}

/* One at a time. */
static int
record_close_other(struct request *rq, struct store_conn *db)
{
	struct store_record r;
	int rc = store_record_get(db, rq->arena, rq->caller.session_id, &r);

	if (rc == 0)
		rc = record_audit(rq, db, "record.closed", &r, "another one was opened");
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

/* Over a block: the patient is told at once, whatever notices are wanted. */
static int
record_tell_over_block(struct request *rq, struct store_conn *db, uint64_t patient_id)
{
	const struct notice_from from = notice_from(rq);
	struct store_account who;
	uint64_t account_id;
	int rc = store_account_of_patient(db, patient_id, &account_id);

	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, account_id, &who);
	if (rc == 0)
		rc = notice_tell(&from, db, &who, TEXT_NOTICE_OVER_BLOCK, 0);
	rq->cleanup = notice_wake;
	return rc;
}

static void
record_fill(const struct request *rq, Emage__RecordOpenReply *reply, const struct store_record *r,
    const struct store_person *p)
{
	reply->civility = (char *)(uintptr_t)p->civility;
	reply->given_name = (char *)(uintptr_t)p->given_name;
	reply->used_name = (char *)(uintptr_t)p->used_name;
	reply->birth_name = (char *)(uintptr_t)p->birth_name;
	reply->birth_date = p->birth_date;
	reply->sex = (char *)(uintptr_t)p->sex;
	reply->until_ms = r->until_ms;
	reply->left_s = (uint32_t)((r->until_ms - rq->now_ms) / 1000);
	reply->access_number = r->access_number;
	reply->over_block = r->result == ACCESS_OVER_BLOCK;
	reply->motive_label = (char *)(uintptr_t)r->motive_label;
	reply->motive_detail = (char *)(uintptr_t)r->motive_detail;
}

static int
record_grant(struct request *rq, struct store_conn *db, struct record_opening *o)
{
	struct store_record *r = &o->record;
	bool over = r->result == ACCESS_OVER_BLOCK;
	int rc = record_append(rq, db, &o->caller, r, r->result, 0, &r->access_number);

	if (rc == 0)
		rc = record_close_other(rq, db);
	if (rc == 0)
		rc = store_record_put(db, r);
	if (rc == 0)
		rc = record_audit(rq, db, "record.opened", r, over ? "over a block" : "");
	if (rc == 0 && over)
		rc = record_tell_over_block(rq, db, r->patient_id);
	if (rc < 0)
		return rc;
	record_fill(rq, rq->reply, r, &o->person);
	rq->change = (struct change){.record = true, .patient_id = r->patient_id};
	return 0;
}

int
handle_record_open_write(struct request *rq, struct store_conn *db)
{
	const Emage__RecordOpenRequest *m = rq->msg;
	struct record_opening *o = arena_alloc(rq->arena, sizeof(*o));
	const char *field;
	int rc;

	if (o == NULL)
		return -EM_E_NO_MEMORY;
	field = record_motive_fault(rq, &o->motive);
	if (field != NULL)
		return record_refuse_motive(rq, db, field);
	rc = record_caller(rq, db, &o->caller);
	if (rc < 0)
		return rc;
	o->record = (struct store_record){
	    .session_id = rq->caller.session_id,
	    .account_id = rq->caller.account_id,
	    .professional_id = o->caller.who.professional_id,
	    .patient_id = m->patient_id,
	    .motive = o->motive.code,
	    .motive_label = o->motive.label,
	    .motive_detail = m->motive_detail,
	    .opened_at_ms = rq->now_ms,
	    .until_ms = rq->now_ms + server_settings(rq->server)->access_record_s * 1000,
	};
	rc = record_judge(rq, db, o);
	if (rc < 0)
		return rc;
	return o->why != NULL ? record_refuse(rq, db, o) : record_grant(rq, db, o);
}

/* ------------------------------------------------------------- get, close */

int
check_record_get(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_record_get_read(struct request *rq, struct store_conn *db)
{
	Emage__RecordGetReply *reply = rq->reply;
	struct store_person person;
	struct store_record r;
	int rc = record_current(rq, db, &r);

	if (rc == -EM_E_NOT_FOUND || rc == -EM_E_NO_RECORD)
		return 0;
	if (rc == 0)
		rc = store_record_person(db, rq->arena, r.patient_id, &person);
	if (rc < 0)
		return rc;
	reply->record = arena_alloc(rq->arena, sizeof(*reply->record));
	if (reply->record == NULL)
		return -EM_E_NO_MEMORY;
	emage__record_open_reply__init(reply->record);
	record_fill(rq, reply->record, &r, &person);
	reply->patient_id = r.patient_id;
	return 0;
}

int
check_record_close(struct request *rq)
{
	(void)rq;
	return 0;
}

int
handle_record_close_write(struct request *rq, struct store_conn *db)
{
	Emage__RecordCloseReply *reply = rq->reply;
	struct store_record r;
	bool was = false;
	int known = store_record_get(db, rq->arena, rq->caller.session_id, &r);
	int rc = known < 0 && known != -EM_E_NOT_FOUND
		     ? known
		     : store_record_end(db, rq->caller.session_id, &was);

	if (rc == 0 && known == 0)
		rc = record_audit(rq, db, "record.closed", &r, "by the person");
	if (rc < 0)
		return rc;
	reply->was_open = known == 0 && was;
	rq->change = (struct change){.record = true};
	return 0;
}

/* ---------------------------------------------------------------- release */

int
check_record_release(struct request *rq)
{
	const Emage__RecordReleaseRequest *m = rq->msg;

	return m->exam_id == 0 ? request_invalid(rq, "exam_id") : 0;
}

int
handle_record_release_write(struct request *rq, struct store_conn *db)
{
	const Emage__RecordReleaseRequest *m = rq->msg;
	const struct notice_from from = notice_from(rq);
	Emage__RecordReleaseReply *reply = rq->reply;
	struct store_record r;
	struct store_exam exam;
	bool was = false;
	int rc = record_current(rq, db, &r);

	if (rc == -EM_E_NOT_FOUND)
		rc = -EM_E_NO_RECORD;
	if (rc == 0)
		rc = store_exam_get(db, rq->arena,
		    &(struct store_eyes){.patient_id = r.patient_id, .all = true}, m->exam_id,
		    &exam);
	if (rc == 0)
		rc = store_exam_release(db, m->exam_id, rq->now_ms, &was);
	if (rc < 0)
		return rc;
	reply->was_released = was;
	if (was)
		return 0;
	rq->cleanup = notice_wake;
	rc = notice_report_of(&from, db, m->exam_id);
	if (rc < 0)
		return rc;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = "exam.released", .patient_id = r.patient_id, .exam_id = m->exam_id});
}
