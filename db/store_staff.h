/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_STAFF_H
#define EMAGE_DB_STORE_STAFF_H

#include "db/store.h"

/* Part of db/store.h, which includes it. */

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

#endif
