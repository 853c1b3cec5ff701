/* SPDX-License-Identifier: MIT */
/*
 * Patients, found by whoever may.
 */
#include "server/handle.h"

int
check_patient_find(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_patient_find_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_patient_find_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_patient_find_next(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
check_patient_get(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_patient_get_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_patient_get_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_patient_get_next(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}
