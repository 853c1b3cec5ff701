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
void json_open(struct jsontext *j, const char *key, char bracket);
void json_close(struct jsontext *j, char bracket);
void json_string(struct jsontext *j, const char *key, const char *value);
void json_number(struct jsontext *j, const char *key, int64_t value);
void json_bool(struct jsontext *j, const char *key, bool value);
/* A time as "2016-06-10T10:22:00+02:00", of Paris; 0 is null. */
void json_time(struct jsontext *j, const char *key, int64_t at_ms);
/* yyyymmdd as "1975-02-14"; 0 is null. */
void json_day(struct jsontext *j, const char *key, uint32_t yyyymmdd);

#endif
