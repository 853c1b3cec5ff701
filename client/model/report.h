/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_MODEL_REPORT_H
#define EMAGE_CLIENT_MODEL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/exam.pb-c.h"

/*
 * A report as its parts arrive. The text is sanitised part by part (parts end
 * on a character) and wiped when released.
 */
struct report {
	char *title, *author; /* NULL until the first part */
	int64_t signed_at_ms;
	bool is_final;
	char *text; /* NUL-terminated, or NULL */
	size_t len, cap;
	size_t total_bytes, received_bytes; /* of the wire: progress */
	bool complete;
};

void report_release(struct report *r);
/* False when the server sends more than it has announced or than fits: then
 * the report is unusable. */
bool report_take(struct report *r, const Emage__ExamReportReply *part, bool more);

#endif
