/* SPDX-License-Identifier: MIT */
/*
 * Lines that are sent in the order of a key. A directory has its names in an order
 * of its own: written in that order its indexes grow at their ends, instead of
 * being rewritten all over for each few lines.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "tools/emagectl/load.h"

/* A record: the texts that are the key, each with its NUL; where the line stands;
 * the other texts; the line as it is in the file. */
struct load_where {
	uint8_t number[8]; /* first byte first, so that lines of one key keep their order */
	const char *path;
};

static const char *
load_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/var/tmp";
}

static void
load_no_room(struct load *l)
{
	ctl_fail(
	    "%s: %s (TMPDIR names a directory with more room)", load_folder(), strerror(errno));
	l->failed = true;
}

static char *
load_append(char *p, const void *bytes, size_t len)
{
	memcpy(p, bytes, len);
	return p + len;
}

void
load_later(struct load *l, const char *const *text)
{
	const struct load_format *f = l->format;
	const char *raw = l->refused_file ? l->at.raw : "";
	struct load_where where = {.path = l->at.path};
	size_t len = sizeof(where) + strlen(raw) + 1;
	char *record, *p;

	for (size_t i = 0; i < f->n_texts; i++)
		len += strlen(text[i]) + 1;
	for (size_t i = 0; i < sizeof(where.number); i++)
		where.number[i] = (uint8_t)(l->at.number >> (56 - 8 * i));
	record = p = mem_new(len);
	for (size_t i = 0; i < f->n_keys; i++)
		p = load_append(p, text[i], strlen(text[i]) + 1);
	p = load_append(p, &where, sizeof(where));
	for (size_t i = f->n_keys; i < f->n_texts; i++)
		p = load_append(p, text[i], strlen(text[i]) + 1);
	(void)load_append(p, raw, strlen(raw) + 1);
	if (!l->sorter)
		l->sorter = sorter_new(LOAD_SORT_BYTES, load_folder());
	if (!l->failed && sorter_put(l->sorter, record, len) < 0)
		load_no_room(l);
	free(record);
}

/* A record that came back, as a line at hand. */
static void
load_take(struct load *l, const char *record, size_t len)
{
	const struct load_format *f = l->format;
	char *text[LOAD_COLUMNS_MAX], *p = load_alloc(l, len);
	struct load_where where;

	memcpy(p, record, len);
	for (size_t i = 0; i < f->n_texts; i++) {
		if (i == f->n_keys) {
			memcpy(&where, p, sizeof(where));
			p += sizeof(where);
		}
		text[i] = p;
		p += strlen(p) + 1;
	}
	l->at = (struct load_line){.path = where.path, .raw = p, .raw_len = strlen(p)};
	for (size_t i = 0; i < sizeof(where.number); i++)
		l->at.number = l->at.number << 8 | where.number[i];
	f->sorted(l, text);
	l->n_sorted++;
	load_send_full(l);
}

void
load_send_sorted(struct load *l)
{
	const char *record;
	size_t len;
	int rc = l->sorter ? sorter_end(l->sorter) : -EM_E_NOT_FOUND;

	while (!l->failed && rc >= 0 && (rc = sorter_next(l->sorter, &record, &len)) == 1)
		load_take(l, record, len);
	if (rc == -EM_E_IO)
		load_no_room(l);
}
