/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_RECORD_H
#define EMAGE_SERVER_HANDLE_RECORD_H

#include "db/store.h"
#include "server/request.h"

/* On the writer: what the professional who calls has open. -EM_E_NOT_FOUND when
 * the patient is no more to be seen, -EM_E_NO_RECORD when its time is over. */
int record_current(struct request *rq, struct store_conn *db, struct store_record *r_r);

/* On the writer: an exam of the open record is opened. Its row in the patient's
 * history, with the record's motive, and the notice if the patient wants it: one
 * for each time that a record is opened. As record_current(). */
int record_exam_opened(struct request *rq, struct store_conn *db, uint64_t exam_id);

#endif
