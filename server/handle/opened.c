/* SPDX-License-Identifier: MIT */
/*
 * Openings of exams on record.
 */
#include "server/handle/opened.h"

#include "server/handle/people.h"
#include "server/handle/record.h"

struct store_eyes
opened_eyes(const struct request *rq)
{
	return (struct store_eyes){
	    .patient_id = rq->caller.patient_id,
	    .all = rq->caller.role == EMAGE__ROLE__ROLE_PROFESSIONAL,
	};
}

bool
opened_is_recorded(const struct request *rq, uint64_t exam_id)
{
	return exam_id != 0 && rq->caller.opened_exam_id == exam_id;
}

int
opened_record(struct request *rq, struct store_conn *db, uint64_t exam_id, const char *what)
{
	int rc = 0;

	if (rq->caller.role == EMAGE__ROLE__ROLE_PROFESSIONAL)
		rc = record_exam_opened(rq, db, exam_id);
	if (rc < 0)
		return rc;
	rq->change.opened_exam_id = exam_id;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = "exam.opened",
		.patient_id = rq->caller.patient_id,
		.exam_id = exam_id,
		.detail = what,
	    });
}

int
request_invalid(struct request *rq, const char *field)
{
	request_refuse(rq, EM_E_INVALID, field, 0, 0);
	return -EM_E_INVALID;
}
