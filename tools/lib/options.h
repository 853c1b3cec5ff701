/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_OPTIONS_H
#define EMAGE_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Command lines: a table says which options there are, and feeds the reading,
 * --help and the completion of shells.
 */
enum option_type {
	OPTION_FLAG,   /* bool */
	OPTION_STRING, /* const char *, borrowed from argv */
	OPTION_LIST,   /* struct option_list: may be given more than once */
	OPTION_INT,    /* int64_t */
};

struct option_list {
	const char **items;
	size_t n;
};

struct option_row {
	char letter;	  /* 0 = long name only */
	const char *name; /* without the dashes */
	const char *arg;  /* name of its argument for --help; NULL for a flag */
	enum option_type type;
	size_t offset; /* in the caller's struct */
	int64_t min, max;
	const char *words; /* values for completion: "a b c", "@file", "@dir", or NULL */
	const char *help;
};

/*
 * Reads options up to the first argument that is none. Returns its index, or -1
 * with a message on standard error (program: in front). Options may stand after
 * other arguments when `mixed`: argv is then reordered.
 */
int option_read(const char *program, const struct option_row *rows, size_t n, bool mixed, int argc,
    char **argv, void *into);

/* "  -s, --server HOST:PORT   text", wrapped at 80 columns. */
void option_help(FILE *f, const struct option_row *rows, size_t n);

#endif
