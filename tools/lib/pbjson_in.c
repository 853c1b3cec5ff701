/* SPDX-License-Identifier: MIT */
/*
 * From JSON to messages. Every fault is told with the place it stands at, and
 * with the nearest right name where one was meant.
 */
#include "tools/lib/pbjson.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/err.h"
#include "common/mem.h"
#include "tools/lib/pbjson_int.h"

#define PBJSON_PATH_MAX 256

struct pbjson_reader {
	char path[PBJSON_PATH_MAX]; /* of the value being read */
	char *err;
	size_t err_len;
};

static int pbjson_read_message(struct pbjson_reader *r, const ProtobufCMessageDescriptor *desc,
    const json_t *json, ProtobufCMessage **msg_r);

static int pbjson_fault(struct pbjson_reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static int
pbjson_fault(struct pbjson_reader *r, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(r->err, r->err_len, "%s%s%s", r->path, r->path[0] ? ": " : "", what);
	return -EM_E_INVALID;
}

/* ------------------------------------------------------------------- names */

const char *
pbjson_short_name(const char *full_name)
{
	const char *dot = strrchr(full_name, '.');

	return dot ? dot + 1 : full_name;
}

/* "exam_id" is also "examId". */
static bool
pbjson_same_name(const char *name, const char *key)
{
	if (strcmp(name, key) == 0)
		return true;
	for (; *name && *key; name++, key++) {
		if (*name == '_') {
			name++;
			if (*name < 'a' || *name > 'z' || *key != *name - 'a' + 'A')
				return false;
		} else if (*name != *key) {
			return false;
		}
	}
	return *name == *key;
}

static const ProtobufCFieldDescriptor *
pbjson_field(const ProtobufCMessageDescriptor *desc, const char *key)
{
	for (unsigned i = 0; i < desc->n_fields; i++)
		if (pbjson_same_name(desc->fields[i].name, key))
			return &desc->fields[i];
	return NULL;
}

static int
pbjson_no_field(struct pbjson_reader *r, const ProtobufCMessageDescriptor *desc, const char *key)
{
	const char **names = mem_new_array(desc->n_fields + 1, sizeof(*names));
	const char *near;

	for (unsigned i = 0; i < desc->n_fields; i++)
		names[i] = desc->fields[i].name;
	near = config_nearest(key, names, desc->n_fields);
	if (near)
		pbjson_fault(r, "no field \"%s\" in %s; did you mean \"%s\"?", key,
		    pbjson_short_name(desc->name), near);
	else
		pbjson_fault(r, "no field \"%s\" in %s", key, pbjson_short_name(desc->name));
	free(names);
	return -EM_E_INVALID;
}

/* ----------------------------------------------------------------- integers */

static bool
pbjson_whole(double d)
{
	return isfinite(d) && floor(d) == d && fabs(d) < 0x1p63;
}

static int
pbjson_read_int(
    struct pbjson_reader *r, const json_t *json, int64_t min, int64_t max, int64_t *value_r)
{
	const char *s;
	char *end;

	if (json_is_integer(json)) {
		*value_r = json_integer_value(json);
	} else if (json_is_real(json) && pbjson_whole(json_real_value(json))) {
		*value_r = (int64_t)json_real_value(json);
	} else if (json_is_string(json)) {
		s = json_string_value(json);
		errno = 0;
		*value_r = strtoll(s, &end, 10);
		if (errno != 0 || *s == '\0' || *end != '\0')
			return pbjson_fault(r, "\"%s\" is not a whole number", s);
	} else {
		return pbjson_fault(r, "a whole number is wanted");
	}
	if (*value_r < min || *value_r > max)
		return pbjson_fault(r, "%lld is out of range", (long long)*value_r);
	return 0;
}

static int
pbjson_read_uint64(struct pbjson_reader *r, const json_t *json, uint64_t *value_r)
{
	const char *s = json_is_string(json) ? json_string_value(json) : "";
	int64_t value = 0;
	char *end;
	int rc;

	if (*s >= '0' && *s <= '9') {
		errno = 0;
		*value_r = strtoull(s, &end, 10);
		if (errno != 0 || *end != '\0')
			return pbjson_fault(r, "\"%s\" is not a whole number", s);
		return 0;
	}
	rc = pbjson_read_int(r, json, 0, INT64_MAX, &value);
	*value_r = (uint64_t)value;
	return rc;
}

static int
pbjson_read_double(struct pbjson_reader *r, const json_t *json, double *value_r)
{
	const char *s;
	char *end;

	if (json_is_number(json)) {
		*value_r = json_number_value(json);
		return 0;
	}
	if (!json_is_string(json))
		return pbjson_fault(r, "a number is wanted");
	s = json_string_value(json);
	*value_r = strtod(s, &end); /* takes "NaN", "Infinity", "-Infinity" too */
	if (*s == '\0' || *end != '\0')
		return pbjson_fault(r, "\"%s\" is not a number", s);
	return 0;
}

/* -------------------------------------------------------------- other scalars */

static int
pbjson_read_enum(
    struct pbjson_reader *r, const ProtobufCEnumDescriptor *desc, const json_t *json, int *value_r)
{
	const ProtobufCEnumValue *v;
	const char **names, *name, *near;
	int64_t number = 0;
	int rc;

	if (!json_is_string(json)) {
		rc = pbjson_read_int(r, json, INT32_MIN, INT32_MAX, &number);
		*value_r = (int)number;
		return rc;
	}
	name = json_string_value(json);
	v = protobuf_c_enum_descriptor_get_value_by_name(desc, name);
	if (v) {
		*value_r = v->value;
		return 0;
	}
	names = mem_new_array(desc->n_values, sizeof(*names));
	for (unsigned i = 0; i < desc->n_values; i++)
		names[i] = desc->values[i].name;
	near = config_nearest(name, names, desc->n_values);
	rc = near ? pbjson_fault(r, "no %s in %s; did you mean %s?", name,
			pbjson_short_name(desc->name), near)
		  : pbjson_fault(r, "no %s in %s", name, pbjson_short_name(desc->name));
	free(names);
	return rc;
}

static int
pbjson_read_string(struct pbjson_reader *r, const json_t *json, char **value_r)
{
	if (!json_is_string(json))
		return pbjson_fault(r, "a string is wanted");
	if (strlen(json_string_value(json)) != json_string_length(json))
		return pbjson_fault(r, "a string must not hold a NUL character");
	/* the default allocator of protobuf-c frees it */
	*value_r = mem_strdup(json_string_value(json));
	return 0;
}

static int
pbjson_read_bytes(struct pbjson_reader *r, const json_t *json, ProtobufCBinaryData *value_r)
{
	size_t len = json_string_length(json);
	ptrdiff_t n;

	if (!json_is_string(json))
		return pbjson_fault(r, "base64 is wanted");
	value_r->data = mem_new(len * 3 / 4 + 3);
	n = base64_decode(json_string_value(json), len, value_r->data);
	value_r->len = n < 0 ? 0 : (size_t)n;
	return n < 0 ? pbjson_fault(r, "this is not base64") : 0;
}

static int
pbjson_read_value(
    struct pbjson_reader *r, const ProtobufCFieldDescriptor *f, const json_t *json, void *at)
{
	int64_t i = 0;
	double d = 0;
	int rc;

	switch (f->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		rc = pbjson_read_int(r, json, INT32_MIN, INT32_MAX, &i);
		*(int32_t *)at = (int32_t)i;
		return rc;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		rc = pbjson_read_int(r, json, 0, UINT32_MAX, &i);
		*(uint32_t *)at = (uint32_t)i;
		return rc;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return pbjson_read_int(r, json, INT64_MIN, INT64_MAX, at);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return pbjson_read_uint64(r, json, at);
	case PROTOBUF_C_TYPE_DOUBLE:
		return pbjson_read_double(r, json, at);
	case PROTOBUF_C_TYPE_FLOAT:
		rc = pbjson_read_double(r, json, &d);
		*(float *)at = (float)d;
		return rc;
	case PROTOBUF_C_TYPE_BOOL:
		if (!json_is_boolean(json))
			return pbjson_fault(r, "true or false is wanted");
		*(protobuf_c_boolean *)at = json_is_true(json);
		return 0;
	case PROTOBUF_C_TYPE_ENUM:
		return pbjson_read_enum(r, f->descriptor, json, at);
	case PROTOBUF_C_TYPE_STRING:
		return pbjson_read_string(r, json, at);
	case PROTOBUF_C_TYPE_BYTES:
		return pbjson_read_bytes(r, json, at);
	case PROTOBUF_C_TYPE_MESSAGE:
		break;
	}
	return pbjson_read_message(r, f->descriptor, json, at);
}

/* ------------------------------------------------------------------ messages */

static int
pbjson_read_list(struct pbjson_reader *r, const ProtobufCFieldDescriptor *f, const json_t *json,
    uint8_t *message)
{
	size_t *n_r = (size_t *)(message + f->quantifier_offset);
	uint8_t **items_r = (uint8_t **)(message + f->offset);
	size_t n = json_array_size(json), size = pbjson_size_of(f), path_len = strlen(r->path);
	int rc = 0;

	if (!json_is_array(json))
		return pbjson_fault(r, "a list is wanted");
	if (n == 0)
		return 0;
	*items_r = mem_new_array(n, size);
	for (size_t i = 0; i < n && rc == 0; i++) {
		snprintf(r->path + path_len, sizeof(r->path) - path_len, "[%zu]", i);
		rc = pbjson_read_value(r, f, json_array_get(json, i), *items_r + i * size);
		*n_r = i + 1; /* what has been made so far is freed with the message */
	}
	r->path[path_len] = '\0';
	return rc;
}

static int
pbjson_read_field(struct pbjson_reader *r, const ProtobufCFieldDescriptor *f, const json_t *json,
    uint8_t *message)
{
	size_t path_len = strlen(r->path);
	int rc;

	if (json_is_null(json)) /* the mapping's way to say "default" */
		return 0;
	snprintf(
	    r->path + path_len, sizeof(r->path) - path_len, "%s%s", path_len ? "." : "", f->name);
	if (f->label == PROTOBUF_C_LABEL_REPEATED)
		rc = pbjson_read_list(r, f, json, message);
	else
		rc = pbjson_read_value(r, f, json, message + f->offset);
	r->path[path_len] = '\0';
	return rc;
}

static int
pbjson_read_message(struct pbjson_reader *r, const ProtobufCMessageDescriptor *desc,
    const json_t *json, ProtobufCMessage **msg_r)
{
	ProtobufCMessage *msg;
	const char *key;
	json_t *value;
	bool *seen;
	int rc = 0;

	if (!json_is_object(json))
		return pbjson_fault(r, "an object is wanted (%s)", pbjson_short_name(desc->name));
	msg = mem_new(desc->sizeof_message);
	seen = mem_new_array(desc->n_fields + 1, sizeof(*seen));
	protobuf_c_message_init(desc, msg);
	json_object_foreach((json_t *)json, key, value)
	{
		const ProtobufCFieldDescriptor *f = pbjson_field(desc, key);

		if (!f)
			rc = pbjson_no_field(r, desc, key);
		else if (seen[f - desc->fields])
			rc = pbjson_fault(r, "\"%s\" is given twice", f->name);
		else
			rc = pbjson_read_field(r, f, value, (uint8_t *)msg);
		if (rc != 0)
			break;
		seen[f - desc->fields] = true;
	}
	free(seen);
	if (rc != 0)
		protobuf_c_message_free_unpacked(msg, NULL);
	else
		*msg_r = msg;
	return rc;
}

int
pbjson_to_message(const ProtobufCMessageDescriptor *desc, const json_t *json,
    ProtobufCMessage **msg_r, char *err_r, size_t err_len)
{
	struct pbjson_reader r = {.err = err_r, .err_len = err_len};

	*msg_r = NULL;
	return pbjson_read_message(&r, desc, json, msg_r);
}
