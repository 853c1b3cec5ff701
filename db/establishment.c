/* SPDX-License-Identifier: MIT */
/* Establishments, known by FINESS number or, failing that, by name. */
#include "db/conn.h"

#include <stdlib.h>

static const struct db_field establishment_fields[] = {
    DB_COL(struct store_establishment, establishment_id),
    DB_COL(struct store_establishment, finess),
    DB_COL(struct store_establishment, name),
};

int
store_establishments_of(struct store_conn *db, struct arena *a, uint64_t patient_id,
    struct store_establishment **rows_r, unsigned *n_r)
{
	void *rows = NULL;
	int rc = db_all(db, a, Q_establishments_of, BINDS(db_u64(patient_id)),
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
