/* SPDX-License-Identifier: MIT */
/*
 * The method table, made from proto/methods.def.
 */
#include "common/method.h"

#include <stdbool.h>

#include "common/mem.h"
#include "proto/access.pb-c.h"
#include "proto/account.pb-c.h"
#include "proto/admin.pb-c.h"
#include "proto/backup.pb-c.h"
#include "proto/desk.pb-c.h"
#include "proto/exam.pb-c.h"
#include "proto/load.pb-c.h"
#include "proto/outbox.pb-c.h"
#include "proto/record.pb-c.h"
#include "proto/session.pb-c.h"
#include "proto/staff.pb-c.h"

/* Numbers stay below this, so that a lookup is one index. */
#define METHOD_NUMBER_MAX 256

static const struct method method_table[N_METHODS] = {
#define METHOD(nr, cname, family, phases_, roles_, cap, rate_, cost_)                              \
	[METHOD_##cname] = {                                                                       \
	    .number = nr,                                                                          \
	    .name = #cname,                                                                        \
	    .request = &emage__##cname##_request__descriptor,                                      \
	    .reply = &emage__##cname##_reply__descriptor,                                          \
	    .phases = phases_,                                                                     \
	    .roles = roles_,                                                                       \
	    .cap_bytes = cap,                                                                      \
	    .rate = RATE_##rate_,                                                                  \
	    .cost = COST_##cost_,                                                                  \
	},
#include "proto/methods.def"
#undef METHOD
};

/* number -> place in the table + 1 */
static const uint8_t method_by_number_table[METHOD_NUMBER_MAX] = {
#define METHOD(nr, cname, family, phases, roles, cap, rate, cost) [nr] = METHOD_##cname + 1,
#include "proto/methods.def"
#undef METHOD
};

const struct method *
method_at(unsigned i)
{
	return &method_table[i];
}

const struct method *
method_by_number(uint16_t number)
{
	if (number >= METHOD_NUMBER_MAX || method_by_number_table[number] == 0)
		return NULL;
	return &method_table[method_by_number_table[number] - 1];
}

/* "exam.list" and "exam_list" are one name. */
static bool
method_same_name(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++) {
		char x = *a == '.' ? '_' : *a, y = *b == '.' ? '_' : *b;

		if (x != y)
			return false;
	}
	return *a == *b;
}

const struct method *
method_by_name(const char *name)
{
	for (unsigned i = 0; i < N_METHODS; i++) {
		if (method_same_name(name, method_table[i].name))
			return &method_table[i];
	}
	return NULL;
}

unsigned
method_index(const struct method *m)
{
	return (unsigned)(m - method_table);
}
