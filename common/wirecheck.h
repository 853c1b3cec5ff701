/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_WIRECHECK_H
#define EMAGE_COMMON_WIRECHECK_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

/*
 * Strict reading of a packed message before protobuf-c unpacks it, since that
 * accepts NUL and bad UTF-8 in strings, unknown enum values, duplicates and
 * unknown fields: each of these is refused here. Strings may hold no control
 * character except "\n" and "\t". Depth follows the descriptors, which are not
 * recursive. No allocation.
 *
 * 0, -EM_E_PROTOCOL (not a message) or -EM_E_INVALID; *field_r then names the
 * field at fault ("" when unknown).
 */
int wirecheck(
    const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len, const char **field_r);

#endif
