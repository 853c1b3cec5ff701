/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_EXAMS_H
#define EMAGE_CLIENT_MODEL_EXAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/exam.pb-c.h"

/*
 * The list of exams as last answered, and what was asked. Texts are sanitised
 * on their way in, so a screen may show them as they are.
 */

struct exam {
	uint64_t id;
	int64_t taken_at_ms;
	char *establishment; /* all three: never NULL */
	char *modality;
	char *description;
	bool has_report;
	bool withheld; /* the patient does not see it yet */
	uint32_t n_images;
};

void exam_release(struct exam *e);
void exam_copy(const struct exam *from, struct exam *to_r);

struct exam_establishment {
	uint64_t id;
	char *name;
};

/* What is asked for; `page` counts from 1. */
struct exams_query {
	uint32_t from_date, to_date; /* yyyymmdd, 0 = open */
	uint64_t establishment_id;   /* 0 = any */
	Emage__ExamSort sort;
	bool ascending;
	uint32_t page;
	uint32_t page_size;
};

enum exams_changed {
	EXAMS_CHANGED_ROWS = 1,
	EXAMS_CHANGED_ESTABLISHMENTS = 2,
};

struct exams {
	struct exams_query query; /* what was answered */
	struct exam *rows;
	size_t n_rows;
	uint32_t total, page, n_pages;
	bool loaded;
	struct exam_establishment *establishments;
	size_t n_establishments;
	unsigned changed; /* EXAMS_CHANGED_*; the reader clears it */
};

void exams_init(struct exams *m);
void exams_release(struct exams *m);
/* The request for a query; it holds no memory. */
Emage__ExamListRequest exams_request(const struct exams_query *q);
void exams_take_list(
    struct exams *m, const struct exams_query *asked, const Emage__ExamListReply *reply);
void exams_take_establishments(struct exams *m, const Emage__ExamEstablishmentsReply *reply);
bool exams_query_is_filtered(const struct exams_query *q);

#endif
