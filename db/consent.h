/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_CONSENT_H
#define EMAGE_DB_CONSENT_H

#include "db/conn.h"
#include "db/hashed.h"

/*
 * Inside db/: the ledger of consents (V-05). Each row has one in the audit trail,
 * "consent.added", with its number, its hash and the hash of the text; both are in
 * the order of the numbers.
 */
struct consent_row {
	uint64_t consent_id; /* when read */
	uint64_t patient_id;
	bool given;
	int64_t at_ms;
	const char *operator_name;
	uint64_t establishment_id; /* 0 = none */
	const char *text_version, *text_hash, *channel;
	uint64_t operator_account;
};
/* The row and that of the trail; consent_id is not looked at. */
int consent_add(struct store_conn *db, const struct consent_row *c);

/* Verifying: what the trail tells against what is there, each as one hash. */
struct consent_check {
	crypto_generichash_state told, there;
	uint64_t n_told, n; /* told; found there so far */
	uint64_t after;	    /* the newest looked at */
	uint64_t told_seq;  /* looking for which is wrong: of the trail */
	uint64_t bad;	    /* number of the first wrong one */
};
void consent_check_begin(struct consent_check *c);
/* A row "consent.added" of the trail. */
void consent_check_told(struct consent_check *c, const char *detail);
/* Some more of those that are there; 1 = they are not what the trail tells. */
int consent_check_step(struct store_conn *db, struct consent_check *c, unsigned max, bool *end_r);
/* Then: which. Ends with c->bad. */
int consent_check_find(struct store_conn *db, struct consent_check *c, unsigned max, bool *end_r);

#endif
