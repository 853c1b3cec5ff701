/* SPDX-License-Identifier: MIT */
/*
 * Small parts of the tools: codes in messages, addresses of servers, command
 * lines, names of methods.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "tools/lib/complete.h"
#include "tools/lib/connection.h"
#include "tools/lib/describe.h"
#include "tools/lib/mailbox.h"
#include "tools/lib/options.h"
#include "tests/lib/file.h"

/* ------------------------------------------------------------------ mailboxes */

static void
test_code_in_a_message(void **state)
{
	static const struct {
		const char *text, *code;
	} cases[] = {
	    {"Subject: x\n\nVotre code : 12345678\n", "12345678"},
	    {"Subject: 99999999\n\nVotre code : 1234 5678.\n", "12345678"},
	    {"A: b\r\n\r\n12\xc2\xa0"
	     "34\xe2\x80\xaf"
	     "56\r\n",
		"123456"},
	    {"A: b\n\nIl est valable 15 minutes. Code 0042 0042, le 3.\n", "00420042"},
	    {"A: b\n\n12345\n1234567890\n", "1234567890"},
	    {"A: b\n\n12345678901 puis 7654321\n", "7654321"},
	    {"A: b\n\nQuestion Q-000002, le 24/112026, +33388000000\n", NULL},
	    {"A: b\n\nQ-000002 puis 7654321, 1234567.\n", "7654321"},
	    {"A: b\n\na@123456.example 123456.5 (2345678).\n", "2345678"},
	    {"A: b\n\nref A1234567 et 1234567b, 2345678\n", "2345678"}, {"A: b\n\nrien\n", NULL},
	    {"12345678 sans corps", NULL}, {"A: b\n\n123  456\n", NULL}, /* two blanks part them */
	};
	char code[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int rc = mailbox_code(cases[i].text, code, sizeof(code));

		if (cases[i].code) {
			assert_int_equal(rc, 0);
			assert_string_equal(code, cases[i].code);
		} else {
			assert_int_equal(rc, -EM_E_NOT_FOUND);
		}
	}
}

static void
test_word_in_a_message(void **state)
{
	static const char text[] = "Subject: code : faux\r\n\r\nEntrez ce code :\r\n7HK9-M2XC\r\n";
	char word[16], small[9];

	(void)state;
	assert_int_equal(mailbox_word(text, "ce code :", word, sizeof(word)), 0);
	assert_string_equal(word, "7HK9-M2XC");
	/* not of the header; never cut */
	assert_int_equal(mailbox_word(text, "code : f", word, sizeof(word)), -EM_E_NOT_FOUND);
	assert_int_equal(mailbox_word(text, "ce code :", small, sizeof(small)), -EM_E_NOT_FOUND);
	assert_int_equal(mailbox_word(text, "M2XC", word, sizeof(word)), -EM_E_NOT_FOUND);
	assert_int_equal(mailbox_word("no body", "no", word, sizeof(word)), -EM_E_NOT_FOUND);
}

static void
put_message(const char *folder, const char *name, const char *text)
{
	char *fresh = mem_printf("%s/tmp/%s", folder, name);
	char *path = mem_printf("%s/new/%s", folder, name);

	file_write(text, "%s", fresh);
	assert_int_equal(rename(fresh, path), 0);
	free(fresh);
	free(path);
}

static void
test_mailbox(void **state)
{
	char folder[] = "/tmp/emage-mail-XXXXXX";
	char *maildir, *text, *command;
	struct mailbox *m;
	size_t len;

	(void)state;
	assert_non_null(mkdtemp(folder));
	maildir = mem_printf("%s/mail", folder);
	m = mailbox_open(maildir); /* makes it */
	assert_non_null(m);
	mailbox_free(&m);
	put_message(maildir, "1", "old");
	m = mailbox_open(maildir);
	/* what was there before is not given */
	assert_int_equal(mailbox_next(m, 0, &text, &len), -EM_E_TIMEOUT);
	put_message(maildir, "3", "first");
	put_message(maildir, "2", "second");
	assert_int_equal(mailbox_next(m, 1000, &text, &len), 0);
	assert_string_equal(text, "first"); /* by arrival, not by name */
	free(text);
	assert_int_equal(mailbox_next(m, 1000, &text, &len), 0);
	assert_string_equal(text, "second");
	assert_int_equal(len, 6);
	free(text);
	assert_int_equal(mailbox_next(m, 0, &text, &len), -EM_E_TIMEOUT);
	mailbox_free(&m);
	assert_null(mailbox_open("/nonexistent/mail"));
	for (int i = 1; i <= 3; i++) {
		command = mem_printf("%s/new/%d", maildir, i);
		unlink(command);
		free(command);
	}
	for (size_t i = 0; i < 3; i++) {
		command =
		    mem_printf("%s/%s", maildir, (const char *const[]){"tmp", "new", "cur"}[i]);
		rmdir(command);
		free(command);
	}
	rmdir(maildir);
	assert_int_equal(rmdir(folder), 0);
	free(maildir);
}

/* ------------------------------------------------------------------- addresses */

static void
test_addresses(void **state)
{
	static const struct {
		const char *text, *host, *port;
	} cases[] = {
	    {"localhost", "localhost", "7443"},
	    {"emage.example:443", "emage.example", "443"},
	    {"192.0.2.7:1", "192.0.2.7", "1"},
	    {"::1", "::1", "7443"},
	    {"[::1]", "::1", "7443"},
	    {"[2001:db8::7]:8443", "2001:db8::7", "8443"},
	    {"", NULL, NULL},
	    {":443", NULL, NULL},
	    {"host:", NULL, NULL},
	    {"[::1", NULL, NULL},
	    {"[::1]443", NULL, NULL},
	    {"[]:1", NULL, NULL},
	};
	char host[64], port[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int rc = connection_split(cases[i].text, host, port, sizeof(host));

		if (!cases[i].host) {
			assert_int_equal(rc, -EM_E_INVALID);
			continue;
		}
		assert_int_equal(rc, 0);
		assert_string_equal(host, cases[i].host);
		assert_string_equal(port, cases[i].port);
	}
}

static void
test_error_texts(void **state)
{
	Emage__Error e = EMAGE__ERROR__INIT;
	char text[256], small[12];

	(void)state;
	connection_error_text(-EM_E_AUTH, NULL, text, sizeof(text));
	assert_string_equal(text, "AUTH: identifier or password not accepted");
	e.field = (char *)"co\x1b[2Jde";
	e.retry_after_s = 5;
	e.tries_left = 3;
	connection_error_text(-EM_E_CODE_WRONG, &e, text, sizeof(text));
	assert_string_equal(text,
	    "CODE_WRONG: wrong access code (field co\xef\xbf\xbd[2Jde) (wait 5 s) (3 tries left)");
	connection_error_text(-EM_E_CODE_WRONG, &e, small, sizeof(small));
	assert_string_equal(small, "CODE_WRONG:");
}

/* ----------------------------------------------------------------- command lines */

struct values {
	bool flag;
	const char *text;
	int64_t number;
	struct option_list list;
};

static const struct option_row rows[] = {
    {'f', "flag", NULL, OPTION_FLAG, offsetof(struct values, flag), 0, 0, NULL, "A flag."},
    {'t', "text", "TEXT", OPTION_STRING, offsetof(struct values, text), 0, 0, "one two",
	"A text with a long explanation that does not fit into one line of eighty columns."},
    {0, "number", "N", OPTION_INT, offsetof(struct values, number), 1, 9, NULL, "A number."},
    {0, "list", "X", OPTION_LIST, offsetof(struct values, list), 0, 0, "@file", "A list."},
};

static int
read_line(struct values *v, bool mixed, int argc, const char *const *argv)
{
	*v = (struct values){.number = 5};
	return option_read("t", rows, ARRAY_LEN(rows), mixed, argc, (char **)(uintptr_t)argv, v);
}

static void
test_options(void **state)
{
	const char *all[] = {"t", "-f", "word", "--text=x", "--number", "9", "--list", "a",
	    "--list", "b", "rest", NULL};
	const char *stops[] = {"t", "-f", "word", "--text=x", NULL};
	const char *ends[] = {"t", "--", "--flag", NULL};
	const char *joined[] = {"t", "-ftx", NULL};
	struct values v;

	(void)state;
	assert_int_equal(read_line(&v, true, 11, all), 9);
	assert_true(v.flag);
	assert_string_equal(v.text, "x");
	assert_int_equal(v.number, 9);
	assert_int_equal(v.list.n, 2);
	assert_string_equal(v.list.items[1], "b");
	assert_string_equal(all[9], "word"); /* what is no option stands behind */
	assert_string_equal(all[10], "rest");
	free(v.list.items);
	assert_int_equal(read_line(&v, false, 4, stops), 2);
	assert_true(v.flag);
	assert_null(v.text);
	assert_int_equal(read_line(&v, true, 3, ends), 2);
	assert_false(v.flag);
	assert_int_equal(read_line(&v, true, 2, joined), 2);
	assert_true(v.flag);
	assert_string_equal(v.text, "x");
}

static void
test_wrong_options(void **state)
{
	static const char *const lines[][4] = {
	    {"t", "--flga", NULL},
	    {"t", "-x", NULL},
	    {"t", "--text", NULL},
	    {"t", "-t", NULL},
	    {"t", "--number", "0", NULL},
	    {"t", "--number", "10", NULL},
	    {"t", "--number", "1x", NULL},
	    {"t", "--number", "", NULL},
	    {"t", "--flag=x", NULL},
	};
	struct values v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		int argc = lines[i][2] ? 3 : 2;

		if (read_line(&v, true, argc, lines[i]) != -1)
			fail_msg("line %zu was taken", i);
	}
}

static void
test_help_fits(void **state)
{
	char *text = NULL, *rest = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	unsigned n = 0;

	(void)state;
	option_help(f, rows, ARRAY_LEN(rows));
	complete_options(f, rows, ARRAY_LEN(rows));
	assert_true(complete_value(f, rows, ARRAY_LEN(rows), "-t"));
	assert_true(complete_value(f, rows, ARRAY_LEN(rows), "--number"));
	assert_false(complete_value(f, rows, ARRAY_LEN(rows), "--flag"));
	assert_false(complete_value(f, rows, ARRAY_LEN(rows), "word"));
	fclose(f);
	assert_non_null(strstr(text, "\none\ntwo\n"));
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		assert_true(strlen(line) <= 80);
		assert_true(line[strlen(line) - 1] != ' ');
		n++;
	}
	assert_int_equal(n, 5 + 4 + 2);
	free(text);
}

/* --------------------------------------------------------------------- methods */

static void
test_names_of_methods(void **state)
{
	char name[64];

	(void)state;
	describe_name(method_at(METHOD_auth_new_password), name, sizeof(name));
	assert_string_equal(name, "auth.new_password");
	describe_name(method_at(METHOD_ping), name, sizeof(name));
	assert_string_equal(name, "ping");
	for (unsigned i = 0; i < N_METHODS; i++) {
		describe_name(method_at(i), name, sizeof(name));
		assert_ptr_equal(describe_find("t", name), method_at(i));
	}
	assert_null(describe_find("t", "exam.lst"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_code_in_a_message),
	    cmocka_unit_test(test_word_in_a_message),
	    cmocka_unit_test(test_mailbox),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_error_texts),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_wrong_options),
	    cmocka_unit_test(test_help_fits),
	    cmocka_unit_test(test_names_of_methods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
