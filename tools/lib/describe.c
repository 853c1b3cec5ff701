/* SPDX-License-Identifier: MIT */
/*
 * emage-call --list and --describe.
 */
#include "tools/lib/describe.h"

#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/mem.h"
#include "tools/lib/pbjson.h"
#include "tools/lib/pbjson_int.h"

#define DESCRIBE_NAME_MAX  64
#define DESCRIBE_TYPES_MAX 32

struct describe_bit {
	unsigned bit;
	const char *word;
};

static const struct describe_bit describe_phases[] = {
    {PH_N, "new"},
    {PH_A, "greeted"},
    {PH_C, "code"},
    {PH_T, "temporary"},
    {PH_O, "open"},
};

static const struct describe_bit describe_roles[] = {
    {RO_P, "patient"},
    {RO_R, "reception"},
    {RO_D, "professional"},
    {RO_M, "administrator"},
    {RO_L, "operator"},
};

static const char *const describe_type_names[] = {
    [PROTOBUF_C_TYPE_INT32] = "int32",
    [PROTOBUF_C_TYPE_SINT32] = "sint32",
    [PROTOBUF_C_TYPE_SFIXED32] = "sfixed32",
    [PROTOBUF_C_TYPE_INT64] = "int64",
    [PROTOBUF_C_TYPE_SINT64] = "sint64",
    [PROTOBUF_C_TYPE_SFIXED64] = "sfixed64",
    [PROTOBUF_C_TYPE_UINT32] = "uint32",
    [PROTOBUF_C_TYPE_FIXED32] = "fixed32",
    [PROTOBUF_C_TYPE_UINT64] = "uint64",
    [PROTOBUF_C_TYPE_FIXED64] = "fixed64",
    [PROTOBUF_C_TYPE_FLOAT] = "float",
    [PROTOBUF_C_TYPE_DOUBLE] = "double",
    [PROTOBUF_C_TYPE_BOOL] = "bool",
    [PROTOBUF_C_TYPE_STRING] = "string",
    [PROTOBUF_C_TYPE_BYTES] = "bytes",
};

void
describe_name(const struct method *m, char *out_r, size_t out_len)
{
	char *underscore;

	snprintf(out_r, out_len, "%s", m->name);
	underscore = strchr(out_r, '_');
	if (underscore && !strchr(out_r, '.'))
		*underscore = '.';
}

const struct method *
describe_find(const char *program, const char *name)
{
	const struct method *m = method_by_name(name);
	char names[N_METHODS][DESCRIBE_NAME_MAX];
	const char *pointers[N_METHODS], *near;

	if (m)
		return m;
	for (unsigned i = 0; i < N_METHODS; i++) {
		describe_name(method_at(i), names[i], sizeof(names[i]));
		pointers[i] = names[i];
	}
	near = config_nearest(name, pointers, N_METHODS);
	if (near)
		fprintf(stderr, "%s: no method %s; did you mean %s?\n", program, name, near);
	else
		fprintf(stderr, "%s: no method %s; see emage-call --list\n", program, name);
	return NULL;
}

static void
describe_bits(FILE *f, const struct describe_bit *bits, size_t n, unsigned set)
{
	const char *before = "";

	for (size_t i = 0; i < n; i++) {
		if (!(set & bits[i].bit))
			continue;
		fprintf(f, "%s%s", before, bits[i].word);
		before = ", ";
	}
}

static void
describe_rights(FILE *f, const struct method *m)
{
	describe_bits(f, describe_phases, ARRAY_LEN(describe_phases), m->phases);
	if (!(m->phases & PH_O))
		return;
	fputs(": ", f);
	if ((m->roles & RO_X) == RO_X)
		fputs("any role", f);
	else
		describe_bits(f, describe_roles, ARRAY_LEN(describe_roles), m->roles);
}

void
describe_list(FILE *f)
{
	char name[DESCRIBE_NAME_MAX];

	for (unsigned i = 0; i < N_METHODS; i++) {
		const struct method *m = method_at(i);

		describe_name(m, name, sizeof(name));
		fprintf(f, "%3u  %-26s ", m->number, name);
		describe_rights(f, m);
		putc('\n', f);
	}
}

/* --------------------------------------------------------------- messages */

/* Types met on the way, so that each is told once. */
struct describe_types {
	const void *seen[DESCRIBE_TYPES_MAX];
	size_t n;
};

static bool
describe_first_time(struct describe_types *t, const void *type)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->seen[i] == type)
			return false;
	if (t->n < DESCRIBE_TYPES_MAX)
		t->seen[t->n++] = type;
	return true;
}

static const char *
describe_type(const ProtobufCFieldDescriptor *field)
{
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return pbjson_short_name(
		    ((const ProtobufCMessageDescriptor *)field->descriptor)->name);
	if (field->type == PROTOBUF_C_TYPE_ENUM)
		return pbjson_short_name(
		    ((const ProtobufCEnumDescriptor *)field->descriptor)->name);
	return describe_type_names[field->type];
}

static void
describe_enum(FILE *f, const ProtobufCEnumDescriptor *desc)
{
	fprintf(f, "\nenum %s {\n", pbjson_short_name(desc->name));
	for (unsigned i = 0; i < desc->n_values; i++)
		fprintf(f, "  %s = %d;\n", desc->values[i].name, desc->values[i].value);
	fputs("}\n", f);
}

/* A message, then the types that it names. Depth ends with the schema, which
 * has no recursive types. */
static void
describe_message(FILE *f, struct describe_types *t, const ProtobufCMessageDescriptor *desc)
{
	fprintf(f, "\nmessage %s {\n", pbjson_short_name(desc->name));
	for (unsigned i = 0; i < desc->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &desc->fields[i];

		fprintf(f, "  %s%s %s = %u;\n",
		    field->label == PROTOBUF_C_LABEL_REPEATED ? "repeated " : "",
		    describe_type(field), field->name, field->id);
	}
	fputs("}\n", f);
	for (unsigned i = 0; i < desc->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &desc->fields[i];

		if (!field->descriptor || !describe_first_time(t, field->descriptor))
			continue;
		if (field->type == PROTOBUF_C_TYPE_ENUM)
			describe_enum(f, field->descriptor);
		else
			describe_message(f, t, field->descriptor);
	}
}

void
describe_method(FILE *f, const struct method *m)
{
	ProtobufCMessage *request = mem_new(m->request->sizeof_message);
	struct describe_types types = {.n = 0};
	char name[DESCRIBE_NAME_MAX];
	json_t *json;

	describe_name(m, name, sizeof(name));
	fprintf(f, "%s, number %u\nphases and roles: ", name, m->number);
	describe_rights(f, m);
	fprintf(f, "\nlargest request: %u bytes%s\n", m->cap_bytes,
	    m->cost == COST_stream ? "\nanswers with any number of replies" : "");
	describe_message(f, &types, m->request);
	describe_message(f, &types, m->reply);

	protobuf_c_message_init(m->request, request);
	json = pbjson_from_message(request);
	fputs("\nA request to start from:\n", f);
	pbjson_print(f, json, 2);
	json_decref(json);
	free(request);
}
