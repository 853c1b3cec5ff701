/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_TOOLS_DESCRIBE_H
#define EMAGE_TOOLS_DESCRIBE_H

#include <stdio.h>

#include "common/method.h"

/* What the method table and the descriptors say, for a person. */

/* Text name of a method: "exam.list". Written to out_r. */
void describe_name(const struct method *m, char *out_r, size_t out_len);
/* One line for each method. */
void describe_list(FILE *f);
/* A method's rights, messages with all that they contain, and a request to
 * start from. */
void describe_method(FILE *f, const struct method *m);
/* By name; or NULL after a message that names the nearest one. */
const struct method *describe_find(const char *program, const char *name);

#endif
