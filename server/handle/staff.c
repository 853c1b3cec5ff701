/* SPDX-License-Identifier: MIT */
/*
 * Administration.
 */
#include "server/handle.h"

int
check_staff_list(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_staff_list_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_staff_add(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_staff_add_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_staff_add_work(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_staff_add_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_staff_set(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_staff_set_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_staff_reset(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_staff_reset_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_staff_reset_work(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_staff_reset_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_admin_session_list(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_admin_session_list_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_admin_session_end(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_admin_session_end_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_establishment_list(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_establishment_list_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}
