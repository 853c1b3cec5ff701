/* SPDX-License-Identifier: MIT */
/*
 * emage-letter itself: its PDF read and drawn by somebody else's programs, its
 * files, and an lp(1) that keeps, refuses or never ends.
 */
#include "tests/lib/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "letter/exit.h"
#include "tests/unit/test_letter.h"

#define DPI	 100
#define RUN_ARGS 10

static char folder[] = "/tmp/emage-letter-XXXXXX";
static char program[300], lp[64];

/* ------------------------------------------------------------------- running */

struct ran {
	int status;
	struct buf out;
	char err[1024];
};

static void
run_child(const char *const *argv, int in, int out, int err)
{
	const char *limit = getenv("LETTER_TEST_LIMIT");
	char lp_env[80], limit_env[64];
	/* the libraries below Pango keep what they have read, and no leak checker gets
	 * a look at this program */
	char *env[] = {lp_env, limit_env, (char *)(uintptr_t) "PATH=/usr/bin:/bin",
	    (char *)(uintptr_t) "LC_ALL=C.UTF-8", (char *)(uintptr_t) "ASAN_OPTIONS=detect_leaks=0",
	    NULL};

	snprintf(lp_env, sizeof(lp_env), "EMAGE_LP=%s", lp);
	snprintf(limit_env, sizeof(limit_env), "EMAGE_LP_LIMIT_MS=%s", limit ? limit : "30000");
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execve(argv[0], (char *const *)(uintptr_t)argv, env);
	_exit(126);
}

static void
read_into(int fd, struct buf *b)
{
	ssize_t n;

	do {
		uint8_t *room = buf_reserve(b, 65536);

		assert_non_null(room);
		n = read(fd, room, 65536);
		buf_commit(b, n > 0 ? (size_t)n : 0);
	} while (n > 0 || (n < 0 && errno == EINTR));
}

static int
file_with(const void *bytes, size_t len)
{
	char path[] = "/tmp/emage-letter-in-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* argv[0] is a path. The caller releases r->out. */
static void
run(const char *const *argv, const void *input, size_t len, struct ran *r)
{
	int in = file_with(input, len), err = file_with("", 0), out[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_child(argv, in, out[1], err);
	close(out[1]);
	close(in);
	*r = (struct ran){.status = -1};
	buf_init(&r->out, 64u << 20);
	read_into(out[0], &r->out);
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	r->status = WEXITSTATUS(status);
	n = pread(err, r->err, sizeof(r->err) - 1, 0);
	r->err[n > 0 ? n : 0] = '\0';
	close(err);
}

static void
letter(const Emage__Letter *l, const char *const *args, struct ran *r)
{
	const char *argv[RUN_ARGS] = {program};
	struct buf in;

	for (size_t i = 0; args[i] && i + 2 < RUN_ARGS; i++)
		argv[i + 1] = args[i];
	letter_pack(l, &in);
	run(argv, buf_bytes(&in), in.len, r);
	buf_release(&in);
}

#define LETTER(l, r, ...) letter(l, (const char *const[]){__VA_ARGS__, NULL}, r)

/* A reader of PDF over bytes; text with a NUL behind it. */
static void
reader(const struct buf *pdf, const char *name, const char *const *args, struct ran *r)
{
	const char *argv[RUN_ARGS] = {name};

	for (size_t i = 0; args[i] && i + 2 < RUN_ARGS; i++)
		argv[i + 1] = args[i];
	run(argv, buf_bytes(pdf), pdf->len, r);
	assert_int_equal(r->status, 0);
	assert_int_equal(buf_append(&r->out, "", 1), 0);
}

#define READER(pdf, r, name, ...)                                                                  \
	reader(pdf, "/usr/bin/" name, (const char *const[]){__VA_ARGS__, NULL}, r)

static const char *
text_of(const struct ran *r)
{
	return (const char *)buf_bytes(&r->out);
}

static void
assert_has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

/* Words, whatever lines they stand on. */
static void
assert_words(const char *text, const char *words)
{
	char *copy = strdup(words), *rest = NULL;

	for (char *w = strtok_r(copy, " \n", &rest); w; w = strtok_r(NULL, " \n", &rest))
		assert_has(text, w);
	free(copy);
}

static void
write_lp(const char *script)
{
	FILE *f = fopen(lp, "we");

	assert_non_null(f);
	assert_true(fprintf(f, "#!/bin/sh\n%s\n", script) > 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(lp, 0700), 0);
}

static int
set_up(void **state)
{
	(void)state;
	if (!getenv("EMAGE_BUILD") || !mkdtemp(folder))
		return -1;
	snprintf(program, sizeof(program), "%s/emage-letter", getenv("EMAGE_BUILD"));
	snprintf(lp, sizeof(lp), "%s/lp", folder);
	return 0;
}

static int
tear_down(void **state)
{
	const char *argv[] = {"/bin/rm", "-rf", folder, NULL};
	struct ran r;

	(void)state;
	run(argv, "", 0, &r);
	buf_release(&r.out);
	return r.status;
}

/* ------------------------------------------------------------------------ PDF */

/* Every line of the plain text is found in the PDF, by its words. */
static void
the_pdf_says_what_the_text_says(void **state)
{
	static const char *const languages[] = {"fr", "de", "en"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		Emage__Letter l = LETTER_SAMPLE;
		struct ran pdf, plain, text;

		l.language = (char *)(uintptr_t)languages[i];
		LETTER(&l, &pdf, "--pdf");
		LETTER(&l, &plain, "--text");
		assert_int_equal(pdf.status, 0);
		assert_int_equal(plain.status, 0);
		assert_string_equal(pdf.err, "");
		assert_int_equal(buf_append(&plain.out, "", 1), 0);
		READER(&pdf.out, &text, "pdftotext", "-layout", "-", "-");
		for (char *s = (char *)buf_bytes(&plain.out); *s; s++)
			if (*s == '=' || (*s == '-' && s[1] == ' '))
				*s = ' ';
		assert_words(text_of(&text), text_of(&plain));
		assert_null(strstr(text_of(&text), "ﬁ"));
		assert_has(text_of(&text), "C4F-7HK9-M2X");
		assert_has(text_of(&text), "7HK9-M2XC-4F3T-Q8YZ");
		buf_release(&pdf.out);
		buf_release(&plain.out);
		buf_release(&text.out);
	}
}

static void
fonts_are_embedded_and_nothing_secret_is_told(void **state)
{
	Emage__Letter l = LETTER_SAMPLE;
	struct ran pdf, fonts, info;
	char *rest = NULL, *line;
	unsigned n = 0;

	(void)state;
	LETTER(&l, &pdf, "--pdf");
	READER(&pdf.out, &fonts, "pdffonts", "-");
	line = strtok_r((char *)buf_bytes(&fonts.out), "\n", &rest);
	line = strtok_r(NULL, "\n", &rest); /* below the titles */
	while ((line = strtok_r(NULL, "\n", &rest)) != NULL) {
		/* emb sub uni */
		assert_has(line, " yes yes yes ");
		assert_has(line, "DejaVuSans");
		n++;
	}
	assert_true(n >= 3);
	READER(&pdf.out, &info, "pdfinfo", "-");
	assert_has(text_of(&info), "Title:           Votre accès à e-mage");
	assert_has(text_of(&info), "Pages:           1\n");
	assert_has(text_of(&info), "(A4)");
	assert_null(strstr(text_of(&info), "ÉCHANTILLON"));
	assert_null(memmem(buf_bytes(&pdf.out), pdf.out.len, "7HK9", 4));
	assert_null(memmem(buf_bytes(&pdf.out), pdf.out.len, "M2XC", 4));
	buf_release(&pdf.out);
	buf_release(&fonts.out);
	buf_release(&info.out);
}

/* ------------------------------------------------------------- drawn as a page */

struct page {
	struct ran r;
	const uint8_t *pixels; /* grey, 255 = paper */
	int width, height;
};

static void
page_draw(const struct buf *pdf, const char *number, struct page *p)
{
	int len = 0, most;

	READER(pdf, &p->r, "pdftoppm", "-gray", "-r", "100", "-f", number, "-l", number, "-");
	assert_int_equal(
	    sscanf(text_of(&p->r), "P5 %d %d %d%n", &p->width, &p->height, &most, &len), 3);
	assert_int_equal(most, 255);
	p->pixels = buf_bytes(&p->r.out) + len + 1;
	assert_true(p->r.out.len >= (size_t)(len + 1) + (size_t)p->width * (size_t)p->height);
}

/* Whether there is ink in a rectangle, in mm. */
static bool
page_has_ink(const struct page *p, double left, double top, double right, double bottom)
{
	for (int y = (int)(top / 25.4 * DPI); y < (int)(bottom / 25.4 * DPI) && y < p->height; y++)
		for (int x = (int)(left / 25.4 * DPI);
		     x < (int)(right / 25.4 * DPI) && x < p->width; x++)
			if (p->pixels[y * p->width + x] < 200)
				return true;
	return false;
}

/* The address is in the window of the envelope, and nothing else is; nothing
 * touches the edges that a printer cannot reach. */
static void
assert_page_is_well(const struct page *p)
{
	assert_true(page_has_ink(p, 110, 50, 190, 84));
	assert_false(page_has_ink(p, 107, 44, 205, 49.5));   /* above it */
	assert_false(page_has_ink(p, 107, 84, 205, 90));     /* below it */
	assert_false(page_has_ink(p, 107.5, 49, 109.5, 85)); /* beside it */
	assert_false(page_has_ink(p, 190.5, 44, 210, 90));
	assert_false(page_has_ink(p, 0, 0, 210, 8));
	assert_false(page_has_ink(p, 0, 288, 210, 297));
	assert_false(page_has_ink(p, 0, 0, 5, 297));
	assert_false(page_has_ink(p, 9.5, 0, 19, 297)); /* between marks and margin */
	assert_false(page_has_ink(p, 191, 0, 210, 297));
}

static void
the_address_is_in_the_window(void **state)
{
	static const char *const languages[] = {"fr", "de", "en"};
	char *short_lines[] = {(char *)"12 rue de l’Exemple", (char *)"67000 STRASBOURG"};
	char *long_lines[] = {
	    (char *)"Résidence des Très Longs Exemples, bâtiment C, escalier 12, appartement 1204",
	    (char *)"12 bis rue de l’Exemple", (char *)"Lieu-dit Le Bout du Monde",
	    (char *)"BP 1234", (char *)"67000 STRASBOURG CEDEX 9", (char *)"FRANCE"};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(languages); i++) {
		Emage__Letter l = LETTER_SAMPLE;
		struct ran pdf;
		struct page p;

		l.language = (char *)(uintptr_t)languages[i / 2];
		l.recipient = i % 2 ? long_lines : short_lines;
		l.n_recipient = i % 2 ? ARRAY_LEN(long_lines) : ARRAY_LEN(short_lines);
		LETTER(&l, &pdf, "--pdf");
		assert_int_equal(pdf.status, 0);
		page_draw(&pdf.out, "1", &p);
		assert_page_is_well(&p);
		buf_release(&pdf.out);
		buf_release(&p.r.out);
	}
}

/* The longest of everything: another page, and every word is there. */
static void
what_is_too_long_goes_on_overleaf(void **state)
{
	static const char *const fields[] = {"Prénoms", "Usage", "Naissance"};
	char names[3][300], establishment[300], line[300], *recipient[6];
	Emage__Letter l = LETTER_SAMPLE;
	struct ran pdf, text;
	struct page p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		names[i][0] = '\0';
		for (unsigned k = 0; k < 15; k++) {
			size_t at = strlen(names[i]);

			snprintf(names[i] + at, sizeof(names[i]) - at, "%s%s%02uÉÇ", k ? " " : "",
			    fields[i], k);
		}
	}
	memset(establishment, 'M', 200);
	establishment[200] = '\0';
	memset(line, 'm', 249);
	memcpy(line + 249, "X", 2);
	for (size_t i = 0; i < ARRAY_LEN(recipient); i++)
		recipient[i] = line;
	l.recipient = recipient;
	l.n_recipient = ARRAY_LEN(recipient);
	l.given_name = names[0];
	l.used_name = names[1];
	l.birth_name = names[2];
	l.establishment = establishment;
	LETTER(&l, &pdf, "--pdf");
	assert_int_equal(pdf.status, 0);
	READER(&pdf.out, &text, "pdfinfo", "-");
	assert_has(text_of(&text), "Pages:           2\n");
	buf_release(&text.out);
	READER(&pdf.out, &text, "pdftotext", "-layout", "-", "-");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_words(text_of(&text), names[i]);
	assert_words(text_of(&text), "1/2 2/2 C4F-7HK9-M2X 7HK9-M2XC-4F3T-Q8YZ info@pulsy.fr.");
	page_draw(&pdf.out, "1", &p);
	assert_page_is_well(&p);
	buf_release(&p.r.out);
	page_draw(&pdf.out, "2", &p);
	assert_false(page_has_ink(&p, 191, 0, 210, 297));
	assert_false(page_has_ink(&p, 0, 288, 210, 297));
	buf_release(&p.r.out);
	buf_release(&pdf.out);
	buf_release(&text.out);
}

/* Right to left among the rest; and what no font here has is told. */
static void
other_writings(void **state)
{
	Emage__Letter l = LETTER_SAMPLE;
	struct ran pdf;
	struct page p;

	(void)state;
	l.given_name = (char *)"فاطمة الزهراء";
	l.used_name = (char *)"Ngô Đình Ỷ";
	LETTER(&l, &pdf, "--pdf");
	assert_int_equal(pdf.status, 0);
	assert_string_equal(pdf.err, "");
	page_draw(&pdf.out, "1", &p);
	assert_page_is_well(&p);
	buf_release(&p.r.out);
	buf_release(&pdf.out);
	/* U+0378 is no character yet */
	l.used_name = (char *)"Nom\xcd\xb8";
	LETTER(&l, &pdf, "--pdf");
	assert_int_equal(pdf.status, 0);
	assert_has(pdf.err, "boxes stand for them");
	assert_memory_equal(buf_bytes(&pdf.out), "%PDF-", 5);
	buf_release(&pdf.out);
}

/* ---------------------------------------------------------------------- files */

static void
a_file_is_never_written_over(void **state)
{
	Emage__Letter l = LETTER_SAMPLE;
	char path[100], want[100], before[8] = "";
	struct stat st;
	struct ran r;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/there", folder);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs("mine", f);
	fclose(f);
	LETTER(&l, &r, "--pdf", "--output", path);
	assert_int_equal(r.status, LETTER_EXIT_FILE);
	assert_has(r.err, "exists already");
	buf_release(&r.out);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(before, sizeof(before), f));
	fclose(f);
	assert_string_equal(before, "mine");
	for (int i = 1; i <= 3; i++) {
		char copy[8] = "";

		if (i > 1)
			snprintf(copy, sizeof(copy), "-%d", i);
		LETTER(&l, &r, "--text", "--folder", folder);
		assert_int_equal(r.status, 0);
		assert_int_equal(buf_append(&r.out, "", 1), 0);
		snprintf(want, sizeof(want), "%s/e-mage-C4F-7HK9-M2X%s.txt\n", folder, copy);
		assert_string_equal(text_of(&r), want);
		want[strlen(want) - 1] = '\0';
		assert_int_equal(stat(want, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		buf_release(&r.out);
	}
	LETTER(&l, &r, "--pdf", "--folder", "/nonexistent/folder");
	assert_int_equal(r.status, LETTER_EXIT_FILE);
	assert_has(r.err, "/nonexistent/folder: No such file or directory");
	buf_release(&r.out);
}

/* An identifier goes into a name of a file: nothing of a path may come of it. */
static void
no_path_comes_of_an_identifier(void **state)
{
	Emage__Letter l = LETTER_SAMPLE;
	char want[100];
	struct ran r;

	(void)state;
	l.identifier = (char *)"../../x y";
	LETTER(&l, &r, "--text", "--folder", folder);
	assert_int_equal(r.status, 0);
	assert_int_equal(buf_append(&r.out, "", 1), 0);
	snprintf(want, sizeof(want), "%s/e-mage-------x-y.txt\n", folder);
	assert_string_equal(text_of(&r), want);
	buf_release(&r.out);
}

/* ------------------------------------------------------------------- printing */

/* All of it, byte for byte. */
static void
the_printer_gets_the_pdf(void **state)
{
	Emage__Letter l = LETTER_SAMPLE;
	struct ran r, kept, copy;
	char path[80];
	const char *cat[] = {"/bin/cat", path, NULL};

	(void)state;
	write_lp("printf '%s ' \"$@\" > \"$0.args\"; cat > \"$0.pdf\"; "
		 "echo 'request id is accueil-7 (1 file(s))'");
	LETTER(&l, &r, "--print", "accueil");
	assert_int_equal(r.status, 0);
	assert_string_equal(r.err, "");
	assert_int_equal(r.out.len, 0);
	buf_release(&r.out);
	snprintf(path, sizeof(path), "%s.args", lp);
	run(cat, "", 0, &r);
	assert_int_equal(buf_append(&r.out, "", 1), 0);
	assert_string_equal(text_of(&r), "-t e-mage -d accueil ");
	buf_release(&r.out);
	snprintf(path, sizeof(path), "%s.pdf", lp);
	run(cat, "", 0, &kept);
	LETTER(&l, &copy, "--pdf");
	assert_int_equal(kept.out.len, copy.out.len);
	assert_memory_equal(buf_bytes(&kept.out), buf_bytes(&copy.out), copy.out.len);
	READER(&kept.out, &r, "pdftotext", "-layout", "-", "-");
	assert_has(text_of(&r), "7HK9-M2XC-4F3T-Q8YZ");
	buf_release(&r.out);
	buf_release(&kept.out);
	buf_release(&copy.out);
}

static void
printing_that_fails_says_why(void **state)
{
	static const struct {
		const char *script, *limit, *printer;
		enum letter_exit status;
		const char *err;
	} rows[] = {
	    {"cat > /dev/null; echo 'lp: The printer or class does not exist.' >&2; exit 1", NULL,
		"p", LETTER_EXIT_PRINTER, "lp: The printer or class does not exist."},
	    {"exit 1", NULL, "p", LETTER_EXIT_PRINTER, "has not printed it"},
	    {"printf '\\033[2Jlp: no\\nmore' >&2; exit 3", NULL, "p", LETTER_EXIT_PRINTER,
		"emage-letter:  [2Jlp: no\n"},
	    {"exec cat > /dev/null 2>&1 < /dev/zero", "200", "p", LETTER_EXIT_LATE, "did not end"},
	    {"exit 0", NULL, "-h", LETTER_EXIT_PRINTER, "not the name of a printer"},
	    {"exit 0", NULL, "", LETTER_EXIT_PRINTER, "not the name of a printer"},
	    {"exit 0", NULL, "a b", LETTER_EXIT_PRINTER, "not the name of a printer"},
	};
	Emage__Letter l = LETTER_SAMPLE;
	struct ran r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		write_lp(rows[i].script);
		if (rows[i].limit)
			setenv("LETTER_TEST_LIMIT", rows[i].limit, 1);
		else
			unsetenv("LETTER_TEST_LIMIT");
		LETTER(&l, &r, "--print", rows[i].printer);
		print_message("%zu: %s", i, r.err);
		assert_int_equal(r.status, (int)rows[i].status);
		assert_has(r.err, rows[i].err);
		buf_release(&r.out);
	}
	unsetenv("LETTER_TEST_LIMIT");
	assert_int_equal(unlink(lp), 0);
	LETTER(&l, &r, "--print", "p");
	assert_int_equal(r.status, LETTER_EXIT_NO_LP);
	assert_has(r.err, "install cups-client");
	buf_release(&r.out);
}

/* ------------------------------------------------------------------- refusals */

static void
what_is_no_letter_is_refused(void **state)
{
	const char *argv[] = {program, "--pdf", NULL};
	Emage__Letter l = LETTER_SAMPLE;
	char large[20000];
	struct ran r;

	(void)state;
	l.given_name = (char *)"Lé\na";
	LETTER(&l, &r, "--pdf");
	assert_int_equal(r.status, LETTER_EXIT_MESSAGE);
	assert_int_equal(r.out.len, 0);
	assert_has(r.err, "given_name: not a value that can be printed");
	buf_release(&r.out);
	run(argv, "\xff\xff", 2, &r);
	assert_int_equal(r.status, LETTER_EXIT_MESSAGE);
	buf_release(&r.out);
	memset(large, 'a', sizeof(large));
	run(argv, large, sizeof(large), &r);
	assert_int_equal(r.status, LETTER_EXIT_MESSAGE);
	assert_has(r.err, "too large");
	buf_release(&r.out);
}

static void
options_that_make_no_sense(void **state)
{
	static const char *const rows[][RUN_ARGS] = {{NULL}, {"--pdf", "--text"},
	    {"--print", "p", "--folder", "/tmp"}, {"--pdf", "--output", "a", "--folder", "b"},
	    {"--pdf", "left"}, {"--text", "--columns", "39"}, {"--text", "--columns", "x"},
	    {"--text", "--columns", "1001"}, {"--pdf", "--columns", "72"}, {"--what"},
	    {"--output", "a"}};
	Emage__Letter l = LETTER_SAMPLE;
	struct ran r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		letter(&l, rows[i], &r);
		assert_int_equal(r.status, LETTER_EXIT_USAGE);
		assert_int_equal(r.out.len, 0);
		buf_release(&r.out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_pdf_says_what_the_text_says),
	    cmocka_unit_test(fonts_are_embedded_and_nothing_secret_is_told),
	    cmocka_unit_test(the_address_is_in_the_window),
	    cmocka_unit_test(what_is_too_long_goes_on_overleaf),
	    cmocka_unit_test(other_writings),
	    cmocka_unit_test(a_file_is_never_written_over),
	    cmocka_unit_test(no_path_comes_of_an_identifier),
	    cmocka_unit_test(the_printer_gets_the_pdf),
	    cmocka_unit_test(printing_that_fails_says_why),
	    cmocka_unit_test(what_is_no_letter_is_refused),
	    cmocka_unit_test(options_that_make_no_sense),
	};

	return cmocka_run_group_tests_name("emage-letter", tests, set_up, tear_down);
}
