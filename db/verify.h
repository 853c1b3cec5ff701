/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_VERIFY_H
#define EMAGE_DB_VERIFY_H

#include "db/conn.h"
#include "db/hashed.h"

/*
 * Inside db/: walking the audit trail (audit.c) and the histories (access.c), some
 * rows at a time, recomputing their chains. Each returns 0, 1 at a wrong row with
 * `why`, or -EM_E_*; *end_r: there are no more.
 */
struct audit_row {
	uint64_t seq;
	struct store_audit e;
	uint8_t hash[HASHED_LEN];
};

struct audit_check {
	struct arena *arena;
	struct audit_row row;
	uint64_t n; /* rows found right: the number of the last */
	uint8_t before[HASHED_LEN];
	uint64_t checkpoint_seq; /* 0 = none */
	uint8_t checkpoint_hash[HASHED_LEN];
	const char *why;
	void (*each)(void *arg, const struct store_audit *e);
	void *arg;
};
int audit_check_step(struct store_conn *db, struct audit_check *c, unsigned max, bool *end_r);

struct access_row {
	struct store_access e;
	const char *family_fold, *given_fold;
	int result;
	uint8_t hash[HASHED_LEN];
};

struct access_check {
	struct arena *arena;
	struct access_row row;
	uint64_t patient_id, number; /* of the row before */
	uint8_t before[HASHED_LEN];
	uint64_t n;
	const char *why;
	void (*each)(
	    void *arg, uint64_t patient_id, uint64_t number, const uint8_t hash[HASHED_LEN]);
	void *arg;
};
int access_check_step(struct store_conn *db, struct access_check *c, unsigned max, bool *end_r);

/* -EM_E_NOT_FOUND: no such access. */
int access_hash_of(
    struct store_conn *db, uint64_t patient_id, uint64_t number, uint8_t hash_r[HASHED_LEN]);
/* What the trail says of an access; false when it is not in that form. */
bool access_anchor_read(const char *detail, uint64_t *number_r, uint8_t hash_r[HASHED_LEN]);

#endif
