/* SPDX-License-Identifier: MIT */
/*
 * Names in every repertoire that the samples have, against pydicom; and the
 * corners of ISO 2022 that they do not reach.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "imaging/charset.h"
#include "tests/imaging/files.h"
#include "tests/lib/imaging_child.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)1 << 20);
	return files_make("charsets") != 0 || charset_init() != 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	files_remove();
	return 0;
}

static void
names_are_what_pydicom_reads(void **state)
{
	FILE *index = fopen(files_path("index", ""), "r");
	struct imaging_child c;
	struct imaging_result r;
	char line[1024], *name;
	unsigned n = 0;

	(void)state;
	assert_non_null(index);
	assert_true(imaging_child_start(&c));
	while (fgets(line, sizeof(line), index) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		name = strchr(line, '\t');
		assert_non_null(name);
		*name++ = '\0';
		assert_int_equal(imaging_child_decode_path(&c, line, true, &r), 0);
		assert_true(r.reply->ok);
		assert_string_equal(r.reply->patient_name, name);
		imaging_result_free(&r);
		n++;
	}
	fclose(index);
	assert_int_equal(imaging_child_stop(&c), 0);
	assert_true(n >= 14);
}

/* Character set, bytes, is it a name, what it reads as. */
struct sample {
	const char *charset, *bytes;
	bool is_name;
	const char *text;
};

static void
text_is_converted_and_cleaned(void **state)
{
	static const struct sample SAMPLES[] = {
	    {"", "plain", false, "plain"},
	    /* not declared: UTF-8 when it is, else what Windows writes */
	    {"", "caf\xc3\xa9", false, "café"},
	    {"", "caf\xe9 \x96 \x9cuvre", false, "café – œuvre"},
	    {"ISO_IR 100", "caf\xe9", false, "café"},
	    {"ISO_IR 203", "\xbd", false, "œ"},
	    {"ISO_IR 166", "\xa1\xd2", false, "กา"},
	    {"ISO_IR 192", "e\xcc\x81", false, "é"},
	    {"ISO_IR 192",
		"a\xff"
		"b",
		false,
		"a\xef\xbf\xbd"
		"b"},
	    {"GB18030", "\xcd\xf5^\xd0\xa1\xb6\xab", true, "王^小东"},
	    /* a backslash inside a two-byte character is no delimiter */
	    {"GBK", "\x81\x5c", false, "乗"},
	    /* the escape's effect ends at a delimiter of a name */
	    {"\\ISO 2022 IR 87", "Yamada=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", true,
		"Yamada=山田^太郎"},
	    {"ISO 2022 IR 6\\ISO 2022 IR 100\\ISO 2022 IR 144", "\x1b-A\xe9^\x1b-L\xbb\x1b-A\xe9",
		true, "é^Лé"},
	    {"\\ISO 2022 IR 149", "\x1b$)C\xb1\xe8", false, "김"},
	    {"\\ISO 2022 IR 58", "\x1b$)A\xcd\xf5", false, "王"},
	    {"\\ISO 2022 IR 159", "\x1b$(D\x22\x71\x1b(B", false, "№"},
	    {"ISO 2022 IR 13\\ISO 2022 IR 87", "\xd4\xcf\xc0\xde", false, "ﾔﾏﾀﾞ"},
	    /* cut inside a two-byte character */
	    {"\\ISO 2022 IR 87", "\x1b$B;", false, "\xef\xbf\xbd"},
	    /* control characters and padding */
	    {"ISO_IR 100", "a\x01\x02\tb\r\nc  ", false, "a b c"},
	    {"ISO_IR 100", "\x1b[31mred", false, "[31mred"},
	    {"NOT A TERM", "caf\xe9", false, "café"},
	};
	struct charset cs;

	(void)state;
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++) {
		charset_parse(SAMPLES[i].charset, strlen(SAMPLES[i].charset), &cs);
		assert_string_equal(charset_to_utf8(arena, &cs, SAMPLES[i].is_name, false,
					SAMPLES[i].bytes, strlen(SAMPLES[i].bytes)),
		    SAMPLES[i].text);
	}
}

static void
lines_are_kept_where_they_are_wanted(void **state)
{
	static const char TEXT[] = "un\r\ndeux\rtrois\n\n";
	struct charset cs;

	(void)state;
	charset_parse("ISO_IR 192", 10, &cs);
	assert_string_equal(
	    charset_to_utf8(arena, &cs, false, true, TEXT, strlen(TEXT)), "un\ndeux\ntrois");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_what_pydicom_reads),
	    cmocka_unit_test(text_is_converted_and_cleaned),
	    cmocka_unit_test(lines_are_kept_where_they_are_wanted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
