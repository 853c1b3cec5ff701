/* SPDX-License-Identifier: MIT */
/* Establishments, known by FINESS number or, failing that, by name. */
#include "db/conn.h"

#include <stdlib.h>
#include <string.h>

static const struct db_field establishment_fields[] = {
    DB_COL(struct store_establishment, establishment_id),
    DB_COL(struct store_establishment, finess),
    DB_COL(struct store_establishment, name),
};

int
store_establishments_of(struct store_conn *db, struct arena *a, const struct store_eyes *eyes,
    struct store_establishment **rows_r, unsigned *n_r)
{
	void *rows = NULL;
	int rc =
	    db_all(db, a, Q_establishments_of, BINDS(db_u64(eyes->patient_id), db_i64(eyes->all)),
		DB_FIELDS(struct store_establishment, establishment_fields), &rows, n_r);

	*rows_r = rows;
	return rc;
}

int
store_establishment_by_finess(struct store_conn *db, const char *finess, uint64_t *id_r)
{
	return db_id(db, Q_establishment_by_finess, BINDS(db_text(finess)), id_r);
}

int
store_establishment_by_name(struct store_conn *db, const char *name, uint64_t *id_r)
{
	char *fold = db_fold(name);
	int rc = db_id(db, Q_establishment_by_name, BINDS(db_text(fold)), id_r);

	free(fold);
	return rc;
}

int
store_establishment_add(
    struct store_conn *db, const char *finess, const char *name, uint64_t *id_r, bool *existed_r)
{
	char *fold;
	int rc = *finess ? store_establishment_by_finess(db, finess, id_r)
			 : store_establishment_by_name(db, name, id_r);

	if (rc != -EM_E_NOT_FOUND) {
		if (!rc)
			*existed_r = true;
		return rc;
	}
	fold = db_fold(name);
	rc = db_id(
	    db, Q_establishment_insert, BINDS(db_text(finess), db_text(name), db_text(fold)), id_r);
	free(fold);
	if (!rc)
		*existed_r = false;
	return rc == -EM_E_NOT_FOUND ? -EM_E_EXISTS : rc;
}

/* ----------------------------------------------------------------- listing */

static const struct db_field row_fields[] = {
    DB_COL(struct store_establishment_row, establishment_id),
    DB_COL(struct store_establishment_row, finess),
    DB_COL(struct store_establishment_row, name),
    DB_COL(struct store_establishment_row, contact),
};

/* What the page and its count are asked with: free(). A person's text has no
 * wildcards. */
struct establishment_like {
	char *word, *finess;
};

static struct establishment_like
establishment_like(const char *beginning)
{
	char *fold = db_fold(beginning), *plain = mem_new(2 * strlen(fold) + 1);
	struct establishment_like like;
	size_t n = 0;

	for (const char *s = fold; *s; s++) {
		if (strchr("%_!", *s))
			plain[n++] = '!';
		plain[n++] = *s;
	}
	like.word = mem_printf("%% %s%%", plain);
	like.finess = mem_printf("%s%%", plain);
	free(plain);
	free(fold);
	return like;
}

static void
establishment_like_free(struct establishment_like *like)
{
	free(like->word);
	free(like->finess);
}

int
store_establishment_page(struct store_conn *db, struct arena *a, const char *beginning,
    uint32_t offset, uint32_t limit, struct store_establishment_row **rows_r, unsigned *n_r)
{
	struct establishment_like like = establishment_like(beginning);
	void *rows = NULL;
	int rc = db_all(db, a, Q_establishment_page,
	    BINDS(db_text(like.word), db_text(like.finess), db_i64(limit), db_i64(offset)),
	    DB_FIELDS(struct store_establishment_row, row_fields), &rows, n_r);

	establishment_like_free(&like);
	*rows_r = rows;
	return rc;
}

int
store_establishment_count(struct store_conn *db, const char *beginning, uint32_t *n_r)
{
	struct establishment_like like = establishment_like(beginning);
	int64_t n = 0;
	int rc = db_scalar(
	    db, Q_establishment_count, BINDS(db_text(like.word), db_text(like.finess)), &n);

	establishment_like_free(&like);
	*n_r = (uint32_t)n;
	return rc;
}
