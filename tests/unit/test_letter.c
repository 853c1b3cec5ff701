/* SPDX-License-Identifier: MIT */
/* The letter: its words whole in each language, what stands in it and when, what
 * is refused, and how it looks as text. */
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"
#include "letter/content.h"
#include "letter/plain.h"
#include "letter/words.h"
#include "tests/unit/test_letter.h"

static const char *const languages[] = {"fr", "de", "en"};

/* --------------------------------------------------------------------- words */

static void
words_are_whole_in_each_language(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		struct arena *a = arena_new(65536);
		struct words w;

		assert_int_equal(words_load(a, languages[i], &w), 0);
		for (size_t k = 0; k < N_WORDS; k++)
			assert_true(w.part[k] && *w.part[k]);
		arena_free(&a);
	}
}

static void
a_language_without_words_is_refused(void **state)
{
	struct arena *a = arena_new(65536);
	struct words w;

	(void)state;
	assert_int_equal(words_load(a, "xx", &w), -EM_E_INVALID);
	assert_int_equal(words_load(a, "", &w), -EM_E_INVALID);
	arena_free(&a);
}

/* ------------------------------------------------------------------- content */

struct made {
	struct arena *arena;
	struct buf packed, text;
	struct content content;
	const char *field;
};

static int
make(const Emage__Letter *l, struct made *m)
{
	int rc;

	*m = (struct made){.arena = arena_new(1 << 20)};
	letter_pack(l, &m->packed);
	buf_init(&m->text, 1 << 20);
	rc = content_read(m->arena, buf_bytes(&m->packed), m->packed.len, &m->content, &m->field);
	if (rc == 0) {
		assert_int_equal(plain_make(&m->content, PLAIN_COLUMNS, &m->text), 0);
		assert_int_equal(buf_append(&m->text, "", 1), 0);
	}
	return rc;
}

static const char *
made_text(const struct made *m)
{
	return (const char *)buf_bytes(&m->text);
}

static void
unmake(struct made *m)
{
	buf_release(&m->packed);
	buf_release(&m->text);
	arena_free(&m->arena);
}

static void
assert_has(const struct made *m, const char *what)
{
	if (strstr(made_text(m), what) == NULL)
		fail_msg("\"%s\" is not in:\n%s", what, made_text(m));
}

static void
assert_lacks(const struct made *m, const char *what)
{
	if (strstr(made_text(m), what) != NULL)
		fail_msg("\"%s\" is in:\n%s", what, made_text(m));
}

/* Everything of the guide's letter, in its order. */
static void
the_letter_is_the_guides(void **state)
{
	static const char *const parts[] = {"CHU FICTIF STRASBOURG",
	    "Madame Léa-Noëlle ÉCHANTILLON", "Date : 24/11/2026", "Civilité : Madame",
	    "Prénom : Léa-Noëlle", "Nom : ÉCHANTILLON", "Nom de naissance : SPÉCIMEN",
	    "Vous venez de créer votre dossier", "Grand Est : e-mage.",
	    "Vous avez donné votre consentement", "- Grâce à ce service", "www.e-mage.org",
	    "- Pour vous authentifier la première fois", "- À chacune de vos connexions",
	    "UNE SEULE FOIS", "Votre identifiant de connexion :", "C4F-7HK9-M2X",
	    "(à conserver sans limite de temps)", "Il vous sera demandé",
	    "Votre mot de passe temporaire :", "7HK9-M2XC-4F3T-Q8YZ",
	    "Valable jusqu'au 24/12/2026.", "Lors de votre premier accès",
	    "Conservez précieusement vos codes", "Besoin d'aide", "www.pulsy.fr",
	    "aide@exemple.example", "e-mage est un service porté par Pulsy", "info@pulsy.fr."};
	Emage__Letter l = LETTER_SAMPLE;
	const char *at;
	struct made m;

	(void)state;
	assert_int_equal(make(&l, &m), 0);
	at = made_text(&m);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const char *next = strstr(at, parts[i]);

		if (next == NULL)
			fail_msg("\"%s\" is not, or not here, in:\n%s", parts[i], made_text(&m));
		at = next;
	}
	assert_lacks(&m, "**");
	assert_lacks(&m, "{");
	unmake(&m);
}

static void
each_language_has_its_dates_and_salutation(void **state)
{
	static const struct {
		const char *language, *date, *expires, *who;
	} rows[] = {{"fr", "24/11/2026", "24/12/2026", "Madame Léa-Noëlle"},
	    {"de", "24.11.2026", "24.12.2026", "Frau Léa-Noëlle"},
	    {"en", "24 Nov 2026", "24 Dec 2026", "Ms Léa-Noëlle"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		Emage__Letter l = LETTER_SAMPLE;
		struct made m;

		l.language = (char *)(uintptr_t)rows[i].language;
		assert_int_equal(make(&l, &m), 0);
		assert_has(&m, rows[i].date);
		assert_has(&m, rows[i].expires);
		assert_has(&m, rows[i].who);
		assert_lacks(&m, "**");
		unmake(&m);
	}
}

/* Without a temporary password nothing speaks of one. */
static void
no_password_no_word_of_it(void **state)
{
	static const char *const absent[] = {
	    "mot de passe", "Valable jusqu", "première fois", "remplacer"};
	Emage__Letter l = LETTER_SAMPLE;
	struct made m;

	(void)state;
	l.temporary_password = (char *)"";
	l.expires = 0;
	l.kind = EMAGE__LETTER_KIND__LETTER_KIND_AGAIN;
	assert_int_equal(make(&l, &m), 0);
	assert_has(&m, "C4F-7HK9-M2X");
	assert_has(&m, "réédité par votre établissement");
	for (size_t i = 0; i < ARRAY_LEN(absent); i++)
		assert_lacks(&m, absent[i]);
	assert_lacks(&m, "Vous venez de créer");
	unmake(&m);
}

static void
what_is_not_known_is_left_out(void **state)
{
	Emage__Letter l = LETTER_SAMPLE;
	struct made m;

	(void)state;
	l.kind = EMAGE__LETTER_KIND__LETTER_KIND_REOPENED;
	l.civility = l.birth_name = l.establishment = l.support_address = (char *)"";
	assert_int_equal(make(&l, &m), 0);
	assert_has(&m, "à nouveau ouvert");
	assert_lacks(&m, "Civilité");
	assert_lacks(&m, "Nom de naissance");
	assert_lacks(&m, "par mail");
	unmake(&m);
}

static void
refused(const Emage__Letter *l, const char *field)
{
	struct made m;

	assert_int_equal(make(l, &m), -EM_E_INVALID);
	assert_string_equal(m.field, field);
	unmake(&m);
}

/* A control character, a line end, a mark that turns the direction: in no field. */
static void
what_a_printer_could_misread_is_refused(void **state)
{
	static const char *const bad[] = {"a\nb", "a\tb", "a\x1b[2Jb", "a\rb", "a\x7f", "a\xc2\x85",
	    "a\xe2\x80\xae", "\xe2\x80\x8b"};
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
#define FIELD(f) {#f, offsetof(Emage__Letter, f)}
	    FIELD(civility),
	    FIELD(given_name),
	    FIELD(used_name),
	    FIELD(birth_name),
	    FIELD(identifier),
	    FIELD(temporary_password),
	    FIELD(establishment),
	    FIELD(support_address),
	    FIELD(region),
#undef FIELD
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
			Emage__Letter l = LETTER_SAMPLE;
			char *lines[] = {(char *)(uintptr_t)bad[k]};

			*(char **)((char *)&l + fields[i].offset) = lines[0];
			refused(&l, fields[i].name);
			l = (Emage__Letter)LETTER_SAMPLE;
			l.recipient = lines;
			l.n_recipient = 1;
			refused(&l, "recipient");
		}
}

static void
what_makes_no_letter_is_refused(void **state)
{
	char *many[] = {(char *)"1", (char *)"2", (char *)"3", (char *)"4", (char *)"5",
	    (char *)"6", (char *)"7"};
	struct arena *a = arena_new(65536);
	Emage__Letter l = LETTER_SAMPLE;
	struct content c;
	const char *field;
	char longer[300];

	(void)state;
	memset(longer, 'a', sizeof(longer));
	longer[251] = '\0';
	l.given_name = longer;
	refused(&l, "given_name");
	l = (Emage__Letter)LETTER_SAMPLE;
	longer[41] = '\0';
	l.identifier = longer;
	refused(&l, "identifier");
	l.identifier = (char *)"";
	refused(&l, "identifier");
	l = (Emage__Letter)LETTER_SAMPLE;
	l.date = 20260230;
	refused(&l, "date");
	l = (Emage__Letter)LETTER_SAMPLE;
	l.expires = 0;
	refused(&l, "expires");
	l = (Emage__Letter)LETTER_SAMPLE;
	l.language = (char *)"xx";
	refused(&l, "language");
	l = (Emage__Letter)LETTER_SAMPLE;
	l.recipient = many;
	l.n_recipient = ARRAY_LEN(many);
	refused(&l, "recipient");
	assert_int_equal(content_read(a, (const uint8_t *)"\xff", 1, &c, &field), -EM_E_INVALID);
	arena_free(&a);
}

/* --------------------------------------------------------------------- text */

/* Lines fit, and every word of a long name is there. */
static void
long_names_are_wrapped_and_whole(void **state)
{
	static const char *const names[] = {
	    "Maximilienne-Élisabeth Ferdinande Anne-Sophie Œuvrard de la Rochefoucauld-Montbéliard",
	    "فاطمة الزهراء بنت محمد عبد الرحمن المثال الطويل جدا لاختبار التفاف الأسطر في الرسالة",
	    "山田太郎山田太郎山田太郎山田太郎山田太郎山田太郎山田太郎山田太郎山田太郎山田太郎",
	    "Ngô Đình Ỷ Nguyễn Thị Minh Khai Ví Dụ Rất Dài Để Thử Xuống Dòng Trong Một Bức Thư"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		Emage__Letter l = LETTER_SAMPLE;
		char *copy = mem_strdup(names[i]), *rest = NULL, *line, *text;
		struct made m;

		l.used_name = (char *)(uintptr_t)names[i];
		assert_int_equal(make(&l, &m), 0);
		for (char *word = strtok_r(copy, " ", &rest); word && i != 2;
		     word = strtok_r(NULL, " ", &rest))
			assert_has(&m, word);
		text = mem_strdup(made_text(&m));
		rest = NULL;
		for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
			assert_true(text_width(line) <= PLAIN_COLUMNS);
		free(text);
		free(copy);
		unmake(&m);
	}
}

static size_t
widest(const struct buf *text)
{
	char *copy = mem_strdup((const char *)buf_bytes(text)), *rest = NULL;
	size_t most = 0;

	for (char *s = strtok_r(copy, "\n", &rest); s; s = strtok_r(NULL, "\n", &rest))
		most = text_width(s) > most ? text_width(s) : most;
	free(copy);
	return most;
}

/* As narrow as is asked for, and as wide as it comes. */
static void
lines_are_as_wide_as_is_wanted(void **state)
{
	static const unsigned columns[] = {PLAIN_COLUMNS_MIN, 60, 132, 0};
	Emage__Letter l = LETTER_SAMPLE;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		struct made m;

		assert_int_equal(make(&l, &m), 0);
		buf_release(&m.text);
		assert_int_equal(plain_make(&m.content, columns[i], &m.text), 0);
		assert_int_equal(buf_append(&m.text, "", 1), 0);
		if (columns[i] > 0)
			assert_true(widest(&m.text) <= columns[i]);
		else
			assert_has(&m,
			    "\nVous avez donné votre consentement à sa création, après avoir "
			    "été préalablement informé(e) des principes et du "
			    "fonctionnement de ce dossier.\n");
		unmake(&m);
	}
}

/* As it looks, in each language: files under version control. */
static void
the_text_is_the_golden_one(void **state)
{
	static const struct {
		Emage__LetterKind kind;
		const char *name;
	} kinds[] = {
	    {EMAGE__LETTER_KIND__LETTER_KIND_FIRST, "letter-first"},
	    {EMAGE__LETTER_KIND__LETTER_KIND_AGAIN, "letter-text"},
	};
	const char *mode = getenv("EMAGE_GOLDEN"), *source = getenv("EMAGE_SOURCE");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(languages) * ARRAY_LEN(kinds); i++) {
		const char *language = languages[i / ARRAY_LEN(kinds)];
		char *path = mem_printf("%s/tests/ui/golden/%s.%s.txt", source ? source : ".",
		    kinds[i % ARRAY_LEN(kinds)].name, language);
		Emage__Letter l = LETTER_SAMPLE;
		bool update = mode != NULL && strcmp(mode, "update") == 0;
		FILE *f = fopen(path, update ? "we" : "re");
		char want[8192] = "";
		struct made m;

		if (f == NULL)
			fail_msg("%s: EMAGE_GOLDEN=update makes it", path);
		l.language = (char *)(uintptr_t)language;
		l.kind = kinds[i % ARRAY_LEN(kinds)].kind;
		assert_int_equal(make(&l, &m), 0);
		if (update) {
			assert_true(fputs(made_text(&m), f) >= 0);
		} else {
			want[fread(want, 1, sizeof(want) - 1, f)] = '\0';
			assert_string_equal(made_text(&m), want);
		}
		fclose(f);
		unmake(&m);
		free(path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_whole_in_each_language),
	    cmocka_unit_test(a_language_without_words_is_refused),
	    cmocka_unit_test(the_letter_is_the_guides),
	    cmocka_unit_test(each_language_has_its_dates_and_salutation),
	    cmocka_unit_test(no_password_no_word_of_it),
	    cmocka_unit_test(what_is_not_known_is_left_out),
	    cmocka_unit_test(what_a_printer_could_misread_is_refused),
	    cmocka_unit_test(what_makes_no_letter_is_refused),
	    cmocka_unit_test(long_names_are_wrapped_and_whole),
	    cmocka_unit_test(lines_are_as_wide_as_is_wanted),
	    cmocka_unit_test(the_text_is_the_golden_one),
	};

	return cmocka_run_group_tests_name("letter", tests, NULL, NULL);
}
