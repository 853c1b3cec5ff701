/* SPDX-License-Identifier: MIT */
/*
 * Base64 for the bytes fields of messages.
 */
#include <stdint.h>
#include <string.h>

#include <sodium.h>

#include "common/mem.h"
#include "tools/lib/pbjson.h"

char *
base64_encode(const void *bytes, size_t len)
{
	size_t size = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL);
	char *text = mem_new(size);

	sodium_bin2base64(text, size, bytes, len, sodium_base64_VARIANT_ORIGINAL);
	return text;
}

/* The variants differ in two characters and in padding; one text has one. */
ptrdiff_t
base64_decode(const char *text, size_t len, uint8_t *out_r)
{
	static const int variants[] = {
	    sodium_base64_VARIANT_ORIGINAL,
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
	    sodium_base64_VARIANT_URLSAFE,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING,
	};
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
		if (sodium_base642bin(
			out_r, len * 3 / 4 + 3, text, len, NULL, &n, NULL, variants[i]) == 0)
			return (ptrdiff_t)n;
	}
	return -1;
}
