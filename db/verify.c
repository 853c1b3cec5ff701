/* SPDX-License-Identifier: MIT */
/*
 * Verifying the audit trail, the consents and every history, step by step. Order: the
 * trail's chain, with a sum over what it says of accesses; the consents; the histories' chains,
 * with the same sum over them; when the two differ, which is wrong: first an access that the trail
 * knows and that is not there or not the same, then one that it does not know.
 */
#include "db/verify.h"

#include "db/consent.h"

#include <stdlib.h>
#include <string.h>

#define N_SUMS 4u
/* A row that the trail has about an access, at most. */
#define ANCHOR_ROW_MAX_BYTES 4096u
/* Patients are numbered from 1; a number past this one is nobody's. */
#define PATIENTS_MAX (UINT64_C(1) << 28)

enum verify_phase {
	VERIFY_AUDIT,
	VERIFY_CONSENTS,
	VERIFY_FIND_CONSENT,
	VERIFY_ACCESSES,
	VERIFY_FIND_MISSING,
	VERIFY_FIND_UNKNOWN,
	VERIFY_DONE
};

struct store_verify {
	enum verify_phase phase;
	struct audit_check audit;
	struct consent_check consents;
	struct access_check access;
	bool without_accesses;
	uint8_t key[HASHED_LEN];
	uint64_t told[N_SUMS], there[N_SUMS]; /* of the trail, of the histories */
	uint64_t n_told;
	/* looking for what is wrong */
	uint64_t seq;
	uint32_t *known; /* accesses that the trail knows, by patient */
	uint64_t n_known;
	struct store_verdict verdict;
};

/* A collection that is the same in any order has the same sum; without the key
 * nobody can make two that have the same. */
static void
verify_add(const struct store_verify *v, uint64_t sum[N_SUMS], uint64_t patient_id, uint64_t number,
    const uint8_t hash[HASHED_LEN])
{
	crypto_generichash_state st;
	uint64_t term[N_SUMS];

	crypto_generichash_init(&st, v->key, sizeof(v->key), sizeof(term));
	hashed_u64(&st, patient_id);
	hashed_u64(&st, number);
	crypto_generichash_update(&st, hash, HASHED_LEN);
	crypto_generichash_final(&st, (uint8_t *)term, sizeof(term));
	for (unsigned i = 0; i < N_SUMS; i++)
		sum[i] += term[i];
}

static void
verify_told(void *arg, const struct store_audit *e)
{
	struct store_verify *v = arg;
	uint8_t hash[HASHED_LEN] = {0};
	uint64_t number = 0;

	if (strcmp(e->event, "consent.added") == 0)
		consent_check_told(&v->consents, e->detail);
	if (strcmp(e->event, "access.added") != 0)
		return;
	v->n_told++;
	/* one that cannot be read is no access's: the sums will differ */
	(void)access_anchor_read(e->detail, &number, hash);
	verify_add(v, v->told, e->patient_id, number, hash);
}

static void
verify_there(void *arg, uint64_t patient_id, uint64_t number, const uint8_t hash[HASHED_LEN])
{
	struct store_verify *v = arg;

	verify_add(v, v->there, patient_id, number, hash);
}

struct store_verify *
store_verify_new(uint64_t seq, const uint8_t hash[32])
{
	struct store_verify *v = mem_new(sizeof(*v));

	randombytes_buf(v->key, sizeof(v->key));
	consent_check_begin(&v->consents);
	v->audit.each = verify_told;
	v->access.each = verify_there;
	v->audit.arg = v->access.arg = v;
	v->audit.checkpoint_seq = seq;
	if (seq > 0)
		memcpy(v->audit.checkpoint_hash, hash, HASHED_LEN);
	v->verdict.why = "";
	return v;
}

void
store_verify_without_accesses(struct store_verify *v)
{
	v->without_accesses = true;
}

void
store_verify_free(struct store_verify **v)
{
	if (*v == NULL)
		return;
	free((*v)->known);
	free(*v);
	*v = NULL;
}

/* --------------------------------------------------------------------- steps */

static void
verify_bad_access(struct store_verify *v, uint64_t patient_id, uint64_t number, const char *why)
{
	v->verdict.bad_patient = patient_id;
	v->verdict.bad_number = number;
	v->verdict.why = why;
	v->phase = VERIFY_DONE;
}

static int
verify_audit(struct store_verify *v, struct store_conn *db, unsigned max)
{
	uint8_t hash[HASHED_LEN];
	bool end = false;
	int rc = 0;

	if (v->verdict.n_total == 0)
		rc = store_audit_head(db, &v->verdict.n_total, hash);
	if (rc == 0)
		rc = audit_check_step(db, &v->audit, max, &end);
	v->verdict.n_rows = v->audit.n;
	if (rc > 0) {
		v->verdict.bad_seq = v->audit.n + 1;
		v->verdict.why = v->audit.why;
		v->phase = VERIFY_DONE;
		return 0;
	}
	if (rc == 0 && end)
		v->phase = VERIFY_CONSENTS;
	return rc;
}

static int
verify_consents(struct store_verify *v, struct store_conn *db, unsigned max)
{
	bool end = false;
	int rc = consent_check_step(db, &v->consents, max, &end);

	v->verdict.n_consents = v->consents.n;
	if (rc > 0)
		v->phase = VERIFY_FIND_CONSENT;
	else if (rc == 0 && end)
		v->phase = v->without_accesses ? VERIFY_DONE : VERIFY_ACCESSES;
	v->verdict.sound = v->phase == VERIFY_DONE;
	return rc > 0 ? 0 : rc;
}

static int
verify_find_consent(struct store_verify *v, struct store_conn *db, unsigned max)
{
	bool end = false;
	int rc = consent_check_find(db, &v->consents, max, &end);

	if (rc == 0 && end) {
		v->verdict.bad_consent = v->consents.bad;
		v->verdict.why = "audit";
		v->phase = VERIFY_DONE;
	}
	return rc;
}

static int
verify_accesses(struct store_verify *v, struct store_conn *db, unsigned max)
{
	bool end = false;
	int rc = access_check_step(db, &v->access, max, &end);

	v->verdict.n_accesses = v->access.n;
	if (rc > 0) {
		verify_bad_access(v, v->access.patient_id, v->access.number, v->access.why);
		return 0;
	}
	if (rc < 0 || !end)
		return rc;
	v->verdict.sound =
	    v->n_told == v->access.n && sodium_memcmp(v->told, v->there, sizeof(v->told)) == 0;
	v->phase = v->verdict.sound ? VERIFY_DONE : VERIFY_FIND_MISSING;
	return 0;
}

/* ----------------------------------------------------- which one it is */

struct verify_anchor {
	uint64_t seq, patient_id;
	const char *detail; /* "" = about something else */
};
static const struct db_field anchor_fields[] = {
    DB_COL(struct verify_anchor, seq),
    DB_COL(struct verify_anchor, patient_id),
    DB_COL(struct verify_anchor, detail),
};

static void
verify_know(struct store_verify *v, uint64_t patient_id)
{
	uint64_t n = v->n_known;

	if (patient_id >= PATIENTS_MAX)
		return;
	while (patient_id >= n)
		n = n == 0 ? 1024 : 2 * n;
	if (n > v->n_known) {
		v->known = mem_grow(v->known, n, sizeof(*v->known));
		memset(v->known + v->n_known, 0, (n - v->n_known) * sizeof(*v->known));
		v->n_known = n;
	}
	v->known[patient_id]++;
}

/* 1 when the access is not there as the trail tells it. */
static int
verify_anchor(struct store_verify *v, struct store_conn *db, const struct verify_anchor *k)
{
	uint8_t told[HASHED_LEN], there[HASHED_LEN];
	uint64_t number = 0;
	int rc = access_anchor_read(k->detail, &number, told)
		     ? access_hash_of(db, k->patient_id, number, there)
		     : -EM_E_NOT_FOUND;

	if (rc == -EM_E_NOT_FOUND || (rc == 0 && memcmp(told, there, sizeof(told)) != 0)) {
		verify_bad_access(v, k->patient_id, number, "audit");
		return 1;
	}
	verify_know(v, k->patient_id);
	return rc;
}

static int
verify_find_missing(struct store_verify *v, struct store_conn *db, unsigned max)
{
	struct arena *a = arena_new((size_t)max * ANCHOR_ROW_MAX_BYTES);
	void *rows = NULL;
	unsigned n = 0;
	int rc = db_all(db, a, Q_audit_of_accesses, BINDS(db_u64(v->seq), db_i64(max)),
	    DB_FIELDS(struct verify_anchor, anchor_fields), &rows, &n);
	const struct verify_anchor *k = rows;

	for (unsigned i = 0; rc == 0 && i < n; i++) {
		v->seq = k[i].seq;
		if (k[i].detail[0] != '\0')
			rc = verify_anchor(v, db, &k[i]);
	}
	if (rc == 0 && n < max) {
		v->access.patient_id = v->access.number = v->access.n = 0;
		memset(v->access.before, 0, sizeof(v->access.before));
		v->phase = VERIFY_FIND_UNKNOWN;
	}
	arena_free(&a);
	return rc > 0 ? 0 : rc;
}

static void
verify_unknown(void *arg, uint64_t patient_id, uint64_t number, const uint8_t hash[HASHED_LEN])
{
	struct store_verify *v = arg;
	const uint64_t known = patient_id < v->n_known ? v->known[patient_id] : 0;

	(void)hash;
	if (number > known && v->verdict.bad_patient == 0)
		verify_bad_access(v, patient_id, number, "audit");
}

static int
verify_find_unknown(struct store_verify *v, struct store_conn *db, unsigned max)
{
	bool end = false;
	int rc;

	v->access.each = verify_unknown;
	rc = access_check_step(db, &v->access, max, &end);
	if (rc >= 0 && end && v->phase != VERIFY_DONE)
		/* told twice, then: the sums differ all the same */
		verify_bad_access(v, v->access.patient_id, v->access.number, "audit");
	return rc > 0 ? 0 : rc;
}

int
store_verify_step(
    struct store_verify *v, struct store_conn *db, unsigned max_rows, struct store_verdict *r)
{
	static int (*const steps[])(struct store_verify *, struct store_conn *, unsigned) = {
	    [VERIFY_AUDIT] = verify_audit,
	    [VERIFY_CONSENTS] = verify_consents,
	    [VERIFY_FIND_CONSENT] = verify_find_consent,
	    [VERIFY_ACCESSES] = verify_accesses,
	    [VERIFY_FIND_MISSING] = verify_find_missing,
	    [VERIFY_FIND_UNKNOWN] = verify_find_unknown,
	};
	int rc = v->phase == VERIFY_DONE ? 0 : steps[v->phase](v, db, max_rows);

	v->verdict.done = v->phase == VERIFY_DONE;
	*r = v->verdict;
	return rc;
}
