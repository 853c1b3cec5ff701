/* SPDX-License-Identifier: MIT */
/*
 * mkblocklist [-p FILE]... [FILE]... > blocklist: the passwords that e-mage
 * never accepts, from lists of words, one a line (server/policy/blocklist.h
 * has the format).
 *
 * Rules, after folding (case, accents, blanks):
 *	every word of at least 4 characters, by itself (what people put around
 *	it is taken off when a password is looked up);
 *	every word of a -p list followed by every word of that list: for short
 *	lists of the words that people here choose.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "server/policy/blocklist.h"

#define WORD_MIN_CHARS 4u
#define LINE_MAX_BYTES 512

struct entry {
	uint8_t hash[BLOCKLIST_ENTRY_LEN];
	uint8_t is_long;
};
struct entries {
	struct entry *entry;
	size_t n, cap;
};
struct words {
	char **word;
	size_t n, cap;
};

static void
entries_add(struct entries *e, const char *squeezed, size_t len)
{
	size_t n_chars = text_count(squeezed, len);

	if (n_chars < WORD_MIN_CHARS)
		return;
	if (e->n == e->cap) {
		e->cap = e->cap ? 2 * e->cap : 65536;
		e->entry = mem_grow(e->entry, e->cap, sizeof(*e->entry));
	}
	blocklist_entry(squeezed, len, e->entry[e->n].hash);
	e->entry[e->n++].is_long = n_chars >= BLOCKLIST_LONG_CHARS;
}

static int
entries_compare(const void *a, const void *b)
{
	return memcmp(a, b, BLOCKLIST_ENTRY_LEN);
}

static void
words_add(struct words *w, const char *word)
{
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 256;
		w->word = mem_grow(w->word, w->cap, sizeof(*w->word));
	}
	w->word[w->n++] = mem_strdup(word);
}

/* Letters and digits only, as a password is looked up. */
static size_t
read_word(const char *line, char *out_r)
{
	size_t len = blocklist_squeeze(line, strcspn(line, "\r\n"), out_r), i, n = 0;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)out_r[i];

		if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out_r[n++] = out_r[i];
	}
	out_r[n] = '\0';
	return n;
}

static void
read_list(const char *path, struct entries *e, struct words *pairs)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char line[LINE_MAX_BYTES], word[3 * LINE_MAX_BYTES + 1];

	if (!f)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		size_t n;

		if (line[0] == '#')
			continue;
		n = read_word(line, word);
		entries_add(e, word, n);
		if (pairs && n)
			words_add(pairs, word);
	}
	if (ferror(f))
		die("%s: %s", path, strerror(errno));
	if (f != stdin)
		fclose(f);
}

static void
add_pairs(struct entries *e, const struct words *w)
{
	char pair[6 * LINE_MAX_BYTES + 2];
	size_t i, k;

	for (i = 0; i < w->n; i++) {
		for (k = 0; k < w->n; k++) {
			int n = snprintf(pair, sizeof(pair), "%s%s", w->word[i], w->word[k]);

			entries_add(e, pair, (size_t)n);
		}
	}
}

static void
put_u32(uint8_t *to, size_t v)
{
	if (v > UINT32_MAX)
		die("too many entries");
	to[0] = (uint8_t)(v >> 24);
	to[1] = (uint8_t)(v >> 16);
	to[2] = (uint8_t)(v >> 8);
	to[3] = (uint8_t)v;
}

static void
write_list(struct entries *e)
{
	uint8_t header[BLOCKLIST_HEADER_LEN] = BLOCKLIST_MAGIC;
	size_t i, n = 0, n_long = 0;

	qsort(e->entry, e->n, sizeof(*e->entry), entries_compare);
	for (i = 0; i < e->n; i++) {
		if (n && memcmp(e->entry[i].hash, e->entry[n - 1].hash, BLOCKLIST_ENTRY_LEN) == 0)
			continue;
		e->entry[n++] = e->entry[i];
		n_long += e->entry[n - 1].is_long;
	}
	put_u32(header + BLOCKLIST_MAGIC_LEN, n);
	put_u32(header + BLOCKLIST_MAGIC_LEN + 4, n_long);
	fwrite(header, sizeof(header), 1, stdout);
	for (i = 0; i < n; i++)
		fwrite(e->entry[i].hash, BLOCKLIST_ENTRY_LEN, 1, stdout);
	if (fflush(stdout) || ferror(stdout))
		die("write: %s", strerror(errno));
}

int
main(int argc, char **argv)
{
	struct entries e = {.n = 0};
	struct words pairs = {.n = 0};
	int i;

	secret_setup();
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-p") == 0 && i + 1 < argc)
			read_list(argv[++i], &e, &pairs);
		else
			read_list(argv[i], &e, NULL);
	}
	if (!e.n)
		die("no words");
	add_pairs(&e, &pairs);
	write_list(&e);
	while (pairs.n)
		free(pairs.word[--pairs.n]);
	free(pairs.word);
	free(e.entry);
	return 0;
}
