/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_ACCESSES_H
#define EMAGE_CLIENT_MODEL_ACCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/access.pb-c.h"

/*
 * The history of accesses, a page of it, and one access in detail. Texts are
 * sanitised on their way in.
 */

#define ACCESS_QUESTION_MIN 10
#define ACCESS_QUESTION_MAX 500

struct access_row {
	uint64_t number;
	int64_t at_ms;
	char *family_name, *given_name, *profession, *specialty, *motive; /* never NULL */
	Emage__AccessResult result;
	Emage__ContestState contest;
};

struct access_detail {
	struct access_row row;
	char *motive_detail, *establishment, *terminal; /* never NULL once loaded */
	uint64_t exam_id;				/* 0 = the list only */
	bool exam_unreleased;
	char *exam_description, *exam_establishment;
	int64_t exam_taken_at_ms, until_ms;
	char *question, *answer, *reference;
	int64_t contested_at_ms, answered_at_ms;
	bool loaded;
};

struct accesses_query {
	uint32_t from_date, to_date;	/* yyyymmdd, 0 = open */
	char professional[100 * 4 + 1]; /* beginning of a name, "" = any */
	uint32_t page, page_size;
};

struct accesses {
	struct accesses_query query; /* what was answered */
	struct access_row *rows;
	size_t n_rows;
	uint32_t total, page, n_pages;
	bool loaded;
};

void accesses_init(struct accesses *m);
void accesses_release(struct accesses *m);
/* Borrows from the query. */
Emage__AccessListRequest accesses_request(const struct accesses_query *q);
void accesses_take(
    struct accesses *m, const struct accesses_query *asked, const Emage__AccessListReply *reply);
bool accesses_query_is_filtered(const struct accesses_query *q);
/* A question was asked, or answered: the row shows it. */
void accesses_mark(struct accesses *m, uint64_t number, Emage__ContestState contest);

/* False when the reply has no row: not what was asked for. */
bool access_detail_take(struct access_detail *d, const Emage__AccessGetReply *reply);
void access_detail_release(struct access_detail *d);
/* Whether a question may be asked: none waits for an answer. */
bool access_detail_may_contest(const struct access_detail *d);

enum access_question { ACCESS_QUESTION_OK, ACCESS_QUESTION_SHORT, ACCESS_QUESTION_LONG };
/* A question as it would be sent: without blanks around it. *n_r: its characters;
 * *from_r, *len_r: the bytes of them. */
enum access_question access_question_check(
    const char *s, size_t *n_r, size_t *from_r, size_t *len_r);

#endif
