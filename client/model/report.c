/* SPDX-License-Identifier: MIT */
/*
 * Collecting a report.
 */
#include "client/model/report.h"

#include <stdlib.h>
#include <string.h>

#include "client/model/session.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"

#define REPORT_MAX_BYTES (8u * 1024u * 1024u)

void
report_release(struct report *r)
{
	if (r->text)
		secret_wipe(r->text, r->cap);
	free(r->text);
	session_text_free(&r->title);
	session_text_free(&r->author);
	*r = (struct report){0};
}

static void
report_reserve(struct report *r, size_t more)
{
	size_t cap = r->cap ? r->cap : 4096;
	char *text;

	while (cap < r->len + more)
		cap *= 2;
	if (cap == r->cap)
		return;
	text = mem_new(cap);
	if (r->text) {
		memcpy(text, r->text, r->len);
		secret_wipe(r->text, r->cap);
		free(r->text);
	}
	r->text = text;
	r->cap = cap;
}

bool
report_take(struct report *r, const Emage__ExamReportReply *part, bool more)
{
	size_t n = strlen(part->text);

	if (!r->title) {
		r->title = session_text(part->title);
		r->author = session_text(part->author);
		r->signed_at_ms = part->signed_at_ms;
		r->is_final = part->is_final;
		r->total_bytes = part->total_bytes;
	}
	if (r->total_bytes > REPORT_MAX_BYTES || n > r->total_bytes - r->received_bytes)
		return false;
	report_reserve(r, 3 * n + 1);
	r->len += text_sanitise(part->text, n, true, r->text + r->len);
	r->text[r->len] = '\0';
	r->received_bytes += n;
	r->complete = !more;
	return true;
}
