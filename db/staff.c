/* SPDX-License-Identifier: MIT */
/* Who is behind the accounts that are no patients'. */
#include "db/conn.h"

static const struct db_field staff_fields[] = {
    DB_COL(struct store_staff, account_id),
    DB_COL(struct store_staff, role),
    DB_COL(struct store_staff, family_name),
    DB_COL(struct store_staff, given_name),
    DB_COL(struct store_staff, establishment_id),
    DB_COL(struct store_staff, establishment),
    DB_COL(struct store_staff, professional_id),
    DB_COL(struct store_staff, rpps),
};

int
store_staff_get(struct store_conn *db, struct arena *a, uint64_t account_id, struct store_staff *r)
{
	return db_one(db, a, Q_staff_get, BINDS(db_u64(account_id)),
	    DB_FIELDS(struct store_staff, staff_fields), r);
}
