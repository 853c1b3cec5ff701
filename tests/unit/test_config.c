/* SPDX-License-Identifier: MIT */
/*
 * Settings: defaults, files, drop-ins, and faults that name file, line and the
 * nearest right name.
 */
#include "common/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/file.h"

struct values {
	char *name;
	char *certificate;
	int64_t port;
	int64_t loud;
};

static const struct setting table[] = {
    {"region", "name", SETTING_STRING, 0, 0, "Grand Est", "", offsetof(struct values, name),
	"Name."},
    {"listen", "certificate", SETTING_PATH, 0, 0, "tls/server.pem", "",
	offsetof(struct values, certificate), "Chain."},
    {"listen", "port", SETTING_INT, 0, 65535, "7443", "", offsetof(struct values, port), "Port."},
    {"log", "loud", SETTING_BOOL, 0, 0, "no", "", offsetof(struct values, loud), "Loud."},
};

struct fixture {
	char dir[64];
	char path[96];
	char drop_ins[96];
	char err[2048];
	struct values v;
};

static int
set_up(void **state)
{
	struct fixture *f = mem_new(sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/emage-config-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/x.conf", f->dir);
	snprintf(f->drop_ins, sizeof(f->drop_ins), "%s/x.conf.d", f->dir);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char *drop_in = mem_printf("%s/10.conf", f->drop_ins);

	config_release(table, ARRAY_LEN(table), &f->v);
	unlink(drop_in);
	unlink(f->path);
	rmdir(f->drop_ins);
	rmdir(f->dir);
	free(drop_in);
	free(f);
	return 0;
}

static int
load(struct fixture *f, const char *text)
{
	if (text != NULL)
		file_write(text, "%s", f->path);
	return config_load(
	    table, ARRAY_LEN(table), f->path, text != NULL, &f->v, f->err, sizeof(f->err));
}

static void
defaults(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, NULL), 0);
	assert_string_equal(f->v.name, "Grand Est");
	assert_int_equal(f->v.port, 7443);
	assert_int_equal(f->v.loud, 0);
}

static void
file_and_drop_in(void **state)
{
	struct fixture *f = *state;
	char *drop_in = mem_printf("%s/10.conf", f->drop_ins);

	assert_int_equal(mkdir(f->drop_ins, 0700), 0);
	file_write("[listen]\nport = 9000\n", "%s", drop_in);
	assert_int_equal(load(f, "# ours\n[region]\nname = Alsace du "
				 "Nord\n[listen]\nport=8000\n[log]\nloud = yes\n"),
	    0);
	assert_string_equal(f->v.name, "Alsace du Nord");
	assert_int_equal(f->v.port, 9000);
	assert_int_equal(f->v.loud, 1);
	free(drop_in);
}

static void
faults_are_named(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "[listen]\nport = 8000\nprot = 1\n\n[regoin]\nname = x\n"
				 "[log]\nloud = perhaps\n"),
	    -EM_E_CONFIG);
	assert_non_null(
	    strstr(f->err, "x.conf:3: unknown setting prot in [listen]; nearest: port"));
	assert_non_null(strstr(f->err, "x.conf:6: unknown section [regoin]; nearest: [region]"));
	assert_non_null(strstr(f->err, "x.conf:8: loud: yes or no wanted, not \"perhaps\""));
}

static void
ranges_are_kept(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "[listen]\nport = 65536\n"), -EM_E_CONFIG);
	assert_non_null(strstr(f->err, "x.conf:2: port: a number from 0 to 65535 wanted"));
}

static void
loose_key_and_broken_line(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "port = 1\n"), -EM_E_CONFIG);
	assert_non_null(strstr(f->err, ":1: port stands before any [section]"));
	config_release(table, ARRAY_LEN(table), &f->v);
	assert_int_equal(load(f, "[listen\nport = 1\n"), -EM_E_CONFIG);
	assert_non_null(strstr(f->err, "x.conf:1:"));
}

static void
missing_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(config_load(table, ARRAY_LEN(table), "/nonexistent/x.conf", true, &f->v,
			     f->err, sizeof(f->err)),
	    -EM_E_CONFIG);
	assert_non_null(strstr(f->err, "/nonexistent/x.conf"));
}

static void
nearest(void **state)
{
	static const char *const words[] = {"exam_list", "exam_report", "session_logout"};

	(void)state;
	assert_string_equal(config_nearest("exam_lsit", words, 3), "exam_list");
	assert_null(config_nearest("something", words, 3));
}

static void
printed_file_reads_back(void **state)
{
	struct fixture *f = *state;
	struct values again = {0};
	FILE *out = fopen(f->path, "w");

	assert_int_equal(
	    config_load(table, ARRAY_LEN(table), NULL, false, &f->v, f->err, sizeof(f->err)), 0);
	config_print(table, ARRAY_LEN(table), &f->v, fileno(out));
	fclose(out);
	assert_int_equal(
	    config_load(table, ARRAY_LEN(table), f->path, true, &again, f->err, sizeof(f->err)), 0);
	assert_string_equal(again.certificate, f->v.certificate);
	assert_int_equal(again.port, f->v.port);
	config_release(table, ARRAY_LEN(table), &again);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(defaults),
	    TEST(file_and_drop_in),
	    TEST(faults_are_named),
	    TEST(ranges_are_kept),
	    TEST(loose_key_and_broken_line),
	    TEST(missing_file),
	    TEST(nearest),
	    TEST(printed_file_reads_back),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
