/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_PAGES_H
#define EMAGE_SERVER_HANDLE_PAGES_H

#include <stddef.h>

/*
 * The pages that anybody may read without signing in: questions and answers, and
 * how to reach the support, per language. Built in from data/faq and
 * data/support; an operator puts own files in their place: faq/<language>.txt
 * and support/<language>.txt of one folder.
 *
 * faq: "== Section", "? Question", then the answer, up to the next of them; an
 * empty line ends a paragraph; "#" in front is a remark.
 * support: "address: ..." and "phone: ..." first, an empty line, the text.
 */
struct pages;

struct pages_entry {
	const char *section, *question;
	const char *answer; /* "\n" ends a paragraph */
};
struct pages_support {
	const char *address, *phone; /* "" = not said there */
	const char *text;
};

/* `dir` NULL or "": those built in; a file that is not in `dir` likewise. 0, or
 * -EM_E_CONFIG with every fault in err_r, one "file:line: what" a line. */
int pages_new(const char *dir, struct pages **pages_r, char *err_r, size_t err_len);
/* With those kept behind it. */
void pages_free(struct pages **p);
/* Keeps the pages that were in force before, as somebody may still read them. */
void pages_keep(struct pages *p, struct pages *before);

/* A language that is not there becomes French. The arrays and strings live as
 * long as the pages. */
const struct pages_entry *pages_faq(const struct pages *p, const char *language, size_t *n_r);
const struct pages_support *pages_support(const struct pages *p, const char *language);

#endif
