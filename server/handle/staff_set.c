/* SPDX-License-Identifier: MIT */
/*
 * Changing an account of staff. Another role, or none any more, ends at once all
 * that the person has open, streams included (S-06); an administrator in use is
 * always left.
 */
#include "server/handle.h"

#include <string.h>

#include "proto/common.pb-c.h"
#include "server/handle/fields.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/staff_int.h"
#include "server/policy/rpps.h"
#include "server/registry.h"

int
check_staff_set(struct request *rq)
{
	const Emage__StaffSetRequest *m = rq->msg;

	if (m->account_id == 0)
		return request_invalid(rq, "account_id");
	if (m->role != EMAGE__ROLE__ROLE_UNSPECIFIED && !staff_is_role((int)m->role))
		return request_invalid(rq, "role");
	if (m->email[0] != '\0' && !fields_email(m->email))
		return request_invalid(rq, "email");
	if (m->mobile[0] != '\0' && !fields_mobile(m->mobile))
		return request_invalid(rq, "mobile");
	if (m->rpps[0] != '\0' && !policy_rpps_is_valid(m->rpps))
		return request_invalid(rq, "rpps");
	return 0;
}

/* Once the change is on disk. */
static void
staff_end_sessions(struct request *rq)
{
	const Emage__StaffSetRequest *m = rq->msg;

	if (rq->result == 0)
		registry_end_account(m->account_id, 0);
	notice_wake(rq);
}

/* What the account is to be after; the row as it was before. */
struct staff_change {
	const struct store_staff_row *was;
	int role;
	enum account_state state;
};

static bool
staff_is_admin(int role, int state)
{
	return role == EMAGE__ROLE__ROLE_ADMIN && state == ACCOUNT_ACTIVE;
}

static int
staff_keep_an_admin(struct request *rq, struct store_conn *db, const struct staff_change *c)
{
	uint32_t others = 0;
	int rc;

	if (!staff_is_admin(c->was->who.role, c->was->state) ||
	    staff_is_admin(c->role, (int)c->state))
		return 0;
	rc = store_staff_other_admins(db, c->was->who.account_id, &others);
	if (rc == 0 && others == 0) {
		request_refuse(
		    rq, EM_E_LAST_ADMIN, c->state == ACCOUNT_ACTIVE ? "role" : "enabled", 0, 0);
		return -EM_E_LAST_ADMIN;
	}
	return rc;
}

/* The person of the directory goes with the role. */
static int
staff_set_professional(struct request *rq, struct store_conn *db, const struct staff_change *c)
{
	const Emage__StaffSetRequest *m = rq->msg;
	const uint64_t account_id = m->account_id;
	uint64_t professional_id = 0;
	int rc;

	if (c->role != EMAGE__ROLE__ROLE_PROFESSIONAL)
		return m->rpps[0] != '\0' ? request_invalid(rq, "rpps")
					  : store_staff_set_professional(db, account_id, 0);
	if (m->rpps[0] == '\0')
		return c->was->who.professional_id != 0 ? 0 : request_invalid(rq, "rpps");
	rc = staff_professional(rq, db, m->rpps, account_id, &professional_id);
	return rc < 0 ? rc : store_staff_set_professional(db, account_id, professional_id);
}

static int
staff_set_establishment(struct request *rq, struct store_conn *db, const struct staff_change *c)
{
	const Emage__StaffSetRequest *m = rq->msg;
	int rc;

	if (m->establishment_id == 0)
		return c->role == EMAGE__ROLE__ROLE_RECEPTION && c->was->who.establishment_id == 0
			   ? request_invalid(rq, "establishment_id")
			   : 0;
	rc = store_staff_set_establishment(db, m->account_id, m->establishment_id);
	return rc == -EM_E_INVALID ? request_invalid(rq, "establishment_id") : rc;
}

/* The person is told at the addresses of before. */
static int
staff_set_addresses(struct request *rq, struct store_conn *db, bool *told_r)
{
	const struct notice_from from = notice_from(rq);
	const Emage__StaffSetRequest *m = rq->msg;
	struct store_account who;
	int rc = store_account_by_id(db, rq->arena, m->account_id, &who);
	const bool email = rc == 0 && m->email[0] != '\0' && strcmp(m->email, who.email) != 0;
	const bool mobile = rc == 0 && m->mobile[0] != '\0' && strcmp(m->mobile, who.mobile) != 0;

	*told_r = email || mobile;
	if (rc == 0 && *told_r)
		rc = notice_tell(&from, db, &who, TEXT_NOTICE_ADDRESS, 0);
	if (rc == 0 && email)
		rc = store_account_set_address(
		    db, m->account_id, EMAGE__CHANNEL__CHANNEL_EMAIL, m->email);
	if (rc == 0 && mobile)
		rc = store_account_set_address(
		    db, m->account_id, EMAGE__CHANNEL__CHANNEL_MOBILE, m->mobile);
	/* codes that are on their way to the one of before */
	return rc == 0 && *told_r ? store_challenge_end_all(db, m->account_id) : rc;
}

static int
staff_set(struct request *rq, struct store_conn *db, const struct staff_change *c, bool *told_r)
{
	const uint64_t account_id = c->was->who.account_id;
	int rc = staff_keep_an_admin(rq, db, c);

	if (rc == 0)
		rc = staff_set_professional(rq, db, c);
	if (rc == 0)
		rc = staff_set_establishment(rq, db, c);
	if (rc == 0)
		rc = staff_set_addresses(rq, db, told_r);
	if (rc == 0 && c->role != c->was->who.role)
		rc = store_staff_set_role(db, account_id, c->role);
	if (rc == 0 && (int)c->state != c->was->state)
		rc = store_staff_set_state(db, account_id, c->state);
	return rc;
}

int
handle_staff_set_write(struct request *rq, struct store_conn *db)
{
	const Emage__StaffSetRequest *m = rq->msg;
	Emage__StaffSetReply *reply = rq->reply;
	struct store_staff_row was, now;
	struct staff_change c = {.was = &was};
	bool told = false, ends;
	int rc = store_staff_row(db, rq->arena, m->account_id, &was);

	if (rc < 0)
		return rc;
	c.role = m->role != EMAGE__ROLE__ROLE_UNSPECIFIED ? (int)m->role : was.who.role;
	c.state = m->enabled == EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_YES ? ACCOUNT_ACTIVE
		  : m->enabled == EMAGE__STAFF_SET_REQUEST__ENABLED__ENABLED_NO
		      ? ACCOUNT_WITHDRAWN
		      : (enum account_state)was.state;
	rc = staff_set(rq, db, &c, &told);
	if (rc == 0)
		rc = store_staff_row(db, rq->arena, m->account_id, &now);
	if (rc < 0)
		return rc;
	ends = c.role != was.who.role || c.state != ACCOUNT_ACTIVE ||
	       now.who.professional_id != was.who.professional_id;
	if (ends)
		rc = store_staff_end_all(db, m->account_id);
	if (ends)
		rq->cleanup = staff_end_sessions;
	else if (told)
		rq->cleanup = notice_wake;
	if (rc == 0)
		rc = staff_audit(rq, db, "staff.changed", m->account_id, c.role,
		    c.state == ACCOUNT_ACTIVE ? (told ? "enabled addresses" : "enabled")
					      : "disabled");
	if (rc < 0)
		return rc;
	reply->row = arena_alloc(rq->arena, sizeof(*reply->row));
	if (reply->row == NULL)
		return -EM_E_NO_MEMORY;
	emage__staff_row__init(reply->row);
	return staff_fill_row(rq, &now, reply->row);
}
