/* SPDX-License-Identifier: MIT */
/*
 * The transfer syntaxes that are read, and those that are refused by name.
 */
#include "imaging/syntax.h"

#include <string.h>

#include "common/mem.h"

static const char HTJ2K[] = "high-throughput JPEG 2000 is not read";
static const char VIDEO[] = "video (MPEG, HEVC) is not read";
static const char REMOTE[] = "pixels are kept elsewhere (JPIP)";
static const char MULTI[] = "JPEG 2000 multi-component extensions are not read";

/* clang-format off */
#define ROW(tail, kind, ...) \
	{.uid = "1.2.840.10008.1.2" tail, .pixels = SYNTAX_##kind, __VA_ARGS__}
static const struct syntax SYNTAXES[] = {
    ROW("", NATIVE, .implicit = true),
    ROW(".1", NATIVE),
    ROW(".2", NATIVE, .big_endian = true),
    ROW(".1.99", NATIVE, .deflated = true),
    ROW(".5", RLE),
    ROW(".4.50", JPEG, .lossy = true),
    ROW(".4.51", JPEG, .lossy = true),
    ROW(".4.53", JPEG, .lossy = true),
    ROW(".4.55", JPEG, .lossy = true),
    ROW(".4.57", JPEG),
    ROW(".4.70", JPEG),
    ROW(".4.80", JPEG_LS),
    ROW(".4.81", JPEG_LS, .lossy = true),
    ROW(".4.90", JPEG_2000),
    ROW(".4.91", JPEG_2000, .lossy = true),
    ROW(".4.92", REFUSED, .why = MULTI),
    ROW(".4.93", REFUSED, .why = MULTI),
    ROW(".4.94", REFUSED, .why = REMOTE),
    ROW(".4.95", REFUSED, .why = REMOTE, .deflated = true),
    ROW(".4.100", REFUSED, .why = VIDEO),
    ROW(".4.100.1", REFUSED, .why = VIDEO),
    ROW(".4.101", REFUSED, .why = VIDEO),
    ROW(".4.101.1", REFUSED, .why = VIDEO),
    ROW(".4.102", REFUSED, .why = VIDEO),
    ROW(".4.102.1", REFUSED, .why = VIDEO),
    ROW(".4.103", REFUSED, .why = VIDEO),
    ROW(".4.103.1", REFUSED, .why = VIDEO),
    ROW(".4.104", REFUSED, .why = VIDEO),
    ROW(".4.104.1", REFUSED, .why = VIDEO),
    ROW(".4.105", REFUSED, .why = VIDEO),
    ROW(".4.105.1", REFUSED, .why = VIDEO),
    ROW(".4.106", REFUSED, .why = VIDEO),
    ROW(".4.106.1", REFUSED, .why = VIDEO),
    ROW(".4.107", REFUSED, .why = VIDEO),
    ROW(".4.108", REFUSED, .why = VIDEO),
    ROW(".4.201", REFUSED, .why = HTJ2K),
    ROW(".4.202", REFUSED, .why = HTJ2K),
    ROW(".4.203", REFUSED, .why = HTJ2K),
    ROW(".4.204", REFUSED, .why = REMOTE),
    ROW(".4.205", REFUSED, .why = REMOTE, .deflated = true),
};
#undef ROW
/* clang-format on */

const struct syntax *
syntax_by_uid(const char *uid)
{
	for (size_t i = 0; i < ARRAY_LEN(SYNTAXES); i++)
		if (strcmp(SYNTAXES[i].uid, uid) == 0)
			return &SYNTAXES[i];
	return NULL;
}
