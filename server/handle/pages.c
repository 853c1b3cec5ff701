/* SPDX-License-Identifier: MIT */
/*
 * Questions and answers, and the support's page: files read line by line, each
 * fault told with its line.
 */
#include "server/handle/pages.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/language.h"
#include "common/mem.h"
#include "common/text.h"
#include "server/handle/reading.h"

#define FILE_MAX_BYTES	  ((size_t)256 * 1024)
#define ENTRIES_MAX	  400u
#define HEADING_MAX_CHARS 200u
#define ANSWER_MAX_BYTES  8000u
#define CONTACT_MAX_CHARS 120u
#define TEXT_MAX_BYTES	  16000u

static const char faq_fr[] =
#include "data/faq/fr.txt.h"
    ;
static const char faq_de[] =
#include "data/faq/de.txt.h"
    ;
static const char faq_en[] =
#include "data/faq/en.txt.h"
    ;
static const char support_fr[] =
#include "data/support/fr.txt.h"
    ;
static const char support_de[] =
#include "data/support/de.txt.h"
    ;
static const char support_en[] =
#include "data/support/en.txt.h"
    ;

struct pages_language {
	struct pages_entry entries[ENTRIES_MAX];
	size_t n;
	struct pages_support support;
};

struct pages {
	struct pages *before; /* in force until these were */
	struct pages_language in[N_LANGUAGES];
};

/* ------------------------------------------------------------------- lines */

/* The next line, trimmed behind; false at the end. Its characters are checked. */
static bool
pages_line(struct reading *r, const char **at, const char **line_r, size_t *len_r)
{
	const char *line = *at, *nl;
	size_t len;

	if (*line == '\0')
		return false;
	nl = strchr(line, '\n');
	len = nl == NULL ? strlen(line) : (size_t)(nl - line);
	*at = nl == NULL ? line + len : nl + 1;
	r->line++;
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\r'))
		len--;
	*line_r = line;
	*len_r = reading_shown(r, line, len);
	return true;
}

/* Adds a line to a text of paragraphs: lines of one are joined by a blank, an
 * empty one ends it. */
static char *
pages_join(char *text, const char *line, size_t len)
{
	size_t used = strlen(text);
	char *more;

	if (len == 0) {
		if (used == 0 || text[used - 1] == '\n')
			return text;
		more = mem_printf("%s\n", text);
	} else {
		const char *between = used == 0 || text[used - 1] == '\n' ? "" : " ";

		more = mem_printf("%s%s%.*s", text, between, (int)len, line);
	}
	free(text);
	return more;
}

static void
pages_end_text(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
}

static char *
pages_heading(struct reading *r, const char *line, size_t len, size_t mark)
{
	size_t from = mark;

	while (from < len && line[from] == ' ')
		from++;
	if (from == len || text_count(line + from, len - from) > HEADING_MAX_CHARS)
		reading_fault(
		    r, "empty, or longer than %u characters", (unsigned)HEADING_MAX_CHARS);
	return mem_printf("%.*s", (int)(len - from), line + from);
}

/* --------------------------------------------------------------------- faq */

static void
pages_close_entry(struct reading *r, struct pages_language *l, unsigned heading)
{
	struct pages_entry *e = &l->entries[l->n - 1];
	unsigned here = r->line;

	pages_end_text((char *)(uintptr_t)e->answer);
	r->line = heading;
	if (e->answer[0] == '\0')
		reading_fault(r, "question without an answer");
	if (strlen(e->answer) > ANSWER_MAX_BYTES)
		reading_fault(r, "answer longer than %u bytes", (unsigned)ANSWER_MAX_BYTES);
	r->line = here;
}

static void
pages_parse_faq(struct reading *r, struct pages_language *l, const char *text)
{
	const char *at = text, *line;
	char *section = mem_strdup("");
	unsigned heading = 0; /* line of the open question, 0 = none */
	size_t len;

	while (pages_line(r, &at, &line, &len)) {
		if (len > 0 && line[0] == '#')
			continue;
		if (len >= 2 && line[0] == '=' && line[1] == '=') {
			if (heading != 0)
				pages_close_entry(r, l, heading);
			heading = 0;
			free(section);
			section = pages_heading(r, line, len, 2);
		} else if (len > 0 && line[0] == '?') {
			if (heading != 0)
				pages_close_entry(r, l, heading);
			if (section[0] == '\0')
				reading_fault(r, "question before the first \"== Section\"");
			if (l->n == ENTRIES_MAX) {
				reading_fault(r, "more than %u questions", (unsigned)ENTRIES_MAX);
				break;
			}
			heading = r->line;
			l->entries[l->n++] = (struct pages_entry){.section = mem_strdup(section),
			    .question = pages_heading(r, line, len, 1),
			    .answer = mem_strdup("")};
		} else if (heading != 0) {
			l->entries[l->n - 1].answer =
			    pages_join((char *)(uintptr_t)l->entries[l->n - 1].answer, line, len);
		} else if (len > 0) {
			reading_fault(r, "text that belongs to no \"? Question\"");
		}
	}
	if (heading != 0)
		pages_close_entry(r, l, heading);
	if (l->n == 0)
		reading_fault(r, "no question");
	free(section);
}

/* ----------------------------------------------------------------- support */

static bool
pages_take_key(
    struct reading *r, const char *line, size_t len, const char *key, const char **value_r)
{
	size_t key_len = strlen(key);

	if (len < key_len || strncmp(line, key, key_len) != 0)
		return false;
	while (key_len < len && line[key_len] == ' ')
		key_len++;
	if (text_count(line + key_len, len - key_len) > CONTACT_MAX_CHARS)
		reading_fault(r, "longer than %u characters", (unsigned)CONTACT_MAX_CHARS);
	free((char *)(uintptr_t)*value_r);
	*value_r = mem_printf("%.*s", (int)(len - key_len), line + key_len);
	return true;
}

static void
pages_parse_support(struct reading *r, struct pages_language *l, const char *text)
{
	struct pages_support *s = &l->support;
	char *words = mem_strdup("");
	const char *at = text, *line;
	bool head = true;
	size_t len;

	*s = (struct pages_support){.address = mem_strdup(""), .phone = mem_strdup("")};
	while (pages_line(r, &at, &line, &len)) {
		if (len > 0 && line[0] == '#')
			continue;
		if (!head)
			words = pages_join(words, line, len);
		else if (len == 0)
			head = s->address[0] == '\0' && s->phone[0] == '\0';
		else if (!pages_take_key(r, line, len, "address:", &s->address) &&
			 !pages_take_key(r, line, len, "phone:", &s->phone)) {
			head = false;
			words = pages_join(words, line, len);
		}
	}
	pages_end_text(words);
	if (strlen(words) > TEXT_MAX_BYTES)
		reading_fault(r, "text longer than %u bytes", (unsigned)TEXT_MAX_BYTES);
	s->text = words;
}

/* ------------------------------------------------------------------- files */

/* The two files of a language. */
static const struct page {
	const char *folder;
	void (*parse)(struct reading *r, struct pages_language *l, const char *text);
	const char *built_in[N_LANGUAGES];
} files[] = {
    {.folder = "faq",
	.parse = pages_parse_faq,
	.built_in = {[LANGUAGE_FR] = faq_fr, [LANGUAGE_DE] = faq_de, [LANGUAGE_EN] = faq_en}},
    {.folder = "support",
	.parse = pages_parse_support,
	.built_in =
	    {[LANGUAGE_FR] = support_fr, [LANGUAGE_DE] = support_de, [LANGUAGE_EN] = support_en}},
};

static void
pages_load(struct reading *r, struct pages *p, const char *dir, enum language language,
    const struct page *file)
{
	const char *built_in = file->built_in[language];
	char *path = mem_printf("%s/%s/%s.txt", dir, file->folder, language_code(language));
	char *text;

	r->file = path;
	r->line = 0;
	text = dir[0] == '\0' ? mem_strdup(built_in) : reading_file(r, FILE_MAX_BYTES, built_in);
	if (text != NULL)
		file->parse(r, &p->in[language], text);
	free(text);
	free(path);
}

int
pages_new(const char *dir, struct pages **pages_r, char *err_r, size_t err_len)
{
	struct reading r = {.err = err_r, .err_len = err_len};
	struct pages *p = mem_new(sizeof(*p));

	if (err_len > 0)
		err_r[0] = '\0';
	for (enum language i = 0; i < N_LANGUAGES; i++) {
		for (size_t k = 0; k < ARRAY_LEN(files); k++)
			pages_load(&r, p, dir == NULL ? "" : dir, i, &files[k]);
	}
	if (r.n_faults > 0) {
		pages_free(&p);
		return -EM_E_CONFIG;
	}
	*pages_r = p;
	return 0;
}

void
pages_free(struct pages **p)
{
	if (*p == NULL)
		return;
	pages_free(&(*p)->before);
	for (size_t i = 0; i < N_LANGUAGES; i++) {
		struct pages_language *l = &(*p)->in[i];

		for (size_t k = 0; k < l->n; k++) {
			free((char *)(uintptr_t)l->entries[k].section);
			free((char *)(uintptr_t)l->entries[k].question);
			free((char *)(uintptr_t)l->entries[k].answer);
		}
		free((char *)(uintptr_t)l->support.address);
		free((char *)(uintptr_t)l->support.phone);
		free((char *)(uintptr_t)l->support.text);
	}
	free(*p);
	*p = NULL;
}

void
pages_keep(struct pages *p, struct pages *before)
{
	p->before = before;
}

const struct pages_entry *
pages_faq(const struct pages *p, const char *language, size_t *n_r)
{
	const struct pages_language *l = &p->in[language_of(language)];

	*n_r = l->n;
	return l->entries;
}

const struct pages_support *
pages_support(const struct pages *p, const char *language)
{
	return &p->in[language_of(language)].support;
}
