/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CLIENT_SECTIONS_H
#define EMAGE_CLIENT_SECTIONS_H

#include <stddef.h>

#include "client/actions.h"

/*
 * The sections of the personal space, once: the bar on row 1, the digits and the
 * mouse read them here. A screen names its section by the action that opens it
 * (screen_ops.section).
 */
struct app;
struct screen;

struct section {
	const char *label; /* msgid, the digit first */
	enum action action;
	struct screen *(*open)(struct app *app); /* NULL: the action does it */
};

/* In the order of the bar; NULL behind the last. */
const struct section *section_at(size_t i);
/* NULL when the action opens none. */
const struct section *section_of(enum action a);

#endif
