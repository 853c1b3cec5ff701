/* SPDX-License-Identifier: MIT */
/*
 * emagectl patient add and the letter: in a file, on standard output, on a
 * printer; and what becomes of the password when there is none.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/mem.h"
#include "tests/lib/file.h"
#include "tests/lib/server_fixture.h"

#define ADD                                                                                        \
	"emagectl", "patient", "add", "-d", f->storage, "--civility", "Monsieur", "--given-name",  \
	    "Anatole", "--name", "ESSAI", "--birth-date", "1970-01-31", "--email",                 \
	    "anatole@example.org"

static int
set_up(void **state)
{
	struct fixture *f = fixture_new(NULL);

	/* no leak checker gets a look at emage-letter */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	fixture_start(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	fixture_free(&f);
	return 0;
}

static void
assert_has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

/* The word after a label. */
static void
word_after(const char *text, const char *label, char out_r[40])
{
	const char *at = strstr(text, label);

	if (at == NULL)
		fail_msg("\"%s\" is not in:\n%s", label, text);
	assert_int_equal(sscanf(at + strlen(label), "%39s", out_r), 1);
}

static char *
text_of(struct fixture *f, const char *pdf)
{
	const char *argv[] = {"/usr/bin/pdftotext", "-layout", pdf, "-", NULL};
	char *text;

	fixture_must_run(f, argv, &text);
	return text;
}

/* The account can be opened with what the letter says, and only the letter says it. */
static void
test_file(void **state)
{
	struct fixture *f = *state;
	char *pdf = mem_printf("%s/lettre.pdf", f->folder), *out, *text, identifier[40];
	const char *argv[] = {ADD, "--letter", pdf, NULL};
	struct stat st;

	fixture_must_run(f, argv, &out);
	word_after(out, "identifier:", identifier);
	assert_has(out, "stands in the letter");
	assert_null(strstr(out, "temporary password:"));
	text = text_of(f, pdf);
	assert_has(text, identifier);
	assert_has(text, "Monsieur Anatole ESSAI");
	assert_has(text, "Votre mot de passe temporaire");
	assert_has(text, "Grand Est");
	assert_int_equal(stat(pdf, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	free(text);
	free(out);
	/* again: refused before there is an account */
	assert_int_equal(fixture_run(f, argv, &out), 2);
	assert_string_equal(out, "");
	free(out);
	free(pdf);
}

static void
test_text_file(void **state)
{
	struct fixture *f = *state;
	char *path = mem_printf("%s/lettre.txt", f->folder), *out, *text, password[40];
	const char *argv[] = {ADD, "--language", "de", "--letter", path, NULL};
	const char *cat[] = {"/bin/cat", path, NULL};

	fixture_must_run(f, argv, &out);
	fixture_must_run(f, cat, &text);
	word_after(text, "Ihr vorläufiges Passwort:", password);
	assert_int_equal(strlen(password), 19);
	assert_null(strstr(out, password));
	free(text);
	free(out);
	free(path);
}

static void
test_output(void **state)
{
	struct fixture *f = *state;
	const char *argv[] = {ADD, "--letter", "-", NULL};
	const char *json[] = {ADD, "--letter", "-", "--json", NULL};
	char *out;

	fixture_must_run(f, argv, &out);
	assert_memory_equal(out, "%PDF-", 5);
	free(out);
	assert_int_equal(fixture_run(f, json, &out), 2);
	free(out);
}

/* Not printed: the account is there, so its password is told. */
static void
test_printer(void **state)
{
	struct fixture *f = *state;
	char *lp = mem_printf("%s/lp", f->folder), *out, password[40], *kept;
	const char *argv[] = {ADD, "--print", "accueil", NULL};

	file_write_script("#!/bin/sh\ncat > \"$0.pdf\"\n[ ! -e \"$0.broken\" ]\n", "%s", lp);
	setenv("EMAGE_LP", lp, 1);
	fixture_must_run(f, argv, &out);
	assert_has(out, "stands in the letter");
	free(out);
	kept = mem_printf("%s.pdf", lp);
	out = text_of(f, kept);
	assert_has(out, "Anatole");
	free(out);
	free(kept);
	file_write("", "%s.broken", lp);
	assert_int_equal(fixture_run(f, argv, &out), 1);
	word_after(out, "temporary password:", password);
	assert_int_equal(strlen(password), 19);
	free(out);
	free(lp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_file),
	    cmocka_unit_test(test_text_file),
	    cmocka_unit_test(test_output),
	    cmocka_unit_test(test_printer),
	};

	return cmocka_run_group_tests_name("letter", tests, set_up, tear_down);
}
