/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_CHARSET_H
#define EMAGE_IMAGING_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mem.h"

#define CHARSET_VALUES 8

/*
 * Specific Character Set (0008,0005): up to 8 repertoires between which text
 * switches by ISO 2022 escape sequences (PS3.3 C.12.1.1.2, PS3.5 6.1).
 */
struct charset {
	unsigned n;
	uint8_t values[CHARSET_VALUES]; /* rows of the table in charset.c */
};

/* Opens the converters, which are files: once, before the sandbox. */
int charset_init(void);

/* The attribute's value, "\\"-separated; unknown terms count as not given. */
void charset_parse(const char *value, size_t len, struct charset *cs_r);

/*
 * Text of a file as clean UTF-8: converted, composed (NFC), without control
 * characters but "\n" (and that only with keep_lines, else a blank), trimmed.
 * What cannot be read becomes U+FFFD. is_name: "^" and "=" end an escape's
 * effect too. NULL when the arena is used up.
 */
char *charset_to_utf8(struct arena *a, const struct charset *cs, bool is_name, bool keep_lines,
    const char *s, size_t len);

#endif
