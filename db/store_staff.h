/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_STAFF_H
#define EMAGE_DB_STORE_STAFF_H

#include "db/store_account.h"

/* Part of db/store.h: accounts of staff, and what administrators see. */

struct store_staff {
	uint64_t account_id;
	int role; /* emage.Role */
	const char *family_name, *given_name;
	uint64_t establishment_id; /* 0 = none */
	const char *establishment; /* "" = none */
	uint64_t professional_id;  /* 0 = none */
	const char *rpps;	   /* "" = none */
};
/* Who is behind an account that is no patient's. */
int store_staff_get(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_staff *r);

struct store_staff_new {
	int role;
	const char *identifier; /* as the store keeps it */
	const char *family_name, *given_name;
	uint64_t establishment_id; /* 0 = none */
	uint64_t professional_id;  /* 0 = none */
	const char *email, *mobile, *language;
	int64_t now_ms;
};
/* Account in use but without a password yet, with its person. -EM_E_EXISTS when the identifier is
 * taken or the professional has an account, -EM_E_INVALID when there is no such establishment. */
int store_staff_add(struct store_conn *db, const struct store_staff_new *s, uint64_t *account_id_r);

struct store_staff_row {
	struct store_staff who;
	const char *identifier, *email, *mobile;
	int state; /* enum account_state; ACCOUNT_WITHDRAWN = disabled */
	int64_t created_at_ms;
	int64_t last_session_at_ms; /* 0 = never */
};
int store_staff_row(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_staff_row *r);

struct store_staff_query {
	int role;		/* 0 = any */
	const char *name;	/* beginning of family or given name, "" = any */
	const char *identifier; /* or of the identifier, normalised */
	uint32_t offset, limit;
};
/* By family name, given name. */
int store_staff_page(struct store_conn *db, struct arena *a, const struct store_staff_query *q,
    struct store_staff_row **rows_r, unsigned *n_r);
int store_staff_count(struct store_conn *db, const struct store_staff_query *q, uint32_t *n_r);

/* Who may do what, and whether at all; ends what the person had open (records,
 * challenges, sessions in the store). professional_id 0: no longer one. */
int store_staff_set_role(struct store_conn *db, uint64_t account_id, int role);
int store_staff_set_establishment(
    struct store_conn *db, uint64_t account_id, uint64_t establishment_id);
int store_staff_set_state(struct store_conn *db, uint64_t account_id, enum account_state state);
/* The professional that the account stands for, in place of the one before;
 * 0 = none. -EM_E_EXISTS when that one has another account. */
int store_staff_set_professional(
    struct store_conn *db, uint64_t account_id, uint64_t professional_id);
int store_staff_end_all(struct store_conn *db, uint64_t account_id);
/* Administrators in use but this one. */
int store_staff_other_admins(struct store_conn *db, uint64_t account_id, uint32_t *n_r);
/* Nothing for a patient's account. */
int store_staff_signed_in(struct store_conn *db, uint64_t account_id, int64_t now_ms);

/* ------------------------------------------------------------ all sessions */

struct store_session_row {
	uint64_t session_id, account_id;
	int role, kind;
	const char *family_name, *given_name; /* staff; "" for patients */
	int64_t opened_at_ms, active_at_ms;
};
/* Those alive at now, newest first. */
int store_sessions_page(struct store_conn *db, struct arena *a, int64_t now_ms, uint32_t offset,
    uint32_t limit, struct store_session_row **rows_r, unsigned *n_r);
int store_sessions_count(struct store_conn *db, int64_t now_ms, uint32_t *n_r);

/* ---------------------------------------------------------- establishments */

struct store_establishment_row {
	uint64_t establishment_id;
	const char *finess, *name, *contact;
};
/* Beginning of a word of the name, or of the FINESS number; "" = all. By name. */
int store_establishment_page(struct store_conn *db, struct arena *a, const char *beginning,
    uint32_t offset, uint32_t limit, struct store_establishment_row **rows_r, unsigned *n_r);
int store_establishment_count(struct store_conn *db, const char *beginning, uint32_t *n_r);

#endif
