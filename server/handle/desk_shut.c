/* SPDX-License-Identifier: MIT */
/*
 * Shutting an account for somebody who stands at the desk: suspended, when another
 * person is in it, or with the consent withdrawn where it was given (V-04).
 * desk_access.c and desk.c open it again, each with a new letter.
 */
#include "server/handle.h"

#include "server/handle/consent.h"
#include "server/handle/desk.h"
#include "server/handle/fields.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/registry.h"

#define SUSPENDED_LABEL "Suspension du compte"
#define WITHDRAWN_LABEL "Retrait du consentement"

/* ---------------------------------------------------------------- suspend */

int
check_desk_suspend(struct request *rq)
{
	const Emage__DeskSuspendRequest *m = rq->msg;

	return m->patient_id == 0 ? request_invalid(rq, "patient_id") : 0;
}

/* At once, whoever is in it. An undo code that is out stays good: it opens nothing,
 * and may be the patient's only way to the old address. */
static int
suspend_write(struct request *rq, struct store_conn *db, const struct store_account *who)
{
	const struct notice_from from = notice_from(rq);
	int rc = store_account_suspend(db, who->account_id, rq->now_ms);

	if (rc == 0)
		rc = store_session_end_all(db, who->account_id, 0);
	if (rc == 0)
		rc = store_challenge_end_all(db, who->account_id);
	if (rc == 0)
		rc = store_contact_drop(db, who->account_id);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){
			.event = "account.suspended", .patient_id = who->patient_id});
	if (rc == 0)
		rc = notice_tell(&from, db, who, TEXT_NOTICE_SUSPENDED, 0);
	return rc;
}

int
handle_desk_suspend_write(struct request *rq, struct store_conn *db)
{
	const Emage__DeskSuspendRequest *m = rq->msg;
	struct desk_agent agent;
	struct store_account who;
	int rc = desk_agent_get(rq, db, &agent);

	if (rc == 0)
		rc = desk_account_of(rq, db, m->patient_id, &who);
	if (rc == 0)
		rc = suspend_write(rq, db, &who);
	if (rc == 0)
		rc = desk_history(rq, db, &agent, who.patient_id, SUSPENDED_LABEL);
	if (rc < 0)
		return rc;
	registry_end_account(who.account_id, 0);
	rq->cleanup = notice_wake;
	return 0;
}

/* --------------------------------------------------------------- withdraw */

int
check_desk_withdraw(struct request *rq)
{
	const Emage__DeskWithdrawRequest *m = rq->msg;

	if (m->patient_id == 0)
		return request_invalid(rq, "patient_id");
	return fields_day(m->birth_date) ? 0 : request_invalid(rq, "birth_date");
}

/* In force or suspended: what was given can be taken back in either. */
static int
withdraw_account(
    struct request *rq, struct store_conn *db, uint64_t patient_id, struct store_account *who_r)
{
	uint64_t account_id = 0;
	int rc = store_account_of_patient(db, patient_id, &account_id);

	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, account_id, who_r);
	if (rc == 0 && who_r->state == ACCOUNT_SUSPENDED)
		return 0;
	return desk_account_of(rq, db, patient_id, who_r);
}

int
handle_desk_withdraw_write(struct request *rq, struct store_conn *db)
{
	const Emage__DeskWithdrawRequest *m = rq->msg;
	struct store_consent_by by = {.channel = ""};
	struct desk_agent agent;
	struct store_account who;
	bool right = false;
	int rc = desk_agent_get(rq, db, &agent);

	if (rc == 0)
		rc = withdraw_account(rq, db, m->patient_id, &who);
	if (rc == 0)
		rc = desk_identity(rq, db, m->patient_id, m->birth_date, &right);
	if (rc < 0 || !right)
		return rc;
	by.operator_name = agent.name;
	by.operator_account = agent.account_id;
	by.establishment_id = agent.establishment_id;
	rc = desk_history(rq, db, &agent, who.patient_id, WITHDRAWN_LABEL);
	return rc < 0 ? rc : consent_shut(rq, db, &who, &by, TEXT_NOTICE_DESK_WITHDRAWN);
}
