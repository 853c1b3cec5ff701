/* SPDX-License-Identifier: MIT */
/*
 * Questions and answers, and the support, for anybody who has said hello.
 */
#include "server/handle.h"

#include <string.h>

#include "proto/account.pb-c.h"
#include "server/handle/opened.h"
#include "server/handle/pages.h"
#include "server/server.h"

/* Text of the entries of one reply; with their headings it fits a frame. */
#define REPLY_MAX_BYTES 32000u
#define LANGUAGE_MAX	8u

struct help_state {
	const struct pages_entry *entries;
	size_t n, sent;
};

/* The language asked for, or that of the connection. */
static const char *
help_language(const struct request *rq, const char *asked)
{
	return asked[0] != '\0' ? asked : rq->caller.language;
}

int
check_help_faq(struct request *rq)
{
	const Emage__HelpFaqRequest *m = rq->msg;

	return strlen(m->language) > LANGUAGE_MAX ? request_invalid(rq, "language") : 0;
}

int
handle_help_faq_read(struct request *rq, struct store_conn *db)
{
	const Emage__HelpFaqRequest *m = rq->msg;
	const struct pages *pages = server_pages(rq->server);
	struct help_state *st = arena_alloc(rq->arena, sizeof(*st));

	(void)db;
	if (st == NULL)
		return -EM_E_NO_MEMORY;
	if (pages == NULL)
		return -EM_E_UNAVAILABLE;
	st->entries = pages_faq(pages, help_language(rq, m->language), &st->n);
	rq->state = st;
	return 0;
}

static size_t
help_size(const struct pages_entry *e)
{
	return strlen(e->section) + strlen(e->question) + strlen(e->answer) + 16;
}

int
handle_help_faq_next(struct request *rq)
{
	struct help_state *st = rq->state;
	Emage__HelpFaqReply *reply = rq->reply;
	size_t n = 0, bytes = 0;
	Emage__HelpFaqEntry *rows;

	/* at least one, whatever its size: it was limited when it was read */
	do
		bytes += help_size(&st->entries[st->sent + n++]);
	while (st->sent + n < st->n &&
	       bytes + help_size(&st->entries[st->sent + n]) <= REPLY_MAX_BYTES);
	rows = arena_alloc(rq->arena, n * sizeof(*rows));
	reply->entries = arena_alloc(rq->arena, n * sizeof(*reply->entries));
	if (rows == NULL || reply->entries == NULL)
		return -EM_E_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		const struct pages_entry *e = &st->entries[st->sent + i];

		emage__help_faq_entry__init(&rows[i]);
		rows[i].section = (char *)(uintptr_t)e->section;
		rows[i].question = (char *)(uintptr_t)e->question;
		rows[i].answer = (char *)(uintptr_t)e->answer;
		reply->entries[i] = &rows[i];
	}
	reply->n_entries = n;
	st->sent += n;
	rq->more = st->sent < st->n;
	return 0;
}

int
check_help_support(struct request *rq)
{
	const Emage__HelpSupportRequest *m = rq->msg;

	return strlen(m->language) > LANGUAGE_MAX ? request_invalid(rq, "language") : 0;
}

int
handle_help_support_local(struct request *rq)
{
	const Emage__HelpSupportRequest *m = rq->msg;
	const struct pages *pages = server_pages(rq->server);
	Emage__HelpSupportReply *reply = rq->reply;
	const struct pages_support *s;

	if (pages == NULL)
		return -EM_E_UNAVAILABLE;
	s = pages_support(pages, help_language(rq, m->language));
	reply->address = s->address[0] != '\0' ? (char *)(uintptr_t)s->address
					       : server_settings(rq->server)->region_support;
	reply->phone = (char *)(uintptr_t)s->phone;
	reply->text = (char *)(uintptr_t)s->text;
	return 0;
}
