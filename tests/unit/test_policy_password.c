/* SPDX-License-Identifier: MIT */
/* Passwords, temporary passwords and identifiers. */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "server/policy/identifier.h"
#include "server/policy/password.h"

static struct blocklist *blocklist;

static const char *const own_words[] = {"C4F-7HK9-M2X", "Camille", "L'EXEMPLE-DUPRÉ", "FICTIVE", "",
    NULL, "camille.fictive@exemple.invalid", "+33600000042"};

static int
check(const char *password)
{
	return policy_password_check(blocklist, password, 12, own_words, ARRAY_LEN(own_words));
}

/* ---------------------------------------------------------------- passwords */

static void
test_length(void **state)
{
	char long_one[POLICY_PASSWORD_MAX_BYTES + 2];
	size_t i;

	(void)state;
	assert_int_equal(check(""), -EM_E_PASSWORD_SHORT);
	assert_int_equal(check("kv8fgWq2rTx"), -EM_E_PASSWORD_SHORT);
	assert_int_equal(check("kv8fgWq2rTxz"), 0);
	/* code points count, not bytes: 12 of four bytes, and 11 */
	assert_int_equal(check("🌵🐙🚲🎷🧭🪁🦉🍋🛶🧵🎲🥁"), 0);
	assert_int_equal(
	    check("🌵🐙🚲🎷🧭🪁🦉🍋🛶🧵🎲"), -EM_E_PASSWORD_SHORT);
	/* after NFC: eleven base letters with a combining accent each are eleven */
	assert_int_equal(
	    check("e\xcc\x81k\xcc\x81w\xcc\x81x\xcc\x81r\xcc\x81q\xcc\x81"), -EM_E_PASSWORD_SHORT);
	assert_int_equal(
	    policy_password_check(blocklist, "kv8fgWq2rTxz", 13, NULL, 0), -EM_E_PASSWORD_SHORT);

	/* at least 64 are accepted, up to 1 KiB */
	for (i = 0; i < sizeof(long_one); i++)
		long_one[i] = (char)('a' + (i * i * 7 + i / 3) % 26);
	long_one[64] = '\0';
	assert_int_equal(check(long_one), 0);
	long_one[64] = 'x';
	long_one[POLICY_PASSWORD_MAX_BYTES] = '\0';
	assert_int_equal(check(long_one), 0);
	long_one[POLICY_PASSWORD_MAX_BYTES] = 'x';
	long_one[POLICY_PASSWORD_MAX_BYTES + 1] = '\0';
	assert_int_equal(check(long_one), -EM_E_PASSWORD_LONG);
}

static void
test_not_text(void **state)
{
	(void)state;
	assert_int_equal(check("kv8fgWq2rTx\xff"), -EM_E_INVALID);
	assert_int_equal(check("kv8fg\nWq2rTxz"), -EM_E_INVALID);
	assert_int_equal(check("kv8fg\033Wq2rTxz"), -EM_E_INVALID);
}

static void
test_no_rule_of_composition(void **state)
{
	static const char *const good[] = {
	    "un cheval correct pile agrafe",
	    "kvzqwmrtxhdj",
	    "KVZQWMRTXHDJ",
	    "il pleut souvent sur la bruyère",
	    "830651947268",
	    "!?§%&/()=+*#-_:;",
	    "wir trafen zwei Enten am Kanal",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++) {
		if (check(good[i]) != 0)
			fail_msg("refused: %s (%s)", good[i], err_name(check(good[i])));
	}
}

static void
test_common(void **state)
{
	static const char *const bad[] = {
	    /* words of the three languages, with and without what people add */
	    "anticonstitutionnellement",
	    "Radioactivités",
	    "Krankenversicherung",
	    "uncharacteristically",
	    "Chocolat123456",
	    "2016Strasbourg",
	    "marseille!2016!",
	    "MotDePasse1234",
	    "motdepasse-2016",
	    "p4ssw0rd1234",
	    "M0td3p4ss3Azerty",
	    "Password123456",
	    "Ordinateurs2024!",
	    /* pairs */
	    "soleilchocolat",
	    "Bonjour Marseille",
	    "jetaimemaman",
	    "strasbourgalsace",
	    "SoleilBleu2024",
	    /* walks and repetitions */
	    "azertyuiop123",
	    "qsdfghjklmwxcvbn",
	    "123456789012",
	    "abcdefghijklmn",
	    "zyxwvutsrqponm",
	    "aaaaaaaaaaaa",
	    "abababababab",
	    "abcabcabcabc",
	    "kv8fgWkv8fgW",
	    "111222111222",
	    "a a a a a a a a a a a a",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		if (check(bad[i]) != -EM_E_PASSWORD_COMMON)
			fail_msg("%s: %d", bad[i], check(bad[i]));
	}
}

static void
test_own_words(void **state)
{
	static const struct {
		const char *password;
		int want;
	} rows[] = {
	    {"CamilleFictive75", -EM_E_PASSWORD_OWN},
	    {"fictive.camille!!", -EM_E_PASSWORD_OWN},
	    {"dupré dupré 2016", -EM_E_PASSWORD_OWN},
	    {"l'exemple dupre", -EM_E_PASSWORD_OWN},
	    {"C4F7HK9M2X2016", -EM_E_PASSWORD_OWN},
	    {"c4f-7hk9-m2x abc", -EM_E_PASSWORD_OWN},
	    {"0600000042camille", -EM_E_PASSWORD_OWN},
	    {"e-mage e-mage 12", -EM_E_PASSWORD_OWN},
	    {"imagerie medicale", -EM_E_PASSWORD_OWN},
	    /* a name inside something longer of one's own is no harm */
	    {"camille nage vers la bouée", 0},
	    {"kv8fgWq2rTx camille zuq", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		if (check(rows[i].password) != rows[i].want)
			fail_msg("%s: %d", rows[i].password, check(rows[i].password));
	}
}

/* ---------------------------------------------------------------- block list */

static void
test_blocklist_size(void **state)
{
	uint32_t n_long = 0, n = blocklist_count(blocklist, &n_long);

	(void)state;
	assert_true(n_long >= 100000);
	assert_true(n > n_long);
	assert_true(blocklist_has(blocklist, "anticonstitutionnellement"));
	assert_true(blocklist_has(blocklist, "bonjour marseille"));
	assert_false(blocklist_has(blocklist, "kvzqwmrtxhdj"));
	assert_false(blocklist_has(blocklist, ""));
}

static void
write_file(char path[32], const void *bytes, size_t len)
{
	int fd;

	strcpy(path, "/tmp/emage-list-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static void
test_blocklist_text(void **state)
{
	static const char text[] = "Zzyzx Road\r\n\nÉtoile-du-Nord\nlast one";
	struct blocklist *b = NULL;
	uint32_t n_long;
	char path[32];

	(void)state;
	write_file(path, text, sizeof(text) - 1);
	assert_int_equal(blocklist_load(path, &b), 0);
	unlink(path);
	assert_int_equal(blocklist_count(b, &n_long), 3);
	assert_int_equal(n_long, 1);
	assert_true(blocklist_has(b, "zzyzx road"));
	assert_true(blocklist_has(b, "etoile du nord"));
	assert_true(blocklist_has(b, "lastone"));
	assert_false(blocklist_has(b, "zzyzx"));
	blocklist_free(&b);
	assert_null(b);
}

/* A damaged list must not become one that lets everything pass. */
static void
test_blocklist_damaged(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
	    {"", 0},
	    {"\n\n", 2},
	    {"emage-b1\0\0\0\0\0\0\0\0", 16},
	    {"emage-b1\0\0\0\2\0\0\0\1abcdef", 22},
	    {"emage-b1\0\0\0\1\0\0\0\2abcdef", 22},
	    {"emage-b1\0\0\0\1\0\0\0\1abcdefg", 23},
	    {"emage-b1\xff\xff\xff\xff\0\0\0\1abcdef", 22},
	};
	struct blocklist *b = NULL;
	char path[32];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		write_file(path, rows[i].bytes, rows[i].len);
		assert_int_equal(blocklist_load(path, &b), -EM_E_CONFIG);
		unlink(path);
		assert_null(b);
	}
	assert_int_equal(blocklist_load("/nonexistent/list", &b), -EM_E_IO);
	assert_int_equal(blocklist_load("/tmp", &b), -EM_E_IO);
}

/* ------------------------------------------------------- temporary passwords */

static void
form_is(const char *typed, const char *want)
{
	char *form = policy_password_form(typed);

	assert_non_null(form);
	assert_string_equal(form, want);
	free(form);
}

static void
test_password_form(void **state)
{
	(void)state;
	/* all ways to type a temporary one */
	form_is("7HK9-M2XC-4F3T-Q8YZ", "7HK9M2XC4F3TQ8YZ");
	form_is("7hk9m2xc4f3tq8yz", "7HK9M2XC4F3TQ8YZ");
	form_is(" 7hk9 m2xc 4f3t q8yz ", "7HK9M2XC4F3TQ8YZ");
	form_is("oOil-Lxxx-xxxx-xxxx", "00111XXXXXXXXXXX");
	/* anything else is left alone, but for NFC */
	form_is("7HK9-M2XC-4F3T-Q8Y", "7HK9-M2XC-4F3T-Q8Y");
	form_is("7HK9-M2XC-4F3T-Q8YZ-7", "7HK9-M2XC-4F3T-Q8YZ-7");
	form_is("7HK9-M2XC-4F3T-Q8YU", "7HK9-M2XC-4F3T-Q8YU");
	form_is("Ein Kennwort", "Ein Kennwort");
	form_is("e\xcc\x81tang", "\xc3\xa9tang");
	assert_null(policy_password_form("\xff"));
}

static void
test_temporary_is_drawn(void **state)
{
	char one[POLICY_TEMP_PASSWORD_MAX], two[POLICY_TEMP_PASSWORD_MAX], *form;
	size_t i;

	(void)state;
	policy_temp_password(one);
	policy_temp_password(two);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), 19);
	for (i = 0; i < 19; i++) {
		if (i % 5 == 4)
			assert_int_equal(one[i], '-');
		else
			assert_non_null(strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", one[i]));
	}
	form = policy_password_form(one);
	assert_int_equal(strlen(form), 16);
	free(form);
}

/* --------------------------------------------------------------- identifiers */

static void
test_identifier_round_trip(void **state)
{
	char shown[POLICY_IDENTIFIER_MAX], again[POLICY_IDENTIFIER_MAX];
	char kept[3 * POLICY_IDENTIFIER_MAX + 1], folded[3 * POLICY_IDENTIFIER_MAX + 1];
	unsigned i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		size_t n;

		policy_identifier_new(shown);
		assert_int_equal(strlen(shown), 12);
		assert_true(shown[3] == '-' && shown[8] == '-');
		assert_int_equal(strspn(shown, "23456789CDFHJKMNPRTVWXY-"), 12);
		assert_int_equal(policy_identifier_normalise(shown, kept), 10);
		assert_true(policy_identifier_is_sound(kept));
		policy_identifier_show(kept, again);
		assert_string_equal(again, shown);
		/* what is kept is folded already */
		n = text_fold(kept, strlen(kept), folded);
		folded[n] = '\0';
		assert_string_equal(folded, kept);
	}
}

static void
test_identifier_typed(void **state)
{
	static const struct {
		const char *typed, *want;
	} rows[] = {
	    {"C4F-7HK9-M2X", "c4f7hk9m2x"},
	    {" c4f 7hk9 m2x ", "c4f7hk9m2x"},
	    {"c4f7hk9m2x", "c4f7hk9m2x"},
	    /* look-alikes, only in what has the length of a patient's */
	    {"C4F-7HKG-MZX", "c4f7hk6m2x"},
	    {"SBG-7HK9-UZX", "5867hk9v2x"},
	    {"bob", "bob"},
	    {"Dr. Müller", "dr.muller"},
	    {"", ""},
	    {"  - ", ""},
	};
	char out[128];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
		    policy_identifier_normalise(rows[i].typed, out), strlen(rows[i].want));
		assert_string_equal(out, rows[i].want);
	}
}

/* The check character finds every wrong character and every swap. */
static void
test_identifier_check(void **state)
{
	static const char alphabet[] = "23456789cdfhjkmnprtvwxy";
	char shown[POLICY_IDENTIFIER_MAX], kept[3 * POLICY_IDENTIFIER_MAX + 1];
	unsigned round, i, k;

	(void)state;
	for (round = 0; round < 50; round++) {
		policy_identifier_new(shown);
		policy_identifier_normalise(shown, kept);
		for (i = 0; i < 10; i++) {
			const char was = kept[i];

			for (k = 0; alphabet[k]; k++) {
				kept[i] = alphabet[k];
				assert_int_equal(policy_identifier_is_sound(kept), kept[i] == was);
			}
			kept[i] = was;
			for (k = i + 1; k < 10; k++) {
				const char other = kept[k];

				kept[i] = other;
				kept[k] = was;
				assert_int_equal(policy_identifier_is_sound(kept), other == was);
				kept[i] = was;
				kept[k] = other;
			}
		}
	}
	assert_false(policy_identifier_is_sound(""));
	assert_false(policy_identifier_is_sound("c4f7hk9m2"));
	assert_false(policy_identifier_is_sound("a4f7hk9m2x"));
}

static int
load(void **state)
{
	const char *build = getenv("EMAGE_BUILD");
	char *path = mem_printf("%s/blocklist.bin", build ? build : "build");
	int rc = blocklist_load(path, &blocklist);

	(void)state;
	free(path);
	return rc;
}

static int
unload(void **state)
{
	(void)state;
	blocklist_free(&blocklist);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_length),
	    cmocka_unit_test(test_not_text),
	    cmocka_unit_test(test_no_rule_of_composition),
	    cmocka_unit_test(test_common),
	    cmocka_unit_test(test_own_words),
	    cmocka_unit_test(test_blocklist_size),
	    cmocka_unit_test(test_blocklist_text),
	    cmocka_unit_test(test_blocklist_damaged),
	    cmocka_unit_test(test_password_form),
	    cmocka_unit_test(test_temporary_is_drawn),
	    cmocka_unit_test(test_identifier_round_trip),
	    cmocka_unit_test(test_identifier_typed),
	    cmocka_unit_test(test_identifier_check),
	};

	secret_setup();
	log_set(LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, load, unload);
}
