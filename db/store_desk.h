/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_DESK_H
#define EMAGE_DB_STORE_DESK_H

#include "db/store_account.h"

/* Part of db/store.h: what a reception does. */

/* ------------------------------------------------------- finding a patient */

/*
 * One of identifier, ipp and ins; or at least two of name, given name (their
 * beginnings, compared folded; the name is the used one or that at birth) and
 * birth date. "" and 0 = not asked. NULL is "".
 */
struct store_patient_find {
	const char *identifier; /* as policy_identifier_normalise() makes it */
	const char *ipp, *ipp_authority;
	const char *ins;
	const char *name, *given_name;
	uint32_t birth_date; /* yyyymmdd */
	/* 0: everybody is found. Else only patients whose consent is in force,
	 * those who have blocked this person with blocked_at_ms set. */
	uint64_t professional_id;
	const char *own_authority; /* whose local numbers are shown first */
};
struct store_patient_row {
	uint64_t patient_id, account_id; /* 0 = no account */
	const char *civility, *given_name, *used_name, *birth_name;
	uint32_t birth_date;
	const char *sex, *ipp;
	int account;	       /* enum account_state: in force, withdrawn; else none */
	int64_t blocked_at_ms; /* 0 = not */
};
/* At most `max` (1..50), each patient once, by name, given name and birth date; in
 * the arena. *more_r: there are others. -EM_E_FILTER_EMPTY: not enough is asked. */
int store_patient_find(struct store_conn *db, struct arena *a, const struct store_patient_find *q,
    unsigned max, struct store_patient_row **rows_r, unsigned *n_r, bool *more_r);
/* The same of one patient, whatever the consent; of `q` only professional_id and
 * own_authority count. */
int store_patient_get(struct store_conn *db, struct arena *a, uint64_t patient_id,
    const struct store_patient_find *q, struct store_patient_row *r);

/* What a patient is found by: to be called whenever one is added or changed,
 * beside store_patient_add(), which does it. */
struct store_patient_names {
	uint64_t patient_id;
	const char *given_name, *used_name, *birth_name;
	uint32_t birth_date;
};
int store_patient_names_put(struct store_conn *db, const struct store_patient_names *n);
/* Somebody of these names and that birth date; -EM_E_NOT_FOUND = nobody. Of `n`
 * patient_id does not count. */
int store_patient_namesake(
    struct store_conn *db, const struct store_patient_names *n, uint64_t *patient_id_r);

struct store_number {
	const char *authority, *ipp;
};
int store_patient_numbers(struct store_conn *db, struct arena *a, uint64_t patient_id,
    struct store_number **rows_r, unsigned *n_r);

/* ------------------------------------------------------ consent and account */

struct store_consent_entry {
	bool given;
	int64_t at_ms;
	const char *operator_name, *establishment; /* "" = not known */
	const char *text_version, *channel;	   /* "" = not said */
};
/* All that was written down, newest first. */
int store_consent_ledger(struct store_conn *db, struct arena *a, uint64_t patient_id,
    struct store_consent_entry **rows_r, unsigned *n_r);

/* A consent of somebody who is known, and an active account where there is none
 * yet. Names, birth date and sex of `p` do not count. -EM_E_EXISTS: the account,
 * the identifier or the local number is there. */
int store_account_open(struct store_conn *db, const struct store_patient_new *p,
    uint64_t patient_id, uint64_t *account_id_r);
/* A new consent opens an account again: other addresses, a temporary password
 * and nothing of what opened it before (password, app, codes, undo codes).
 * p->identifier does not count. -EM_E_EXISTS: it is open. */
int store_account_reopen(struct store_conn *db, const struct store_patient_new *p,
    uint64_t patient_id, uint64_t account_id);

struct store_house {
	const char *finess, *name; /* finess "" = none */
};
int store_establishment_get(
    struct store_conn *db, struct arena *a, uint64_t establishment_id, struct store_house *r);

/* ------------------------------------------------------- codes in person */

struct store_desk_code {
	uint8_t hash[32];
	int64_t expires_at_ms;
	struct store_desk_hand by;
};
/* In place of the one before. */
int store_desk_code_put(
    struct store_conn *db, uint64_t account_id, const struct store_desk_code *c);
/* Who handed it over. -EM_E_NOT_FOUND: another, none, or too old. */
int store_desk_code_by(struct store_conn *db, uint64_t account_id, const uint8_t code_hash[32],
    int64_t now_ms, struct store_desk_hand *r);
/* Uses it up: exactly one caller gets 0. -EM_E_NOT_FOUND: another, none, or too
 * old, which stays. */
int store_desk_code_use(
    struct store_conn *db, uint64_t account_id, const uint8_t code_hash[32], int64_t now_ms);
int store_desk_code_drop(struct store_conn *db, uint64_t account_id);
int store_desk_code_purge(struct store_conn *db, int64_t now_ms);

#endif
