/* SPDX-License-Identifier: MIT */
/*
 * What the store says of itself when it is verified.
 */
#include "tests/lib/verify.h"

#include "tests/lib/check.h"

#define STEP_ROWS 2000u

int
verify_store(struct store_conn *db, struct store_verdict *r)
{
	struct store_verify *v = store_verify_new(0, NULL);
	int rc;

	do
		rc = store_verify_step(v, db, STEP_ROWS, r);
	while (rc == 0 && !r->done);
	store_verify_free(&v);
	return rc;
}

uint64_t
verify_rows(struct store_conn *db)
{
	struct store_verdict r;

	assert_int_equal(verify_store(db, &r), 0);
	assert_string_equal(r.why, "");
	assert_int_equal(r.bad_seq, 0);
	return r.n_rows;
}
