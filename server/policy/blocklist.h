/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_POLICY_BLOCKLIST_H
#define EMAGE_SERVER_POLICY_BLOCKLIST_H

#include <stddef.h>
#include <stdint.h>

/*
 * The file of passwords never accepted, as tools/build/mkblocklist.c writes it:
 * BLOCKLIST_MAGIC, number of entries, number of those with 12 characters and
 * more (u32, big-endian), then the entries in rising order. An entry is the
 * front of the BLAKE2b-256 of the folded text without blanks: 48 bits, with
 * which a password that is not meant is refused once in 400 million times.
 */
#define BLOCKLIST_MAGIC	     "emage-b1"
#define BLOCKLIST_MAGIC_LEN  8u
#define BLOCKLIST_HEADER_LEN 16u
#define BLOCKLIST_ENTRY_LEN  6u
#define BLOCKLIST_LONG_CHARS 12u

/* Folds and takes the blanks out; out_r has 3 * len + 1 bytes. Returns the
 * length, without the NUL. */
size_t blocklist_squeeze(const char *s, size_t len, char *out_r);
void blocklist_entry(const char *squeezed, size_t len, uint8_t entry_r[BLOCKLIST_ENTRY_LEN]);

#endif
