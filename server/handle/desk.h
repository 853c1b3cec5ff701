/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_DESK_H
#define EMAGE_SERVER_HANDLE_DESK_H

#include <stdbool.h>

#include "db/store.h"
#include "proto/desk.pb-c.h"
#include "server/handle/pwhash.h"
#include "server/policy/identifier.h"
#include "server/policy/password.h"
#include "server/request.h"

/* What the desk, and the operator beside it, share (desk_common.c). */

/* Who acts, as histories and consents name them. */
struct desk_agent {
	uint64_t account_id; /* 0 = an operator on the local socket */
	const char *name;    /* "Alix FICTIF" */
	const char *family_name, *given_name;
	uint64_t establishment_id;	       /* 0 = none */
	const char *establishment, *authority; /* "" = none; authority: of its local numbers */
	uint64_t professional_id;	       /* 0 = none */
	const char *rpps;		       /* "" = none */
};
/* -EM_E_SESSION_ENDED when the account is no longer what the session was opened
 * for: a lost role ends what is open at once. */
int desk_agent_get(struct request *rq, struct store_conn *db, struct desk_agent *a_r);

/* Who handed something over, as it is kept. */
struct store_desk_hand desk_hand(const struct desk_agent *a);

/* What the desk does with an account stands in its patient's history. */
int desk_history(struct request *rq, struct store_conn *db, const struct desk_agent *agent,
    uint64_t patient_id, const char *label);

/* Whether these two are of one person, or of one establishment where the operator
 * wants two; the request has been refused then. */
bool desk_is_same_hand(
    struct request *rq, const struct store_desk_hand *a, const struct store_desk_hand *b);
/* The newest correction of an address by a desk; done_at_ms 0 = none. */
int desk_last_correction(struct request *rq, struct store_conn *db, uint64_t account_id,
    struct store_contact_change *c_r);

/* A patient and the account in force, whichever establishment asks: patients stand at
 * the desk of the hospital where they are, and each step names it in their history.
 * NOT_FOUND: no such patient, or none in force; the field at fault is told. */
int desk_account_of(
    struct request *rq, struct store_conn *db, uint64_t patient_id, struct store_account *who_r);
/* The same for an account in that state. */
int desk_account_in(struct request *rq, struct store_conn *db, uint64_t patient_id,
    enum account_state state, struct store_account *who_r);
/* Whether the birth date, read on a document and typed once more, is the patient's; else
 * the request has been refused. */
int desk_identity(struct request *rq, struct store_conn *db, uint64_t patient_id,
    uint32_t birth_date, bool *right_r);

/* A temporary password, never kept but as a hash. */
struct desk_secret {
	char temporary[POLICY_TEMP_PASSWORD_MAX];
	char hash[PWHASH_MAX];
};
/* On a hash worker. `beside`: hash of one's own password, "" = none. */
int desk_secret_make(struct request *rq, const char *beside, struct desk_secret *s_r);

/* Traits of a new patient as they came in. */
struct desk_traits {
	const char *civility, *given_name, *used_name, *birth_name, *sex, *language, *ipp;
	uint32_t birth_date;
	int64_t now_ms;
};
/* The first field that does not look as it must, or NULL. */
const char *desk_traits_fault(const struct desk_traits *t);
/* A mobile number as typed, as E.164, from the arena; NULL when it is none. "" stays. */
const char *desk_mobile(struct arena *a, const char *typed);
/* The first of two addresses that does not look as it must, or NULL; `needed`: one of
 * them must be there, as no access code would ever arrive without. */
const char *desk_addresses_fault(
    struct arena *a, const char *email, const char *mobile, bool needed);

/* An identifier that nobody has: as it is printed, and as it is kept. */
struct desk_identifier {
	char shown[POLICY_IDENTIFIER_MAX], kept[3 * POLICY_IDENTIFIER_MAX + 1];
};
int desk_identifier_draw(struct request *rq, struct store_conn *db, struct desk_identifier *id_r);
/* A kept identifier as printed, from the arena; NULL when that is exhausted. */
char *desk_identifier_show(struct arena *a, const char *kept);

/* Where somebody of this language is helped, from the arena; NULL when that is
 * exhausted. */
char *desk_support(struct request *rq, const char *language);
/* What is printed for the patient; NULL when the arena is exhausted. */
Emage__DeskLetter *desk_letter_make(struct request *rq, const struct store_account *who,
    const struct desk_agent *agent, const struct desk_secret *secret, int64_t until_ms);

#endif
