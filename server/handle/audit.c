/* SPDX-License-Identifier: MIT */
/*
 * The audit trail, read and verified.
 */
#include "server/handle.h"

int
check_audit_list(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_audit_list_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_audit_verify(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_audit_verify_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_audit_verify_next(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}
