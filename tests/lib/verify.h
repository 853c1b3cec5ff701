/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TESTS_LIB_VERIFY_H
#define EMAGE_TESTS_LIB_VERIFY_H

#include "db/store.h"

/* The trail and every history in one go, in steps as an administrator's verifying
 * takes them. 0 or -EM_E_*: a verdict is no error. */
int verify_store(struct store_conn *db, struct store_verdict *r);
/* The same, for a trail that must be sound: how many rows it has. Fails the test. */
uint64_t verify_rows(struct store_conn *db);

#endif
