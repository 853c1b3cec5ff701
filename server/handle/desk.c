/* SPDX-License-Identifier: MIT */
/*
 * The reception desk.
 */
#include "server/handle.h"

int
check_consent_text(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_consent_text_local(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
check_desk_consent(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_consent_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_consent_work(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_consent_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_desk_letter(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_letter_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_letter_work(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_letter_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_desk_reset(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_reset_read(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_reset_work(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_reset_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_desk_contact_start(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_contact_start_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_desk_contact_confirm(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_contact_confirm_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}

int
check_desk_code(struct request *rq)
{
	(void)rq;
	return -EM_E_UNAVAILABLE;
}

int
handle_desk_code_write(struct request *rq, struct store_conn *db)
{
	(void)rq;
	(void)db;
	return -EM_E_UNAVAILABLE;
}
