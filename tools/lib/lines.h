/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_LINES_H
#define EMAGE_TOOLS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Text files of other people, line by line in constant memory: UTF-8, with or
 * without a byte order mark, or Windows-1252.
 */
#define LINES_MAX_BYTES 65536u

struct lines {
	FILE *f;
	uint64_t number; /* of the line read last, from 1 */
	uint64_t n_1252; /* lines that were not UTF-8 */
	char *raw;	 /* the line as it is in the file, without its end */
	size_t raw_len;	 /* with NULs in it, if any; at most LINES_MAX_BYTES */
	char *text;	 /* ... as UTF-8 */
};

/* `f` stays the caller's. */
void lines_begin(struct lines *l, FILE *f);
void lines_end(struct lines *l);
/* 1 = a line is in `text`, 0 = no more, -EM_E_TOO_LARGE or -EM_E_INVALID = this
 * line is too long or holds a NUL (go on with the next), -EM_E_IO. */
int lines_next(struct lines *l);

/*
 * Cuts a line at the separator, in place; at most max fields are set, how many
 * there were is returned. With `quoted` a field may stand in double quotes, two
 * of which inside mean one. Blanks around a field are not part of it.
 */
size_t lines_split(char *line, char separator, bool quoted, char **fields_r, size_t max);

#endif
