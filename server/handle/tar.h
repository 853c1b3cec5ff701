/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_TAR_H
#define EMAGE_SERVER_HANDLE_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* POSIX ustar archives, as far as an export needs them. */
#define TAR_BLOCK    512u
#define TAR_NAME_MAX 100u
/* Largest member: eleven octal digits. */
#define TAR_SIZE_MAX UINT64_C(077777777777)

/* The header of a regular file that its owner alone may read; false when name or
 * size do not fit. */
bool tar_header(const char *name, uint64_t size, int64_t mtime_ms, uint8_t out_r[TAR_BLOCK]);
/* Zeroes behind a member of that size. */
size_t tar_padding(uint64_t size);
/* What a member of that size takes in all. */
uint64_t tar_member_bytes(uint64_t size);
/* Zeroes at the end of the archive. */
#define TAR_END_BYTES ((size_t)2 * TAR_BLOCK)

#endif
