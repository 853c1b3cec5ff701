/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_PROFESSIONAL_H
#define EMAGE_DB_STORE_PROFESSIONAL_H

#include "db/store_core.h"

/* Part of db/store.h: health professionals and the blocks that patients put on them. */

/* ------------------------------------------------------------ the directory */

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

/* ------------------------------------------------------------------- blocks */

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

#endif
