/* SPDX-License-Identifier: MIT */
/*
 * The password once more, with the counter of sign-in.
 */
#include "server/handle/reauth.h"

#include <string.h>

#include "server/handle/auth.h"
#include "server/handle/code.h"
#include "server/handle/keyed.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/pwhash.h"
#include "server/policy/signin.h"
#include "server/server.h"

int
reauth_check(struct request *rq, const char *password, const char *field)
{
	if (password[0] == '\0' || strlen(password) > AUTH_PASSWORD_MAX_BYTES)
		return request_invalid(rq, field);
	return 0;
}

static int
reauth_account(struct request *rq, struct store_conn *db, struct store_account *who_r)
{
	int rc = store_account_by_id(db, rq->arena, rq->caller.account_id, who_r);

	if (rc == 0 && who_r->state != ACCOUNT_ACTIVE)
		rc = -EM_E_NOT_FOUND;
	return rc == -EM_E_NOT_FOUND ? -EM_E_SESSION_ENDED : rc;
}

int
reauth_read(struct request *rq, struct store_conn *db, struct reauth *ra)
{
	struct store_counter c;
	int64_t wait_ms;
	int rc = reauth_account(rq, db, &ra->who);

	if (rc < 0)
		return rc;
	ra->own_hash = ra->who.password_hash;
	keyed_identifier(
	    &rq->server->pepper, ra->who.identifier, rq->caller.source.trusted, ra->counter_key);
	rc = store_counter_get(db, COUNTER_PASSWORD, ra->counter_key, &c);
	if (rc < 0)
		return rc;
	wait_ms = policy_signin_wait_ms(&c, rq->now_ms);
	if (wait_ms == 0)
		return 0;
	request_refuse(rq, EM_E_AUTH, "password", code_seconds(wait_ms), 0);
	return -EM_E_AUTH;
}

int
reauth_begin(struct request *rq, struct store_conn *db)
{
	struct reauth *ra = arena_alloc(rq->arena, sizeof(*ra));

	if (ra == NULL)
		return -EM_E_NO_MEMORY;
	rq->state = ra;
	return reauth_read(rq, db, ra);
}

int
reauth_work(struct request *rq, const char *password, struct reauth *ra)
{
	struct pwhash_match match;
	int rc = pwhash_try(&rq->server->pepper, password, ra->own_hash, "", &match);

	ra->match = rc == 0 && match.own;
	return rc;
}

static int
reauth_fail(struct request *rq, struct store_conn *db, const struct reauth *ra,
    const struct store_counter *before, const char *field, const char *event)
{
	const struct store_counter now = policy_signin_failed(before, rq->now_ms);
	int rc = store_counter_put(db, COUNTER_PASSWORD, ra->counter_key, &now);

	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = event,
			.patient_id = ra->who.patient_id,
			.result = err_name(EM_E_AUTH)});
	if (rc == 0)
		request_refuse(rq, EM_E_AUTH, field, code_seconds(policy_signin_delay_ms(&now)), 0);
	return rc;
}

int
reauth_write(struct request *rq, struct store_conn *db, struct reauth *ra, const char *field,
    const char *event, bool *right_r)
{
	const struct store_counter none = {.n = 0};
	struct store_counter c;
	int64_t wait_ms;
	int rc = reauth_account(rq, db, &ra->who);

	*right_r = false;
	if (rc == 0)
		rc = store_counter_get(db, COUNTER_PASSWORD, ra->counter_key, &c);
	if (rc < 0)
		return rc;
	/* of many tries at a time only the first is evaluated */
	wait_ms = policy_signin_wait_ms(&c, rq->now_ms);
	if (wait_ms > 0) {
		request_refuse(rq, EM_E_AUTH, field, code_seconds(wait_ms), 0);
		return 0;
	}
	if (!ra->match || strcmp(ra->own_hash, ra->who.password_hash) != 0 ||
	    policy_signin_locked(&c))
		return reauth_fail(rq, db, ra, &c, field, event);
	*right_r = true;
	return c.n > 0 ? store_counter_put(db, COUNTER_PASSWORD, ra->counter_key, &none) : 0;
}
