/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_AUDIT_H
#define EMAGE_DB_STORE_AUDIT_H

#include "db/store_core.h"

/* Part of db/store.h: the audit trail. */

/* Append-only, numbered without holes, each row chained to the one before by
 * BLAKE2b-256; the database refuses changes by trigger. */
struct store_audit {
	int64_t at_ms;
	const char *event;	/* "session.opened", "exam.opened", ... */
	uint64_t actor_account; /* 0 = the system or an operator */
	const char *actor;	/* "operator uid=0", or "" */
	uint64_t patient_id;	/* 0 = concerns none */
	uint64_t exam_id;
	const char *terminal; /* kind of client */
	const char *result;   /* "ok" or an error's name */
	const char *detail;
};
int store_audit_append(struct store_conn *db, const struct store_audit *e);

/* -------------------------------------------------------- reading the trail */

struct store_audit_query {
	uint64_t before_seq; /* 0 = from the newest */
	const char *event;   /* its beginning, "" = any */
	uint64_t patient_id; /* 0 = any */
	unsigned limit;
	unsigned look; /* at most so many rows are looked at */
};
struct store_audit_row {
	uint64_t seq;
	struct store_audit e;
};
/* Newest first. *next_seq_r: before_seq of the next stretch, 0 = none is older. */
int store_audit_page(struct store_conn *db, struct arena *a, const struct store_audit_query *q,
    struct store_audit_row **rows_r, unsigned *n_r, uint64_t *next_seq_r);
/* The newest row's number and hash; 0 = none. */
int store_audit_head(struct store_conn *db, uint64_t *seq_r, uint8_t hash_r[32]);

/* ---------------------------------------------------------------- verifying */

/* At start: tells the trail of the consents from before it was told of each. */
int store_consents_chain(struct store *s, int64_t now_ms);

/*
 * Recomputes the trail's chain, the consents and every patient's history, some rows at
 * a time, and holds the one against the others: each row of the trail about an access
 * (or a consent) has its access and each access its row. That is done with sums of keyed hashes
 * under a key drawn for this verifying, so that no row has to be looked up; only when they differ
 * is it looked for which.
 *
 * All steps belong in one read transaction of one connection.
 */
struct store_verify;

struct store_verdict {
	uint64_t n_rows, n_total; /* of the trail: right so far, all */
	uint64_t n_consents;
	uint64_t n_accesses; /* right so far */
	bool done, sound;
	uint64_t bad_seq; /* first wrong row of the trail, 0 = none */
	uint64_t bad_consent;
	uint64_t bad_patient, bad_number; /* or access */
	/* trail: "number", "chain", "checkpoint"; access: "number", "chain", "audit" */
	const char *why;
};

/* `hash`: what row `seq` once was hashed to, as a checkpoint says; seq 0 = none. */
struct store_verify *store_verify_new(uint64_t seq, const uint8_t hash[32]);
void store_verify_free(struct store_verify **v);
/* Before the first step: the histories are left out. */
void store_verify_without_accesses(struct store_verify *v);
/* At most max_rows more. 0 or -EM_E_*: a verdict is no error. */
int store_verify_step(
    struct store_verify *v, struct store_conn *db, unsigned max_rows, struct store_verdict *r);

#endif
