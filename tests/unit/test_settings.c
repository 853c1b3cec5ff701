/* SPDX-License-Identifier: MIT */
/*
 * What has to be right between settings: the ways that messages take, and what only
 * a restart changes.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/mem.h"
#include "server/settings.h"
#include "tests/lib/file.h"

static char path[] = "/tmp/emage-settings-XXXXXX";

static int
set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

static int
load(const char *text, struct settings **st_r, char faults_r[1024])
{
	const struct settings_source from = {.path = path, .must_exist = true};

	file_write(text, "%s", path);
	*st_r = NULL;
	return settings_load(&from, st_r, faults_r, 1024);
}

static void
test_ways(void **state)
{
	static const struct {
		const char *text, *fault; /* NULL = it is right */
	} rows[] = {
	    {"[courier]\nemail = smtp maildir\nrelays = smtps://r.example:465 smtp://s.example\n",
		NULL},
	    {"[courier]\nmobile = sms gammu\nsms_url = http://g.example/\ngammu = /var/spool/g\n",
		NULL},
	    {"[courier]\nemail = smpt\n",
		"courier.email: unknown value \"smpt\", did you mean \"smtp\"?\n"},
	    {"[courier]\nemail = smtp\n", "courier.email: \"smtp\" needs courier.relays\n"},
	    {"[courier]\nmobile = gammu\n", "courier.mobile: \"gammu\" needs courier.gammu\n"},
	    {"[courier]\nemail = sms\n", "courier.email: unknown value \"sms\""},
	    {"[courier]\nemail =\n", "courier.email: names no way"},
	    {"[courier]\nrelays = relay.example:25\n",
		"courier.relays: \"relay.example:25\" does not begin with smtps://"},
	    {"[courier]\nrelays = smtp://1 smtp://2 smtp://3 smtp://4 smtp://5 smtp://6 smtp://7"
	     " smtp://8 smtp://9\n",
		"courier.relays: more than eight\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct settings *st;
		char faults[1024];
		int rc = load(rows[i].text, &st, faults);

		if (rc != (rows[i].fault ? -EM_E_CONFIG : 0) ||
		    (rows[i].fault && !strstr(faults, rows[i].fault)))
			fail_msg("%s%d: %s", rows[i].text, rc, faults);
		settings_free(&st);
	}
}

static void
test_restart(void **state)
{
	static const struct {
		const char *text;
		bool restart;
	} rows[] = {
	    {"", false},
	    {"[log]\nlevel = debug\n", false},
	    {"[limits]\nsession_requests = 7\n", false},
	    {"[limits]\nrequest_kib = 512\n", true},
	    {"[storage]\ncache_mib = 9\n", true},
	    {"[courier]\ntimeout_s = 3\n", true},
	    {"[courier]\nsms_body = x\n", true},
	    {"[confine]\ncalls = log\n", true},
	};
	struct settings *old, *new;
	char faults[1024];

	(void)state;
	assert_int_equal(load("", &old, faults), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(load(rows[i].text, &new, faults), 0);
		if (settings_need_restart(old, new) != rows[i].restart)
			fail_msg("%s", rows[i].text);
		settings_free(&new);
	}
	settings_free(&old);
}

/* The gateways that dist/courier describes. */
static void
test_gateways_of_dist(void **state)
{
	static const struct {
		const char *name, *method, *body, *success;
	} rows[] = {
	    {"kannel", "GET", "", "Accepted"},
	    {"sms-form", "POST", "To={number}&From=e-mage&Body={text}", "sid"},
	    {"sms-json", "POST",
		"{\"login\":\"{user}\",\"key\":\"{password}\",\"sender\":\"e-mage\",\"to\":"
		"[\"{number}\"],\"text\":\"{text}\",\"reference\":\"{key}\"}",
		"queued"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *file =
		    mem_printf("%s/dist/courier/%s.conf", getenv("EMAGE_SOURCE"), rows[i].name);
		const struct settings_source from = {.path = file, .must_exist = true};
		char faults[1024] = "";
		struct settings *st = NULL;

		if (settings_load(&from, &st, faults, sizeof(faults)) != 0)
			fail_msg("%s: %s", file, faults);
		assert_string_equal(st->courier_mobile, "sms");
		assert_string_equal(st->courier_sms_method, rows[i].method);
		assert_string_equal(st->courier_sms_body, rows[i].body);
		assert_string_equal(st->courier_sms_success, rows[i].success);
		assert_non_null(strstr(st->courier_sms_url, "://"));
		settings_free(&st);
		free(file);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ways),
	    cmocka_unit_test(test_restart),
	    cmocka_unit_test(test_gateways_of_dist),
	};

	return cmocka_run_group_tests_name("settings", tests, set_up, tear_down);
}
