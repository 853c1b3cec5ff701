/* SPDX-License-Identifier: MIT */
/*
 * UTF-8, what may reach a terminal (C-01, C-02), folding, masks.
 */
#include "common/sms.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"

#include "common/mem.h"

static void
decode_is_strict(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		size_t n;
		uint32_t cp;
	} cases[] = {
	    {"a", 1, 1, 'a'},
	    {"\xc3\xa9", 2, 2, 0xe9},
	    {"\xe2\x82\xac", 3, 3, 0x20ac},
	    {"\xf0\x9f\x98\x80", 4, 4, 0x1f600},
	    {"\xc3", 1, 0, 0},
	    {"\xc0\x80", 2, 0, 0},
	    {"\xe0\x80\xaf", 3, 0, 0},
	    {"\xed\xa0\x80", 3, 0, 0},
	    {"\xf4\x90\x80\x80", 4, 0, 0},
	    {"\xf5\x80\x80\x80", 4, 0, 0},
	    {"\x80", 1, 0, 0},
	    {"\xe2\x28\xa1", 3, 0, 0},
	    {"", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t cp = 0;

		assert_int_equal(text_decode(cases[i].bytes, cases[i].len, &cp), cases[i].n);
		if (cases[i].n > 0)
			assert_int_equal(cp, cases[i].cp);
	}
}

static void
every_code_point_goes_round(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char bytes[4];
		uint32_t back = 0;
		size_t n;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		n = text_encode(cp, bytes);
		assert_int_equal(text_decode(bytes, n, &back), n);
		assert_int_equal(back, cp);
	}
}

/* What C-01 lists, none of it may come out of the sanitiser. */
static bool
is_forbidden(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c ||
	       (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x2064) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff ||
	       (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe007f) ||
	       (cp >= 0xe000 && cp <= 0xf8ff) || cp >= 0xf0000;
}

static void
nothing_forbidden_is_shown(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char in[6] = "x", out[32];
		size_t n;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		n = 1 + text_encode(cp, in + 1);
		n = text_sanitise(in, n, false, out);
		for (size_t i = 0; i < n;) {
			uint32_t shown = 0;
			size_t step = text_decode(out + i, n - i, &shown);

			assert_true(step > 0);
			assert_false(is_forbidden(shown));
			i += step;
		}
	}
}

static void
sanitise_cases(void **state)
{
	static const struct {
		const char *in;
		bool lines;
		const char *out;
	} cases[] = {
	    {"Mme Camille MARTIN", false, "Mme Camille MARTIN"},
	    {"a\nb\tc", true, "a\nb c"},
	    {"a\nb\tc", false, "a b c"},
	    {"\x1b[2J", false, "\xef\xbf\xbd[2J"},
	    {"\xff\xfe", false, "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"abc\xe2\x80\xae\x64", false, "abc\xef\xbf\xbd\x64"},
	    /* a combining mark with no base is dropped, the fifth as well */
	    {"\xcc\x81z", false, "z"},
	    {"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85", false,
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84"},
	};
	char out[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_sanitise(cases[i].in, strlen(cases[i].in), cases[i].lines, out);
		assert_string_equal(out, cases[i].out);
	}
}

static void
widths(void **state)
{
	size_t used;

	(void)state;
	assert_int_equal(text_width("ÉCHO-DOPPLER"), 12);
	assert_int_equal(text_width("e\xcc\x81"), 1);
	assert_int_equal(text_width("漢字"), 4);
	assert_int_equal(text_fit("漢字", 3, &used), 3);
	assert_int_equal(used, 2);
	assert_int_equal(text_fit("ae\xcc\x81i", 2, &used), 4);
	assert_int_equal(used, 2);
}

static void
folds(void **state)
{
	static const char *const cases[][2] = {
	    {"ÉCHO-DOPPLER", "echo doppler"},
	    {"  Cœur   d'Œuvre ", "coeur d oeuvre"},
	    {"STRASSE", "strasse"},
	    {"Straße", "strasse"},
	    {"Jean-Paul", "jean paul"},
	    {"L’ÎLE", "l ile"},
	    {"ﬁn", "fin"},
	    {"", ""},
	    {" - ", ""},
	    {"Łódź", "lodz"},
	};
	char out[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_fold(cases[i][0], strlen(cases[i][0]), out);
		assert_string_equal(out, cases[i][1]);
	}
}

static void
fold_stays_in_its_room(void **state)
{
	/* U+FDFA decomposes into 18 characters */
	const char *in = "\xef\xb7\xba\xef\xb7\xba";
	char out[3 * 6 + 1];

	(void)state;
	assert_true(text_fold(in, 6, out) <= 18);
	assert_true(text_is_utf8(out, strlen(out)));
}

static void
composes(void **state)
{
	char *a = text_nfc("e\xcc\x81", 3);

	(void)state;
	assert_string_equal(a, "é");
	free(a);
	assert_null(text_nfc("\xff", 1));
}

static void
masks(void **state)
{
	char out[64];

	(void)state;
	text_mask_email("camille.martin@exemple.fr", out, sizeof(out));
	assert_string_equal(out, "c•••••@e•••.fr");
	text_mask_mobile("+33612345642", out, sizeof(out));
	assert_string_equal(out, "06 •• •• •• 42");
	text_mask_mobile("+4915112345678", out, sizeof(out));
	assert_string_equal(out, "+49 ••• ••• 78");
	text_mask_email("nothing", out, sizeof(out));
	assert_string_equal(out, "•••••");
}

static void
short_messages_are_measured(void **state)
{
	static const struct {
		const char *one; /* repeated n times */
		unsigned n;
		bool unicode;
		unsigned units, segments;
	} cases[] = {
	    {"a", 0, false, 0, 0},
	    {"a", 160, false, 160, 1},
	    {"a", 161, false, 161, 2},
	    {"\u00e9", 160, false, 160, 1},
	    {"\u20ac", 80, false, 160, 1},
	    {"\u20ac", 81, false, 162, 2},
	    /* 153 is odd: no half of it at an end, 152 and 152 */
	    {"\u20ac", 152, false, 304, 2},
	    {"\u20ac", 153, false, 306, 3},
	    {"a", 306, false, 306, 2},
	    {"a", 307, false, 307, 3},
	    {"\u00ea", 70, true, 70, 1},
	    {"\u00ea", 71, true, 71, 2},
	    {"\u00ea", 134, true, 134, 2},
	    {"\u00ea", 135, true, 135, 3},
	    /* a pair of 16 bits is not cut: 66 and 66 */
	    {"\U0001f600", 35, true, 70, 1},
	    {"\U0001f600", 66, true, 132, 2},
	    {"\U0001f600", 67, true, 134, 3},
	    {"\u00c7", 160, false, 160, 1},
	    {"\u00e7", 70, true, 70, 1},
	    {"`", 1, true, 1, 1},
	    {"{", 1, false, 2, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[1024];
		size_t len = 0, n = strlen(cases[i].one);
		struct sms_size size;

		for (unsigned k = 0; k < cases[i].n; k++, len += n)
			memcpy(text + len, cases[i].one, n);
		size = sms_measure(text, len);
		assert_int_equal(size.unicode, cases[i].unicode);
		assert_int_equal(size.units, cases[i].units);
		assert_int_equal(size.segments, cases[i].segments);
	}
	/* one character decides for all */
	assert_int_equal(sms_measure("vient d'être changé", 21).unicode, true);
	assert_int_equal(sms_measure("été ß Ä Δ", strlen("été ß Ä Δ")).unicode, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decode_is_strict),
	    cmocka_unit_test(every_code_point_goes_round),
	    cmocka_unit_test(nothing_forbidden_is_shown),
	    cmocka_unit_test(sanitise_cases),
	    cmocka_unit_test(widths),
	    cmocka_unit_test(folds),
	    cmocka_unit_test(fold_stays_in_its_room),
	    cmocka_unit_test(composes),
	    cmocka_unit_test(masks),
	    cmocka_unit_test(short_messages_are_measured),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
