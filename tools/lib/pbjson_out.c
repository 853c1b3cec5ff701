/* SPDX-License-Identifier: MIT */
/*
 * From messages to JSON, and JSON to a stream.
 */
#include "tools/lib/pbjson.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"
#include "tools/lib/pbjson_int.h"

/* ------------------------------------------------------------------ memory */

union pbjson_block {
	size_t size;
	max_align_t align;
};

static void *
pbjson_alloc(size_t size)
{
	union pbjson_block *b = malloc(sizeof(*b) + size);

	if (!b)
		die("out of memory");
	b->size = size;
	return b + 1;
}

static void
pbjson_free(void *p)
{
	union pbjson_block *b = p;

	if (!b)
		return;
	b--;
	secret_wipe(b + 1, b->size);
	free(b);
}

void
pbjson_setup(void)
{
	json_set_alloc_funcs(pbjson_alloc, pbjson_free);
}

/* ------------------------------------------------------------------- values */

static json_t *
pbjson_string(const char *s)
{
	size_t len = s ? strlen(s) : 0;
	char *clean;
	json_t *j;

	if (!s || text_is_utf8(s, len))
		return json_stringn(s ? s : "", len);
	clean = mem_new(3 * len + 1);
	text_sanitise(s, len, true, clean);
	j = json_string(clean);
	free(clean);
	return j;
}

static json_t *
pbjson_bytes(const ProtobufCBinaryData *b)
{
	char *text = base64_encode(b->data, b->len);
	json_t *j = json_string(text);

	secret_wipe(text, strlen(text));
	free(text);
	return j;
}

static json_t *
pbjson_double(double d)
{
	if (isnan(d))
		return json_string("NaN");
	if (isinf(d))
		return json_string(d > 0 ? "Infinity" : "-Infinity");
	return json_real(d);
}

static json_t *
pbjson_enum(const ProtobufCEnumDescriptor *desc, int value)
{
	const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(desc, value);

	return v ? json_string(v->name) : json_integer(value);
}

/* One value at `at`, whatever the field's label. */
static json_t *
pbjson_value(const ProtobufCFieldDescriptor *f, const void *at)
{
	char digits[24];

	switch (f->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return json_integer(*(const int32_t *)at);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return json_integer(*(const uint32_t *)at);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		snprintf(digits, sizeof(digits), "%" PRId64, *(const int64_t *)at);
		return json_string(digits);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		snprintf(digits, sizeof(digits), "%" PRIu64, *(const uint64_t *)at);
		return json_string(digits);
	case PROTOBUF_C_TYPE_FLOAT:
		return pbjson_double((double)*(const float *)at);
	case PROTOBUF_C_TYPE_DOUBLE:
		return pbjson_double(*(const double *)at);
	case PROTOBUF_C_TYPE_BOOL:
		return json_boolean(*(const protobuf_c_boolean *)at);
	case PROTOBUF_C_TYPE_ENUM:
		return pbjson_enum(f->descriptor, *(const int *)at);
	case PROTOBUF_C_TYPE_STRING:
		return pbjson_string(*(char *const *)at);
	case PROTOBUF_C_TYPE_BYTES:
		return pbjson_bytes(at);
	case PROTOBUF_C_TYPE_MESSAGE:
		break;
	}
	return pbjson_from_message(*(const ProtobufCMessage *const *)at);
}

size_t
pbjson_size_of(const ProtobufCFieldDescriptor *f)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return sizeof(int64_t);
	case PROTOBUF_C_TYPE_DOUBLE:
		return sizeof(double);
	case PROTOBUF_C_TYPE_FLOAT:
		return sizeof(float);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_ENUM:
		return sizeof(int);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	default:
		return sizeof(int32_t);
	}
}

static json_t *
pbjson_list(const ProtobufCFieldDescriptor *f, const uint8_t *message)
{
	size_t n = *(const size_t *)(message + f->quantifier_offset);
	const uint8_t *items = *(uint8_t *const *)(message + f->offset);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, pbjson_value(f, items + i * pbjson_size_of(f)));
	return list;
}

json_t *
pbjson_from_message(const ProtobufCMessage *msg)
{
	const uint8_t *message = (const uint8_t *)msg;
	json_t *object = json_object();

	for (unsigned i = 0; i < msg->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &msg->descriptor->fields[i];
		const void *at = message + f->offset;

		if (f->label == PROTOBUF_C_LABEL_REPEATED)
			json_object_set_new(object, f->name, pbjson_list(f, message));
		else if (f->type != PROTOBUF_C_TYPE_MESSAGE || *(void *const *)at)
			json_object_set_new(object, f->name, pbjson_value(f, at));
	}
	return object;
}

/* ----------------------------------------------------------------- printing */

static void
pbjson_put_escaped(FILE *f, uint32_t cp)
{
	if (cp < 0x10000) {
		fprintf(f, "\\u%04X", cp);
		return;
	}
	cp -= 0x10000;
	fprintf(f, "\\u%04X\\u%04X", 0xD800 + (cp >> 10), 0xDC00 + (cp & 0x3FF));
}

/* jansson has escaped C0; what else is unsafe stands inside a string. */
static void
pbjson_put_safely(FILE *f, const char *s, size_t len)
{
	while (len > 0) {
		uint32_t cp;
		size_t n = text_decode(s, len, &cp);

		if (n == 0)
			return; /* jansson writes UTF-8 only */
		if (cp == '\n' || text_cp_is_safe(cp))
			fwrite(s, 1, n, f);
		else
			pbjson_put_escaped(f, cp);
		s += n;
		len -= n;
	}
}

bool
pbjson_print(FILE *f, const json_t *json, unsigned indent)
{
	size_t flags = JSON_ENCODE_ANY | (indent ? JSON_INDENT(indent) : 0);
	char *text = json_dumps(json, flags);
	json_free_t release;

	if (!text)
		die("JSON cannot be written");
	pbjson_put_safely(f, text, strlen(text));
	putc('\n', f);
	json_get_alloc_funcs(NULL, &release);
	release(text);
	return !ferror(f);
}

char *
pbjson_text(const json_t *json, unsigned indent)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		die("out of memory");
	pbjson_print(f, json, indent);
	if (fclose(f) != 0)
		die("out of memory");
	text[len - 1] = '\0'; /* the line end */
	return text;
}
