/* SPDX-License-Identifier: MIT */
/*
 * protobuf-c's allocator, tied to an arena.
 */
#include "server/unpack.h"

#include "common/err.h"

static void *
unpack_alloc(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void
unpack_free(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

int
unpack_in_arena(struct arena *a, const ProtobufCMessageDescriptor *desc, const uint8_t *bytes,
    size_t len, void **msg_r)
{
	ProtobufCAllocator in_arena = {
	    .alloc = unpack_alloc,
	    .free = unpack_free,
	    .allocator_data = a,
	};

	*msg_r = protobuf_c_message_unpack(desc, &in_arena, len, bytes);
	if (*msg_r)
		return 0;
	return arena_exhausted(a) ? -EM_E_NO_MEMORY : -EM_E_INVALID;
}
