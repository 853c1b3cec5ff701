/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_DIRECTORY_H
#define EMAGE_DB_STORE_DIRECTORY_H

#include "db/store_professional.h"

/* Part of db/store.h: loading directories. */

/*
 * A directory of professionals is loaded beside the one in force: begin, lines
 * (store_professional_put with generation = load_id) in as many transactions as
 * wanted, then use, in one. Readers have the old one until then. What is no
 * longer in force goes with store_directory_drop(), some rows at a time.
 */
enum directory_stage {
	DIRECTORY_LOADING = 0,
	DIRECTORY_IN_FORCE = 1,
	DIRECTORY_TO_DROP = 2,
	DIRECTORY_GONE = 3,
};
struct store_directory {
	uint64_t load_id;
	int state; /* enum directory_stage */
	int64_t moved_at_ms;
	uint64_t n_people, n_stayed; /* stayed: are in the one in force as well */
	uint64_t n_lines;
};
/* -EM_E_EXISTS: there was a loading of this number. */
int store_directory_begin(struct store_conn *db, uint64_t load_id, int64_t now_ms);
/* -EM_E_NOT_FOUND: no such loading. */
int store_directory_get(struct store_conn *db, uint64_t load_id, struct store_directory *r);
/* The first in that state, or -EM_E_NOT_FOUND. */
int store_directory_of(
    struct store_conn *db, enum directory_stage state, struct store_directory *r);
/* Counts lines of a loading; -EM_E_NOT_FOUND unless it is going on. */
int store_directory_grow(
    struct store_conn *db, const struct store_directory *added, int64_t now_ms);
/* Puts a finished loading in force. */
int store_directory_use(struct store_conn *db, uint64_t load_id, int64_t now_ms);
/* Gives a loading up. */
int store_directory_give_up(struct store_conn *db, uint64_t load_id);
/* Takes away up to n people of a directory that is no longer needed. Who is not
 * in the one in force keeps the names of the last day. *more_r: call again. */
int store_directory_drop(struct store_conn *db, uint32_t n, bool *more_r);

/* ------------------------------------------------------------ establishments */

/* Adds, or renames; *put_r: new, another name, as it was. */
int store_establishment_put(
    struct store_conn *db, const char *finess, const char *name, enum store_put *put_r);

/* ----------------------------------------------------------------- patients */

struct store_ins {
	const char *oid;       /* who gives such numbers */
	const char *matricule; /* 13 characters */
	const char *key;       /* 2, or "" */
	const char *status;    /* "PROV", "RECUP", "VALI", "QUAL" */
};
/* oid "": whoever gave it. */
int store_patient_by_ins(
    struct store_conn *db, const char *oid, const char *matricule, uint64_t *patient_id_r);
/* At most max, by authority. */
int store_patient_ins(struct store_conn *db, struct arena *a, uint64_t patient_id,
    struct store_ins *r, unsigned max, unsigned *n_r);
/* -EM_E_EXISTS: it is another patient's. */
int store_patient_ins_put(struct store_conn *db, uint64_t patient_id, const struct store_ins *ins);
/* A local number likewise; nothing when it is theirs already. */
int store_patient_number_put(
    struct store_conn *db, uint64_t patient_id, const char *authority, const char *ipp);

struct store_traits {
	const char *civility, *given_name, *used_name, *birth_name, *sex;
	uint32_t birth_date;
	const char *insee_place;    /* "" = not known */
	const char *email, *mobile; /* while there is no account, else "" */
	bool has_account;
};
int store_patient_traits(
    struct store_conn *db, struct arena *a, uint64_t patient_id, struct store_traits *r);
/* A patient without account and consent: waits for the reception desk. */
int store_patient_known_add(
    struct store_conn *db, const struct store_traits *t, int64_t now_ms, uint64_t *patient_id_r);
/* An account's addresses are its owner's: email and mobile are kept only for who
 * has none. */
int store_patient_traits_set(
    struct store_conn *db, uint64_t patient_id, const struct store_traits *t);
/* Those are the account's from now on. */
int store_patient_contact_forget(struct store_conn *db, uint64_t patient_id);

#endif
