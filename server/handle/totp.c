/* SPDX-License-Identifier: MIT */
/*
 * An authenticator app in place of the code by message: offered, proven by
 * a first code, taken off again.
 */
#include "server/handle.h"

#include <string.h>

#include "common/log.h"
#include "proto/account.pb-c.h"
#include "server/handle/code.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/reauth.h"
#include "server/handle/second.h"
#include "server/policy/identifier.h"

/* How long a secret that was offered may wait for its first code. */
#define OFFER_MAX_MS (INT64_C(15) * 60 * 1000)

/* ------------------------------------------------------------------- start */

int
check_totp_start(struct request *rq)
{
	const Emage__TotpStartRequest *m = rq->msg;

	return reauth_check(rq, m->password, "password");
}

int
handle_totp_start_read(struct request *rq, struct store_conn *db)
{
	return reauth_begin(rq, db);
}

int
handle_totp_start_work(struct request *rq)
{
	const Emage__TotpStartRequest *m = rq->msg;

	return reauth_work(rq, m->password, rq->state);
}

static int
totp_fill(struct request *rq, const struct store_account *who,
    const uint8_t secret[POLICY_TOTP_SECRET_LEN])
{
	Emage__TotpStartReply *reply = rq->reply;
	char shown[POLICY_IDENTIFIER_MAX] = "";

	if (policy_identifier_is_sound(who->identifier))
		policy_identifier_show(who->identifier, shown);
	reply->secret_base32 = arena_alloc(rq->arena, POLICY_TOTP_BASE32_MAX);
	if (reply->secret_base32 == NULL)
		return -EM_E_NO_MEMORY;
	policy_totp_base32(secret, reply->secret_base32);
	reply->uri = arena_printf(rq->arena,
	    "otpauth://totp/e-mage:%s?secret=%s&issuer=e-mage&algorithm=SHA1&digits=6&period=30",
	    shown, reply->secret_base32);
	return reply->uri == NULL ? -EM_E_NO_MEMORY : 0;
}

int
handle_totp_start_write(struct request *rq, struct store_conn *db)
{
	uint8_t secret[POLICY_TOTP_SECRET_LEN];
	struct reauth *ra = rq->state;
	struct store_totp t = {.account_id = rq->caller.account_id, .since_ms = rq->now_ms};
	bool right;
	int rc = reauth_write(rq, db, ra, "password", "totp.asked", &right);

	if (rc < 0 || !right)
		return rc;
	policy_totp_draw(secret);
	t.secret = second_seal(&rq->server->pepper, rq->arena, t.account_id, secret, &t.secret_len);
	rc = t.secret == NULL ? -EM_E_NO_MEMORY : store_totp_offer(db, &t);
	if (rc == -EM_E_EXISTS) /* take the other one off first */
		request_refuse(rq, EM_E_EXISTS, "", 0, 0);
	if (rc == 0)
		rc = totp_fill(rq, &ra->who, secret);
	secret_wipe(secret, sizeof(secret));
	return rc;
}

/* ----------------------------------------------------------------- confirm */

int
check_totp_confirm(struct request *rq)
{
	const Emage__TotpConfirmRequest *m = rq->msg;
	char code[POLICY_TOTP_DIGITS + 1];
	bool formed = policy_totp_read(m->code, code);

	secret_wipe(code, sizeof(code));
	return formed ? 0 : request_invalid(rq, "code");
}

/* Ten codes for the reply, their hashes for the store. */
static int
totp_recovery_codes(struct request *rq, struct store_conn *db)
{
	Emage__TotpConfirmReply *reply = rq->reply;
	int rc = 0;

	reply->recovery_codes =
	    arena_alloc(rq->arena, POLICY_RECOVERY_CODES * sizeof(*reply->recovery_codes));
	if (reply->recovery_codes == NULL)
		return -EM_E_NO_MEMORY;
	for (unsigned i = 0; rc == 0 && i < POLICY_RECOVERY_CODES; i++) {
		char code[POLICY_RECOVERY_CODE_LEN + 1];
		char *shown = arena_alloc(rq->arena, POLICY_RECOVERY_CODE_MAX);
		uint8_t hash[32];

		if (shown == NULL)
			return -EM_E_NO_MEMORY;
		policy_recovery_code_draw(shown);
		(void)policy_recovery_code_read(shown, code);
		second_hash_recovery(&rq->server->pepper, rq->caller.account_id, code, hash);
		secret_wipe(code, sizeof(code));
		rc = store_recovery_code_add(db, rq->caller.account_id, hash);
		reply->recovery_codes[reply->n_recovery_codes++] = shown;
	}
	return rc;
}

static int
totp_begin(struct request *rq, struct store_conn *db, int64_t step)
{
	const uint64_t account_id = rq->caller.account_id;
	const struct notice_from from = notice_from(rq);
	struct store_account who;
	int rc = store_totp_begin(db, account_id, step, rq->now_ms);

	if (rc == 0)
		rc = totp_recovery_codes(rq, db);
	/* codes on their way by message are not the second step any more */
	if (rc == 0)
		rc = store_challenge_end_all(db, account_id);
	if (rc == 0)
		rc = store_account_by_id(db, rq->arena, account_id, &who);
	if (rc == 0)
		rc = notice_tell(&from, db, &who, TEXT_NOTICE_TOTP_ON, 0);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "totp.on", .patient_id = rq->caller.patient_id});
	rq->cleanup = notice_wake;
	return rc;
}

int
handle_totp_confirm_write(struct request *rq, struct store_conn *db)
{
	const Emage__TotpConfirmRequest *m = rq->msg;
	uint8_t secret[POLICY_TOTP_SECRET_LEN];
	char code[POLICY_TOTP_DIGITS + 1];
	struct store_totp t;
	int64_t step = 0;
	bool right;
	int rc = store_totp_get(db, rq->arena, rq->caller.account_id, &t);

	if (rc < 0 || t.in_force)
		return rc < 0 ? rc : -EM_E_NOT_FOUND;
	if (rq->now_ms - t.since_ms >= OFFER_MAX_MS || rq->now_ms < t.since_ms - OFFER_MAX_MS) {
		request_refuse(rq, EM_E_CODE_EXPIRED, "code", 0, 0);
		return 0;
	}
	if (second_open(&rq->server->pepper, &t, secret) != 0) {
		log_error("totp.secret", "cause=\"not sealed by this key\"");
		return -EM_E_INTERNAL;
	}
	(void)policy_totp_read(m->code, code);
	/* not counted: whoever asks has just been shown the secret */
	right = policy_totp_check(secret, code, rq->now_ms, t.last_step, &step);
	secret_wipe(secret, sizeof(secret));
	secret_wipe(code, sizeof(code));
	if (right)
		return totp_begin(rq, db, step);
	request_refuse(rq, EM_E_CODE_WRONG, "code", 0, 0);
	return 0;
}

/* ------------------------------------------------------------------ remove */

int
check_totp_remove(struct request *rq)
{
	const Emage__TotpRemoveRequest *m = rq->msg;

	if (!second_is_formed(m->code))
		return request_invalid(rq, "code");
	return reauth_check(rq, m->password, "password");
}

int
handle_totp_remove_read(struct request *rq, struct store_conn *db)
{
	return reauth_begin(rq, db);
}

int
handle_totp_remove_work(struct request *rq)
{
	const Emage__TotpRemoveRequest *m = rq->msg;

	return reauth_work(rq, m->password, rq->state);
}

static int
totp_wrong(struct request *rq, struct store_conn *db)
{
	bool locked = false;
	int rc = code_count_wrong(rq, db, rq->caller.account_id, &locked);

	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){.event = "totp.off",
			.patient_id = rq->caller.patient_id,
			.result = err_name(EM_E_CODE_WRONG)});
	request_refuse(rq, locked ? EM_E_CODE_DEAD : EM_E_CODE_WRONG, "code", 0, 0);
	return rc;
}

static int
totp_end(struct request *rq, struct store_conn *db, const struct store_account *who)
{
	const struct notice_from from = notice_from(rq);
	int rc = store_totp_remove(db, rq->caller.account_id);

	if (rc == 0)
		rc = code_forgive(rq, db, rq->caller.account_id);
	if (rc == 0)
		rc = store_challenge_end_all(db, rq->caller.account_id);
	if (rc == 0)
		rc = notice_tell(&from, db, who, TEXT_NOTICE_TOTP_OFF, 0);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){
			.event = "totp.off", .patient_id = rq->caller.patient_id});
	rq->cleanup = notice_wake;
	return rc;
}

int
handle_totp_remove_write(struct request *rq, struct store_conn *db)
{
	const Emage__TotpRemoveRequest *m = rq->msg;
	struct reauth *ra = rq->state;
	enum second_how how = SECOND_WRONG;
	bool right, locked = false;
	int rc = reauth_write(rq, db, ra, "password", "totp.off", &right);

	if (rc < 0 || !right)
		return rc;
	if (!ra->who.totp)
		return -EM_E_NOT_FOUND;
	if (ra->who.email[0] == '\0' && ra->who.mobile[0] == '\0') {
		/* nothing would be left to sign in with */
		request_refuse(rq, EM_E_NO_CHANNEL, "", 0, 0);
		return 0;
	}
	rc = code_is_locked(rq, db, rq->caller.account_id, &locked);
	if (rc == 0 && locked) {
		request_refuse(rq, EM_E_CODE_DEAD, "code", 0, 0);
		return 0;
	}
	if (rc == 0)
		rc = second_try(rq, db, rq->caller.account_id, m->code, &how);
	if (rc < 0)
		return rc;
	return how == SECOND_WRONG ? totp_wrong(rq, db) : totp_end(rq, db, &ra->who);
}
