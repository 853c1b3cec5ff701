/* SPDX-License-Identifier: MIT */
/*
 * The whole way of a patient, played by emage-call from a script; and how
 * emage-call tells what did not go as expected.
 */
#include "tests/lib/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "tests/lib/file.h"
#include "tests/lib/server_fixture.h"

static struct fixture *server;
static struct fixture_patient camille;
static char address[32];

static int
set_up(void **state)
{
	char *paths[] = {fixture_dicom("CT_small.dcm"), fixture_dicom("MR_small.dcm"),
	    fixture_dicom("reportsi.dcm"), NULL};

	(void)state;
	server = fixture_new(NULL);
	fixture_start(server);
	snprintf(address, sizeof(address), "127.0.0.1:%s", server->port);
	fixture_add_establishment(server, "679900019", "CHU FICTIF");
	fixture_add_patient(server, "Camille", "camille@example.org", &camille);
	fixture_import(server, &camille, (const char *const *)paths);
	for (size_t i = 0; paths[i]; i++)
		free(paths[i]);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(&server);
	return 0;
}

/* Standard error of what is run goes into this file meanwhile. */
static char *
run_script(const char *text, int *status_r)
{
	char *path = mem_printf("%s/script", server->folder);
	char *errors = mem_printf("%s/errors", server->folder);
	const char *argv[] = {
	    "emage-call", "-s", address, "--ca", server->ca, "--script", path, NULL};
	char *told = mem_new(4096), *found;
	int saved = dup(STDERR_FILENO);
	FILE *f;

	file_write(text, "%s", path);
	assert_non_null(freopen(errors, "w", stderr));
	*status_r = fixture_run(server, argv, NULL);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	f = fopen(errors, "r");
	assert_non_null(f);
	told[fread(told, 1, 4095, f)] = '\0';
	fclose(f);
	/* without the folder, which is another each time */
	while ((found = strstr(told, path)))
		memmove(found, found + strlen(path), strlen(found + strlen(path)) + 1);
	free(path);
	free(errors);
	return told;
}

static void
test_journey(void **state)
{
	char *script = fixture_source("tests/wire/journey.script");
	char *identifier = mem_printf("identifier=%s", camille.identifier);
	char *secret_path = mem_printf("%s/secret", server->folder);
	char *temporary = mem_printf("temporary=@%s", secret_path);
	char *password = mem_printf("password=%s", camille.password);
	char *maildir = mem_printf("maildir=%s", server->maildir);
	const char *argv[] = {"emage-call", "-s", address, "--ca", server->ca, "--script", script,
	    "--var", identifier, "--var", temporary, "--var", password, "--var", maildir, NULL};
	FILE *f = fopen(secret_path, "w");
	char *out;

	(void)state;
	/* the password comes from a file: it is in no argument list */
	assert_non_null(f);
	fprintf(f, "%s\n", camille.temporary);
	assert_int_equal(fclose(f), 0);
	fixture_must_run(server, argv, &out);
	if (!strstr(out, "Compte rendu:"))
		fail_msg("no report: %s", out);
	free(out);
	free(script);
	free(identifier);
	free(secret_path);
	free(temporary);
	free(password);
	free(maildir);
}

/* --------------------------------------------------------------- one call a run */

static void
test_one_call(void **state)
{
	const char *ping[] = {"emage-call", "-s", address, "--ca", server->ca, "-c", "ping", NULL};
	const char *status[] = {"emage-call", "-S", server->socket, "admin.status", NULL};
	const char *refused[] = {
	    "emage-call", "-s", address, "--ca", server->ca, "exam.list", "{\"page\":1}", NULL};
	const char *usage[] = {"emage-call", "-s", address, "--ca", server->ca, "exam.lst", NULL};
	const char *no_trust[] = {"emage-call", "-s", address, "ping", NULL};
	char *out;

	(void)state;
	assert_int_equal(fixture_run(server, ping, &out), 0);
	assert_memory_equal(out, "{\"now_ms\": \"", 12);
	assert_non_null(strchr(out, '\n'));
	assert_string_equal(strchr(out, '\n'), "\n");
	free(out);
	assert_int_equal(fixture_run(server, status, &out), 0);
	assert_non_null(strstr(out, "\"courier_up\": true"));
	free(out);
	assert_int_equal(fixture_run(server, refused, &out), 1);
	assert_string_equal(out, "");
	free(out);
	assert_int_equal(fixture_run(server, usage, NULL), 2);
	assert_int_equal(fixture_run(server, no_trust, NULL), 2);
}

/* What stands on standard input is in no argument list; where the server is may
 * stand in the environment. */
static void
test_standard_input(void **state)
{
	static const char *const lines[] = {
	    "echo '{}' | \"$EMAGE_BUILD/emage-call\" ping -",
	    "printf 'call ping\\nexpect now_ms > 1\\n' | \"$EMAGE_BUILD/emage-call\" --script -",
	    "printf 'call auth.password {\"identifier\": \"x\", \"password\": \"$p\"}\\n"
	    "expect error AUTH\\n' > \"$EMAGE_FOLDER/s\"; echo secret | "
	    "\"$EMAGE_BUILD/emage-call\" --script \"$EMAGE_FOLDER/s\" --var p=-",
	};

	(void)state;
	setenv("EMAGE_SERVER", address, 1);
	setenv("EMAGE_CA", server->ca, 1);
	setenv("EMAGE_FOLDER", server->folder, 1);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		const char *argv[] = {"/bin/sh", "-c", lines[i], NULL};

		if (fixture_run(server, argv, NULL) != 0)
			fail_msg("%s", lines[i]);
	}
	unsetenv("EMAGE_SERVER");
	unsetenv("EMAGE_CA");
}

/* ----------------------------------------------------------------- what scripts say */

static void
assert_told(const char *text, int wanted_status, const char *wanted)
{
	int status;
	char *told = run_script(text, &status);

	if (strcmp(told, wanted) != 0 || status != wanted_status)
		fail_msg("status %d, told:\n%s", status, told);
	free(told);
}

static void
test_script_faults_are_told_before_any_call(void **state)
{
	int64_t before = fixture_counter(server, "connections_accepted");

	(void)state;
	assert_told("call ping\nexpcet now_ms > 0\ncall pnig\nexpect error AUHT\n"
		    "call ping {\"a\": }\nexpect now_ms\nlet 3x =\n",
	    2,
	    ":2: no command expcet; did you mean expect?\n"
	    ":3: no method pnig; did you mean ping?\n"
	    ":4: no error AUHT; did you mean AUTH?\n"
	    ":5: not JSON: column 7: unexpected token near '}'\n"
	    ":6: wanted: expect PATH OPERATOR VALUE | expect error NAME\n"
	    ":7: a value is missing\n");
	/* one of the two status calls, and nothing else */
	assert_int_equal(fixture_counter(server, "connections_accepted"), before + 1);
}

static void
test_script_expectations(void **state)
{
	int status;
	char *told = run_script("call ping\nexpect now_ms > 1\nexpect now_ms < 2\n", &status);

	(void)state;
	assert_int_equal(status, 1);
	assert_memory_equal(told, ":3: expected now_ms < 2; it is ", 31);
	free(told);
}

static void
test_script_refusal_not_expected(void **state)
{
	(void)state;
	assert_told("# comment\n\ncall exam.list {\n  \"page\": 1\n}\ncall ping\n", 1,
	    ":3: exam.list: UNKNOWN_METHOD: no such method in this phase\n");
	assert_told("call exam.list {}\nexpect error AUTH\n", 1,
	    ":2: expected error AUTH; exam.list: UNKNOWN_METHOD: no such method in this phase\n");
	assert_told(
	    "call ping\nexpect error AUTH\n", 1, ":2: expected error AUTH; the call went well\n");
	assert_told(
	    "call exam.list {}\nexpect error UNKNOWN_METHOD\nexpect error.code == 3\n", 0, "");
}

static void
test_script_values(void **state)
{
	(void)state;
	assert_told("let a = \"x\"\nlet b = {\"c\": [1, \"$a\", \"${a}y$$\"], \"d\": \"7\"}\n"
		    "call ping\n"
		    "expect $b.c[0] == 1\nexpect $b.c[1] == x\nexpect $b.c[2] == \"xy$$\"\n"
		    "expect $b.c.length == 3\nexpect $b.c[-1] contains y\nexpect $b.d == 7\n"
		    "expect $b.d != 8\nexpect $b.d >= 7\nexpect $b.c contains \"x\"\n"
		    "let e = $b.c[]\nexpect $e.length == 3\n"
		    "expect replies.length == 1\n",
	    0, "");
	assert_told("call ping\nexpect nope == 1\n", 1, ":2: nope: no \"nope\"\n");
	assert_told("call ping\nexpect now_ms == $nope\n", 1, ":2: no variable $nope\n");
	assert_told(
	    "let a = [1]\ncall ping\nexpect $a[3] == 1\n", 1, ":3: $a[3]: the list has 1\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_journey),
	    cmocka_unit_test(test_one_call),
	    cmocka_unit_test(test_standard_input),
	    cmocka_unit_test(test_script_faults_are_told_before_any_call),
	    cmocka_unit_test(test_script_expectations),
	    cmocka_unit_test(test_script_refusal_not_expected),
	    cmocka_unit_test(test_script_values),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
