/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_SIGNIN_H
#define EMAGE_DB_STORE_SIGNIN_H

#include "db/store_core.h"

/* Part of db/store.h: counters, codes on their way, open sessions. */

/* ------------------------------------ counters (throttles, limits, budgets) */

enum counter_kind {
	COUNTER_PASSWORD = 1, /* consecutive failures of an identifier */
	COUNTER_CODE = 2,     /* consecutive wrong codes of an account */
	COUNTER_SEND_15MIN = 3,
	COUNTER_SEND_DAY = 4,
	COUNTER_RECOVERY = 5, /* forgotten passwords of an identifier, known or not */
	COUNTER_CONTACT = 6,  /* changes of addresses that an account began */
	COUNTER_REPORT = 7,   /* notices of new reports to a patient */
	COUNTER_UNLOCK = 8,   /* second steps that a temporary password has set free */
	COUNTER_SMS_HOUR = 9, /* short messages of everybody */
	COUNTER_SMS_DAY = 10,
};
/* Exists for unknown identifiers too, so that both are treated alike. */
struct store_counter {
	uint32_t n;
	int64_t since_ms; /* of the first in this window */
	int64_t last_ms;
};
/* All zero when there is none; never -EM_E_NOT_FOUND. */
int store_counter_get(
    struct store_conn *db, enum counter_kind kind, const uint8_t key[32], struct store_counter *r);
int store_counter_put(struct store_conn *db, enum counter_kind kind, const uint8_t key[32],
    const struct store_counter *c);
/* Forgets counters last moved before this, but for 20 failures and more: what
 * locks an account stays until somebody sets it back. */
int store_counter_purge(struct store_conn *db, int64_t before_ms);

/* --------------------------------------------------------------- challenges */

struct store_challenge {
	uint64_t challenge_id;
	uint64_t account_id;
	int64_t created_at_ms;
	int64_t sent_at_ms; /* of the newest code */
	int64_t expires_at_ms;
	int channel;	    /* emage.Channel */
	uint64_t outbox_id; /* the message that the newest code is in; 0 = none */
	uint32_t tries_left;
	uint32_t n_sends;
	bool temp_password; /* opened with a temporary password */
	uint8_t code_hash[32];
	uint8_t binding[32]; /* TLS exporter of the connection */
};
/* Ends the account's other challenges. */
int store_challenge_add(struct store_conn *db, const struct store_challenge *c, uint64_t *id_r);
int store_challenge_get(struct store_conn *db, uint64_t challenge_id, struct store_challenge *r);
/* Takes one try; -EM_E_CODE_DEAD when none is left, -EM_E_NOT_FOUND when used
 * or replaced. */
int store_challenge_take_try(struct store_conn *db, uint64_t challenge_id, uint32_t *left_r);
/* Uses it up: exactly one caller gets 0, every other -EM_E_NOT_FOUND. */
int store_challenge_use(struct store_conn *db, uint64_t challenge_id, int64_t now_ms);
/* New code in the same challenge; tries are not given back. */
int store_challenge_renew(struct store_conn *db, const struct store_challenge *c);
int store_challenge_end_all(struct store_conn *db, uint64_t account_id);
int store_challenge_purge(struct store_conn *db, int64_t before_ms);

/* ----------------------------------------------------------------- sessions */

struct store_session {
	uint64_t session_id;
	uint64_t account_id;
	uint64_t patient_id;
	int role;
	int kind; /* emage.ClientKind */
	int64_t opened_at_ms;
	int64_t active_at_ms;
	int64_t idle_limit_ms;
	int64_t ends_at_ms;  /* absolute limit */
	uint32_t generation; /* moves at each resume: the connection holding an old one is out */
	uint32_t factors;    /* bits: 1 password, 2 code by e-mail, 4 code by mobile, 8 totp */
	uint8_t token_hash[32];
};
int store_session_add(struct store_conn *db, const struct store_session *s, uint64_t *id_r);
/* -EM_E_NOT_FOUND once ended. */
int store_session_get(struct store_conn *db, uint64_t session_id, struct store_session *r);
int store_session_by_token(
    struct store_conn *db, const uint8_t token_hash[32], struct store_session *r);
int store_session_touch(struct store_conn *db, uint64_t session_id, int64_t active_at_ms);
/* New token and generation for the connection that resumes. */
int store_session_retoken(
    struct store_conn *db, uint64_t session_id, const uint8_t token_hash[32], int64_t now_ms);
int store_session_end(struct store_conn *db, uint64_t session_id);
/* Ends sessions of an account but `except` (0 = none kept). */
int store_session_end_all(struct store_conn *db, uint64_t account_id, uint64_t except);
/* Newest first; returns at most max. */
int store_session_list(struct store_conn *db, uint64_t account_id, struct store_session *r,
    unsigned max, unsigned *n_r);
int store_session_purge(struct store_conn *db, int64_t now_ms);

#endif
