/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_OPENED_H
#define EMAGE_SERVER_HANDLE_OPENED_H

#include <stdbool.h>
#include <stdint.h>

#include "server/request.h"

/*
 * The opening of an exam is one row of the audit trail, durable before a byte
 * of the exam leaves (I2, D-04). The connection remembers the exam whose
 * opening it has on record, so that leafing through it writes no more rows.
 */

/* Whose exams the caller looks at: released ones for their patient, all for a
 * professional with the record open. */
struct store_eyes opened_eyes(const struct request *rq);
/* For rq->recorded. */
bool opened_is_recorded(const struct request *rq, uint64_t exam_id);
/* On the writer: the row, and the connection's memory of it. `what` was opened
 * first: "report" or "images". For a professional the record
 * must still be open, and the patient's history gets its row: -EM_E_NOT_FOUND, -EM_E_NO_RECORD. */
int opened_record(struct request *rq, struct store_conn *db, uint64_t exam_id, const char *what);

/* Refuses with INVALID and the field at fault; returns -EM_E_INVALID. */
int request_invalid(struct request *rq, const char *field);

#endif
