/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_RECORD_H
#define EMAGE_DB_STORE_RECORD_H

#include "db/store_core.h"

/* Part of db/store.h: records that professionals have open. */

/*
 * The record that a professional has open in a session, and why. It goes with the
 * session, a block and a withdrawn consent; a disabled account and a professional
 * who is another account's now shut it as well. Who looks sees all that.
 */
struct store_record {
	uint64_t session_id, account_id, professional_id, patient_id;
	uint64_t access_number; /* of the opening, in the patient's history */
	const char *motive, *motive_label, *motive_detail;
	int result; /* enum access_result: granted or over a block */
	bool told;  /* the patient, that exams were opened */
	int64_t opened_at_ms, until_ms;
};
/* In place of the one before. */
int store_record_put(struct store_conn *db, const struct store_record *r);
/* -EM_E_NOT_FOUND: none, or one that is shut. Its time may be over: until_ms. */
int store_record_get(
    struct store_conn *db, struct arena *a, uint64_t session_id, struct store_record *r);
/* The same look without texts, for every request: patient_id, opened_at_ms and
 * until_ms. */
int store_record_look(struct store_conn *db, uint64_t session_id, struct store_record *r);
int store_record_set_told(struct store_conn *db, uint64_t session_id);
/* *was_r: there was one. */
int store_record_end(struct store_conn *db, uint64_t session_id, bool *was_r);
/* Accounts that have the patient's record open; at most max. */
int store_record_holders(struct store_conn *db, uint64_t patient_id, uint64_t *account_ids_r,
    unsigned max, unsigned *n_r);
/* Those whose time is over. */
int store_record_purge(struct store_conn *db, int64_t now_ms);

struct store_person {
	const char *civility, *given_name, *used_name, *birth_name;
	uint32_t birth_date;
	const char *sex;
	bool consents; /* the account is in use, for which a consent is in force */
};
int store_record_person(
    struct store_conn *db, struct arena *a, uint64_t patient_id, struct store_person *r);

#endif
