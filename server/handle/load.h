/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_LOAD_H
#define EMAGE_SERVER_HANDLE_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "proto/load.pb-c.h"
#include "server/request.h"

/* Loading line by line: a line that cannot be taken is told, the others go on. */
struct load_verdict {
	uint32_t line;
	const char *field, *reason; /* of a line that is not taken; field NULL = it is */
};

/* Line i of the request: fills the verdict. With a field in it the line is refused
 * whatever is returned; else an error fails the request. */
typedef int load_line_fn(
    struct request *rq, struct store_conn *db, void *arg, size_t i, struct load_verdict *v);

/* Every line; those that were refused in *list_r, for the reply. */
int load_each(struct request *rq, struct store_conn *db, size_t n_lines, load_line_fn *line,
    void *arg, Emage__LoadRefusal ***list_r, size_t *n_r);

/* For a load_line_fn: refuses its line. */
int load_refuse(struct load_verdict *v, const char *field, const char *reason);

/* At most so many lines in one request. */
#define LOAD_LINES_MAX 1000u

#endif
