/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_LOAD_H
#define EMAGE_SERVER_HANDLE_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "proto/load.pb-c.h"
#include "server/request.h"

/* Loading line by line: a line that cannot be taken is told, the others go on. */
struct load_refusals {
	Emage__LoadRefusal **list;
	size_t n;
};

/* Room for a refusal of each of `n_lines`. 0 or -EM_E_NO_MEMORY. */
int load_refusals_new(struct request *rq, size_t n_lines, struct load_refusals *r_r);
void load_refuse(struct request *rq, struct load_refusals *r, uint32_t line, const char *field,
    const char *reason);

/* At most so many lines in one request. */
#define LOAD_LINES_MAX 1000u

#endif
