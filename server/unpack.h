/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_UNPACK_H
#define EMAGE_SERVER_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "common/mem.h"

/*
 * Unpacks a message into an arena, which bounds what it can cost and frees it.
 * 0, -EM_E_NO_MEMORY when the arena is exhausted, -EM_E_INVALID otherwise.
 * Whether the bytes are ours to trust is wirecheck()'s matter, before.
 */
int unpack_in_arena(struct arena *a, const ProtobufCMessageDescriptor *desc, const uint8_t *bytes,
    size_t len, void **msg_r);

#endif
