/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_METHOD_H
#define EMAGE_COMMON_METHOD_H

#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

/* Phases of a connection, as a set. */
enum phase {
	PH_N = 1,  /* new: nothing said yet */
	PH_A = 2,  /* greeted, anonymous */
	PH_C = 4,  /* password right, access code awaited */
	PH_T = 8,  /* code right, temporary password to be replaced */
	PH_O = 16, /* open */
};

/* Roles, as a set; bit = 1 << (emage.Role - 1). */
enum role_set {
	RO_P = 1,  /* patient */
	RO_R = 2,  /* reception */
	RO_D = 4,  /* professional */
	RO_M = 8,  /* administrator */
	RO_L = 16, /* operator on the local socket */
	RO_S = 15, /* whoever has an account */
	RO_X = 31,
};

enum rate_class { RATE_free, RATE_auth, RATE_user, RATE_bulk };
enum cost_class {
	COST_local,
	COST_read,
	COST_write,
	COST_hash,
	COST_media,
	COST_stream,
	COST_record,
	COST_archive
};

/* One number per row of proto/methods.def, in order: METHOD_hello ... */
enum method_index {
#define METHOD(nr, name, family, phases, roles, cap, rate, cost) METHOD_##name,
#include "proto/methods.def"
#undef METHOD
	N_METHODS,
};

struct method {
	uint16_t number;
	const char *name; /* "exam_list"; method_by_name() takes "exam.list" as well */
	const ProtobufCMessageDescriptor *request;
	const ProtobufCMessageDescriptor *reply;
	unsigned phases;
	unsigned roles;
	uint32_t cap_bytes;
	enum rate_class rate;
	enum cost_class cost;
};

/* Row i of the table, 0 <= i < N_METHODS. */
const struct method *method_at(unsigned i);
/* NULL when there is none. O(1) by number, a scan by name. */
const struct method *method_by_number(uint16_t number);
const struct method *method_by_name(const char *name);
/* Place of a row in the table. */
unsigned method_index(const struct method *m);

#endif
