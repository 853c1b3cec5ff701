/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_JSONTEXT_H
#define EMAGE_SERVER_HANDLE_JSONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

/*
 * JSON written piece by piece into a buffer, indented for reading. Past the
 * buffer's limit nothing more is written and `failed` stays set.
 */
struct jsontext {
	struct buf *out;
	unsigned depth;
	bool first; /* of its object or array */
	bool failed;
};

/* `key` NULL: inside an array, or the outermost. */
void jsontext_open(struct jsontext *j, const char *key, char bracket);
void jsontext_close(struct jsontext *j, char bracket);
void jsontext_string(struct jsontext *j, const char *key, const char *value);
void jsontext_number(struct jsontext *j, const char *key, int64_t value);
void jsontext_bool(struct jsontext *j, const char *key, bool value);
/* A time as "2016-06-10T10:22:00+02:00", of Paris; 0 is null. */
void jsontext_time(struct jsontext *j, const char *key, int64_t at_ms);
/* yyyymmdd as "1975-02-14"; 0 is null. */
void jsontext_day(struct jsontext *j, const char *key, uint32_t yyyymmdd);

#endif
