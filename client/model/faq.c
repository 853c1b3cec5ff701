/* SPDX-License-Identifier: MIT */
/*
 * The operator's questions and answers.
 */
#include "client/model/faq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"

void
faq_release(struct faq *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->entries[i].section);
		free(f->entries[i].question);
		free(f->entries[i].answer);
		free(f->entries[i].folded);
	}
	free(f->entries);
	free(f->found);
	*f = (struct faq){0};
}

static char *
faq_text(const char *s, bool keep_lines)
{
	size_t len = strlen(s);
	char *out = mem_new(3 * len + 1);

	text_sanitise(s, len, keep_lines, out);
	return out;
}

char *
faq_paragraphs(const char *text)
{
	char *s = faq_text(text, true);
	size_t n = 0, at = 0;
	char *out;

	for (const char *p = s; *p; p++)
		n += *p == '\n';
	out = mem_new(strlen(s) + n + 1);
	for (const char *p = s; *p; p++) {
		out[at++] = *p;
		if (*p == '\n' && p[1] != '\n' && p[1] != '\0' && (p == s || p[-1] != '\n'))
			out[at++] = '\n';
	}
	free(s);
	return out;
}

static char *
faq_fold(const char *s)
{
	size_t len = strlen(s);
	char *out = mem_new(3 * len + 1);

	text_fold(s, len, out);
	return out;
}

/* Headings, question and answer as one folded text. */
static char *
faq_folded(const struct faq_entry *e)
{
	char *all = mem_printf("%s %s %s", e->section, e->question, e->answer);
	char *folded;

	for (char *p = all; *p; p++)
		if (*p == '\n')
			*p = ' ';
	folded = faq_fold(all);
	free(all);
	return folded;
}

bool
faq_take(struct faq *f, const Emage__HelpFaqReply *part, bool more)
{
	if (f->complete)
		faq_release(f);
	if (part->n_entries > FAQ_MAX_ENTRIES - f->n)
		return false;
	if (part->n_entries > 0)
		f->entries = mem_grow(f->entries, f->n + part->n_entries, sizeof(*f->entries));
	for (size_t i = 0; i < part->n_entries; i++) {
		const Emage__HelpFaqEntry *e = part->entries[i];
		struct faq_entry *mine = &f->entries[f->n++];

		mine->section = faq_text(e->section, false);
		mine->question = faq_text(e->question, false);
		mine->answer = faq_paragraphs(e->answer);
		mine->folded = faq_folded(mine);
	}
	f->complete = !more;
	if (f->complete)
		faq_search(f, "");
	return true;
}

/* Whether every word of the search is there. */
static bool
faq_matches(const struct faq_entry *e, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, " ");
		char *word = mem_printf("%.*s", (int)len, words);
		bool there = strstr(e->folded, word) != NULL;

		free(word);
		if (!there)
			return false;
		words += len;
		words += *words == ' ';
	}
	return true;
}

void
faq_search(struct faq *f, const char *words)
{
	char *folded = faq_fold(words);

	free(f->found);
	f->found = mem_new_array(f->n + 1, sizeof(*f->found));
	f->n_found = 0;
	for (size_t i = 0; i < f->n; i++)
		if (faq_matches(&f->entries[i], folded))
			f->found[f->n_found++] = i;
	free(folded);
}

const struct faq_entry *
faq_found(const struct faq *f, size_t i)
{
	return &f->entries[f->found[i]];
}
