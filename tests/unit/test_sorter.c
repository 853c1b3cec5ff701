/* SPDX-License-Identifier: MIT */
/* Sorting more than fits into memory. */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "tools/lib/sorter.h"

#define FOLDER "/tmp"

/* Puts n records of `pad` bytes more than their number, in a mixed-up order. */
static void
put(struct sorter *s, unsigned n, unsigned step, size_t pad)
{
	char *record = mem_new(16 + pad);

	memset(record, 'x', 16 + pad);
	for (unsigned i = 0, k = 0; i < n; i++, k = (k + step) % n) {
		char number[16];

		snprintf(number, sizeof(number), "%010u", k);
		memcpy(record, number, 10);
		assert_int_equal(sorter_put(s, record, 10 + pad), 0);
	}
	free(record);
}

static void
take(struct sorter *s, unsigned n, size_t pad)
{
	const char *record;
	size_t len;

	assert_int_equal(sorter_count(s), n);
	assert_int_equal(sorter_end(s), 0);
	for (unsigned i = 0; i < n; i++) {
		char number[16];

		snprintf(number, sizeof(number), "%010u", i);
		assert_int_equal(sorter_next(s, &record, &len), 1);
		assert_int_equal(len, 10 + pad);
		assert_memory_equal(record, number, 10);
		assert_true(pad == 0 || record[len - 1] == 'x');
	}
	assert_int_equal(sorter_next(s, &record, &len), 0);
	assert_int_equal(sorter_next(s, &record, &len), 0);
}

static void
test_in_memory_and_in_runs(void **state)
{
	/* records; a step that has no divisor in common with their number; bytes more */
	static const struct {
		unsigned n, step;
		size_t pad;
	} row[] = {{0, 0, 0}, {1, 0, 0}, {1000, 7, 20}, {200000, 7919, 0}, {100000, 7919, 90},
	    {40, 7, 200000}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct sorter *s = sorter_new(0, FOLDER);

		put(s, row[i].n, row[i].step, row[i].pad);
		take(s, row[i].n, row[i].pad);
		sorter_free(&s);
		assert_null(s);
	}
}

static void
test_same_beginnings_and_lengths(void **state)
{
	static const char *const sorted[] = {
	    "", "a", "a", "aa", "aaaaaaaaa", "aaaaaaaaaa", "ab", "b", "\xc3\xa9"};
	static const unsigned order[] = {8, 1, 5, 0, 7, 3, 2, 6, 4};
	struct sorter *s = sorter_new(0, FOLDER);
	const char *record;
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_int_equal(sorter_put(s, sorted[order[i]], strlen(sorted[order[i]])), 0);
	assert_int_equal(sorter_end(s), 0);
	for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
		assert_int_equal(sorter_next(s, &record, &len), 1);
		assert_int_equal(len, strlen(sorted[i]));
		assert_memory_equal(record, sorted[i], len);
	}
	assert_int_equal(sorter_next(s, &record, &len), 0);
	sorter_free(&s);
}

static void
test_no_room(void **state)
{
	struct sorter *s = sorter_new(0, "/nonexistent");
	char *big = mem_new(SORTER_RECORD_MAX + 1);

	(void)state;
	assert_int_equal(sorter_put(s, big, SORTER_RECORD_MAX + 1), -EM_E_TOO_LARGE);
	assert_int_equal(sorter_put(s, big, SORTER_RECORD_MAX), 0);
	/* the file is needed now, and cannot be made */
	assert_int_equal(sorter_put(s, big, SORTER_RECORD_MAX), -EM_E_IO);
	sorter_free(&s);
	free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_in_memory_and_in_runs),
	    cmocka_unit_test(test_same_beginnings_and_lengths),
	    cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
