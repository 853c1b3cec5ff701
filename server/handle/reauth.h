/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_REAUTH_H
#define EMAGE_SERVER_HANDLE_REAUTH_H

#include "db/store.h"
#include "server/request.h"

/*
 * The password asked once more before something that matters, in an open
 * session. A wrong one counts and delays like one at sign-in, so that a session
 * left open is no place to guess from. The three stages of a method of cost hash
 * begin with these.
 */
struct reauth {
	struct store_account who; /* as read first; again by reauth_write() */
	const char *own_hash;	  /* that was tried */
	uint8_t counter_key[32];
	bool match;
};

/* "" or too long is -EM_E_INVALID for `field`. */
int reauth_check(struct request *rq, const char *password, const char *field);
/* -EM_E_AUTH with the wait while one runs; nothing is hashed then. */
int reauth_read(struct request *rq, struct store_conn *db, struct reauth *ra);
/* The same, with a struct reauth of the request's own, which becomes rq->state. */
int reauth_begin(struct request *rq, struct store_conn *db);
int reauth_work(struct request *rq, const char *password, struct reauth *ra);
/*
 * Counts or forgives. *right_r false: the request has been refused (AUTH, with
 * `field`), and what was counted stays. `event`: the audit row of a failure.
 */
int reauth_write(struct request *rq, struct store_conn *db, struct reauth *ra, const char *field,
    const char *event, bool *right_r);

#endif
