/* SPDX-License-Identifier: MIT */
/*
 * Forgotten password (R-01 .. R-05). Whatever is asked for, the answer is the
 * same, and so is the way to it: the same reads, one Argon2id, one counter, one
 * commit. Whose account it is, if anybody's, is looked up only in a job that
 * begins when the answer has left, and which writes a row for everybody.
 */
#include "server/handle.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "proto/account.pb-c.h"
#include "proto/common.pb-c.h"
#include "server/courier_link.h"
#include "server/handle/keyed.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/pwhash.h"
#include "server/handle/temporary.h"
#include "server/policy/code.h"
#include "server/policy/identifier.h"
#include "server/policy/password.h"

#define IDENTIFIER_MAX_BYTES 128u
#define JOB_ARENA_MAX	     ((size_t)256 * 1024)
/* What an identifier becomes when it is folded. */
#define KEPT_MAX_BYTES (3 * IDENTIFIER_MAX_BYTES + 1)

/* Outlives its request: it is done after the reply. */
struct recovery_job {
	struct store_job store;
	struct server *server;
	struct request rq; /* what an audit row tells of the asker */
	char identifier[KEPT_MAX_BYTES];
	char own_hash[PWHASH_MAX]; /* beside which the temporary one was made */
	char temp_hash[PWHASH_MAX];
	char temporary[POLICY_TEMP_PASSWORD_MAX];
	bool allowed; /* by the limit of an hour */
	bool sent;
};

int
check_recovery_start(struct request *rq)
{
	const Emage__RecoveryStartRequest *m = rq->msg;

	if (m->identifier[0] == '\0' || strlen(m->identifier) > IDENTIFIER_MAX_BYTES)
		return request_invalid(rq, "identifier");
	return 0;
}

static void
recovery_free(struct recovery_job *job)
{
	secret_wipe(job, sizeof(*job));
	free(job);
}

static void
recovery_drop(struct request *rq)
{
	recovery_free(rq->state);
}

int
handle_recovery_start_read(struct request *rq, struct store_conn *db)
{
	const Emage__RecoveryStartRequest *m = rq->msg;
	struct recovery_job *job = mem_new(sizeof(*job));
	struct store_account who = {.password_hash = ""};
	int rc;

	rq->state = job;
	rq->cleanup = recovery_drop;
	job->server = rq->server;
	(void)policy_identifier_normalise(m->identifier, job->identifier);
	rc = store_account_by_identifier(db, rq->arena, job->identifier, &who);
	if (rc < 0 && rc != -EM_E_NOT_FOUND)
		return rc;
	if (strlen(who.password_hash) >= sizeof(job->own_hash))
		return -EM_E_INTERNAL;
	memcpy(job->own_hash, who.password_hash, strlen(who.password_hash) + 1);
	return 0;
}

/* For everybody, so that everybody waits as long. */
int
handle_recovery_start_work(struct request *rq)
{
	struct recovery_job *job = rq->state;

	policy_temp_password(job->temporary);
	return pwhash_make(&rq->server->pepper, job->temporary,
	    job->own_hash[0] != '\0' ? job->own_hash : NULL, job->temp_hash);
}

/* -------------------------------------------------------- behind the answer */

static int
recovery_run(struct store_conn *db, void *arg)
{
	struct recovery_job *job = arg;
	struct arena *a = arena_new(JOB_ARENA_MAX);
	struct store_account who = {.account_id = 0};
	const struct notice_from from = {
	    .server = job->server, .arena = a, .now_ms = job->rq.now_ms};
	const char *result = err_name(EM_E_NOT_FOUND);
	int64_t wait_ms = 0;
	int rc;

	job->rq.arena = a;
	rc = store_account_by_identifier(db, a, job->identifier, &who);
	if (rc == 0)
		rc = temporary_wait_ms(&from, db, &who, &wait_ms);
	if (rc == 0 && who.state != ACCOUNT_ACTIVE)
		result = err_name(EM_E_AUTH);
	else if (rc == 0 && who.email[0] == '\0' && who.mobile[0] == '\0')
		result = err_name(EM_E_NO_CHANNEL);
	else if (rc == 0 && !job->allowed)
		result = err_name(EM_E_RESEND_LIMIT);
	else if (rc == 0 && wait_ms > 0)
		result = err_name(EM_E_HOLD);
	else if (rc == 0 && strcmp(who.password_hash, job->own_hash) != 0)
		result = err_name(EM_E_BUSY); /* changed meanwhile: it would never match */
	else if (rc == 0) {
		int channel;

		rc = temporary_send(&from, db, &who, job->temporary, job->temp_hash, &channel);
		job->sent = rc == 0;
		result = "ok";
	}
	if (rc == 0 || rc == -EM_E_NOT_FOUND)
		rc = people_audit(&job->rq, db,
		    &(struct store_audit){.event = "recovery.asked",
			.actor_account = who.account_id,
			.patient_id = who.patient_id,
			.result = result});
	job->rq.arena = NULL;
	arena_free(&a);
	return rc;
}

static void
recovery_done(void *arg, int rc)
{
	struct recovery_job *job = arg;

	if (rc < 0)
		log_warn("recovery.failed", "error=%s", err_name(rc));
	else if (job->sent && job->server->courier != NULL)
		courier_wake(job->server->courier);
	recovery_free(job);
}

/* rq->cleanup once the counter is on disk: the reply has been given its place. */
static void
recovery_follow(struct request *rq)
{
	struct recovery_job *job = rq->state;

	if (rq->result < 0) {
		recovery_free(job);
		return;
	}
	job->rq =
	    (struct request){.server = rq->server, .caller = rq->caller, .now_ms = rq->now_ms};
	job->store = (struct store_job){.run = recovery_run, .done = recovery_done, .arg = job};
	if (store_submit(rq->server->store, &job->store) != 0) {
		log_warn("recovery.failed", "cause=busy");
		recovery_free(job);
	}
}

int
handle_recovery_start_write(struct request *rq, struct store_conn *db)
{
	struct recovery_job *job = rq->state;
	struct store_counter c;
	uint8_t key[32];
	int rc;

	keyed_hash(
	    &rq->server->pepper, "counter recovery", job->identifier, strlen(job->identifier), key);
	rc = store_counter_get(db, COUNTER_RECOVERY, key, &c);
	if (rc < 0)
		return rc;
	job->allowed = policy_send_wait_ms(POLICY_SEND_RECOVERY, &c, rq->now_ms) == 0;
	if (job->allowed)
		c = policy_send_count(POLICY_SEND_RECOVERY, &c, rq->now_ms);
	rc = store_counter_put(db, COUNTER_RECOVERY, key, &c);
	if (rc == 0)
		rq->cleanup = recovery_follow;
	return rc;
}
