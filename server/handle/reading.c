/* SPDX-License-Identifier: MIT */
/*
 * Files of words that an operator may put in place of those built in.
 */
#include "server/handle/reading.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"

void
reading_fault(struct reading *r, const char *fmt, ...)
{
	size_t used = r->err_len > 0 ? strlen(r->err) : 0;
	char what[160], line[16] = "";
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (r->line > 0)
		(void)snprintf(line, sizeof(line), ":%u", r->line);
	if (r->err_len > used)
		(void)snprintf(r->err + used, r->err_len - used, "%s%s: %s\n", r->file, line, what);
	r->n_faults++;
}

char *
reading_file(struct reading *r, size_t max_bytes, const char *absent)
{
	FILE *f = fopen(r->file, "re");
	char *text;
	size_t len;

	if (f == NULL && errno == ENOENT && absent != NULL)
		return mem_strdup(absent);
	if (f == NULL) {
		reading_fault(r, "%s", strerror(errno));
		return NULL;
	}
	text = mem_new(max_bytes + 1);
	len = fread(text, 1, max_bytes, f);
	if (len == max_bytes || ferror(f) || memchr(text, '\0', len) != NULL) {
		reading_fault(r, "unreadable, too long or not text");
		free(text);
		text = NULL;
	}
	(void)fclose(f);
	return text;
}

size_t
reading_shown(struct reading *r, const char *s, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = text_decode(s + i, len - i, &cp);
		if (n == 0 || (cp != '\n' && !text_cp_is_safe(cp))) {
			reading_fault(r, "not UTF-8, or with characters that cannot be shown");
			return i;
		}
	}
	return len;
}
