/* SPDX-License-Identifier: MIT */
/*
 * The one list of keys: no two actions on one key of a screen, help for each,
 * and the manual page names what there is.
 */
#include "tests/lib/check.h"

#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/actions.h"
#include "client/keys.h"
#include "common/mem.h"

/* The contexts that screens really have. */
static const unsigned screens[] = {
    CTX_HOME | CTX_FORM | CTX_OUTSIDE,
    CTX_SIGNIN | CTX_PASSWORD | CTX_FORM | CTX_OUTSIDE,
    CTX_SIGNIN | CTX_PASSWORD | CTX_CODE | CTX_FORM,
    CTX_LIST | CTX_FORM | CTX_SPACE,
    CTX_LIST | CTX_FORM | CTX_BLOCKS | CTX_SPACE,
    CTX_DETAIL | CTX_FORM | CTX_SPACE,
    CTX_REPORT | CTX_SPACE,
    CTX_VIEWER | CTX_SPACE,
    CTX_FORM | CTX_SPACE,
    CTX_FORM | CTX_PASSWORD | CTX_SPACE,
    CTX_SIGNIN | CTX_FORM | CTX_OUTSIDE,
    CTX_FORM | CTX_TEXT | CTX_FAQ,
    CTX_FORM | CTX_TEXT | CTX_FAQ | CTX_SPACE,
    CTX_TEXT,
    CTX_TEXT | CTX_SPACE,
    CTX_DIALOG,
    CTX_HELP,
};

/* ... and whose space they stand in. */
static const unsigned spaces[] = {CTX_OF_PATIENT, CTX_OF_DESK, CTX_OF_DOCTOR, CTX_OF_ADMIN};

static unsigned
contexts_of(size_t screen, size_t space)
{
	return screens[screen] & CTX_SPACE ? screens[screen] | spaces[space] : screens[screen];
}

static bool
has_key(const struct action_row *row, uint32_t key)
{
	for (unsigned i = 0; i < ACTION_MAX_KEYS && row->keys[i] != K_NONE; i++)
		if (row->keys[i] == key)
			return true;
	return false;
}

static void
check_no_key_twice(size_t s, unsigned contexts)
{
	for (unsigned a = 1; a < N_ACTIONS; a++) {
		const struct action_row *row = action_row((enum action)a);

		if (!(row->contexts & contexts))
			continue;
		for (unsigned b = a + 1; b < N_ACTIONS; b++) {
			const struct action_row *other = action_row((enum action)b);

			if (!(other->contexts & contexts))
				continue;
			for (unsigned i = 0; i < ACTION_MAX_KEYS && row->keys[i]; i++)
				if (has_key(other, row->keys[i]))
					fail_msg("screen %zu: %s and %s share a key", s, row->name,
					    other->name);
		}
	}
}

static void
test_no_key_twice(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(screens); s++)
		for (size_t o = 0; o < ARRAY_LEN(spaces); o++)
			check_no_key_twice(s, contexts_of(s, o));
}

/* Each has a key, words for it, and the keys are found again. */
static void
test_rows(void **state)
{
	(void)state;
	for (unsigned a = 1; a < N_ACTIONS; a++) {
		const struct action_row *row = action_row((enum action)a);
		char keys[64];

		assert_non_null(row->name);
		assert_true(row->keys[0] != K_NONE);
		assert_true(row->label[0] != '\0');
		assert_true(row->help[0] != '\0');
		assert_true(row->contexts != 0);
		action_keys_text((enum action)a, keys, sizeof(keys));
		assert_true(keys[0] != '\0');
		for (size_t s = 0; s < ARRAY_LEN(screens); s++)
			for (size_t o = 0; o < ARRAY_LEN(spaces); o++)
				if (row->contexts & contexts_of(s, o))
					assert_int_equal(
					    action_of_key(row->keys[0], contexts_of(s, o), false),
					    a);
	}
}

/* Hints print capitals: those do what the small letters do, but where they have a
 * meaning of their own. */
static void
test_capitals(void **state)
{
	(void)state;
	assert_int_equal(action_of_key('A', CTX_BLOCKS | CTX_LIST, false), ACTION_OTHER_HALF);
	assert_int_equal(action_of_key('O', CTX_LIST, false), ACTION_SORT);
	assert_int_equal(action_of_key('G', CTX_LIST, false), ACTION_LAST);
	assert_int_equal(action_of_key('W', CTX_VIEWER, false), ACTION_WINDOW_PREVIOUS);
	assert_int_equal(action_of_key('Q', CTX_LIST | CTX_SPACE, false), ACTION_LOGOUT);
	assert_int_equal(action_of_key('O', CTX_LIST, true), ACTION_NONE);
}

/* An F-key is never the only way: thin terminals and some keyboards have none. */
static void
test_twins(void **state)
{
	(void)state;
	for (unsigned a = 1; a < N_ACTIONS; a++) {
		const struct action_row *row = action_row((enum action)a);

		/* F1 to F9 are Esc 1 to Esc 9 as well (keys.c); the others want
		 * a letter or digit beside them */
		for (unsigned i = 0; i < ACTION_MAX_KEYS && row->keys[i]; i++)
			if (row->keys[i] >= K_F(10) && row->keys[i] <= K_F(12))
				assert_true(row->keys[1] != K_NONE);
	}
}

static void
test_text_focus(void **state)
{
	unsigned list = CTX_LIST | CTX_FORM | CTX_SPACE;

	(void)state;
	assert_int_equal(action_of_key('?', list, false), ACTION_HELP);
	assert_int_equal(action_of_key('?', list, true), ACTION_NONE);
	assert_int_equal(action_of_key('0', list, true), ACTION_NONE);
	assert_int_equal(action_of_key(K_F(1), list, true), ACTION_HELP);
	assert_int_equal(action_of_key(K_F(10), list, true), ACTION_LOGOUT);
	assert_int_equal(action_of_key(K_TAB, list, true), ACTION_NEXT);
	assert_int_equal(action_of_key(K_ESC, list, true), ACTION_BACK);
	assert_int_equal(action_of_key('Z', list, false), ACTION_NONE);
	assert_int_equal(action_of_key(K_NONE, list, false), ACTION_NONE);
	/* the first row, and help before all: hints begin with it */
	assert_int_equal(ACTION_HELP, 1);
}

static char *
read_man(void)
{
	char *path = mem_printf("%s/man/emage.1", getenv("EMAGE_SOURCE"));
	char *text = mem_new(256 * 1024);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_true(fread(text, 1, 256 * 1024 - 1, f) > 0);
	fclose(f);
	free(path);
	return text;
}

/* emage(1) is in English: the keys section has a line "keys" and the English
 * help of each action. */
static void
test_man_page(void **state)
{
	char *man = read_man();
	char *locale = mem_printf("%s/locale", getenv("EMAGE_BUILD"));

	(void)state;
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	setenv("LANGUAGE", "en", 1);
	bindtextdomain("emage", locale);
	bind_textdomain_codeset("emage", "UTF-8");
	textdomain("emage");
	for (unsigned a = 1; a < N_ACTIONS; a++) {
		const struct action_row *row = action_row((enum action)a);
		char keys[64];
		char *line;

		action_keys_text((enum action)a, keys, sizeof(keys));
		line = mem_printf(".It %s\n%s", keys, gettext(row->help));
		if (!strstr(man, line))
			fail_msg("man/emage.1 lacks:\n%s", line);
		free(line);
	}
	free(locale);
	free(man);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_key_twice),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_capitals),
	    cmocka_unit_test(test_twins),
	    cmocka_unit_test(test_text_focus),
	    cmocka_unit_test(test_man_page),
	};

	return cmocka_run_group_tests_name("client actions", tests, NULL, NULL);
}
