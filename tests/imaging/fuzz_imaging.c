/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer target: what the imaging process does itself with bytes from
 * outside, before and beside the libraries. The first byte chooses.
 */
#include <stdint.h>
#include <string.h>

#include "common/mem.h"
#include "common/text.h"
#include "imaging/charset.h"
#include "imaging/dicom.h"
#include "imaging/jpeg.h"
#include "imaging/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* In place of DCMTK's dictionary, which is not linked here. */
bool
dicom_is_sequence(uint32_t tag)
{
	return tag % 3 == 0;
}

static void
fuzz_scan(const uint8_t *bytes, size_t len)
{
	struct refusal why = {0};
	struct scan s;

	if (scan_file(bytes, len, &s, &why) < 0 && why.reason[0] == '\0')
		__builtin_trap();
	scan_release(&s);
}

/* The character set, a NUL, the text. What comes out is clean whatever went in. */
static void
fuzz_charset(struct arena *a, const uint8_t *bytes, size_t len)
{
	const uint8_t *text = memchr(bytes, 0, len);
	struct charset cs;
	const char *out;

	if (text == NULL)
		return;
	charset_parse((const char *)bytes, (size_t)(text - bytes), &cs);
	text++;
	out = charset_to_utf8(a, &cs, (len & 1) != 0, (len & 2) != 0, (const char *)text,
	    len - (size_t)(text - bytes));
	if (out == NULL)
		return;
	if (!text_is_utf8(out, strlen(out)))
		__builtin_trap();
	for (; *out != '\0'; out++)
		if ((uint8_t)*out < 0x20 && *out != '\n')
			__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct arena *arena;
	struct jpeg_head head;

	if (arena == NULL) {
		arena = arena_new((size_t)16 << 20);
		if (charset_init() < 0)
			__builtin_trap();
	}
	if (len == 0)
		return 0;
	switch (bytes[0] % 4) {
	case 0:
		fuzz_charset(arena, bytes + 1, len - 1);
		break;
	case 1:
		jpeg_read_head(bytes + 1, len - 1, &head);
		break;
	default:
		fuzz_scan(bytes + 1, len - 1);
	}
	arena_reset(arena);
	return 0;
}
