/* SPDX-License-Identifier: MIT */
/*
 * Text from outside on its way to a terminal and into comparisons: whatever
 * comes, what goes out may be shown.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "common/text.h"

static void
fuzz_shown(const char *s, bool lines)
{
	size_t len = strlen(s), n;
	uint32_t cp;

	fuzz_must(text_is_utf8(s, len));
	for (; *s != '\0'; s += n) {
		n = text_decode(s, strlen(s), &cp);
		fuzz_must(n > 0);
		fuzz_must(text_cp_is_safe(cp) || (lines && cp == '\n'));
	}
}

static void
fuzz_sanitise(const char *s, size_t len, bool lines)
{
	char *out = malloc(3 * len + 1), *again = malloc(9 * len + 4);
	size_t n = text_sanitise(s, len, lines, out), width, fit, k;

	fuzz_must(n <= 3 * len && out[n] == '\0' && strlen(out) == n);
	fuzz_shown(out, lines);
	/* nothing is left to be done */
	fuzz_must(text_sanitise(out, n, lines, again) == n && memcmp(out, again, n) == 0);
	if (!lines) {
		for (k = 0; k < 6; k++) {
			fit = text_fit(out, k, &width);
			fuzz_must(fit <= n && width <= k);
		}
		fuzz_must(text_fit(out, text_width(out), &width) <= n);
	}
	free(out);
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *s = (const char *)bytes;
	char *fold, *twice, *nfc, masked[64];
	size_t n;

	if (len > 4096)
		return 0;
	fuzz_sanitise(s, len, false);
	fuzz_sanitise(s, len, true);
	fold = malloc(3 * len + 1);
	n = text_fold(s, len, fold);
	fuzz_must(n <= 3 * len && fold[n] == '\0');
	if (text_is_utf8(s, len) && memchr(s, 0, len) == NULL) {
		fuzz_must(text_is_utf8(fold, n));
		twice = malloc(3 * n + 1);
		fuzz_must(text_fold(fold, n, twice) == n && memcmp(fold, twice, n) == 0);
		free(twice);
		nfc = text_nfc(s, len);
		fuzz_must(nfc != NULL && text_is_utf8(nfc, strlen(nfc)));
		free(nfc);
		fold[0] = '\0';
		strncat(fold, s, len < 254 ? len : 254);
		text_mask_email(fold, masked, sizeof(masked));
		fuzz_must(strlen(masked) < sizeof(masked));
		text_mask_mobile(fold, masked, sizeof(masked));
		fuzz_must(strlen(masked) < sizeof(masked));
	}
	free(fold);
	return 0;
}
