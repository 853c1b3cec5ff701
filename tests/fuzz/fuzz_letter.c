/* SPDX-License-Identifier: MIT */
/*
 * What emage-letter reads: whatever comes, it is refused or becomes lines that
 * can be printed and fit.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "common/buf.h"
#include "common/mem.h"
#include "common/text.h"
#include "letter/content.h"
#include "letter/plain.h"

static void
fuzz_lines(char *text)
{
	char *rest = NULL;
	uint32_t cp;
	size_t n;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		fuzz_must(text_width(line) <= PLAIN_COLUMNS);
		for (const char *s = line; *s != '\0'; s += n) {
			n = text_decode(s, strlen(s), &cp);
			fuzz_must(n > 0 && text_cp_is_safe(cp));
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *a = arena_new(512 << 10);
	const char *field = NULL;
	struct content c;
	struct buf out;

	buf_init(&out, 1 << 20);
	if (len <= CONTENT_MAX_MESSAGE && content_read(a, bytes, len, &c, &field) == 0) {
		fuzz_must(c.n > 10 && c.n <= CONTENT_MAX_BLOCKS);
		for (size_t i = 0; i < c.n; i++)
			fuzz_must(c.blocks[i].strong_at + c.blocks[i].strong_len <=
				  strlen(c.blocks[i].text));
		fuzz_must(plain_make(&c, PLAIN_COLUMNS, &out) == 0);
		fuzz_must(buf_append(&out, "", 1) == 0);
		fuzz_lines((char *)buf_bytes(&out));
	} else {
		fuzz_must(field != NULL || len > CONTENT_MAX_MESSAGE);
	}
	buf_release(&out);
	arena_free(&a);
	return 0;
}
