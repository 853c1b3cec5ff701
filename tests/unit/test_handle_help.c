/* SPDX-License-Identifier: MIT */
/*
 * Pages that anybody may read: those built in, an operator's own, and every way
 * in which such a file can be wrong.
 */
#include "tests/unit/test_handle_account.h"
#include "tests/unit/test_handle_imaging.h"

#include "common/frame.h"
#include "server/handle/pages.h"

static const char *const languages[] = {"fr", "de", "en"};

static void
test_built_in(void **state)
{
	struct pages *pages = NULL;
	char err[512];
	size_t first = 0;

	(void)state;
	assert_int_equal(pages_new(NULL, &pages, err, sizeof(err)), 0);
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		const struct pages_support *s = pages_support(pages, languages[i]);
		size_t n = 0;
		const struct pages_entry *e = pages_faq(pages, languages[i], &n);

		/* the same questions in every language */
		first = i == 0 ? n : first;
		assert_int_equal(n, first);
		assert_true(n >= 15);
		for (size_t k = 0; k < n; k++) {
			assert_string_not_equal(e[k].section, "");
			assert_string_not_equal(e[k].question, "");
			assert_string_not_equal(e[k].answer, "");
			assert_null(strstr(e[k].answer, "\n\n"));
		}
		assert_string_not_equal(s->text, "");
	}
	assert_ptr_equal(
	    pages_support(pages, "it"), pages_support(pages, "fr")); /* what it becomes */
	pages_free(&pages);
	assert_null(pages);
}

/* A folder of an operator with one file in it. */
static int
with_file(struct place *p, const char *name, const char *text, size_t len, struct pages **pages_r,
    char *err_r, size_t err_len)
{
	char path[160];
	FILE *f;

	(void)mkdirat(p->server.directory_fd, "help", 0700);
	(void)mkdirat(p->server.directory_fd, "help/faq", 0700);
	(void)mkdirat(p->server.directory_fd, "help/support", 0700);
	(void)snprintf(path, sizeof(path), "%s/help/%s", p->dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(path, sizeof(path), "%s/help", p->dir);
	return pages_new(path, pages_r, err_r, err_len);
}

static void
test_own_files(void **state)
{
	static const char faq[] =
	    "# remarque\n== Une\n? Q1\nA\nB\n\n\nC  \n? Q2\nD\n== Deux\r\n?Q3\nE\n";
	static const char support[] =
	    "address: a@b.example\nphone: 0300000000\n\nUn.\nDeux.\n\nTrois.\n";
	struct place *p = *state;
	struct pages *pages = NULL;
	const struct pages_entry *e;
	const struct pages_support *s;
	char err[512];
	size_t n = 0;

	assert_int_equal(
	    with_file(p, "faq/de.txt", faq, sizeof(faq) - 1, &pages, err, sizeof(err)), 0);
	e = pages_faq(pages, "de", &n);
	assert_int_equal(n, 3);
	assert_string_equal(e[0].section, "Une");
	assert_string_equal(e[0].question, "Q1");
	assert_string_equal(e[0].answer, "A B\nC");
	assert_string_equal(e[2].section, "Deux");
	assert_string_equal(e[2].question, "Q3");
	assert_string_equal(e[2].answer, "E");
	/* the others are those built in */
	(void)pages_faq(pages, "fr", &n);
	assert_true(n > 3);
	pages_free(&pages);
	assert_int_equal(
	    with_file(p, "support/fr.txt", support, sizeof(support) - 1, &pages, err, sizeof(err)),
	    0);
	s = pages_support(pages, "fr");
	assert_string_equal(s->address, "a@b.example");
	assert_string_equal(s->phone, "0300000000");
	assert_string_equal(s->text, "Un. Deux.\nTrois.");
	pages_free(&pages);
}

static void
test_faults_have_a_line(void **state)
{
	static const struct {
		const char *name, *text, *where;
		size_t len; /* 0 = strlen */
	} rows[] = {
	    {"faq/fr.txt", "", "fr.txt: no question", 0},
	    {"faq/fr.txt", "== Une\n", "fr.txt:1: no question", 0},
	    {"faq/fr.txt", "texte\n", "fr.txt:1: text that belongs", 0},
	    {"faq/fr.txt", "? Q\nA\n", "fr.txt:1: question before", 0},
	    {"faq/fr.txt", "== Une\n? Q\n\n? R\nA\n", "fr.txt:2: question without", 0},
	    {"faq/fr.txt", "== Une\n? Q\nA\n? R\n", "fr.txt:4: question without", 0},
	    {"faq/fr.txt", "==\n? Q\nA\n", "fr.txt:1: empty", 0},
	    {"faq/fr.txt", "== Une\n?  \nA\n", "fr.txt:2: empty", 0},
	    {"faq/fr.txt", "== Une\n? Q\nA\n\x1b[2J\n", "fr.txt:4: not UTF-8", 0},
	    {"faq/fr.txt", "== Une\n? Q\nA\xff\n", "fr.txt:3: not UTF-8", 0},
	    {"faq/fr.txt", "== Une\n? Q\nA\xe2\x80\xae\n", "fr.txt:3: not UTF-8", 0},
	    {"faq/fr.txt", "== Une\n? Q\nA\0B\n", "fr.txt: unreadable", 16},
	    {"support/fr.txt", "address: \xff\n\nA\n", "fr.txt:1: not UTF-8", 0},
	};
	struct place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = rows[i].len != 0 ? rows[i].len : strlen(rows[i].text);
		struct pages *pages = NULL;
		char err[1024] = "";

		assert_int_equal(
		    with_file(p, rows[i].name, rows[i].text, len, &pages, err, sizeof(err)),
		    -EM_E_CONFIG);
		assert_null(pages);
		if (strstr(err, rows[i].where) == NULL)
			fail_msg("row %zu: %s", i, err);
		(void)with_file(p, "faq/fr.txt", "== A\n? B\nC\n", 11, &pages, err, sizeof(err));
		pages_free(&pages);
	}
}

/* Longest things: the limits, not the memory, say no. */
static void
test_sizes(void **state)
{
	struct place *p = *state;
	char *text = calloc(1, 600000), err[4096];
	struct pages *pages = NULL;
	size_t len;

	assert_non_null(text);
	len = (size_t)sprintf(text, "== A\n? B\n");
	memset(text + len, 'x', 8001);
	assert_int_equal(with_file(p, "faq/en.txt", text, len + 8000, &pages, err, sizeof(err)), 0);
	pages_free(&pages);
	assert_int_equal(
	    with_file(p, "faq/en.txt", text, len + 8001, &pages, err, sizeof(err)), -EM_E_CONFIG);
	len = (size_t)sprintf(text, "== A\n");
	for (unsigned i = 0; i < 401; i++)
		len += (size_t)sprintf(text + len, "? Q%u\nR\n", i);
	assert_int_equal(
	    with_file(p, "faq/en.txt", text, len, &pages, err, sizeof(err)), -EM_E_CONFIG);
	assert_non_null(strstr(err, "more than 400"));
	memset(text, '#', 599999);
	assert_int_equal(
	    with_file(p, "faq/en.txt", text, 599999, &pages, err, sizeof(err)), -EM_E_CONFIG);
	free(text);
}

/* ---------------------------------------------------------------- requests */

struct joined_faq {
	size_t n;
	char first[256];
};

static void
join_faq(struct call *c, const void *reply)
{
	const Emage__HelpFaqReply *r = reply;
	struct joined_faq *j = c->arg;

	assert_true(r->n_entries > 0);
	assert_true(emage__help_faq_reply__get_packed_size(r) <= FRAME_BODY_MAX);
	if (j->n == 0)
		(void)snprintf(j->first, sizeof(j->first), "%s", r->entries[0]->question);
	j->n += r->n_entries;
}

static struct joined_faq
faq(struct place *p, struct caller *who, const char *language, int want)
{
	Emage__HelpFaqRequest m = EMAGE__HELP_FAQ_REQUEST__INIT;
	struct joined_faq j = {.n = 0};
	struct call c = {.on_reply = join_faq, .arg = &j};

	m.language = (char *)(uintptr_t)language;
	call_begin(&c, p, who, METHOD_help_faq, &m);
	assert_int_equal(c.err, want);
	call_end(&c);
	return j;
}

static void
test_requests(void **state)
{
	struct place *p = *state;
	struct caller who = caller_new(TERMINAL, 1);
	Emage__HelpSupportRequest m = EMAGE__HELP_SUPPORT_REQUEST__INIT;
	struct call c = {.n_replies = 0};
	struct pages *pages = NULL;
	char *many = calloc(1, 300000), err[256];
	size_t len = 5;

	assert_int_equal(faq(p, &who, "", EM_E_UNAVAILABLE).n, 0);
	assert_int_equal(pages_new(NULL, &pages, err, sizeof(err)), 0);
	atomic_store(&p->server.pages, pages);
	assert_string_equal(faq(p, &who, "en", 0).first, "How do I sign in for the first time?");
	memcpy(who.language, "de", 3); /* the connection's, when none is asked for */
	assert_non_null(strstr(faq(p, &who, "", 0).first, "Wie melde ich mich"));
	(void)faq(p, &who, "123456789", EM_E_INVALID);
	call_begin(&c, p, &who, METHOD_help_support, &m);
	assert_int_equal(c.err, 0);
	/* the file names none: the region's */
	assert_string_equal(
	    ((const Emage__HelpSupportReply *)c.rq.reply)->address, "aide@exemple.invalid");
	assert_non_null(strstr(((const Emage__HelpSupportReply *)c.rq.reply)->text, "Hilfe"));
	call_end(&c);
	/* many long ones, in as many replies as they need */
	assert_non_null(many);
	memcpy(many, "== A\n", 5);
	for (unsigned i = 0; i < 30; i++) {
		len += (size_t)sprintf(many + len, "? Q\n");
		memset(many + len, 'x', 7900);
		len += 7900;
		many[len++] = '\n';
	}
	{
		struct pages *more = NULL;

		assert_int_equal(with_file(p, "faq/de.txt", many, len, &more, err, sizeof(err)), 0);
		pages_keep(more, pages);
		atomic_store(&p->server.pages, more);
		assert_int_equal(faq(p, &who, "", 0).n, 30);
		atomic_store(&p->server.pages, NULL);
		pages_free(&more);
	}
	free(many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(t) cmocka_unit_test_setup_teardown(t, place_setup, place_teardown)
	    cmocka_unit_test(test_built_in),
	    TEST(test_own_files),
	    TEST(test_faults_have_a_line),
	    TEST(test_sizes),
	    TEST(test_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
