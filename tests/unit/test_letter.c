/* SPDX-License-Identifier: MIT */
/* The letter's words: whole in each language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/err.h"
#include "letter/words.h"

static void
words_are_whole_in_each_language(void **state)
{
	static const char *const codes[] = {"fr", "de", "en"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct arena *a = arena_new(65536);
		struct words w;

		assert_int_equal(words_load(a, codes[i], &w), 0);
		for (size_t k = 0; k < N_WORDS; k++)
			assert_true(w.part[k] && *w.part[k]);
		arena_free(&a);
	}
}

static void
a_language_without_words_is_refused(void **state)
{
	struct arena *a = arena_new(65536);
	struct words w;

	(void)state;
	assert_int_equal(words_load(a, "xx", &w), -EM_E_INVALID);
	assert_int_equal(words_load(a, "", &w), -EM_E_INVALID);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_whole_in_each_language),
	    cmocka_unit_test(a_language_without_words_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
