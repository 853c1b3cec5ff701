/* SPDX-License-Identifier: MIT */
/* Numbers in files of patients and establishments, and their keys. */
#include "tests/lib/check.h"

#include "common/mem.h"
#include "server/policy/load.h"

static void
test_ins_key(void **state)
{
	static const struct {
		const char *matricule, *key; /* NULL = not made like one */
	} rows[] = {
	    {"2600299900001", "07"},
	    {"180032A004123", "75"},
	    {"180032B004123", "05"},
	    {"180033A004123", NULL},
	    {"18003A2004123", NULL},
	    {"260029990000", NULL},
	    {"26002999000010", NULL},
	    {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char key[3] = "";

		assert_int_equal(policy_ins_key(rows[i].matricule, key), rows[i].key != NULL);
		if (rows[i].key)
			assert_string_equal(key, rows[i].key);
	}
}

/* Typed without a key nothing can be wrong with it. */
static void
test_ins_key_is_wrong(void **state)
{
	static const struct {
		const char *typed;
		bool wrong;
	} rows[] = {
	    {"", false},
	    {"2600299900001", false},
	    {"26002", false},
	    {"260029990000107", false},
	    {"2 60 02 999 000 01 07", false},
	    {"1 80 03 2a 004 123 75", false},
	    {"260029990000108", true},
	    {"26002999000010", true},
	    {"2600299900001071", true},
	    {"260029990000l07", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(policy_ins_key_is_wrong(rows[i].typed), rows[i].wrong);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ins_key),
	    cmocka_unit_test(test_ins_key_is_wrong),
	};

	return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
