/* SPDX-License-Identifier: MIT */
/*
 * Strict reading of packed messages, driven by protobuf-c's descriptors. The
 * wire format is that of protobuf.dev/programming-guides/encoding.
 */
#include "common/wirecheck.h"

#include <stdbool.h>
#include <string.h>

#include "common/err.h"
#include "common/text.h"

/* Seen-bits for duplicates: no message of ours has a field number above. */
#define WIRECHECK_FIELDS_MAX 128
#define WIRECHECK_DEPTH_MAX  4

enum wire_type { WIRE_VARINT = 0, WIRE_64BIT = 1, WIRE_BYTES = 2, WIRE_32BIT = 5 };

struct cursor {
	const uint8_t *p;
	const uint8_t *end;
};

static int wirecheck_message(
    const ProtobufCMessageDescriptor *desc, struct cursor in, unsigned depth, const char **field_r);

static bool
cursor_varint(struct cursor *c, uint64_t *v_r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64 && c->p < c->end; shift += 7) {
		uint8_t byte = *c->p++;

		if (shift == 63 && byte > 1)
			return false;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			*v_r = v;
			return true;
		}
	}
	return false;
}

static bool
cursor_take(struct cursor *c, uint64_t n, struct cursor *part_r)
{
	if (n > (uint64_t)(c->end - c->p))
		return false;
	*part_r = (struct cursor){.p = c->p, .end = c->p + n};
	c->p += n;
	return true;
}

static enum wire_type
wirecheck_type_of(const ProtobufCFieldDescriptor *f)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return WIRE_32BIT;
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return WIRE_64BIT;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return WIRE_BYTES;
	default:
		return WIRE_VARINT;
	}
}

/* Whether a varint is a value that its field can have. */
static bool
wirecheck_varint_fits(const ProtobufCFieldDescriptor *f, uint64_t v)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_BOOL:
		return v <= 1;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_SINT32:
		return v <= UINT32_MAX;
	case PROTOBUF_C_TYPE_INT32:
		return v <= INT32_MAX || v >= (uint64_t)INT32_MIN;
	case PROTOBUF_C_TYPE_ENUM:
		return v <= INT32_MAX &&
		       protobuf_c_enum_descriptor_get_value(f->descriptor, (int)v) != NULL;
	default:
		return true;
	}
}

static int
wirecheck_string(struct cursor s)
{
	while (s.p < s.end) {
		uint32_t cp;
		size_t n = text_decode((const char *)s.p, (size_t)(s.end - s.p), &cp);

		if (n == 0)
			return -EM_E_INVALID;
		if ((cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7f && cp < 0xa0))
			return -EM_E_INVALID;
		s.p += n;
	}
	return 0;
}

static int
wirecheck_scalar(const ProtobufCFieldDescriptor *f, enum wire_type type, struct cursor *in)
{
	struct cursor skipped;
	uint64_t v;

	switch (type) {
	case WIRE_VARINT:
		if (!cursor_varint(in, &v))
			return -EM_E_PROTOCOL;
		return wirecheck_varint_fits(f, v) ? 0 : -EM_E_INVALID;
	case WIRE_64BIT:
		return cursor_take(in, 8, &skipped) ? 0 : -EM_E_PROTOCOL;
	case WIRE_32BIT:
		return cursor_take(in, 4, &skipped) ? 0 : -EM_E_PROTOCOL;
	case WIRE_BYTES:
		break;
	}
	return -EM_E_PROTOCOL;
}

static int
wirecheck_bytes(
    const ProtobufCFieldDescriptor *f, struct cursor part, unsigned depth, const char **field_r)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
		return wirecheck_string(part);
	case PROTOBUF_C_TYPE_BYTES:
		return 0;
	case PROTOBUF_C_TYPE_MESSAGE:
		return wirecheck_message(f->descriptor, part, depth + 1, field_r);
	default:
		break;
	}
	/* a packed repeated scalar */
	while (part.p < part.end) {
		int rc = wirecheck_scalar(f, wirecheck_type_of(f), &part);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
wirecheck_field(const ProtobufCFieldDescriptor *f, unsigned wire, struct cursor *in, unsigned depth,
    const char **field_r)
{
	enum wire_type want = wirecheck_type_of(f);
	bool repeated = f->label == PROTOBUF_C_LABEL_REPEATED;
	struct cursor part;
	uint64_t len;

	*field_r = f->name;
	if (wire != WIRE_BYTES || (want != WIRE_BYTES && !repeated))
		return wire == want ? wirecheck_scalar(f, want, in) : -EM_E_PROTOCOL;
	if (!cursor_varint(in, &len) || !cursor_take(in, len, &part))
		return -EM_E_PROTOCOL;
	return wirecheck_bytes(f, part, depth, field_r);
}

static int
wirecheck_message(
    const ProtobufCMessageDescriptor *desc, struct cursor in, unsigned depth, const char **field_r)
{
	uint8_t seen[WIRECHECK_FIELDS_MAX / 8] = {0};

	if (depth > WIRECHECK_DEPTH_MAX)
		return -EM_E_PROTOCOL;
	while (in.p < in.end) {
		const ProtobufCFieldDescriptor *f;
		uint64_t tag, number;
		int rc;

		*field_r = "";
		if (!cursor_varint(&in, &tag))
			return -EM_E_PROTOCOL;
		number = tag >> 3;
		if (number == 0 || number >= WIRECHECK_FIELDS_MAX)
			return -EM_E_INVALID;
		f = protobuf_c_message_descriptor_get_field(desc, (unsigned)number);
		if (f == NULL)
			return -EM_E_INVALID;
		if (f->label != PROTOBUF_C_LABEL_REPEATED) {
			uint8_t bit = (uint8_t)(1u << (number % 8));

			*field_r = f->name;
			if ((seen[number / 8] & bit) != 0)
				return -EM_E_INVALID;
			seen[number / 8] |= bit;
		}
		rc = wirecheck_field(f, (unsigned)(tag & 7), &in, depth, field_r);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
wirecheck(
    const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len, const char **field_r)
{
	*field_r = "";
	return wirecheck_message(desc, (struct cursor){.p = bytes, .end = bytes + len}, 0, field_r);
}
