/* SPDX-License-Identifier: MIT */
/*
 * The words of messages, what is refused when they are loaded, and sealing.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/secret.h"
#include "common/sms.h"
#include "server/handle/message.h"
#include "server/handle/texts.h"
#include "tests/lib/file.h"

#define CONTEST "[contest_email]\nSubject: Question\n\nVoir {reference}.\n"
#define GOOD                                                                                       \
	CONTEST "[code_email]\nSubject: Objet\n\nVoici {code} pour {minutes} minutes.\n"           \
		"[code_mobile]\n\n{code}, {minutes} min\n"

#define OF_76 "0123456789012345678901234567890123456789012345678901234567890123456789012345"

static const struct text_values values = {
    .code = "1234 5678", .minutes = "15", .support = "aide@exemple.invalid"};

static const struct text_values longest = {
    .code = "ABCD-EFGH-JKMN-PQRS", .minutes = "15", .hours = "72", .support = "a@b.example"};

static void
test_built_in_languages(void **state)
{
	static const char *const languages[] = {"fr", "de", "en"};
	struct texts *t = NULL;
	struct arena *a = arena_new(1 << 16);
	char err[512];

	(void)state;
	assert_int_equal(texts_new(NULL, &t, err, sizeof(err)), 0);
	assert_string_equal(err, "");
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		const char *subject, *body;

		assert_int_equal(
		    texts_make(t, a, TEXT_CODE_EMAIL, languages[i], &values, &subject, &body), 0);
		assert_non_null(strstr(subject, "e-mage"));
		assert_non_null(strstr(body, "1234 5678"));
		assert_non_null(strstr(body, "15 "));
		assert_non_null(strstr(body, "aide@exemple.invalid"));
		assert_null(strpbrk(body, "{}"));
		assert_int_equal(
		    texts_make(t, a, TEXT_CODE_MOBILE, languages[i], &values, &subject, &body), 0);
		assert_string_equal(subject, "");
		assert_non_null(strstr(body, "1234 5678"));
		for (int id = 0; id < N_TEXTS; id++) {
			assert_int_equal(texts_make(t, a, (enum text_id)id, languages[i], &longest,
					     &subject, &body),
			    0);
			/* one short message, not two, in the alphabet that holds most */
			if (subject[0] == '\0' && sms_measure(body, strlen(body)).segments != 1)
				fail_msg("%s: %s", languages[i], body);
			arena_reset(a);
		}
	}
	texts_free(&t);
	assert_null(t);
	arena_free(&a);
}

static void
test_unknown_language_is_french(void **state)
{
	struct texts *t = NULL;
	struct arena *a = arena_new(1 << 16);
	const char *s1, *b1, *s2, *b2;
	char err[512];

	(void)state;
	assert_int_equal(texts_new("", &t, err, sizeof(err)), 0);
	assert_int_equal(texts_make(t, a, TEXT_CODE_EMAIL, "fr", &values, &s1, &b1), 0);
	assert_int_equal(texts_make(t, a, TEXT_CODE_EMAIL, "xx", &values, &s2, &b2), 0);
	assert_string_equal(b1, b2);
	texts_free(&t);
	arena_free(&a);
}

static void
test_faults_are_told_with_their_place(void **state)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
	    {"[code_email]\nSubject: x\n\n{code} {minutes}\n", "[code_mobile] is missing"},
	    {"[code_email]\n\n{code} {minutes}\n[code_mobile]\n\n{code} {minutes}\n",
		"needs a line"},
	    {"[code_email]\nSubject: x\n\n{code}\n[code_mobile]\n\n{code} {minutes}\n",
		"fr.txt:1: [code_email] lacks {minutes}"},
	    {"\n\n[code_email]\nSubject: x\n\n{code} {minutes} {name}\n"
	     "[code_mobile]\n\n{code} {minutes}\n",
		"fr.txt:3: [code_email] unknown placeholder near \"{name}"},
	    {"[code_email]\nSubject: {code}\n\n{code} {minutes}\n[code_mobile]\n\n{code} "
	     "{minutes}\n",
		"with a placeholder"},
	    {"[code_email]\nSubject: x\n\n{code} {minutes}\n"
	     "[code_mobile]\n\n{code} {minutes} {support}\n",
		"[code_mobile] unknown placeholder"},
	    {"[code_fax]\n\nx\n" GOOD, "fr.txt:1: no such message"},
	    {"words\n" GOOD, "fr.txt:1: text before"},
	    {GOOD "\x1b[2J\n", "cannot be shown"},
	    {GOOD "\xff\n", "not UTF-8"},
	    {GOOD OF_76 OF_76 OF_76 OF_76 OF_76 OF_76 "\n", "would be 4 short messages, at most 3"},
	    /* the same, in UCS-2 */
	    {GOOD OF_76 OF_76 OF_76 "\u00ea\n", "would be 4 short messages, at most 3"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char dir[] = "/tmp/emage-texts-XXXXXX", err[1024];
		struct texts *t = NULL;

		assert_non_null(mkdtemp(dir));
		file_write(cases[i].text, "%s/fr.txt", dir);
		file_write(GOOD, "%s/de.txt", dir);
		file_write(GOOD, "%s/en.txt", dir);
		assert_int_equal(texts_new(dir, &t, err, sizeof(err)), -EM_E_CONFIG);
		assert_null(t);
		if (strstr(err, cases[i].told) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", cases[i].told, err);
		assert_int_equal(file_remove_all(dir), 0);
	}
}

static void
test_folder_replaces_the_built_in(void **state)
{
	char dir[] = "/tmp/emage-texts-XXXXXX", err[1024];
	struct arena *a = arena_new(1 << 16);
	struct texts *t = NULL;
	const char *subject, *body;

	(void)state;
	assert_non_null(mkdtemp(dir));
	file_write(GOOD, "%s/fr.txt", dir);
	file_write(GOOD, "%s/de.txt", dir);
	assert_int_equal(texts_new(dir, &t, err, sizeof(err)), -EM_E_CONFIG);
	assert_non_null(strstr(err, "en.txt: No such file"));
	file_write(GOOD, "%s/en.txt", dir);
	assert_int_equal(texts_new(dir, &t, err, sizeof(err)), 0);
	assert_int_equal(texts_make(t, a, TEXT_CODE_EMAIL, "fr", &values, &subject, &body), 0);
	assert_string_equal(subject, "Objet");
	assert_string_equal(body, "Voici 1234 5678 pour 15 minutes.");
	texts_free(&t);
	assert_int_equal(file_remove_all(dir), 0);
	arena_free(&a);
}

static void
test_seal_belongs_to_its_row(void **state)
{
	struct secret pepper = secret_from("0123456789abcdef0123456789abcdef", 32);
	struct secret other = secret_from("0123456789abcdef0123456789abcdeg", 32);
	struct arena *a = arena_new(1 << 16);
	struct store_message m = {.address = "a@exemple.invalid", .key = {1, 2, 3}}, moved;
	char *sealed = message_seal(&pepper, a, &m, "Votre code : 1234 5678"), *body;
	char *again = message_seal(&pepper, a, &m, "Votre code : 1234 5678");

	(void)state;
	assert_non_null(sealed);
	assert_string_not_equal(sealed, again);
	assert_null(strstr(sealed, "1234"));
	m.body = sealed;
	assert_int_equal(message_open(&pepper, a, &m, &body), 0);
	assert_string_equal(body, "Votre code : 1234 5678");
	/* another key, another row, another address, another text */
	assert_int_equal(message_open(&other, a, &m, &body), -EM_E_INVALID);
	moved = m;
	moved.key[0] = 9;
	assert_int_equal(message_open(&pepper, a, &moved, &body), -EM_E_INVALID);
	moved = m;
	moved.address = "b@exemple.invalid";
	assert_int_equal(message_open(&pepper, a, &moved, &body), -EM_E_INVALID);
	sealed[20] = sealed[20] == 'A' ? 'B' : 'A';
	assert_int_equal(message_open(&pepper, a, &m, &body), -EM_E_INVALID);
	m.body = "Votre code : 1234 5678";
	assert_int_equal(message_open(&pepper, a, &m, &body), -EM_E_INVALID);
	m.body = "sealed1:";
	assert_int_equal(message_open(&pepper, a, &m, &body), -EM_E_INVALID);
	arena_free(&a);
	secret_free(&pepper);
	secret_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_built_in_languages),
	    cmocka_unit_test(test_unknown_language_is_french),
	    cmocka_unit_test(test_faults_are_told_with_their_place),
	    cmocka_unit_test(test_folder_replaces_the_built_in),
	    cmocka_unit_test(test_seal_belongs_to_its_row),
	};

	secret_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
