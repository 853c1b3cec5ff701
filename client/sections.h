/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SECTIONS_H
#define EMAGE_CLIENT_SECTIONS_H

#include <stddef.h>

#include "client/actions.h"
#include "proto/common.pb-c.h"

/*
 * The sections of everybody's space, once: the bar on row 1, the digits and the
 * mouse read them here. Whose space a section belongs to is in the contexts of its
 * action (CTX_OF_*). A screen names its section by the action that opens it
 * (screen_ops.section).
 */
struct app;
struct screen;

struct section {
	const char *label; /* msgid, the digit first */
	enum action action;
	struct screen *(*open)(struct app *app); /* NULL: the action does it */
};

/* Of a role, in the order of the bar; NULL behind the last. */
const struct section *section_at(Emage__Role role, size_t i);
/* CTX_SPACE and whose it is. */
unsigned section_contexts(Emage__Role role);
/* NULL when the action opens none. */
const struct section *section_of(enum action a);

#endif
