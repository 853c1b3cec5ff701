/* SPDX-License-Identifier: MIT */
/*
 * Consents given and withdrawn, each told to the audit trail.
 *
 * What is hashed: consent_id, patient_id, given, at_ms, establishment_id,
 * operator_account as 8 bytes big-endian each, then operator_name, text_version,
 * text_hash, channel, each as its length in 8 bytes big-endian and its bytes; in front
 * of them 32 zero bytes, since it is the trail that chains.
 */
#include "db/consent.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/store_audit.h"

#define ANCHOR_MAX    256u
#define ROW_MAX_BYTES 4096u
#define UNCHAINED     "consent_unchained"
#define CHAIN_ROWS    200u

static const struct db_field row_fields[] = {
    DB_COL(struct consent_row, consent_id),
    DB_COL(struct consent_row, patient_id),
    DB_COL(struct consent_row, given),
    DB_COL(struct consent_row, at_ms),
    DB_COL(struct consent_row, operator_name),
    DB_COL(struct consent_row, establishment_id),
    DB_COL(struct consent_row, text_version),
    DB_COL(struct consent_row, text_hash),
    DB_COL(struct consent_row, channel),
    DB_COL(struct consent_row, operator_account),
};

static void
consent_hash(const struct consent_row *c, uint8_t hash_r[HASHED_LEN])
{
	static const uint8_t none[HASHED_LEN];
	crypto_generichash_state st;

	hashed_begin(&st, none);
	hashed_u64(&st, c->consent_id);
	hashed_u64(&st, c->patient_id);
	hashed_u64(&st, c->given);
	hashed_u64(&st, (uint64_t)c->at_ms);
	hashed_u64(&st, c->establishment_id);
	hashed_u64(&st, c->operator_account);
	hashed_text(&st, c->operator_name);
	hashed_text(&st, c->text_version);
	hashed_text(&st, c->text_hash);
	hashed_text(&st, c->channel);
	hashed_end(&st, hash_r);
}

/* ------------------------------------------------------------------- writing */

static int
consent_tell(struct store_conn *db, const struct consent_row *c, int64_t at_ms)
{
	char hex[2 * HASHED_LEN + 1], detail[ANCHOR_MAX];
	uint8_t hash[HASHED_LEN];

	consent_hash(c, hash);
	(void)sodium_bin2hex(hex, sizeof(hex), hash, HASHED_LEN);
	(void)snprintf(detail, sizeof(detail), "consent=%" PRIu64 " given=%d hash=%s text=%.64s",
	    c->consent_id, c->given, hex, c->text_hash[0] != '\0' ? c->text_hash : "-");
	return store_audit_append(db, &(struct store_audit){.at_ms = at_ms,
					  .event = "consent.added",
					  .actor_account = c->operator_account,
					  .actor = "",
					  .patient_id = c->patient_id,
					  .terminal = "",
					  .result = "ok",
					  .detail = detail});
}

int
consent_add(struct store_conn *db, const struct consent_row *c)
{
	struct consent_row added = *c;
	int rc = db_id(db, Q_consent_insert,
	    BINDS(db_u64(c->patient_id), db_i64(c->given), db_i64(c->at_ms),
		db_text(c->operator_name), db_u64(c->establishment_id), db_text(c->text_version),
		db_text(c->text_hash), db_text(c->channel), db_u64(c->operator_account)),
	    &added.consent_id);

	if (rc)
		return rc == -EM_E_NOT_FOUND ? -EM_E_INTERNAL : rc;
	return consent_tell(db, &added, c->at_ms);
}

/* Those from before the trail was told, once. */
static int
consent_chain(struct store_conn *db, void *arg)
{
	const int64_t *now_ms = arg;
	struct arena *a = arena_new(CHAIN_ROWS * ROW_MAX_BYTES);
	struct consent_row rows[CHAIN_ROWS];
	uint64_t after = 0;
	int64_t last = 0;
	unsigned n = 0;
	int rc = db_scalar(db, Q_sequence_get, BINDS(db_text(UNCHAINED)), &last);

	while (rc == 0 && after < (uint64_t)last) {
		rc = db_some(db, a, Q_consents_after, BINDS(db_u64(after), db_i64(CHAIN_ROWS)),
		    DB_FIELDS(struct consent_row, row_fields), rows, CHAIN_ROWS, &n);
		for (unsigned i = 0; rc == 0 && i < n && rows[i].consent_id <= (uint64_t)last; i++)
			rc = consent_tell(db, &rows[i], *now_ms);
		after = n > 0 ? rows[n - 1].consent_id : (uint64_t)last;
		arena_reset(a);
	}
	if (rc == 0 && last > 0)
		rc = db_exec_one(db, Q_sequence_set, BINDS(db_i64(0), db_text(UNCHAINED)));
	arena_free(&a);
	return rc;
}

int
store_consents_chain(struct store *s, int64_t now_ms)
{
	return store_run(s, consent_chain, &now_ms);
}

/* ----------------------------------------------------------------- verifying */

static void
consent_count(crypto_generichash_state *st, uint64_t consent_id, const uint8_t hash[HASHED_LEN])
{
	hashed_u64(st, consent_id);
	crypto_generichash_update(st, hash, HASHED_LEN);
}

static bool
consent_anchor_read(const char *detail, uint64_t *consent_id_r, uint8_t hash_r[HASHED_LEN])
{
	char hex[2 * HASHED_LEN + 1];
	int given;
	size_t n = 0;

	return sscanf(detail, "consent=%" SCNu64 " given=%d hash=%64[0-9a-f]", consent_id_r, &given,
		   hex) == 3 &&
	       sodium_hex2bin(hash_r, HASHED_LEN, hex, strlen(hex), NULL, &n, NULL) == 0 &&
	       n == HASHED_LEN;
}

void
consent_check_begin(struct consent_check *c)
{
	static const uint8_t none[HASHED_LEN];

	*c = (struct consent_check){.n = 0};
	hashed_begin(&c->told, none);
	hashed_begin(&c->there, none);
}

void
consent_check_told(struct consent_check *c, const char *detail)
{
	uint8_t hash[HASHED_LEN] = {0};
	uint64_t id = 0;

	/* one that cannot be read is no consent's: the hashes will differ */
	(void)consent_anchor_read(detail, &id, hash);
	consent_count(&c->told, id, hash);
	c->n_told++;
}

/* Those up to this number are not in the trail yet: the next start tells it. */
static int
consent_skip(struct store_conn *db, struct consent_check *c)
{
	int64_t last = 0;
	int rc = c->after > 0 ? 0 : db_scalar(db, Q_sequence_get, BINDS(db_text(UNCHAINED)), &last);

	if (rc == 0 && last > 0)
		c->after = (uint64_t)last;
	return rc;
}

int
consent_check_step(struct store_conn *db, struct consent_check *c, unsigned max, bool *end_r)
{
	struct arena *a = arena_new((size_t)max * ROW_MAX_BYTES);
	uint8_t hash[HASHED_LEN], told[HASHED_LEN];
	void *found = NULL;
	const struct consent_row *rows;
	unsigned n = 0;
	int rc = consent_skip(db, c);

	if (rc == 0)
		rc = db_all(db, a, Q_consents_after, BINDS(db_u64(c->after), db_i64(max)),
		    DB_FIELDS(struct consent_row, row_fields), &found, &n);
	rows = found;
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		consent_hash(&rows[i], hash);
		consent_count(&c->there, rows[i].consent_id, hash);
		c->after = rows[i].consent_id;
		c->n++;
	}
	arena_free(&a);
	*end_r = rc != 0 || n < max;
	if (rc != 0 || !*end_r)
		return rc;
	hashed_end(&c->there, hash);
	hashed_end(&c->told, told);
	c->after = 0;
	return c->n != c->n_told || sodium_memcmp(hash, told, sizeof(hash)) != 0;
}

/* ---------------------------------------------------------- which one it is */

struct consent_told {
	uint64_t seq;
	const char *detail; /* "" = about something else */
};
static const struct db_field told_fields[] = {
    DB_COL(struct consent_told, seq),
    DB_COL(struct consent_told, detail),
};

/* 1 when the next one that is there is not this one: c->bad. */
static int
consent_compare(struct store_conn *db, struct arena *a, struct consent_check *c, const char *detail)
{
	uint8_t told[HASHED_LEN], hash[HASHED_LEN];
	struct consent_row row;
	uint64_t id = 0;
	int rc;

	if (!consent_anchor_read(detail, &id, told)) {
		c->bad = c->after + 1;
		return 1;
	}
	rc = db_one(db, a, Q_consents_after, BINDS(db_u64(c->after), db_i64(1)),
	    DB_FIELDS(struct consent_row, row_fields), &row);
	if (rc && rc != -EM_E_NOT_FOUND)
		return rc;
	c->bad = rc == 0 && row.consent_id < id ? row.consent_id : id;
	if (rc == -EM_E_NOT_FOUND || row.consent_id != id)
		return 1;
	consent_hash(&row, hash);
	c->after = id;
	return memcmp(hash, told, sizeof(hash)) != 0;
}

int
consent_check_find(struct store_conn *db, struct consent_check *c, unsigned max, bool *end_r)
{
	struct arena *a = arena_new((size_t)max * ROW_MAX_BYTES);
	const struct consent_told *told;
	struct consent_row row;
	void *found = NULL;
	unsigned n = 0;
	int rc = consent_skip(db, c);

	if (rc == 0)
		rc = db_all(db, a, Q_audit_of_consents, BINDS(db_u64(c->told_seq), db_i64(max)),
		    DB_FIELDS(struct consent_told, told_fields), &found, &n);
	told = found;
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		c->told_seq = told[i].seq;
		if (told[i].detail[0] != '\0')
			rc = consent_compare(db, a, c, told[i].detail);
	}
	if (rc == 0 && n < max) {
		/* what is there beyond the last one told */
		rc = db_one(db, a, Q_consents_after, BINDS(db_u64(c->after), db_i64(1)),
		    DB_FIELDS(struct consent_row, row_fields), &row);
		c->bad = rc == 0 ? row.consent_id : c->after;
		rc = rc == 0 || rc == -EM_E_NOT_FOUND ? 1 : rc;
	}
	arena_free(&a);
	*end_r = rc != 0;
	return rc > 0 ? 0 : rc;
}
