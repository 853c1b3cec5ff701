/* SPDX-License-Identifier: MIT */
/*
 * A professional and a patient's record.
 */
#include "server/handle.h"

int
check_motive_list(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_motive_list_local(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
check_record_open(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_record_open_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_record_get(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_record_get_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_record_close(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_record_close_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_record_release(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_record_release_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}
