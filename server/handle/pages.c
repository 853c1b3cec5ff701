/* SPDX-License-Identifier: MIT */
/*
 * Questions and answers, and the support's page: files read line by line, each
 * fault told with its line.
 */
#include "server/handle/pages.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/text.h"

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

static const struct {
	const char *code;
	const char *faq, *support;
} languages[] = {
    {.code = "fr", .faq = faq_fr, .support = support_fr}, /* what an unknown one becomes */
    {.code = "de", .faq = faq_de, .support = support_de},
    {.code = "en", .faq = faq_en, .support = support_en},
};

struct pages_language {
	struct pages_entry entries[ENTRIES_MAX];
	size_t n;
	struct pages_support support;
};

struct pages {
	struct pages *before; /* in force until these were */
	struct pages_language in[ARRAY_LEN(languages)];
};

/* One file being read. */
struct page_reading {
	const char *file;
	unsigned line;
	char *err;
	size_t err_len;
	unsigned n_faults;
};

static void pages_fault(struct page_reading *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
pages_fault(struct page_reading *r, const char *fmt, ...)
{
	size_t used = r->err_len > 0 ? strlen(r->err) : 0;
	char what[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (r->err_len > used)
		(void)snprintf(
		    r->err + used, r->err_len - used, "%s:%u: %s\n", r->file, r->line, what);
	r->n_faults++;
}

/* ------------------------------------------------------------------- lines */

/* The next line, trimmed behind; false at the end. Its characters are checked. */
static bool
pages_line(struct page_reading *r, const char **at, const char **line_r, size_t *len_r)
{
	const char *line = *at, *nl;
	size_t len, n;

	if (*line == '\0')
		return false;
	nl = strchr(line, '\n');
	len = nl == NULL ? strlen(line) : (size_t)(nl - line);
	*at = nl == NULL ? line + len : nl + 1;
	r->line++;
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\r'))
		len--;
	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = text_decode(line + i, len - i, &cp);
		if (n == 0 || !text_cp_is_safe(cp)) {
			pages_fault(r, "not UTF-8, or with characters that cannot be shown");
			len = i;
			break;
		}
	}
	*line_r = line;
	*len_r = len;
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
pages_heading(struct page_reading *r, const char *line, size_t len, size_t mark)
{
	size_t from = mark;

	while (from < len && line[from] == ' ')
		from++;
	if (from == len || text_count(line + from, len - from) > HEADING_MAX_CHARS)
		pages_fault(r, "empty, or longer than %u characters", (unsigned)HEADING_MAX_CHARS);
	return mem_printf("%.*s", (int)(len - from), line + from);
}

/* --------------------------------------------------------------------- faq */

static void
pages_close_entry(struct page_reading *r, struct pages_language *l, unsigned heading)
{
	struct pages_entry *e = &l->entries[l->n - 1];
	unsigned here = r->line;

	pages_end_text((char *)(uintptr_t)e->answer);
	r->line = heading;
	if (e->answer[0] == '\0')
		pages_fault(r, "question without an answer");
	if (strlen(e->answer) > ANSWER_MAX_BYTES)
		pages_fault(r, "answer longer than %u bytes", (unsigned)ANSWER_MAX_BYTES);
	r->line = here;
}

static void
pages_parse_faq(struct page_reading *r, struct pages_language *l, const char *text)
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
				pages_fault(r, "question before the first \"== Section\"");
			if (l->n == ENTRIES_MAX) {
				pages_fault(r, "more than %u questions", (unsigned)ENTRIES_MAX);
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
			pages_fault(r, "text that belongs to no \"? Question\"");
		}
	}
	if (heading != 0)
		pages_close_entry(r, l, heading);
	if (l->n == 0)
		pages_fault(r, "no question");
	free(section);
}

/* ----------------------------------------------------------------- support */

static bool
pages_take_key(
    struct page_reading *r, const char *line, size_t len, const char *key, const char **value_r)
{
	size_t key_len = strlen(key);

	if (len < key_len || strncmp(line, key, key_len) != 0)
		return false;
	while (key_len < len && line[key_len] == ' ')
		key_len++;
	if (text_count(line + key_len, len - key_len) > CONTACT_MAX_CHARS)
		pages_fault(r, "longer than %u characters", (unsigned)CONTACT_MAX_CHARS);
	free((char *)(uintptr_t)*value_r);
	*value_r = mem_printf("%.*s", (int)(len - key_len), line + key_len);
	return true;
}

static void
pages_parse_support(struct page_reading *r, struct pages_language *l, const char *text)
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
		pages_fault(r, "text longer than %u bytes", (unsigned)TEXT_MAX_BYTES);
	s->text = words;
}

/* ------------------------------------------------------------------- files */

/* The file's text, or the built-in one when there is no such file; NULL with the
 * fault told. */
static char *
pages_read(struct page_reading *r, const char *built_in)
{
	FILE *f = r->file == NULL ? NULL : fopen(r->file, "re");
	char *text;
	size_t len;

	if (f == NULL && (r->file == NULL || errno == ENOENT))
		return mem_strdup(built_in);
	if (f == NULL) {
		pages_fault(r, "%s", strerror(errno));
		return NULL;
	}
	text = mem_new(FILE_MAX_BYTES + 1);
	len = fread(text, 1, FILE_MAX_BYTES, f);
	if (len == FILE_MAX_BYTES || ferror(f) || memchr(text, '\0', len) != NULL) {
		pages_fault(r, "unreadable, too long or not text");
		free(text);
		text = NULL;
	}
	(void)fclose(f);
	return text;
}

static void
pages_load(struct page_reading *r, struct pages_language *l, const char *dir, const char *what,
    const char *code, const char *built_in,
    void (*parse)(struct page_reading *r, struct pages_language *l, const char *text))
{
	bool own = dir != NULL && dir[0] != '\0';
	char *path = own ? mem_printf("%s/%s/%s.txt", dir, what, code) : NULL;
	char *text;

	r->file = path;
	r->line = 0;
	text = pages_read(r, built_in);
	if (text != NULL)
		parse(r, l, text);
	free(text);
	free(path);
}

int
pages_new(const char *dir, struct pages **pages_r, char *err_r, size_t err_len)
{
	struct page_reading r = {.err = err_r, .err_len = err_len};
	struct pages *p = mem_new(sizeof(*p));

	if (err_len > 0)
		err_r[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		pages_load(&r, &p->in[i], dir, "faq", languages[i].code, languages[i].faq,
		    pages_parse_faq);
		pages_load(&r, &p->in[i], dir, "support", languages[i].code, languages[i].support,
		    pages_parse_support);
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
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
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

static const struct pages_language *
pages_in(const struct pages *p, const char *language)
{
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		if (strcmp(languages[i].code, language) == 0)
			return &p->in[i];
	}
	return &p->in[0];
}

const struct pages_entry *
pages_faq(const struct pages *p, const char *language, size_t *n_r)
{
	const struct pages_language *l = pages_in(p, language);

	*n_r = l->n;
	return l->entries;
}

const struct pages_support *
pages_support(const struct pages *p, const char *language)
{
	return &pages_in(p, language)->support;
}
