/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_ESTABLISHMENT_H
#define EMAGE_DB_STORE_ESTABLISHMENT_H

#include "db/store_exam.h"

/* Part of db/store.h: establishments, and those of a patient's exams. */

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

int store_establishment_name(
    struct store_conn *db, struct arena *a, uint64_t establishment_id, const char **name_r);
/* Where questions to an establishment go, "" = nowhere. */
int store_establishment_contact(
    struct store_conn *db, struct arena *a, uint64_t establishment_id, const char **contact_r);
int store_establishment_set_contact(
    struct store_conn *db, uint64_t establishment_id, const char *contact);

#endif
