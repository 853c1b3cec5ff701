/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_FAQ_H
#define EMAGE_CLIENT_MODEL_FAQ_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/account.pb-c.h"

/*
 * Questions and answers as their parts arrive, and those that a search leaves.
 * Texts are sanitised on their way in.
 */
struct faq_entry {
	char *section, *question, *answer;
	char *folded; /* all three, for searching */
};

struct faq {
	struct faq_entry *entries;
	size_t n;
	bool complete;
	size_t *found; /* indices of entries, in their order */
	size_t n_found;
};

#define FAQ_MAX_ENTRIES 1000

/* A sanitised copy of an operator's text whose lines are paragraphs: a blank line
 * between them. */
char *faq_paragraphs(const char *text);
void faq_release(struct faq *f);
/* False when the server sends more than makes sense: the questions are unusable. */
bool faq_take(struct faq *f, const Emage__HelpFaqReply *part, bool more);
/* Leaves the entries that have all these words, wherever they stand, without
 * regard to case and accents; "" leaves all. */
void faq_search(struct faq *f, const char *words);
const struct faq_entry *faq_found(const struct faq *f, size_t i);

#endif
