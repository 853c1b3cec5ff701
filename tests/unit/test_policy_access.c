/* SPDX-License-Identifier: MIT */
/* Blocks and emergencies, motives, numbers of professionals, lines of files. */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "server/policy/access.h"
#include "server/policy/motive.h"
#include "server/policy/rpps.h"
#include "tools/lib/lines.h"

static void
test_blocks(void **state)
{
	static const struct {
		bool blocked, emergency, overrides;
		enum policy_access want;
	} rows[] = {
	    {false, false, false, POLICY_ACCESS_GRANTED},
	    {false, true, false, POLICY_ACCESS_GRANTED},
	    {false, false, true, POLICY_ACCESS_GRANTED},
	    {false, true, true, POLICY_ACCESS_GRANTED},
	    {true, false, false, POLICY_ACCESS_REFUSED},
	    {true, true, false, POLICY_ACCESS_REFUSED},
	    {true, false, true, POLICY_ACCESS_REFUSED},
	    {true, true, true, POLICY_ACCESS_OVER_BLOCK},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    policy_access(rows[i].blocked, rows[i].emergency, rows[i].overrides),
		    rows[i].want);
}

/* The words of the guide, in every language, there and back. */
static void
test_motives(void **state)
{
	static const struct {
		const char *code, *fr, *de;
	} rows[] = {
	    {"seen", "Vu en consultation", "In der Sprechstunde gesehen"},
	    {"in_my_ward", "Hospitalisé dans mon service", "Stationär in meiner Abteilung"},
	    {"attending", "Médecin traitant", "Hausarzt"},
	    {POLICY_MOTIVE_EMERGENCY, "Accès en urgence", "Notfallzugriff"},
	};
	char out[POLICY_MOTIVE_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(policy_motive_label(rows[i].code, "fr", out));
		assert_string_equal(out, rows[i].fr);
		assert_true(policy_motive_label(rows[i].code, "de", out));
		assert_string_equal(out, rows[i].de);
		assert_true(policy_motive_label(rows[i].code, "en", out));
		assert_true(policy_motive_label(rows[i].code, "", out));
		assert_string_equal(out, rows[i].fr);
		assert_true(policy_motive_code(rows[i].fr, out));
		assert_string_equal(out, rows[i].code);
	}
	assert_true(policy_motive_code("  HOSPITALISE dans-mon SERVICE", out));
	assert_string_equal(out, "in_my_ward");
	assert_false(policy_motive_code("Curiosité", out));
	assert_false(policy_motive_code("", out));
	assert_false(policy_motive_label("", "fr", out));
	assert_false(policy_motive_label("see", "fr", out));
	assert_false(policy_motive_label("#", "fr", out));
	assert_false(policy_motive_label("seen|Vu en consultation", "fr", out));
}

/* The list as it is offered, and what each asks for. */
static void
test_motive_list(void **state)
{
	struct policy_motive list[POLICY_MOTIVES_MAX], one;

	(void)state;
	assert_int_equal(policy_motives("de", list, POLICY_MOTIVES_MAX), 5);
	assert_string_equal(list[0].code, "seen");
	assert_string_equal(list[0].label, "In der Sprechstunde gesehen");
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(list[i].emergency, i == 3);
		assert_int_equal(list[i].needs_detail, i >= 3);
	}
	assert_int_equal(policy_motives("fr", list, 2), 2);
	assert_true(policy_motive_find("other", "en", &one));
	assert_string_equal(one.label, "Other reason");
	assert_false(policy_motive_find("", "fr", &one));
	assert_false(policy_motive_find("oth", "fr", &one));
}

static void
test_rpps(void **state)
{
	static const char *const good[] = {
	    "10000023084", "01234567897", "01234560801", "10000000017"};
	static const char *const bad[] = {"", "10000023085", "1000002308", "100000230840",
	    "1000002308a", " 10000023084", "-0000023084"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(policy_rpps_is_valid(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(policy_rpps_is_valid(bad[i]));
}

/* ------------------------------------------------------------------- lines */

static FILE *
file_of(const void *bytes, size_t len)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	rewind(f);
	return f;
}

static void
test_encodings(void **state)
{
	static const char bytes[] = "\xef\xbb\xbf"
				    "Prénom|Nom\r\n"
				    "Zo\xe9|\x8cILLET \x80\n"
				    "Zoé|Œillet\n"
				    "nul\0here\n"
				    "\n"
				    "end";
	FILE *f = file_of(bytes, sizeof(bytes) - 1);
	struct lines l;

	(void)state;
	lines_begin(&l, f);
	assert_int_equal(lines_next(&l), 1);
	assert_string_equal(l.text, "Prénom|Nom");
	assert_int_equal(lines_next(&l), 1);
	assert_string_equal(l.text, "Zoé|ŒILLET €");
	assert_int_equal(lines_next(&l), 1);
	assert_string_equal(l.text, "Zoé|Œillet");
	assert_int_equal(l.n_1252, 1);
	assert_int_equal(lines_next(&l), -EM_E_INVALID);
	assert_int_equal(l.number, 4);
	assert_int_equal(lines_next(&l), 1);
	assert_string_equal(l.text, "");
	assert_int_equal(lines_next(&l), 1);
	assert_string_equal(l.text, "end");
	assert_int_equal(lines_next(&l), 0);
	lines_end(&l);
	(void)fclose(f);
}

static void
test_a_line_without_end(void **state)
{
	size_t len = 1 << 20;
	char *bytes = mem_new(len + 8);
	struct lines l;
	FILE *f;

	(void)state;
	memset(bytes, 'x', len);
	memcpy(bytes + len, "\nnext\n", 6);
	f = file_of(bytes, len + 6);
	lines_begin(&l, f);
	assert_int_equal(lines_next(&l), -EM_E_TOO_LARGE);
	assert_int_equal(lines_next(&l), 1);
	assert_string_equal(l.text, "next");
	assert_int_equal(l.number, 2);
	lines_end(&l);
	(void)fclose(f);
	free(bytes);
}

static void
test_splitting(void **state)
{
	static const struct {
		const char *line;
		bool quoted;
		size_t n;
		const char *want[3];
	} rows[] = {
	    {"", false, 1, {"", "", ""}},
	    {"a|b|c", false, 3, {"a", "b", "c"}},
	    {" a |  | c\t", false, 3, {"a", "", "c"}},
	    {"a|\"b|c", false, 3, {"a", "\"b", "c"}},
	    {"\"a|b\"|c", true, 2, {"a|b", "c", ""}},
	    {"\" a \"|\"say \"\"no\"\"\"|", true, 3, {" a ", "say \"no\"", ""}},
	    {"\"open|b", true, 1, {"open|b", "", ""}},
	    {"\"\"|x", true, 2, {"", "x", ""}},
	    {"\"a\" junk|x", true, 2, {"a", "x", ""}},
	    {"a|b|c|d|e", false, 5, {"a", "b", "c"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *line = mem_strdup(rows[i].line), *field[3] = {line, line, line};
		size_t n = lines_split(line, '|', rows[i].quoted, field, 3);

		assert_int_equal(n, rows[i].n);
		for (size_t k = 0; k < n && k < 3; k++)
			assert_string_equal(field[k], rows[i].want[k]);
		free(line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test(test_motives),
	    cmocka_unit_test(test_motive_list),
	    cmocka_unit_test(test_rpps),
	    cmocka_unit_test(test_encodings),
	    cmocka_unit_test(test_a_line_without_end),
	    cmocka_unit_test(test_splitting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
