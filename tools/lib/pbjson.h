/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_PBJSON_H
#define EMAGE_TOOLS_PBJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

/*
 * Messages as JSON and back, by their descriptors, after the proto3 JSON
 * mapping: 64-bit integers are strings, bytes are base64, enums are names,
 * fields bear the names of the .proto file. Reading is generous as the mapping
 * wants it: camelCase names, integers as numbers or strings, enums by number,
 * null for "not set". Fields at their default are written too, so that a reply
 * always has the same keys. The schema has neither maps nor oneofs.
 */

/* Every allocation of jansson is wiped when freed: secrets pass through. Call
 * before any other use of jansson. */
void pbjson_setup(void);

/* New reference; never NULL. Text that is not UTF-8 is replaced by U+FFFD. */
json_t *pbjson_from_message(const ProtobufCMessage *msg);

/*
 * A message to be freed with protobuf_c_message_free_unpacked(msg, NULL). 0, or
 * -EM_E_INVALID and in err_r what is wrong where ("rows[0].sort: no EXAM_SORT_FOO
 * in ExamSort; did you mean ...").
 */
int pbjson_to_message(const ProtobufCMessageDescriptor *desc, const json_t *json,
    ProtobufCMessage **msg_r, char *err_r, size_t err_len);

/*
 * Writes JSON and a line end. What a terminal must not get (escape sequences,
 * bidirectional overrides) is written as \uXXXX, which is the same JSON.
 * indent 0 = one line. False when the stream failed.
 */
bool pbjson_print(FILE *f, const json_t *json, unsigned indent);
/* The same as a new string. */
char *pbjson_text(const json_t *json, unsigned indent);

/* Standard base64. decode: -1 when it is not base64 (url-safe and unpadded are
 * taken too); out_r needs len * 3 / 4 + 3 bytes. */
char *base64_encode(const void *bytes, size_t len);
ptrdiff_t base64_decode(const char *text, size_t len, uint8_t *out_r);

#endif
