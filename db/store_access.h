/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_ACCESS_H
#define EMAGE_DB_STORE_ACCESS_H

#include "db/store_core.h"

/* Part of db/store.h: who looked at whose exams, and questions about it. */

enum access_result { ACCESS_GRANTED = 0, ACCESS_OVER_BLOCK = 1, ACCESS_REFUSED = 2 };

/*
 * A professional's look into a patient's exams, numbered per patient from 1
 * without holes, each row chained to the one before by BLAKE2b-256; the
 * database refuses changes by trigger. What is said of the professional is a
 * copy: directories change, history does not.
 */
struct store_access {
	uint64_t patient_id;
	uint64_t number; /* given by the store */
	int64_t at_ms;
	int64_t recorded_at_ms; /* later than at_ms when taken over from elsewhere */
	const char *rpps, *family_name, *given_name, *profession, *specialty;
	uint64_t establishment_id; /* where the professional was, 0 = not known */
	const char *establishment;
	const char *motive;	  /* code, "" = none of the list */
	const char *motive_label; /* as it was shown */
	const char *motive_detail;
	enum access_result result;
	uint64_t exam_id; /* 0 = the list only */
	int64_t until_ms; /* 0 = no end */
	const char *terminal;
};
/* Who did it, for the audit row that goes with it. */
struct store_actor {
	uint64_t account_id;
	const char *name, *terminal;
};
/* In the transaction of what it records. The audit trail gets the row's hash, so
 * that a history whose end was cut off is seen as well. */
int store_access_append(struct store_conn *db, const struct store_access *e,
    const struct store_actor *by, uint64_t *number_r);
/* The same statements whether the row stays or not (`keep`), for an answer that must
 * not tell by its time whether there is a patient (V-02). One that does not stay goes
 * through the history of any patient, and nothing of it is left: neither row nor
 * trail. Without any patient there is nothing to do. */
int store_access_append_alike(struct store_conn *db, const struct store_access *e,
    const struct store_actor *by, bool keep, uint64_t *number_r);
/* Whether the same access is there already: time, professional, motive, exam. */
int store_access_known(struct store_conn *db, const struct store_access *e, bool *known_r);

struct store_access_query {
	uint64_t patient_id;
	int64_t from_ms, before_ms; /* half open; INT64_MIN / INT64_MAX = open end */
	const char *name;	    /* beginning of family or given name, "" = any */
	uint32_t offset, limit;
};
struct store_access_row {
	uint64_t number;
	int64_t at_ms;
	const char *family_name, *given_name, *profession, *specialty;
	const char *motive, *motive_label;
	int result;
	int contest; /* emage.ContestState */
};
/* Newest first. */
int store_access_page(struct store_conn *db, struct arena *a, const struct store_access_query *q,
    struct store_access_row **rows_r, unsigned *n_r);
int store_access_count(struct store_conn *db, const struct store_access_query *q, uint32_t *n_r);
/* Somebody else's is -EM_E_NOT_FOUND, as one that does not exist. */
int store_access_get(struct store_conn *db, struct arena *a, uint64_t patient_id, uint64_t number,
    struct store_access *r);

/* ---------------------------------------------------------------- questions */

/* What a patient asks about an access. It never changes; neither does the access. */
struct store_contest {
	uint64_t contest_id;
	uint64_t patient_id, number;
	int64_t at_ms;
	const char *question;
	int64_t answered_at_ms; /* 0 = not yet */
	const char *author, *answer;
};
/* -EM_E_NOT_FOUND: no such access; -EM_E_EXISTS: a question waits already. */
int store_contest_add(struct store_conn *db, uint64_t patient_id, uint64_t number,
    const char *question, int64_t now_ms, uint64_t *contest_id_r);
/* The newest about an access; -EM_E_NOT_FOUND = none. */
int store_contest_of(struct store_conn *db, struct arena *a, uint64_t patient_id, uint64_t number,
    struct store_contest *r);
/* Those not answered, with numbers above `after`; at most max. */
int store_contests_open(struct store_conn *db, struct arena *a, uint64_t after,
    struct store_contest *r, unsigned max, unsigned *n_r);
/* -EM_E_NOT_FOUND, or -EM_E_EXISTS when it has an answer. */
int store_contest_answer(struct store_conn *db, struct arena *a, uint64_t contest_id,
    const char *author, const char *answer, int64_t now_ms, struct store_contest *r);

#endif
