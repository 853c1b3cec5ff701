/* SPDX-License-Identifier: MIT */
/*
 * The handlers' functions, by method. Made from the method table, like their
 * prototypes in handle.h.
 */
#include "server/stages.h"

#include "server/handle.h"

#define STAGES_local(x)	  .local = handle_##x##_local
#define STAGES_read(x)	  .read = handle_##x##_read
#define STAGES_write(x)	  .write = handle_##x##_write
#define STAGES_hash(x)	  STAGES_read(x), .work = handle_##x##_work, STAGES_write(x)
#define STAGES_media(x)	  STAGES_hash(x)
#define STAGES_stream(x)  STAGES_read(x), .next = handle_##x##_next
#define STAGES_record(x)  STAGES_stream(x), STAGES_write(x)
#define STAGES_archive(x) STAGES_hash(x), .next = handle_##x##_next

const struct stages stages_table[N_METHODS] = {
#define METHOD(number, name, family, phases, roles, cap, rate, cost)                               \
	[METHOD_##name] = {.check = check_##name, STAGES_##cost(name)},
#include "proto/methods.def"
#undef METHOD
};
