/* SPDX-License-Identifier: MIT */
/*
 * emage-letter: one letter from standard input, as text, PDF or on a printer.
 * Nothing of it is in its arguments, its environment or a file that was not
 * asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"
#include "letter/content.h"
#include "letter/exit.h"
#include "letter/file.h"
#include "letter/pdf.h"
#include "letter/plain.h"
#include "letter/printer.h"

#define MAIN_ARENA_MAX	(512u << 10)
#define MAIN_LETTER_MAX (4u << 20)

struct main_wish {
	bool text, pdf;
	const char *columns, *output, *folder, *printer; /* NULL: not asked for */
	unsigned n_columns;
};

static const char main_usage[] =
    "usage: emage-letter --text [--columns N] | --pdf [--output FILE | --folder FOLDER]\n"
    "       emage-letter --print PRINTER\n"
    "       emage-letter --help | --version\n"
    "A packed emage.Letter on standard input becomes a letter: see emage-letter(8).\n";

static int __attribute__((format(printf, 2, 3)))
main_fail(enum letter_exit status, const char *fmt, ...)
{
	va_list ap;

	fputs("emage-letter: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return (int)status;
}

/* No core, no other process of the same user that looks in. */
static void
main_protect(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)umask(077);
}

/* ------------------------------------------------------------------- options */

enum main_option {
	MAIN_TEXT = 1,
	MAIN_PDF,
	MAIN_COLUMNS,
	MAIN_OUTPUT,
	MAIN_FOLDER,
	MAIN_PRINT,
	MAIN_HELP,
	MAIN_VERSION,
};

static bool
main_take(struct main_wish *w, int id)
{
	const char **const texts[] = {[MAIN_COLUMNS] = &w->columns,
	    [MAIN_OUTPUT] = &w->output,
	    [MAIN_FOLDER] = &w->folder,
	    [MAIN_PRINT] = &w->printer};

	if (id == MAIN_TEXT)
		w->text = true;
	else if (id == MAIN_PDF)
		w->pdf = true;
	else if (id >= MAIN_COLUMNS && id <= MAIN_PRINT)
		*texts[id] = optarg;
	else
		return false;
	return true;
}

/* 0, or as many as make sense. */
static bool
main_take_columns(struct main_wish *w)
{
	unsigned long n;
	char *end;

	w->n_columns = PLAIN_COLUMNS;
	if (!w->columns)
		return true;
	n = strtoul(w->columns, &end, 10);
	if (*w->columns < '0' || *w->columns > '9' || *end != '\0' || n > PLAIN_COLUMNS_MAX)
		return false;
	w->n_columns = (unsigned)n;
	return w->text && (n == 0 || n >= PLAIN_COLUMNS_MIN);
}

static bool
main_makes_sense(struct main_wish *w)
{
	if (!main_take_columns(w))
		return false;
	if (w->text + w->pdf + (w->printer != NULL) != 1)
		return false;
	return !(w->output && w->folder) && !(w->printer && (w->output || w->folder));
}

/* 0, or an exit status + 1. */
static int
main_options(int argc, char **argv, struct main_wish *w_r)
{
	static const struct option longs[] = {
	    {"text", no_argument, NULL, MAIN_TEXT},
	    {"pdf", no_argument, NULL, MAIN_PDF},
	    {"columns", required_argument, NULL, MAIN_COLUMNS},
	    {"output", required_argument, NULL, MAIN_OUTPUT},
	    {"folder", required_argument, NULL, MAIN_FOLDER},
	    {"print", required_argument, NULL, MAIN_PRINT},
	    {"help", no_argument, NULL, MAIN_HELP},
	    {"version", no_argument, NULL, MAIN_VERSION},
	    {0},
	};
	int id;

	*w_r = (struct main_wish){0};
	while ((id = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (id == MAIN_HELP)
			fputs(main_usage, stdout);
		else if (id == MAIN_VERSION)
			printf("emage-letter %s\n", EMAGE_VERSION);
		else if (main_take(w_r, id))
			continue;
		else
			break;
		return LETTER_EXIT_OK + 1;
	}
	if (id == -1 && optind == argc && main_makes_sense(w_r))
		return 0;
	fputs(main_usage, stderr);
	return LETTER_EXIT_USAGE + 1;
}

/* ------------------------------------------------------------------ in and out */

static int
main_read(struct buf *in)
{
	for (;;) {
		uint8_t *room = buf_reserve(in, 1);
		size_t free_bytes = in->cap - in->start - in->len;
		ssize_t n;

		if (!room)
			return -EM_E_TOO_LARGE;
		n = read(STDIN_FILENO, room, free_bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -EM_E_IO;
		if (n == 0)
			return 0;
		buf_commit(in, (size_t)n);
	}
}

static int
main_file(const struct main_wish *w, const struct content *c, const struct buf *out)
{
	char path[PATH_MAX], *stem;
	int rc;

	if (w->output) {
		rc = file_new(w->output, buf_bytes(out), out->len);
		if (rc == -EEXIST)
			return main_fail(LETTER_EXIT_FILE,
			    "%s: exists already, and is not written over: name another file",
			    w->output);
		if (rc < 0)
			return main_fail(LETTER_EXIT_FILE, "%s: %s", w->output, strerror(-rc));
		return LETTER_EXIT_OK;
	}
	stem = mem_printf("e-mage-%s", c->identifier);
	rc = file_new_in(w->folder, stem, w->text ? "txt" : "pdf", buf_bytes(out), out->len, path);
	free(stem);
	if (rc < 0)
		return main_fail(LETTER_EXIT_FILE, "%s: %s", w->folder, strerror(-rc));
	puts(path);
	return fflush(stdout) == 0 ? LETTER_EXIT_OK : LETTER_EXIT_FILE;
}

static int
main_print(const char *printer, const struct buf *out)
{
	char text[PRINTER_TEXT_LEN];
	enum letter_exit rc = printer_send(printer, buf_bytes(out), out->len, text);

	if (rc == LETTER_EXIT_NO_LP)
		return main_fail(rc, "lp(1) cannot be run: install cups-client");
	if (rc == LETTER_EXIT_LATE)
		return main_fail(rc, "lp(1) did not end: is the print service running?");
	if (rc != LETTER_EXIT_OK)
		return main_fail(rc, "%s", text[0] ? text : "lp(1) has not printed it");
	return LETTER_EXIT_OK;
}

static int
main_put(const struct main_wish *w, const struct content *c, const struct buf *out)
{
	int rc;

	if (w->printer)
		return main_print(w->printer, out);
	if (w->output || w->folder)
		return main_file(w, c, out);
	rc = file_write(STDOUT_FILENO, buf_bytes(out), out->len);
	return rc == 0 ? LETTER_EXIT_OK
		       : main_fail(LETTER_EXIT_FILE, "standard output: %s", strerror(-rc));
}

static int
main_make(const struct main_wish *w, const struct content *c, struct buf *out)
{
	struct pdf_report report = {0};
	int rc = w->text ? plain_make(c, w->n_columns, out) : pdf_make(c, out, &report);

	if (rc == -EM_E_NOT_FOUND)
		return main_fail(LETTER_EXIT_FONTS,
		    "the fonts DejaVu Sans and DejaVu Sans Mono are missing: install "
		    "fonts-dejavu-core");
	if (rc < 0)
		return main_fail(LETTER_EXIT_MESSAGE, "cannot lay it out: %s", err_text(rc));
	if (report.has_unknown)
		fputs("emage-letter: no font here has some of these characters, boxes stand for "
		      "them: install one, such as fonts-noto-cjk\n",
		    stderr);
	return LETTER_EXIT_OK;
}

static int
main_letter(const struct main_wish *w, struct arena *a, struct buf *in, struct buf *out)
{
	struct content c;
	const char *field;
	int rc = main_read(in);

	if (rc == 0)
		rc = content_read(a, buf_bytes(in), in->len, &c, &field);
	else
		field = "";
	if (rc == -EM_E_INVALID && field[0])
		return main_fail(LETTER_EXIT_MESSAGE, "%s: not a value that can be printed", field);
	if (rc < 0)
		return main_fail(
		    LETTER_EXIT_MESSAGE, "standard input is no letter: %s", err_text(rc));
	rc = main_make(w, &c, out);
	return rc == LETTER_EXIT_OK ? main_put(w, &c, out) : rc;
}

int
main(int argc, char **argv)
{
	struct main_wish w;
	struct arena *a;
	struct buf in, out;
	int rc;

	main_protect();
	rc = main_options(argc, argv, &w);
	if (rc != 0)
		return rc - 1;
	if (w.printer && !printer_is_name(w.printer))
		return main_fail(
		    LETTER_EXIT_PRINTER, "\"%s\" is not the name of a printer", w.printer);
	secret_setup();
	a = arena_new(MAIN_ARENA_MAX);
	buf_init(&in, CONTENT_MAX_MESSAGE);
	buf_init(&out, MAIN_LETTER_MAX);
	rc = main_letter(&w, a, &in, &out);
	buf_release(&in);
	buf_release(&out);
	arena_free(&a);
	return rc;
}
