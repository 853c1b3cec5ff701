/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_PTY_STAGE_PEOPLE_H
#define EMAGE_TESTS_PTY_STAGE_PEOPLE_H

#include <stdint.h>

#include "db/store.h"

/*
 * Professionals on the stage, the patient's history of accesses by them, and the
 * two whom she has blocked: the rows of the guide's page and more. The numbers
 * are for tests that count.
 */
#define STAGE_N_ACCESSES 61u
#define STAGE_N_BLOCKED	 2u
/* Professionals named EXEMPLE-1 and so on, all of one profession. */
#define STAGE_N_MORE 25u

/* exam_id: of an exam of hers. */
int pty_stage_people_add(struct store_conn *db, uint64_t patient_id, uint64_t exam_id);

#endif
