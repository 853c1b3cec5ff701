/* SPDX-License-Identifier: MIT */
/*
 * Openings of exams on record.
 */
#include "server/handle/opened.h"

#include "server/handle/people.h"

bool
opened_is_recorded(const struct request *rq, uint64_t exam_id)
{
	return exam_id != 0 && rq->caller.opened_exam_id == exam_id;
}

int
opened_record(struct request *rq, struct store_conn *db, uint64_t exam_id, const char *what)
{
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
