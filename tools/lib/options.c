/* SPDX-License-Identifier: MIT */
/*
 * Reading of command lines by table.
 */
#include "tools/lib/options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/mem.h"

#define OPTION_TEXT_COLUMN 30
#define OPTION_WIDTH	   80
#define OPTION_FIRST_VALUE 256 /* getopt's values for rows, above any letter */

static int
option_unknown(const char *program, const struct option_row *rows, size_t n, const char *word)
{
	const char **names = mem_new_array(n + 1, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < n; i++)
		names[i] = rows[i].name;
	near = strncmp(word, "--", 2) == 0 ? config_nearest(word + 2, names, n) : NULL;
	if (near)
		fprintf(stderr, "%s: no option %s; did you mean --%s?\n", program, word, near);
	else
		fprintf(stderr, "%s: no option %s; see --help\n", program, word);
	free(names);
	return -1;
}

static int
option_store(const char *program, const struct option_row *row, const char *value, void *into)
{
	char *at = (char *)into + row->offset;
	struct option_list *list;
	char *end;
	intmax_t number;

	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)(void *)at = true;
		return 0;
	case OPTION_STRING:
		*(const char **)(void *)at = value;
		return 0;
	case OPTION_LIST:
		list = (struct option_list *)(void *)at;
		list->items = mem_grow(list->items, list->n + 1, sizeof(*list->items));
		list->items[list->n++] = value;
		return 0;
	case OPTION_INT:
		break;
	}
	errno = 0;
	number = strtoimax(value, &end, 10);
	if (errno != 0 || *value == '\0' || *end != '\0' || number < row->min ||
	    number > row->max) {
		fprintf(stderr, "%s: --%s wants a number from %" PRId64 " to %" PRId64 "\n",
		    program, row->name, row->min, row->max);
		return -1;
	}
	*(int64_t *)(void *)at = number;
	return 0;
}

static const struct option_row *
option_of(const struct option_row *rows, size_t n, int value)
{
	if (value >= OPTION_FIRST_VALUE)
		return &rows[value - OPTION_FIRST_VALUE];
	for (size_t i = 0; i < n; i++)
		if (rows[i].letter && rows[i].letter == value)
			return &rows[i];
	return NULL;
}

int
option_read(const char *program, const struct option_row *rows, size_t n, bool mixed, int argc,
    char **argv, void *into)
{
	struct option *longs = mem_new_array(n + 1, sizeof(*longs));
	char *letters = mem_new(2 * n + 3), *p = letters;
	char word[3];
	int value, rc = 0;

	*p++ = mixed ? ':' : '+';
	if (!mixed)
		*p++ = ':';
	for (size_t i = 0; i < n; i++) {
		longs[i].name = rows[i].name;
		longs[i].has_arg = rows[i].arg ? required_argument : no_argument;
		longs[i].val = OPTION_FIRST_VALUE + (int)i;
		if (rows[i].letter) {
			*p++ = rows[i].letter;
			if (rows[i].arg)
				*p++ = ':';
		}
	}
	opterr = 0;
	optind = 0; /* start afresh: a program reads several lines */
	while (rc == 0 && (value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (value == '?') {
			snprintf(word, sizeof(word), "-%c", optopt);
			rc = option_unknown(program, rows, n,
			    optopt > 0 && optopt < OPTION_FIRST_VALUE ? word : argv[optind - 1]);
		} else if (value == ':') {
			fprintf(stderr, "%s: %s wants an argument\n", program, argv[optind - 1]);
			rc = -1;
		} else {
			rc = option_store(program, option_of(rows, n, value), optarg, into);
		}
	}
	free(longs);
	free(letters);
	return rc < 0 ? -1 : optind;
}

/* Words of `text` from column `column` on, continued there. */
static void
option_wrap(FILE *f, const char *text, size_t column)
{
	size_t at = column;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (at + len + 1 > OPTION_WIDTH && at > column) {
			fprintf(f, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			putc(' ', f);
			at++;
		}
		fprintf(f, "%.*s", (int)len, text);
		at += len;
		text += len + (text[len] == ' ');
	}
	putc('\n', f);
}

void
option_help(FILE *f, const struct option_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct option_row *row = &rows[i];
		int at = fprintf(f, row->letter ? "  -%c, --%s%s%s" : "  %c   --%s%s%s",
		    row->letter ? row->letter : ' ', row->name, row->arg ? " " : "",
		    row->arg ? row->arg : "");

		if (at >= OPTION_TEXT_COLUMN)
			at = fprintf(f, "\n") - 1;
		fprintf(f, "%*s", OPTION_TEXT_COLUMN - at, "");
		option_wrap(f, row->help, OPTION_TEXT_COLUMN);
	}
}
