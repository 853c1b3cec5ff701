/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_H
#define EMAGE_DB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mem.h"

/*
 * The store: all that outlives a process. It knows no protobuf and no socket.
 *
 * Reading: each thread has a read-only connection of its own; what a loop turn
 * reads, it reads in one read transaction. Writing: only the writer thread
 * does it; jobs that have queued up are run in one transaction, each inside its
 * own savepoint, and are reported done only after the commit is on disk (group
 * commit). A job whose run() fails leaves nothing behind.
 *
 * Functions return 0 or -EM_E_*: NOT_FOUND, EXISTS, IO (logged where it
 * happened). Strings in results live in the given arena. Times are UTC epoch
 * milliseconds; 0 means never. Nothing here may need more than what SQLite and
 * PostgreSQL both can do.
 */
struct store;
struct store_conn; /* reading connection, or the writer's inside a job */

struct store_options {
	const char *path;    /* database file */
	int64_t cache_bytes; /* page cache of each connection */
	unsigned queue_max;  /* jobs waiting for the writer */
	unsigned batch_max;  /* jobs in one commit */
};

/* Opens, migrates, starts the writer. die()s never: -EM_E_IO; -EM_E_CONFIG when
 * the schema is newer than this program, the file somebody else's, or the file
 * system not a local one; -EM_E_BUSY when another process has it open. */
int store_open(const struct store_options *o, struct store **store_r);
/* Runs what is queued, stops the writer, checkpoints, closes, nulls. Readers
 * are freed before. */
void store_close(struct store **s);

int store_reader_new(struct store *s, struct store_conn **conn_r);
void store_reader_free(struct store_conn **c);
/* One read transaction; begin is lazy and repeatable, end is repeatable. */
int store_reader_begin(struct store_conn *c);
void store_reader_end(struct store_conn *c);

struct store_job {
	/* On the writer thread, inside a savepoint. Non-zero rolls back. An
	 * error of the database cannot be looked away from: the job has then
	 * failed, whatever run() returns. */
	int (*run)(struct store_conn *db, void *arg);
	/* On the writer thread, after the commit is durable, with run()'s
	 * result; or -EM_E_UNCERTAIN when the commit itself failed or a write
	 * did, -EM_E_UNAVAILABLE when nothing was done (disk full, locked by
	 * somebody, or given up after an earlier failure). */
	void (*done)(void *arg, int rc);
	void *arg;
	/* One of very many: lets all others go first, and runs without a savepoint
	 * of its own. When it fails after it has changed something, what was run
	 * before it in its transaction is undone as well and told
	 * -EM_E_UNAVAILABLE. */
	bool bulk;
	struct store_job *next; /* the store's while queued */
};
/* Never blocks. -EM_E_BUSY when the queue is full, -EM_E_UNAVAILABLE after a
 * write error (fail-stop: the process must be restarted). The job belongs to
 * the caller and must live until done(). */
int store_submit(struct store *s, struct store_job *job);
/* Runs one job and waits for it. Not from an io thread, nor from inside a job. */
int store_run(struct store *s, int (*run)(struct store_conn *db, void *arg), void *arg);
/* Called once, from the writer thread, when a write or fsync has failed; at
 * once when that has happened already. */
void store_on_fatal(struct store *s, void (*fatal)(void *arg), void *arg);

struct store_stats {
	uint64_t commits, jobs, failed_jobs;
	unsigned queued;
};
void store_stats_get(struct store *s, struct store_stats *st_r);

/* ------------------------------------------------------------- accounts */

enum account_state {
	ACCOUNT_PENDING = 0, /* no consent yet */
	ACCOUNT_ACTIVE = 1,
	ACCOUNT_WITHDRAWN = 2,
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
	int temp_channel; /* emage.Channel by which it went; 0 = on paper */
	bool totp;	  /* an authenticator app is the second step */
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

/* ------------------------------------- counters (throttles, limits, budgets) */

enum counter_kind {
	COUNTER_PASSWORD = 1, /* consecutive failures of an identifier */
	COUNTER_CODE = 2,     /* consecutive wrong codes of an account */
	COUNTER_SEND_15MIN = 3,
	COUNTER_SEND_DAY = 4,
	COUNTER_RECOVERY = 5, /* forgotten passwords of an identifier, known or not */
	COUNTER_CONTACT = 6,  /* changes of addresses that an account began */
	COUNTER_REPORT = 7,   /* notices of new reports to a patient */
	COUNTER_UNLOCK = 8,   /* second steps that a temporary password has set free */
	COUNTER_SMS_HOUR = 9, /* short messages of everybody */
	COUNTER_SMS_DAY = 10,
};
/* Exists for unknown identifiers too, so that both are treated alike. */
struct store_counter {
	uint32_t n;
	int64_t since_ms; /* of the first in this window */
	int64_t last_ms;
};
/* All zero when there is none; never -EM_E_NOT_FOUND. */
int store_counter_get(
    struct store_conn *db, enum counter_kind kind, const uint8_t key[32], struct store_counter *r);
int store_counter_put(struct store_conn *db, enum counter_kind kind, const uint8_t key[32],
    const struct store_counter *c);
/* Forgets counters last moved before this, but for 20 failures and more: what
 * locks an account stays until somebody sets it back. */
int store_counter_purge(struct store_conn *db, int64_t before_ms);

/* ------------------------------------------------------------- challenges */

struct store_challenge {
	uint64_t challenge_id;
	uint64_t account_id;
	int64_t created_at_ms;
	int64_t sent_at_ms; /* of the newest code */
	int64_t expires_at_ms;
	int channel;	    /* emage.Channel */
	uint64_t outbox_id; /* the message that the newest code is in; 0 = none */
	uint32_t tries_left;
	uint32_t n_sends;
	bool temp_password; /* opened with a temporary password */
	uint8_t code_hash[32];
	uint8_t binding[32]; /* TLS exporter of the connection */
};
/* Ends the account's other challenges. */
int store_challenge_add(struct store_conn *db, const struct store_challenge *c, uint64_t *id_r);
int store_challenge_get(struct store_conn *db, uint64_t challenge_id, struct store_challenge *r);
/* Takes one try; -EM_E_CODE_DEAD when none is left, -EM_E_NOT_FOUND when used
 * or replaced. */
int store_challenge_take_try(struct store_conn *db, uint64_t challenge_id, uint32_t *left_r);
/* Uses it up: exactly one caller gets 0, every other -EM_E_NOT_FOUND. */
int store_challenge_use(struct store_conn *db, uint64_t challenge_id, int64_t now_ms);
/* New code in the same challenge; tries are not given back. */
int store_challenge_renew(struct store_conn *db, const struct store_challenge *c);
int store_challenge_end_all(struct store_conn *db, uint64_t account_id);
int store_challenge_purge(struct store_conn *db, int64_t before_ms);

/* --------------------------------------------------------------- sessions */

struct store_session {
	uint64_t session_id;
	uint64_t account_id;
	uint64_t patient_id;
	int role;
	int kind; /* emage.ClientKind */
	int64_t opened_at_ms;
	int64_t active_at_ms;
	int64_t idle_limit_ms;
	int64_t ends_at_ms;  /* absolute limit */
	uint32_t generation; /* moves at each resume: the connection holding an old one is out */
	uint32_t factors;    /* bits: 1 password, 2 code by e-mail, 4 code by mobile, 8 totp */
	uint8_t token_hash[32];
};
int store_session_add(struct store_conn *db, const struct store_session *s, uint64_t *id_r);
/* -EM_E_NOT_FOUND once ended. */
int store_session_get(struct store_conn *db, uint64_t session_id, struct store_session *r);
int store_session_by_token(
    struct store_conn *db, const uint8_t token_hash[32], struct store_session *r);
int store_session_touch(struct store_conn *db, uint64_t session_id, int64_t active_at_ms);
/* New token and generation for the connection that resumes. */
int store_session_retoken(
    struct store_conn *db, uint64_t session_id, const uint8_t token_hash[32], int64_t now_ms);
int store_session_end(struct store_conn *db, uint64_t session_id);
/* Ends sessions of an account but `except` (0 = none kept). */
int store_session_end_all(struct store_conn *db, uint64_t account_id, uint64_t except);
/* Newest first; returns at most max. */
int store_session_list(struct store_conn *db, uint64_t account_id, struct store_session *r,
    unsigned max, unsigned *n_r);
int store_session_purge(struct store_conn *db, int64_t now_ms);

/* ------------------------------------------------------------------ audit */

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
/* Recomputes the chain; *bad_seq_r = first wrong row, 0 = all right. */
int store_audit_verify(struct store_conn *db, uint64_t *n_r, uint64_t *bad_seq_r);

/* ------------------------------------------------------------------ exams */

enum exam_sort { EXAM_BY_DATE, EXAM_BY_ESTABLISHMENT, EXAM_BY_DESCRIPTION };

struct store_exam_query {
	uint64_t patient_id;
	int64_t from_ms, before_ms; /* half open; INT64_MIN / INT64_MAX = open end */
	uint64_t establishment_id;  /* 0 = any */
	bool all;		    /* as in store_eyes */
	enum exam_sort sort;
	bool ascending;
	uint32_t offset, limit;
};
/* Whose exams are looked at, and by whom: a patient sees released ones, a
 * professional with the record open all of them. */
struct store_eyes {
	uint64_t patient_id;
	bool all;
};
struct store_exam {
	uint64_t exam_id;
	uint64_t patient_id;
	int64_t taken_at_ms;
	uint64_t establishment_id;
	const char *establishment;
	const char *modality, *description;
	const char *study_uid, *accession_number;
	bool released, has_report;
	uint32_t n_images;
};
/* Exams of one patient, without study_uid and accession_number ("").
 * Rows in the arena. */
int store_exam_page(struct store_conn *db, struct arena *a, const struct store_exam_query *q,
    struct store_exam **rows_r, unsigned *n_r);
int store_exam_count(struct store_conn *db, const struct store_exam_query *q, uint32_t *n_r);
/* An exam of this patient; somebody else's is -EM_E_NOT_FOUND, by the
 * same path as one that does not exist (S-08). */
int store_exam_get(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t exam_id, struct store_exam *r);
/* Released or not, by its study UID. */
int store_exam_by_study(
    struct store_conn *db, uint64_t patient_id, const char *study_uid, uint64_t *exam_id_r);
int store_exam_release(struct store_conn *db, uint64_t exam_id, int64_t now_ms, bool *was_r);
/* Exams that came in by then and wait for their release, the longest first; at
 * most max. */
int store_exams_waiting(
    struct store_conn *db, int64_t arrived_by_ms, uint64_t *ids_r, unsigned max, unsigned *n_r);

struct store_establishment {
	uint64_t establishment_id;
	const char *finess, *name;
};
int store_establishments_of(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    struct store_establishment **rows_r, unsigned *n_r);
int store_establishment_add(
    struct store_conn *db, const char *finess, const char *name, uint64_t *id_r, bool *existed_r);
int store_establishment_by_finess(struct store_conn *db, const char *finess, uint64_t *id_r);
/* By folded name. */
int store_establishment_by_name(struct store_conn *db, const char *name, uint64_t *id_r);

struct store_report {
	const char *title, *author, *text;
	size_t text_len;
	int64_t signed_at_ms;
	bool is_final;
};
/* The newest final report, else the newest. -EM_E_NOT_FOUND = none. The exam's
 * patient must match. */
int store_report_get(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t exam_id, struct store_report *r);

struct store_series {
	uint64_t series_id;
	uint64_t exam_id;
	uint32_t number;
	const char *series_uid, *modality, *description, *body_part;
	uint32_t n_frames, rows, columns;
	double frame_time_ms;
};
/* Those with something to show, by number. */
int store_series_of(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t exam_id, struct store_series **rows_r, unsigned *n_r);

/* One frame: where its codestream lies, and its packed emage.FrameInfo. Order
 * in a series: by slice position along the normal where geometry allows, else
 * by instance number, then frame number. */
struct store_frame {
	uint64_t exam_id;
	uint64_t instance_id; /* names the file of codestreams */
	uint64_t offset;
	uint32_t n_bytes;
	const uint8_t *info;
	size_t info_len;
};
/* Frames first .. first+max-1 of a series, if these eyes may see its exam;
 * *total_r = frames in the series. -EM_E_NOT_FOUND otherwise. */
int store_frames_get(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    uint64_t series_id, uint32_t first, uint32_t max, struct store_frame **rows_r, unsigned *n_r,
    uint32_t *total_r);

/* ------------------------------------------------------------ DICOM import */

struct store_frame_new {
	uint64_t offset;
	uint32_t n_bytes;
	double sort_key; /* position along the normal, else instance number */
	const uint8_t *info;
	size_t info_len;
};
struct store_instance_new {
	uint64_t instance_id; /* chosen by the caller, who has made its files; 0 = any */
	uint64_t patient_id, establishment_id;
	const char *study_uid, *accession_number, *study_description;
	int64_t taken_at_ms;
	const char *series_uid, *series_description, *modality, *body_part;
	int32_t series_number;
	double frame_time_ms;
	uint32_t rows, columns;
	const char *sop_class_uid, *sop_uid, *transfer_syntax_uid;
	int32_t instance_number;
	const struct store_frame_new *frames;
	unsigned n_frames;
	/* a report instead of, or with, frames; text NULL = none */
	const struct store_report *report;
	bool release; /* the exam to its patient */
	int64_t now_ms;
};
/* -EM_E_EXISTS with the ids when the SOP instance is known (idempotent import),
 * -EM_E_INVALID when its study belongs to another patient. *instance_id_r names
 * the files the caller then keeps; an id of the caller's that is taken is
 * -EM_E_INTERNAL. Objects come in any order: the exam has the time of its
 * earliest, the kind of its first with pictures, and what an earlier one left
 * open. */
int store_instance_add(struct store_conn *db, const struct store_instance_new *i,
    uint64_t *instance_id_r, uint64_t *exam_id_r);
int store_instance_known(
    struct store_conn *db, const char *sop_uid, uint64_t *instance_id_r, uint64_t *exam_id_r);
/* Whether there is a row of this id: files without one are left from a crash. */
int store_instance_exists(struct store_conn *db, uint64_t instance_id, bool *exists_r);

/* -------------------------------------- professionals, accesses, blocks */

struct store_professional {
	uint64_t professional_id;
	const char *rpps;
	const char *family_name, *given_name;
	const char *profession, *specialty; /* labels of today, "" = none */
	uint64_t account_id;		    /* 0 = has none; not in lists */
	int64_t blocked_at_ms;		    /* in lists: by whom asked; 0 = not */
};
int store_professional_get(
    struct store_conn *db, struct arena *a, uint64_t professional_id, struct store_professional *r);
int store_professional_by_rpps(
    struct store_conn *db, struct arena *a, const char *rpps, struct store_professional *r);
/* Which account the person signs in with. */
int store_professional_set_account(
    struct store_conn *db, uint64_t professional_id, uint64_t account_id);

struct store_place {
	uint64_t establishment_id;
	const char *name;
};
/* Where somebody works, by name; at most max. */
int store_professional_places(struct store_conn *db, struct arena *a, uint64_t professional_id,
    struct store_place *r, unsigned max, unsigned *n_r);

/* Codes and labels for choosing from. */
struct store_entry {
	const char *code, *label;
};
/* What lines of one transaction have written: need not be asked for again. Labels,
 * and the person of the line before. Texts are borrowed from the lines. Begins as
 * zero. */
#define STORE_LABELS_MAX 64u
struct store_seen {
	struct store_entry label[STORE_LABELS_MAX];
	const char *rpps, *family_name, *given_name; /* NULL = no line before */
	const char *profession_code, *specialty_code;
	uint64_t professional_id;
};

/* One line of a directory that is loaded: a person, one activity. The first
 * line of a loading replaces what its generation of the directory has of the
 * person; later ones of the same loading add places, and the specialty if none
 * was named before. */
struct store_professional_line {
	const char *rpps;
	const char *family_name, *given_name;
	const char *profession_code, *profession;
	const char *specialty_code, *specialty; /* "" = none */
	uint64_t establishment_id;		/* 0 = none known */
	uint64_t load_id;			/* of the loading, not 0 */
	uint64_t generation;	 /* db/store_directory.h; 0 = the directory in force */
	struct store_seen *seen; /* of lines with this load_id and generation; NULL = none */
};
enum store_put { STORE_PUT_NEW, STORE_PUT_CHANGED, STORE_PUT_AGAIN };
/* *put_r: not in the directory in force; known from an earlier loading; again in
 * this one. */
int store_professional_put(
    struct store_conn *db, const struct store_professional_line *line, enum store_put *put_r);

/* By label; at most max. */
int store_professions(
    struct store_conn *db, struct arena *a, struct store_entry *r, unsigned max, unsigned *n_r);
int store_specialties(
    struct store_conn *db, struct arena *a, struct store_entry *r, unsigned max, unsigned *n_r);
/* Establishments where professionals work. */
int store_places(
    struct store_conn *db, struct arena *a, struct store_place *r, unsigned max, unsigned *n_r);

/* Names: beginnings, compared folded; "" and 0 = any. Not all may be empty:
 * -EM_E_FILTER_EMPTY. */
struct store_find {
	const char *family_name, *given_name;
	const char *profession_code, *specialty_code;
	uint64_t establishment_id;
	uint64_t patient_id; /* whose blocks are shown; 0 = none */
	uint32_t n_given;    /* the store's: found by given name, + 1; begins as 0 */
};
/* Counts to at most max + 1. Then a page, by family and given name. */
int store_find_count(struct store_conn *db, struct store_find *q, uint32_t max, uint32_t *n_r);
int store_find_page(struct store_conn *db, struct arena *a, struct store_find *q, uint32_t offset,
    uint32_t limit, struct store_professional **rows_r, unsigned *n_r);

enum block_sort { BLOCK_BY_NAME, BLOCK_BY_DATE, BLOCK_BY_PROFESSION };
/* *blocked_at_ms_r 0 = not blocked. */
int store_block_get(
    struct store_conn *db, uint64_t patient_id, uint64_t professional_id, int64_t *blocked_at_ms_r);
/* -EM_E_NOT_FOUND: no such professional. *was_r: was blocked before; then
 * *blocked_at_ms_r is of then. -EM_E_TOO_LARGE: the patient has `max` already. */
int store_block_add(struct store_conn *db, uint64_t patient_id, uint64_t professional_id,
    int64_t now_ms, uint32_t max, int64_t *blocked_at_ms_r, bool *was_r);
/* *was_r false: was not blocked, nothing done. */
int store_block_remove(
    struct store_conn *db, uint64_t patient_id, uint64_t professional_id, bool *was_r);
int store_block_count(struct store_conn *db, uint64_t patient_id, uint32_t *n_r);
int store_block_page(struct store_conn *db, struct arena *a, uint64_t patient_id,
    enum block_sort sort, bool descending, uint32_t offset, uint32_t limit,
    struct store_professional **rows_r, unsigned *n_r);

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

struct store_access_verdict {
	uint64_t n;		     /* rows found right */
	uint64_t patient_id, number; /* first that is wrong, 0 = all right */
	const char *why;	     /* "number", "chain", "audit" */
};
/* Recomputes every chain and holds it against the audit trail, which must have
 * been verified itself. */
int store_access_verify(struct store_conn *db, struct store_access_verdict *v_r);

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

int store_establishment_name(
    struct store_conn *db, struct arena *a, uint64_t establishment_id, const char **name_r);
/* Where questions to an establishment go, "" = nowhere. */
int store_establishment_contact(
    struct store_conn *db, struct arena *a, uint64_t establishment_id, const char **contact_r);
int store_establishment_set_contact(
    struct store_conn *db, uint64_t establishment_id, const char *contact);

#include "db/store_account.h"
#include "db/store_outbox.h"
#include "db/store_audit.h"
#include "db/store_desk.h"
#include "db/store_directory.h"
#include "db/store_record.h"
#include "db/store_staff.h"

#endif
