/* SPDX-License-Identifier: MIT */
/*
 * The page about the protocol names every method and every error as the tables
 * have them.
 */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/method.h"
#include "tools/lib/describe.h"

static char *page;

static int
set_up(void **state)
{
	char *path = mem_printf("%s/man/emage-protocol.7", getenv("EMAGE_SOURCE"));
	FILE *f = fopen(path, "r");

	(void)state;
	assert_non_null(f);
	page = mem_new(1 << 20);
	assert_true(fread(page, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	free(path);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	free(page);
	return 0;
}

static unsigned
count(const char *text)
{
	unsigned n = 0;

	for (const char *p = page; (p = strstr(p, text)); p++)
		n++;
	return n;
}

static const char *
role_of(const struct method *m, char buf[8])
{
	static const char letters[] = "PRDML";
	size_t n = 0;

	if (!(m->phases & PH_O))
		return "";
	if (m->roles == RO_X || m->roles == RO_S)
		return m->roles == RO_X ? "X " : "S ";
	for (size_t i = 0; letters[i]; i++)
		if (m->roles & 1u << i)
			buf[n++] = letters[i];
	buf[n++] = ' ';
	buf[n] = '\0';
	return buf;
}

static void
test_methods(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_METHODS; i++) {
		const struct method *m = method_at(i);
		char name[64], role[8], *line, *end, *tail;

		describe_name(m, name, sizeof(name));
		line = mem_printf("\n.It %u Ta %s Ta ", m->number, name);
		end = mem_printf(" Ta %sTa %u\n", role_of(m, role), m->cap_bytes);
		if (count(line) != 1)
			fail_msg("%s: %u lines", name, count(line));
		tail = strstr(strstr(page, line) + 1, end);
		if (!tail || tail > strchr(strstr(page, line) + 1, '\n'))
			fail_msg("%s: role or size not as in the table", name);
		free(line);
		free(end);
	}
}

static void
test_errors(void **state)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {
#define ERR(name, number, text) {#name, number},
#include "common/err.def"
#undef ERR
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		char *line = mem_printf("\n.It %d Ta %s Ta ", errors[i].number, errors[i].name);
		unsigned wanted = errors[i].number < 90; /* the rest is never on the wire */

		if (count(line) != wanted)
			fail_msg("%s: %u lines", errors[i].name, count(line));
		free(line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_methods),
	    cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
