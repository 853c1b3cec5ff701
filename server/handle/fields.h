/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_FIELDS_H
#define EMAGE_SERVER_HANDLE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mem.h"

/* What a value from outside must look like. Strings are UTF-8 without NUL
 * (wirecheck has seen to that). */

/* One line that can be shown: between min and max characters, none of them a
 * control, invisible or private one, no blank at either end. */
bool fields_line(const char *s, size_t min, size_t max);
/* What a person types into a filter: at most max characters that can be shown;
 * blanks around them are no fault. */
bool fields_typed(const char *s, size_t max);
/* An address that may stand in a message's header: at most 254 bytes of ASCII,
 * one '@' with something before and a domain behind. */
bool fields_email(const char *s);
/* E.164: '+' and 8 to 15 digits. */
bool fields_mobile(const char *s);
/* FINESS number: nine digits, the second also A or B (Corsica). */
bool fields_finess(const char *s);
/* DICOM unique identifier: digits and dots, at most 64. */
bool fields_uid(const char *s);
/* A day that exists, not before 1850. */
bool fields_day(uint32_t yyyymmdd);

/* A foreign text as it may be kept: sanitised, cut to max_chars characters,
 * from the arena; NULL when that is exhausted. */
char *fields_clean(struct arena *a, const char *s, size_t max_chars, bool keep_lines);

#endif
