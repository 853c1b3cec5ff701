/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_ACCOUNT_H
#define EMAGE_DB_STORE_ACCOUNT_H

#include "db/store_core.h"

/* Part of db/store.h: accounts, what their owners set, and the patients they belong to. */

enum account_state {
	ACCOUNT_PENDING = 0, /* no consent yet */
	ACCOUNT_ACTIVE = 1,
	ACCOUNT_WITHDRAWN = 2,
	ACCOUNT_SUSPENDED = 3, /* the consent stands, and nobody signs in */
};

/* Who at a desk did something, for whom nobody else may do the other half of it. */
struct store_desk_hand {
	uint64_t account_id; /* 0 = nobody at a desk */
	uint64_t establishment_id;
};

struct store_account {
	uint64_t account_id;
	uint64_t patient_id; /* 0 for staff */
	int role;	     /* emage.Role */
	enum account_state state;
	const char *identifier;
	const char *civility, *given_name, *used_name, *birth_name;
	const char *email, *mobile; /* confirmed ones, "" = none */
	const char *language;
	const char *password_hash; /* libsodium string, "" = none yet */
	const char *temp_hash;	   /* temporary password, "" = none */
	int64_t temp_expires_at_ms;
	int temp_channel;		/* emage.Channel by which it went; 0 = on paper */
	struct store_desk_hand temp_by; /* who printed it */
	bool totp;			/* an authenticator app is the second step */
};
/* The identifier as text_fold()ed and without blanks. */
int store_account_by_identifier(
    struct store_conn *db, struct arena *a, const char *identifier, struct store_account *r);
int store_account_by_id(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_account *r);
/* Sets one's own password and ends the temporary one. */
int store_account_set_password(struct store_conn *db, uint64_t account_id, const char *hash);
int store_account_rehash(
    struct store_conn *db, uint64_t account_id, const char *old_hash, const char *new_hash);

struct store_patient_new {
	const char *identifier;
	const char *civility, *given_name, *used_name, *birth_name, *sex;
	uint32_t birth_date;
	const char *email, *mobile, *language;
	const char *temp_hash;
	int64_t temp_expires_at_ms;
	const char *ipp, *ipp_authority;      /* "" = none */
	uint64_t establishment_id;	      /* 0 = unknown */
	const char *operator_name;	      /* consent record */
	uint64_t operator_account;	      /* 0 = an operator of the server */
	const char *text_version, *text_hash; /* what was consented to, NULL = not said */
	const char *channel;		      /* "paper", "spoken", "remote", NULL = not said */
	int64_t now_ms;
};
/* Patient with what finds them, account (active), local number and consent record
 * in one go. -EM_E_EXISTS when the identifier or the (authority, ipp) is taken. */
int store_patient_add(struct store_conn *db, const struct store_patient_new *p,
    uint64_t *patient_id_r, uint64_t *account_id_r);
int store_patient_by_ipp(
    struct store_conn *db, const char *authority, const char *ipp, uint64_t *patient_id_r);

/* ------------------------------------------------------------ own account */

struct store_profile {
	bool notice_exam_opened, notice_new_report;
	int64_t password_changed_at_ms; /* 0 = never known */
	const char *sex;
	uint32_t birth_date;
	int64_t created_at_ms;
};
int store_profile_get(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_profile *r);
int store_account_set_language(struct store_conn *db, uint64_t account_id, const char *language);
int store_account_set_notices(
    struct store_conn *db, uint64_t account_id, bool exam_opened, bool new_report);
int store_account_password_changed(struct store_conn *db, uint64_t account_id, int64_t now_ms);
/* A temporary password in place of the one before; one's own stays. "" = none. */
int store_account_set_temp(struct store_conn *db, uint64_t account_id, const char *hash,
    int64_t expires_at_ms, int channel);
/* Who has printed the temporary password that was set last. */
int store_account_temp_by(
    struct store_conn *db, uint64_t account_id, const struct store_desk_hand *by);
int store_account_set_address(
    struct store_conn *db, uint64_t account_id, int channel, const char *address);
int store_account_of_patient(struct store_conn *db, uint64_t patient_id, uint64_t *account_id_r);

struct store_consent {
	bool given;
	int64_t at_ms;
	const char *establishment; /* "" = not known */
	struct store_desk_hand by;
};
/* The newest row, which counts; and all of them, newest first. */
int store_consent_get(
    struct store_conn *db, struct arena *a, uint64_t patient_id, struct store_consent *r);
int store_consents(struct store_conn *db, struct arena *a, uint64_t patient_id,
    struct store_consent **rows_r, unsigned *n_r);
/* Who writes a withdrawal down for the patient; all empty: the patient. */
struct store_consent_by {
	const char *operator_name, *channel;
	uint64_t operator_account, establishment_id;
};
/* The row, and the account shut. Only a new consent opens it again: the database
 * refuses anything else. */
int store_consent_withdraw(struct store_conn *db, uint64_t account_id, uint64_t patient_id,
    const struct store_consent_by *by, int64_t now_ms);
/* Nobody signs in to it; what would lead in at once (temporary password, code in
 * person) ends. -EM_E_NOT_FOUND: it is not in force. */
int store_account_suspend(struct store_conn *db, uint64_t account_id, int64_t now_ms);
/* In force again, without the password, the app and the codes of before.
 * -EM_E_NOT_FOUND: it was not suspended. */
int store_account_resume(struct store_conn *db, uint64_t account_id);

enum contact_state {
	CONTACT_ASKED = 0,  /* a code went to an address of the account */
	CONTACT_PROVEN = 1, /* another went to the new address */
	CONTACT_DONE = 2,
};
struct store_contact_change {
	uint64_t change_id, account_id;
	int state;
	uint64_t session_id; /* in which it was begun */
	int channel;
	const char *old_address, *new_address; /* "" = none */
	uint32_t tries_left;
	int64_t sent_at_ms, expires_at_ms; /* of the newest code */
	int64_t done_at_ms;
	uint8_t code_hash[32], undo_hash[32];
	struct store_desk_hand by; /* at a desk; else the person */
};
/* Begins one (CONTACT_ASKED); drops the one that was open. */
int store_contact_add(
    struct store_conn *db, const struct store_contact_change *c, uint64_t *change_id_r);
int store_contact_drop(struct store_conn *db, uint64_t account_id);
/* The open one of an account. */
int store_contact_open(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_contact_change *r);
/* Takes one try; -EM_E_NOT_FOUND when none is left. */
int store_contact_take_try(struct store_conn *db, uint64_t change_id, uint32_t *left_r);
/* CONTACT_ASKED -> CONTACT_PROVEN, with the next code. */
int store_contact_proven(struct store_conn *db, const struct store_contact_change *c);
int store_contact_done(
    struct store_conn *db, uint64_t change_id, const uint8_t undo_hash[32], int64_t now_ms);
int store_contact_by_undo(struct store_conn *db, struct arena *a, const uint8_t undo_hash[32],
    struct store_contact_change *r);
/* Marks it, and those after it of the same channel. */
int store_contact_undo(struct store_conn *db, const struct store_contact_change *c);
/* 0 = never. */
int store_contact_last_done(
    struct store_conn *db, uint64_t account_id, int channel, int64_t *done_at_ms_r);
/* The newest that a desk has done and nobody undone; -EM_E_NOT_FOUND = none. */
int store_contact_last_desk(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_contact_change *r);
int store_contact_purge(struct store_conn *db, int64_t before_ms);

struct store_totp {
	uint64_t account_id;
	bool in_force;
	int64_t since_ms;
	int64_t last_step;     /* newest time step whose code was used */
	const uint8_t *secret; /* sealed */
	size_t secret_len;
};
int store_totp_get(
    struct store_conn *db, struct arena *a, uint64_t account_id, struct store_totp *r);
/* Not in force yet; replaces one that is not. -EM_E_EXISTS when one is. */
int store_totp_offer(struct store_conn *db, const struct store_totp *t);
int store_totp_begin(struct store_conn *db, uint64_t account_id, int64_t step, int64_t now_ms);
/* -EM_E_NOT_FOUND: this step or a later one has been used. */
int store_totp_use(struct store_conn *db, uint64_t account_id, int64_t step);
/* With its recovery codes. */
int store_totp_remove(struct store_conn *db, uint64_t account_id);
int store_recovery_code_add(
    struct store_conn *db, uint64_t account_id, const uint8_t code_hash[32]);
/* -EM_E_NOT_FOUND: no such code, or used. */
int store_recovery_code_use(
    struct store_conn *db, uint64_t account_id, const uint8_t code_hash[32], int64_t now_ms);
int store_recovery_codes_left(struct store_conn *db, uint64_t account_id, uint32_t *n_r);

/* The instances of a released exam of this patient, whose files have their names,
 * series by series; in the arena. */
int store_originals_of(struct store_conn *db, struct arena *a, uint64_t patient_id,
    uint64_t exam_id, uint64_t **ids_r, unsigned *n_r);

/* Whose exam it is, when it is released and has a report; else -EM_E_NOT_FOUND. */
int store_exam_report_visible(struct store_conn *db, uint64_t exam_id, uint64_t *patient_id_r);

#endif
