/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_STAFF_INT_H
#define EMAGE_SERVER_HANDLE_STAFF_INT_H

#include "db/store.h"
#include "proto/staff.pb-c.h"
#include "server/request.h"

/* What the handlers of staff accounts share. */

bool staff_is_role(int role);
/* The professional of the directory with this number; refuses with the field "rpps"
 * when there is none, or when another account than `account_id` (0 = none) is theirs. */
int staff_professional(struct request *rq, struct store_conn *db, const char *rpps,
    uint64_t account_id, uint64_t *professional_id_r);
int staff_fill_row(struct request *rq, const struct store_staff_row *from, Emage__StaffRow *row);
/* One row of the audit trail: which account, which role, and what else. */
int staff_audit(struct request *rq, struct store_conn *db, const char *event, uint64_t account_id,
    int role, const char *more);

#endif
