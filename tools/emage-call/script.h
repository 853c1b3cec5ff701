/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_CALL_SCRIPT_H
#define EMAGE_CALL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/connection.h"

/*
 * A script of calls on one connection: see emage-call(1). It is read as a
 * whole before the first line runs; messages name file and line.
 */
struct script;

struct script_options {
	const char *path;  /* "-": standard input */
	const char **vars; /* NAME=VALUE */
	size_t n_vars;
	Emage__ClientKind kind; /* for the greeting */
	const char *language;
	bool verbose;
};

/* NULL after messages on standard error. */
struct script *script_load(const struct script_options *o);
/* enum caller_exit. */
int script_run(struct script *s, struct connection *c);
void script_free(struct script **s);

#endif
